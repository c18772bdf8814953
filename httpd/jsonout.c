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
 * JSON written out. Text that is no UTF-8 becomes it: a document is valid
 * whatever is put into it.
 */
#include "jsonout.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "date.h"

#define JSONOUT_FIRST 512u

/* Start with nothing. */
void
jsonout_init(struct jsonout *o)
{
	memset(o, 0, sizeof(*o));
}

/* Free what was written; it can be used again. */
void
jsonout_free(struct jsonout *o)
{
	free(o->s);
	jsonout_init(o);
}

static void
put(struct jsonout *o, const char *s, size_t len)
{
	size_t size;
	char *p;

	if (o->failed)
		return;
	if (len >= o->size - o->len || o->size == 0) {
		size = o->size == 0 ? JSONOUT_FIRST : o->size;
		while (len >= size - o->len)
			size *= 2;
		p = realloc(o->s, size);
		if (p == NULL) {
			o->failed = true;
			return;
		}
		o->s = p;
		o->size = size;
	}
	memcpy(o->s + o->len, s, len);
	o->len += len;
	o->s[o->len] = '\0';
}

static void
put_word(struct jsonout *o, const char *s)
{
	put(o, s, strlen(s));
}

/* Before a value or key: the comma that is due. */
static void
begin(struct jsonout *o)
{
	if (o->comma)
		put(o, ",", 1);
	o->comma = true;
}

/* Open an object "{" or an array "[". */
void
jsonout_open(struct jsonout *o, char bracket)
{
	begin(o);
	put(o, &bracket, 1);
	o->comma = false;
}

/* Close it. */
void
jsonout_close(struct jsonout *o, char bracket)
{
	put(o, &bracket, 1);
	o->comma = true;
}

/* A character that cannot stand for itself. */
static void
put_escape(struct jsonout *o, char c)
{
	static const char letters[] = "\b\t\n\f\r\"\\";
	static const char names[] = "btnfr\"\\";
	const char *at;
	char text[8];

	at = c == '\0' ? NULL : strchr(letters, c);
	if (at != NULL)
		(void)snprintf(text, sizeof(text), "\\%c", names[at - letters]);
	else
		(void)snprintf(text, sizeof(text), "\\u%04x",
		    (unsigned)(unsigned char)c);
	put_word(o, text);
}

static void
put_string(struct jsonout *o, const char *s, size_t len)
{
	size_t i, n, from = 0;

	put(o, "\"", 1);
	for (i = 0; i < len; i += n) {
		n = 1;
		if ((s[i] & 0x80) != 0) {
			n = address_utf8(s + i, len - i);
			if (n > 0)
				continue;
			put(o, s + from, i - from);
			put_word(o, "\xef\xbf\xbd");
			n = 1;
		} else if ((unsigned char)s[i] < ' ' || s[i] == '"' ||
		    s[i] == '\\' || s[i] == '\177') {
			put(o, s + from, i - from);
			put_escape(o, s[i]);
		} else
			continue;
		from = i + 1;
	}
	put(o, s + from, len - from);
	put(o, "\"", 1);
}

/* The key of a member; its value comes next. */
void
jsonout_key(struct jsonout *o, const char *key)
{
	begin(o);
	put_string(o, key, strlen(key));
	put(o, ":", 1);
	o->comma = false;
}

/* A string of that many octets. */
void
jsonout_text(struct jsonout *o, const char *s, size_t len)
{
	begin(o);
	put_string(o, s, len);
}

/* A string; NULL is null. */
void
jsonout_string(struct jsonout *o, const char *s)
{
	if (s == NULL)
		jsonout_null(o);
	else
		jsonout_text(o, s, strlen(s));
}

/* A whole number. */
void
jsonout_number(struct jsonout *o, int64_t n)
{
	char text[24];

	begin(o);
	(void)snprintf(text, sizeof(text), "%" PRId64, n);
	put_word(o, text);
}

/* true or false. */
void
jsonout_bool(struct jsonout *o, bool value)
{
	begin(o);
	put_word(o, value ? "true" : "false");
}

/* null. */
void
jsonout_null(struct jsonout *o)
{
	begin(o);
	put_word(o, "null");
}

/* An instant as the service writes it; null if there is no such. */
void
jsonout_time(struct jsonout *o, int64_t seconds, int millis)
{
	char text[DATE_RFC3339_SIZE];

	if (date_rfc3339(seconds, millis, text, sizeof(text)) == -1)
		jsonout_null(o);
	else
		jsonout_string(o, text);
}

/* A member that is a string; NULL leaves it out. */
void
jsonout_member(struct jsonout *o, const char *key, const char *value)
{
	if (value == NULL)
		return;
	jsonout_key(o, key);
	jsonout_string(o, value);
}
