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
 * Return paths in the management API.
 */
#include <stdio.h>
#include <string.h>
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
#include "pathwatch.h"
#include "returnpath.h"
#include "row.h"
#include "store.h"

/* The name of a return path of which the client says nothing. */
#define PATH_LABEL "bounce"

static void
path_fields(struct ask *a, const struct returnpath *p, const struct object *o)
{
	row_str(a->row, "name", p->name);
	row_str(a->row, "id", p->id);
	row_str(a->row, "parentResourceId", o->parent);
	row_str(a->row, "compartmentId", o->compartment);
	row_str(a->row, "lifecycleState", returnpath_state_name(p->state));
	row_time(a->row, "timeCreated", p->created);
	row_time(a->row, "timeUpdated",
	    o->updated == 0 ? p->created : o->updated);
	more_show(o, a->row, true);
}

static enum store_status
path_row(struct ask *a, const struct object *o)
{
	char details[ERROR_SIZE];
	enum store_status r;
	struct returnpath p;

	r = returnpath_get(a->control->store, o->first, o->second, &p);
	if (r != STORE_OK)
		return r;
	path_fields(a, &p, o);
	row_str(a->row, "dnsSubdomainName", p.name);
	if (p.state == RETURNPATH_ACTIVE)
		return STORE_OK;
	(void)snprintf(details, sizeof(details),
	    p.state == RETURNPATH_FAILED ?
		"The DNS did not have an MX record of %s in time; delete the "
		"return path and make it again." :
		"Publish an MX record of %s that leads to the host that takes "
		"your bounces, and an SPF record with the addresses that you "
		"send from.",
	    p.name);
	row_str(a->row, "lifecycleDetails", details);
	return STORE_OK;
}

static const struct more_kind path_kind = { OBJECT_RETURNPATH, "name",
	"parentResourceId", true, path_row };

/* A name, as it was written, lies below the domain. */
static int
path_name(struct ask *a, const struct domain *d, char name[DOMAIN_SIZE])
{
	const char *given, *why;
	size_t len, below;
	int n;

	given = ask_value(a, "name");
	if (given == NULL || given[0] == '\0') {
		n = snprintf(name, DOMAIN_SIZE, PATH_LABEL ".%s", d->name);
		if (n > 0 && n <= ADDRESS_DOMAIN_MAX)
			return 0;
		ask_fail(a, MANAGE_MISSING,
		    "Required attribute name can't be empty or null.");
		return -1;
	}
	why = domain_parse(given, name);
	if (why != NULL) {
		ask_fail(a, MANAGE_INVALID, "name: \"%s\": %s", given, why);
		return -1;
	}
	len = strlen(name);
	below = strlen(d->name);
	if (len > below + 1 && name[len - below - 1] == '.' &&
	    strcmp(name + len - below, d->name) == 0)
		return 0;
	ask_fail(a, MANAGE_INVALID, "name: \"%s\" is no subdomain of %s", name,
	    d->name);
	return -1;
}

/* The domain that a return path is to be of, without one. */
static int
path_domain(struct ask *a, const struct object *parent, struct domain *d)
{
	struct returnpath old;
	struct fault f;

	if (domain_get(a->control->store, parent->first, d) != STORE_OK) {
		ask_fail_store(a);
		return -1;
	}
	if (admit_domain_live(a->control, d, &f) == -1) {
		ask_fail_fault(a, &f);
		return -1;
	}
	switch (returnpath_of(a->control->store, d->name, &old)) {
	case STORE_NOTFOUND:
		return 0;
	case STORE_OK:
		ask_fail(a, MANAGE_EXISTS, "%s has the return path %s", d->name,
		    old.name);
		return -1;
	case STORE_FAIL:
		break;
	}
	ask_fail_store(a);
	return -1;
}

static void
path_make(struct ask *a, const struct returnpath *p, const struct domain *d)
{
	struct object o;

	if (ask_begin(a) == -1)
		return;
	if (returnpath_put(a->control->store, p, d->compartment, d->id) !=
	    STORE_OK) {
		ask_fail_store(a);
		return;
	}
	if (more_made(a, p->id, WORK_CREATE_PATH) == -1)
		return;
	more_audit(a, p->name, NULL, d->name);
	if (ask_commit(a) == -1)
		return;
	pathwatch_look(a->control->pathwatch, p);
	if (object_get(a->control->store, p->id, &o) != STORE_OK)
		ask_fail_store(a);
	else
		more_answer(a, &o, &path_kind);
}

/* CreateEmailReturnPath */
void
manage_path_create(struct ask *a)
{
	struct object parent;
	struct returnpath p;
	struct domain d;
	int r;

	memset(&p, 0, sizeof(p));
	if (ask_object(a, ask_value(a, "parentResourceId"), OBJECT_DOMAIN,
		&parent) == -1 ||
	    ask_live(a, &parent) == -1)
		return;
	r = more_again(a, &path_kind);
	if (r == 0)
		r = path_domain(a, &parent, &d);
	object_clear(&parent);
	if (r != 0 || path_name(a, &d, p.name) == -1)
		return;
	if (id_make_object("emailreturnpath", p.id, sizeof(p.id)) == -1) {
		ask_fail_store(a);
		return;
	}
	(void)strlcpy(p.domain, d.name, sizeof(p.domain));
	p.created = (int64_t)time(NULL);
	p.state = RETURNPATH_CREATING;
	path_make(a, &p, &d);
}

/*
 * The return path with a name.  It lies below its domain, which is one of the
 * names that its own ends with.
 */
static enum store_status
path_by_name(struct ask *a, const char *name, struct returnpath *p)
{
	enum store_status r;
	const char *dot;

	r = STORE_NOTFOUND;
	for (dot = strchr(name, '.'); dot != NULL && r == STORE_NOTFOUND;
	     dot = strchr(dot + 1, '.'))
		r = returnpath_get(a->control->store, dot + 1, name, p);
	return r;
}

/* A return path as a list has it, by its name. */
static enum store_status
summary_row(struct ask *a, const char *place, const char *name)
{
	enum store_status r;
	struct returnpath p;
	struct object o;

	r = path_by_name(a, name, &p);
	if (r != STORE_OK)
		return r;
	if (object_get(a->control->store, p.id, &o) != STORE_OK)
		return STORE_FAIL;
	path_fields(a, &p, &o);
	object_clear(&o);
	return STORE_OK;
}

/* The compartment in which he looks: its own, that of the domain, or all. */
static int
list_place(struct ask *a, char place[OBJECT_ID_SIZE])
{
	struct object parent;
	struct compartment c;

	if (ask_value(a, "compartmentId") != NULL) {
		if (ask_place(a, &c) == -1)
			return -1;
		(void)strlcpy(place, c.id, OBJECT_ID_SIZE);
		return 0;
	}
	if (ask_value(a, "parentResourceId") == NULL) {
		ask_fail(a, MANAGE_MISSING,
		    "Required attribute compartmentId or parentResourceId "
		    "can't be empty or null.");
		return -1;
	}
	if (ask_object(a, ask_value(a, "parentResourceId"), OBJECT_DOMAIN,
		&parent) == -1 ||
	    ask_live(a, &parent) == -1)
		return -1;
	(void)strlcpy(place, parent.compartment, OBJECT_ID_SIZE);
	object_clear(&parent);
	return 0;
}

/* ListEmailReturnPaths */
void
manage_path_list(struct ask *a)
{
	static const char *const sorts[] = { "TIMECREATED", "NAME", "ID",
		NULL };
	static const struct list_kind list = { &path_kind, sorts,
		"ocid1.emailreturnpath.", false, STORE_CREATED, summary_row,
		NULL };
	char place[OBJECT_ID_SIZE];

	if (list_place(a, place) == 0)
		list_answer(a, &list, place);
}

/* GetEmailReturnPath */
void
manage_path_get(struct ask *a)
{
	more_get(a, &path_kind);
}

/* UpdateEmailReturnPath */
void
manage_path_update(struct ask *a)
{
	more_update(a, &path_kind, WORK_UPDATE_PATH);
}

/* DeleteEmailReturnPath */
void
manage_path_delete(struct ask *a)
{
	struct returnpath p;
	struct object o;
	int r;

	if (ask_object(a, a->rq.id, OBJECT_RETURNPATH, &o) == -1 ||
	    ask_live(a, &o) == -1 || more_match(a, &o, &path_kind) == -1)
		return;
	r = ask_begin(a);
	if (r == 0)
		r = more_work(a, WORK_DELETE_PATH, o.compartment, o.id, true);
	if (r == 0 &&
	    (returnpath_get(a->control->store, o.first, o.second, &p) !=
		    STORE_OK ||
		returnpath_del(a->control->store, &p) != STORE_OK)) {
		ask_fail_store(a);
		r = -1;
	}
	object_clear(&o);
	if (r == -1)
		return;
	more_audit(a, p.name, p.domain, NULL);
	if (ask_commit(a) == 0)
		ask_ok(a);
}
