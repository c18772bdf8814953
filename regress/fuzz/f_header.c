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

/* sources: lib/header.c */

/*
 * Header sections: what is collected and changed comes out as a header that
 * is collected to the same again.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "header.h"

#define LIMIT 4096

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
must(bool truth)
{
	if (!truth)
		abort();
}

/* Lines parted by what `end` says; the last status. */
static enum header_status
feed(struct header *h, const char *s, size_t len, const char *end)
{
	enum header_status status;
	const char *p;
	size_t n;

	status = HEADER_MORE;
	while (status == HEADER_MORE && len > 0) {
		p = memmem(s, len, end, strlen(end));
		n = p == NULL ? len : (size_t)(p - s);
		status = header_feed(h, s, n);
		n += p == NULL ? 0 : strlen(end);
		s += n;
		len -= n;
	}
	return status == HEADER_MORE ? header_finish(h) : status;
}

static void
check_same(const struct header *h)
{
	struct header_field f, g;
	struct header *again;
	size_t i, size;
	char *s;

	size = header_size(h);
	s = malloc(size + 1);
	must(s != NULL && header_write(h, s, size) == 0);
	must(size == 0 || header_write(h, s, size - 1) == -1);
	again = header_new(size);
	must(again != NULL);
	must(feed(again, s, size, "\r\n") ==
	    (size == 0 ? HEADER_NOT : HEADER_END));
	must(header_count(h) == header_count(again));
	for (i = 0; header_get(h, i, &f); i++) {
		must(header_get(again, i, &g));
		must(f.raw_len == g.raw_len && f.name_len == g.name_len &&
		    f.body_len == g.body_len &&
		    memcmp(f.raw, g.raw, f.raw_len) == 0);
		must(header_field_is(&f, "To") == header_field_is(&g, "To"));
	}
	header_free(again);
	free(s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = (const char *)data;
	struct header_field f;
	struct header *h;
	enum header_status status;
	size_t count;

	h = header_new(LIMIT);
	must(h != NULL);
	status = feed(h, s, size, "\n");
	must(status != HEADER_MORE && header_size(h) <= LIMIT);
	must((status == HEADER_NOT) <= (header_count(h) == 0));
	check_same(h);
	count = header_count_name(h, "To");
	must(header_remove(h, "to") == count);
	must(!header_find(h, "TO", 0, &f));
	check_same(h);
	if (header_prepend(h, s, size) == 0) {
		must(header_get(h, 0, &f) && f.raw_len == size);
		must(memcmp(f.raw, s, size) == 0);
	}
	(void)header_append(h, s, size);
	check_same(h);
	header_free(h);
	return 0;
}
