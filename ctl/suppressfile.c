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
 * Rows of files of suppressions.  What the columns mean is found out here by
 * their names; what is in them control judges.
 */
#include "suppressfile.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "compat.h"
#include "csv.h"
#include "id.h"
#include "moment.h"
#include "proto_import.h"

enum column {
	COLUMN_ADDRESS,
	COLUMN_COMPARTMENT,
	COLUMN_REASON,
	COLUMN_CREATED,
	COLUMN_EXPIRES,
	COLUMN_SUPPRESSED,
	COLUMN_MESSAGE,
	COLUMN_MESSAGE_ID,
	COLUMN_HOST,
	COLUMN_TEXT,
	COLUMN_NONE
};

struct suppressfile {
	enum suppressfile_format format;
	bool begun;
	struct csv *csv;
	struct json_tokener *tokener;
	enum column column[CSV_FIELDS_MAX];
	size_t columns;
	bool held; /* the first record is a row, not the names */
	uint64_t number;
	char why[ERROR_SIZE];
};

/* Names in lower case, without spaces, "_" and "-". */
static const struct {
	const char *name;
	enum column column;
} names[] = {
	{ "address", COLUMN_ADDRESS },
	{ "email", COLUMN_ADDRESS },
	{ "emailaddress", COLUMN_ADDRESS },
	{ "recipient", COLUMN_ADDRESS },
	{ "compartment", COLUMN_COMPARTMENT },
	{ "reason", COLUMN_REASON },
	{ "type", COLUMN_REASON },
	{ "suppressionreason", COLUMN_REASON },
	{ "created", COLUMN_CREATED },
	{ "createdat", COLUMN_CREATED },
	{ "timecreated", COLUMN_CREATED },
	{ "lastupdatetime", COLUMN_CREATED },
	{ "expires", COLUMN_EXPIRES },
	{ "suppressed", COLUMN_SUPPRESSED },
	{ "timelastsuppressed", COLUMN_SUPPRESSED },
	{ "message", COLUMN_MESSAGE },
	{ "messageid", COLUMN_MESSAGE_ID },
	{ "host", COLUMN_HOST },
	{ "errorsource", COLUMN_HOST },
	{ "text", COLUMN_TEXT },
	{ "error", COLUMN_TEXT },
	{ "errordetail", COLUMN_TEXT },
	{ "description", COLUMN_TEXT },
};

/* Reasons as others name them, folded in the same way. */
static const char *const reasons[][2] = {
	{ "bounce", "hardbounce" },
	{ "hard", "hardbounce" },
	{ "invalid", "hardbounce" },
	{ "invalidemail", "hardbounce" },
	{ "soft", "softbounce" },
	{ "block", "softbounce" },
	{ "transient", "softbounce" },
	{ "spam", "complaint" },
	{ "spamreport", "complaint" },
	{ "spamcomplaint", "complaint" },
	{ "manualsuppression", "manual" },
	{ "unsubscribed", "unsubscribe" },
	{ "unsubscription", "unsubscribe" },
	{ "globalunsubscribe", "unsubscribe" },
};

static void
fold(const char *name, char *out, size_t size)
{
	size_t n;

	for (n = 0; *name != '\0' && n + 1 < size; name++) {
		if (*name == ' ' || *name == '_' || *name == '-')
			continue;
		out[n++] = *name >= 'A' && *name <= 'Z' ? (char)(*name + 32) :
							  *name;
	}
	out[n] = '\0';
}

static enum column
column_of(const char *name)
{
	char folded[NAME_SIZE];
	size_t i;

	fold(name, folded, sizeof(folded));
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i].name, folded) == 0)
			return names[i].column;
	}
	return COLUMN_NONE;
}

/*
 * A file that stays the caller's; SUPPRESSFILE_ANY: look what it is.  NULL
 * without memory.
 */
struct suppressfile *
suppressfile_new(FILE *file, enum suppressfile_format format)
{
	struct suppressfile *f;

	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return NULL;
	f->format = format;
	f->csv = csv_new(file);
	f->tokener = json_tokener_new();
	if (f->csv != NULL && f->tokener != NULL) {
		json_tokener_set_flags(f->tokener,
		    JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
		return f;
	}
	suppressfile_free(f);
	return NULL;
}

/* NULL is allowed. */
void
suppressfile_free(struct suppressfile *f)
{
	if (f == NULL)
		return;
	csv_free(f->csv);
	if (f->tokener != NULL)
		json_tokener_free(f->tokener);
	free(f);
}

/* What is wrong, after SUPPRESSFILE_BAD or SUPPRESSFILE_FAILED. */
const char *
suppressfile_why(const struct suppressfile *f)
{
	return f->why;
}

static enum suppressfile_result
bad(struct suppressfile *f, const char *why, const char *what)
{
	(void)snprintf(f->why, sizeof(f->why), "%s%s", why, what);
	return SUPPRESSFILE_BAD;
}

static enum suppressfile_result
failed(struct suppressfile *f, const char *why)
{
	(void)snprintf(f->why, sizeof(f->why), "%s", why);
	return SUPPRESSFILE_FAILED;
}

/*
 * A reason in control's words.  Some services have the server's reply in the
 * column of that name: a sentence is a text.
 */
static void
set_reason(struct import_row *row, const char *value)
{
	char folded[NAME_SIZE];
	size_t i;

	fold(value, folded, sizeof(folded));
	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (strcmp(reasons[i][0], folded) == 0)
			(void)strlcpy(folded, reasons[i][1], sizeof(folded));
	}
	if (strpbrk(value, "0123456789.:") != NULL)
		(void)strlcpy(row->text, value, sizeof(row->text));
	else
		(void)strlcpy(row->reason, folded, sizeof(row->reason));
}

/* Texts are cut that nobody reads to the end; others are not. */
static int
set_value(struct suppressfile *f, struct import_row *row, enum column column,
    const char *value)
{
	size_t len;

	len = strlen(value);
	if (len == 0 || column == COLUMN_NONE)
		return 0;
	switch (column) {
	case COLUMN_ADDRESS:
		if (strlcpy(row->address, value, sizeof(row->address)) <
		    sizeof(row->address))
			return 0;
		return bad(f, "an address that is too long", "");
	case COLUMN_COMPARTMENT:
		if (strlcpy(row->compartment, value, sizeof(row->compartment)) <
		    sizeof(row->compartment))
			return 0;
		return bad(f, "a compartment's name that is too long", "");
	case COLUMN_CREATED:
		if (moment_parse(value, &row->created) == 0)
			return 0;
		return bad(f, "no time: ", value);
	case COLUMN_EXPIRES:
		if (moment_parse(value, &row->expires) == 0)
			return 0;
		return bad(f, "no time: ", value);
	case COLUMN_SUPPRESSED:
		if (moment_parse(value, &row->suppressed) == 0)
			return 0;
		return bad(f, "no time: ", value);
	case COLUMN_REASON:
		set_reason(row, value);
		return 0;
	case COLUMN_MESSAGE:
		(void)id_parse(value, &row->message);
		return 0;
	case COLUMN_MESSAGE_ID:
		(void)strlcpy(row->message_id, value, sizeof(row->message_id));
		return 0;
	case COLUMN_HOST:
		(void)strlcpy(row->host, value, sizeof(row->host));
		return 0;
	case COLUMN_TEXT:
		(void)strlcpy(row->text, value, sizeof(row->text));
		return 0;
	case COLUMN_NONE:
		break;
	}
	return 0;
}

/* The first record: names of columns, or the first address of a list. */
static enum suppressfile_result
read_names(struct suppressfile *f)
{
	enum csv_result r;
	bool any;
	size_t i;

	r = csv_read(f->csv);
	if (r == CSV_FAILED)
		return failed(f, strerror(errno));
	if (r == CSV_END)
		return SUPPRESSFILE_END;
	if (r == CSV_BAD)
		return failed(f, csv_why(f->csv));
	any = false;
	f->columns = csv_fields(f->csv);
	for (i = 0; i < f->columns; i++) {
		f->column[i] = column_of(csv_field(f->csv, i));
		any = any || f->column[i] == COLUMN_ADDRESS;
	}
	f->number = 1;
	if (any)
		return SUPPRESSFILE_ROW;
	if (f->columns > 1)
		return failed(f,
		    "the first line names no column for addresses (\"address\", "
		    "\"email\", \"EmailAddress\" or \"recipient\")");
	f->column[0] = COLUMN_ADDRESS;
	f->held = true;
	return SUPPRESSFILE_ROW;
}

/* What the file begins like. */
static void
begin(struct suppressfile *f)
{
	int first;

	f->begun = true;
	csv_begin(f->csv);
	first = csv_peek(f->csv);
	if (f->format == SUPPRESSFILE_ANY)
		f->format = first == '{' ? SUPPRESSFILE_JSON : SUPPRESSFILE_CSV;
}

static bool
is_blank(const struct csv *c)
{
	const char *text;

	text = csv_field(c, 0);
	return csv_fields(c) == 1 && text[strspn(text, " \t")] == '\0';
}

/* An address, without the spaces that people leave around it. */
static void
trim(char *text)
{
	size_t skip, len;

	skip = strspn(text, " \t");
	len = strlen(text + skip);
	memmove(text, text + skip, len + 1);
	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		text[--len] = '\0';
}

static enum suppressfile_result
csv_row(struct suppressfile *f, struct import_row *row)
{
	size_t i;

	if (csv_fields(f->csv) > f->columns)
		return bad(f, "more fields than the first line has names", "");
	for (i = 0; i < csv_fields(f->csv); i++) {
		if (set_value(f, row, f->column[i], csv_field(f->csv, i)) != 0)
			return SUPPRESSFILE_BAD;
	}
	trim(row->address);
	return row->address[0] == '\0' ? bad(f, "no address", "") :
					 SUPPRESSFILE_ROW;
}

static enum suppressfile_result
read_csv(struct suppressfile *f, struct import_row *row)
{
	enum suppressfile_result r;

	if (f->columns == 0) {
		r = read_names(f);
		if (r != SUPPRESSFILE_ROW)
			return r;
	}
	while (!f->held || is_blank(f->csv)) {
		f->held = true;
		f->number++;
		switch (csv_read(f->csv)) {
		case CSV_RECORD:
			break;
		case CSV_END:
			return SUPPRESSFILE_END;
		case CSV_BAD:
			f->held = false;
			return bad(f, csv_why(f->csv), "");
		case CSV_FAILED:
			return failed(f, strerror(errno));
		}
	}
	f->held = false;
	return csv_row(f, row);
}

static enum suppressfile_result
json_row(struct suppressfile *f, struct json_object *o, struct import_row *row)
{
	struct json_object_iterator i, end;
	struct json_object *v;
	const char *name;

	i = json_object_iter_begin(o);
	end = json_object_iter_end(o);
	for (; !json_object_iter_equal(&i, &end); json_object_iter_next(&i)) {
		name = json_object_iter_peek_name(&i);
		v = json_object_iter_peek_value(&i);
		if (!json_object_is_type(v, json_type_string) &&
		    !json_object_is_type(v, json_type_int))
			continue;
		if (json_object_is_type(v, json_type_int) &&
		    json_object_get_int64(v) == 0)
			continue;
		if (set_value(f, row, column_of(name),
			json_object_get_string(v)) != 0)
			return SUPPRESSFILE_BAD;
	}
	trim(row->address);
	return row->address[0] == '\0' ? bad(f, "no address", "") :
					 SUPPRESSFILE_ROW;
}

static enum suppressfile_result
json_line(struct suppressfile *f, const char *line, size_t len,
    struct import_row *row)
{
	enum suppressfile_result r;
	struct json_object *o;

	json_tokener_reset(f->tokener);
	/* A number at the end of the text is complete with its NUL only. */
	o = json_tokener_parse_ex(f->tokener, line, (int)len + 1);
	if (o == NULL || !json_object_is_type(o, json_type_object) ||
	    json_tokener_get_parse_end(f->tokener) < len) {
		r = bad(f, "not one object of JSON on one line", "");
	} else
		r = json_row(f, o, row);
	(void)json_object_put(o);
	return r;
}

static enum suppressfile_result
read_json(struct suppressfile *f, struct import_row *row)
{
	const char *line;
	size_t len;

	for (;;) {
		f->number++;
		switch (csv_line(f->csv, &line, &len)) {
		case CSV_RECORD:
			break;
		case CSV_END:
			return SUPPRESSFILE_END;
		case CSV_BAD:
			return bad(f, csv_why(f->csv), "");
		case CSV_FAILED:
			return failed(f, strerror(errno));
		}
		if (line[strspn(line, " \t")] != '\0')
			return json_line(f, line, len, row);
	}
}

/* Read the next row; it has its number in any case. */
enum suppressfile_result
suppressfile_read(struct suppressfile *f, struct import_row *row)
{
	enum suppressfile_result r;

	memset(row, 0, sizeof(*row));
	if (!f->begun)
		begin(f);
	r = f->format == SUPPRESSFILE_JSON ? read_json(f, row) :
					     read_csv(f, row);
	row->number = f->number;
	return r;
}
