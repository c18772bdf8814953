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
 * Records of a CSV file (RFC 4180), one at a time.  A record that is ill-formed
 * costs its first line only: reading goes on with the next.
 */
#ifndef CSV_H
#define CSV_H

#include <stddef.h>
#include <stdio.h>

/* Octets of a record, with its quotes and line ends. */
#define CSV_RECORD_MAX 65536u

/* Fields of a record. */
#define CSV_FIELDS_MAX 128u

enum csv_result {
	CSV_RECORD,
	CSV_END,
	CSV_BAD,   /* csv_why() says what */
	CSV_FAILED /* reading did, with errno */
};

struct csv;

struct csv *csv_new(FILE *);
void csv_free(struct csv *);
void csv_begin(struct csv *);
int csv_peek(struct csv *);
enum csv_result csv_read(struct csv *);
enum csv_result csv_line(struct csv *, const char **, size_t *);
size_t csv_fields(const struct csv *);
const char *csv_field(const struct csv *, size_t);
const char *csv_why(const struct csv *);

void csv_write(FILE *, const char *field, char before);

#endif
