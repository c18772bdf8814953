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

/* sources: smtpd/line.c lib/data.c */
/* libs: -levent */

/*
 * Lines and message data, cut anywhere: what is taken does not depend on the
 * cuts, has no CR, LF or NUL that is not CRLF, and nothing is kept beyond the
 * limit.
 */

#include <event2/buffer.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "data.h"
#include "line.h"

#define LINE_LIMIT 64
#define OUT_LIMIT  (1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct out {
	char *text;
	size_t len;
};

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static void
put(struct out *o, const char *p, size_t len)
{
	must(len <= OUT_LIMIT - o->len);
	if (len > 0)
		memcpy(o->text + o->len, p, len);
	o->len += len;
}

static void
put_cb(void *arg, const char *p, size_t len)
{
	must(len > 0);
	put(arg, p, len);
}

/* All lines of an input given in pieces of that size; the last status. */
static enum line_status
lines(const char *p, size_t len, size_t piece, struct out *o)
{
	struct line l = { 0 };
	struct evbuffer *in;
	enum line_status r;
	size_t n, i;
	char *text;

	in = evbuffer_new();
	must(in != NULL);
	r = LINE_MORE;
	while (r != LINE_BAD && r != LINE_FLOOD) {
		r = line_read(&l, in, LINE_LIMIT, &text, &n);
		if (r == LINE_OK) {
			must(n + 2 <= LINE_LIMIT);
			for (i = 0; i < n; i++)
				must(text[i] != '\r' && text[i] != '\n' &&
				    text[i] != '\0');
			put(o, text, n);
			put(o, "\n", 1);
			line_consume(&l, in, n);
		} else if (r == LINE_LONG)
			put(o, "\r", 1);
		else if (r == LINE_MORE) {
			must(evbuffer_get_length(in) < LINE_LIMIT);
			if (len == 0)
				break;
			n = piece < len ? piece : len;
			must(evbuffer_add(in, p, n) == 0);
			p += n;
			len -= n;
		}
	}
	evbuffer_free(in);
	return r;
}

/* The message of an input given in pieces; where it ends. */
static size_t
message(const char *p, size_t len, size_t piece, struct data *d, struct out *o)
{
	size_t n, used, r;

	data_init(d, true, false);
	used = 0;
	while (used < len && !data_ended(d)) {
		n = piece < len - used ? piece : len - used;
		r = data_feed(d, p + used, n, put_cb, o);
		must(r == n || (r < n && data_ended(d)));
		used += r;
	}
	return used;
}

static void
compare_messages(const char *p, size_t len, size_t piece, struct out *a,
    struct out *b)
{
	struct data one, two;
	size_t i;

	a->len = b->len = 0;
	must(message(p, len, len, &one, a) == message(p, len, piece, &two, b));
	must(one.bad == two.bad && one.state == two.state);
	must(one.eight == two.eight);
	if (one.bad)
		return;
	must(a->len == b->len && memcmp(a->text, b->text, a->len) == 0);
	for (i = 0; i < a->len; i++) {
		must(a->text[i] != '\0');
		must((a->text[i] == '\r') ==
		    (i + 1 < a->len && a->text[i + 1] == '\n'));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct out a, b;
	enum line_status r, s;
	const char *p;
	size_t piece;

	if (a.text == NULL) {
		a.text = malloc(OUT_LIMIT);
		b.text = malloc(OUT_LIMIT);
		must(a.text != NULL && b.text != NULL);
	}
	if (len < 2)
		return 0;
	piece = 1 + bytes[0] % 32;
	p = (const char *)bytes + 1;
	len--;
	a.len = b.len = 0;
	r = lines(p, len, len, &a);
	s = lines(p, len, piece, &b);
	must(r == s && a.len == b.len && memcmp(a.text, b.text, a.len) == 0);
	compare_messages(p, len, piece, &a, &b);
	return 0;
}
