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
 * Tables.  Rows are gathered up to a bound, which sets the columns; what
 * comes after that is printed at once, and may be wider.  Rows with other
 * columns begin another table.
 */
#include "table.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "row.h"
#include "text.h"

/* Rows that are gathered. */
#define TABLE_ROWS_MAX 1000u

/* Columns are not made narrower than this for the terminal's sake. */
#define TABLE_COLUMN_MIN 8u

/* A title; longer names are cut. */
#define TABLE_TITLE_SIZE 64u

/* Columns that are never cut nor left out, and octets of their names. */
#define TABLE_NEEDS_MAX 16u
#define TABLE_NEED_SIZE 32u

/* What ids of objects begin with. */
#define TABLE_ID "ocid1."

/* Spaces between columns. */
#define TABLE_GAP 2u

struct table {
	FILE *out;
	size_t width; /* of the terminal; 0: no limit */
	size_t columns;
	char *name[ROW_FIELDS_MAX];
	size_t column[ROW_FIELDS_MAX]; /* width of each */
	bool right[ROW_FIELDS_MAX];    /* numbers */
	bool filled[ROW_FIELDS_MAX];   /* something is in it */
	bool others[ROW_FIELDS_MAX];   /* and not only ids */
	bool hidden[ROW_FIELDS_MAX];   /* there is no room for it */
	char needs[TABLE_NEEDS_MAX][TABLE_NEED_SIZE];
	size_t n_needs;
	char **cell; /* rows * columns */
	size_t rows;
	bool printing; /* the columns are set */
	bool second;   /* another table was before */
};

/*
 * An empty table, to be written to out, for a terminal of so many columns, or
 * 0 for anything else; then nothing is cut.  NULL without memory.
 */
struct table *
table_new(FILE *out, size_t width)
{
	struct table *t;

	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	t->out = out;
	t->width = width;
	return t;
}

static bool
is_need(const struct table *t, const char *name)
{
	size_t i;

	for (i = 0; i < t->n_needs; i++) {
		if (strcmp(t->needs[i], name) == 0)
			return true;
	}
	return false;
}

/*
 * Without the column of this name a row says too little: it is neither left
 * out nor cut.
 */
void
table_need(struct table *t, const char *name)
{
	if (t->n_needs < TABLE_NEEDS_MAX && !is_need(t, name))
		(void)snprintf(t->needs[t->n_needs++], TABLE_NEED_SIZE, "%s",
		    name);
}

static bool
is_needed(const struct table *t, size_t column)
{
	return is_need(t, t->name[column]);
}

/* "messageId" is "MESSAGE ID" on top of a column. */
static void
title(const char *name, char *out, size_t size)
{
	size_t n;

	for (n = 0; *name != '\0' && n + 2 < size; name++) {
		if (*name >= 'A' && *name <= 'Z')
			out[n++] = ' ';
		out[n++] = *name >= 'a' && *name <= 'z' ?
		    (char)(*name - 'a' + 'A') :
		    *name;
	}
	out[n] = '\0';
}

/* A value as people read it. */
static char *
value(const struct row_field *f)
{
	char when[TEXT_TIME_SIZE];

	if (f->kind != ROW_TIME)
		return text_clean(f->value);
	text_time(f->value, when, sizeof(when));
	return strdup(when);
}

/* A line: the cells of the columns that are shown. */
static void
print_line(const struct table *t, char *const *text)
{
	size_t i, gap, pad, width;

	gap = 0;
	for (i = 0; i < t->columns; i++) {
		if (t->hidden[i])
			continue;
		if (t->width != 0)
			text_cut(text[i], t->column[i]);
		width = text_width(text[i]);
		pad = width < t->column[i] ? t->column[i] - width : 0;
		(void)fprintf(t->out, "%*s%s",
		    (int)(gap + (t->right[i] ? pad : 0)), "", text[i]);
		gap = TABLE_GAP + (t->right[i] ? 0 : pad);
	}
	(void)putc('\n', t->out);
}

/* Columns by which the table is too wide. */
static size_t
excess(const struct table *t)
{
	size_t i, sum;

	if (t->width == 0)
		return 0;
	sum = 0;
	for (i = 0; i < t->columns; i++) {
		if (!t->hidden[i])
			sum += t->column[i] + (sum > 0 ? TABLE_GAP : 0);
	}
	return sum > t->width ? sum - t->width : 0;
}

static bool
is_empty(const struct table *t, size_t i)
{
	return !t->filled[i];
}

static bool
is_created(const struct table *t, size_t i)
{
	return strcmp(t->name[i], "created") == 0;
}

static bool
is_id(const struct table *t, size_t i)
{
	return t->filled[i] && !t->others[i];
}

/*
 * Leave out columns of a kind, from the right, as long as the table is too
 * wide; never the first, by which one knows what a row is about.
 */
static void
hide(struct table *t, bool (*kind)(const struct table *, size_t))
{
	size_t i;

	for (i = t->columns; i-- > 1 && excess(t) > 0;) {
		if (kind(t, i) && !is_needed(t, i))
			t->hidden[i] = true;
	}
}

/* Make columns from first to last narrower, the widest first. */
static void
cut(struct table *t, size_t first, size_t last)
{
	size_t i, over, spare, widest;

	while ((over = excess(t)) > 0) {
		widest = t->columns;
		for (i = first; i < last; i++) {
			if (!t->hidden[i] && !is_needed(t, i) &&
			    (widest == t->columns ||
				t->column[i] > t->column[widest]))
				widest = i;
		}
		if (widest == t->columns ||
		    t->column[widest] <= TABLE_COLUMN_MIN)
			return;
		spare = t->column[widest] - TABLE_COLUMN_MIN;
		t->column[widest] -= over < spare ? 1 : (spare + 1) / 2;
	}
}

/* Whether there is room for all columns if each is cut as far as it can be. */
static bool
fits_if_cut(const struct table *t)
{
	size_t i, spare;

	spare = 0;
	for (i = 0; i < t->columns; i++) {
		if (!t->hidden[i] && !is_needed(t, i) &&
		    t->column[i] > TABLE_COLUMN_MIN)
			spare += t->column[i] - TABLE_COLUMN_MIN;
	}
	return spare >= excess(t);
}

/*
 * On a terminal: what is empty goes first, then when things were made and ids
 * that no command asks for, then what is cut is, the first column last; and
 * what has no room even so goes as well.
 */
static void
fit(struct table *t)
{
	size_t i;

	hide(t, is_empty);
	hide(t, is_created);
	hide(t, is_id);
	for (i = t->columns; i-- > 1 && !fits_if_cut(t);)
		t->hidden[i] = t->hidden[i] || !is_needed(t, i);
	cut(t, 1, t->columns);
	cut(t, 0, 1);
}

/* Set the columns and print what was gathered. */
static void
flush(struct table *t)
{
	char titles[ROW_FIELDS_MAX][TABLE_TITLE_SIZE];
	char *text[ROW_FIELDS_MAX];
	size_t i, n;

	if (t->printing || t->columns == 0)
		return;
	t->printing = true;
	fit(t);
	if (t->second)
		(void)putc('\n', t->out);
	for (i = 0; i < t->columns; i++) {
		text[i] = titles[i];
		title(t->name[i], text[i], sizeof(titles[i]));
	}
	print_line(t, text);
	for (n = 0; n < t->rows; n++)
		print_line(t, t->cell + n * t->columns);
	for (n = 0; n < t->rows * t->columns; n++)
		free(t->cell[n]);
	free(t->cell);
	t->cell = NULL;
	t->rows = 0;
}

static void
clear(struct table *t)
{
	size_t i;

	flush(t);
	for (i = 0; i < t->columns; i++)
		free(t->name[i]);
	t->second = t->columns > 0;
	t->columns = 0;
	t->printing = false;
}

static bool
same_columns(const struct table *t, const struct row *row)
{
	size_t i;

	if (t->columns != row_count(row))
		return false;
	for (i = 0; i < t->columns; i++) {
		if (strcmp(row_at(row, i)->name, t->name[i]) != 0)
			return false;
	}
	return true;
}

static int
start(struct table *t, const struct row *row)
{
	const struct row_field *f;
	char text[TABLE_TITLE_SIZE];
	size_t i;

	for (i = 0; i < row_count(row); i++) {
		f = row_at(row, i);
		t->name[i] = strdup(f->name);
		t->columns = i + 1;
		if (t->name[i] == NULL)
			return -1;
		title(f->name, text, sizeof(text));
		t->column[i] = text_width(text);
		t->right[i] = f->kind == ROW_NUMBER;
		t->filled[i] = t->others[i] = t->hidden[i] = false;
	}
	t->cell = calloc(TABLE_ROWS_MAX * t->columns, sizeof(*t->cell));
	return t->cell == NULL ? -1 : 0;
}

/* What is known of a column from a cell of it. */
static void
note(struct table *t, size_t i, const char *text, enum row_kind kind)
{
	size_t width;

	t->right[i] = t->right[i] || kind == ROW_NUMBER;
	width = text_width(text);
	if (width > t->column[i])
		t->column[i] = width;
	if (text[0] == '\0' || strcmp(text, "-") == 0)
		return;
	t->filled[i] = true;
	if (strncmp(text, TABLE_ID, strlen(TABLE_ID)) != 0)
		t->others[i] = true;
}

/* Add a row, which stays the caller's.  0, or -1 without memory. */
int
table_row(struct table *t, const struct row *row)
{
	char *late[ROW_FIELDS_MAX] = { NULL }, **text;
	size_t i, n;

	if (row_count(row) == 0)
		return 0;
	if (!same_columns(t, row)) {
		clear(t);
		if (start(t, row) == -1)
			return -1;
	}
	text = t->printing ? late : t->cell + t->rows * t->columns;
	for (n = 0; n < t->columns; n++) {
		text[n] = value(row_at(row, n));
		if (text[n] == NULL)
			break;
		if (!t->printing)
			note(t, n, text[n], row_at(row, n)->kind);
	}
	if (n == t->columns && t->printing)
		print_line(t, text);
	for (i = 0; i < n && (t->printing || n < t->columns); i++)
		free(text[i]);
	if (n < t->columns)
		return -1;
	if (!t->printing && ++t->rows == TABLE_ROWS_MAX)
		flush(t);
	return 0;
}

/* Print what waits, and free; NULL is allowed. */
void
table_end(struct table *t)
{
	if (t == NULL)
		return;
	clear(t);
	free(t);
}
