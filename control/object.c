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
 * Objects by their ids.  The record of a sender, domain, key or return path
 * brings its object along (object_link) and takes it away (object_drop), so
 * that commands and the API see the same.
 */
#include "object.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compat.h"
#include "created.h"
#include "expiry.h"
#include "msg.h"
#include "record.h"
#include "row.h"
#include "work.h"

#define OBJECT_VERSION 1

/* As ids have it. */
const char *
object_kind_name(enum object_kind kind)
{
	static const char *const names[] = { "", "sender", "domain", "dkim",
		"returnpath", "pool" };

	return names[kind];
}

/* An object that nothing hangs on yet. */
void
object_init(struct object *o, enum object_kind kind, const char *id,
    int64_t created)
{
	memset(o, 0, sizeof(*o));
	o->kind = kind;
	o->created = created;
	(void)strlcpy(o->id, id, sizeof(o->id));
}

static int
object_decode(struct msgin *m, struct object *o)
{
	if (record_open(m, OBJECT_VERSION) == -1)
		return -1;
	msg_get_str(m, o->id, sizeof(o->id));
	o->kind = (enum object_kind)msg_get_enum(m, OBJECT_SENDER,
	    OBJECT_KIND_LAST);
	msg_get_str(m, o->compartment, sizeof(o->compartment));
	msg_get_str(m, o->parent, sizeof(o->parent));
	msg_get_str(m, o->first, sizeof(o->first));
	msg_get_str(m, o->second, sizeof(o->second));
	o->created = msg_get_i64(m);
	o->updated = msg_get_i64(m);
	o->deleted = msg_get_i64(m);
	msg_get_str(m, o->work, sizeof(o->work));
	if (row_get(m, o->more) == -1)
		return -1;
	return msg_end(m);
}

/* Read a record; STORE_NOTFOUND, logged, if it is ill-formed. */
static enum store_status
object_read(struct msgin *m, struct object *o)
{
	memset(o, 0, sizeof(*o));
	o->more = row_new();
	if (o->more == NULL)
		return STORE_FAIL;
	if (record_done(object_decode(m, o), "object") == STORE_OK)
		return STORE_OK;
	object_clear(o);
	return STORE_NOTFOUND;
}

/*
 * The object with this id, also if it was deleted not long ago.  With
 * STORE_OK, free it with object_clear().
 */
enum store_status
object_get(struct store *s, const char *id, struct object *o)
{
	enum store_status r;
	struct store_key k;
	struct msgin m;

	memset(o, 0, sizeof(*o));
	store_key(&k, id, NULL);
	r = store_get(s, STORE_OBJECT, &k, &m);
	if (r != STORE_OK)
		return r;
	return object_read(&m, o) == STORE_OK ? STORE_OK : STORE_FAIL;
}

/* Free what hangs on it.  Safe to call twice. */
void
object_clear(struct object *o)
{
	row_free(o->more);
	o->more = NULL;
}

/* What it is described as, or "". */
const char *
object_description(const struct object *o)
{
	const char *text;

	text = o->more == NULL ? NULL : row_value(o->more, "description");
	return text == NULL ? "" : text;
}

/* Give it another description, "" for none; it is not stored.  0 or -1. */
int
object_describe(struct object *o, const char *text)
{
	const struct row_field *f;
	struct row *more;
	size_t i;

	more = row_new();
	if (more == NULL)
		return -1;
	for (i = 0; o->more != NULL && i < row_count(o->more); i++) {
		f = row_at(o->more, i);
		if (strcmp(f->name, "description") != 0)
			row_str(more, f->name, f->value);
	}
	if (text[0] != '\0')
		row_str(more, "description", text);
	if (row_bad(more)) {
		row_free(more);
		return -1;
	}
	row_free(o->more);
	o->more = more;
	o->updated = (int64_t)time(NULL);
	return 0;
}

/* Store an object; the caller has a transaction. */
enum store_status
object_put(struct store *s, const struct object *o)
{
	enum store_status r;
	struct store_key k;
	struct msgout m;

	memset(&m, 0, sizeof(m));
	record_begin(&m, OBJECT_VERSION);
	msg_put_str(&m, o->id);
	msg_put_u32(&m, o->kind);
	msg_put_str(&m, o->compartment);
	msg_put_str(&m, o->parent);
	msg_put_str(&m, o->first);
	msg_put_str(&m, o->second);
	msg_put_i64(&m, o->created);
	msg_put_i64(&m, o->updated);
	msg_put_i64(&m, o->deleted);
	msg_put_str(&m, o->work);
	if (o->more == NULL)
		msg_put_u32(&m, 0);
	else
		row_put(&m, o->more);
	store_key(&k, o->id, NULL);
	r = store_put(s, STORE_OBJECT, &k, &m);
	msgout_free(&m);
	return r;
}

/* Where it is listed: keys are by domain, all others by compartment. */
const char *
object_place(const struct object *o)
{
	return o->kind == OBJECT_DKIM ? o->first : o->compartment;
}

/* By what it is known there. */
const char *
object_name(const struct object *o)
{
	return o->kind == OBJECT_DKIM || o->kind == OBJECT_RETURNPATH ?
	    o->second :
	    o->first;
}

/* Put it into the lists of its place, or take it out. */
static enum store_status
object_list(struct store *s, const struct object *o, bool in)
{
	enum store_status r;
	struct created c;

	c.kind = object_kind_name(o->kind);
	c.when = o->created;
	c.place = object_place(o);
	c.name = object_name(o);
	r = in ? created_put(s, &c) : created_del(s, &c);
	if (r != STORE_OK || o->kind != OBJECT_RETURNPATH)
		return r;
	/* Others have a table of their own for the order of their names. */
	c.kind = OBJECT_NAMES;
	c.when = 0;
	return in ? created_put(s, &c) : created_del(s, &c);
}

/*
 * Put an object, unless it is deleted, into lists that there were not yet when
 * it was made.  The caller has a transaction.
 */
enum store_status
object_relist(struct store *s, const char *id)
{
	enum store_status r;
	struct object o;

	r = object_get(s, id, &o);
	if (r != STORE_OK)
		return r == STORE_NOTFOUND ? STORE_OK : r;
	r = o.deleted == 0 ? object_list(s, &o, true) : STORE_OK;
	object_clear(&o);
	return r;
}

/*
 * What the id leads to is another than it was: it has moved, or was deleted
 * only to be stored again.
 */
static enum store_status
object_relink(struct store *s, struct object *old, const struct object *o)
{
	enum store_status r;
	struct store_key k;

	store_key(&k, o->id, NULL);
	r = old->deleted == 0 ?
	    object_list(s, old, false) :
	    expiry_del(s, STORE_OBJECT, &k, old->deleted + OBJECT_SHOWN);
	old->deleted = 0;
	memcpy(old->compartment, o->compartment, sizeof(old->compartment));
	memcpy(old->parent, o->parent, sizeof(old->parent));
	memcpy(old->first, o->first, sizeof(old->first));
	memcpy(old->second, o->second, sizeof(old->second));
	if (r != STORE_FAIL)
		r = object_put(s, old);
	return r == STORE_OK ? object_list(s, old, true) : r;
}

/* Whether the id leads to just this. */
static bool
object_is(const struct object *old, const struct object *o)
{
	return old->deleted == 0 &&
	    strcmp(old->compartment, o->compartment) == 0 &&
	    strcmp(old->parent, o->parent) == 0 &&
	    strcmp(old->first, o->first) == 0 &&
	    strcmp(old->second, o->second) == 0;
}

/*
 * A record was stored: have its id lead to it, unless it does.  The caller
 * has a transaction.
 */
enum store_status
object_link(struct store *s, const struct object *o)
{
	enum store_status r;
	struct store_key k;
	struct object old;
	struct msgin m;

	store_key(&k, o->id, NULL);
	r = store_get(s, STORE_OBJECT, &k, &m);
	if (r == STORE_OK)
		r = object_read(&m, &old);
	if (r == STORE_OK) {
		if (!object_is(&old, o))
			r = object_relink(s, &old, o);
		object_clear(&old);
		return r;
	}
	if (r == STORE_FAIL)
		return r;
	/* There is none, or an ill-formed one: it is made anew. */
	r = object_put(s, o);
	return r == STORE_OK ? object_list(s, o, true) : r;
}

/*
 * A record was deleted: show its object as such for a while, and finish the
 * work request that waits for that.  The caller has a transaction.
 */
enum store_status
object_drop(struct store *s, const char *id)
{
	enum store_status r;
	struct store_key k;
	struct object o;

	r = object_get(s, id, &o);
	if (r != STORE_OK)
		return r == STORE_NOTFOUND ? STORE_OK : r;
	r = object_list(s, &o, false);
	o.deleted = (int64_t)time(NULL);
	if (r == STORE_OK && o.work[0] != '\0')
		r = work_finish(s, o.work, o.deleted);
	o.work[0] = '\0';
	store_key(&k, id, NULL);
	if (r == STORE_OK)
		r = object_put(s, &o);
	if (r == STORE_OK)
		r = expiry_put(s, STORE_OBJECT, &k, o.deleted + OBJECT_SHOWN);
	object_clear(&o);
	return r;
}
