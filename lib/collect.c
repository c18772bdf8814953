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
 * Lines of a header. A line ends in CRLF and nothing else; what other octets
 * it has is header.c's to judge.
 */
#include "collect.h"

#include <stdlib.h>
#include <string.h>

#include "bounds.h"

/* Ready for the first octet. -1 without memory. */
int
collect_init(struct collect *c)
{
	memset(c, 0, sizeof(*c));
	c->header = header_new(HEADER_SIZE_MAX);
	return c->header == NULL ? -1 : 0;
}

/* Free all it holds; zeroed is allowed. */
void
collect_clear(struct collect *c)
{
	header_free(c->header);
	free(c->partial);
	memset(c, 0, sizeof(*c));
}

/* A piece of a line whose end is not there yet. */
static enum header_status
collect_keep(struct collect *c, const char *p, size_t len)
{
	size_t cap;
	char *new;

	if (len > HEADER_SIZE_MAX + 2 - c->partial_len)
		return HEADER_TOOBIG;
	if (c->partial_len + len > c->partial_cap) {
		cap = (c->partial_len + len) * 2;
		new = realloc(c->partial, cap);
		if (new == NULL)
			return HEADER_NOMEM;
		c->partial = new;
		c->partial_cap = cap;
	}
	memcpy(c->partial + c->partial_len, p, len);
	c->partial_len += len;
	return HEADER_MORE;
}

/* A line without its CRLF. */
static enum header_status
collect_line(struct collect *c, const char *p, size_t len)
{
	enum header_status r;

	if (len > MESSAGE_LINE_MAX)
		c->longline = true;
	r = header_feed(c->header, p, len);
	if (r == HEADER_END)
		c->done = true;
	return r;
}

/* The octets up to a LF complete the line that was begun. */
static enum header_status
collect_join(struct collect *c, const char *p, size_t len)
{
	enum header_status r;
	size_t whole;

	r = collect_keep(c, p, len);
	if (r != HEADER_MORE)
		return r;
	whole = c->partial_len;
	if (whole < 2 || c->partial[whole - 2] != '\r')
		return HEADER_MORE; /* a bare LF, within the line */
	c->partial_len = 0;
	return collect_line(c, c->partial, whole - 2);
}

/*
 * Octets of the header, up to its end: *used says how many were taken, all of
 * them while the answer is HEADER_MORE. The other answers are final.
 */
enum header_status
collect_feed(struct collect *c, const char *p, size_t len, size_t *used)
{
	enum header_status r;
	const char *lf;
	size_t n;

	r = HEADER_MORE;
	for (*used = 0; *used < len && r == HEADER_MORE; *used += n) {
		lf = memchr(p + *used, '\n', len - *used);
		if (lf == NULL) {
			n = len - *used;
			r = collect_keep(c, p + *used, n);
			continue;
		}
		n = (size_t)(lf - p) + 1 - *used;
		if (c->partial_len == 0 && n >= 2 && lf[-1] == '\r')
			r = collect_line(c, p + *used, n - 2);
		else
			r = collect_join(c, p + *used, n);
	}
	return r;
}

/* The message is over: what there is of a line is one. As header_finish(). */
enum header_status
collect_finish(struct collect *c)
{
	enum header_status r;

	if (c->partial_len > 0) {
		r = collect_line(c, c->partial, c->partial_len);
		c->partial_len = 0;
		if (r != HEADER_MORE)
			return r;
	}
	r = header_finish(c->header);
	if (r == HEADER_END)
		c->done = true;
	return r;
}
