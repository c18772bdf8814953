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
 * The line reader of SMTP commands: bytes of an evbuffer in, one command line
 * out, strict CRLF (RFC 5321 section 2.3.8). It knows no command.
 */
#ifndef LINE_H
#define LINE_H

#include <stdbool.h>
#include <stddef.h>

struct evbuffer;

enum line_status {
	LINE_MORE, /* no whole line yet */
	LINE_OK,   /* a line; it stays in the buffer until line_consume() */
	LINE_LONG, /* an overlong line has ended and was thrown away */
	LINE_BAD,  /* bare CR, bare LF or NUL: no line can follow safely */
	LINE_FLOOD /* an overlong line that does not end */
};

/* Where the reader stands between two calls; zeroed is the start. */
struct line {
	size_t scanned; /* octets of the input that hold no line end */
	size_t skipped; /* octets of an overlong line thrown away */
	bool skipping;
	bool cr; /* skipping: the last octet thrown away was a CR */
};

enum line_status line_read(struct line *, struct evbuffer *, size_t max,
    char **, size_t *);
void line_consume(struct line *, struct evbuffer *, size_t len);

#endif /* LINE_H */
