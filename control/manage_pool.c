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
 * Pools of source addresses in the management API.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "compartment.h"
#include "compat.h"
#include "control.h"
#include "fault.h"
#include "id.h"
#include "manage_ask.h"
#include "manage_list.h"
#include "manage_more.h"
#include "manage_ops.h"
#include "msg.h"
#include "outbound.h"
#include "pool.h"
#include "poolset.h"
#include "row.h"
#include "store.h"

static void
pool_fields(struct ask *a, const struct pool *p, const struct object *o)
{
	row_str(a->row, "id", p->id);
	row_str(a->row, "name", p->name);
	row_str(a->row, "compartmentId", p->compartment);
	row_str(a->row, "lifecycleState", "ACTIVE");
	row_time(a->row, "timeCreated", p->created);
	row_time(a->row, "timeUpdated",
	    o->updated == 0 ? p->created : o->updated);
	more_show(o, a->row, true);
}

/* One field of an element of outboundIps. */
static void
element(struct ask *a, uint32_t i, const char *name, const char *value)
{
	char field[64];

	(void)snprintf(field, sizeof(field), "outboundIps.%u.%s", i, name);
	row_str(a->row, field, value);
}

static enum store_status
pool_row(struct ask *a, const struct object *o)
{
	struct outbound out[SOURCES_MAX];
	enum store_status r;
	struct pool p;
	uint32_t i, n;

	r = pool_get(a->control->store, o->id, &p);
	if (r == STORE_OK)
		r = outbound_pool(a->control->store, o->id, (int64_t)time(NULL),
		    out, &n);
	if (r != STORE_OK)
		return r;
	pool_fields(a, &p, o);
	row_num(a->row, "lastIpDrainPeriodInHours", p.drain);
	row_none(a->row, "outboundIps");
	for (i = 0; i < n; i++) {
		element(a, i, "outboundIp", out[i].address);
		element(a, i, "lifecycleState",
		    out[i].leaves == 0 ? "ACTIVE" : "DRAINING");
		element(a, i, "assignmentState", "ASSIGNED");
	}
	return STORE_OK;
}

static const struct more_kind pool_kind = { OBJECT_POOL, "name", NULL, true,
	pool_row };

/* The pool that the path names, in whose compartment he may do this. */
static int
need_pool(struct ask *a, struct object *o, struct pool *p)
{
	if (ask_object(a, a->rq.id, OBJECT_POOL, o) == -1 ||
	    ask_live(a, o) == -1 || more_match(a, o, &pool_kind) == -1)
		return -1;
	if (pool_get(a->control->store, o->id, p) == STORE_OK)
		return 0;
	object_clear(o);
	ask_fail_store(a);
	return -1;
}

/* Hours of the request, if it gives any; else it ends. */
static int
take_drain(struct ask *a, struct pool *p)
{
	const char *error, *text;
	long long n;

	text = ask_value(a, "lastIpDrainPeriodInHours");
	if (text == NULL)
		return 0;
	n = strtonum(text, 0, POOL_DRAIN_MAX, &error);
	p->drain = (uint32_t)n;
	if (error == NULL)
		return 0;
	ask_fail(a, MANAGE_INVALID, "lastIpDrainPeriodInHours is 0 to %u",
	    POOL_DRAIN_MAX);
	return -1;
}

/* Read outboundIps, former ones of the host too or not; else it ends. */
static int
take_addresses(struct ask *a, bool former, struct poolset *set)
{
	struct fault f;

	if (poolset_parse(a->control, ask_value(a, "outboundIps"), former, set,
		&f) == 0)
		return 0;
	ask_fail_fault(a, &f);
	return -1;
}

/* They are in no pool but this, where they may be already. */
static int
check_available(struct ask *a, const struct poolset *set, const char *pool)
{
	struct fault f;

	if (poolset_free(set, pool, &f) == 0)
		return 0;
	ask_fail_fault(a, &f);
	return -1;
}

/* Senders of the pool keep an address to send from. */
static int
check_removable(struct ask *a, const struct poolset *set, const struct pool *p)
{
	struct fault f;

	if (poolset_removable(a->control, set, p, &f) == 0)
		return 0;
	ask_fail_fault(a, &f);
	return -1;
}

/* A name that the compartment has no pool of yet. */
static int
need_name(struct ask *a, const char *compartment, const char *name)
{
	struct fault f;

	if (poolset_name(a->control, compartment, name, &f) == 0)
		return 0;
	ask_fail_fault(a, &f);
	return -1;
}

/* Store a new pool with all that belongs to it, and answer. */
static void
pool_make(struct ask *a, const struct pool *p, struct poolset *w)
{
	struct object o;

	if (ask_begin(a) == -1)
		return;
	if (pool_put(a->control->store, p) != STORE_OK ||
	    poolset_put(a->control->store, w, p->id) != STORE_OK) {
		ask_fail_store(a);
		return;
	}
	if (more_made(a, p->id, WORK_CREATE_POOL) == -1)
		return;
	more_audit(a, p->name, NULL, ask_value(a, "outboundIps"));
	if (ask_commit(a) == -1)
		return;
	if (object_get(a->control->store, p->id, &o) != STORE_OK)
		ask_fail_store(a);
	else
		more_answer(a, &o, &pool_kind);
}

/* CreateEmailIpPool */
void
manage_pool_create(struct ask *a)
{
	struct compartment c;
	struct poolset w;
	struct pool p;

	memset(&p, 0, sizeof(p));
	p.drain = POOL_DRAIN;
	if (ask_place(a, &c) == -1 || more_again(a, &pool_kind) != 0 ||
	    need_name(a, c.id, ask_value(a, "name")) == -1 ||
	    take_drain(a, &p) == -1 || take_addresses(a, false, &w) == -1 ||
	    check_available(a, &w, "") == -1)
		return;
	if (id_make_object("emailippool", p.id, sizeof(p.id)) == -1) {
		ask_fail_store(a);
		return;
	}
	(void)strlcpy(p.name, ask_value(a, "name"), sizeof(p.name));
	(void)strlcpy(p.compartment, c.id, sizeof(p.compartment));
	p.created = (int64_t)time(NULL);
	pool_make(a, &p, &w);
}

/* A pool as a list has it, by its name. */
static enum store_status
summary_row(struct ask *a, const char *place, const char *name)
{
	enum store_status r;
	struct object o;
	struct pool p;

	r = pool_find(a->control->store, place, name, &p);
	if (r != STORE_OK)
		return r;
	if (object_get(a->control->store, p.id, &o) != STORE_OK)
		return STORE_FAIL;
	pool_fields(a, &p, &o);
	object_clear(&o);
	return STORE_OK;
}

/* ListEmailIpPools */
void
manage_pool_list(struct ask *a)
{
	static const char *const sorts[] = { "TIMECREATED", "NAME", NULL };
	static const struct list_kind list = { &pool_kind, sorts,
		"ocid1.emailippool.", false, STORE_POOL_NAME, summary_row,
		NULL };
	struct compartment c;

	if (ask_place(a, &c) == 0)
		list_answer(a, &list, c.id);
}

/* GetEmailIpPool */
void
manage_pool_get(struct ask *a)
{
	more_get(a, &pool_kind);
}

/* The end of a change: work request, audit, answer; frees the object. */
static void
changed(struct ask *a, struct object *o, enum work_type type, const char *old,
    const char *new)
{
	int r;

	r = more_work(a, type, o->compartment, o->id, true);
	if (r == 0) {
		more_audit(a, o->first, old, new);
		r = ask_commit(a);
	}
	object_clear(o);
	if (r == 0)
		ask_ok(a);
}

/* UpdateEmailIpPool */
void
manage_pool_update(struct ask *a)
{
	struct object o;
	struct pool p;

	if (need_pool(a, &o, &p) == -1)
		return;
	if (take_drain(a, &p) == -1 || ask_begin(a) == -1 ||
	    more_changed(a, &o, 0) == -1) {
		object_clear(&o);
		return;
	}
	if (pool_put(a->control->store, &p) == STORE_OK) {
		changed(a, &o, WORK_UPDATE_POOL, NULL, "description and tags");
		return;
	}
	object_clear(&o);
	ask_fail_store(a);
}

/* DeleteEmailIpPool */
void
manage_pool_delete(struct ask *a)
{
	enum store_status used;
	struct object o;
	struct pool p;

	if (need_pool(a, &o, &p) == -1)
		return;
	used = record_any(a->control->store, STORE_POOL_SENDER, p.id);
	if (used == STORE_OK) {
		object_clear(&o);
		ask_fail(a, MANAGE_CONFLICT, "IP pool \"%s\" has senders",
		    p.name);
		return;
	}
	if (used == STORE_NOTFOUND && ask_begin(a) == 0) {
		if (pool_del(a->control->store, &p) == STORE_OK) {
			changed(a, &o, WORK_DELETE_POOL, p.compartment, NULL);
			return;
		}
		ask_fail_store(a);
	} else if (used == STORE_FAIL)
		ask_fail_store(a);
	object_clear(&o);
}

/* AddEmailOutboundIp: those that it has stay, so that it may come twice. */
void
manage_pool_add(struct ask *a)
{
	struct poolset w;
	struct object o;
	struct pool p;

	if (need_pool(a, &o, &p) == -1)
		return;
	if (take_addresses(a, false, &w) == 0 &&
	    check_available(a, &w, p.id) == 0 && ask_begin(a) == 0) {
		if (poolset_put(a->control->store, &w, p.id) == STORE_OK) {
			changed(a, &o, WORK_UPDATE_POOL, NULL,
			    ask_value(a, "outboundIps"));
			return;
		}
		ask_fail_store(a);
	}
	object_clear(&o);
}

/* RemoveEmailOutboundIp */
void
manage_pool_remove(struct ask *a)
{
	struct poolset w;
	struct object o;
	struct pool p;

	if (need_pool(a, &o, &p) == -1)
		return;
	if (take_addresses(a, true, &w) == 0 &&
	    check_removable(a, &w, &p) == 0 && ask_begin(a) == 0) {
		if (poolset_take(a->control, &w, &p) == STORE_OK) {
			changed(a, &o, WORK_UPDATE_POOL,
			    ask_value(a, "outboundIps"), NULL);
			return;
		}
		ask_fail_store(a);
	}
	object_clear(&o);
}

/* ChangeEmailIpPoolCompartment */
void
manage_pool_move(struct ask *a)
{
	struct compartment c;
	struct object o;
	struct pool p;

	if (need_pool(a, &o, &p) == -1)
		return;
	if (ask_place(a, &c) == -1 ||
	    (strcmp(c.id, p.compartment) != 0 &&
		need_name(a, c.id, p.name) == -1) ||
	    ask_begin(a) == -1) {
		object_clear(&o);
		return;
	}
	if (pool_move(a->control->store, &p, c.id) == STORE_OK) {
		changed(a, &o, WORK_MOVE_POOL, o.compartment, c.id);
		return;
	}
	object_clear(&o);
	ask_fail_store(a);
}

/* The row of an address passes the filters, of which one is for its value. */
static bool
outbound_passes(const struct ask *a)
{
	return ask_equals(a, "outboundIp", row_value(a->row, "outboundIp")) &&
	    ask_state(a, "lifecycleState",
		row_value(a->row, "lifecycleState")) &&
	    ask_state(a, "assignmentState",
		row_value(a->row, "assignmentState"));
}

static void
outbound_row(struct ask *a, const struct outbound *o)
{
	row_str(a->row, "outboundIp", o->address);
	row_str(a->row, "lifecycleState",
	    o->leaves == 0 ? "ACTIVE" : "DRAINING");
	row_str(a->row, "assignmentState",
	    o->pool[0] == '\0' ? "AVAILABLE" : "ASSIGNED");
	if (o->left != 0)
		row_time(a->row, "timeUnassigned", o->left);
}

/* The order of their text; indices of edd.conf's addresses. */
static void
sort_sources(const struct conf_site *site, bool back, uint32_t order[])
{
	uint32_t i, k, t;

	for (i = 0; i < site->sources; i++) {
		order[i] = i;
		for (k = i; k > 0; k--) {
			if ((strcmp(site->source[order[k - 1]],
				 site->source[order[k]]) < 0) != back)
				break;
			t = order[k];
			order[k] = order[k - 1];
			order[k - 1] = t;
		}
	}
}

/* Where a page begins; else the request ends. */
static int
outbound_start(struct ask *a, uint32_t *start)
{
	const char *error;

	*start = 0;
	if (a->rq.page[0] == '\0')
		return 0;
	*start = (uint32_t)strtonum(a->rq.page, 0, SOURCES_MAX, &error);
	if (error == NULL)
		return 0;
	ask_fail(a, MANAGE_INVALID, "page is none of this list");
	return -1;
}

/* ListEmailOutboundIps: they are the host's, whatever the compartment is. */
void
manage_outbound_list(struct ask *a)
{
	static const char *const sorts[] = { "OUTBOUNDIP", NULL };
	uint32_t i, n, order[SOURCES_MAX];
	const struct conf_site *site;
	struct compartment c;
	struct outbound o;
	size_t by;
	bool back;

	site = &a->control->site;
	if (ask_place(a, &c) == -1 || ask_sort(a, sorts, &by) == -1 ||
	    ask_order(a, false, &back) == -1 || outbound_start(a, &i) == -1)
		return;
	sort_sources(site, back, order);
	for (n = 0; i < site->sources; i++) {
		if (outbound_get(a->control->store, site->source[order[i]],
			(int64_t)time(NULL), &o) != STORE_OK) {
			ask_fail_store(a);
			return;
		}
		outbound_row(a, &o);
		if (!outbound_passes(a)) {
			row_clear(a->row);
			continue;
		}
		if (a->rq.limit != 0 && n == a->rq.limit) {
			row_clear(a->row);
			(void)snprintf(a->end.next, sizeof(a->end.next), "%u",
			    i);
			break;
		}
		n++;
		ask_send(a);
	}
	ask_ok(a);
}
