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

/* Spaces between columns. */
#define TABLE_GAP 2u

struct table {
	FILE *out;
	size_t width; /* of the terminal; 0: no limit */
	size_t columns;
	char *name[ROW_FIELDS_MAX];
	size_t column[ROW_FIELDS_MAX]; /* width of each */
	bool right[ROW_FIELDS_MAX];    /* numbers */
	char **cell;		       /* rows * columns */
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

static void
print_cell(const struct table *t, size_t i, char *text)
{
	size_t pad, width;

	if (t->width != 0)
		text_cut(text, t->column[i]);
	width = text_width(text);
	pad = width < t->column[i] ? t->column[i] - width : 0;
	if (t->right[i])
		(void)fprintf(t->out, "%*s", (int)pad, "");
	(void)fputs(text, t->out);
	if (i + 1 == t->columns)
		(void)putc('\n', t->out);
	else
		(void)fprintf(t->out, "%*s",
		    (int)(t->right[i] ? TABLE_GAP : pad + TABLE_GAP), "");
}

/* The widest column gives way until the table fits. */
static void
fit(struct table *t)
{
	size_t i, sum, widest;

	for (;;) {
		sum = 0;
		widest = 0;
		for (i = 0; i < t->columns; i++) {
			sum += t->column[i] + (i > 0 ? TABLE_GAP : 0);
			if (t->column[i] > t->column[widest])
				widest = i;
		}
		if (t->width == 0 || sum <= t->width ||
		    t->column[widest] <= TABLE_COLUMN_MIN)
			return;
		if (sum - t->width < t->column[widest] - TABLE_COLUMN_MIN)
			t->column[widest]--;
		else
			t->column[widest] -=
			    (t->column[widest] - TABLE_COLUMN_MIN + 1) / 2;
	}
}

/* Set the columns and print what was gathered. */
static void
flush(struct table *t)
{
	char text[TABLE_TITLE_SIZE];
	size_t i, n;

	if (t->printing || t->columns == 0)
		return;
	t->printing = true;
	fit(t);
	if (t->second)
		(void)putc('\n', t->out);
	for (i = 0; i < t->columns; i++) {
		title(t->name[i], text, sizeof(text));
		print_cell(t, i, text);
	}
	for (n = 0; n < t->rows * t->columns; n++) {
		print_cell(t, n % t->columns, t->cell[n]);
		free(t->cell[n]);
	}
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
	}
	t->cell = calloc(TABLE_ROWS_MAX * t->columns, sizeof(*t->cell));
	return t->cell == NULL ? -1 : 0;
}

/* Add a row, which stays the caller's.  0, or -1 without memory. */
int
table_row(struct table *t, const struct row *row)
{
	char *text;
	size_t i, width;

	if (row_count(row) == 0)
		return 0;
	if (!same_columns(t, row)) {
		clear(t);
		if (start(t, row) == -1)
			return -1;
	}
	for (i = 0; i < t->columns; i++) {
		text = value(row_at(row, i));
		if (text == NULL)
			return -1;
		if (t->printing) {
			print_cell(t, i, text);
			free(text);
			continue;
		}
		width = text_width(text);
		if (width > t->column[i])
			t->column[i] = width;
		t->cell[t->rows * t->columns + i] = text;
	}
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
