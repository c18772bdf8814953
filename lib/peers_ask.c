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
 * Requests to control, queue and signer. An answer goes to the table of
 * functions with the id that its request had.
 */
#include "peers.h"

#include <stdlib.h>
#include <string.h>

#include "chan.h"
#include "compat.h"
#include "monotime.h"
#include "msg.h"
#include "peers_int.h"
#include "proto_auth.h"
#include "proto_claim.h"
#include "proto_policy.h"
#include "proto_sign.h"
#include "proto_submit.h"

static int
policy_auth_cb(struct msgin *m, void *who)
{
	struct policy_auth_reply r;

	if (m == NULL) {
		peers_self()->ops->auth(who, 0, NULL);
		return 0;
	}
	if (policy_auth_reply_recv(m, &r) == -1)
		return -1;
	peers_self()->ops->auth(who, m->id, &r);
	return 0;
}

static int
policy_keys_cb(struct msgin *m, void *who)
{
	struct policy_keys r;

	if (m == NULL) {
		peers_self()->ops->keys(who, 0, NULL);
		return 0;
	}
	if (policy_keys_recv(m, &r) == -1)
		return -1;
	peers_self()->ops->keys(who, m->id, &r);
	return 0;
}

static int
policy_key_cb(struct msgin *m, void *who)
{
	struct policy_key_reply r;

	if (m == NULL) {
		peers_self()->ops->key(who, 0, NULL);
		return 0;
	}
	if (policy_key_reply_recv(m, &r) == -1)
		return -1;
	peers_self()->ops->key(who, m->id, &r);
	return 0;
}

static int
policy_seen_cb(struct msgin *m, void *who)
{
	struct policy_seen_reply r;

	if (m == NULL) {
		peers_self()->ops->seen(who, 0, NULL);
		return 0;
	}
	if (policy_seen_reply_recv(m, &r) == -1)
		return -1;
	peers_self()->ops->seen(who, m->id, &r);
	return 0;
}

static int
policy_sender_cb(struct msgin *m, void *who)
{
	struct policy_sender_reply r;

	if (m == NULL) {
		peers_self()->ops->sender(who, 0, NULL);
		return 0;
	}
	if (policy_sender_reply_recv(m, &r) == -1)
		return -1;
	peers_self()->ops->sender(who, m->id, &r);
	return 0;
}

static int
policy_rcpt_cb(struct msgin *m, void *who)
{
	struct policy_rcpt_reply r;

	if (m == NULL) {
		peers_self()->ops->rcpt(who, 0, NULL);
		return 0;
	}
	if (policy_rcpt_reply_recv(m, &r) == -1)
		return -1;
	peers_self()->ops->rcpt(who, m->id, &r);
	return 0;
}

static int
sign_dkim_cb(struct msgin *m, void *who)
{
	struct sign_signature r;

	if (m == NULL) {
		peers_self()->ops->signature(who, 0, NULL);
		return 0;
	}
	if (sign_signature_recv(m, &r) == -1)
		return -1;
	peers_self()->ops->signature(who, m->id, &r);
	return 0;
}

/* The answer to what the queue was asked is there, or will not come. */
static struct peers_asking
asking_end(void *arg)
{
	struct peers_asking a, *asking;

	asking = arg;
	a = *asking;
	TAILQ_REMOVE(&peers_self()->askings, asking, next);
	free(asking);
	return a;
}

/* What was opened for one who has gone since is aborted. */
static int
submit_open_cb(struct msgin *m, void *arg)
{
	struct peers_asking a;
	struct submit_opened r;

	a = asking_end(arg);
	if (m == NULL) {
		if (a.who != NULL)
			peers_self()->ops->opened(a.who, 0, NULL);
		return 0;
	}
	if (submit_opened_recv(m, &r) == -1)
		return -1;
	if (a.who != NULL)
		peers_self()->ops->opened(a.who, m->id, &r);
	else if (r.status == SUBMIT_OK)
		peers_abort(peers_self(), a.epoch, r.message);
	return 0;
}

/* So is what was claimed. */
static int
submit_claim_cb(struct msgin *m, void *arg)
{
	struct submit_claimed r;
	struct peers_asking a;

	a = asking_end(arg);
	if (m == NULL) {
		if (a.who != NULL)
			peers_self()->ops->claimed(a.who, 0, NULL);
		return 0;
	}
	if (submit_claimed_recv(m, &r) == -1)
		return -1;
	if (a.who != NULL)
		peers_self()->ops->claimed(a.who, m->id, &r);
	else if (r.status == CLAIM_NEW)
		peers_abort(peers_self(), a.epoch, r.message);
	return 0;
}

/* The next message, for whoever comes; after a failure none is ahead. */
static void
submit_next(struct peers *p, const struct peers_asking *a,
    const struct submit_done *done)
{
	if (peers_epoch(p) != a->epoch)
		return;
	if (a->spare)
		spares_come(&p->spares, done->next, monotime());
	if (done->status != SUBMIT_OK || p->draining)
		peers_drop_spares(p);
}

static int
submit_commit_cb(struct msgin *m, void *arg)
{
	struct peers_asking a;
	struct submit_done r;

	a = asking_end(arg);
	if (m == NULL) {
		if (a.who != NULL)
			peers_self()->ops->done(a.who, 0, NULL);
		return 0;
	}
	if (submit_done_recv(m, &r) == -1 || (r.next != 0 && !a.spare))
		return -1;
	submit_next(peers_self(), &a, &r);
	if (a.who != NULL)
		peers_self()->ops->done(a.who, m->id, &r);
	return 0;
}

/* A request, if the channel is there. */
static uint64_t
peers_request(struct chan *c, chan_reply_cb cb, void *who)
{
	return c == NULL ? 0 : chan_request(c, cb, who);
}

/* Ask control whether a login is good; answered by ops->auth. */
uint64_t
peers_auth(struct peers *p, const struct policy_auth *ask, void *who)
{
	uint64_t id;

	id = peers_request(p->policy, policy_auth_cb, who);
	if (id != 0)
		(void)policy_auth_send(p->policy, id, ask);
	return id;
}

/* Ask control what a login is to prove; ops->keys. */
uint64_t
peers_scram(struct peers *p, const struct policy_scram *ask, void *who)
{
	uint64_t id;

	id = peers_request(p->policy, policy_keys_cb, who);
	if (id != 0)
		(void)policy_scram_send(p->policy, id, ask);
	return id;
}

/* Ask control whether a proof fits; answered by ops->auth. */
uint64_t
peers_proof(struct peers *p, const struct policy_proof *ask, void *who)
{
	uint64_t id;

	id = peers_request(p->policy, policy_auth_cb, who);
	if (id != 0)
		(void)policy_proof_send(p->policy, id, ask);
	return id;
}

/* Ask control for the key of a signed request; ops->key. */
uint64_t
peers_key(struct peers *p, const struct policy_key *ask, void *who)
{
	uint64_t id;

	id = peers_request(p->policy, policy_key_cb, who);
	if (id != 0)
		(void)policy_key_send(p->policy, id, ask);
	return id;
}

/* Ask control whether a signature is new; ops->seen. */
uint64_t
peers_seen(struct peers *p, const struct policy_seen *ask, void *who)
{
	uint64_t id;

	id = peers_request(p->policy, policy_seen_cb, who);
	if (id != 0)
		(void)policy_seen_send(p->policy, id, ask);
	return id;
}

/* A request was signed with a key that control gave. */
void
peers_key_used(struct peers *p, const struct policy_key_used *used)
{
	if (p->policy != NULL)
		(void)policy_key_used_send(p->policy, used);
}

/* A signature did not fit: a failure of the address. */
void
peers_fail(struct peers *p, const char *source)
{
	struct policy_fail fail;

	if (p->policy == NULL)
		return;
	(void)strlcpy(fail.source, source, sizeof(fail.source));
	(void)policy_fail_send(p->policy, &fail);
}

/* Ask control whether a user may send as an address; ops->sender. */
uint64_t
peers_sender(struct peers *p, const struct policy_sender *ask, void *who)
{
	uint64_t id;

	id = peers_request(p->policy, policy_sender_cb, who);
	if (id != 0)
		(void)policy_sender_send(p->policy, id, ask);
	return id;
}

/* Ask control whether a recipient is suppressed; ops->rcpt. */
uint64_t
peers_rcpt(struct peers *p, const struct policy_rcpt *ask, void *who)
{
	uint64_t id;

	id = peers_request(p->policy, policy_rcpt_cb, who);
	if (id != 0)
		(void)policy_rcpt_send(p->policy, id, ask);
	return id;
}

/* Ask control for more units; ops->rcpt. */
uint64_t
peers_resize(struct peers *p, const struct policy_units *ask, void *who)
{
	uint64_t id;

	id = peers_request(p->policy, policy_rcpt_cb, who);
	if (id != 0)
		(void)policy_resize_send(p->policy, id, ask);
	return id;
}

/* Which life of control this is; 0 if it is not there. */
uint64_t
peers_policy_epoch(const struct peers *p)
{
	return p->policy == NULL ? 0 : p->policy_epoch;
}

/* A message was accepted; a control that is gone has counted it. */
void
peers_counted(struct peers *p, const struct policy_units *units)
{
	if (p->policy != NULL)
		(void)policy_commit_send(p->policy, units);
}

/* A transaction is over; a control that is gone has forgotten it. */
void
peers_release(struct peers *p, uint64_t transaction)
{
	struct policy_end end = { transaction };

	if (p->policy != NULL)
		(void)policy_release_send(p->policy, &end);
}

/* A session that asked about a login is over. */
void
peers_leave(struct peers *p, uint64_t session)
{
	struct policy_end end = { session };

	if (p->policy != NULL)
		(void)policy_leave_send(p->policy, &end);
}

/* Ask signer for a DKIM signature; ops->signature. */
uint64_t
peers_sign(struct peers *p, const struct sign_dkim *ask, void *who)
{
	uint64_t id;

	id = peers_request(p->sign, sign_dkim_cb, who);
	if (id != 0)
		(void)sign_dkim_send(p->sign, id, ask);
	return id;
}

/* A question to the queue; its id, or 0. */
static uint64_t
asking_new(struct peers *p, chan_reply_cb cb, void *who,
    struct peers_asking **asking)
{
	struct peers_asking *a;
	uint64_t id;

	a = calloc(1, sizeof(*a));
	if (a == NULL)
		return 0;
	id = peers_request(p->submit, cb, a);
	if (id == 0) {
		free(a);
		return 0;
	}
	a->who = who;
	a->epoch = p->epoch;
	TAILQ_INSERT_TAIL(&p->askings, a, next);
	*asking = a;
	return id;
}

/*
 * Ask the queue for room; size is a guess, 0 is none. ops->opened. After
 * peers_cancel() what is opened is aborted.
 */
uint64_t
peers_open(struct peers *p, uint64_t size, void *who)
{
	struct peers_asking *a;
	uint64_t id;

	id = asking_new(p, submit_open_cb, who, &a);
	if (id != 0)
		(void)submit_open_send(p->submit, id, size);
	return id;
}

/* Claim a retry token; ops->claimed. After peers_cancel() as above. */
uint64_t
peers_claim(struct peers *p, const struct submit_claim *ask, void *who)
{
	struct peers_asking *a;
	uint64_t id;

	id = asking_new(p, submit_claim_cb, who, &a);
	if (id != 0)
		(void)submit_claim_send(p->submit, id, ask);
	return id;
}

/*
 * Make a message durable; ops->done. Whether the next is to be opened with the
 * answer is set here.
 */
uint64_t
peers_commit(struct peers *p, struct submit_commit *commit, void *who)
{
	struct peers_asking *a;
	uint64_t id;

	id = asking_new(p, submit_commit_cb, who, &a);
	if (id == 0)
		return 0;
	a->spare = commit->next = !p->draining && spares_want(&p->spares);
	(void)submit_commit_send(p->submit, id, commit);
	return id;
}
