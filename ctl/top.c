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
 * Frames.  A frame is what was gathered since the one before: charts of
 * traffic on top, then the tables of the status.  Charts are in ASCII, so
 * that any terminal shows them.
 */
#include "top.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compat.h"
#include "row.h"
#include "status.h"
#include "table.h"
#include "text.h"

/* Kinds of traffic, and frames that a chart goes back. */
#define TOP_KINDS_MAX 16u
#define TOP_HISTORY   40u

/* Columns beside a chart: its name, and "] 1234567 a minute". */
#define TOP_BESIDE 33u

#define TOP_NAME_SIZE 32u

/* Rows of a frame: more do not fit on any screen. */
#define TOP_ROWS_MAX 200u

struct kind {
	char name[TOP_NAME_SIZE];
	int64_t history[TOP_HISTORY]; /* the newest last */
};

struct top {
	size_t rows;
	struct row *row[TOP_ROWS_MAX]; /* of the frame that is shown */
	size_t nexts;
	struct row *next[TOP_ROWS_MAX]; /* of the one to come */
	size_t kinds;
	struct kind kind[TOP_KINDS_MAX];
};

/* Nothing gathered; NULL without memory. */
struct top *
top_new(void)
{
	return calloc(1, sizeof(struct top));
}

static void
clear(struct top *t)
{
	while (t->rows > 0)
		row_free(t->row[--t->rows]);
}

/* Free; NULL is allowed. */
void
top_free(struct top *t)
{
	if (t == NULL)
		return;
	clear(t);
	top_frame(t);
	clear(t);
	free(t);
}

/* A row of the status as it is shown.  0, or -1 without memory. */
static int
keep(struct top *t, const struct row *row)
{
	struct row *copy;

	if (t->nexts == TOP_ROWS_MAX)
		return 0;
	copy = row_new();
	if (copy == NULL)
		return -1;
	if (!status_row(row, copy)) {
		row_free(copy);
		return 0;
	}
	t->next[t->nexts++] = copy;
	return row_bad(copy) ? -1 : 0;
}

static struct kind *
kind_of(struct top *t, const char *name)
{
	size_t i;

	for (i = 0; i < t->kinds; i++) {
		if (strcmp(t->kind[i].name, name) == 0)
			return &t->kind[i];
	}
	if (t->kinds == TOP_KINDS_MAX ||
	    strlcpy(t->kind[i].name, name, TOP_NAME_SIZE) >= TOP_NAME_SIZE)
		return NULL;
	return &t->kind[t->kinds++];
}

/* Note a row of the status.  0, or -1 without memory. */
int
top_row(struct top *t, const struct row *row)
{
	const char *name, *value;
	struct kind *k;

	name = row_value(row, "recipients");
	value = row_value(row, "minute");
	k = name == NULL || value == NULL ? NULL : kind_of(t, name);
	if (k != NULL) {
		memmove(k->history, k->history + 1,
		    sizeof(k->history) - sizeof(k->history[0]));
		k->history[TOP_HISTORY - 1] = strtoll(value, NULL, 10);
	}
	return keep(t, row);
}

/* A line for a kind: its chart, and how many in the last minute. */
static void
chart(FILE *out, const struct kind *k, size_t width)
{
	static const char ramp[] = " .:-=+*#";
	size_t frames, i, step;
	int64_t most;
	char *name;

	frames = TOP_HISTORY;
	if (width != 0 && width < frames + TOP_BESIDE)
		frames = width < 2 * TOP_BESIDE ? TOP_BESIDE :
						  width - TOP_BESIDE;
	if (frames > TOP_HISTORY)
		frames = TOP_HISTORY;
	most = 1;
	for (i = TOP_HISTORY - frames; i < TOP_HISTORY; i++) {
		if (k->history[i] > most)
			most = k->history[i];
	}
	name = text_clean(k->name);
	(void)fprintf(out, "%-12s [", name == NULL ? "?" : name);
	free(name);
	for (i = TOP_HISTORY - frames; i < TOP_HISTORY; i++) {
		step = k->history[i] <= 0 ?
		    0 :
		    1 + (size_t)(k->history[i] * 6 / most);
		(void)putc(ramp[step], out);
	}
	(void)fprintf(out, "] %lld a minute\n",
	    (long long)k->history[TOP_HISTORY - 1]);
}

/* All rows of this round are there: they are the frame to be drawn. */
void
top_frame(struct top *t)
{
	clear(t);
	memcpy(t->row, t->next, t->nexts * sizeof(t->row[0]));
	t->rows = t->nexts;
	t->nexts = 0;
}

/*
 * Write the frame to out, for a terminal of so many columns (0: any).  0, or
 * -1 without memory.
 */
int
top_draw(const struct top *t, FILE *out, size_t width)
{
	struct table *table;
	size_t i;
	int r;

	table = table_new(out, width);
	if (table == NULL)
		return -1;
	for (i = 0; i < t->kinds; i++)
		chart(out, &t->kind[i], width);
	(void)putc('\n', out);
	r = 0;
	for (i = 0; i < t->rows && r == 0; i++)
		r = table_row(table, t->row[i]);
	table_end(table);
	return r;
}
