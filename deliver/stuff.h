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
 * The bytes of a message as DATA carries them.  Pure.
 */
#ifndef STUFF_H
#define STUFF_H

#include <stdbool.h>
#include <stddef.h>

/* Where in a line the last byte was; start with STUFF_LINE_START. */
enum stuff_state {
	STUFF_LINE_START,
	STUFF_IN_LINE,
	STUFF_CR /* a CR was written that may belong to a CRLF */
};

typedef int (*stuff_write)(void *, const void *, size_t);

int stuff_bytes(enum stuff_state *, const char *, size_t, stuff_write, void *);
int stuff_end(enum stuff_state *, stuff_write, void *);

#endif
