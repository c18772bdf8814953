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
 * Answers to policy questions.  The asker may be taken over: ids are looked
 * up, addresses are parsed again, and what cannot be said is a temporary
 * failure, never a yes.
 */
#include "policy.h"

#include <string.h>
#include <time.h>

#include "auth.h"
#include "chan.h"
#include "compartment.h"
#include "compat.h"
#include "control.h"
#include "credential.h"
#include "dkimkey.h"
#include "domain.h"
#include "lend.h"
#include "limit.h"
#include "msg.h"
#include "permit.h"
#include "pool.h"
#include "proto_policy.h"
#include "rate.h"
#include "reach.h"
#include "returnpath.h"
#include "seat.h"
#include "sender.h"
#include "signed.h"
#include "steady.h"
#include "store.h"
#include "suppress.h"
#include "suppress_hit.h"
#include "suppression.h"
#include "usage.h"
#include "user.h"

/*
 * STORE_OK if the user exists and is active, and so is the credential; then the
 * reply has the class of his mail.
 */
static enum store_status
check_user(struct control *c, const struct policy_sender *q,
    struct policy_sender_reply *a)
{
	struct credential cred;
	enum store_status r;
	struct user user;

	if (c->store == NULL)
		return STORE_FAIL;
	r = user_get(c->store, q->user, &user);
	if (r == STORE_OK && user.state != RECORD_ACTIVE)
		return STORE_NOTFOUND;
	a->bulk = r == STORE_OK && user.bulk;
	if (r != STORE_OK || q->credential[0] == '\0')
		return r;
	if (lend_get(&c->lends, q->credential, (int64_t)time(NULL), &cred))
		return STORE_OK;
	r = credential_get(c->store, q->credential, &cred);
	if (r == STORE_OK && cred.state != RECORD_ACTIVE)
		return STORE_NOTFOUND;
	if (r == STORE_OK && cred.class != CREDENTIAL_USER)
		a->bulk = cred.class == CREDENTIAL_BULK;
	return r;
}

/* Whether anybody is suppressed for mail of a compartment. */
static enum store_status
find_suppressions(struct control *c, const struct compartment_path *path,
    struct policy_sender_reply *a)
{
	enum store_status r;
	uint64_t count;
	size_t i;

	r = STORE_OK;
	a->unsuppressed = true;
	for (i = 0; i < path->n && r == STORE_OK && a->unsuppressed; i++) {
		r = suppression_count(c->suppress, path->place[i], &count);
		a->unsuppressed = count == 0;
	}
	return r;
}

/* What limits a message of the sender: the strictest of all levels. */
static enum store_status
find_limits(struct control *c, const struct policy_sender *q,
    struct policy_sender_reply *a)
{
	struct compartment_path path;
	const char *id[RATE_LEVELS_MAX];
	const struct limit *limit;
	struct limit least = { 0 };
	enum store_status r;
	size_t i, n;

	r = permit_path(c, a->compartment, &path);
	if (r == STORE_OK)
		r = find_suppressions(c, &path, a);
	if (r != STORE_OK)
		return r;
	n = 0;
	id[n++] = q->credential;
	id[n++] = q->user;
	for (i = 0; i < path.n; i++)
		id[n++] = path.place[i];
	for (i = 0; i < n; i++) {
		limit = rate_limit(c->rate, id[i]);
		if (limit != NULL)
			limit_tighten(&least, limit);
	}
	a->uncounted = least.minute == 0 && least.day == 0;
	a->size_max = least.size;
	a->rcpt_max = least.recipients;
	return STORE_OK;
}

/* The name of the sender's compartment, by which clients may call it too. */
static enum store_status
find_name(struct control *c, struct policy_sender_reply *a)
{
	struct compartment found;
	enum store_status r;

	r = compartment_get(c->store, a->compartment, &found);
	if (r == STORE_OK)
		(void)strlcpy(a->compartment_name, found.name,
		    sizeof(a->compartment_name));
	return r;
}

/*
 * The approval of an address for a user; see policy_sender().  It does not
 * count.
 */
enum store_status
policy_find_sender(struct control *c, const struct policy_sender *q,
    struct policy_sender_reply *a)
{
	struct permit_question question = { 0 };
	struct sender asked, sender;
	enum store_status r;
	struct domain d;
	bool own;

	if (sender_parse(q->address, &asked) != NULL ||
	    sender_is_domain(&asked))
		return STORE_NOTFOUND;
	r = check_user(c, q, a);
	if (r == STORE_OK)
		r = sender_match(c->store, asked.key, c->delimiter, &sender);
	if (r != STORE_OK)
		return r;
	memcpy(a->compartment, sender.compartment, sizeof(a->compartment));
	if (sender.state != RECORD_ACTIVE)
		return STORE_NOTFOUND;
	question.user = q->user;
	question.compartment = sender.compartment;
	question.permission = PERMISSION_SENDER_USE;
	question.target.sender = sender_is_domain(&sender) ? asked.key :
							     sender.key;
	r = permit_decide(c, &question);
	if (r == STORE_OK)
		r = reach_domain(c, sender.compartment, sender_domain(&asked),
		    &d, &own);
	if (r == STORE_OK)
		r = find_limits(c, q, a);
	if (r == STORE_OK)
		r = find_name(c, a);
	if (r == STORE_OK)
		r = pool_sources(c->store, sender.key, a->sources);
	if (r == STORE_OK && !own)
		return STORE_OK;
	if (r == STORE_OK)
		r = returnpath_sender(c->store, q->address, a->return_path);
	if (r != STORE_OK)
		return r;
	return dkimkey_active(c->store, sender_domain(&asked), a->key,
	    &a->keys);
}

/* What is told of a sender that is not approved: where it is, if anywhere. */
static void
forget_all_but_compartment(struct policy_sender_reply *a)
{
	struct policy_sender_reply refused = { 0 };

	memcpy(refused.compartment, a->compartment,
	    sizeof(refused.compartment));
	*a = refused;
}

/*
 * May this user send as this address?  The exact sender decides, else its
 * domain's: it has to be active, and a policy has to open its compartment to
 * the user, if there is any policy, and its domain, if there is one, must not
 * be of another compartment.  On POLICY_OK the reply has the compartment, and
 * the active keys of exactly its domain; on POLICY_NO the compartment, if there
 * is such a sender, for the journal.
 */
void
policy_sender(struct control *c, const struct policy_sender *q,
    struct policy_sender_reply *a)
{
	memset(a, 0, sizeof(*a));
	switch (policy_find_sender(c, q, a)) {
	case STORE_OK:
		a->status = POLICY_OK;
		c->sender_ok++;
		if (q->credential[0] != '\0')
			usage_sender(c->usage, q->credential, q->address);
		return;
	case STORE_NOTFOUND:
		forget_all_but_compartment(a);
		a->status = auth_failure(c, q->source);
		c->sender_no++;
		return;
	case STORE_FAIL:
		memset(a, 0, sizeof(*a));
		a->status = POLICY_TEMPFAIL;
		c->failures++;
		return;
	}
}

/* Whether it is suppressed, in the compartment or one that this is in. */
static enum store_status
rcpt_find(struct control *c, const struct policy_rcpt *q,
    struct compartment_path *path)
{
	char address[ADDRESS_SIZE];
	struct suppression s;
	enum store_status r;
	size_t i;

	if (c->store == NULL || suppression_parse(q->address, address) != NULL)
		return STORE_FAIL;
	r = permit_path(c, q->compartment, path);
	if (r != STORE_OK)
		return STORE_FAIL;
	r = STORE_NOTFOUND;
	for (i = path->n; i > 0 && r == STORE_NOTFOUND; i--)
		r = suppression_get(c->suppress, path->place[i - 1], address,
		    &s);
	if (r == STORE_OK)
		suppress_hit(c->suppress->hits, s.number, (int64_t)time(NULL));
	return r;
}

/* What a rate is to the asker. */
static void
rate_reply(struct control *c, enum rate_status status, uint32_t limit,
    struct policy_rcpt_reply *a)
{
	a->counted = status == RATE_OK;
	a->limit = limit;
	switch (status) {
	case RATE_FREE:
	case RATE_OK:
		a->status = POLICY_OK;
		return;
	case RATE_MINUTE:
		a->status = POLICY_MINUTE;
		return;
	case RATE_DAY:
		a->status = POLICY_DAY;
		return;
	case RATE_FAIL:
		break;
	}
	a->status = POLICY_TEMPFAIL;
	c->failures++;
}

static void
rcpt_reserve(struct control *c, const void *owner, const struct policy_rcpt *q,
    const struct compartment_path *path, struct policy_rcpt_reply *a)
{
	struct rate_tx tx = { owner, q->transaction };
	enum rate_status status;
	struct rate_who who;
	uint32_t limit;
	size_t i;

	who.n = 0;
	who.id[who.n++] = q->credential;
	who.id[who.n++] = q->user;
	for (i = 0; i < path->n; i++)
		who.id[who.n++] = path->place[i];
	status = rate_reserve(c->rate, &tx, &who, q->units, steady_now(),
	    &limit);
	rate_reply(c, status, limit, a);
	if (a->status == POLICY_OK)
		c->rcpt_ok++;
	else
		c->rcpt_limited++;
}

/*
 * POLICY_NO if the recipient is suppressed in the sender's compartment or one
 * that this is in; otherwise its units are reserved, if no limit is in the
 * way.
 */
void
policy_rcpt(struct control *c, const void *owner, const struct policy_rcpt *q,
    struct policy_rcpt_reply *a)
{
	struct compartment_path path;

	memset(a, 0, sizeof(*a));
	switch (rcpt_find(c, q, &path)) {
	case STORE_OK:
		a->status = POLICY_NO;
		c->rcpt_suppressed++;
		return;
	case STORE_NOTFOUND:
		rcpt_reserve(c, owner, q, &path, a);
		return;
	case STORE_FAIL:
		a->status = POLICY_TEMPFAIL;
		c->failures++;
		return;
	}
}

static int
policy_sender_cb(struct chan *chan, struct msgin *m, void *arg)
{
	struct policy_sender q;
	struct policy_sender_reply a;

	if (policy_sender_recv(m, &q) == -1)
		return -1;
	policy_sender(arg, &q, &a);
	(void)policy_sender_reply_send(chan, m->id, &a);
	return 0;
}

static int
policy_rcpt_cb(struct chan *chan, struct msgin *m, void *arg)
{
	struct policy_rcpt q;
	struct policy_rcpt_reply a;

	if (policy_rcpt_recv(m, &q) == -1)
		return -1;
	policy_rcpt(arg, chan, &q, &a);
	(void)policy_rcpt_reply_send(chan, m->id, &a);
	return 0;
}

static int
policy_resize_cb(struct chan *chan, struct msgin *m, void *arg)
{
	struct policy_rcpt_reply a;
	enum rate_status status;
	struct policy_units q;
	struct rate_tx tx;
	struct control *c;
	uint32_t limit;

	c = arg;
	if (policy_resize_recv(m, &q) == -1)
		return -1;
	tx.owner = chan;
	tx.number = q.transaction;
	status = rate_resize(c->rate, &tx, q.units, steady_now(), &limit);
	rate_reply(c, status, limit, &a);
	(void)policy_rcpt_reply_send(chan, m->id, &a);
	return 0;
}

static int
policy_commit_cb(struct chan *chan, struct msgin *m, void *arg)
{
	struct policy_units q;
	struct rate_tx tx;
	struct control *c;

	c = arg;
	if (policy_commit_recv(m, &q) == -1)
		return -1;
	tx.owner = chan;
	tx.number = q.transaction;
	rate_commit(c->rate, &tx, q.units, steady_now());
	return 0;
}

static int
policy_release_cb(struct chan *chan, struct msgin *m, void *arg)
{
	struct policy_end q;
	struct rate_tx tx;
	struct control *c;

	c = arg;
	if (policy_release_recv(m, &q) == -1)
		return -1;
	tx.owner = chan;
	tx.number = q.number;
	rate_release(c->rate, &tx);
	return 0;
}

static int
policy_leave_cb(struct chan *chan, struct msgin *m, void *arg)
{
	struct policy_end q;
	struct control *c;

	c = arg;
	if (policy_leave_recv(m, &q) == -1)
		return -1;
	seats_leave(c->seats, chan, q.number);
	return 0;
}

/* What smtpd and httpd may send; the channel's arg is struct control. */
const struct chan_rule *
policy_rules(void)
{
	static const struct chan_rule rules[] = {
		{ M_POLICY_AUTH, 0, "auth", auth_secret_cb },
		{ M_POLICY_SCRAM, 0, "scram", auth_scram_cb },
		{ M_POLICY_PROOF, 0, "proof", auth_proof_cb },
		{ M_POLICY_KEY, 0, "key", signed_key_cb },
		{ M_POLICY_KEY_USED, 0, "key used", signed_used_cb },
		{ M_POLICY_FAIL, 0, "fail", signed_fail_cb },
		{ M_POLICY_SEEN, 0, "seen", signed_seen_cb },
		{ M_POLICY_SENDER, 0, "sender", policy_sender_cb },
		{ M_POLICY_RCPT, 0, "rcpt", policy_rcpt_cb },
		{ M_POLICY_RESIZE, 0, "resize", policy_resize_cb },
		{ M_POLICY_COMMIT, 0, "commit", policy_commit_cb },
		{ M_POLICY_RELEASE, 0, "release", policy_release_cb },
		{ M_POLICY_LEAVE, 0, "leave", policy_leave_cb },
		{ 0, 0, NULL, NULL },
	};

	return rules;
}
