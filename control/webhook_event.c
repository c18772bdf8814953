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
 * An event of the journal as a webhook is told of it.
 */
#include "webhook_event.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compat.h"
#include "control.h"
#include "proto_hook.h"
#include "row.h"
#include "user.h"

/* An event as JSON, with the user's name; NULL without memory. */
struct json_object *
webhook_event_json(const struct control *c, const struct row *row)
{
	const struct row_field *f;
	struct json_object *o;
	struct user u;
	const char *value;
	size_t i;

	o = json_object_new_object();
	for (i = 0; o != NULL && i < row_count(row); i++) {
		f = row_at(row, i);
		value = f->value;
		if (strcmp(f->name, "place") == 0)
			continue;
		if (strcmp(f->name, "user") == 0 &&
		    user_get(c->store, value, &u) == STORE_OK)
			value = u.name;
		(void)json_object_object_add(o, f->name,
		    f->kind == ROW_NUMBER ?
			json_object_new_int64(strtoll(value, NULL, 10)) :
			json_object_new_string(value));
	}
	return o;
}

/* What the answer of the receiver means: NULL, or why it failed. */
const char *
webhook_judge(const struct hook_posted *p, char *text, size_t size)
{
	if (p->status >= 200 && p->status < 300)
		return NULL;
	if (p->status == 0)
		(void)strlcpy(text,
		    p->error[0] == '\0' ? "deliver is out of memory" : p->error,
		    size);
	else
		(void)snprintf(text, size, "it answered %u%s", p->status,
		    p->status < 400 ? ", and redirections are not followed" :
				      "");
	return text;
}
