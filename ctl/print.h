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
 * Rows for a person or for a program: an aligned table, a block of name and
 * value, or a JSON object a line.
 */
#ifndef PRINT_H
#define PRINT_H

#include <stdbool.h>

struct print;
struct row;

enum print_style {
	PRINT_TABLE = 1,
	PRINT_BLOCK, /* few rows with long values */
	PRINT_TRACE, /* events */
	PRINT_STATUS,
	PRINT_DKIM,
	PRINT_JSON
};

struct print *print_new(enum print_style);
void print_row(struct print *, struct row *);
void print_end(struct print *);

#endif
