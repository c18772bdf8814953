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
 * Email domains in the management API.
 */
#include <string.h>
#include <time.h>

#include "admit.h"
#include "compartment.h"
#include "compat.h"
#include "control.h"
#include "dkimkey.h"
#include "domain.h"
#include "fault.h"
#include "id.h"
#include "manage_ask.h"
#include "manage_list.h"
#include "manage_more.h"
#include "manage_ops.h"
#include "manage_spf.h"
#include "reach.h"
#include "row.h"
#include "store.h"

/* The API has no word for a domain whose keys are in trouble: they say so. */
static enum store_status
api_state(struct ask *a, const struct domain *d, const char **name)
{
	enum domain_state state;
	enum store_status r;

	r = domain_state(a->control->store, d, a->control->site.verify_domains,
	    &state);
	*name = domain_state_name(
	    state == DOMAIN_NEEDS_ATTENTION ? DOMAIN_ACTIVE : state);
	return r;
}

/* The id of the key that signs; RSA where two do. */
static enum store_status
active_key(struct ask *a, const struct domain *d)
{
	struct policy_dkim key[DKIM_KEYS_MAX];
	enum store_status r;
	struct dkimkey k;
	uint32_t i, n;

	r = dkimkey_active(a->control->store, d->name, key, &n);
	if (r != STORE_OK || n == 0)
		return r;
	for (i = 0; i < n - 1 && key[i].algorithm != SIGN_RSA_SHA256; i++)
		;
	r = dkimkey_get(a->control->store, d->name, key[i].selector, &k);
	if (r == STORE_OK)
		row_str(a->row, "activeDkimId", k.id);
	return r;
}

/* A domain, whole or for a list. */
static enum store_status
domain_fields(struct ask *a, const struct domain *d, bool whole)
{
	enum store_status r;
	const char *state;

	r = api_state(a, d, &state);
	if (r != STORE_OK)
		return r;
	row_str(a->row, "name", d->name);
	row_str(a->row, "id", d->id);
	row_str(a->row, "compartmentId", d->compartment);
	row_str(a->row, "lifecycleState", state);
	row_time(a->row, "timeCreated", d->created);
	if (whole)
		row_str(a->row, "domainVerificationStatus",
		    d->verified != 0 ? "DOMAINID" : "NONE");
	return active_key(a, d);
}

static enum store_status
domain_row(struct ask *a, const struct object *o)
{
	enum store_status r;
	struct domain d;

	r = domain_get(a->control->store, o->first, &d);
	if (r == STORE_OK)
		r = domain_fields(a, &d, true);
	if (r == STORE_OK)
		more_show(o, a->row, true);
	return r;
}

static const struct more_kind domain_kind = { OBJECT_DOMAIN, "name", NULL, true,
	domain_row };

/* Who makes a domain, and whether senders elsewhere lose by it. */
struct taking {
	struct ask *ask;
	enum store_status may;
	bool strangers;
};

static bool
taking_cb(const char *compartment, void *arg)
{
	struct taking *t;

	t = arg;
	t->strangers = true;
	t->may = ask_allows(t->ask, t->ask->ops->permission, compartment);
	return t->may == STORE_OK;
}

/*
 * Who makes a domain takes it from senders that other compartments have of it:
 * he needs to be allowed to make it in each of these, too.  Else it ends as if
 * the compartment was not there.
 */
static int
check_strangers(struct ask *a, const struct domain *d, bool *strangers)
{
	struct taking t = { a, STORE_OK, false };

	if (reach_places(a->control, d, taking_cb, &t) != STORE_OK ||
	    t.may == STORE_FAIL) {
		ask_fail_store(a);
		return -1;
	}
	*strangers = t.strangers;
	if (t.may == STORE_OK)
		return 0;
	ask_not_found(a);
	return -1;
}

static void
domain_make(struct ask *a, const struct domain *d, const char *place)
{
	char note[REACH_TEXT_SIZE];
	struct object o;
	bool strangers;

	if (check_strangers(a, d, &strangers) == -1 || ask_begin(a) == -1)
		return;
	if (domain_put(a->control->store, d) != STORE_OK) {
		ask_fail_store(a);
		return;
	}
	if (more_made(a, d->id, WORK_CREATE_DOMAIN) == -1)
		return;
	more_audit(a, d->name, NULL, place);
	if (ask_commit(a) == -1)
		return;
	/* The operator is told, by the log. */
	if (strangers)
		(void)reach_strangers(a->control, d, note, sizeof(note));
	if (object_get(a->control->store, d->id, &o) != STORE_OK)
		ask_fail_store(a);
	else
		more_answer(a, &o, &domain_kind);
}

/* CreateEmailDomain */
void
manage_domain_create(struct ask *a)
{
	struct compartment c;
	struct domain d;
	struct fault f;

	memset(&d, 0, sizeof(d));
	if (domain_parse(ask_value(a, "name"), d.name) == NULL)
		a->target.domain = d.name;
	if (ask_place(a, &c) == -1 || more_again(a, &domain_kind) != 0)
		return;
	if (admit_domain(a->control, ask_value(a, "name"), &d, &f) == -1) {
		ask_fail_fault(a, &f);
		return;
	}
	if (id_make_object("emaildomain", d.id, sizeof(d.id)) == -1 ||
	    domain_token(d.token) == -1) {
		ask_fail_store(a);
		return;
	}
	(void)strlcpy(d.compartment, c.id, sizeof(d.compartment));
	d.created = (int64_t)time(NULL);
	domain_make(a, &d, c.name);
}

/* A domain as a list has it, by its name. */
static enum store_status
summary_row(struct ask *a, const char *place, const char *name)
{
	enum store_status r;
	struct object o;
	struct domain d;

	r = domain_get(a->control->store, name, &d);
	if (r == STORE_OK)
		r = domain_fields(a, &d, false);
	if (r != STORE_OK)
		return r;
	r = object_get(a->control->store, d.id, &o);
	if (r == STORE_OK)
		more_show(&o, a->row, true);
	object_clear(&o);
	return r == STORE_FAIL ? r : STORE_OK;
}

/* ListEmailDomains */
void
manage_domain_list(struct ask *a)
{
	static const char *const sorts[] = { "TIMECREATED", "NAME", "ID",
		NULL };
	static const struct list_kind list = { &domain_kind, sorts,
		"ocid1.emaildomain.", false, STORE_DOMAIN_PLACE, summary_row,
		NULL };
	struct compartment c;

	if (ask_place(a, &c) == 0)
		list_answer(a, &list, c.id);
}

/* GetEmailDomain */
void
manage_domain_get(struct ask *a)
{
	spf_get(a, &domain_kind);
}

/* UpdateEmailDomain */
void
manage_domain_update(struct ask *a)
{
	more_update(a, &domain_kind, WORK_UPDATE_DOMAIN);
}

/* The domain goes, now or with its last key. */
static enum store_status
domain_end(struct ask *a, struct domain *d, struct object *o)
{
	enum store_status r;

	r = record_any(a->control->store, STORE_DKIM, d->name);
	if (r == STORE_FAIL)
		return r;
	if (r == STORE_NOTFOUND)
		return domain_del(a->control->store, d);
	d->deleting = true;
	(void)strlcpy(o->work, a->end.work, sizeof(o->work));
	r = domain_put(a->control->store, d);
	return r == STORE_OK ? object_put(a->control->store, o) : r;
}

static void
domain_delete(struct ask *a, struct domain *d, struct object *o)
{
	bool now;

	now = record_any(a->control->store, STORE_DKIM, d->name) ==
	    STORE_NOTFOUND;
	if (ask_begin(a) == -1 ||
	    more_work(a, WORK_DELETE_DOMAIN, d->compartment, d->id, now) == -1)
		return;
	if (domain_end(a, d, o) != STORE_OK) {
		ask_fail_store(a);
		return;
	}
	more_audit(a, d->name, d->compartment, NULL);
	if (ask_commit(a) == 0)
		ask_ok(a);
}

/* DeleteEmailDomain */
void
manage_domain_delete(struct ask *a)
{
	struct object o;
	struct domain d;
	struct fault f;

	if (ask_object(a, a->rq.id, OBJECT_DOMAIN, &o) == -1 ||
	    ask_live(a, &o) == -1 || more_match(a, &o, &domain_kind) == -1)
		return;
	if (domain_get(a->control->store, o.first, &d) != STORE_OK)
		ask_fail_store(a);
	else if (d.deleting)
		ask_fail(a, MANAGE_STATE, "%s is being deleted", d.name);
	else if (admit_domain_removal(a->control, &d, &f) == -1)
		ask_fail_fault(a, &f);
	else
		domain_delete(a, &d, &o);
	object_clear(&o);
}
