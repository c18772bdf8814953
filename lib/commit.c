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
 * Committing a message. None is accepted here before the queue has said that
 * it is durable.
 */
#include "commit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compat.h"
#include "dkimsign.h"
#include "fields.h"
#include "id.h"
#include "log.h"
#include "monotime.h"
#include "peers.h"
#include "proto_submit.h"
#include "senders.h"
#include "submission.h"
#include "submitter.h"
#include "units.h"

/* What control says of the address of From that was asked about. */
static void
commit_take_sender(struct submission *sub,
    const struct policy_sender_reply *reply)
{
	if (sub->from_next == 0)
		sub->first = *reply;
	sub->from_next++;
}

/*
 * Ask control about the addresses of the header From, one after the other;
 * what is known already is not asked. The body may still be coming.
 */
void
commit_ask_sender(struct submission *sub)
{
	const struct policy_sender_reply *known;
	const struct submission_client *client;
	const struct address *a;

	client = sub->client;
	while (
	    sub->from_next < sub->from_len && sub->refusal == SUBMISSION_FINE) {
		a = &sub->from[sub->from_next];
		known = senders_find(client->senders, a, monotime());
		if (known != NULL) {
			commit_take_sender(sub, known);
			continue;
		}
		sub->from_ask = senders_ask(client, a);
		if (sub->from_ask != 0)
			return;
		submission_refuse(sub, SUBMISSION_GONE, "");
	}
}

/* control's answer about an address of From; NULL: it is gone. */
void
commit_sender(struct submission *sub, uint64_t id,
    const struct policy_sender_reply *reply)
{
	const struct address *from;

	if (sub->from_next >= sub->from_len)
		return;
	if (reply == NULL) {
		submission_refuse(sub, SUBMISSION_GONE, "");
		return;
	}
	if (id != sub->from_ask)
		return;
	sub->from_ask = 0;
	from = &sub->from[sub->from_next];
	if (reply->status == POLICY_NO)
		submission_refuse(sub, SUBMISSION_UNAUTHORIZED, from->mailbox);
	else if (reply->status == POLICY_THROTTLED)
		submission_refuse(sub, SUBMISSION_THROTTLED, "");
	else if (reply->status != POLICY_OK)
		submission_refuse(sub, SUBMISSION_TEMPFAIL, "");
	if (sub->refusal != SUBMISSION_FINE)
		return;
	senders_add(sub->client->senders, from, reply, monotime());
	commit_take_sender(sub, reply);
	commit_ask_sender(sub);
}

/* signer's answer; NULL: it is gone. */
void
commit_signature(struct submission *sub, uint64_t id,
    const struct sign_signature *answer)
{
	if (sub->phase != SUBMISSION_SIGNING)
		return;
	if (dkimsign_answer(sub->sign, id, answer) == -1)
		submission_refuse(sub, SUBMISSION_TEMPFAIL, "");
}

/* What the journal is told of this message. NULL without memory. */
static struct submit_event *
commit_event(const struct submission *sub, enum submit_event_kind kind)
{
	struct submit_event *ev;

	ev = calloc(1, sizeof(*ev));
	if (ev == NULL)
		return NULL;
	ev->kind = kind;
	ev->message = sub->message;
	(void)strlcpy(ev->user, sub->client->user, sizeof(ev->user));
	(void)strlcpy(ev->compartment, sub->by.compartment,
	    sizeof(ev->compartment));
	(void)strlcpy(ev->source, sub->client->source, sizeof(ev->source));
	(void)strlcpy(ev->sender, sub->sender, sizeof(ev->sender));
	if (sub->client->request != NULL)
		(void)strlcpy(ev->request, sub->client->request,
		    sizeof(ev->request));
	return ev;
}

/* Tell the journal of each recipient that was on the suppression list. */
static void
commit_suppressed(const struct submission *sub, commit_text_cb text, void *arg)
{
	const struct recipient *rcpt;
	struct submit_event *ev;
	size_t i;

	if (sub->suppressed == 0)
		return;
	ev = commit_event(sub, SUBMIT_EV_SUPPRESSED);
	if (ev == NULL)
		return;
	for (i = 0; i < sub->rcpts_len; i++) {
		rcpt = &sub->rcpts[i];
		if (rcpt->state != RECIPIENT_SUPPRESSED)
			continue;
		(void)strlcpy(ev->rcpt, rcpt->address, sizeof(ev->rcpt));
		text(rcpt, arg, ev->text);
		peers_event(sub->client->env->peers, ev);
	}
	free(ev);
}

/* Several addresses in From: each was approved, but few receivers like it. */
static void
commit_warn(const struct submission *sub)
{
	const struct submission_client *client;
	struct submit_event *ev;

	if (sub->from_len < 2)
		return;
	ev = commit_event(sub, SUBMIT_EV_WARNED);
	if (ev == NULL)
		return;
	client = sub->client;
	(void)snprintf(ev->text, sizeof(ev->text), "From has %zu addresses",
	    sub->from_len);
	log_info("user=%s source=%s: %s", client->user, client->source,
	    ev->text);
	peers_event(client->env->peers, ev);
	free(ev);
}

/*
 * Tell log, control and journal of a message that was accepted, once, before
 * the client is told. text gives what the client hears of a recipient.
 */
void
commit_report(struct submission *sub, commit_text_cb text, void *arg)
{
	const struct submission_client *client;
	char id[ID_TEXT_SIZE];

	client = sub->client;
	(void)id_format(sub->message, id);
	log_info("%s accepted from=%s user=%s source=%s rcpts=%zu "
		 "suppressed=%zu size=%llu tls=\"%s\"",
	    sub->message == 0 ? "-" : id, sub->sender, client->user,
	    client->source, sub->live, sub->suppressed,
	    (unsigned long long)sub->data.size, client->tls);
	units_accepted(sub);
	commit_suppressed(sub, text, arg);
	commit_warn(sub);
}

/* The queue's answer to COMMIT; NULL: it is gone. */
void
commit_done(struct submission *sub, const struct submit_done *done)
{
	if (sub->phase != SUBMISSION_COMMITTING)
		return;
	if (done != NULL && done->status == SUBMIT_OK)
		sub->phase = SUBMISSION_SAFE;
	else if (done != NULL && done->status == SUBMIT_FULL)
		submission_refuse(sub, SUBMISSION_FULL, "");
	else
		submission_refuse(sub, SUBMISSION_TEMPFAIL, "");
}

/*
 * SMTPUTF8 is asked of the receivers only if something is not in ASCII: with a
 * plain message it would keep it from many of them.
 */
static uint32_t
commit_flags(const struct submission *sub)
{
	uint32_t flags;

	flags = sub->ret | sub->found;
	if (sub->eight || sub->data.eight)
		flags |= ENVELOPE_8BIT;
	if (sub->may_utf8 && (sub->utf8 || sub->data.eight))
		flags |= ENVELOPE_UTF8;
	if (sub->by.bulk)
		flags |= ENVELOPE_BULK;
	return flags;
}

/* What is kept with a retry token, to be said again. */
static void
commit_claim(const struct submission *sub, struct submit_commit *c)
{
	size_t i;

	if (sub->claim == 0)
		return;
	c->claim = sub->claim;
	if (!sub->open) { /* there is nothing else to store */
		c->message = sub->claim;
		c->size = 0;
	}
	memcpy(c->digest, sub->digest, sizeof(c->digest));
	for (i = 0; i < sub->rcpts_len && i < 64; i++)
		if (sub->rcpts[i].state == RECIPIENT_SUPPRESSED)
			c->suppressed |= UINT64_C(1) << i;
}

/* What the queue is to know of the message. NULL if there is no memory. */
static struct submit_commit *
commit_envelope(const struct submission *sub)
{
	struct submit_commit *c;

	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	c->message = sub->message;
	(void)strlcpy(c->sender, sub->sender, sizeof(c->sender));
	(void)strlcpy(c->return_path,
	    sub->first.return_path[0] == '\0' ? sub->sender :
						sub->first.return_path,
	    sizeof(c->return_path));
	(void)strlcpy(c->from, sub->from[0].mailbox, sizeof(c->from));
	fields_copy_id(sub->header, c->message_id, sizeof(c->message_id));
	(void)strlcpy(c->envid, sub->envid, sizeof(c->envid));
	(void)strlcpy(c->user, sub->client->user, sizeof(c->user));
	(void)strlcpy(c->compartment, sub->by.compartment,
	    sizeof(c->compartment));
	if (sub->first.keys > 0)
		(void)strlcpy(c->selector, sub->first.key[0].selector,
		    sizeof(c->selector));
	(void)strlcpy(c->source, sub->client->source, sizeof(c->source));
	(void)strlcpy(c->sources, sub->first.sources, sizeof(c->sources));
	c->flags = commit_flags(sub);
	c->size = sub->sent;
	c->rcpts = (uint32_t)sub->live;
	commit_claim(sub, c);
	return c;
}

/* The recipients that are to get it. -1 if the queue is gone. */
static int
commit_rcpts(const struct submission *sub)
{
	struct submit_rcpt out;
	const struct recipient *rcpt;
	size_t i;

	memset(&out, 0, sizeof(out));
	out.message = sub->message;
	for (i = 0; i < sub->rcpts_len; i++) {
		rcpt = &sub->rcpts[i];
		if (rcpt->state != RECIPIENT_OK)
			continue;
		(void)strlcpy(out.address, rcpt->address, sizeof(out.address));
		out.notify = rcpt->notify;
		(void)strlcpy(out.orcpt, rcpt->orcpt == NULL ? "" : rcpt->orcpt,
		    sizeof(out.orcpt));
		if (peers_add_rcpt(sub->client->env->peers, sub->epoch, &out) ==
		    -1)
			return -1;
	}
	return 0;
}

/* Whether the queue is that which has opened it, and knows the claim. */
static bool
commit_is_known(const struct submission *sub)
{
	uint64_t epoch;

	epoch = peers_epoch(sub->client->env->peers);
	return (!sub->open || epoch == sub->epoch) &&
	    (sub->claim == 0 || epoch == sub->claim_epoch);
}

/* Recipients, then the envelope. -1 if the queue is gone. */
static int
commit_send(struct submission *sub)
{
	struct submit_commit *c;
	int r;

	c = commit_envelope(sub);
	if (c == NULL)
		return -1;
	r = 0;
	if (sub->open)
		r = dkimsign_fields(sub->sign, c->prefix, sizeof(c->prefix),
		    &c->prefix_len);
	if (!commit_is_known(sub))
		r = -1;
	if (r == 0)
		r = commit_rcpts(sub);
	if (r == 0 &&
	    peers_commit(sub->client->env->peers, c, sub->client->who) == 0)
		r = -1;
	if (r == 0) {
		sub->message = c->message;
		sub->open = false; /* it cannot be aborted any more */
		sub->claim = 0;	   /* nor this */
	}
	free(c);
	return r;
}

/* From is approved: ask for the signatures, if there is anything to send. */
static void
commit_sign(struct submission *sub)
{
	sub->phase = SUBMISSION_SIGNING;
	if (!sub->open || sub->first.keys == 0)
		return;
	if (dkimsign_ask(sub->sign, sub->header, address_domain(&sub->from[0]),
		&sub->first, time(NULL), sub->client->env->peers,
		sub->client->who) == -1)
		submission_refuse(sub, SUBMISSION_TEMPFAIL, "");
}

/*
 * Go on with a message whose last octet was read, as far as it can be. Until
 * the answer is another than COMMIT_WAITS, answers of peers go to the
 * functions above and then this is called again.
 */
enum commit_status
commit_step(struct submission *sub)
{
	if (sub->refusal == SUBMISSION_FINE &&
	    sub->phase == SUBMISSION_SENDERS) {
		if (sub->from_next < sub->from_len)
			return COMMIT_WAITS;
		sub->phase = SUBMISSION_UNITS;
		units_ask(sub);
	}
	if (sub->refusal == SUBMISSION_FINE && sub->phase == SUBMISSION_UNITS) {
		if (sub->units_ask != 0)
			return COMMIT_WAITS;
		commit_sign(sub);
	}
	if (sub->refusal == SUBMISSION_FINE &&
	    sub->phase == SUBMISSION_SIGNING) {
		if (dkimsign_waits(sub->sign))
			return COMMIT_WAITS;
		if (!sub->open && sub->claim == 0) {
			sub->phase = SUBMISSION_SAFE; /* for nobody */
			return COMMIT_ACCEPTED;
		}
		sub->phase = SUBMISSION_COMMITTING;
		if (commit_send(sub) == -1)
			submission_refuse(sub, SUBMISSION_TEMPFAIL, "");
	}
	if (sub->refusal != SUBMISSION_FINE)
		return COMMIT_REFUSED;
	return sub->phase == SUBMISSION_SAFE ? COMMIT_ACCEPTED : COMMIT_WAITS;
}
