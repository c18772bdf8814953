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
 * group add, join, leave, list, remove, set, show.
 */
#include "verb_group.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "compat.h"
#include "control.h"
#include "group.h"
#include "job.h"
#include "msg.h"
#include "record.h"
#include "row.h"
#include "rule.h"
#include "user.h"
#include "verb_need.h"

static void
group_row(struct job *j, const struct group *g)
{
	row_str(j->row, "name", g->name);
	row_str(j->row, "id", g->id);
	row_time(j->row, "created", g->created);
}

/* A name that can be given to a group: policies have one of their own. */
static int
need_group_name(struct job *j, const char *name)
{
	if (strcasecmp(name, "any-user") != 0)
		return need_name(j, name);
	job_fail(j, "choose another name", "\"%s\" is everybody in policies",
	    name);
	return -1;
}

/* group add NAME */
void
verb_group_add(struct job *j)
{
	struct group g;
	enum store_status r;

	if (need_group_name(j, j->arg[0]) == -1)
		return;
	r = group_find(j->control->store, j->arg[0], &g);
	if (r == STORE_OK) {
		job_fail(j, NULL, "group \"%s\" exists already", g.name);
		return;
	}
	memset(&g, 0, sizeof(g));
	(void)strlcpy(g.name, j->arg[0], sizeof(g.name));
	g.created = (int64_t)time(NULL);
	if (need_id(j, "group", g.id) == -1 || need_begin(j) == -1)
		return;
	if (r == STORE_FAIL || group_put(j->control->store, &g) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	job_audit(j, g.name, NULL, g.id);
	if (job_commit(j) == -1)
		return;
	group_row(j, &g);
	job_send(j);
	job_ok(j);
}

/* Whether the user who is asked for, if one is, is in the group. */
static bool
has_member(struct job *j, const struct group *g)
{
	struct user u;

	return j->arg[1] == NULL ||
	    (user_find(j->control->store, j->arg[1], &u) == STORE_OK &&
		group_has(j->control->store, g->id, u.id) == STORE_OK);
}

static bool
list_cb(struct job *j, const struct store_key *k, struct msgin *m)
{
	char id[OBJECT_ID_SIZE];
	struct group g;

	msg_get_str(m, id, sizeof(id));
	if (group_get(j->control->store, id, &g) != STORE_OK ||
	    !name_begins(j->arg[0], g.name) || !has_member(j, &g))
		return false;
	group_row(j, &g);
	return true;
}

/* group list [prefix TEXT] [user NAME] */
void
verb_group_list(struct job *j)
{
	struct user u;

	if (j->arg[1] != NULL && need_user(j, j->arg[1], &u) == -1)
		return;
	job_list(j, STORE_GROUP_NAME, NULL, list_cb);
}

static bool
member_cb(struct job *j, const struct store_key *k, struct msgin *m)
{
	struct user u;

	if (user_get(j->control->store, store_key_second(k), &u) != STORE_OK)
		return false;
	row_str(j->row, "user", u.name);
	row_str(j->row, "state", record_state_name(u.state));
	row_str(j->row, "id", u.id);
	return true;
}

/* group show NAME: who is in it */
void
verb_group_show(struct job *j)
{
	struct store_key k;
	struct group g;

	if (need_group(j, j->arg[0], &g) == -1)
		return;
	store_key_prefix(&k, g.id);
	job_list(j, STORE_GROUP_MEMBER, &k, member_cb);
}

/* group remove NAME: only one that is empty and that no policy names. */
void
verb_group_remove(struct job *j)
{
	struct group g;

	if (need_group(j, j->arg[0], &g) == -1)
		return;
	if (record_any(j->control->store, STORE_GROUP_MEMBER, g.id) !=
	    STORE_NOTFOUND) {
		job_fail(j,
		    "take them out with \"edctl group leave NAME user USER\"",
		    "group \"%s\" has users", g.name);
		return;
	}
	if (rule_names(j->control->store, g.id) != STORE_NOTFOUND) {
		job_fail(j, "see \"edctl policy list\"",
		    "a policy names group \"%s\"", g.name);
		return;
	}
	if (need_begin(j) == -1)
		return;
	if (group_del(j->control->store, &g) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	job_audit(j, g.name, g.id, NULL);
	if (job_commit(j) == -1)
		return;
	job_ok(j);
}

/* group join NAME user USER */
void
verb_group_join(struct job *j)
{
	struct group g;
	struct user u;

	if (need_group(j, j->arg[0], &g) == -1 ||
	    need_user(j, j->arg[1], &u) == -1 || need_begin(j) == -1)
		return;
	if (group_join(j->control->store, g.id, u.id) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	job_audit(j, g.name, NULL, u.name);
	if (job_commit(j) == -1)
		return;
	job_ok(j);
}

/* group leave NAME user USER */
void
verb_group_leave(struct job *j)
{
	struct group g;
	struct user u;

	if (need_group(j, j->arg[0], &g) == -1 ||
	    need_user(j, j->arg[1], &u) == -1 || need_begin(j) == -1)
		return;
	switch (group_leave(j->control->store, g.id, u.id)) {
	case STORE_OK:
		break;
	case STORE_NOTFOUND:
		job_fail(j, "see \"edctl group show NAME\"",
		    "user \"%s\" is not in group \"%s\"", u.name, g.name);
		return;
	case STORE_FAIL:
		job_fail_store(j);
		return;
	}
	job_audit(j, g.name, u.name, NULL);
	if (job_commit(j) == -1)
		return;
	job_ok(j);
}

/* group set NAME name NAME */
void
verb_group_set(struct job *j)
{
	struct group g, other;
	enum store_status r;
	char old[NAME_SIZE];

	if (need_group(j, j->arg[0], &g) == -1 ||
	    need_group_name(j, j->arg[1]) == -1)
		return;
	r = group_find(j->control->store, j->arg[1], &other);
	if (r == STORE_OK && strcmp(other.id, g.id) != 0) {
		job_fail(j, NULL, "group \"%s\" exists already", other.name);
		return;
	}
	if (r == STORE_FAIL) {
		job_fail_store(j);
		return;
	}
	(void)strlcpy(old, g.name, sizeof(old));
	if (need_begin(j) == -1)
		return;
	r = group_del(j->control->store, &g);
	(void)strlcpy(g.name, j->arg[1], sizeof(g.name));
	if (r != STORE_OK || group_put(j->control->store, &g) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	job_audit(j, g.name, old, g.name);
	if (job_commit(j) == -1)
		return;
	group_row(j, &g);
	job_send(j);
	job_ok(j);
}
