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
 * Queries: name=value pairs, each decoded for itself.
 */
#include "query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "compat.h"
#include "fault.h"
#include "httpdate.h"
#include "percent.h"

struct param {
	const char *name;
	const char *value;
};

struct query {
	struct param params[QUERY_PARAMS_MAX];
	size_t len;
	char *text; /* decoded, NUL after each part */
};

/* "name=value", or "name" alone, which has "". */
static int
take_pair(struct query *q, const char *s, size_t len, char **to,
    struct fault *f)
{
	struct param *p = &q->params[q->len];
	const char *equal;
	size_t name_len;
	ssize_t n;

	equal = memchr(s, '=', len);
	name_len = equal == NULL ? len : (size_t)(equal - s);
	p->name = *to;
	n = percent_decode(s, name_len, *to);
	if (n <= 0)
		return fault_set(f, FAULT_PARAMETER,
		    "The name of a query parameter is ill-formed.");
	if (query_get(q, p->name) != NULL)
		return fault_setf(f, FAULT_PARAMETER,
		    "The query parameter %s occurs twice.", p->name);
	*to += n + 1;
	p->value = *to;
	n = 0;
	if (equal != NULL)
		n = percent_decode(equal + 1, len - name_len - 1, *to);
	else
		**to = '\0';
	if (n == -1)
		return fault_setf(f, FAULT_PARAMETER,
		    "The query parameter %s is ill-formed.", p->name);
	*to += n + 1;
	q->len++;
	return 0;
}

/*
 * Read a query: what request_query() gives. The caller frees it. NULL with
 * the fault set if it is ill-formed, or if a name occurs twice.
 */
struct query *
query_read(const char *s, struct fault *f)
{
	struct query *q;
	size_t len;
	char *to;

	q = calloc(1, sizeof(*q));
	if (q != NULL)
		q->text = malloc(2 * strlen(s) + 2);
	if (q == NULL || q->text == NULL) {
		query_free(q);
		(void)fault_set(f, FAULT_INTERNAL, NULL);
		return NULL;
	}
	to = q->text;
	for (; *s != '\0'; s += len + (s[len] == '&')) {
		len = strcspn(s, "&");
		if (len == 0)
			continue;
		if (q->len == QUERY_PARAMS_MAX) {
			(void)fault_set(f, FAULT_PARAMETER,
			    "The query has too many parameters.");
			query_free(q);
			return NULL;
		}
		if (take_pair(q, s, len, &to, f) == -1) {
			query_free(q);
			return NULL;
		}
	}
	return q;
}

/* Free it; NULL is allowed. */
void
query_free(struct query *q)
{
	if (q == NULL)
		return;
	free(q->text);
	free(q);
}

/* How many parameters there are. */
size_t
query_count(const struct query *q)
{
	return q->len;
}

/* The name of a parameter, in the order sent. */
const char *
query_name(const struct query *q, size_t i)
{
	return q->params[i].name;
}

/* And its value. */
const char *
query_value(const struct query *q, size_t i)
{
	return q->params[i].value;
}

/* The value of a parameter, or NULL if it is not there. */
const char *
query_get(const struct query *q, const char *name)
{
	size_t i;

	for (i = 0; i < q->len; i++) {
		if (strcmp(q->params[i].name, name) == 0)
			return q->params[i].value;
	}
	return NULL;
}

/* A whole number from min to max. */
int
query_number(const struct query *q, const char *name, int64_t min, int64_t max,
    int64_t *number, struct fault *f)
{
	const char *value, *error;
	size_t digits;

	value = query_get(q, name);
	if (value == NULL)
		return 0;
	digits = strspn(value, "0123456789");
	error = "";
	if (digits > 0 && value[digits] == '\0')
		*number = strtonum(value, min, max, &error);
	if (error == NULL)
		return 1;
	return fault_setf(f, FAULT_PARAMETER,
	    "The query parameter %s must be a number from %lld to %lld.", name,
	    (long long)min, (long long)max);
}

/* true or false, in any case. */
int
query_bool(const struct query *q, const char *name, bool *value,
    struct fault *f)
{
	const char *s;

	s = query_get(q, name);
	if (s == NULL)
		return 0;
	*value = strcasecmp(s, "true") == 0;
	if (*value || strcasecmp(s, "false") == 0)
		return 1;
	return fault_setf(f, FAULT_PARAMETER,
	    "The query parameter %s must be true or false.", name);
}

/* A time of RFC 3339. */
int
query_time(const struct query *q, const char *name, int64_t *seconds,
    int *millis, struct fault *f)
{
	const char *s;

	s = query_get(q, name);
	if (s == NULL)
		return 0;
	if (httpdate_parse_rfc3339(s, seconds, millis) == 0)
		return 1;
	return fault_setf(f, FAULT_PARAMETER,
	    "The query parameter %s must be a time of RFC 3339.", name);
}

/* One of the values, the last of which is NULL; in any case. Which it is. */
int
query_enum(const struct query *q, const char *name, const char *const *values,
    size_t *which, struct fault *f)
{
	const char *s;

	s = query_get(q, name);
	if (s == NULL)
		return 0;
	for (*which = 0; values[*which] != NULL; (*which)++) {
		if (strcasecmp(values[*which], s) == 0)
			return 1;
	}
	return fault_setf(f, FAULT_PARAMETER,
	    "The query parameter %s has no such value.", name);
}

/* A parameter that must be there and not empty: 1 or -1. */
int
query_required(const struct query *q, const char *name, const char **value,
    struct fault *f)
{
	*value = query_get(q, name);
	if (*value != NULL && **value != '\0')
		return 1;
	return fault_setf(f, FAULT_MISSING,
	    "The query parameter %s is missing or empty.", name);
}
