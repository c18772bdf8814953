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
 * Channels to control, queue and signer. A channel that dies is freed at
 * once; what waited on it is told, and until edd sends a new one requests are
 * refused with id 0.
 */
#include "peers.h"

#include <sys/queue.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bounds.h"
#include "chan.h"
#include "compat.h"
#include "log.h"
#include "msg.h"
#include "proto_admin.h"
#include "proto_auth.h"
#include "proto_policy.h"
#include "proto_sign.h"
#include "proto_submit.h"
#include "tlskey.h"

/* One channel; an old one stays until its end was read. */
struct peers_link {
	TAILQ_ENTRY(peers_link) next;
	struct chan *chan;
	enum proc_conv conv;
};

/* A question to the queue whose answer matters even when nobody waits. */
struct peers_opening {
	TAILQ_ENTRY(peers_opening) next;
	void *who; /* NULL: not wanted any more */
	uint64_t epoch;
};

struct peers {
	const struct peers_ops *ops;
	void *arg;
	struct chan *policy;
	struct chan *sign;
	struct chan *submit;
	struct chan *admin;
	TAILQ_HEAD(, peers_link) links;
	TAILQ_HEAD(, peers_opening) openings;
	uint64_t epoch;	       /* of the newest channel to the queue */
	uint64_t policy_epoch; /* the same, to control */
	bool draining;	       /* the queue takes no new mail */
};

/*
 * The one there is: the callbacks of requests get who asked as their
 * argument, and have no room for another.
 */
static struct peers self;

/* No channel yet. ops outlives it; arg is for room and admin. */
struct peers *
peers_new(const struct peers_ops *ops, void *arg)
{
	self.ops = ops;
	self.arg = arg;
	TAILQ_INIT(&self.links);
	TAILQ_INIT(&self.openings);
	return &self;
}

static int
policy_auth_cb(struct msgin *m, void *who)
{
	struct policy_auth_reply r;

	if (m == NULL) {
		self.ops->auth(who, 0, NULL);
		return 0;
	}
	if (policy_auth_reply_recv(m, &r) == -1)
		return -1;
	self.ops->auth(who, m->id, &r);
	return 0;
}

static int
policy_keys_cb(struct msgin *m, void *who)
{
	struct policy_keys r;

	if (m == NULL) {
		self.ops->keys(who, 0, NULL);
		return 0;
	}
	if (policy_keys_recv(m, &r) == -1)
		return -1;
	self.ops->keys(who, m->id, &r);
	return 0;
}

static int
policy_sender_cb(struct msgin *m, void *who)
{
	struct policy_sender_reply r;

	if (m == NULL) {
		self.ops->sender(who, 0, NULL);
		return 0;
	}
	if (policy_sender_reply_recv(m, &r) == -1)
		return -1;
	self.ops->sender(who, m->id, &r);
	return 0;
}

static int
policy_rcpt_cb(struct msgin *m, void *who)
{
	struct policy_rcpt_reply r;

	if (m == NULL) {
		self.ops->rcpt(who, 0, NULL);
		return 0;
	}
	if (policy_rcpt_reply_recv(m, &r) == -1)
		return -1;
	self.ops->rcpt(who, m->id, &r);
	return 0;
}

static int
sign_dkim_cb(struct msgin *m, void *who)
{
	struct sign_signature r;

	if (m == NULL) {
		self.ops->signature(who, 0, NULL);
		return 0;
	}
	if (sign_signature_recv(m, &r) == -1)
		return -1;
	self.ops->signature(who, m->id, &r);
	return 0;
}

/* What was opened for one who has gone since is aborted. */
static int
submit_open_cb(struct msgin *m, void *arg)
{
	struct peers_opening o, *opening;
	struct submit_opened r;

	opening = arg;
	o = *opening;
	TAILQ_REMOVE(&self.openings, opening, next);
	free(opening);
	if (m == NULL) {
		if (o.who != NULL)
			self.ops->opened(o.who, 0, NULL);
		return 0;
	}
	if (submit_opened_recv(m, &r) == -1)
		return -1;
	if (o.who != NULL)
		self.ops->opened(o.who, m->id, &r);
	else if (r.status == SUBMIT_OK)
		peers_abort(&self, o.epoch, r.message);
	return 0;
}

static int
submit_commit_cb(struct msgin *m, void *who)
{
	struct submit_done r;

	if (m == NULL) {
		self.ops->done(who, 0, NULL);
		return 0;
	}
	if (submit_done_recv(m, &r) == -1)
		return -1;
	self.ops->done(who, m->id, &r);
	return 0;
}

static int
policy_throttle_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct policy_throttle t;

	if (policy_throttle_recv(m, &t) == -1)
		return -1;
	self.ops->throttle(self.arg, &t);
	return 0;
}

static int
admin_command_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct admin_command cmd;
	int r;

	r = admin_command_recv(m, &cmd);
	if (r == 0)
		self.ops->admin(self.arg, c, m->id, &cmd);
	admin_command_clear(&cmd);
	return r;
}

static int
submit_state_cb(struct chan *c, struct msgin *m, void *arg)
{
	bool open;

	if (submit_state_recv(m, &open) == -1)
		return -1;
	self.draining = !open;
	return 0;
}

static const struct chan_rule policy_rules[] = {
	{ M_POLICY_AUTH_REPLY, CHAN_REPLY, "auth-reply", NULL },
	{ M_POLICY_KEYS, CHAN_REPLY, "keys", NULL },
	{ M_POLICY_SENDER_REPLY, CHAN_REPLY, "sender-reply", NULL },
	{ M_POLICY_RCPT_REPLY, CHAN_REPLY, "rcpt-reply", NULL },
	{ M_POLICY_THROTTLE, 0, "throttle", policy_throttle_cb },
	{ 0, 0, NULL, NULL },
};

static const struct chan_rule sign_rules[] = {
	{ M_SIGN_SIGNATURE, CHAN_REPLY, "signature", NULL },
	{ 0, 0, NULL, NULL },
};

static const struct chan_rule submit_rules[] = {
	{ M_SUBMIT_OPENED, CHAN_REPLY, "opened", NULL },
	{ M_SUBMIT_DONE, CHAN_REPLY, "done", NULL },
	{ M_SUBMIT_STATE, 0, "state", submit_state_cb },
	{ 0, 0, NULL, NULL },
};

static const struct chan_rule admin_rules[] = {
	{ M_ADMIN_COMMAND, 0, "command", admin_command_cb },
	{ 0, 0, NULL, NULL },
};

/* Where the channel of a conversation is kept. */
static struct chan **
peers_slot(enum proc_conv conv)
{
	switch (conv) {
	case CONV_POLICY:
		return &self.policy;
	case CONV_SIGN:
		return &self.sign;
	case CONV_SUBMIT:
		return &self.submit;
	case CONV_ADMIN:
		return &self.admin;
	default:
		return NULL;
	}
}

static const struct chan_rule *
peers_rules(enum proc_conv conv)
{
	switch (conv) {
	case CONV_POLICY:
		return policy_rules;
	case CONV_SIGN:
		return sign_rules;
	case CONV_SUBMIT:
		return submit_rules;
	default:
		return admin_rules;
	}
}

/* The peer is gone; those who wait were told before. */
static void
peers_down_cb(struct chan *c, void *arg)
{
	struct peers_link *link;
	struct chan **slot;

	log_debug("%s: gone", chan_name(c));
	link = arg;
	slot = peers_slot(link->conv);
	if (*slot == c)
		*slot = NULL;
	TAILQ_REMOVE(&self.links, link, next);
	chan_free(c);
	if (link->conv == CONV_SUBMIT)
		self.ops->room(self.arg);
	free(link);
}

static void
peers_full_cb(struct chan *c, bool full, void *arg)
{
	if (!full)
		self.ops->room(self.arg);
}

/* A channel over fd, in the list. NULL without memory; fd is closed then. */
static struct chan *
peers_link(struct peers *p, enum proc_conv conv, enum proc_kind kind, int fd)
{
	struct peers_link *link;

	link = calloc(1, sizeof(*link));
	if (link == NULL) {
		(void)close(fd);
		return NULL;
	}
	link->conv = conv;
	link->chan = chan_new(proc_base(), fd, proc_kind_name(kind),
	    peers_rules(conv), link);
	if (link->chan == NULL) {
		free(link);
		return NULL;
	}
	if (conv == CONV_POLICY)
		chan_is_secret(link->chan); /* passwords */
	chan_on_down(link->chan, peers_down_cb);
	TAILQ_INSERT_TAIL(&p->links, link, next);
	return link->chan;
}

/*
 * A channel to a peer, new or after its restart; fd is taken over. One that
 * was there before ends by itself, for its peer is gone, and whoever waits on
 * it is told then.
 */
void
peers_set(struct peers *p, enum proc_conv conv, enum proc_kind kind,
    unsigned instance, int fd)
{
	struct chan **slot;

	if (conv == CONV_SIGN_SYNC) {
		tlskey_set_signer(fd);
		return;
	}
	slot = peers_slot(conv);
	if (slot == NULL) {
		log_warnx("no use for a channel %s", proc_conv_name(conv));
		(void)close(fd);
		return;
	}
	*slot = peers_link(p, conv, kind, fd);
	if (*slot == NULL) {
		log_warnx("no memory for a channel to %s",
		    proc_kind_name(kind));
	} else if (conv == CONV_POLICY) {
		p->policy_epoch++;
	} else if (conv == CONV_SUBMIT) {
		p->epoch++;
		chan_on_full(*slot, CHAN_HIGH, CHAN_LOW, peers_full_cb);
	}
}

/* Answers to what this one asked are not wanted any more. */
void
peers_cancel(struct peers *p, const void *who)
{
	struct peers_opening *o;
	struct peers_link *link;

	TAILQ_FOREACH(link, &p->links, next)
		chan_cancel(link->chan, who);
	TAILQ_FOREACH(o, &p->openings, next) {
		if (o->who == who)
			o->who = NULL;
	}
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

/*
 * Ask the queue for room; size is a guess, 0 is none. ops->opened. After
 * peers_cancel() what is opened is aborted.
 */
uint64_t
peers_open(struct peers *p, uint64_t size, void *who)
{
	struct peers_opening *o;
	uint64_t id;

	o = calloc(1, sizeof(*o));
	if (o == NULL)
		return 0;
	id = peers_request(p->submit, submit_open_cb, o);
	if (id == 0) {
		free(o);
		return 0;
	}
	o->who = who;
	o->epoch = p->epoch;
	TAILQ_INSERT_TAIL(&p->openings, o, next);
	(void)submit_open_send(p->submit, id, size);
	return id;
}

/* Make a message durable; ops->done. */
uint64_t
peers_commit(struct peers *p, const struct submit_commit *commit, void *who)
{
	uint64_t id;

	id = peers_request(p->submit, submit_commit_cb, who);
	if (id != 0)
		(void)submit_commit_send(p->submit, id, commit);
	return id;
}

/* Which life of the queue this is; 0 if it is not there. */
uint64_t
peers_epoch(const struct peers *p)
{
	return p->submit == NULL ? 0 : p->epoch;
}

static bool
peers_lives(const struct peers *p, uint64_t epoch)
{
	return p->submit != NULL && p->epoch == epoch;
}

/*
 * Bytes of a message, at most SUBMIT_DATA_MAX. -1 if the queue that had the
 * message open is gone.
 */
int
peers_data(struct peers *p, uint64_t epoch, uint64_t message, const void *data,
    size_t len)
{
	if (!peers_lives(p, epoch))
		return -1;
	return submit_data_send(p->submit, message, data, len);
}

/* A recipient of a message; -1 as above. */
int
peers_add_rcpt(struct peers *p, uint64_t epoch, const struct submit_rcpt *rcpt)
{
	if (!peers_lives(p, epoch))
		return -1;
	return submit_rcpt_send(p->submit, rcpt);
}

/* Forget an open message; with its queue gone it is forgotten already. */
void
peers_abort(struct peers *p, uint64_t epoch, uint64_t message)
{
	if (peers_lives(p, epoch))
		(void)submit_abort_send(p->submit, message);
}

/* A line for the journal; lost if the queue is not there. */
void
peers_event(struct peers *p, const struct submit_event *ev)
{
	if (p->submit != NULL)
		(void)submit_event_send(p->submit, ev);
}

/* Whether no more bytes should be sent to the queue now. */
bool
peers_full(const struct peers *p)
{
	return p->submit != NULL && chan_is_full(p->submit);
}

/* Whether an operator wants no new mail to be taken. */
bool
peers_draining(const struct peers *p)
{
	return p->draining;
}
