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
 * Requests to the signers.  Each operation waits for one answer (make,
 * import) or one of every signer (hold); a signer that dies answers with
 * failure, one that does not answer in time, too.
 */
#include "keys.h"

#include <sys/queue.h>

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "chan.h"
#include "control.h"
#include "dkimkey.h"
#include "log.h"
#include "msg.h"
#include "proc.h"
#include "proto_reseal.h"
#include "proto_sign.h"
#include "store.h"

/* Seconds: RSA-4096 takes one, under load a few. */
#define KEYS_TIMEOUT 30

struct signer {
	LIST_ENTRY(signer) entry;
	struct keys *keys;
	struct chan *chan;
	struct store_key after; /* the last key that was loaded */
	bool ready;		/* it has its seal key, and can open ours */
	bool loading;
	bool first;
};

/* One operation; chan is NULL when it asks all signers. */
struct keys_op {
	LIST_ENTRY(keys_op) entry;
	struct keys *keys;
	struct chan *chan;
	struct event *timer;
	keys_made_cb made;
	keys_held_cb held;
	keys_resealed_cb resealed;
	void *arg;
	struct sign_load load;
	unsigned waits; /* answers that are to come */
	bool refused;
};

struct keys {
	struct control *control;
	LIST_HEAD(, signer) signers;
	LIST_HEAD(, keys_op) ops;
};

/* Without the signers, which peers.c has. */
struct keys *
keys_new(struct control *control)
{
	struct keys *k;

	k = calloc(1, sizeof(*k));
	if (k == NULL)
		return NULL;
	k->control = control;
	LIST_INIT(&k->signers);
	LIST_INIT(&k->ops);
	return k;
}

/* No callback of the operation runs any more. */
static void
op_free(struct keys_op *op)
{
	struct signer *s;

	LIST_FOREACH(s, &op->keys->signers, entry)
		chan_cancel(s->chan, op);
	if (op->timer != NULL)
		event_free(op->timer);
	LIST_REMOVE(op, entry);
	explicit_bzero(op, sizeof(*op));
	free(op);
}

/* Free; operations are forgotten.  NULL is allowed. */
void
keys_free(struct keys *k)
{
	struct signer *s;
	struct keys_op *op;

	if (k == NULL)
		return;
	while ((op = LIST_FIRST(&k->ops)) != NULL)
		op_free(op);
	while ((s = LIST_FIRST(&k->signers)) != NULL) {
		LIST_REMOVE(s, entry);
		free(s);
	}
	free(k);
}

/* End an operation with what it is to say. */
static void
op_finish(struct keys_op *op, const struct sign_made *made, const char *why)
{
	keys_resealed_cb resealed_cb;
	keys_made_cb made_cb;
	keys_held_cb held_cb;
	void *arg;

	resealed_cb = op->resealed;
	made_cb = op->made;
	held_cb = op->held;
	arg = op->arg;
	op_free(op);
	if (resealed_cb != NULL)
		resealed_cb(NULL, why, arg);
	else if (made_cb != NULL)
		made_cb(made, why, arg);
	else
		held_cb(why, arg);
}

static void
op_timeout_cb(evutil_socket_t fd, short what, void *arg)
{
	op_finish(arg, NULL, "signer does not answer");
}

static struct keys_op *
op_new(struct keys *k, void *arg)
{
	static const struct timeval timeout = { KEYS_TIMEOUT, 0 };
	struct keys_op *op;

	op = calloc(1, sizeof(*op));
	if (op == NULL)
		return NULL;
	op->keys = k;
	op->arg = arg;
	LIST_INSERT_HEAD(&k->ops, op, entry);
	op->timer = evtimer_new(proc_base(), op_timeout_cb, op);
	if (op->timer == NULL || evtimer_add(op->timer, &timeout) == -1) {
		op_free(op);
		return NULL;
	}
	return op;
}

static int
made_reply_cb(struct msgin *m, void *arg)
{
	static struct sign_made made;
	int r;

	if (m == NULL) {
		op_finish(arg, NULL, "signer ended; try again");
		return 0;
	}
	r = sign_made_recv(m, &made);
	if (r == -1)
		op_finish(arg, NULL, "signer answered nonsense");
	else if (!made.ok)
		op_finish(arg, NULL, made.why);
	else
		op_finish(arg, &made, NULL);
	explicit_bzero(&made, sizeof(made));
	return r;
}

/* An operation for one signer: its request id, or 0 and nothing to free. */
static struct keys_op *
op_for_one(struct keys *k, keys_made_cb cb, void *arg, uint64_t *id)
{
	struct keys_op *op;
	struct signer *s;

	LIST_FOREACH(s, &k->signers, entry) {
		if (s->ready)
			break;
	}
	if (s == NULL || (op = op_new(k, arg)) == NULL)
		return NULL;
	op->made = cb;
	op->chan = s->chan;
	*id = chan_request(s->chan, made_reply_cb, op);
	if (*id == 0) {
		op_free(op);
		return NULL;
	}
	return op;
}

/*
 * Have a key made; cb runs once, later, unless cancelled.  0, or -1 if there
 * is no signer now.
 */
int
keys_make(struct keys *k, const struct sign_make *make, keys_made_cb cb,
    void *arg)
{
	struct keys_op *op;
	uint64_t id;

	op = op_for_one(k, cb, arg, &id);
	if (op == NULL)
		return -1;
	(void)sign_make_send(op->chan, id, make);
	return 0;
}

/* Have an operator's own key sealed; as keys_make(). */
int
keys_import(struct keys *k, const struct sign_import *import, keys_made_cb cb,
    void *arg)
{
	struct keys_op *op;
	uint64_t id;

	op = op_for_one(k, cb, arg, &id);
	if (op == NULL)
		return -1;
	(void)sign_import_send(op->chan, id, import);
	return 0;
}

static int
resealed_reply_cb(struct msgin *m, void *arg)
{
	static struct sign_resealed a;
	keys_resealed_cb cb;
	struct keys_op *op;
	void *cb_arg;
	int r;

	op = arg;
	if (m == NULL) {
		op_finish(op, NULL, "signer ended; try again");
		return 0;
	}
	r = sign_resealed_recv(m, &a);
	if (r == -1) {
		op_finish(op, NULL, "signer answered nonsense");
		return -1;
	}
	cb = op->resealed;
	cb_arg = op->arg;
	op_free(op);
	cb(&a, NULL, cb_arg);
	return 0;
}

/* An operation for one signer about a sealed key, or NULL. */
static struct keys_op *
reseal_op(struct keys *k, keys_resealed_cb cb, void *arg, uint64_t *id)
{
	struct keys_op *op;
	struct signer *s;

	LIST_FOREACH(s, &k->signers, entry) {
		if (s->ready)
			break;
	}
	if (s == NULL || (op = op_new(k, arg)) == NULL)
		return NULL;
	op->resealed = cb;
	op->chan = s->chan;
	*id = chan_request(s->chan, resealed_reply_cb, op);
	if (*id != 0)
		return op;
	op_free(op);
	return NULL;
}

/* Have a sealed key sealed anew; as keys_make(). */
int
keys_reseal(struct keys *k, const struct sign_reseal *q, keys_resealed_cb cb,
    void *arg)
{
	struct keys_op *op;
	uint64_t id;

	op = reseal_op(k, cb, arg, &id);
	return op == NULL ? -1 : sign_reseal_send(op->chan, id, q);
}

/*
 * Have a key of a backup sealed, by the signer that keys_transport() asked as
 * long as that is there; as keys_make().
 */
int
keys_unbox(struct keys *k, const struct sign_unbox *q, keys_resealed_cb cb,
    void *arg)
{
	struct keys_op *op;
	uint64_t id;

	op = reseal_op(k, cb, arg, &id);
	return op == NULL ? -1 : sign_unbox_send(op->chan, id, q);
}

/* Ask to which public key a secret for signer is to be sealed. */
int
keys_transport(struct keys *k, keys_resealed_cb cb, void *arg)
{
	struct keys_op *op;
	uint64_t id;

	op = reseal_op(k, cb, arg, &id);
	return op == NULL ? -1 : sign_transport_send(op->chan, id);
}

static int
held_reply_cb(struct msgin *m, void *arg)
{
	struct sign_loaded loaded;
	struct keys_op *op;
	int r;

	op = arg;
	r = 0;
	if (m != NULL) {
		r = sign_loaded_recv(m, &loaded);
		if (r == -1 || !loaded.ok)
			op->refused = true;
	}
	op->waits--;
	if (op->waits == 0)
		op_finish(op, NULL,
		    op->refused ? "a signer could not open the key" : NULL);
	return r;
}

static void
hold_send(struct keys_op *op, struct chan *chan)
{
	uint64_t id;

	id = chan_request(chan, held_reply_cb, op);
	if (id == 0)
		return;
	op->waits++;
	(void)sign_load_send(chan, id, &op->load);
}

/*
 * Have all ready signers hold a key; cb runs once, later, when each has answered
 * or died, unless cancelled.  0, or -1 if there is no signer now.
 */
int
keys_hold(struct keys *k, const struct sign_load *load, keys_held_cb cb,
    void *arg)
{
	struct keys_op *op;
	struct signer *s;

	op = op_new(k, arg);
	if (op == NULL)
		return -1;
	op->held = cb;
	op->load = *load;
	LIST_FOREACH(s, &k->signers, entry) {
		if (s->ready)
			hold_send(op, s->chan);
	}
	if (op->waits == 0) {
		op_free(op);
		return -1;
	}
	return 0;
}

/* All signers forget a key. */
void
keys_drop(struct keys *k, uint64_t key)
{
	struct signer *s;

	LIST_FOREACH(s, &k->signers, entry)
		(void)sign_drop_send(s->chan, key);
}

/* No callback with this arg runs any more. */
void
keys_cancel(struct keys *k, const void *arg)
{
	struct keys_op *op, *next;

	for (op = LIST_FIRST(&k->ops); op != NULL; op = next) {
		next = LIST_NEXT(op, entry);
		if (op->arg == arg)
			op_free(op);
	}
}

static int
loaded_reply_cb(struct msgin *m, void *arg)
{
	struct sign_loaded loaded;

	if (m == NULL)
		return 0;
	if (sign_loaded_recv(m, &loaded) == -1)
		return -1;
	if (!loaded.ok)
		log_warnx("signer cannot open a DKIM key of the store; was "
			  "seal.key replaced?");
	return 0;
}

/* One key on its way to a signer that is being loaded. */
static bool
load_cb(const struct store_key *key, struct msgin *m, void *arg)
{
	static struct dkimkey k;
	static struct sign_load load;
	struct signer *s;
	uint64_t id;

	s = arg;
	s->after = *key;
	s->first = false;
	if (record_done(dkimkey_decode(m, &k), "DKIM key") != STORE_OK)
		return true;
	if (dkimkey_is_past(&k))
		return true;
	load.key = k.number;
	load.sealed_len = k.sealed_len;
	memcpy(load.sealed, k.sealed, k.sealed_len);
	id = chan_request(s->chan, loaded_reply_cb, s);
	if (id != 0)
		(void)sign_load_send(s->chan, id, &load);
	return id != 0 && !chan_is_full(s->chan);
}

/* Go on until the channel is full or every key is sent. */
static void
signer_load(struct signer *s)
{
	struct store *store;

	store = s->keys->control->store;
	if (store == NULL || !s->loading)
		return;
	if (store_scan(store, STORE_DKIM, NULL, s->first ? NULL : &s->after,
		load_cb, s) != STORE_OK ||
	    !chan_is_full(s->chan))
		s->loading = false;
}

static struct signer *
signer_find(struct keys *k, const struct chan *chan)
{
	struct signer *s;

	LIST_FOREACH(s, &k->signers, entry) {
		if (s->chan == chan)
			return s;
	}
	return NULL;
}

static void
signer_full_cb(struct chan *chan, bool full, void *arg)
{
	struct control *c;
	struct signer *s;

	c = arg;
	s = signer_find(c->keys, chan);
	if (!full && s != NULL)
		signer_load(s);
}

/*
 * There is a channel to a signer, which is not ready yet.  The channel's arg
 * is struct control.
 */
void
keys_signer_up(struct keys *k, struct chan *chan)
{
	struct signer *s;

	s = calloc(1, sizeof(*s));
	if (s == NULL) {
		log_warnx("%s: out of memory", chan_name(chan));
		return;
	}
	s->keys = k;
	s->chan = chan;
	LIST_INSERT_HEAD(&k->signers, s, entry);
	chan_on_full(chan, CHAN_HIGH, CHAN_LOW, signer_full_cb);
}

/*
 * The signer at the end of this channel (NULL: none) is ready: load it with
 * all keys, and with those that are being made.
 */
void
keys_signer_ready(struct keys *k, const struct chan *chan)
{
	struct keys_op *op;
	struct signer *s;

	s = signer_find(k, chan);
	if (s == NULL || s->ready)
		return;
	s->ready = true;
	s->loading = true;
	s->first = true;
	LIST_FOREACH(op, &k->ops, entry) {
		if (op->held != NULL)
			hold_send(op, s->chan);
	}
	signer_load(s);
}

/*
 * A signer is gone, or about to be replaced; its channel still exists.  What
 * it was asked to do fails, and so does what all were asked to hold: nobody
 * can tell whether the next one will.
 */
void
keys_signer_down(struct keys *k, struct chan *chan)
{
	struct keys_op *op, *next;
	struct signer *s;

	s = signer_find(k, chan);
	if (s == NULL)
		return;
	LIST_REMOVE(s, entry);
	free(s);
	for (op = LIST_FIRST(&k->ops); op != NULL; op = next) {
		next = LIST_NEXT(op, entry);
		if (op->chan != chan && op->held == NULL)
			continue;
		chan_cancel(chan, op);
		op_finish(op, NULL, "a signer was restarted");
		next = LIST_FIRST(&k->ops);
	}
}

/* What a signer may send; the channel's arg is struct control. */
const struct chan_rule *
keys_rules(void)
{
	static const struct chan_rule rules[] = {
		{ M_SIGN_MADE, CHAN_REPLY, "made", NULL },
		{ M_SIGN_LOADED, CHAN_REPLY, "loaded", NULL },
		{ M_SIGN_RESEALED, CHAN_REPLY, "resealed", NULL },
		{ 0, 0, NULL, NULL },
	};

	return rules;
}
