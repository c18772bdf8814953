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
 * The reader of message data. The one end of data it knows is CRLF . CRLF;
 * whatever resembles it (SMTP smuggling) ends nothing, and makes the message
 * bad or is made a plain line end. It keeps no bytes.
 */
#include "data.h"

#include <string.h>

#include "octets.h"

/* Start of the data of one message: of DATA, or of BDAT (chunks). */
void
data_init(struct data *d, bool strict, bool chunks)
{
	memset(d, 0, sizeof(*d));
	d->state = chunks ? DATA_TEXT : DATA_LINE_START;
	d->strict = strict;
	d->chunks = chunks;
}

/* Whether the end of data was read. */
bool
data_ended(const struct data *d)
{
	return d->state == DATA_END;
}

static void
data_emit(struct data *d, const char *p, size_t len, data_cb cb, void *arg)
{
	if (len == 0)
		return;
	d->size += len;
	d->whole = len >= 2 && p[len - 1] == '\n';
	if (!d->bad)
		cb(arg, p, len);
}

/* A CR or LF that is not part of CRLF. A line that follows has no dot. */
static void
data_bare(struct data *d, data_cb cb, void *arg)
{
	if (d->strict)
		d->bad = true;
	else
		data_emit(d, "\r\n", 2, cb, arg);
	d->state = DATA_TEXT;
}

/*
 * The first octet from p on that is not plain text; end if there is none.
 * Octets above 127 are text, and noted.
 */
static const char *
data_text(struct data *d, const char *p, const char *end)
{
	unsigned char all;

	all = 0;
	for (;; p++) {
		p = octets_below(p, end, '\r' + 1, &all);
		if (p == end || *p == '\r' || *p == '\n' || *p == '\0')
			break;
	}
	if ((all & 0x80) != 0)
		d->eight = true;
	return p;
}

/* A line up to its CRLF, or what there is of it. Returns where it stopped. */
static const char *
data_line(struct data *d, const char *p, const char *end, data_cb cb, void *arg)
{
	const char *start;

	for (start = p;; p += 2) {
		p = data_text(d, p, end);
		if (p == end || *p != '\r')
			break;
		if (p + 1 == end || p[1] != '\n')
			break;
		if (!d->chunks && (p + 2 == end || p[2] == '.')) {
			data_emit(d, start, (size_t)(p + 2 - start), cb, arg);
			d->state = DATA_LINE_START;
			return p + 2;
		}
	}
	data_emit(d, start, (size_t)(p - start), cb, arg);
	d->state = DATA_TEXT;
	if (p == end)
		return p;
	if (*p == '\r')
		d->state = DATA_CR;
	else if (*p == '\n')
		data_bare(d, cb, arg);
	else
		d->bad = true;
	return p + 1;
}

/* One octet after a dot at the start of a line. */
static const char *
data_after_dot(struct data *d, const char *p)
{
	if (d->state == DATA_DOT_CR && *p == '\n') {
		d->state = DATA_END;
		return p + 1;
	}
	if (d->state == DATA_DOT && *p == '\r') {
		d->state = DATA_DOT_CR;
		return p + 1;
	}
	d->state = d->state == DATA_DOT_CR ? DATA_CR : DATA_TEXT;
	return p;
}

/* One octet after a CR that was held back. */
static const char *
data_after_cr(struct data *d, const char *p, data_cb cb, void *arg)
{
	if (*p != '\n') {
		data_bare(d, cb, arg);
		return p;
	}
	data_emit(d, "\r\n", 2, cb, arg);
	d->state = d->chunks ? DATA_TEXT : DATA_LINE_START;
	return p + 1;
}

/* At the start of a line, or within one. */
static const char *
data_at_text(struct data *d, const char *p, const char *end, data_cb cb,
    void *arg)
{
	if (d->state == DATA_LINE_START && *p == '.') {
		d->state = DATA_DOT;
		return p + 1;
	}
	return data_line(d, p, end, cb, arg);
}

/*
 * Take bytes, cut anywhere, and call cb with what they say once transparency
 * (RFC 5321 section 4.5.2) is removed. Returns how many were taken: all, or
 * fewer when the end of data is among them (data_ended()); the rest are
 * commands. After bad is set cb is not called any more, but the end is found
 * and size goes on counting.
 */
size_t
data_feed(struct data *d, const char *in, size_t len, data_cb cb, void *arg)
{
	const char *p, *end;

	p = in;
	end = in + len;
	while (p < end && d->state != DATA_END) {
		switch (d->state) {
		case DATA_DOT:
		case DATA_DOT_CR:
			p = data_after_dot(d, p);
			break;
		case DATA_CR:
			p = data_after_cr(d, p, cb, arg);
			break;
		default:
			p = data_at_text(d, p, end, cb, arg);
			break;
		}
	}
	return (size_t)(p - in);
}

/*
 * The last chunk of BDAT was read: a CR that was held back stands alone, and
 * a last line without CRLF gets one, so that a message is whole lines.
 */
void
data_finish(struct data *d, data_cb cb, void *arg)
{
	if (d->state == DATA_CR)
		data_bare(d, cb, arg);
	else if (d->size > 0 && !d->whole)
		data_emit(d, "\r\n", 2, cb, arg);
	d->state = DATA_END;
}
