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
 * credential add, list, remove, set, show.  The secret is in one row of one answer, and
 * nowhere else.
 */
#include "verb_credential.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "compat.h"
#include "control.h"
#include "credential.h"
#include "job.h"
#include "limit.h"
#include "msg.h"
#include "rate.h"
#include "row.h"
#include "usage.h"
#include "user.h"
#include "verb_need.h"
#include "when.h"

/* All networks of a credential, and all that can be set of it. */
#define NETWORKS_TEXT_SIZE (CREDENTIAL_NETWORKS_MAX * NETWORK_TEXT_SIZE)
#define OPTIONS_TEXT_SIZE  (NETWORKS_TEXT_SIZE + 2 * NAME_SIZE + 128)

/* "user": that of its user. */
static const char *const classes[] = {
	[CREDENTIAL_USER] = "user",
	[CREDENTIAL_TRANSACTIONAL] = "transactional",
	[CREDENTIAL_BULK] = "bulk",
};

/* At most so many at a time as are configured; ends the job if there are. */
static int
check_count(struct job *j, const struct user *u)
{
	char hint[ERROR_SIZE];
	unsigned n;

	if (credential_count(j->control->store, u->id, &n) != STORE_OK) {
		job_fail_store(j);
		return -1;
	}
	if (n < j->control->credentials_user)
		return 0;
	(void)snprintf(hint, sizeof(hint),
	    "remove one that \"edctl credential list %s\" shows with \"edctl "
	    "credential remove ID\"",
	    u->name);
	job_fail(j, hint,
	    "user \"%s\" has %u credentials, the most there can "
	    "be",
	    u->name, n);
	return -1;
}

static int
credential_fill(struct job *j, const struct user *u, struct credential *c,
    char secret[CREDENTIAL_SECRET_LEN + 1])
{
	struct control *control;

	control = j->control;
	memset(c, 0, sizeof(*c));
	if (need_id(j, "credential", c->id) == -1)
		return -1;
	(void)strlcpy(c->user, u->id, sizeof(c->user));
	c->created = (int64_t)time(NULL);
	c->state = RECORD_ACTIVE;
	if (credential_make_login(u->id, control->tenancy, c->login) == -1 ||
	    credential_make_secret(secret) == -1 ||
	    credential_set_secret(c, control->login_key,
		sizeof(control->login_key), secret) == -1) {
		job_fail(j, NULL, "the kernel has no random numbers");
		return -1;
	}
	return 0;
}

/* "any", or as take_networks() reads it. */
static void
networks_text(const struct credential *c, char *text, size_t size)
{
	char word[NETWORK_TEXT_SIZE];
	uint32_t i;

	(void)strlcpy(text, c->networks == 0 ? "any" : "", size);
	for (i = 0; i < c->networks; i++) {
		network_print(&c->network[i], word, sizeof(word));
		if (i > 0)
			(void)strlcat(text, ",", size);
		(void)strlcat(text, word, size);
	}
}

/* What can be set, for the audit. */
static void
options_text(const struct credential *c, const char *user, char *text,
    size_t size)
{
	char networks[NETWORKS_TEXT_SIZE];

	networks_text(c, networks, sizeof(networks));
	(void)snprintf(text, size,
	    "user=%s state=%s expires=%lld networks=%s class=%s description=%s",
	    user, record_state_name(c->state), (long long)c->expires, networks,
	    classes[c->class], c->description);
}

/* A login that is taken, by a chance of 1 in 1296, is made again. */
static int
credential_store(struct job *j, struct credential *c, const char *user)
{
	char text[OPTIONS_TEXT_SIZE];
	struct credential other;
	enum store_status r;

	while ((r = credential_find_login(j->control->store, c->login,
		    &other)) == STORE_OK) {
		if (credential_make_login(c->user, j->control->tenancy,
			c->login) == -1)
			break;
	}
	if (r == STORE_NOTFOUND && store_begin(j->control->store) == 0) {
		r = credential_put(j->control->store, c);
		options_text(c, user, text, sizeof(text));
		job_audit(j, c->id, NULL, text);
		if (r == STORE_OK)
			return job_commit(j);
	}
	job_fail_store(j);
	return -1;
}

/* "any", or networks with commas between.  0, or -1 and no job. */
static int
take_networks(struct job *j, const char *text, struct credential *c)
{
	char word[NETWORK_TEXT_SIZE];
	size_t len;

	if (text == NULL)
		return 0;
	c->networks = 0;
	if (strcmp(text, "any") == 0)
		return 0;
	for (;; text += len + 1) {
		len = strcspn(text, ",");
		(void)snprintf(word, sizeof(word), "%.*s",
		    len < sizeof(word) ? (int)len : 0, text);
		if (c->networks == CREDENTIAL_NETWORKS_MAX) {
			job_fail(j, NULL, "over %u networks",
			    CREDENTIAL_NETWORKS_MAX);
			return -1;
		}
		if (network_parse(word, &c->network[c->networks++]) == -1) {
			job_fail(j,
			    "for instance 192.0.2.0/24,2001:db8::/32; or \"any\"",
			    "\"%.*s\" is not a network (ADDRESS/PREFIX, no bits "
			    "behind it)",
			    (int)len, text);
			return -1;
		}
		if (text[len] == '\0')
			return 0;
	}
}

/* What may be said of a credential, NULL where it is not. */
struct options {
	const char *state;
	const char *expires;
	const char *networks;
	const char *class;
	const char *description;
};

static int
take_expires(struct job *j, const char *text, struct credential *c)
{
	const char *why;

	if (text == NULL)
		return 0;
	why = when_parse(text, (int64_t)time(NULL), &c->expires);
	if (why == NULL)
		return 0;
	job_fail(j, NULL, "expires %s: %s", text, why);
	return -1;
}

static int
take_class(struct job *j, const char *text, struct credential *c)
{
	int i;

	if (text == NULL)
		return 0;
	for (i = 0; i <= CREDENTIAL_CLASS_LAST; i++) {
		if (strcmp(text, classes[i]) == 0) {
			c->class = (enum credential_class)i;
			return 0;
		}
	}
	job_fail(j, NULL, "class %s: neither transactional, bulk nor user",
	    text);
	return -1;
}

static int
take_options(struct job *j, const struct options *o, struct credential *c)
{
	if (o->state != NULL && record_state_parse(o->state, &c->state) == -1) {
		job_fail(j, NULL, "state %s: neither active nor inactive",
		    o->state);
		return -1;
	}
	if (take_expires(j, o->expires, c) == -1 ||
	    take_networks(j, o->networks, c) == -1 ||
	    take_class(j, o->class, c) == -1)
		return -1;
	return need_description(j, o->description, c->description);
}

/*
 * credential add USER [expires WHEN] [networks LIST] [class CLASS]
 * [description TEXT]
 */
void
verb_credential_add(struct job *j)
{
	struct options o = { NULL, j->arg[1], j->arg[2], j->arg[3], j->arg[4] };
	char secret[CREDENTIAL_SECRET_LEN + 1];
	struct credential c;
	struct user u;

	if (need_user(j, j->arg[0], &u) == -1 || check_count(j, &u) == -1 ||
	    credential_fill(j, &u, &c, secret) == -1 ||
	    take_options(j, &o, &c) == -1)
		return;
	if (credential_store(j, &c, u.name) == 0) {
		row_str(j->row, "user", u.name);
		row_str(j->row, "id", c.id);
		row_str(j->row, "username", c.login);
		row_str(j->row, "password", secret);
		row_str(j->row, "description", c.description);
		row_time(j->row, "created", c.created);
		job_send(j);
		job_ok(j);
	}
	explicit_bzero(secret, sizeof(secret));
}

static const char *
state_text(const struct credential *c)
{
	if (c->expires != 0 && c->expires <= (int64_t)time(NULL))
		return "EXPIRED";
	return record_state_name(c->state);
}

static bool
credential_row(struct job *j, const struct credential *c)
{
	char networks[NETWORKS_TEXT_SIZE];
	struct user u;

	if (user_get(j->control->store, c->user, &u) != STORE_OK)
		return false;
	row_str(j->row, "user", u.name);
	row_str(j->row, "id", c->id);
	row_str(j->row, "state", state_text(c));
	row_str(j->row, "description", c->description);
	row_time(j->row, "created", c->created);
	if (c->used == 0)
		row_none(j->row, "used");
	else
		row_time(j->row, "used", c->used);
	row_str(j->row, "source", c->source);
	if (c->expires == 0)
		row_none(j->row, "expires");
	else
		row_time(j->row, "expires", c->expires);
	networks_text(c, networks, sizeof(networks));
	row_str(j->row, "networks", networks);
	row_str(j->row, "class", classes[c->class]);
	row_str(j->row, "username", c->login);
	return true;
}

/*
 * credential set ID [state active|inactive] [expires WHEN] [networks LIST]
 * [class CLASS] [description TEXT]
 */
void
verb_credential_set(struct job *j)
{
	struct options o = { j->arg[1], j->arg[2], j->arg[3], j->arg[4],
		j->arg[5] };
	char before[OPTIONS_TEXT_SIZE], after[OPTIONS_TEXT_SIZE];
	struct credential c;

	if (usage_flush(j->control->usage, j->control->store) == -1) {
		job_fail_store(j);
		return;
	}
	if (need_credential(j, j->arg[0], &c) == -1 || need_some(j) == -1)
		return;
	options_text(&c, c.user, before, sizeof(before));
	if (take_options(j, &o, &c) == -1 || need_begin(j) == -1)
		return;
	if (credential_put(j->control->store, &c) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	options_text(&c, c.user, after, sizeof(after));
	job_audit(j, c.id, before, after);
	if (job_commit(j) == -1)
		return;
	if (credential_row(j, &c))
		job_send(j);
	job_ok(j);
}

static bool
list_user_cb(struct job *j, const struct store_key *k, struct msgin *m)
{
	struct credential c;

	if (credential_get(j->control->store, store_key_second(k), &c) !=
	    STORE_OK)
		return false;
	if (j->arg[1] != NULL && strcasecmp(j->arg[1], state_text(&c)) != 0)
		return false;
	return credential_row(j, &c);
}

/* credential list [USER] [state STATE], users in the order of names */
void
verb_credential_list(struct job *j)
{
	struct store_key k;
	struct user u;

	if (need_choice(j, 1) == -1)
		return;
	if (usage_flush(j->control->usage, j->control->store) == -1) {
		job_fail_store(j);
		return;
	}
	if (j->arg[0] == NULL) {
		job_list_users(j, STORE_CREDENTIAL_USER, list_user_cb);
		return;
	}
	if (need_user(j, j->arg[0], &u) == -1)
		return;
	store_key_prefix(&k, u.id);
	job_list(j, STORE_CREDENTIAL_USER, &k, list_user_cb);
}

/* credential remove ID */
void
verb_credential_remove(struct job *j)
{
	char text[OPTIONS_TEXT_SIZE];
	struct credential c;

	if (need_credential(j, j->arg[0], &c) == -1 || need_begin(j) == -1)
		return;
	if (limit_del(j->control->store, c.id) != STORE_OK ||
	    credential_del(j->control->store, &c) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	options_text(&c, c.user, text, sizeof(text));
	job_audit(j, c.id, text, NULL);
	if (job_commit(j) == -1)
		return;
	rate_forget(j->control->rate, c.id);
	job_ok(j);
}

/* credential show ID */
void
verb_credential_show(struct job *j)
{
	struct credential c;

	if (usage_flush(j->control->usage, j->control->store) == -1) {
		job_fail_store(j);
		return;
	}
	if (need_credential(j, j->arg[0], &c) == -1)
		return;
	if (credential_row(j, &c))
		job_send(j);
	job_ok(j);
}
