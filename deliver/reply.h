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
 * Replies of SMTP servers: lines in, a code, an enhanced code and a text out.
 * Pure and without a buffer: whoever reads the socket keeps the bytes.
 */
#ifndef REPLY_H
#define REPLY_H

#include <stddef.h>

#include "bounds.h"
#include "limits.h"

enum reply_result {
	REPLY_MORE, /* no whole line yet */
	REPLY_LINE, /* a line, and more are to come */
	REPLY_DONE, /* the last line */
	REPLY_BAD   /* not SMTP: nothing more can be read from this server */
};

struct reply {
	unsigned code;		      /* 200 to 599 */
	char enhanced[ENHANCED_SIZE]; /* of the first line, or empty */
	char text[REPLY_TEXT_SIZE];   /* all lines, without codes, printable */
	size_t text_len;
	size_t lines;
	const char *line; /* text of the last line, into the caller's bytes */
	size_t line_len;
};

void reply_reset(struct reply *);
enum reply_result reply_parse(struct reply *, const char *, size_t,
    size_t *used);
size_t reply_enhanced(const char *, size_t, char[ENHANCED_SIZE]);

#endif
