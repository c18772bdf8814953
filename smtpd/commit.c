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
 * Committing a message. Nothing is answered 250 here before the queue has
 * said that it is durable.
 */
#include "commit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compat.h"
#include "conf.h"
#include "dkimsign.h"
#include "id.h"
#include "log.h"
#include "fields.h"
#include "monotime.h"
#include "peers.h"
#include "proto_submit.h"
#include "rate.h"
#include "session.h"
#include "tx.h"

/* What control says of the address of From that was asked about. */
static void
commit_take_sender(struct session *s, const struct policy_sender_reply *reply)
{
	struct tx *tx;

	tx = s->tx;
	if (tx->from_next == 0)
		tx->first = *reply;
	tx->from_next++;
}

/*
 * Ask control about the addresses of the header From, one after the other;
 * what is known already is not asked. The body may still be coming.
 */
void
commit_ask_sender(struct session *s)
{
	const struct policy_sender_reply *known;
	const struct address *a;
	struct policy_sender ask;
	struct tx *tx;

	tx = s->tx;
	while (tx->from_next < tx->from_len && tx->refusal == REPLY_NONE) {
		a = &tx->from[tx->from_next];
		known = senders_find(&s->senders, a, monotime());
		if (known != NULL) {
			commit_take_sender(s, known);
			continue;
		}
		memset(&ask, 0, sizeof(ask));
		(void)strlcpy(ask.user, s->user, sizeof(ask.user));
		(void)strlcpy(ask.credential, s->credential,
		    sizeof(ask.credential));
		(void)strlcpy(ask.source, s->source, sizeof(ask.source));
		(void)strlcpy(ask.address, a->mailbox, sizeof(ask.address));
		tx->from_ask = peers_sender(s->env->peers, &ask, s);
		if (tx->from_ask != 0)
			return;
		tx_refuse(s->env, tx, REPLY_PROBLEM, "");
	}
}

/* control's answer about an address of From. */
void
commit_sender(struct session *s, const struct session_answer *a)
{
	const struct policy_sender_reply *reply;
	const struct address *from;
	struct tx *tx;

	tx = s->tx;
	reply = a->reply;
	if (tx->from_next >= tx->from_len)
		return;
	if (reply == NULL) {
		tx_refuse(s->env, tx, REPLY_PROBLEM, "");
		return;
	}
	if (a->id != tx->from_ask)
		return;
	tx->from_ask = 0;
	from = &tx->from[tx->from_next];
	if (reply->status == POLICY_NO)
		tx_refuse(s->env, tx, REPLY_NOT_AUTHORIZED, from->mailbox);
	else if (reply->status == POLICY_THROTTLED)
		tx_refuse(s->env, tx, REPLY_AUTH_FAILURES, "");
	else if (reply->status != POLICY_OK)
		tx_refuse(s->env, tx, REPLY_PROCESSING, "");
	if (tx->refusal != REPLY_NONE)
		return;
	senders_add(&s->senders, from, reply, monotime());
	commit_take_sender(s, reply);
	commit_ask_sender(s);
}

/* signer's answer. */
void
commit_signature(struct session *s, const struct session_answer *a)
{
	struct tx *tx;

	tx = s->tx;
	if (tx->phase != TX_SIGNING)
		return;
	if (dkimsign_answer(tx->sign, a->id, a->reply) == -1)
		tx_refuse(s->env, tx, REPLY_PROCESSING, "");
}

/* The transaction is over; the session reads commands again. */
static void
commit_end(struct session *s)
{
	session_reset(s);
	if (s->state == SESSION_COMMIT)
		session_enter(s, SESSION_COMMAND);
}

/* Say why the message is refused, and forget it. */
void
commit_refuse(struct session *s)
{
	const struct tx *tx;

	tx = s->tx;
	session_refuse(s, tx->refusal, tx->refusal_address, NULL, "");
	session_cancel(s);
	commit_end(s);
}

/* What the journal is told of this message. NULL without memory. */
static struct submit_event *
commit_event(const struct session *s, enum submit_event_kind kind)
{
	struct submit_event *ev;

	ev = calloc(1, sizeof(*ev));
	if (ev == NULL)
		return NULL;
	ev->kind = kind;
	ev->message = s->tx->message;
	(void)strlcpy(ev->user, s->user, sizeof(ev->user));
	(void)strlcpy(ev->source, s->source, sizeof(ev->source));
	(void)strlcpy(ev->sender, s->tx->mail.path.mailbox, sizeof(ev->sender));
	return ev;
}

/* Tell the journal of each recipient that was on the suppression list. */
static void
commit_suppressed(struct session *s)
{
	char line[REPLY_LINE_SIZE];
	struct submit_event *ev;
	const struct tx *tx;
	size_t i;

	tx = s->tx;
	if (tx->suppressed == 0)
		return;
	ev = commit_event(s, SUBMIT_EV_SUPPRESSED);
	if (ev == NULL)
		return;
	for (i = 0; i < tx->rcpts_len; i++) {
		if (tx->rcpts[i].state != TX_RCPT_SUPPRESSED)
			continue;
		(void)reply_format(tx->rcpts[i].reply,
		    s->conf->smtp.enhanced_codes, s->user, tx->rcpts[i].address,
		    line);
		(void)strlcpy(ev->rcpt, tx->rcpts[i].address, sizeof(ev->rcpt));
		(void)strlcpy(ev->text, line, sizeof(ev->text));
		peers_event(s->env->peers, ev);
	}
	free(ev);
}

/* Several addresses in From: each was approved, but few receivers like it. */
static void
commit_warn(struct session *s)
{
	struct submit_event *ev;

	if (s->tx->from_len < 2)
		return;
	ev = commit_event(s, SUBMIT_EV_WARNED);
	if (ev == NULL)
		return;
	(void)snprintf(ev->text, sizeof(ev->text), "From has %zu addresses",
	    s->tx->from_len);
	log_info("user=%s source=%s: %s", s->user, s->source, ev->text);
	peers_event(s->env->peers, ev);
	free(ev);
}

/* The message is safe, or for nobody. */
static void
commit_accepted(struct session *s)
{
	char id[ID_TEXT_SIZE];
	const struct tx *tx;

	tx = s->tx;
	(void)id_format(tx->message, id);
	log_info("%s accepted from=%s user=%s source=%s rcpts=%zu "
		 "suppressed=%zu size=%llu tls=\"%s\"",
	    tx->message == 0 ? "-" : id, tx->mail.path.mailbox, s->user,
	    s->source, tx->live, tx->suppressed,
	    (unsigned long long)tx->data.size, s->tls);
	s->env->stats.messages++;
	s->env->stats.recipients += tx->live;
	s->env->stats.suppressed += tx->suppressed;
	s->errors = s->junk = 0;
	rate_accepted(s->env, s->tx);
	commit_suppressed(s);
	commit_warn(s);
	if (tx->message == 0)
		session_reply(s, REPLY_OK, NULL, NULL);
	else
		session_reply(s, REPLY_QUEUED, id, NULL);
	commit_end(s);
}

/* The queue's answer to COMMIT. */
void
commit_done(struct session *s, const struct session_answer *a)
{
	const struct submit_done *done;
	struct tx *tx;

	tx = s->tx;
	done = a->reply;
	if (tx->phase != TX_COMMITTING)
		return;
	if (done != NULL && done->status == SUBMIT_OK) {
		commit_accepted(s);
		return;
	}
	tx_refuse(s->env, tx,
	    done != NULL && done->status == SUBMIT_FULL ? REPLY_STORAGE :
							  REPLY_PROCESSING,
	    "");
}

/*
 * SMTPUTF8 is asked of the receivers only if something is not in ASCII: with a
 * plain message it would keep it from many of them.
 */
static uint32_t
commit_flags(const struct tx *tx)
{
	uint32_t flags;

	flags = tx->mail.ret | tx->found;
	if (tx->mail.body == COMMAND_BODY_8BIT || tx->data.eight)
		flags |= ENVELOPE_8BIT;
	if (tx->mail.utf8 && (tx->utf8 || tx->data.eight))
		flags |= ENVELOPE_UTF8;
	if (tx->by.bulk)
		flags |= ENVELOPE_BULK;
	return flags;
}

/* What the queue is to know of the message. NULL if there is no memory. */
static struct submit_commit *
commit_envelope(const struct session *s)
{
	struct submit_commit *c;
	const struct tx *tx;

	tx = s->tx;
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	c->message = tx->message;
	(void)strlcpy(c->sender, tx->mail.path.mailbox, sizeof(c->sender));
	(void)strlcpy(c->return_path,
	    tx->first.return_path[0] == '\0' ? tx->mail.path.mailbox :
					       tx->first.return_path,
	    sizeof(c->return_path));
	(void)strlcpy(c->from, tx->from[0].mailbox, sizeof(c->from));
	fields_copy_id(tx->header, c->message_id, sizeof(c->message_id));
	(void)strlcpy(c->envid, tx->mail.envid, sizeof(c->envid));
	(void)strlcpy(c->user, s->user, sizeof(c->user));
	(void)strlcpy(c->compartment, tx->by.compartment,
	    sizeof(c->compartment));
	if (tx->first.keys > 0)
		(void)strlcpy(c->selector, tx->first.key[0].selector,
		    sizeof(c->selector));
	(void)strlcpy(c->source, s->source, sizeof(c->source));
	c->flags = commit_flags(tx);
	c->size = tx->sent;
	c->rcpts = (uint32_t)tx->live;
	return c;
}

/* The recipients that are to get it. -1 if the queue is gone. */
static int
commit_rcpts(const struct session *s)
{
	struct submit_rcpt out;
	const struct tx_rcpt *rcpt;
	const struct tx *tx;
	size_t i;

	tx = s->tx;
	memset(&out, 0, sizeof(out));
	out.message = tx->message;
	for (i = 0; i < tx->rcpts_len; i++) {
		rcpt = &tx->rcpts[i];
		if (rcpt->state != TX_RCPT_OK)
			continue;
		(void)strlcpy(out.address, rcpt->address, sizeof(out.address));
		out.notify = rcpt->notify;
		(void)strlcpy(out.orcpt, rcpt->orcpt == NULL ? "" : rcpt->orcpt,
		    sizeof(out.orcpt));
		if (peers_add_rcpt(s->env->peers, tx->epoch, &out) == -1)
			return -1;
	}
	return 0;
}

/* Recipients, then the envelope. -1 if the queue is gone. */
static int
commit_send(struct session *s)
{
	struct submit_commit *c;
	struct tx *tx;
	int r;

	tx = s->tx;
	c = commit_envelope(s);
	if (c == NULL)
		return -1;
	r = dkimsign_fields(tx->sign, c->prefix, sizeof(c->prefix),
	    &c->prefix_len);
	if (peers_epoch(s->env->peers) != tx->epoch)
		r = -1;
	if (r == 0)
		r = commit_rcpts(s);
	if (r == 0 && peers_commit(s->env->peers, c, s) == 0)
		r = -1;
	if (r == 0)
		tx->open = false; /* it cannot be aborted any more */
	free(c);
	return r;
}

/* From is approved: ask for the signatures, if there is anything to send. */
static void
commit_sign(struct session *s)
{
	struct tx *tx;

	tx = s->tx;
	tx->phase = TX_SIGNING;
	if (!tx->open || tx->first.keys == 0)
		return;
	if (dkimsign_ask(tx->sign, tx->header, address_domain(&tx->from[0]),
		&tx->first, time(NULL), s->env->peers, s) == -1)
		tx_refuse(s->env, tx, REPLY_PROCESSING, "");
}

/*
 * Go on with a message whose last byte was read, as far as it can be. false:
 * an answer of a peer is waited for. true: the reply was given.
 */
bool
commit_step(struct session *s)
{
	struct tx *tx;

	tx = s->tx;
	if (tx->refusal == REPLY_NONE && tx->phase == TX_SENDERS) {
		if (tx->from_next < tx->from_len)
			return false;
		tx->phase = TX_RATES;
		rate_ask(s);
	}
	if (tx->refusal == REPLY_NONE && tx->phase == TX_RATES) {
		if (tx->rate_ask != 0)
			return false;
		commit_sign(s);
	}
	if (tx->refusal == REPLY_NONE && tx->phase == TX_SIGNING) {
		if (dkimsign_waits(tx->sign))
			return false;
		if (!tx->open) {
			commit_accepted(s);
			return true;
		}
		tx->phase = TX_COMMITTING;
		if (commit_send(s) == -1)
			tx_refuse(s->env, tx, REPLY_PROCESSING, "");
	}
	if (tx->refusal == REPLY_NONE)
		return false;
	commit_refuse(s);
	return true;
}
