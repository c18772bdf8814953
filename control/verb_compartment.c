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
 * compartment add, list, remove.
 */
#include "verb_compartment.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "compartment.h"
#include "compat.h"
#include "control.h"
#include "job.h"
#include "limit.h"
#include "msg.h"
#include "rate.h"
#include "row.h"
#include "rule.h"
#include "verb_need.h"
#include "webhook.h"

/* The name of what it is in; empty for the root. */
static const char *
parent_name(struct job *j, const struct compartment *c,
    struct compartment *parent)
{
	if (strcmp(c->id, j->control->tenancy) == 0)
		return "";
	if (c->parent[0] == '\0')
		return COMPARTMENT_ROOT;
	if (compartment_get(j->control->store, c->parent, parent) != STORE_OK)
		return c->parent;
	return parent->name;
}

static void
compartment_row(struct job *j, const struct compartment *c)
{
	struct compartment parent;

	row_str(j->row, "name", c->name);
	row_str(j->row, "parent", parent_name(j, c, &parent));
	row_str(j->row, "id", c->id);
	row_time(j->row, "created", c->created);
}

/* The one that a new one is to be in.  0, or -1 and the job is gone. */
static int
take_parent(struct job *j, const char *name, struct compartment *c)
{
	struct compartment_path path;
	struct compartment parent;

	if (need_compartment(j, name == NULL ? COMPARTMENT_ROOT : name,
		&parent) == -1)
		return -1;
	if (compartment_path(j->control->store, j->control->tenancy, parent.id,
		&path) != STORE_OK) {
		job_fail_store(j);
		return -1;
	}
	if (path.n > COMPARTMENT_DEPTH_MAX) {
		job_fail(j, NULL,
		    "compartments are at most %u deep in the root",
		    COMPARTMENT_DEPTH_MAX);
		return -1;
	}
	(void)strlcpy(c->parent, parent.id, sizeof(c->parent));
	return 0;
}

/* compartment add NAME [parent NAME] */
void
verb_compartment_add(struct job *j)
{
	struct compartment c;
	enum store_status r;

	if (need_name(j, j->arg[0]) == -1)
		return;
	r = compartment_find(j->control->store, j->arg[0], &c);
	if (r == STORE_OK) {
		job_fail(j, NULL, "compartment \"%s\" exists already", c.name);
		return;
	}
	memset(&c, 0, sizeof(c));
	(void)strlcpy(c.name, j->arg[0], sizeof(c.name));
	c.created = (int64_t)time(NULL);
	if (take_parent(j, j->arg[1], &c) == -1 ||
	    need_id(j, "compartment", c.id) == -1 || need_begin(j) == -1)
		return;
	if (compartment_put(j->control->store, &c) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	job_audit(j, c.name, NULL, c.id);
	if (job_commit(j) == -1)
		return;
	compartment_row(j, &c);
	job_send(j);
	job_ok(j);
}

/* Whether it is directly in the one that is asked for, if one is. */
static bool
is_within(struct job *j, const struct compartment *c)
{
	struct compartment parent, asked;

	return j->arg[1] == NULL ||
	    (compartment_find(j->control->store, j->arg[1], &asked) ==
		    STORE_OK &&
		strcmp(parent_name(j, c, &parent), asked.name) == 0);
}

static bool
list_cb(struct job *j, const struct store_key *k, struct msgin *m)
{
	char id[OBJECT_ID_SIZE];
	struct compartment c;

	msg_get_str(m, id, sizeof(id));
	if (compartment_get(j->control->store, id, &c) != STORE_OK ||
	    !name_begins(j->arg[0], c.name) || !is_within(j, &c))
		return false;
	compartment_row(j, &c);
	return true;
}

/* compartment list [prefix TEXT] [parent NAME] */
void
verb_compartment_list(struct job *j)
{
	struct compartment c;

	if (j->arg[1] != NULL && need_compartment(j, j->arg[1], &c) == -1)
		return;
	job_list(j, STORE_COMPARTMENT_NAME, NULL, list_cb);
}

/* compartment remove NAME: only an empty one, never the root. */
void
verb_compartment_remove(struct job *j)
{
	char hint[ERROR_SIZE];
	struct compartment c;
	const char *use;

	if (need_compartment(j, j->arg[0], &c) == -1)
		return;
	if (strcmp(c.id, j->control->tenancy) == 0) {
		job_fail(j, NULL, "the root compartment cannot be removed");
		return;
	}
	if (rule_names(j->control->store, c.id) != STORE_NOTFOUND) {
		job_fail(j, "see \"edctl policy list\"",
		    "a policy names compartment \"%s\"", c.name);
		return;
	}
	if (webhook_names(j->control->store, c.id) != STORE_NOTFOUND) {
		job_fail(j, "see \"edctl webhook list\"",
		    "a webhook is of compartment \"%s\"", c.name);
		return;
	}
	use = compartment_in_use(j->control->store, &c);
	if (use != NULL) {
		(void)snprintf(hint, sizeof(hint),
		    "remove first what \"edctl %s list%s%s\" shows", use,
		    strcmp(use, "compartment") == 0 ? "" : " compartment ",
		    strcmp(use, "compartment") == 0 ? "" : c.name);
		job_fail(j, hint,
		    "compartment \"%s\" is not empty: it has a "
		    "%s",
		    c.name, use);
		return;
	}
	if (need_begin(j) == -1)
		return;
	if (limit_del(j->control->store, c.id) != STORE_OK ||
	    compartment_del(j->control->store, &c) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	job_audit(j, c.name, c.id, NULL);
	if (job_commit(j) == -1)
		return;
	rate_forget(j->control->rate, c.id);
	job_ok(j);
}

/* compartment set NAME name NAME */
void
verb_compartment_set(struct job *j)
{
	struct compartment c, other;
	enum store_status r;
	char old[NAME_SIZE];

	if (need_compartment(j, j->arg[0], &c) == -1 ||
	    need_name(j, j->arg[1]) == -1)
		return;
	if (strcmp(c.id, j->control->tenancy) == 0) {
		job_fail(j, NULL, "the root compartment keeps its name");
		return;
	}
	r = compartment_find(j->control->store, j->arg[1], &other);
	if (r == STORE_OK && strcmp(other.id, c.id) != 0) {
		job_fail(j, NULL, "compartment \"%s\" exists already",
		    other.name);
		return;
	}
	if (r == STORE_FAIL) {
		job_fail_store(j);
		return;
	}
	(void)strlcpy(old, c.name, sizeof(old));
	if (need_begin(j) == -1)
		return;
	r = compartment_del(j->control->store, &c);
	(void)strlcpy(c.name, j->arg[1], sizeof(c.name));
	if (r != STORE_OK ||
	    compartment_put(j->control->store, &c) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	job_audit(j, c.name, old, c.name);
	if (job_commit(j) == -1)
		return;
	compartment_row(j, &c);
	job_send(j);
	job_ok(j);
}

/* compartment show NAME */
void
verb_compartment_show(struct job *j)
{
	struct compartment c;
	unsigned senders, domains;

	if (need_compartment(j, j->arg[0], &c) == -1)
		return;
	if (record_count(j->control->store, STORE_SENDER_PLACE, c.id,
		&senders) != STORE_OK ||
	    record_count(j->control->store, STORE_DOMAIN_PLACE, c.id,
		&domains) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	compartment_row(j, &c);
	row_num(j->row, "senders", senders);
	row_num(j->row, "domains", domains);
	job_send(j);
	job_ok(j);
}
