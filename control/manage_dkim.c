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
 * DKIM keys in the management API.  A key is made while the client waits, so
 * that its record is in the answer.
 */
#include <string.h>
#include <strings.h>
#include <time.h>

#include "compat.h"
#include "control.h"
#include "dkimdns.h"
#include "dkimkey.h"
#include "dkimmake.h"
#include "dkimstate.h"
#include "dkimwatch.h"
#include "fault.h"
#include "keys.h"
#include "manage_ask.h"
#include "manage_list.h"
#include "manage_more.h"
#include "manage_ops.h"
#include "row.h"
#include "store.h"

/* One that was looked for and not found waits for its owner. */
static const char *
api_state(const struct dkimkey *k)
{
	if (k->state == DKIM_CREATING && k->dns != DKIM_DNS_UNKNOWN)
		return dkimkey_state_name(DKIM_NEEDS_ATTENTION);
	return dkimkey_state_name(k->state);
}

/* What is there to say about the state, or NULL. */
static const char *
api_details(const struct dkimkey *k)
{
	if (k->state == DKIM_INACTIVE)
		return "Another key has taken over.";
	if (k->state == DKIM_DELETING)
		return "Mail may be on its way that this key has signed.";
	if (k->next)
		return "This key takes over when the DNS shows it.";
	switch (k->dns) {
	case DKIM_DNS_MISSING:
		return "The DNS does not have the record of this key.";
	case DKIM_DNS_DIFFERS:
		return "The DNS has another record in the place of this key's.";
	case DKIM_DNS_UNKNOWN:
	case DKIM_DNS_PUBLISHED:
		break;
	}
	return NULL;
}

static void
dkim_fields(struct ask *a, const struct dkimkey *k, const struct object *o)
{
	row_str(a->row, "name", k->selector);
	row_str(a->row, "id", k->id);
	row_str(a->row, "emailDomainId", o->parent);
	row_str(a->row, "compartmentId", o->compartment);
	row_str(a->row, "lifecycleState", api_state(k));
	row_time(a->row, "timeCreated", k->created);
	row_time(a->row, "timeUpdated",
	    o->updated == 0 ? k->created : o->updated);
	row_bool(a->row, "isImported", k->imported);
	row_num(a->row, "keyLength", k->bits);
	more_show(o, a->row, true);
}

/* Where and what to publish. */
static void
dkim_dns_fields(struct ask *a, const struct dkimkey *k)
{
	char name[DKIMDNS_NAME_SIZE], value[DKIMDNS_VALUE_SIZE];
	char target[DOMAIN_SIZE];
	const char *base;

	dkimdns_name(k, name);
	row_str(a->row, "dnsSubdomainName", name);
	if (dkimdns_value(k, value) == 0)
		row_str(a->row, "txtRecordValue", value);
	base = a->control->site.dkim_base;
	if (base[0] != '\0' && dkimdns_target(k, base, target) == 0)
		row_str(a->row, "cnameRecordValue", target);
}

static enum store_status
dkim_row(struct ask *a, const struct object *o)
{
	enum store_status r;
	struct dkimkey k;

	r = dkimkey_get(a->control->store, o->first, o->second, &k);
	if (r != STORE_OK)
		return r;
	dkim_fields(a, &k, o);
	if (api_details(&k) != NULL)
		row_str(a->row, "lifecycleDetails", api_details(&k));
	dkim_dns_fields(a, &k);
	return STORE_OK;
}

static const struct more_kind dkim_kind = { OBJECT_DKIM, "name",
	"emailDomainId", true, dkim_row };

static void
create_cancel(struct ask *a)
{
	dkimmake_cancel(a->work);
}

/* Store the key with what belongs to it.  0, or -1 and the request ended. */
static int
create_store(struct ask *a, const struct dkimkey *k)
{
	struct fault f;

	if (ask_begin(a) == -1)
		return -1;
	if (dkimmake_store(a->control, k, &f) == -1) {
		ask_fail_fault(a, &f);
		return -1;
	}
	if (more_made(a, k->id, WORK_CREATE_DKIM) == -1)
		return -1;
	more_audit(a, k->domain, NULL, k->selector);
	return ask_commit(a);
}

static void
made_cb(const struct dkimkey *k, const struct fault *f, void *arg)
{
	struct control *c;
	struct object o;
	struct ask *a;

	a = arg;
	c = a->control;
	a->work = NULL;
	a->cancel = NULL;
	if (k == NULL) {
		ask_fail_fault(a, f);
		return;
	}
	/* The same request may have come twice, and the other been first. */
	if (more_again(a, &dkim_kind) != 0 || create_store(a, k) == -1) {
		keys_drop(c->keys, k->number);
		return;
	}
	dkimwatch_look(c->dkimwatch, k);
	if (object_get(c->store, k->id, &o) != STORE_OK)
		ask_fail_store(a);
	else
		more_answer(a, &o, &dkim_kind);
}

/* CreateDkim */
void
manage_dkim_create(struct ask *a)
{
	struct dkimmake_order order;
	struct object domain;
	struct fault f;

	if (ask_object(a, ask_value(a, "emailDomainId"), OBJECT_DOMAIN,
		&domain) == -1 ||
	    ask_live(a, &domain) == -1)
		return;
	if (more_again(a, &dkim_kind) != 0) {
		object_clear(&domain);
		return;
	}
	memset(&order, 0, sizeof(order));
	order.domain = domain.first;
	order.selector = ask_value(a, "name");
	order.turn = DKIMMAKE_EITHER;
	order.algorithm = SIGN_RSA_SHA256;
	order.pem = ask_value(a, "privateKey");
	a->work = dkimmake_start(a->control, &order, made_cb, a, &f);
	object_clear(&domain);
	if (a->work == NULL)
		ask_fail_fault(a, &f);
	else
		a->cancel = create_cancel;
}

/* A key as a list of its domain has it, by its selector. */
static enum store_status
summary_row(struct ask *a, const char *place, const char *name)
{
	enum store_status r;
	struct dkimkey k;
	struct object o;

	r = dkimkey_get(a->control->store, place, name, &k);
	if (r != STORE_OK)
		return r;
	if (object_get(a->control->store, k.id, &o) != STORE_OK)
		return STORE_FAIL;
	dkim_fields(a, &k, &o);
	object_clear(&o);
	return STORE_OK;
}

/* ListDkims */
void
manage_dkim_list(struct ask *a)
{
	static const char *const sorts[] = { "TIMECREATED", "NAME", "ID",
		NULL };
	static const struct list_kind list = { &dkim_kind, sorts,
		"ocid1.emaildkim.", false, STORE_DKIM, summary_row, NULL };
	char place[ADDRESS_SIZE];
	struct object domain;

	if (ask_object(a, ask_value(a, "emailDomainId"), OBJECT_DOMAIN,
		&domain) == -1)
		return;
	(void)strlcpy(place, domain.first, sizeof(place));
	if (ask_live(a, &domain) == -1)
		return;
	object_clear(&domain);
	list_answer(a, &list, place);
}

/* GetDkim */
void
manage_dkim_get(struct ask *a)
{
	more_get(a, &dkim_kind);
}

/* UpdateDkim */
void
manage_dkim_update(struct ask *a)
{
	more_update(a, &dkim_kind, WORK_UPDATE_DKIM);
}

/* The key goes, now or when no mail waits that it signed. */
static int
dkim_delete(struct ask *a, const struct dkimkey *k, struct object *o)
{
	enum store_status r;
	bool now;

	now = dkimstate_goes(k);
	if (ask_begin(a) == -1 ||
	    more_work(a, WORK_DELETE_DKIM, o->compartment, o->id, now) == -1)
		return -1;
	r = dkimstate_delete(a->control, k);
	if (r == STORE_OK && !now) {
		(void)strlcpy(o->work, a->end.work, sizeof(o->work));
		r = object_put(a->control->store, o);
	}
	if (r != STORE_OK) {
		ask_fail_store(a);
		return -1;
	}
	more_audit(a, k->domain, k->selector, NULL);
	return ask_commit(a);
}

/* DeleteDkim */
void
manage_dkim_delete(struct ask *a)
{
	struct dkimkey k;
	struct object o;

	if (ask_object(a, a->rq.id, OBJECT_DKIM, &o) == -1 ||
	    ask_live(a, &o) == -1 || more_match(a, &o, &dkim_kind) == -1)
		return;
	if (dkimkey_get(a->control->store, o.first, o.second, &k) != STORE_OK)
		ask_fail_store(a);
	else if (k.state == DKIM_DELETING)
		ask_fail(a, MANAGE_STATE, "%s is being deleted", k.selector);
	else if (dkim_delete(a, &k, &o) == 0) {
		dkimstate_deleted(a->control, &k);
		ask_ok(a);
	}
	object_clear(&o);
}
