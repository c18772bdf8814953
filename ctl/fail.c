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
 * Errors on standard error.  Some have words of remote servers in them, which
 * go through text_clean() or json-c.
 */
#include "fail.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

#include "text.h"

static bool as_json;

/* From now on an error is a JSON object on a line. */
void
fail_as_json(bool json)
{
	as_json = json;
}

/* What is not UTF-8, such as a word that was typed, is replaced. */
static struct json_object *
say_text(const char *line)
{
	struct json_object *o;
	char *text;

	text = text_utf8(line);
	o = text == NULL ? NULL : json_object_new_string(text);
	free(text);
	return o;
}

static void
say_json(int status, const char *why, const char *hint)
{
	struct json_object *o;
	const char *text;

	o = json_object_new_object();
	if (o == NULL)
		return;
	(void)json_object_object_add(o, "error", say_text(why));
	if (hint != NULL && hint[0] != '\0')
		(void)json_object_object_add(o, "hint", say_text(hint));
	(void)json_object_object_add(o, "status", json_object_new_int(status));
	text = json_object_to_json_string_ext(o,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	if (text != NULL)
		(void)fprintf(stderr, "%s\n", text);
	(void)json_object_put(o);
}

static void
say_line(const char *prefix, const char *line)
{
	char *text;

	text = text_clean(line);
	(void)fprintf(stderr, "%s%s\n", prefix, text == NULL ? "" : text);
	free(text);
}

/* Say what is wrong, and what to do (NULL or empty: nothing). */
void
fail_say(int status, const char *why, const char *hint)
{
	(void)fflush(stdout);
	if (as_json) {
		say_json(status, why, hint);
		return;
	}
	say_line("edctl: ", why);
	if (hint != NULL && hint[0] != '\0')
		say_line("", hint);
}

/* The same, and end with this exit status. */
void
fail(int status, const char *why, const char *hint)
{
	fail_say(status, why, hint);
	exit(status);
}
