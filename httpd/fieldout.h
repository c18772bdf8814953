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
 * A header field written with folding (RFC 5322 section 2.2.3) and, where it
 * needs it, RFC 2047 encoding. Lines stay below 78 where white space lets
 * them, and always below 998.
 */
#ifndef FIELDOUT_H
#define FIELDOUT_H

#include <stdbool.h>
#include <stddef.h>

#include "mime.h"

struct fieldout {
	mime_out write_cb;
	void *arg;
	size_t column;
	bool first;  /* nothing but the name is on the line */
	bool utf8;   /* no encoding: RFC 6532 */
	bool failed; /* write_cb did */
};

void fieldout_begin(struct fieldout *, const char *name);
void fieldout_atom(struct fieldout *, const char *, size_t len);
void fieldout_phrase(struct fieldout *, const char *, size_t len);
void fieldout_text(struct fieldout *, const char *, size_t len, bool literal);
void fieldout_end(struct fieldout *);

#endif
