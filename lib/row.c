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
 * Rows of answers.  Values are strings with a kind; nothing is interpreted.
 */
#include "row.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "msg.h"

struct row {
	size_t fields;
	bool bad; /* out of memory or too many fields */
	struct row_field field[ROW_FIELDS_MAX];
};

/* An empty row, or NULL without memory. */
struct row *
row_new(void)
{
	return calloc(1, sizeof(struct row));
}

/* Take all fields out. */
void
row_clear(struct row *r)
{
	size_t i;

	for (i = 0; i < r->fields; i++) {
		free(r->field[i].name);
		free(r->field[i].value);
	}
	r->fields = 0;
	r->bad = false;
}

/* Free a row and its fields; NULL is allowed. */
void
row_free(struct row *r)
{
	if (r == NULL)
		return;
	row_clear(r);
	free(r);
}

/* Add a field whose strings the row takes over; NULL marks the row bad. */
static void
row_add(struct row *r, char *name, char *value, enum row_kind kind)
{
	if (name == NULL || value == NULL || r->fields == ROW_FIELDS_MAX) {
		free(name);
		free(value);
		r->bad = true;
		return;
	}
	r->field[r->fields].name = name;
	r->field[r->fields].value = value;
	r->field[r->fields].kind = kind;
	r->fields++;
}

/* Append a string; name and value are copied. */
void
row_str(struct row *r, const char *name, const char *value)
{
	row_add(r, strdup(name), strdup(value), ROW_STRING);
}

static void
row_int(struct row *r, const char *name, int64_t v, enum row_kind kind)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%" PRId64, v);
	row_add(r, strdup(name), strdup(text), kind);
}

/* Append a number. */
void
row_num(struct row *r, const char *name, int64_t v)
{
	row_int(r, name, v, ROW_NUMBER);
}

/* Append a time in unix seconds. */
void
row_time(struct row *r, const char *name, int64_t v)
{
	row_int(r, name, v, ROW_TIME);
}

/* Append a truth value. */
void
row_bool(struct row *r, const char *name, bool v)
{
	row_add(r, strdup(name), strdup(v ? "true" : "false"), ROW_BOOL);
}

/* Append what has no value: the column of a number or a time that is not set. */
void
row_none(struct row *r, const char *name)
{
	row_add(r, strdup(name), strdup(""), ROW_NONE);
}

/* How many fields there are. */
size_t
row_count(const struct row *r)
{
	return r->fields;
}

/* Field i, which must be below row_count(). */
const struct row_field *
row_at(const struct row *r, size_t i)
{
	return &r->field[i];
}

/* The value of the first field of that name, or NULL. */
const char *
row_value(const struct row *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->fields; i++) {
		if (strcmp(r->field[i].name, name) == 0)
			return r->field[i].value;
	}
	return NULL;
}

/* A field could not be added. */
bool
row_bad(const struct row *r)
{
	return r->bad;
}

/* Append the row to a message; a bad row makes the message bad. */
void
row_put(struct msgout *m, const struct row *r)
{
	size_t i;

	if (r->bad) {
		m->bad = true;
		return;
	}
	msg_put_u32(m, (uint32_t)r->fields);
	for (i = 0; i < r->fields; i++) {
		msg_put_u32(m, r->field[i].kind);
		msg_put_str(m, r->field[i].name);
		msg_put_str(m, r->field[i].value);
	}
}

/* Read a row over what r holds.  0, or -1 if ill-formed. */
int
row_get(struct msgin *m, struct row *r)
{
	char *name, *value;
	enum row_kind kind;
	uint32_t i, n;

	row_clear(r);
	n = msg_get_u32(m);
	if (n > ROW_FIELDS_MAX)
		m->bad = true;
	for (i = 0; i < n && !m->bad; i++) {
		kind = (enum row_kind)msg_get_enum(m, ROW_STRING, ROW_LAST);
		name = msg_dup_str(m, NAME_SIZE);
		value = msg_dup_str(m, ROW_VALUE_MAX);
		row_add(r, name, value, kind);
	}
	return m->bad || r->bad ? -1 : 0;
}
