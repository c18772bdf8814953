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
 * The line reader. It never takes a bare CR or LF for a line end and never
 * holds more than the limit given; it does not interpret a line.
 */
#include "line.h"

#include <event2/buffer.h>

#include "bounds.h"

/* What a run of octets of a line comes to. */
enum scan {
	SCAN_MORE, /* all octets are text, or the last is a CR */
	SCAN_END,  /* CRLF found */
	SCAN_BAD
};

/*
 * Look for CRLF from *pos on; *pos is left at the CR of the end, or where the
 * next look has to start.
 */
static enum scan
line_scan(const char *p, size_t len, size_t *pos)
{
	size_t i;

	for (i = *pos; i < len; i++) {
		if (p[i] == '\0' || p[i] == '\n')
			return SCAN_BAD;
		if (p[i] != '\r')
			continue;
		*pos = i;
		if (i + 1 == len)
			return SCAN_MORE;
		return p[i + 1] == '\n' ? SCAN_END : SCAN_BAD;
	}
	*pos = len;
	return SCAN_MORE;
}

/* Throw away n octets of an overlong line, of which the last may be a CR. */
static void
line_skip_octets(struct line *l, struct evbuffer *in, const char *p, size_t n)
{
	l->cr = n > 0 && p[n - 1] == '\r';
	l->skipped += n;
	(void)evbuffer_drain(in, n);
}

/* An overlong line, up to its end. */
static enum line_status
line_skip(struct line *l, struct evbuffer *in)
{
	const char *p;
	size_t len, pos;
	enum scan r;

	while (evbuffer_get_length(in) > 0) {
		len = evbuffer_get_contiguous_space(in);
		if (len == 0)
			len = 1;
		p = (const char *)evbuffer_pullup(in, (ev_ssize_t)len);
		pos = 0;
		if (l->cr && p[0] == '\n') {
			(void)evbuffer_drain(in, 1);
			*l = (struct line){ 0 };
			return LINE_LONG;
		}
		if (l->cr)
			return LINE_BAD;
		r = line_scan(p, len, &pos);
		if (r == SCAN_BAD)
			return LINE_BAD;
		if (r == SCAN_END) {
			(void)evbuffer_drain(in, pos + 2);
			*l = (struct line){ 0 };
			return LINE_LONG;
		}
		line_skip_octets(l, in, p, len);
		if (l->skipped > SMTPD_SKIP_MAX)
			return LINE_FLOOD;
	}
	return LINE_MORE;
}

/*
 * The next line of at most max octets with its CRLF. With LINE_OK *text and
 * *len are the line without CRLF, not NUL-terminated, inside the buffer until
 * it changes; the caller calls line_consume() with len when it is done. After
 * LINE_BAD and LINE_FLOOD the input cannot be trusted: close.
 *
 * RFC 5321 section 2.3.8: conforming implementations MUST NOT recognize or
 * generate any other character or character sequence as a line terminator.
 */
enum line_status
line_read(struct line *l, struct evbuffer *in, size_t max, char **text,
    size_t *len)
{
	size_t have;
	char *p;
	enum scan r;

	if (l->skipping)
		return line_skip(l, in);
	have = evbuffer_get_length(in);
	if (have > max)
		have = max;
	if (have == 0)
		return LINE_MORE;
	p = (char *)evbuffer_pullup(in, (ev_ssize_t)have);
	if (p == NULL)
		return LINE_FLOOD; /* out of memory */
	r = line_scan(p, have, &l->scanned);
	if (r == SCAN_BAD)
		return LINE_BAD;
	if (r == SCAN_END) {
		*text = p;
		*len = l->scanned;
		return LINE_OK;
	}
	if (have < max)
		return LINE_MORE;
	l->skipping = true;
	line_skip_octets(l, in, p, have);
	return line_skip(l, in);
}

/* The line of that length, which line_read() gave, is done with. */
void
line_consume(struct line *l, struct evbuffer *in, size_t len)
{
	(void)evbuffer_drain(in, len + 2);
	l->scanned = 0;
}
