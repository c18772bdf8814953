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
 * Trees of json-c from documents that were scanned before, and what is read
 * from them. json-c alone would merge keys that occur twice.
 */
#include "json.h"

#include <json-c/json.h>
#include <json-c/printbuf.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "fault.h"
#include "jsonscan.h"

/* Documents with a private key are at most API_BODY_MAX. */
#define JSON_SECRET_MAX 65536u

/*
 * Where the tokener has a string until it is whole.  It grows by copies that
 * nobody wipes: it gets its size before, unless the document is so large that
 * there is no private key in it.
 */
static void
own_strings(struct json_tokener *tokener, size_t len)
{
	if (len <= JSON_SECRET_MAX)
		(void)printbuf_memset(tokener->pb, 0, 0, (int)len + 1);
}

static void
free_tokener(struct json_tokener *tokener)
{
	explicit_bzero(tokener->pb->buf, (size_t)tokener->pb->size);
	json_tokener_free(tokener);
}

/*
 * Read a document that is one object; *to is the caller's, for
 * json_object_put(). No octets at all are an object without members: so the
 * SDK sends one. 0, or -1 with the fault set.
 */
int
json_read(const char *s, size_t len, struct json_object **to, struct fault *f)
{
	struct json_tokener *tokener;
	size_t used;

	*to = NULL;
	if (len == 0) {
		*to = json_object_new_object();
		return *to == NULL ? fault_set(f, FAULT_INTERNAL, NULL) : 0;
	}
	if (len > INT_MAX)
		return fault_setf(f, FAULT_TOOBIG, "%d", INT_MAX);
	if (jsonscan_object(s, len, &used, f) == -1)
		return -1;
	tokener = json_tokener_new_ex(JSON_DEPTH_MAX + 1);
	if (tokener == NULL)
		return fault_set(f, FAULT_INTERNAL, NULL);
	/* That it is UTF-8 was seen; json-c would take as long again for it. */
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	own_strings(tokener, used);
	*to = json_tokener_parse_ex(tokener, s, (int)used);
	free_tokener(tokener);
	if (*to == NULL)
		return fault_set(f, FAULT_PARSE, NULL);
	return 0;
}

/*
 * Wipe the strings that are members of an object: one may be a private key.
 * json-c has them in memory of their own, which it never shares.
 */
void
json_wipe(struct json_object *object)
{
	size_t len;

	if (json_object_get_type(object) != json_type_object)
		return;
	json_object_object_foreach(object, key, value)
	{
		(void)key;
		if (json_object_get_type(value) != json_type_string)
			continue;
		len = (size_t)json_object_get_string_len(value);
		explicit_bzero((void *)(uintptr_t)json_object_get_string(value),
		    len);
	}
}

/* The path as text, "body" for the document itself. */
const char *
json_path_text(const struct json_path *path, char text[JSON_PATH_SIZE])
{
	const struct json_path *links[JSON_DEPTH_MAX];
	size_t len = 0, used = 0;
	int n;

	for (; path != NULL && len < JSON_DEPTH_MAX; path = path->up)
		links[len++] = path;
	(void)snprintf(text, JSON_PATH_SIZE, "body");
	while (len-- > 0 && used < JSON_PATH_SIZE) {
		if (links[len]->key == NULL)
			n = snprintf(text + used, JSON_PATH_SIZE - used,
			    "[%zu]", links[len]->index);
		else
			n = snprintf(text + used, JSON_PATH_SIZE - used, "%s%s",
			    used > 0 ? "." : "", links[len]->key);
		used += n > 0 ? (size_t)n : 0;
	}
	return text;
}

/* InvalidParameter, "PATH WHAT". Returns -1. */
int
json_fail(struct fault *f, const struct json_path *path, const char *what)
{
	char text[JSON_PATH_SIZE];

	return fault_setf(f, FAULT_PARAMETER, "%s %s",
	    json_path_text(path, text), what);
}

/* A member that is there and not null, of the type wanted; as in json.h. */
static int
member(struct json_object *object, const char *key, const struct json_path *up,
    enum json_type type, const char *what, struct json_object **value,
    struct fault *f)
{
	struct json_path path = { up, key, 0 };

	if (!json_object_object_get_ex(object, key, value) || *value == NULL)
		return 0;
	if (json_object_get_type(*value) == type)
		return 1;
	return json_fail(f, &path, what);
}

/* The text of a value that is a string: 1, or -1 if it is not. */
int
json_value_text(struct json_object *value, const struct json_path *path,
    struct json_text *text, struct fault *f)
{
	if (json_object_get_type(value) != json_type_string)
		return json_fail(f, path, "must be a string");
	text->s = json_object_get_string(value);
	text->len = (size_t)json_object_get_string_len(value);
	return 1;
}

/* A string; an absent one has NULL. */
int
json_member_text(struct json_object *object, const char *key,
    const struct json_path *up, struct json_text *text, struct fault *f)
{
	struct json_path path = { up, key, 0 };
	struct json_object *value;
	int rc;

	text->s = NULL;
	text->len = 0;
	rc = member(object, key, up, json_type_string, "must be a string",
	    &value, f);
	return rc == 1 ? json_value_text(value, &path, text, f) : rc;
}

/* An object, borrowed from the tree. */
int
json_member_object(struct json_object *object, const char *key,
    const struct json_path *up, struct json_object **value, struct fault *f)
{
	return member(object, key, up, json_type_object, "must be an object",
	    value, f);
}

/* An array, borrowed from the tree. */
int
json_member_array(struct json_object *object, const char *key,
    const struct json_path *up, struct json_object **value, struct fault *f)
{
	return member(object, key, up, json_type_array, "must be an array",
	    value, f);
}

/* A whole number from min to max. */
int
json_member_number(struct json_object *object, const char *key,
    const struct json_path *up, int64_t min, int64_t max, int64_t *number,
    struct fault *f)
{
	struct json_path path = { up, key, 0 };
	struct json_object *value;
	char what[80];
	int rc;

	rc = member(object, key, up, json_type_int, "must be a whole number",
	    &value, f);
	if (rc != 1)
		return rc;
	*number = json_object_get_int64(value);
	if (*number >= min && *number <= max)
		return 1;
	(void)snprintf(what, sizeof(what), "must be from %lld to %lld",
	    (long long)min, (long long)max);
	return json_fail(f, &path, what);
}

/* true or false. */
int
json_member_bool(struct json_object *object, const char *key,
    const struct json_path *up, bool *value, struct fault *f)
{
	struct json_object *got;
	int rc;

	rc = member(object, key, up, json_type_boolean, "must be true or false",
	    &got, f);
	if (rc == 1)
		*value = json_object_get_boolean(got);
	return rc;
}
