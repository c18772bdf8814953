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
 * A row of an answer to the operator: an ordered list of named values.
 * control and the other processes make rows, edctl prints them as a table or
 * as JSON.  A row knows nothing of what its columns mean.
 */
#ifndef ROW_H
#define ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct msgin;
struct msgout;

enum row_kind {
	ROW_STRING = 1,
	ROW_NUMBER, /* decimal integer */
	ROW_TIME,   /* unix seconds */
	ROW_BOOL,   /* "true" or "false" */
	ROW_NONE,   /* none of the others: no value, which is empty */
	ROW_LAST = ROW_NONE
};

struct row_field {
	char *name;
	char *value;
	enum row_kind kind;
};

struct row;

struct row *row_new(void);
void row_free(struct row *);
void row_clear(struct row *);
void row_str(struct row *, const char *name, const char *value);
void row_num(struct row *, const char *, int64_t);
void row_time(struct row *, const char *, int64_t);
void row_none(struct row *, const char *);
void row_bool(struct row *, const char *, bool);
size_t row_count(const struct row *);
const struct row_field *row_at(const struct row *, size_t);
const char *row_value(const struct row *, const char *);
bool row_bad(const struct row *);
void row_put(struct msgout *, const struct row *);
int row_get(struct msgin *, struct row *);

#endif
