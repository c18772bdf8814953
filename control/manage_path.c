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
#include <string.h>

#include "admit.h"
#include "compartment.h"
#include "compat.h"
#include "control.h"
#include "domain.h"
#include "fault.h"
#include "manage_ask.h"
#include "manage_list.h"
#include "manage_more.h"
#include "manage_ops.h"
#include "pathwatch.h"
#include "returnpath.h"
#include "row.h"
#include "store.h"

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
	char details[RETURNPATH_DETAILS_SIZE];
	enum store_status r;
	struct returnpath p;

	r = returnpath_get(a->control->store, o->first, o->second, &p);
	if (r != STORE_OK)
		return r;
	path_fields(a, &p, o);
	row_str(a->row, "dnsSubdomainName", p.name);
	if (returnpath_details(&p, details)[0] != '\0')
		row_str(a->row, "lifecycleDetails", details);
	return STORE_OK;
}

static const struct more_kind path_kind = { OBJECT_RETURNPATH, "name",
	"parentResourceId", true, path_row };

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
	enum store_status found;
	struct object parent;
	struct returnpath p;
	struct domain d;
	struct fault f;
	int r;

	if (ask_object(a, ask_value(a, "parentResourceId"), OBJECT_DOMAIN,
		&parent) == -1 ||
	    ask_live(a, &parent) == -1)
		return;
	found = domain_get(a->control->store, parent.first, &d);
	object_clear(&parent);
	r = more_again(a, &path_kind);
	if (r != 0)
		return;
	if (found != STORE_OK)
		ask_fail_store(a);
	else if (admit_returnpath(a->control, &d, ask_value(a, "name"), &p,
		     &f) == -1)
		ask_fail_fault(a, &f);
	else
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

/*
 * The compartment in which he looks: one that he names, that of the domain, or
 * with an empty place all.
 */
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
	place[0] = '\0';
	if (ask_value(a, "parentResourceId") == NULL)
		return 0;
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
		list_answer(a, &list, place[0] == '\0' ? NULL : place);
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
