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
 * test-send: control finds out who may send as whom and lends a login; edctl
 * then submits as any client does, so that the whole of the way is tried.
 */
#include "verb_test.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "compat.h"
#include "control.h"
#include "credential.h"
#include "job.h"
#include "lend.h"
#include "log.h"
#include "msg.h"
#include "policy.h"
#include "proto_policy.h"
#include "row.h"
#include "sender.h"
#include "shellword.h"
#include "user.h"
#include "verb_need.h"

/* Pairs of a sender and a user that are tried when neither is named. */
#define TEST_PAIRS_MAX 2000u

/* Of a sender that is a whole domain. */
#define TEST_LOCAL "postmaster"

struct search {
	struct control *control;
	char from[ADDRESS_SIZE];
	struct user user;
	struct policy_sender_reply reply;
	unsigned asked;
	bool found;
};

/* Whether the user may send as the address; then the reply is filled. */
static bool
may_send(struct search *f, const struct user *u)
{
	struct policy_sender q;

	memset(&q, 0, sizeof(q));
	memset(&f->reply, 0, sizeof(f->reply));
	(void)strlcpy(q.user, u->id, sizeof(q.user));
	(void)strlcpy(q.address, f->from, sizeof(q.address));
	return policy_find_sender(f->control, &q, &f->reply) == STORE_OK;
}

static bool
user_cb(const struct store_key *key, struct msgin *m, void *arg)
{
	struct search *f;
	struct user u;

	f = arg;
	if (record_done(user_decode(m, &u), "user") != STORE_OK)
		return true;
	if (may_send(f, &u)) {
		f->user = u;
		f->found = true;
		return false;
	}
	return ++f->asked < TEST_PAIRS_MAX;
}

/*
 * The first active sender that a user, or the one that is named, may send as;
 * if there is none, the first.
 */
static bool
sender_cb(const struct store_key *key, struct msgin *m, void *arg)
{
	char first[ADDRESS_SIZE];
	struct search *f;
	struct sender s;

	f = arg;
	if (record_done(sender_decode(m, &s), "sender") != STORE_OK ||
	    s.state != RECORD_ACTIVE)
		return true;
	memcpy(first, f->from, sizeof(first));
	(void)strlcpy(f->from, sender_is_domain(&s) ? TEST_LOCAL : "",
	    sizeof(f->from));
	if (strlcat(f->from, s.address, sizeof(f->from)) < sizeof(f->from)) {
		if (f->user.id[0] != '\0')
			f->found = may_send(f, &f->user);
		else if (store_scan(f->control->store, STORE_USER, NULL, NULL,
			     user_cb, f) != STORE_OK)
			return false;
		if (f->found)
			return false;
	}
	if (first[0] != '\0')
		memcpy(f->from, first, sizeof(f->from));
	return ++f->asked < TEST_PAIRS_MAX;
}

/* The sender: the one that is named, or any.  0, or -1 and no job. */
static int
find_sender(struct job *j, struct search *f)
{
	struct sender s;
	const char *why;

	if (j->arg[1] == NULL) {
		if (store_scan(f->control->store, STORE_SENDER, NULL, NULL,
			sender_cb, f) != STORE_OK) {
			job_fail_store(j);
			return -1;
		}
		if (f->from[0] != '\0')
			return 0;
		job_fail(j,
		    "edctl sender add ADDRESS compartment NAME; or \"edctl "
		    "setup\"",
		    "there is no active approved sender to send as");
		return -1;
	}
	why = sender_parse(j->arg[1], &s);
	if (why == NULL && sender_is_domain(&s))
		why = "name one address of the domain";
	if (why != NULL) {
		job_fail(j, NULL, "from %s: %s", j->arg[1], why);
		return -1;
	}
	(void)strlcpy(f->from, s.address, sizeof(f->from));
	return 0;
}

/* The user: the one that is named, or any that may. */
static int
find_user(struct job *j, struct search *f)
{
	char hint[ERROR_SIZE], word[SHELL_WORD_SIZE];

	/* That it may not is for the server to say. */
	if (j->arg[2] != NULL) {
		f->found = may_send(f, &f->user);
		return 0;
	}
	if (f->found)
		return 0;
	if (store_scan(f->control->store, STORE_USER, NULL, NULL, user_cb, f) !=
	    STORE_OK) {
		job_fail_store(j);
		return -1;
	}
	if (f->found)
		return 0;
	(void)snprintf(hint, sizeof(hint),
	    "edctl user add NAME, if there is none; \"edctl why USER %s\" says "
	    "what is in the way of one",
	    shell_word(f->from, word));
	job_fail(j, hint, "no user may send as %s", f->from);
	return -1;
}

/* A login of the user that is in no store.  0, or -1 and no job. */
static int
lend(struct job *j, const struct user *u, struct credential *c,
    char secret[CREDENTIAL_SECRET_LEN + 1])
{
	struct control *control;
	int64_t now;

	control = j->control;
	now = (int64_t)time(NULL);
	memset(c, 0, sizeof(*c));
	if (need_id(j, "credential", c->id) == -1)
		return -1;
	(void)strlcpy(c->user, u->id, sizeof(c->user));
	c->state = RECORD_ACTIVE;
	c->created = now;
	c->expires = now + LEND_SECONDS;
	if (credential_make_login(u->id, control->tenancy, c->login) == -1 ||
	    credential_make_secret(secret) == -1 ||
	    credential_set_secret(c, control->login_key,
		sizeof(control->login_key), secret) == -1) {
		job_fail(j, NULL, "the kernel has no random numbers");
		return -1;
	}
	if (lend_add(&control->lends, c, now) == 0)
		return 0;
	job_fail(j, "try again in two minutes",
	    "%u tests at a time are the most", LENDS_MAX);
	return -1;
}

/*
 * test-send: who sends as whom, the login, and with how many keys it will be
 * signed.  Subject and time are edctl's business.
 */
void
verb_test_send(struct job *j)
{
	char secret[CREDENTIAL_SECRET_LEN + 1];
	struct search f;
	struct credential c;

	memset(&f, 0, sizeof(f));
	f.control = j->control;
	if ((j->arg[2] != NULL && need_user(j, j->arg[2], &f.user) == -1) ||
	    find_sender(j, &f) == -1 || find_user(j, &f) == -1 ||
	    lend(j, &f.user, &c, secret) == -1)
		return;
	log_info("login lent for a test user=%s sender=%s uid=%u pid=%u",
	    f.user.name, f.from, j->who.uid, j->who.pid);
	row_str(j->row, "from", f.from);
	row_str(j->row, "user", f.user.name);
	row_str(j->row, "hostname", j->control->global.hostname);
	row_num(j->row, "dkimKeys", f.found ? (int64_t)f.reply.keys : 0);
	row_str(j->row, "username", c.login);
	row_str(j->row, "password", secret);
	explicit_bzero(secret, sizeof(secret));
	explicit_bzero(&c, sizeof(c));
	job_send(j);
	job_ok(j);
}
