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
 * Query and body into fields. A tag is a field "freeformTags.KEY" or
 * "definedTags.NAMESPACE.KEY"; that tags were given, if only to have none, is
 * a field of the name alone.  The one field that is an array of strings is sent
 * with blanks between.
 */
#include "api_read.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "bounds.h"
#include "compat.h"
#include "fault.h"
#include "json.h"
#include "proto_manage.h"
#include "query.h"
#include "row.h"

/* Parameters of all operations; control says which are of which. */
static const char *const params[] = { "compartmentId", "lifecycleState",
	"emailAddress", "domain", "emailIpPoolId", "sortBy", "sortOrder", "id",
	"name", "emailDomainId", "parentResourceId",
	"timeCreatedGreaterThanOrEqualTo", "timeCreatedLessThan",
	"isLockOverride", "status", "operationType", "workRequestId",
	"outboundIp", "assignmentState" };

/* Copy a value of a header field; -1 if it is longer than any that fits. */
int
api_read_word(char *out, size_t size, const char *value)
{
	if (value == NULL) {
		out[0] = '\0';
		return 0;
	}
	return strlcpy(out, value, size) >= size ? -1 : 0;
}

static int
query_fields(const struct query *q, struct manage_request *rq, struct fault *f)
{
	const char *value;
	int64_t limit;
	size_t i;
	int r;

	for (i = 0; i < sizeof(params) / sizeof(params[0]); i++) {
		value = query_get(q, params[i]);
		if (value != NULL)
			row_str(rq->field, params[i], value);
	}
	r = query_number(q, "limit", 1, MANAGE_LIMIT_MAX, &limit, f);
	if (r == -1)
		return -1;
	rq->limit = r == 1 ? (uint32_t)limit : 0;
	if (api_read_word(rq->page, sizeof(rq->page), query_get(q, "page")) ==
	    -1)
		return fault_set(f, FAULT_PARAMETER,
		    "page is none of this list");
	return 0;
}

/* Add the parameters of a query, which may be NULL.  0, or -1 with the fault. */
int
api_read_query(const char *text, struct manage_request *rq, struct fault *f)
{
	struct query *q;
	int r;

	if (text == NULL || text[0] == '\0')
		return 0;
	q = query_read(text, f);
	if (q == NULL)
		return -1;
	r = query_fields(q, rq, f);
	query_free(q);
	return r;
}

/* A tag: one more field. */
static int
tag_read(const char *prefix, const char *key, struct json_object *value,
    struct manage_request *rq, struct fault *f)
{
	const struct json_path up = { NULL, prefix, 0 };
	const struct json_path path = { &up, key, 0 };
	char name[NAME_SIZE];
	struct json_text text;
	int n;

	if (json_value_text(value, &path, &text, f) == -1)
		return -1;
	n = snprintf(name, sizeof(name), "%s.%s", prefix, key);
	if (n < 0 || (size_t)n >= sizeof(name))
		return json_fail(f, &path, "has a key that is too long");
	row_str(rq->field, name, text.s);
	return 0;
}

/* The tags of one kind, or of one namespace. */
static int
tags_read(const char *prefix, struct json_object *tags,
    struct manage_request *rq, struct fault *f)
{
	const struct json_path path = { NULL, prefix, 0 };

	if (json_object_get_type(tags) != json_type_object)
		return json_fail(f, &path, "must be an object");
	json_object_object_foreach(tags, key, value)
	{
		if (tag_read(prefix, key, value, rq, f) == -1)
			return -1;
	}
	return 0;
}

/* The tags of all namespaces. */
static int
namespaces_read(struct json_object *spaces, struct manage_request *rq,
    struct fault *f)
{
	const struct json_path path = { NULL, "definedTags", 0 };
	char prefix[NAME_SIZE];
	int n;

	json_object_object_foreach(spaces, key, value)
	{
		n = snprintf(prefix, sizeof(prefix), "definedTags.%s", key);
		if (n < 0 || (size_t)n >= sizeof(prefix) || key[0] == '\0' ||
		    strchr(key, '.') != NULL)
			return json_fail(f, &path,
			    "has an ill-formed namespace");
		if (tags_read(prefix, value, rq, f) == -1)
			return -1;
	}
	return 0;
}

/* Tags of either kind. */
static int
all_tags_read(const char *key, struct json_object *value,
    struct manage_request *rq, struct fault *f)
{
	const struct json_path path = { NULL, key, 0 };

	if (json_object_get_type(value) != json_type_object)
		return json_fail(f, &path, "must be an object");
	row_bool(rq->field, key, true);
	return strcmp(key, "freeformTags") == 0 ? tags_read(key, value, rq, f) :
						  namespaces_read(value, rq, f);
}

/* Whether it is an array, and all that is in it are strings. */
static bool
is_words(struct json_object *array)
{
	size_t i;

	if (json_object_get_type(array) != json_type_array)
		return false;
	for (i = 0; i < json_object_array_length(array); i++) {
		if (json_object_get_type(json_object_array_get_idx(array, i)) !=
		    json_type_string)
			return false;
	}
	return true;
}

/* An array of words. */
static int
words_read(const char *key, struct json_object *array,
    struct manage_request *rq, struct fault *f)
{
	const struct json_path up = { NULL, key, 0 };
	char all[SOURCES_SIZE];
	struct json_path path;
	struct json_text text;
	size_t i;

	all[0] = '\0';
	for (i = 0; i < json_object_array_length(array); i++) {
		path.up = &up;
		path.key = NULL;
		path.index = i;
		if (json_value_text(json_object_array_get_idx(array, i), &path,
			&text, f) == -1)
			return -1;
		if (text.len == 0 || strchr(text.s, ' ') != NULL)
			return json_fail(f, &path, "is empty, or has a blank");
		if (i > 0)
			(void)strlcat(all, " ", sizeof(all));
		if (strlcat(all, text.s, sizeof(all)) >= sizeof(all))
			return json_fail(f, &up, "has too many elements");
	}
	row_str(rq->field, key, all);
	return 0;
}

/*
 * A member becomes a field. A value that none can have becomes a field without
 * one, for only control knows whether there is such a field: it says what is
 * wrong.
 */
static int
member_read(const char *key, struct json_object *value,
    struct manage_request *rq, struct fault *f)
{
	const struct json_path path = { NULL, key, 0 };
	struct json_text text;

	if (strchr(key, '.') != NULL || strlen(key) >= NAME_SIZE)
		return json_fail(f, &path, "is no field of this operation");
	if (json_object_get_type(value) == json_type_null)
		return 0;
	if (strcmp(key, "freeformTags") == 0 || strcmp(key, "definedTags") == 0)
		return all_tags_read(key, value, rq, f);
	if (strcmp(key, "outboundIps") == 0 && is_words(value))
		return words_read(key, value, rq, f);
	switch (json_object_get_type(value)) {
	case json_type_int:
		row_num(rq->field, key, json_object_get_int64(value));
		return 0;
	case json_type_string:
		if (strcmp(key, "outboundIps") == 0)
			break;
		if (json_value_text(value, &path, &text, f) == -1)
			return -1;
		row_str(rq->field, key, text.s);
		return 0;
	default:
		break;
	}
	row_none(rq->field, key);
	return 0;
}

/* Add the members of a body. No body is one without members. */
int
api_read_body(const char *body, size_t len, struct manage_request *rq,
    struct fault *f)
{
	struct json_object *top;
	int r;

	if (len == 0)
		return 0;
	if (json_read(body, len, &top, f) == -1)
		return -1;
	r = 0;
	if (json_object_get_type(top) != json_type_object)
		r = fault_set(f, FAULT_PARSE, "The body is no JSON object.");
	else {
		json_object_object_foreach(top, key, value)
		{
			if (r == 0)
				r = member_read(key, value, rq, f);
		}
	}
	json_wipe(top);
	json_object_put(top);
	if (r == 0 && row_bad(rq->field))
		r = fault_set(f, FAULT_PARAMETER,
		    "There are too many fields or tags.");
	return r;
}
