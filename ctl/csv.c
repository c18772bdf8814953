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
 * A reader of CSV over a buffer that holds one record at least, and the
 * writing of fields.  Knows nothing of what is in them.
 *
 *   record       = field *(COMMA field)
 *   field        = (escaped / non-escaped)
 *   escaped      = DQUOTE *(TEXTDATA / COMMA / CR / LF / 2DQUOTE) DQUOTE
 *   non-escaped  = *TEXTDATA
 *
 * Taken beyond RFC 4180: any octets but NUL, a bare LF as the end of a record,
 * other separators.
 */
#include "csv.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct csv {
	FILE *file;
	char separator;
	bool ended; /* the file; not what is in the buffer */
	const char *why;
	size_t pos; /* of the next record in the buffer */
	size_t len;
	size_t fields;
	char *field[CSV_FIELDS_MAX];
	size_t used; /* of text */
	char buffer[CSV_RECORD_MAX];
	char text[CSV_RECORD_MAX + 1]; /* fields without their quotes */
};

/* A reader of a file, which stays the caller's; NULL without memory. */
struct csv *
csv_new(FILE *file)
{
	struct csv *c;

	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	c->file = file;
	c->separator = ',';
	return c;
}

/* NULL is allowed. */
void
csv_free(struct csv *c)
{
	free(c);
}

/* Have more in the buffer.  Whether there is. */
static bool
fill(struct csv *c)
{
	size_t n;

	if (c->ended)
		return false;
	if (c->pos > 0) {
		memmove(c->buffer, c->buffer + c->pos, c->len - c->pos);
		c->len -= c->pos;
		c->pos = 0;
	}
	n = fread(c->buffer + c->len, 1, sizeof(c->buffer) - c->len, c->file);
	c->len += n;
	c->ended = n == 0;
	return n > 0;
}

/* The octet at an offset from the record's start, or EOF. */
static int
octet(struct csv *c, size_t at)
{
	if (c->pos + at >= c->len &&
	    (c->len - c->pos == sizeof(c->buffer) || !fill(c)))
		return EOF;
	return (unsigned char)c->buffer[c->pos + at];
}

/* The first octet of what comes next, or EOF. */
int
csv_peek(struct csv *c)
{
	return octet(c, 0);
}

/*
 * Before the first record: pass over a byte order mark, and separate fields by
 * what the first line has.
 */
void
csv_begin(struct csv *c)
{
	size_t at;
	int o;

	if (octet(c, 0) == 0xef && octet(c, 1) == 0xbb && octet(c, 2) == 0xbf)
		c->pos += 3;
	for (at = 0; (o = octet(c, at)) != EOF && o != '\n'; at++) {
		if (o == ',' || o == ';' || o == '\t') {
			c->separator = (char)o;
			return;
		}
	}
}

static int
bad(struct csv *c, const char *why)
{
	c->why = why;
	return -1;
}

static void
put(struct csv *c, int octet_)
{
	c->text[c->used++] = (char)octet_;
}

/* The end of the file, or of what a record may have. */
static int
bad_end(struct csv *c, size_t at)
{
	if (at >= sizeof(c->buffer))
		return bad(c, "the record is longer than 65536 octets");
	return bad(c, "a quote that is not closed");
}

/* A field in quotes, which begins at an offset; where it ends, or -1. */
static ssize_t
parse_escaped(struct csv *c, size_t at)
{
	int o;

	for (at++;; at++) {
		o = octet(c, at);
		if (o == EOF)
			return bad_end(c, at);
		if (o == '\0')
			return bad(c, "an octet that is no text");
		if (o == '"' && octet(c, at + 1) != '"')
			return (ssize_t)at + 1;
		if (o == '"')
			at++;
		put(c, o);
	}
}

static bool
ends_field(const struct csv *c, int o)
{
	return o == EOF || o == '\n' || o == c->separator;
}

/* A field without; where it ends, or -1. */
static ssize_t
parse_plain(struct csv *c, size_t at)
{
	int o;

	while (!ends_field(c, o = octet(c, at))) {
		if (o == '\r' && ends_field(c, octet(c, at + 1)) &&
		    octet(c, at + 1) != c->separator)
			break;
		if (o == '"')
			return bad(c, "a quote inside a field without quotes");
		if (o == '\0')
			return bad(c, "an octet that is no text");
		put(c, o);
		at++;
	}
	if (o == EOF && at >= sizeof(c->buffer))
		return bad_end(c, at);
	return (ssize_t)at;
}

static ssize_t
parse_field(struct csv *c, size_t at)
{
	ssize_t end;

	if (c->fields == CSV_FIELDS_MAX)
		return bad(c, "more than 128 fields");
	c->field[c->fields++] = c->text + c->used;
	end = octet(c, at) == '"' ? parse_escaped(c, at) : parse_plain(c, at);
	if (end != -1)
		put(c, '\0');
	return end;
}

/* A record; how many octets it has with its end, or -1. */
static ssize_t
parse_record(struct csv *c)
{
	ssize_t end;
	int o;

	end = -1;
	do {
		end = parse_field(c, (size_t)(end + 1));
		if (end == -1)
			return -1;
		o = octet(c, (size_t)end);
	} while (o == c->separator);
	if (o == '\r' && octet(c, (size_t)end + 1) == '\n')
		return end + 2;
	if (o == '\r' && octet(c, (size_t)end + 1) == EOF)
		return end + 1;
	if (o == '\n')
		return end + 1;
	if (o == EOF && c->ended)
		return end;
	return bad(c, "text behind the quote that ends a field");
}

/* Pass over a line that cannot be read. */
static void
skip_line(struct csv *c)
{
	const char *end;

	for (;;) {
		end = memchr(c->buffer + c->pos, '\n', c->len - c->pos);
		if (end != NULL) {
			c->pos = (size_t)(end - c->buffer) + 1;
			return;
		}
		c->pos = c->len;
		if (!fill(c))
			return;
	}
}

/* Read the next record; its fields live until the next call. */
enum csv_result
csv_read(struct csv *c)
{
	ssize_t len;

	c->fields = 0;
	c->used = 0;
	if (octet(c, 0) == EOF)
		return ferror(c->file) ? CSV_FAILED : CSV_END;
	len = parse_record(c);
	if (ferror(c->file))
		return CSV_FAILED;
	if (len != -1) {
		c->pos += (size_t)len;
		return CSV_RECORD;
	}
	skip_line(c);
	c->fields = 0;
	return CSV_BAD;
}

/* Read a line as it is, with a NUL for its end. */
enum csv_result
csv_line(struct csv *c, const char **line, size_t *len)
{
	int o;

	if (octet(c, 0) == EOF)
		return ferror(c->file) ? CSV_FAILED : CSV_END;
	for (*len = 0; (o = octet(c, *len)) != EOF && o != '\n'; (*len)++) {
		if (o == '\0') {
			c->why = "an octet that is no text";
			skip_line(c);
			return CSV_BAD;
		}
	}
	if (o == EOF && *len == sizeof(c->buffer)) {
		c->why = "the line is longer than 65536 octets";
		skip_line(c);
		return CSV_BAD;
	}
	memcpy(c->text, c->buffer + c->pos, *len);
	c->pos += *len + (o == '\n' ? 1 : 0);
	if (*len > 0 && c->text[*len - 1] == '\r')
		(*len)--;
	c->text[*len] = '\0';
	*line = c->text;
	return CSV_RECORD;
}

/* How many fields the record has: one at least. */
size_t
csv_fields(const struct csv *c)
{
	return c->fields;
}

/* Field i, or an empty one past the last. */
const char *
csv_field(const struct csv *c, size_t i)
{
	return i < c->fields ? c->field[i] : "";
}

/* What is wrong with the record that was CSV_BAD. */
const char *
csv_why(const struct csv *c)
{
	return c->why;
}

/* Write a field, in quotes where it needs them; before it a separator or 0. */
void
csv_write(FILE *f, const char *field, char before)
{
	if (before != '\0')
		(void)putc(before, f);
	if (strpbrk(field, ",;\t\"\r\n") == NULL && field[0] != ' ') {
		(void)fputs(field, f);
		return;
	}
	(void)putc('"', f);
	for (; *field != '\0'; field++) {
		if (*field == '"')
			(void)putc('"', f);
		(void)putc(*field, f);
	}
	(void)putc('"', f);
}
