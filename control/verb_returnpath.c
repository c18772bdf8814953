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
 * returnpath add, list, remove, set, show.  A domain has one at most, which is
 * known by the domain.
 */
#include "verb_returnpath.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "admit.h"
#include "compartment.h"
#include "control.h"
#include "domain.h"
#include "fault.h"
#include "job.h"
#include "msg.h"
#include "pathwatch.h"
#include "returnpath.h"
#include "row.h"
#include "verb_description.h"
#include "verb_need.h"

static void
path_row(struct job *j, const struct returnpath *p)
{
	row_str(j->row, "domain", p->domain);
	row_str(j->row, "name", p->name);
	row_str(j->row, "state", returnpath_state_name(p->state));
	row_str(j->row, "id", p->id);
	row_time(j->row, "created", p->created);
}

/* End with the whole of one. */
static void
path_answer(struct job *j, const struct returnpath *p)
{
	char details[RETURNPATH_DETAILS_SIZE];

	path_row(j, p);
	if (p->seen != 0)
		row_time(j->row, "seen", p->seen);
	if (!description_row(j, p->id)) {
		job_fail_store(j);
		return;
	}
	row_str(j->row, "details", returnpath_details(p, details));
	job_send(j);
	job_ok(j);
}

/* returnpath add DOMAIN [name NAME] */
void
verb_returnpath_add(struct job *j)
{
	struct returnpath p;
	struct domain d;
	struct fault f;

	if (need_domain(j, j->arg[0], &d) == -1 ||
	    need_admitted(j,
		admit_returnpath(j->control, &d, j->arg[1], &p, &f),
		&f) == -1 ||
	    need_begin(j) == -1)
		return;
	if (returnpath_put(j->control->store, &p, d.compartment, d.id) !=
	    STORE_OK) {
		job_fail_store(j);
		return;
	}
	job_audit(j, p.name, NULL, d.name);
	if (job_commit(j) == -1)
		return;
	pathwatch_look(j->control->pathwatch, &p);
	path_answer(j, &p);
}

static bool
list_cb(struct job *j, const struct store_key *k, struct msgin *m)
{
	struct compartment c;
	struct returnpath p;
	struct domain d;

	if (record_done(returnpath_decode(m, &p), "return path") != STORE_OK ||
	    (j->arg[1] != NULL &&
		strcasecmp(j->arg[1], returnpath_state_name(p.state)) != 0))
		return false;
	if (j->arg[0] != NULL &&
	    (domain_get(j->control->store, p.domain, &d) != STORE_OK ||
		compartment_find(j->control->store, j->arg[0], &c) !=
		    STORE_OK ||
		strcmp(d.compartment, c.id) != 0))
		return false;
	path_row(j, &p);
	return true;
}

/* returnpath list [compartment NAME] [state STATE] */
void
verb_returnpath_list(struct job *j)
{
	struct compartment c;

	if (need_choice(j, 1) == -1 ||
	    (j->arg[0] != NULL && need_compartment(j, j->arg[0], &c) == -1))
		return;
	job_list(j, STORE_RETURNPATH, NULL, list_cb);
}

/* The return path of the domain; else the job ends. */
static int
need_path(struct job *j, struct returnpath *p)
{
	char hint[ERROR_SIZE];
	struct domain d;

	if (need_domain(j, j->arg[0], &d) == -1)
		return -1;
	switch (returnpath_of(j->control->store, d.name, p)) {
	case STORE_OK:
		return 0;
	case STORE_FAIL:
		job_fail_store(j);
		return -1;
	case STORE_NOTFOUND:
		break;
	}
	(void)snprintf(hint, sizeof(hint),
	    "make one with \"edctl returnpath add %s\"", d.name);
	job_fail(j, hint, "%s has no return path", d.name);
	return -1;
}

/* returnpath remove DOMAIN */
void
verb_returnpath_remove(struct job *j)
{
	struct returnpath p;

	if (need_path(j, &p) == -1 || need_begin(j) == -1)
		return;
	if (returnpath_del(j->control->store, &p) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	job_audit(j, p.name, p.domain, NULL);
	if (job_commit(j) == 0)
		job_ok(j);
}

/* returnpath set DOMAIN description TEXT|none */
void
verb_returnpath_set(struct job *j)
{
	struct described which = { NULL, NULL, "" };
	struct returnpath p;

	if (need_path(j, &p) == -1)
		return;
	which.id = p.id;
	which.object = p.name;
	if (description_set(j, &which, j->arg[1]) == 0)
		path_answer(j, &p);
}

/* returnpath show DOMAIN */
void
verb_returnpath_show(struct job *j)
{
	struct returnpath p;

	if (need_path(j, &p) == 0)
		path_answer(j, &p);
}
