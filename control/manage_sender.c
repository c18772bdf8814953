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
 * Approved senders in the management API.
 */
#include <string.h>
#include <strings.h>
#include <time.h>

#include "admit.h"
#include "compartment.h"
#include "compat.h"
#include "control.h"
#include "domain.h"
#include "fault.h"
#include "id.h"
#include "manage_ask.h"
#include "manage_list.h"
#include "manage_more.h"
#include "manage_ops.h"
#include "manage_spf.h"
#include "pool.h"
#include "poolset.h"
#include "row.h"
#include "sender.h"
#include "store.h"

/* The same of all senders; the pool is in the answer if it has one. */
static enum store_status
sender_fields(struct ask *a, const struct sender *s)
{
	char pool[OBJECT_ID_SIZE];
	enum store_status r;
	struct row *row;

	row = a->row;
	row_str(row, "compartmentId", s->compartment);
	row_str(row, "emailAddress", s->address);
	row_str(row, "id", s->id);
	row_str(row, "lifecycleState", record_state_name(s->state));
	row_time(row, "timeCreated", s->created);
	r = pool_of_sender(a->control->store, s->key, pool);
	if (r == STORE_OK)
		row_str(row, "emailIpPoolId", pool);
	return r == STORE_FAIL ? r : STORE_OK;
}

/* The whole sender. */
static enum store_status
sender_row(struct ask *a, const struct object *o)
{
	enum store_status r;
	struct sender s;
	struct domain d;

	r = sender_get(a->control->store, o->first, &s);
	if (r == STORE_OK)
		r = sender_fields(a, &s);
	if (r != STORE_OK)
		return r;
	r = domain_get(a->control->store, sender_domain(&s), &d);
	if (r == STORE_OK)
		row_str(a->row, "emailDomainId", d.id);
	more_show(o, a->row, false);
	return r == STORE_FAIL ? r : STORE_OK;
}

static const struct more_kind sender_kind = { OBJECT_SENDER, "emailAddress",
	NULL, false, sender_row };

/*
 * The pool that the request gives the sender is there, and he may use it;
 * else it ends.
 */
static int
check_pool(struct ask *a)
{
	struct condition_target target;
	struct fault f;
	struct pool p;
	const char *id;
	int r;

	id = ask_value(a, "emailIpPoolId");
	if (id == NULL || id[0] == '\0')
		return 0;
	switch (pool_get(a->control->store, id, &p)) {
	case STORE_OK:
		target = a->target;
		memset(&a->target, 0, sizeof(a->target));
		r = ask_may_else(a, PERMISSION_POOL_USE, p.compartment);
		if (r == -1)
			return -1;
		a->target = target;
		if (poolset_usable(a->control, &p, &f) == 0)
			return 0;
		ask_fail_fault(a, &f);
		return -1;
	case STORE_NOTFOUND:
		ask_not_found(a);
		return -1;
	case STORE_FAIL:
		break;
	}
	ask_fail_store(a);
	return -1;
}

/* Bind the sender as the request says; in a transaction. */
static enum store_status
bind_pool(struct ask *a, const char *key)
{
	const char *id;

	id = ask_value(a, "emailIpPoolId");
	return id == NULL ? STORE_OK : pool_bind(a->control->store, key, id);
}

/* Store a new sender with all that belongs to it, and answer. */
static void
sender_make(struct ask *a, const struct sender *s, const char *place)
{
	struct object o;

	if (ask_begin(a) == -1)
		return;
	if (sender_put(a->control->store, s) != STORE_OK ||
	    bind_pool(a, s->key) != STORE_OK) {
		ask_fail_store(a);
		return;
	}
	if (more_made(a, s->id, 0) == -1)
		return;
	more_audit(a, s->address, NULL, place);
	if (ask_commit(a) == -1)
		return;
	if (object_get(a->control->store, s->id, &o) != STORE_OK)
		ask_fail_store(a);
	else
		more_answer(a, &o, &sender_kind);
}

/*
 * Who approves an address of a domain says who may send as that domain, and
 * with its keys: he needs to be allowed this where the domain is, too.  Else
 * it ends as if the compartment was not there.
 */
static int
check_domain(struct ask *a, const struct sender *s, const char *compartment)
{
	enum store_status r;
	struct domain d;

	/* An address that is none is refused later. */
	r = domain_get(a->control->store, sender_domain(s), &d);
	if (r == STORE_FAIL) {
		ask_fail_store(a);
		return -1;
	}
	return r == STORE_NOTFOUND || strcmp(d.compartment, compartment) == 0 ?
	    0 :
	    ask_may(a, d.compartment);
}

/* CreateSender */
void
manage_sender_create(struct ask *a)
{
	struct compartment c;
	struct sender s;
	struct fault f;

	memset(&s, 0, sizeof(s));
	if (sender_parse(ask_value(a, "emailAddress"), &s) == NULL)
		a->target.sender = s.key;
	if (ask_place(a, &c) == -1 || check_domain(a, &s, c.id) == -1 ||
	    check_pool(a) == -1 || more_again(a, &sender_kind) != 0)
		return;
	if (admit_sender(a->control, ask_value(a, "emailAddress"), &s, &f) ==
		-1 ||
	    admit_sender_place(a->control, &s, c.id, &f) == -1) {
		ask_fail_fault(a, &f);
		return;
	}
	if (id_make_object("emailsender", s.id, sizeof(s.id)) == -1) {
		ask_fail_store(a);
		return;
	}
	(void)strlcpy(s.compartment, c.id, sizeof(s.compartment));
	s.created = (int64_t)time(NULL);
	s.state = RECORD_ACTIVE;
	sender_make(a, &s, c.name);
}

/* A sender as a list has it, by its address. */
static enum store_status
summary_row(struct ask *a, const char *place, const char *name)
{
	enum store_status r;
	struct object o;
	struct sender s;

	if (sender_parse(name, &s) != NULL)
		return STORE_NOTFOUND;
	r = sender_get(a->control->store, s.key, &s);
	if (r == STORE_OK)
		r = sender_fields(a, &s);
	if (r != STORE_OK)
		return r;
	r = object_get(a->control->store, s.id, &o);
	if (r == STORE_OK)
		more_show(&o, a->row, false);
	object_clear(&o);
	return r == STORE_FAIL ? r : STORE_OK;
}

/* Addresses and domains are the same in any case. */
static bool
summary_passes(const struct ask *a)
{
	const char *address, *domain;
	struct sender s, wanted;

	address = ask_value(a, "emailAddress");
	domain = ask_value(a, "domain");
	if (sender_parse(row_value(a->row, "emailAddress"), &s) != NULL)
		return false;
	return (address == NULL ||
		   (sender_parse(address, &wanted) == NULL &&
		       strcmp(wanted.key, s.key) == 0)) &&
	    (domain == NULL || strcasecmp(domain, sender_domain(&s)) == 0);
}

/* ListSenders */
void
manage_sender_list(struct ask *a)
{
	static const char *const sorts[] = { "TIMECREATED", "EMAILADDRESS",
		NULL };
	/* Older ones of edctl begin otherwise than those of the API. */
	static const struct list_kind list = { &sender_kind, sorts, "ocid1.",
		true, STORE_SENDER_PLACE, summary_row, summary_passes };
	struct compartment c;
	const char *address;
	struct sender s;

	if (ask_place(a, &c) == -1)
		return;
	address = ask_value(a, "emailAddress");
	if (address != NULL && sender_parse(address, &s) != NULL)
		ask_fail(a, MANAGE_INVALID, "Invalid Internet Address : %s",
		    address);
	else
		list_answer(a, &list, c.id);
}

/* GetSender */
void
manage_sender_get(struct ask *a)
{
	spf_get(a, &sender_kind);
}

/* UpdateSender */
void
manage_sender_update(struct ask *a)
{
	struct object o;

	if (ask_object(a, a->rq.id, OBJECT_SENDER, &o) == -1 ||
	    ask_live(a, &o) == -1 || more_match(a, &o, &sender_kind) == -1)
		return;
	if (check_pool(a) == -1 || ask_begin(a) == -1 ||
	    more_changed(a, &o, 0) == -1) {
		object_clear(&o);
		return;
	}
	if (bind_pool(a, o.first) != STORE_OK) {
		object_clear(&o);
		ask_fail_store(a);
		return;
	}
	more_audit(a, o.first, NULL,
	    ask_value(a, "emailIpPoolId") == NULL ? "tags" : "pool, tags");
	if (ask_commit(a) == -1)
		object_clear(&o);
	else
		more_answer(a, &o, &sender_kind);
}

/* ChangeSenderCompartment: not to where its domain is out of reach. */
void
manage_sender_move(struct ask *a)
{
	struct sender s, new;
	struct compartment c;
	struct object o;
	struct fault f;
	int r;

	if (ask_object(a, a->rq.id, OBJECT_SENDER, &o) == -1 ||
	    ask_live(a, &o) == -1 || more_match(a, &o, &sender_kind) == -1)
		return;
	r = sender_get(a->control->store, o.first, &s) == STORE_OK ? 0 : -1;
	object_clear(&o);
	if (r == -1) {
		ask_fail_store(a);
		return;
	}
	if (ask_place(a, &c) == -1 || check_domain(a, &s, c.id) == -1)
		return;
	if (admit_sender_place(a->control, &s, c.id, &f) == -1) {
		ask_fail_fault(a, &f);
		return;
	}
	if (ask_begin(a) == -1)
		return;
	new = s;
	(void)strlcpy(new.compartment, c.id, sizeof(new.compartment));
	if (sender_change(a->control->store, &s, &new) != STORE_OK) {
		ask_fail_store(a);
		return;
	}
	more_audit(a, s.address, s.compartment, c.id);
	if (ask_commit(a) == 0)
		ask_ok(a);
}

/* DeleteSender */
void
manage_sender_delete(struct ask *a)
{
	enum store_status r;
	struct object o;
	struct sender s;

	if (ask_object(a, a->rq.id, OBJECT_SENDER, &o) == -1 ||
	    ask_live(a, &o) == -1 || more_match(a, &o, &sender_kind) == -1)
		return;
	r = sender_get(a->control->store, o.first, &s);
	object_clear(&o);
	if (r != STORE_OK) {
		ask_fail_store(a);
		return;
	}
	if (ask_begin(a) == -1)
		return;
	if (sender_del(a->control->store, &s) != STORE_OK) {
		ask_fail_store(a);
		return;
	}
	more_audit(a, s.address, s.compartment, NULL);
	if (ask_commit(a) == 0)
		ask_ok(a);
}
