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
 * user add, list, remove, set, show.
 */
#include "verb_user.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "apikey.h"
#include "compat.h"
#include "control.h"
#include "credential.h"
#include "group.h"
#include "job.h"
#include "limit.h"
#include "msg.h"
#include "rate.h"
#include "row.h"
#include "signed.h"
#include "user.h"
#include "verb_need.h"

/* A user in the audit. */
#define USER_TEXT_SIZE 128u

/* What is kept of a user, for the audit. */
static const char *
describe(const struct user *u, char *text, size_t size)
{
	(void)snprintf(text, size, "id=%s state=%s class=%s", u->id,
	    record_state_name(u->state), u->bulk ? "bulk" : "transactional");
	return text;
}

static void
user_row(struct job *j, const struct user *u)
{
	row_str(j->row, "name", u->name);
	row_str(j->row, "state", record_state_name(u->state));
	row_str(j->row, "id", u->id);
	row_str(j->row, "class", u->bulk ? "bulk" : "transactional");
	row_time(j->row, "created", u->created);
}

/* user add NAME */
void
verb_user_add(struct job *j)
{
	char text[USER_TEXT_SIZE];
	enum store_status r;
	struct user u;

	if (need_name(j, j->arg[0]) == -1)
		return;
	r = user_find(j->control->store, j->arg[0], &u);
	if (r == STORE_OK) {
		job_fail(j, NULL, "user \"%s\" exists already", u.name);
		return;
	}
	memset(&u, 0, sizeof(u));
	(void)strlcpy(u.name, j->arg[0], sizeof(u.name));
	u.created = (int64_t)time(NULL);
	u.state = RECORD_ACTIVE;
	if (need_id(j, "user", u.id) == -1 || need_begin(j) == -1)
		return;
	if (user_put(j->control->store, &u) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	job_audit(j, u.name, NULL, describe(&u, text, sizeof(text)));
	if (job_commit(j) == -1)
		return;
	user_row(j, &u);
	job_send(j);
	job_ok(j);
}

static bool
list_cb(struct job *j, const struct store_key *k, struct msgin *m)
{
	char id[OBJECT_ID_SIZE];
	struct user u;
	unsigned n;

	msg_get_str(m, id, sizeof(id));
	if (user_get(j->control->store, id, &u) != STORE_OK ||
	    credential_count(j->control->store, u.id, &n) != STORE_OK)
		return false;
	if (j->arg[0] != NULL &&
	    strcasecmp(j->arg[0], record_state_name(u.state)) != 0)
		return false;
	if (j->arg[1] != NULL && u.bulk != (strcmp(j->arg[1], "bulk") == 0))
		return false;
	user_row(j, &u);
	row_num(j->row, "credentials", n);
	return true;
}

/* user list [state STATE] [class CLASS], in the order of names */
void
verb_user_list(struct job *j)
{
	job_list(j, STORE_USER_NAME, NULL, list_cb);
}

/* What a user still has stands in the way of its removal.  0 or -1. */
static int
check_has(struct job *j, const struct user *u, enum store_table table,
    const char *kind, const char *command)
{
	char hint[ERROR_SIZE];
	unsigned n;

	if (record_count(j->control->store, table, u->id, &n) != STORE_OK) {
		job_fail_store(j);
		return -1;
	}
	if (n == 0)
		return 0;
	(void)snprintf(hint, sizeof(hint),
	    "see \"edctl %s list %s\", and remove each with \"edctl %s "
	    "remove\"",
	    command, u->name, command);
	job_fail(j, hint, "user \"%s\" has %u %s%s", u->name, n, kind,
	    n == 1 ? "" : "s");
	return -1;
}

/* user remove NAME: only one without credentials and keys. */
void
verb_user_remove(struct job *j)
{
	char text[USER_TEXT_SIZE];
	struct user u;

	if (need_user(j, j->arg[0], &u) == -1 ||
	    check_has(j, &u, STORE_CREDENTIAL_USER, "credential",
		"credential") == -1 ||
	    check_has(j, &u, STORE_APIKEY, "API key", "apikey") == -1 ||
	    need_begin(j) == -1)
		return;
	if (group_leave_all(j->control->store, u.id) != STORE_OK ||
	    limit_del(j->control->store, u.id) != STORE_OK ||
	    user_del(j->control->store, &u) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	job_audit(j, u.name, describe(&u, text, sizeof(text)), NULL);
	if (job_commit(j) == -1)
		return;
	rate_forget(j->control->rate, u.id);
	signed_drop(j->control, u.id, "");
	job_ok(j);
}

/* Another name, which nobody else has.  0, or -1 and the job has ended. */
static int
take_name(struct job *j, struct user *u)
{
	enum store_status r;
	struct user other;

	if (need_name(j, j->arg[3]) == -1)
		return -1;
	r = user_find(j->control->store, j->arg[3], &other);
	if (r == STORE_OK && strcmp(other.id, u->id) != 0) {
		job_fail(j, NULL, "user \"%s\" exists already", other.name);
		return -1;
	}
	if (r == STORE_FAIL) {
		job_fail_store(j);
		return -1;
	}
	(void)strlcpy(u->name, j->arg[3], sizeof(u->name));
	return 0;
}

/* The changes that were asked for.  0, or -1 and the job has ended. */
static int
change(struct job *j, struct user *u)
{
	if (j->arg[1] == NULL && j->arg[2] == NULL && j->arg[3] == NULL) {
		job_fail(j, NULL, "nothing to set: give state, class or name");
		return -1;
	}
	if (j->arg[3] != NULL && take_name(j, u) == -1)
		return -1;
	if (j->arg[1] != NULL &&
	    record_state_parse(j->arg[1], &u->state) == -1) {
		job_fail(j, NULL, "state %s: neither active nor inactive",
		    j->arg[1]);
		return -1;
	}
	if (j->arg[2] == NULL)
		return 0;
	u->bulk = strcmp(j->arg[2], "bulk") == 0;
	if (u->bulk || strcmp(j->arg[2], "transactional") == 0)
		return 0;
	job_fail(j, NULL, "class %s: neither transactional nor bulk",
	    j->arg[2]);
	return -1;
}

/* user set NAME [state STATE] [class CLASS] [name NAME] */
void
verb_user_set(struct job *j)
{
	char old[USER_TEXT_SIZE], new[USER_TEXT_SIZE];
	struct user u, before;

	if (need_user(j, j->arg[0], &u) == -1)
		return;
	before = u;
	(void)describe(&u, old, sizeof(old));
	if (change(j, &u) == -1 || need_begin(j) == -1)
		return;
	if (user_del(j->control->store, &before) != STORE_OK ||
	    user_put(j->control->store, &u) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	job_audit(j, u.name, old, describe(&u, new, sizeof(new)));
	if (job_commit(j) == -1)
		return;
	signed_drop(j->control, u.id, "");
	user_row(j, &u);
	job_send(j);
	job_ok(j);
}

/* user show NAME */
void
verb_user_show(struct job *j)
{
	unsigned credentials, keys, groups;
	struct store *st;
	struct user u;

	st = j->control->store;
	if (need_user(j, j->arg[0], &u) == -1)
		return;
	if (record_count(st, STORE_CREDENTIAL_USER, u.id, &credentials) !=
		STORE_OK ||
	    record_count(st, STORE_APIKEY, u.id, &keys) != STORE_OK ||
	    record_count(st, STORE_USER_GROUP, u.id, &groups) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	user_row(j, &u);
	row_num(j->row, "credentials", credentials);
	row_num(j->row, "apiKeys", keys);
	row_num(j->row, "groups", groups);
	job_send(j);
	job_ok(j);
}
