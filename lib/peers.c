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

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bounds.h"
#include "chan.h"
#include "compat.h"
#include "log.h"
#include "monotime.h"
#include "msg.h"
#include "peers_int.h"
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

/*
 * The one there is: the callbacks of requests get who asked as their
 * argument, and have no room for another.
 */
static struct peers self;

/* That one. */
struct peers *
peers_self(void)
{
	return &self;
}

/* No channel yet. ops outlives it; arg is for room and admin. */
struct peers *
peers_new(const struct peers_ops *ops, void *arg)
{
	self.ops = ops;
	self.arg = arg;
	TAILQ_INIT(&self.links);
	TAILQ_INIT(&self.askings);
	return &self;
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
policy_key_drop_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct policy_key_drop drop;

	if (policy_key_drop_recv(m, &drop) == -1)
		return -1;
	if (self.ops->key_drop != NULL)
		self.ops->key_drop(self.arg, &drop);
	return 0;
}

static int
policy_forget_cb(struct chan *c, struct msgin *m, void *arg)
{
	if (policy_forget_recv(m) == -1)
		return -1;
	self.ops->forget(self.arg);
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
	if (!open)
		peers_drop_spares(&self);
	return 0;
}

static const struct chan_rule policy_rules[] = {
	{ M_POLICY_AUTH_REPLY, CHAN_REPLY, "auth-reply", NULL },
	{ M_POLICY_KEYS, CHAN_REPLY, "keys", NULL },
	{ M_POLICY_SENDER_REPLY, CHAN_REPLY, "sender-reply", NULL },
	{ M_POLICY_RCPT_REPLY, CHAN_REPLY, "rcpt-reply", NULL },
	{ M_POLICY_KEY_REPLY, CHAN_REPLY, "key-reply", NULL },
	{ M_POLICY_SEEN_REPLY, CHAN_REPLY, "seen-reply", NULL },
	{ M_POLICY_KEY_DROP, 0, "key-drop", policy_key_drop_cb },
	{ M_POLICY_THROTTLE, 0, "throttle", policy_throttle_cb },
	{ M_POLICY_FORGET, 0, "forget", policy_forget_cb },
	{ 0, 0, NULL, NULL },
};

static const struct chan_rule sign_rules[] = {
	{ M_SIGN_SIGNATURE, CHAN_REPLY, "signature", NULL },
	{ 0, 0, NULL, NULL },
};

static const struct chan_rule submit_rules[] = {
	{ M_SUBMIT_OPENED, CHAN_REPLY, "opened", NULL },
	{ M_SUBMIT_CLAIMED, CHAN_REPLY, "claimed", NULL },
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
	if (*slot == c) {
		*slot = NULL;
		if (link->conv == CONV_SUBMIT)
			spares_forget(&self.spares);
	}
	TAILQ_REMOVE(&self.links, link, next);
	chan_free(c);
	if (link->conv == CONV_SUBMIT)
		self.ops->room(self.arg);
	else if (link->conv == CONV_POLICY) {
		self.ops->forget(self.arg);
		if (self.ops->key_drop != NULL)
			self.ops->key_drop(self.arg, NULL);
	}
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
		spares_forget(&p->spares);
		chan_on_full(*slot, CHAN_HIGH, CHAN_LOW, peers_full_cb);
	}
}

/* Answers to what this one asked are not wanted any more. */
void
peers_cancel(struct peers *p, const void *who)
{
	struct peers_asking *a;
	struct peers_link *link;

	TAILQ_FOREACH(link, &p->links, next)
		chan_cancel(link->chan, who);
	TAILQ_FOREACH(a, &p->askings, next) {
		if (a->who == who)
			a->who = NULL;
	}
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

/* Forget an open message, or a claim; with its queue gone it is forgotten already. */
void
peers_abort(struct peers *p, uint64_t epoch, uint64_t message)
{
	if (peers_lives(p, epoch))
		(void)submit_abort_send(p->submit, message);
}

/* What was opened for nobody yet is aborted. */
void
peers_drop_spares(struct peers *p)
{
	uint64_t message;

	while ((message = spares_drop(&p->spares)) != 0)
		peers_abort(p, p->epoch, message);
}

/*
 * A message that the queue of this epoch has opened ahead, to be aborted like
 * any other, or 0: it is to be asked.
 */
uint64_t
peers_spare(struct peers *p)
{
	uint64_t message;

	message = spares_take(&p->spares, monotime());
	if (message == 0)
		peers_drop_spares(p);
	return message;
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
