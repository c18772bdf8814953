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
 * The life of a request: who asks, may he, are the fields what they can be;
 * then its operation, and one end.
 */
#include "manage_ask.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "audit.h"
#include "compartment.h"
#include "control.h"
#include "fault.h"
#include "log.h"
#include "manage.h"
#include "manage_ops.h"
#include "permit.h"
#include "row.h"
#include "store.h"

static void
ask_free(struct ask *a)
{
	manage_request_clear(&a->rq);
	row_free(a->row);
	explicit_bzero(a, sizeof(*a));
	free(a);
}

/* Returns whether the request still exists. */
static bool
ask_leave(struct ask *a)
{
	a->depth--;
	if (a->depth > 0 || !a->ended)
		return true;
	ask_free(a);
	return false;
}

static void
ask_finish(struct ask *a)
{
	if (a->ended)
		return;
	a->ended = true;
	a->depth++;
	a->sink->end(&a->end, a->sink_arg);
	(void)ask_leave(a);
}

/* End with what is wrong.  An open transaction is aborted. */
void
ask_fail(struct ask *a, enum manage_status status, const char *fmt, ...)
{
	va_list ap;

	if (a->control->store != NULL)
		store_abort(a->control->store);
	memset(&a->end, 0, sizeof(a->end));
	a->end.total = -1;
	a->end.status = status;
	va_start(ap, fmt);
	(void)vsnprintf(a->end.why, sizeof(a->end.why), fmt, ap);
	va_end(ap);
	ask_finish(a);
}

/* End well, with what is in a->end, unless a row could not be sent. */
void
ask_ok(struct ask *a)
{
	if (a->bad) {
		ask_fail(a, MANAGE_FAILED, "Internal Server Error");
		return;
	}
	a->end.status = MANAGE_OK;
	ask_finish(a);
}

/*
 * End because the store failed, which is in the log already.  What can be
 * mended by who reads it, and will be then, is told apart.
 */
void
ask_fail_store(struct ask *a)
{
	a->control->failures++;
	if (store_is_full(a->control->store)) {
		ask_fail(a, MANAGE_FULL, "%s", store_why(a->control->store));
		return;
	}
	ask_fail(a, MANAGE_FAILED, "Internal Server Error");
}

/* End with a fault of what is shared with edctl; a sender's has its own word. */
void
ask_fail_fault(struct ask *a, const struct fault *f)
{
	static const enum manage_status status[] = {
		[FAULT_NONE] = MANAGE_FAILED,
		[FAULT_INVALID] = MANAGE_INVALID,
		[FAULT_MISSING] = MANAGE_INVALID,
		[FAULT_EXISTS] = MANAGE_EXISTS,
		[FAULT_STATE] = MANAGE_CONFLICT,
		[FAULT_LATER] = MANAGE_STATE,
		[FAULT_LIMIT] = MANAGE_LIMIT,
		[FAULT_BUSY] = MANAGE_UNAVAILABLE,
		[FAULT_STORE] = MANAGE_FAILED,
	};

	if (f->kind == FAULT_STORE)
		ask_fail_store(a);
	else if (f->kind == FAULT_EXISTS && a->rq.op == MANAGE_SENDER_CREATE)
		ask_fail(a, MANAGE_CONFLICT, "%s", f->why);
	else
		ask_fail(a, status[f->kind], "%s", f->why);
}

/* End as for all that is not there, or not for him. */
void
ask_not_found(struct ask *a)
{
	ask_fail(a, MANAGE_NOT_FOUND,
	    "Authorization failed or requested resource not found.");
}

/* Octets of the row in a message. */
static size_t
row_octets(const struct row *r)
{
	size_t i, n;

	n = 0;
	for (i = 0; i < row_count(r); i++)
		n += strlen(row_at(r, i)->name) + strlen(row_at(r, i)->value);
	return n;
}

/* Send the row and empty it.  A bad one has the request fail at its end. */
void
ask_send(struct ask *a)
{
	if (row_bad(a->row) && !a->bad) {
		log_warnx("%s: an answer has too many fields, or there is no "
			  "memory",
		    a->ops->name);
		a->bad = true;
	}
	if (a->bad) {
		row_clear(a->row);
		return;
	}
	a->octets += row_octets(a->row);
	a->sink->row(a->row, a->sink_arg);
	row_clear(a->row);
}

/* The value of a field, or NULL if it was not given. */
const char *
ask_value(const struct ask *a, const char *name)
{
	return row_value(a->rq.field, name);
}

/* Whether a filter, if it was given, is exactly this. */
bool
ask_equals(const struct ask *a, const char *name, const char *value)
{
	const char *wanted;

	wanted = ask_value(a, name);
	return wanted == NULL || strcmp(wanted, value) == 0;
}

/* Whether a filter, if it was given, is this in any case. */
bool
ask_state(const struct ask *a, const char *name, const char *value)
{
	const char *wanted;

	wanted = ask_value(a, name);
	return wanted == NULL || strcasecmp(wanted, value) == 0;
}

/* Policies may be for some objects only. */
static void
target_set(const struct ask *a, const struct object *o,
    struct condition_target *target)
{
	if (o->kind == OBJECT_SENDER)
		target->sender = o->first;
	else if (o->kind != OBJECT_POOL)
		target->domain = o->first;
	target->dkim = o->kind == OBJECT_DKIM ||
	    a->rq.op == MANAGE_DKIM_CREATE || a->rq.op == MANAGE_DKIM_LIST;
}

/*
 * Whether he may do this to a->target in the compartment with this id; nothing
 * ends: STORE_NOTFOUND if not.
 */
enum store_status
ask_allows(const struct ask *a, enum permission permission,
    const char *compartment)
{
	struct permit_question q;

	q.user = a->user.id;
	q.compartment = compartment;
	q.permission = permission;
	q.target = a->target;
	return permit_allows(a->control, &q);
}

/*
 * He may what another operation needs, to a->target in the compartment with
 * this id; else it ends.
 */
int
ask_may_else(struct ask *a, enum permission permission, const char *compartment)
{
	switch (ask_allows(a, permission, compartment)) {
	case STORE_OK:
		return 0;
	case STORE_NOTFOUND:
		ask_not_found(a);
		return -1;
	case STORE_FAIL:
		break;
	}
	ask_fail_store(a);
	return -1;
}

/* He may do this to a->target in the compartment with this id; else it ends. */
int
ask_may(struct ask *a, const char *compartment)
{
	return ask_may_else(a, a->ops->permission, compartment);
}

/*
 * Whether he may do this to an object, which was followed; else nothing ends:
 * STORE_NOTFOUND.
 */
enum store_status
ask_sees(const struct ask *a, const struct object *o)
{
	struct permit_question q;

	memset(&q, 0, sizeof(q));
	q.user = a->user.id;
	q.compartment = o->compartment;
	q.permission = a->ops->permission;
	target_set(a, o, &q.target);
	return permit_allows(a->control, &q);
}

/* The compartment that the request names, in which he may do this. */
int
ask_place(struct ask *a, struct compartment *c)
{
	switch (compartment_find(a->control->store,
	    ask_value(a, "compartmentId"), c)) {
	case STORE_OK:
		return ask_may(a, c->id);
	case STORE_NOTFOUND:
		ask_not_found(a);
		return -1;
	case STORE_FAIL:
		break;
	}
	ask_fail_store(a);
	return -1;
}

/* Keys and return paths are where their domain is, which may have moved. */
enum store_status
ask_follow(const struct ask *a, struct object *o)
{
	struct object domain;
	enum store_status r;

	if (o->parent[0] == '\0')
		return STORE_OK;
	r = object_get(a->control->store, o->parent, &domain);
	if (r == STORE_OK)
		memcpy(o->compartment, domain.compartment,
		    sizeof(o->compartment));
	object_clear(&domain);
	return r == STORE_FAIL ? r : STORE_OK;
}

/*
 * The object of a kind with this id, in whose compartment he may do this; free
 * it with object_clear().  It may be deleted.
 */
int
ask_object(struct ask *a, const char *id, enum object_kind kind,
    struct object *o)
{
	enum store_status r;
	int may;

	r = object_get(a->control->store, id, o);
	if (r == STORE_OK && ask_follow(a, o) == STORE_FAIL) {
		object_clear(o);
		r = STORE_FAIL;
	}
	if (r == STORE_FAIL) {
		ask_fail_store(a);
		return -1;
	}
	if (r == STORE_OK && o->kind != kind) {
		object_clear(o);
		r = STORE_NOTFOUND;
	}
	if (r == STORE_NOTFOUND) {
		ask_not_found(a);
		return -1;
	}
	target_set(a, o, &a->target);
	may = ask_may(a, o->compartment);
	if (may == -1)
		object_clear(o);
	else
		memset(&a->target, 0, sizeof(a->target));
	return may;
}

/* It is not deleted; else it is freed and the request ends. */
int
ask_live(struct ask *a, struct object *o)
{
	if (o->deleted == 0)
		return 0;
	object_clear(o);
	ask_not_found(a);
	return -1;
}

/* A transaction. */
int
ask_begin(struct ask *a)
{
	if (store_begin(a->control->store) == 0)
		return 0;
	ask_fail_store(a);
	return -1;
}

/* Its end. */
int
ask_commit(struct ask *a)
{
	if (audit_commit(a->control->audit) == 0)
		return 0;
	ask_fail_store(a);
	return -1;
}

/* By which of the names, ended by NULL, a list is sorted; the first if none. */
int
ask_sort(struct ask *a, const char *const *names, size_t *which)
{
	const char *by;

	*which = 0;
	by = ask_value(a, "sortBy");
	if (by == NULL)
		return 0;
	for (; names[*which] != NULL; (*which)++) {
		if (strcasecmp(names[*which], by) == 0)
			return 0;
	}
	ask_fail(a, MANAGE_INVALID, "sortBy: \"%s\" is none of its values", by);
	return -1;
}

/* Whether a list is in descending order; as back says if none was given. */
int
ask_order(struct ask *a, bool back, bool *result)
{
	const char *order;

	order = ask_value(a, "sortOrder");
	*result = order == NULL ? back : strcasecmp(order, "DESC") == 0;
	if (order == NULL || *result || strcasecmp(order, "ASC") == 0)
		return 0;
	ask_fail(a, MANAGE_INVALID, "sortOrder: \"%s\" is neither ASC nor DESC",
	    order);
	return -1;
}

/* The entry of a field in the operation's list, or NULL. */
static const struct ops_field *
field_find(const struct ops *ops, const char *name)
{
	size_t i;

	for (i = 0; i < OPS_FIELDS_MAX && ops->field[i].name != NULL; i++) {
		if (strcmp(ops->field[i].name, name) == 0)
			return &ops->field[i];
	}
	return NULL;
}

static bool
is_tag(const char *name)
{
	return strncmp(name, "freeformTags", 12) == 0 ||
	    strncmp(name, "definedTags", 11) == 0;
}

/* What is wrong with a value, or NULL. */
static const char *
value_error(const struct ops_field *known, const struct row_field *f)
{
	if (known->max == 0)
		return strcmp(f->value, "true") == 0 ||
			strcmp(f->value, "false") == 0 ?
		    NULL :
		    "is neither true nor false";
	if (known->max == OPS_NUMBER)
		return f->kind == ROW_NUMBER ? NULL : "must be an integer";
	if (f->kind != ROW_STRING)
		return known->list ? "must be an array of strings" :
				     "must be a string";
	if (strlen(f->value) > known->max)
		return "is too long";
	return NULL;
}

/* Every field is one of the operation's, and what it can be. */
static int
check_fields(struct ask *a)
{
	const struct ops_field *known;
	const struct row_field *f;
	const char *why;
	size_t i;

	for (i = 0; i < row_count(a->rq.field); i++) {
		f = row_at(a->rq.field, i);
		if (is_tag(f->name) && a->ops->tags)
			continue;
		known = field_find(a->ops, f->name);
		why = known == NULL ? "is no field of this operation" :
				      value_error(known, f);
		if (why != NULL) {
			ask_fail(a, MANAGE_INVALID, "%s %s", f->name, why);
			return -1;
		}
	}
	for (i = 0; i < OPS_FIELDS_MAX && a->ops->field[i].name != NULL; i++) {
		known = &a->ops->field[i];
		why = ask_value(a, known->name);
		if (known->required && (why == NULL || why[0] == '\0')) {
			ask_fail(a, MANAGE_MISSING,
			    "Required attribute %s can't be empty or null.",
			    known->name);
			return -1;
		}
	}
	return 0;
}

static void
ask_run(struct ask *a)
{
	if (a->control->store == NULL || store_is_retired(a->control->store)) {
		ask_fail(a, MANAGE_UNAVAILABLE, "edd is starting");
		return;
	}
	switch (user_get(a->control->store, a->rq.user, &a->user)) {
	case STORE_OK:
		break;
	case STORE_NOTFOUND:
		ask_not_found(a);
		return;
	case STORE_FAIL:
		ask_fail_store(a);
		return;
	}
	if (a->user.state != RECORD_ACTIVE)
		ask_not_found(a);
	else if (check_fields(a) == 0)
		a->ops->run(a);
}

/* There is no memory for a request. */
static struct ask *
ask_refuse(struct manage_request *rq, const struct manage_sink *sink, void *arg)
{
	struct manage_end end;

	manage_request_clear(rq);
	memset(&end, 0, sizeof(end));
	end.status = MANAGE_FAILED;
	end.total = -1;
	(void)snprintf(end.why, sizeof(end.why), "out of memory");
	sink->end(&end, arg);
	return NULL;
}

/*
 * Do a request, whose fields are taken over.  Returns it if it goes on, or
 * NULL if it has ended already (sink->end has run).
 */
struct ask *
ask_start(struct control *c, const struct ops *ops, struct manage_request *rq,
    const struct manage_sink *sink, void *arg)
{
	struct ask *a;

	a = calloc(1, sizeof(*a));
	if (a == NULL || (a->row = row_new()) == NULL) {
		free(a);
		return ask_refuse(rq, sink, arg);
	}
	a->control = c;
	a->ops = ops;
	a->rq = *rq;
	rq->field = NULL;
	a->sink = sink;
	a->sink_arg = arg;
	a->end.total = -1;
	a->depth++;
	ask_run(a);
	return ask_leave(a) ? a : NULL;
}

/* Nobody waits for the answer any more: forget the request. */
void
ask_cancel(struct ask *a)
{
	if (a->ended)
		return;
	a->ended = true;
	a->depth++;
	if (a->cancel != NULL)
		a->cancel(a);
	(void)ask_leave(a);
}
