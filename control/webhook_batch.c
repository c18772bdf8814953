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
 * A JSON object with as many events as a request may have.  A batch that was
 * tried before ends where it ended then, so that a receiver knows it again.
 */
#include "webhook_batch.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compartment.h"
#include "compat.h"
#include "control.h"
#include "log.h"
#include "row.h"
#include "user.h"

/* What frames the events, and the longest hook id in it. */
#define WEBHOOK_FRAME 256u

/* An empty one behind the webhook's place.  0, or -1 without memory. */
int
webhook_batch_begin(struct webhook_batch *b, const struct webhook *w)
{
	b->full = b->failed = false;
	b->events = 0;
	if (b->body == NULL)
		b->body = malloc(HOOK_BODY_MAX);
	if (b->body == NULL)
		return -1;
	(void)strlcpy(b->place, w->place, sizeof(b->place));
	(void)strlcpy(b->tried, w->tried, sizeof(b->tried));
	(void)strlcpy(b->compartment, w->compartment, sizeof(b->compartment));
	(void)strlcpy(b->id, w->id, sizeof(b->id));
	b->len = (size_t)snprintf(b->body, HOOK_BODY_MAX,
	    "{\"webhook\":\"%s\",\"events\":[", w->id);
	return 0;
}

/* Nothing is to be sent. */
void
webhook_batch_clear(struct webhook_batch *b)
{
	free(b->body);
	b->body = NULL;
}

/* No more events come. */
void
webhook_batch_end(struct webhook_batch *b)
{
	(void)strlcpy(b->body + b->len, "]}", HOOK_BODY_MAX - b->len);
	b->len += 2;
}

/* Whether an event is of its compartment, or of one in it. */
static bool
is_ours(struct webhook_batch *b, const struct control *c, const struct row *row)
{
	struct compartment_path path;
	const char *place;
	size_t i;

	if (strcmp(b->compartment, c->tenancy) == 0)
		return true;
	place = row_value(row, "compartment");
	if (place == NULL)
		return false;
	switch (compartment_path(c->store, c->tenancy, place, &path)) {
	case STORE_OK:
		break;
	case STORE_NOTFOUND:
		return false;
	case STORE_FAIL:
		b->failed = true;
		return false;
	}
	for (i = 0; i < path.n; i++)
		if (strcmp(path.place[i], b->compartment) == 0)
			return true;
	return false;
}

/* An event as JSON, with the user's name. */
static struct json_object *
event_json(const struct control *c, const struct row *row)
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

/* Append to the batch.  -1: there is no room. */
static int
add_event(struct webhook_batch *b, const struct control *c,
    const struct row *row)
{
	struct json_object *o;
	const char *text;
	size_t len;

	o = event_json(c, row);
	text = o == NULL ?
	    NULL :
	    json_object_to_json_string_ext(o,
		JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	b->failed |= text == NULL;
	len = text == NULL ? HOOK_BODY_MAX : strlen(text);
	/* With a comma before it. */
	if (b->len + 1 + len > HOOK_BODY_MAX - WEBHOOK_FRAME) {
		json_object_put(o);
		return -1;
	}
	if (b->events > 0)
		b->body[b->len++] = ',';
	memcpy(b->body + b->len, text, len);
	b->len += len;
	b->events++;
	json_object_put(o);
	return 0;
}

/*
 * Take a row, which is an event, or the last one the place alone.  One too
 * many is left for the next batch.
 */
void
webhook_batch_add(struct webhook_batch *b, const struct control *c,
    const struct row *row)
{
	const char *place;

	place = row_value(row, "place");
	if (b->full || b->failed || place == NULL)
		return;
	if (row_value(row, "event") != NULL && is_ours(b, c, row) &&
	    add_event(b, c, row) == -1) {
		/* One that alone is too large is left out. */
		if (b->events > 0 || b->failed) {
			b->full = true;
			return;
		}
		log_warnx("webhook %s: an event at %s is too large", b->id,
		    place);
	}
	(void)strlcpy(b->place, place, sizeof(b->place));
	if (row_value(row, "event") == NULL)
		return;
	(void)strlcpy(b->last, place, sizeof(b->last));
	if (strcmp(place, b->tried) == 0)
		b->full = true;
}
