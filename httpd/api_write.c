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
 * One row, one object. Fields "outer.inner" lie together in the row: tags
 * become objects, what a work request is about the one element of an array,
 * "outboundIps.0.outer" and so on elements of another.
 */
#include "api_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jsonout.h"
#include "row.h"

static void
write_value(struct jsonout *o, const struct row_field *f)
{
	switch (f->kind) {
	case ROW_STRING:
		jsonout_string(o, f->value);
		return;
	case ROW_NUMBER:
		jsonout_number(o, strtoll(f->value, NULL, 10));
		return;
	case ROW_TIME:
		jsonout_time(o, strtoll(f->value, NULL, 10), 0);
		return;
	case ROW_NONE:
		jsonout_null(o);
		return;
	case ROW_BOOL:
		jsonout_bool(o, strcmp(f->value, "true") == 0);
		return;
	}
}

/* What comes behind the prefix in the name of a field, or NULL. */
static const char *
inner(const struct row_field *f, const char *prefix, size_t len)
{
	if (strncmp(f->name, prefix, len) != 0 || f->name[len] != '.')
		return NULL;
	return f->name + len + 1;
}

/* The members of an object in the object: all that begin with the prefix. */
static void
write_members(struct jsonout *o, const struct row *r, const char *prefix,
    size_t len)
{
	const char *name;
	size_t i;

	jsonout_open(o, '{');
	for (i = 0; i < row_count(r); i++) {
		name = inner(row_at(r, i), prefix, len);
		if (name == NULL)
			continue;
		jsonout_key(o, name);
		write_value(o, row_at(r, i));
	}
	jsonout_close(o, '}');
}

/* Whether an earlier field has the same prefix as field i. */
static bool
is_written(const struct row *r, size_t i, size_t len)
{
	size_t k;

	for (k = 0; k < i; k++) {
		if (inner(row_at(r, k), row_at(r, i)->name, len) != NULL)
			return true;
	}
	return false;
}

/* "definedTags.NAMESPACE.KEY": an object for each namespace. */
static void
write_namespaces(struct jsonout *o, const struct row *r)
{
	static const char outer[] = "definedTags";
	const char *space, *dot;
	char name[256];
	size_t i, len;

	jsonout_open(o, '{');
	for (i = 0; i < row_count(r); i++) {
		space = inner(row_at(r, i), outer, sizeof(outer) - 1);
		dot = space == NULL ? NULL : strchr(space, '.');
		if (dot == NULL || (size_t)(dot - space) >= sizeof(name))
			continue;
		len = (size_t)(dot - row_at(r, i)->name);
		if (is_written(r, i, len))
			continue;
		memcpy(name, space, (size_t)(dot - space));
		name[dot - space] = '\0';
		jsonout_key(o, name);
		write_members(o, r, row_at(r, i)->name, len);
	}
	jsonout_close(o, '}');
}

/*
 * "NAME.0.KEY", "NAME.1.KEY": an object for each number.  "NAME" says that
 * there is an array, if only an empty one.
 */
static void
write_elements(struct jsonout *o, const struct row *r, const char *name)
{
	char prefix[64];
	size_t i, k;
	int len;

	if (row_value(r, name) == NULL)
		return;
	jsonout_key(o, name);
	jsonout_open(o, '[');
	for (k = i = 0; i < row_count(r); i++) {
		len = snprintf(prefix, sizeof(prefix), "%s.%zu", name, k);
		if (inner(row_at(r, i), prefix, (size_t)len) == NULL)
			continue;
		k++;
		write_members(o, r, prefix, (size_t)len);
	}
	jsonout_close(o, ']');
}

/* Append a row; an object that may have tags has both kinds, if empty. */
void
api_write_row(struct jsonout *o, const struct row *r, bool tags)
{
	static const char resources[] = "resources", list[] = "outboundIps";
	const struct row_field *f;
	bool has;
	size_t i;

	has = false;
	jsonout_open(o, '{');
	for (i = 0; i < row_count(r); i++) {
		f = row_at(r, i);
		if (strcmp(f->name, list) == 0)
			continue;
		if (strchr(f->name, '.') == NULL) {
			jsonout_key(o, f->name);
			write_value(o, f);
		} else if (inner(f, resources, sizeof(resources) - 1) != NULL)
			has = true;
	}
	if (has) {
		jsonout_key(o, resources);
		jsonout_open(o, '[');
		write_members(o, r, resources, sizeof(resources) - 1);
		jsonout_close(o, ']');
	}
	write_elements(o, r, list);
	if (tags) {
		jsonout_key(o, "freeformTags");
		write_members(o, r, "freeformTags", sizeof("freeformTags") - 1);
		jsonout_key(o, "definedTags");
		write_namespaces(o, r);
	}
	jsonout_close(o, '}');
}
