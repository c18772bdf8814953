/*
 * Copyright (c) 2026 The edd authors
 *
 * Permission to use, copy, modify, and distribute this software for any
 * purpose with or without fee is hereby granted, provided that the above
 * copyright notice and this permission notice appear in all copies.
 *
 * THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES
 * WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF
 * MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR
 * ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
 * WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
 * ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF
 * OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.
 */

/*
 * sources: deliver/reply.c deliver/ehlo.c
 */

/*
 * Replies of servers, cut anywhere: what is read does not depend on the cuts,
 * texts are printable and end, and nothing is kept of a line that is too long.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ehlo.h"
#include "reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static void
check(const struct reply *r)
{
	size_t i;

	must(r->code >= 200 && r->code <= 599);
	must(r->lines > 0 && r->lines <= REPLY_LINES_MAX);
	must(r->text_len < sizeof(r->text) && r->text[r->text_len] == '\0');
	for (i = 0; i < r->text_len; i++)
		must(r->text[i] >= ' ' && r->text[i] <= '~');
	must(memchr(r->enhanced, '\0', sizeof(r->enhanced)) != NULL);
	must(r->enhanced[0] == '\0' ||
	    r->enhanced[0] - '0' == (char)(r->code / 100));
}

/* All replies of an input that comes in pieces; a sum of what they say. */
static uint64_t
read_all(const char *s, size_t len, size_t piece, struct ehlo *e)
{
	enum reply_result result;
	struct reply r;
	uint64_t sum = 0;
	size_t used, have = 0;

	ehlo_reset(e);
	reply_reset(&r);
	while (have < len) {
		have = piece < len - have ? have + piece : len;
		while (
		    (result = reply_parse(&r, s, have, &used)) != REPLY_MORE) {
			sum = sum * 31 + (uint64_t)result;
			if (result == REPLY_BAD)
				return sum;
			check(&r);
			sum = sum * 31 + r.code + r.text_len;
			if (r.lines == 1)
				ehlo_greeting(e, r.line, r.line_len);
			else
				ehlo_line(e, r.line, r.line_len);
			if (result == REPLY_DONE)
				reply_reset(&r);
			s += used;
			len -= used;
			have -= used;
		}
	}
	return sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct ehlo one, two;
	const char *s;
	size_t piece;

	if (len < 2)
		return 0;
	piece = 1 + bytes[0] % 32;
	s = (const char *)bytes + 1;
	len--;
	must(read_all(s, len, len, &one) == read_all(s, len, piece, &two));
	must(memcmp(&one, &two, sizeof(one)) == 0);
	must(memchr(one.name, '\0', sizeof(one.name)) != NULL);
	return 0;
}
