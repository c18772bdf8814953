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
 * Strict JSON (RFC 8259) into a tree of json-c: nothing that another parser
 * would read otherwise, every refusal with the path of its field. And typed
 * access to members.
 */
#ifndef JSON_HTTPD_H
#define JSON_HTTPD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "httplimits.h"

struct fault;
struct json_object;

/* Where a value is; each link lives as long as what is below it is read. */
struct json_path {
	const struct json_path *up; /* NULL: the document */
	const char *key;	    /* NULL: an element of an array */
	size_t index;
};

struct json_text {
	const char *s; /* NUL-terminated, no NUL in it; NULL: absent */
	size_t len;
};

int json_read(const char *, size_t len, struct json_object **, struct fault *);
void json_wipe(struct json_object *);
const char *json_path_text(const struct json_path *, char[JSON_PATH_SIZE]);
int json_fail(struct fault *, const struct json_path *, const char *what);

/*
 * A member of object, absent if it is not there or null: 1 it is there, 0
 * it is not, -1 it is of another type and the fault says so.
 */
int json_member_text(struct json_object *, const char *key,
    const struct json_path *, struct json_text *, struct fault *);
int json_member_object(struct json_object *, const char *key,
    const struct json_path *, struct json_object **, struct fault *);
int json_member_array(struct json_object *, const char *key,
    const struct json_path *, struct json_object **, struct fault *);
int json_member_number(struct json_object *, const char *key,
    const struct json_path *, int64_t min, int64_t max, int64_t *,
    struct fault *);
int json_member_bool(struct json_object *, const char *key,
    const struct json_path *, bool *, struct fault *);
int json_value_text(struct json_object *, const struct json_path *,
    struct json_text *, struct fault *);

#endif
