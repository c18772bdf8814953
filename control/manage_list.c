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
 * One loop for the lists of all kinds.  A row is made first and looked at
 * then, so that a filter is nothing but the value of a field.
 */
#include "manage_list.h"

#include <string.h>
#include <strings.h>

#include "compat.h"
#include "control.h"
#include "created.h"
#include "manage_ask.h"
#include "manage_more.h"
#include "manage_page.h"
#include "msg.h"
#include "object.h"
#include "row.h"

/* A list while it is made. */
struct list {
	const struct list_kind *kind;
	const char *place;
	enum list_by by;
};

static bool
equals(const struct ask *a, const char *name)
{
	const char *value;

	value = row_value(a->row, name);
	return ask_equals(a, name, value == NULL ? "" : value);
}

/* The row passes all filters. */
static bool
passes(const struct ask *a, const struct list_kind *kind)
{
	static const char *const exact[] = { "id", "name", "parentResourceId",
		"emailIpPoolId" };
	size_t i;

	for (i = 0; i < sizeof(exact) / sizeof(exact[0]); i++) {
		if (!equals(a, exact[i]))
			return false;
	}
	return ask_state(a, "lifecycleState",
		   row_value(a->row, "lifecycleState")) &&
	    (kind->passes == NULL || kind->passes(a));
}

/* What becomes of the record of this name, of which there is an entry. */
static enum page_take
take(struct ask *a, const char *name)
{
	const struct list *l;

	l = a->list;
	if (l->kind->row(a, l->place, name) != STORE_OK)
		return PAGE_FAIL;
	return passes(a, l->kind) ? PAGE_TAKE : PAGE_PASS;
}

static enum page_take
take_created(struct ask *a, const struct store_key *k, struct msgin *m)
{
	return take(a, created_name(k));
}

static enum page_take
take_name(struct ask *a, const struct store_key *k, struct msgin *m)
{
	return take(a, store_key_second(k));
}

/* Deleted ones have no record, and show only if they are asked for. */
static bool
wants_deleted(const struct ask *a)
{
	const char *state;

	state = ask_value(a, "lifecycleState");
	return state != NULL && strcasecmp(state, "DELETED") == 0;
}

/* STORE_OK if an object is in the list's place, or where he may look. */
static enum store_status
lies_here(struct ask *a, struct object *o)
{
	enum store_status r;
	const struct list *l;

	l = a->list;
	if (l->place != NULL)
		return strcmp(object_place(o), l->place) == 0 ? STORE_OK :
								STORE_NOTFOUND;
	r = ask_follow(a, o);
	return r == STORE_OK ? ask_sees(a, o) : r;
}

/* An object that its id led to: of the list's place and kind, it is taken. */
static enum page_take
take_object(struct ask *a, struct object *o)
{
	const struct more_kind *kind;
	const struct list *l;
	enum store_status r;

	l = a->list;
	kind = l->kind->kind;
	if (o->kind != kind->kind || (o->deleted != 0) != wants_deleted(a))
		return PAGE_PASS;
	r = lies_here(a, o);
	if (r != STORE_OK)
		return r == STORE_FAIL ? PAGE_FAIL : PAGE_PASS;
	if (o->deleted == 0)
		return take(a, object_name(o));
	if (more_row(a, o, kind) != STORE_OK)
		return PAGE_FAIL;
	return passes(a, l->kind) ? PAGE_TAKE : PAGE_PASS;
}

/* By its id, of all places: those of the list's own are taken. */
static enum page_take
take_id(struct ask *a, const struct store_key *k, struct msgin *m)
{
	enum page_take r;
	struct object o;

	if (object_get(a->control->store, store_key_first(k), &o) != STORE_OK)
		return PAGE_FAIL;
	r = take_object(a, &o);
	object_clear(&o);
	return r;
}

static enum page_take
find_id(struct ask *a, const char *id)
{
	struct object o;
	enum page_take r;

	switch (object_get(a->control->store, id, &o)) {
	case STORE_OK:
		r = take_object(a, &o);
		object_clear(&o);
		return r;
	case STORE_NOTFOUND:
		return PAGE_PASS;
	case STORE_FAIL:
		break;
	}
	return PAGE_FAIL;
}

/* The id that the row has, which is filled anew. */
static const char *
id_of_row(struct ask *a, char id[MANAGE_ID_SIZE])
{
	(void)strlcpy(id, row_value(a->row, "id"), MANAGE_ID_SIZE);
	row_clear(a->row);
	return id;
}

/* The one with a name: it may be another place's, or there may be none. */
static enum page_take
find_name(struct ask *a, const char *name)
{
	enum store_status r;
	char id[MANAGE_ID_SIZE];
	const struct list *l;
	const char *place;

	l = a->list;
	r = l->kind->row(a, l->place, name);
	if (r != STORE_OK)
		return r == STORE_FAIL ? PAGE_FAIL : PAGE_PASS;
	if (l->place == NULL)
		return find_id(a, id_of_row(a, id));
	place = row_value(a->row, "compartmentId");
	/* Keys are a domain's: there is no other of that name. */
	if (l->kind->kind->kind != OBJECT_DKIM && strcmp(place, l->place) != 0)
		return PAGE_PASS;
	return passes(a, l->kind) ? PAGE_TAKE : PAGE_PASS;
}

/* A filter that all senders of a place have to be looked at for. */
static bool
is_filtered(const struct ask *a)
{
	static const char *const names[] = { "domain", "emailIpPoolId",
		"lifecycleState" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (ask_value(a, names[i]) != NULL)
			return true;
	}
	return false;
}

/* How many there are in all: it is known, or they are counted. */
static int
list_total(struct ask *a, struct page *p)
{
	const struct list *l;
	uint64_t n;

	l = a->list;
	p->total = is_filtered(a);
	if (p->total)
		return 0;
	if (created_count(a->control->store,
		object_kind_name(l->kind->kind->kind), l->place,
		&n) != STORE_OK) {
		ask_fail_store(a);
		return -1;
	}
	a->end.total = (int64_t)n;
	return 0;
}

/* One object, or none: no page is needed. */
static void
answer_one(struct ask *a, enum page_take r)
{
	const struct list *l;

	l = a->list;
	if (r == PAGE_FAIL) {
		ask_fail_store(a);
		return;
	}
	if (l->kind->array)
		a->end.total = r == PAGE_TAKE;
	if (r == PAGE_TAKE)
		ask_send(a);
	ask_ok(a);
}

static void
page_names(struct page *p, const struct list *l)
{
	p->table = l->kind->names;
	if (p->table == STORE_CREATED) {
		created_prefix(&p->prefix, OBJECT_NAMES, l->place);
		p->take = take_created;
	} else {
		store_key_prefix(&p->prefix, l->place);
		p->take = take_name;
	}
}

static void
answer_page(struct ask *a, struct page *p)
{
	const struct list *l;

	l = a->list;
	p->prev = l->kind->array;
	if (wants_deleted(a) || l->by == LIST_ID) {
		p->table = STORE_OBJECT;
		store_key(&p->prefix, l->kind->ids, NULL);
		p->take = take_id;
	} else if (l->by != LIST_TIME) {
		page_names(p, l);
	} else {
		p->table = STORE_CREATED;
		created_prefix(&p->prefix,
		    object_kind_name(l->kind->kind->kind), l->place);
		p->take = take_created;
	}
	if (!l->kind->array || list_total(a, p) == 0)
		page_answer(a, p);
}

/*
 * Answer with a list of the objects in a place, in which he may look, and end;
 * place is NULL for all in which he may.
 */
void
list_answer(struct ask *a, const struct list_kind *kind, const char *place)
{
	struct list l;
	const char *name;
	struct page p;
	size_t by;

	memset(&p, 0, sizeof(p));
	if (ask_sort(a, kind->sorts, &by) == -1)
		return;
	if (place == NULL && ask_value(a, "sortBy") == NULL)
		by = LIST_ID;
	if (ask_order(a, by == LIST_TIME, &p.back) == -1)
		return;
	if (place == NULL && by != LIST_ID) {
		ask_fail(a, MANAGE_INVALID,
		    "sortBy: without a compartment, or a parent, the order is "
		    "that of ID");
		return;
	}
	l.kind = kind;
	l.place = place;
	l.by = (enum list_by)by;
	a->list = &l;
	name = ask_value(a, kind->kind->name);
	if (ask_value(a, "id") != NULL)
		answer_one(a, find_id(a, ask_value(a, "id")));
	else if (name != NULL && !wants_deleted(a))
		answer_one(a, find_name(a, name));
	else
		answer_page(a, &p);
}
