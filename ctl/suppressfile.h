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
 * Suppressions in a file: CSV with a line of names, one address a line, or
 * JSON, one object a line; as edctl writes them, and as the well-known services
 * do.
 */
#ifndef SUPPRESSFILE_H
#define SUPPRESSFILE_H

#include <stdint.h>
#include <stdio.h>

struct import_row;
struct suppressfile;

enum suppressfile_format {
	SUPPRESSFILE_ANY, /* what it begins like */
	SUPPRESSFILE_CSV,
	SUPPRESSFILE_JSON
};

enum suppressfile_result {
	SUPPRESSFILE_ROW,
	SUPPRESSFILE_END,
	SUPPRESSFILE_BAD,   /* a row: its number is set, why says what */
	SUPPRESSFILE_FAILED /* the file; why says what */
};

struct suppressfile *suppressfile_new(FILE *, enum suppressfile_format);
void suppressfile_free(struct suppressfile *);
enum suppressfile_result suppressfile_read(struct suppressfile *,
    struct import_row *);
const char *suppressfile_why(const struct suppressfile *);

#endif
