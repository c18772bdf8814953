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
 * Layouts.  Values come from elsewhere, some from remote servers: they go
 * through text_clean(), or json-c, before they are printed.
 */
#include "print.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "base64.h"
#include "bounds.h"
#include "check.h"
#include "row.h"
#include "status.h"
#include "table.h"
#include "text.h"

/* Columns of the names in a record. */
#define PRINT_NAME_WIDTH 13

struct print {
	enum layout layout;
	bool json;
	bool any; /* a row was printed */
	struct table *table;
	struct row *row;	   /* what is made of one that came */
	struct accounts *accounts; /* for the audit, else NULL */
};

/*
 * A printer for one answer; width is the terminal's, or 0.  NULL without
 * memory.
 */
struct print *
print_new(enum layout layout, bool json, size_t width)
{
	struct print *p;

	p = calloc(1, sizeof(*p));
	if (p == NULL)
		return NULL;
	p->layout = layout;
	p->json = json;
	p->table = table_new(stdout, width);
	p->row = row_new();
	p->accounts = layout == LAYOUT_AUDIT ? accounts_new() : NULL;
	if (p->table == NULL || p->row == NULL ||
	    (layout == LAYOUT_AUDIT && p->accounts == NULL)) {
		table_end(p->table);
		row_free(p->row);
		accounts_free(p->accounts);
		free(p);
		return NULL;
	}
	return p;
}

/* A column of the table that is neither left out nor cut: see table.h. */
void
print_need(struct print *p, const char *name)
{
	table_need(p->table, name);
}

/* What is not UTF-8 is replaced, for JSON is (RFC 8259 section 8.1). */
static struct json_object *
json_text(const char *value)
{
	struct json_object *o;
	char *text;

	text = text_utf8(value);
	o = text == NULL ? NULL : json_object_new_string(text);
	free(text);
	return o;
}

static struct json_object *
json_value(const struct row_field *f)
{
	switch (f->kind) {
	case ROW_NUMBER:
	case ROW_TIME:
		return json_object_new_int64(strtoll(f->value, NULL, 10));
	case ROW_BOOL:
		return json_object_new_boolean(strcmp(f->value, "true") == 0);
	case ROW_NONE:
		return NULL;
	case ROW_STRING:
		break;
	}
	return json_text(f->value);
}

/* The name of the account that did what the row tells of, or NULL. */
static const char *
account_name(const struct print *p, const struct row *row)
{
	const char *who;

	who = row_value(row, "who");
	return p->accounts == NULL || who == NULL ?
	    NULL :
	    accounts_name(p->accounts, who);
}

/* One object a line.  Times are unix seconds. */
static int
print_json(const struct print *p, const struct row *row)
{
	const char *name, *text;
	struct json_object *o;
	size_t i;

	o = json_object_new_object();
	if (o == NULL)
		return -1;
	for (i = 0; i < row_count(row); i++)
		(void)json_object_object_add(o, row_at(row, i)->name,
		    json_value(row_at(row, i)));
	name = account_name(p, row);
	if (name != NULL)
		(void)json_object_object_add(o, "name", json_text(name));
	text = json_object_to_json_string_ext(o,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	if (text != NULL)
		(void)puts(text);
	(void)json_object_put(o);
	return text == NULL ? -1 : 0;
}

/* A value, or "" if there is none, fit to be printed; the caller frees. */
static char *
clean(const struct row *row, const char *name)
{
	const char *v;

	v = row_value(row, name);
	return text_clean(v == NULL ? "" : v);
}

static int
print_field(const struct row_field *f, const char *name)
{
	char when[TEXT_TIME_SIZE];
	char *text;

	(void)printf("%-*s ", PRINT_NAME_WIDTH, name);
	if (f->kind == ROW_TIME) {
		text_time(f->value, when, sizeof(when));
		(void)puts(when);
		return 0;
	}
	text = text_clean(f->value);
	if (text == NULL)
		return -1;
	(void)puts(text);
	free(text);
	return 0;
}

/* What is not empty, a line each, but for the names in skip. */
static int
print_record(struct print *p, const struct row *row, const char *const *skip)
{
	const struct row_field *f;
	size_t i, k;

	if (p->any)
		(void)putchar('\n');
	for (i = 0; i < row_count(row); i++) {
		f = row_at(row, i);
		for (k = 0; skip != NULL && skip[k] != NULL; k++) {
			if (strcmp(skip[k], f->name) == 0)
				break;
		}
		if ((skip != NULL && skip[k] != NULL) || f->value[0] == '\0')
			continue;
		if (print_field(f, f->name) == -1)
			return -1;
	}
	return 0;
}

static int
print_credential(struct print *p, const struct row *row)
{
	if (print_record(p, row, NULL) == -1)
		return -1;
	if (row_value(row, "password") != NULL)
		(void)puts("\nThe password is shown this once: edd keeps only "
			   "a digest of it.");
	if (row_value(row, "key") != NULL)
		(void)puts("\nThe key signs what is sent there, and is shown "
			   "this once.");
	return 0;
}

/* The same by way of the base domain, if there is one. */
static int
print_cname(const struct row *row)
{
	char *name, *target;

	if (row_value(row, "cname") == NULL)
		return 0;
	name = clean(row, "name");
	target = clean(row, "cname");
	if (name != NULL && target != NULL)
		(void)printf("\nOr, with the value above at %s:\ntype   CNAME\n"
			     "name   %s\nvalue  %s\n",
		    target, name, target);
	free(name);
	free(target);
	return name == NULL || target == NULL ? -1 : 0;
}

/* The record to publish, in both forms that DNS providers ask for. */
static int
print_dkim(struct print *p, const struct row *row)
{
	static const char *const skip[] = { "name", "type", "value", "zone",
		"cname", NULL };
	char *name, *value, *zone;

	if (print_record(p, row, skip) == -1)
		return -1;
	if (row_value(row, "zone") == NULL)
		return 0;
	name = clean(row, "name");
	value = clean(row, "value");
	zone = clean(row, "zone");
	if (name != NULL && value != NULL && zone != NULL)
		(void)printf("\nIn a zone file:\n%s\n\nAt a DNS "
			     "provider:\ntype   TXT\nname   %s\nvalue  %s\n",
		    zone, name, value);
	free(name);
	free(value);
	free(zone);
	return print_cname(row);
}

/* The line of a file that the row is. */
static int
print_line(const struct row *row)
{
	char *text;

	text = clean(row, "line");
	if (text == NULL)
		return -1;
	(void)puts(text);
	free(text);
	return 0;
}

/* An event: a line of what matters, then a line of the rest. */
static int
print_trace(const struct row *row)
{
	static const char *const first[] = { "time", "id", "event",
		"recipient" };
	const struct row_field *f;
	size_t i, k;
	char *text;

	for (k = 0; k < sizeof(first) / sizeof(first[0]); k++) {
		text = clean(row, first[k]);
		if (text == NULL)
			return -1;
		(void)printf(k == 2 ? "%-10s" : "%s", text);
		(void)fputs(k == 3 ? "\n   " : "  ", stdout);
		free(text);
	}
	for (i = 0; i < row_count(row); i++) {
		f = row_at(row, i);
		for (k = 0; k < sizeof(first) / sizeof(first[0]); k++) {
			if (strcmp(first[k], f->name) == 0)
				break;
		}
		if (k < sizeof(first) / sizeof(first[0]) || f->value[0] == '\0')
			continue;
		text = text_clean(f->value);
		if (text == NULL)
			return -1;
		(void)printf(strchr(text, ' ') == NULL ? " %s=%s" :
							 " %s=\"%s\"",
		    f->name, text);
		free(text);
	}
	(void)putchar('\n');
	return 0;
}

/* A change: when, who and what, then what it was and is. */
static int
print_audit(const struct print *p, const struct row *row)
{
	static const char *const part[] = { "who", "verb", "object", "old",
		"new" };
	static const char *const before[] = { "  ", "  ", " ", "\n    - ",
		"\n    + " };
	char when[TEXT_TIME_SIZE];
	const char *name, *v;
	char *text;
	size_t i;

	name = account_name(p, row);
	v = row_value(row, "time");
	text_time(v == NULL ? "" : v, when, sizeof(when));
	(void)fputs(when, stdout);
	for (i = 0; i < sizeof(part) / sizeof(part[0]); i++) {
		text = clean(row, part[i]);
		if (text == NULL)
			return -1;
		if (text[0] != '\0')
			(void)printf("%s%s", before[i], text);
		if (i == 0 && name != NULL)
			(void)printf(" (%s)", name);
		free(text);
	}
	(void)putchar('\n');
	return 0;
}

/* A piece of a message, as it is. */
static int
print_octets(const struct row *row)
{
	uint8_t octets[BASE64_OCTETS(ROW_VALUE_MAX)];
	const char *text;
	size_t len;

	text = row_value(row, "data");
	if (text == NULL)
		return 0;
	if (base64_decode(text, strlen(text), octets, sizeof(octets), &len) ==
	    -1)
		return -1;
	return fwrite(octets, 1, len, stdout) == len ? 0 : -1;
}

/* What matters of how edd is, a table for each kind. */
static int
print_status(struct print *p, const struct row *row)
{
	if (!status_row(row, p->row))
		return 0;
	return row_bad(p->row) ? -1 : table_row(p->table, p->row);
}

/* Print a row, now or with its table.  0, or -1 without memory. */
int
print_row(struct print *p, const struct row *row)
{
	int r;

	r = -1;
	if (p->layout == LAYOUT_OCTETS)
		return print_octets(row);
	if (p->json)
		return print_json(p, row);
	switch (p->layout) {
	case LAYOUT_TABLE:
		r = table_row(p->table, row);
		break;
	case LAYOUT_RECORD:
		r = print_record(p, row, NULL);
		break;
	case LAYOUT_CREDENTIAL:
		r = print_credential(p, row);
		break;
	case LAYOUT_DKIM:
		r = print_dkim(p, row);
		break;
	case LAYOUT_LINES:
		r = print_line(row);
		break;
	case LAYOUT_CHECK:
		r = check_print(row);
		break;
	case LAYOUT_TRACE:
		r = print_trace(row);
		break;
	case LAYOUT_OCTETS:
		break;
	case LAYOUT_AUDIT:
		r = print_audit(p, row);
		break;
	case LAYOUT_STATUS:
		r = print_status(p, row);
		break;
	}
	p->any = true;
	return r;
}

/* Print what waits, and free.  0, or -1 if standard output failed. */
int
print_end(struct print *p)
{
	table_end(p->table);
	row_free(p->row);
	accounts_free(p->accounts);
	free(p);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : -1;
}
