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
 * Description, tags, entity tags, retry tokens, work requests: the same for
 * every kind of object.
 */
#include "manage_more.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "audit.h"
#include "compat.h"
#include "control.h"
#include "id.h"
#include "manage_ask.h"
#include "manage_ops.h"
#include "retry.h"
#include "row.h"
#include "store.h"

/* Tags that an object may have, of both kinds; key and value of each. */
#define TAGS_MAX      32u
#define TAG_KEY_MAX   100u
#define TAG_VALUE_MAX 256u

/* FNV-1a with 64 bits. */
#define HASH_START 14695981039346656037u
#define HASH_PRIME 1099511628211u

static uint64_t
hash(uint64_t h, const char *s)
{
	do {
		h = (h ^ (uint8_t)*s) * HASH_PRIME;
	} while (*s++ != '\0');
	return h;
}

/* Whether a field is what the DNS and the mail make of an object by itself. */
static bool
is_volatile(const char *name)
{
	static const char *const names[] = { "lifecycleState",
		"lifecycleDetails", "activeDkimId", "isSpf",
		"timeLastSuppressed" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

/* The entity tag of what is in the row: a hash of what clients can change. */
void
more_etag(struct ask *a)
{
	const struct row_field *f;
	uint64_t h;
	size_t i;

	h = HASH_START;
	for (i = 0; i < row_count(a->row); i++) {
		f = row_at(a->row, i);
		if (!is_volatile(f->name))
			h = hash(hash(h, f->name), f->value);
	}
	(void)snprintf(a->end.etag, sizeof(a->end.etag), "%016" PRIx64, h);
}

static bool
begins(const char *name, const char *with)
{
	return strncmp(name, with, strlen(with)) == 0;
}

/* Append what hangs on an object. */
void
more_show(const struct object *o, struct row *row, bool description)
{
	const struct row_field *f;
	size_t i;

	for (i = 0; o->more != NULL && i < row_count(o->more); i++) {
		f = row_at(o->more, i);
		if (description || begins(f->name, "freeformTags.") ||
		    begins(f->name, "definedTags."))
			row_str(row, f->name, f->value);
	}
}

/* What is known still of one that was deleted. */
static void
deleted_fields(struct row *row, const struct object *o,
    const struct more_kind *kind)
{
	row_str(row, kind->name, kind->parent == NULL ? o->first : o->second);
	row_str(row, "id", o->id);
	if (kind->parent != NULL)
		row_str(row, kind->parent, o->parent);
	row_str(row, "compartmentId", o->compartment);
	row_str(row, "lifecycleState", "DELETED");
	row_time(row, "timeCreated", o->created);
	more_show(o, row, kind->description);
}

/* Fill the ask's row with an object, which may be deleted. */
enum store_status
more_row(struct ask *a, const struct object *o, const struct more_kind *kind)
{
	if (o->deleted == 0)
		return kind->row(a, o);
	deleted_fields(a->row, o, kind);
	return STORE_OK;
}

/*
 * Fill the row with one object, which is freed, and note its entity tag.  0,
 * or -1 and the request has ended.
 */
int
more_fill(struct ask *a, struct object *o, const struct more_kind *kind)
{
	enum store_status r;

	row_clear(a->row);
	r = more_row(a, o, kind);
	object_clear(o);
	if (r == STORE_OK) {
		more_etag(a);
		return 0;
	}
	if (r == STORE_NOTFOUND)
		ask_not_found(a);
	else
		ask_fail_store(a);
	return -1;
}

/* Answer with one object, which is freed, and end. */
void
more_answer(struct ask *a, struct object *o, const struct more_kind *kind)
{
	if (more_fill(a, o, kind) == -1)
		return;
	ask_send(a);
	ask_ok(a);
}

/* Answer with the object that the path names. */
void
more_get(struct ask *a, const struct more_kind *kind)
{
	struct object o;

	if (ask_object(a, a->rq.id, kind->kind, &o) == 0)
		more_answer(a, &o, kind);
}

/* The object is as If-Match says; else it is freed and the request ends. */
int
more_match(struct ask *a, struct object *o, const struct more_kind *kind)
{
	enum store_status r;

	if (a->rq.etag[0] == '\0' || strcmp(a->rq.etag, "*") == 0)
		return 0;
	row_clear(a->row);
	r = more_row(a, o, kind);
	if (r == STORE_OK)
		more_etag(a);
	row_clear(a->row);
	if (r == STORE_OK && strcmp(a->rq.etag, a->end.etag) == 0) {
		a->end.etag[0] = '\0';
		return 0;
	}
	object_clear(o);
	if (r == STORE_FAIL)
		ask_fail_store(a);
	else
		ask_fail(a, MANAGE_ETAG,
		    "The resource has been changed since its etag was given.");
	return -1;
}

/* What was asked, for who asks the same again. */
static uint64_t
request_hash(const struct ask *a)
{
	const struct row_field *f;
	uint64_t h;
	size_t i;

	h = hash(HASH_START, a->ops->name);
	for (i = 0; i < row_count(a->rq.field); i++) {
		f = row_at(a->rq.field, i);
		h = hash(hash(h, f->name), f->value);
	}
	return h;
}

/*
 * Whether this request was done before, by its retry token: then it ends with
 * the answer of the first time.  1 if so, else 0; -1 if it ended otherwise.
 */
int
more_again(struct ask *a, const struct more_kind *kind)
{
	enum store_status r;
	struct object o;
	struct retry t;

	if (a->rq.retry[0] == '\0')
		return 0;
	r = retry_get(a->control->store, a->user.id, a->rq.retry,
	    (int64_t)time(NULL), &t);
	if (r == STORE_NOTFOUND)
		return 0;
	if (r == STORE_FAIL) {
		ask_fail_store(a);
		return -1;
	}
	r = object_get(a->control->store, t.object, &o);
	object_clear(&o);
	if (r == STORE_FAIL) {
		ask_fail_store(a);
		return -1;
	}
	if (t.hash != request_hash(a) || r == STORE_NOTFOUND ||
	    o.deleted != 0) {
		ask_fail(a, MANAGE_RETRY_TOKEN,
		    "opc-retry-token was used for another request, or what it "
		    "made is deleted.");
		return -1;
	}
	if (ask_object(a, t.object, kind->kind, &o) == -1)
		return -1;
	(void)strlcpy(a->end.work, t.work, sizeof(a->end.work));
	more_answer(a, &o, kind);
	return 1;
}

/* A tag of the request is one; else the request ends. */
static int
check_tag(struct ask *a, const struct row_field *f)
{
	const char *key;

	key = strrchr(f->name, '.');
	key = key == NULL ? f->name : key + 1;
	if (f->kind == ROW_STRING && key[0] != '\0' &&
	    strlen(key) <= TAG_KEY_MAX && strlen(f->value) <= TAG_VALUE_MAX)
		return 0;
	ask_fail(a, MANAGE_INVALID,
	    "%s: a tag is a string of %u characters at most, its key has 1 to "
	    "%u",
	    f->name, TAG_VALUE_MAX, TAG_KEY_MAX);
	return -1;
}

/* Whether the request replaces what this field of an object is. */
static bool
is_replaced(const struct ask *a, const char *name)
{
	if (begins(name, "freeformTags."))
		return ask_value(a, "freeformTags") != NULL;
	if (begins(name, "definedTags."))
		return ask_value(a, "definedTags") != NULL;
	return ask_value(a, name) != NULL;
}

/* Whether a field of a request hangs on the object, and not in its record. */
static bool
is_more(const char *name)
{
	return strcmp(name, "description") == 0 ||
	    strcmp(name, "domainVerificationId") == 0 ||
	    begins(name, "freeformTags.") || begins(name, "definedTags.");
}

static bool
is_tag(const char *name)
{
	return strchr(name, '.') != NULL;
}

/* What is to hang on an object from now on is not too much. */
static int
check_more(struct ask *a, const struct row *more)
{
	unsigned tags;
	size_t i;

	tags = 0;
	for (i = 0; i < row_count(more); i++)
		tags += is_tag(row_at(more, i)->name);
	if (!row_bad(more) && tags <= TAGS_MAX)
		return 0;
	ask_fail(a, MANAGE_LIMIT, "There can be %u tags at most.", TAGS_MAX);
	return -1;
}

/* Append what the request gives an object.  -1: it has ended. */
static int
more_add(struct ask *a, struct row *more)
{
	const struct row_field *f;
	size_t i;

	for (i = 0; i < row_count(a->rq.field); i++) {
		f = row_at(a->rq.field, i);
		if (is_tag(f->name) && check_tag(a, f) == -1)
			return -1;
		/* An empty text is none, a tag without a value is one. */
		if (is_more(f->name) &&
		    (is_tag(f->name) || f->value[0] != '\0'))
			row_str(more, f->name, f->value);
	}
	return check_more(a, more);
}

/* Take over from the request what hangs on an object.  -1: it has ended. */
static int
more_take(struct ask *a, struct object *o)
{
	const struct row_field *f;
	struct row *more;
	size_t i;

	more = row_new();
	if (more == NULL) {
		ask_fail_store(a);
		return -1;
	}
	for (i = 0; i < row_count(o->more); i++) {
		f = row_at(o->more, i);
		if (!is_replaced(a, f->name))
			row_str(more, f->name, f->value);
	}
	if (more_add(a, more) == -1) {
		row_free(more);
		return -1;
	}
	row_free(o->more);
	o->more = more;
	return 0;
}

/*
 * Make the work request of a change, in its transaction.  0, or -1 and the
 * request has ended.
 */
int
more_work(struct ask *a, enum work_type type, const char *compartment,
    const char *id, bool finished)
{
	struct work w;

	memset(&w, 0, sizeof(w));
	w.type = type;
	(void)strlcpy(w.compartment, compartment, sizeof(w.compartment));
	(void)strlcpy(w.object, id, sizeof(w.object));
	w.accepted = (int64_t)time(NULL);
	w.finished = finished ? w.accepted : 0;
	if (id_make_object("emailworkrequest", w.id, sizeof(w.id)) == -1 ||
	    work_put(a->control->store, &w) != STORE_OK) {
		ask_fail_store(a);
		return -1;
	}
	(void)strlcpy(a->end.work, w.id, sizeof(a->end.work));
	return 0;
}

static int
put_retry(struct ask *a, const char *id)
{
	struct retry t;

	if (a->rq.retry[0] == '\0')
		return 0;
	memset(&t, 0, sizeof(t));
	t.hash = request_hash(a);
	t.made = (int64_t)time(NULL);
	(void)strlcpy(t.object, id, sizeof(t.object));
	(void)strlcpy(t.work, a->end.work, sizeof(t.work));
	if (retry_put(a->control->store, a->user.id, a->rq.retry, &t) ==
	    STORE_OK)
		return 0;
	ask_fail_store(a);
	return -1;
}

/*
 * Complete the object that was stored in this transaction.  type 0: without
 * a work request.  0, or -1 and the request has ended.
 */
int
more_made(struct ask *a, const char *id, enum work_type type)
{
	struct object o;
	int r;

	if (object_get(a->control->store, id, &o) != STORE_OK) {
		ask_fail_store(a);
		return -1;
	}
	r = more_take(a, &o);
	if (r == 0 && object_put(a->control->store, &o) != STORE_OK) {
		ask_fail_store(a);
		r = -1;
	}
	if (r == 0 && type != 0)
		r = more_work(a, type, o.compartment, id, true);
	if (r == 0)
		r = put_retry(a, id);
	object_clear(&o);
	return r;
}

/*
 * Update an object as the request says, in a transaction that is open.  0, or
 * -1 and the request has ended; the object is the caller's still.
 */
int
more_changed(struct ask *a, struct object *o, enum work_type type)
{
	o->updated = (int64_t)time(NULL);
	if (more_take(a, o) == -1)
		return -1;
	if (object_put(a->control->store, o) != STORE_OK) {
		ask_fail_store(a);
		return -1;
	}
	return type == 0 ? 0 : more_work(a, type, o->compartment, o->id, true);
}

/* Update what hangs on the object that the path names; asynchronous. */
void
more_update(struct ask *a, const struct more_kind *kind, enum work_type type)
{
	struct object o;
	int r;

	if (ask_object(a, a->rq.id, kind->kind, &o) == -1 ||
	    ask_live(a, &o) == -1 || more_match(a, &o, kind) == -1)
		return;
	r = ask_begin(a);
	if (r == 0)
		r = more_changed(a, &o, type);
	if (r == 0) {
		more_audit(a, o.kind == OBJECT_RETURNPATH ? o.second : o.first,
		    NULL, "description and tags");
		r = ask_commit(a);
	}
	object_clear(&o);
	if (r == 0)
		ask_ok(a);
}

/*
 * Record the change of this transaction; old is NULL for what was made, new
 * for what was removed.
 */
void
more_audit(struct ask *a, const char *object, const char *old, const char *new)
{
	struct audit_change c;
	char actor[AUDIT_ACTOR_SIZE];

	(void)snprintf(actor, sizeof(actor),
	    "user=%.63s source=%.63s request=%s", a->user.name, a->rq.source,
	    a->rq.request);
	c.actor = actor;
	c.verb = a->ops->name;
	c.object = object;
	c.old = old;
	c.new = new;
	/* A failure keeps audit_commit() from committing. */
	(void)audit_change(a->control->audit, &c);
}
