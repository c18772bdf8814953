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
 * Printing rows.  A table is gathered in bounded batches so that its columns
 * fit what is in them; nothing is ever cut.
 */
#include "print.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bounds.h"
#include "row.h"

/* Rows gathered before a table's columns are set. */
#define PRINT_BATCH 1000u

/* A character-string in a zone file holds 255 octets. */
#define ZONE_STRING 255u

struct print {
	enum print_style style;
	struct row *row[PRINT_BATCH];
	size_t rows;
	bool titled; /* the table has its head */
	bool any;
	char group[64]; /* of the status rows being printed */
};

/* A printer; NULL without memory. */
struct print *
print_new(enum print_style style)
{
	struct print *p;

	p = calloc(1, sizeof(*p));
	if (p != NULL)
		p->style = style;
	return p;
}

/* A value as a person reads it, in buf or as it is. */
static const char *
text_of(const struct row_field *f, char *buf, size_t size)
{
	struct tm tm;
	time_t t;

	if (f->kind != ROW_TIME)
		return f->value;
	t = (time_t)strtoll(f->value, NULL, 10);
	if (t == 0 || localtime_r(&t, &tm) == NULL ||
	    strftime(buf, size, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		return "-";
	return buf;
}

static void
print_json(const struct row *row)
{
	const struct row_field *f;
	struct json_object *o, *v;
	size_t i;

	o = json_object_new_object();
	for (i = 0; o != NULL && i < row_count(row); i++) {
		f = row_at(row, i);
		if (f->kind == ROW_NUMBER || f->kind == ROW_TIME)
			v = json_object_new_int64(strtoll(f->value, NULL, 10));
		else if (f->kind == ROW_BOOL)
			v = json_object_new_boolean(
			    strcmp(f->value, "true") == 0);
		else
			v = json_object_new_string(f->value);
		(void)json_object_object_add(o, f->name, v);
	}
	(void)printf("%s\n",
	    json_object_to_json_string_ext(o,
		JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	(void)json_object_put(o);
}

static void
print_block(struct print *p, const struct row *row)
{
	const struct row_field *f;
	char buf[64];
	size_t i;

	if (p->any)
		(void)printf("\n");
	for (i = 0; i < row_count(row); i++) {
		f = row_at(row, i);
		if (f->value[0] != '\0')
			(void)printf("%-12s %s\n", f->name,
			    text_of(f, buf, sizeof(buf)));
	}
}

/* The record to publish, in both forms that providers ask for. */
static void
print_dkim(struct print *p, const struct row *row)
{
	const char *value, *name;
	size_t len, n;

	print_block(p, row);
	value = row_value(row, "value");
	name = row_value(row, "name");
	if (value == NULL || name == NULL || row_value(row, "zone") != NULL)
		return;
	(void)printf("\nfor a zone file:\n%s. IN TXT (", name);
	for (len = strlen(value); len > 0; len -= n, value += n) {
		n = len > ZONE_STRING ? ZONE_STRING : len;
		(void)printf("\n    \"%.*s\"", (int)n, value);
	}
	(void)printf(" )\n");
}

static const char *
value_or(const struct row *row, const char *name, const char *otherwise)
{
	const char *v;

	v = row_value(row, name);
	return v == NULL ? otherwise : v;
}

/* An event as a line, what is more behind it as name=value. */
static void
print_trace(const struct row *row)
{
	static const char *const before[] = { "time", "event", "id",
		"recipient", "text" };
	const struct row_field *f;
	size_t i, k;

	(void)printf("%s  %s  %-10s %s", value_or(row, "time", "-"),
	    value_or(row, "id", "-"), value_or(row, "event", "-"),
	    value_or(row, "recipient", ""));
	for (i = 0; i < row_count(row); i++) {
		f = row_at(row, i);
		for (k = 0; k < sizeof(before) / sizeof(before[0]); k++)
			if (strcmp(f->name, before[k]) == 0)
				break;
		if (k == sizeof(before) / sizeof(before[0]))
			(void)printf(" %s=%s", f->name, f->value);
	}
	if (row_value(row, "text") != NULL)
		(void)printf(" \"%s\"", row_value(row, "text"));
	(void)printf("\n");
}

/* Processes first, one a line; then their counters, by process. */
static void
print_status(struct print *p, const struct row *row)
{
	const struct row_field *f;
	char buf[64], group[sizeof(p->group)];
	size_t i;

	(void)snprintf(group, sizeof(group), "%s %s",
	    value_or(row, "process", "?"), value_or(row, "instance", "0"));
	if (row_value(row, "pid") != NULL) {
		(void)printf("%-12s", group);
		for (i = 2; i < row_count(row); i++) {
			f = row_at(row, i);
			(void)printf(" %s %s", f->name,
			    text_of(f, buf, sizeof(buf)));
		}
		(void)printf("\n");
		return;
	}
	if (strcmp(group, p->group) != 0) {
		memcpy(p->group, group, sizeof(group));
		(void)printf("\n%s\n", group);
	}
	(void)printf("    %-24s %s\n", value_or(row, "name", "?"),
	    value_or(row, "value", ""));
}

/* Columns as wide as the longest value in this batch. */
static void
print_table(struct print *p)
{
	const struct row_field *f;
	size_t width[ROW_FIELDS_MAX] = { 0 }, columns, i, k, len;
	char buf[64];

	if (p->rows == 0)
		return;
	columns = row_count(p->row[0]);
	for (k = 0; k < columns; k++)
		width[k] = strlen(row_at(p->row[0], k)->name);
	for (i = 0; i < p->rows; i++)
		for (k = 0; k < columns && k < row_count(p->row[i]); k++) {
			f = row_at(p->row[i], k);
			len = strlen(text_of(f, buf, sizeof(buf)));
			if (len > width[k])
				width[k] = len;
		}
	for (k = 0; !p->titled && k < columns; k++)
		(void)printf("%-*s%s", k + 1 == columns ? 0 : (int)width[k],
		    row_at(p->row[0], k)->name, k + 1 == columns ? "\n" : "  ");
	p->titled = true;
	for (i = 0; i < p->rows; i++) {
		for (k = 0; k < columns && k < row_count(p->row[i]); k++) {
			f = row_at(p->row[i], k);
			(void)printf("%-*s%s",
			    k + 1 == columns ? 0 : (int)width[k],
			    text_of(f, buf, sizeof(buf)),
			    k + 1 == columns ? "\n" : "  ");
		}
		row_free(p->row[i]);
	}
	p->rows = 0;
}

/* Print a row, now or with its table; takes it over. */
void
print_row(struct print *p, struct row *row)
{
	if (p->style == PRINT_TABLE) {
		p->row[p->rows++] = row;
		if (p->rows == PRINT_BATCH)
			print_table(p);
		return;
	}
	if (p->style == PRINT_JSON)
		print_json(row);
	else if (p->style == PRINT_TRACE)
		print_trace(row);
	else if (p->style == PRINT_STATUS)
		print_status(p, row);
	else if (p->style == PRINT_DKIM)
		print_dkim(p, row);
	else
		print_block(p, row);
	p->any = true;
	row_free(row);
}

/* Print what waits, and free. */
void
print_end(struct print *p)
{
	print_table(p);
	(void)fflush(stdout);
	free(p);
}
