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
 * From a request to the queue, through what SMTP's messages go through too.
 * All recipients are taken, or none: a request has one answer. What refuses it
 * becomes a row of the table of errors, and a line of the journal.
 */
#include "submit.h"

#include <sys/random.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth.h"
#include "commit.h"
#include "compat.h"
#include "content.h"
#include "exchange.h"
#include "fault.h"
#include "fields.h"
#include "frontconf.h"
#include "histogram.h"
#include "httpd.h"
#include "id.h"
#include "idn.h"
#include "journal.h"
#include "monotime.h"
#include "peers.h"
#include "place.h"
#include "proto_claim.h"
#include "proto_policy.h"
#include "proto_submit.h"
#include "rcptset.h"
#include "recipient.h"
#include "retry.h"
#include "senders.h"
#include "submission.h"
#include "units.h"

enum submit_phase {
	SUBMIT_CLAIM,
	SUBMIT_SENDER,
	SUBMIT_RCPTS,
	SUBMIT_CONTENT,
	SUBMIT_FINISH,
	SUBMIT_OVER
};

struct submit {
	struct exchange *x;
	struct submit_wish wish;
	enum submit_phase phase;
	struct submission_client client;
	struct submission sub;
	bool begun; /* sub is there */
	uint64_t ask;
	int64_t ended;	      /* all of it was here, monotonic microseconds */
	struct address ascii; /* the sender */
	char compartment[OBJECT_ID_SIZE]; /* of it; empty if not known */
	struct rcptset rcpts;
	struct retry retry; /* its claim is sub's from the begin of that */
	char envelope[33];
};

/* Rows of the table of errors for what refuses a submission. */
static const enum fault_kind faults[] = {
	[SUBMISSION_FINE] = FAULT_INTERNAL,
	[SUBMISSION_GONE] = FAULT_INTERNAL,
	[SUBMISSION_TEMPFAIL] = FAULT_INTERNAL,
	[SUBMISSION_FULL] = FAULT_INTERNAL,
	[SUBMISSION_THROTTLED] = FAULT_BUSY,
	[SUBMISSION_UNAUTHORIZED] = FAULT_SENDER,
	[SUBMISSION_MINUTE] = FAULT_PER_MINUTE,
	[SUBMISSION_DAY] = FAULT_PER_DAY,
	[SUBMISSION_SIZE] = FAULT_TOOBIG,
	[SUBMISSION_FROM] = FAULT_ADDRESS,
	[SUBMISSION_PARSE] = FAULT_PARAMETER,
};

/* Its number with the queue; 0 if it has none. */
static uint64_t
submit_message(const struct submit *s)
{
	if (s->retry.again != NULL)
		return s->retry.again->message;
	return s->begun ? s->sub.message : 0;
}

/* The request comes to nothing: its retry token is free again. */
static void
submit_unclaim(struct submit *s)
{
	if (s->begun)
		submission_unclaim(&s->sub);
	else
		retry_drop(&s->retry, s->x);
}

/* With what is known of the message; f is NULL if it was accepted. */
static void
submit_journal(const struct submit *s, enum submit_event_kind kind,
    const char *rcpt, const struct fault *f)
{
	struct submit_event *ev;

	ev = journal_event(s->x, kind);
	if (ev == NULL)
		return;
	ev->message = submit_message(s);
	(void)strlcpy(ev->compartment, s->compartment, sizeof(ev->compartment));
	(void)strlcpy(ev->sender, s->wish.sender->mailbox, sizeof(ev->sender));
	(void)strlcpy(ev->rcpt, rcpt, sizeof(ev->rcpt));
	if (f != NULL)
		journal_fault(ev, f);
	peers_event(s->x->httpd->sub.peers, ev);
	free(ev);
}

/* Refuse the request; the first reason counts. */
static void
submit_fault(struct submit *s, const struct fault *f, const char *rcpt)
{
	if (s->phase == SUBMIT_OVER)
		return;
	s->phase = SUBMIT_OVER;
	submit_unclaim(s); /* before the client can come again */
	submit_journal(s, SUBMIT_EV_REJECTED, rcpt, f);
	exchange_fail(s->x, f);
}

/* The same of a kind of fault. */
static void
submit_fail(struct submit *s, enum fault_kind kind, const char *detail,
    const char *rcpt)
{
	struct fault f;

	(void)fault_set(&f, kind, detail);
	submit_fault(s, &f, rcpt);
}

/* The submission was refused. */
static void
submit_refused(struct submit *s)
{
	const struct submission *sub;
	const char *detail;

	sub = &s->sub;
	detail = sub->detail;
	if (sub->refusal == SUBMISSION_PARSE)
		detail = "The message is not formed according to RFCs.";
	submit_fail(s, faults[sub->refusal], detail, "");
}

static void
submit_set_client(struct submit *s)
{
	struct submission_client *c;
	struct exchange *x;

	x = s->x;
	c = &s->client;
	c->env = &x->httpd->sub;
	c->who = x;
	c->senders = &x->senders;
	c->hostname = x->conf->hostname;
	c->user = x->user;
	c->credential = x->credential;
	c->source = x->source;
	c->request = x->id;
	c->helo = "unknown";
	c->tls = x->tls;
	c->message_size = x->conf->smtp.message_size;
	c->strict = false;
	c->named = x->conf->smtp.received_client;
}

/* Recipients are there and the queue has opened the message, or need not. */
static bool
submit_is_ready(struct submit *s)
{
	struct submission *sub;

	sub = &s->sub;
	if (sub->answered < sub->rcpts_len)
		return false;
	if (sub->live == 0) /* for nobody: nothing is stored */
		return sub->open_ask == 0;
	return submission_is_open(sub);
}

/* The queue had it open and is another one now: nobody opens it again. */
static bool
submit_is_lost(struct submit *s)
{
	struct submission *sub;

	sub = &s->sub;
	return sub->open_ask == 0 && sub->message != 0 &&
	    !submission_is_open(sub);
}

/* What control said of the recipients; false: the request was refused. */
static bool
submit_check_rcpts(struct submit *s)
{
	const struct recipient *r;
	char limit[16];
	size_t i;

	for (i = 0; i < s->sub.rcpts_len; i++) {
		r = &s->sub.rcpts[i];
		if (r->state != RECIPIENT_REFUSED)
			continue;
		(void)snprintf(limit, sizeof(limit), "%u", r->limit);
		if (r->status == POLICY_MINUTE)
			submit_fail(s, FAULT_PER_MINUTE, limit, r->address);
		else if (r->status == POLICY_DAY)
			submit_fail(s, FAULT_PER_DAY, limit, r->address);
		else
			submit_fail(s, FAULT_INTERNAL, NULL, r->address);
		return false;
	}
	return true;
}

/* Go on to the content, once all is known that comes before it. */
static void
submit_rcpts_step(struct submit *s)
{
	if (s->phase != SUBMIT_RCPTS)
		return;
	if (submit_is_lost(s)) {
		submit_fail(s, FAULT_INTERNAL, NULL, "");
		return;
	}
	if (!submit_is_ready(s) || !submit_check_rcpts(s))
		return;
	if (s->sub.live == 0)
		submission_close(&s->sub);
	if (content_begin(&s->sub, true) == -1) {
		submit_fail(s, FAULT_INTERNAL, NULL, "");
		return;
	}
	s->phase = SUBMIT_CONTENT;
	s->wish.ready(s->x, s);
}

/* Whether it has as many recipients as it may; false: it was refused. */
static bool
submit_check_count(struct submit *s)
{
	char text[FAULT_DETAIL_SIZE];
	uint32_t max;

	max = submission_rcpt_max(&s->sub, s->x->conf->smtp.rcpt_max);
	if (s->rcpts.len <= max)
		return true;
	(void)snprintf(text, sizeof(text),
	    "Maximum recipients of a message reached : limit is %" PRIu32, max);
	submit_fail(s, FAULT_LIMIT, text, "");
	return false;
}

/* Ask about each recipient. */
static void
submit_ask_rcpts(struct submit *s)
{
	struct recipient *r;
	size_t i;

	if (!submit_check_count(s))
		return;
	for (i = 0; i < s->rcpts.len; i++) {
		r = recipient_add(&s->sub, s->rcpts.given[i], "", 0);
		if (r == NULL ||
		    recipient_ask(&s->sub, r, &s->rcpts.ascii[i]) == -1) {
			submit_fail(s, FAULT_INTERNAL, NULL, "");
			return;
		}
	}
	if (submission_open(&s->sub, s->wish.size) == -1)
		submit_fail(s, FAULT_INTERNAL, NULL, "");
}

/* The sender is approved, in its compartment alone. */
static void
submit_sender_good(struct submit *s, const struct policy_sender_reply *by)
{
	(void)strlcpy(s->compartment, by->compartment, sizeof(s->compartment));
	if (!place_is(s->wish.compartment, by->compartment,
		by->compartment_name)) {
		submit_fail(s, FAULT_SENDER, s->wish.sender->mailbox, "");
		return;
	}
	submission_init(&s->sub, &s->client, by);
	s->begun = true;
	s->sub.claim = s->retry.claim;
	s->sub.claim_epoch = s->retry.epoch;
	s->retry.claim = 0;
	s->sub.sender = s->wish.sender->mailbox;
	s->sub.protocol = "HTTPS";
	s->sub.size = s->wish.size;
	s->sub.may_utf8 = s->wish.utf8;
	s->sub.utf8 = !address_is_ascii(s->wish.sender);
	s->phase = SUBMIT_RCPTS;
	submit_ask_rcpts(s);
}

/* control's answer about the sender. */
static void
submit_sender(struct submit *s, const struct policy_sender_reply *reply)
{
	switch (reply->status) {
	case POLICY_OK:
		senders_add(&s->x->senders, &s->ascii, reply, monotime());
		submit_sender_good(s, reply);
		break;
	case POLICY_NO:
		(void)strlcpy(s->compartment, reply->compartment,
		    sizeof(s->compartment));
		submit_fail(s, FAULT_SENDER, s->wish.sender->mailbox, "");
		break;
	case POLICY_THROTTLED:
		submit_fail(s, FAULT_BUSY, NULL, "");
		break;
	default:
		submit_fail(s, FAULT_INTERNAL, NULL, "");
		break;
	}
}

/* May this user send as that address? */
static void
submit_ask_sender(struct submit *s)
{
	const struct policy_sender_reply *known;

	s->phase = SUBMIT_SENDER;
	known = senders_find(&s->x->senders, &s->ascii, monotime());
	if (known != NULL) {
		submit_sender_good(s, known);
		return;
	}
	s->ask = senders_ask(&s->client, &s->ascii);
	if (s->ask == 0)
		submit_fail(s, FAULT_INTERNAL, NULL, "");
}

/*
 * Before all else: did this request come before? If so nothing that has
 * changed since then, nor a limit, is a reason for another answer.
 */
static void
submit_ask_claim(struct submit *s)
{
	struct fault f;

	switch (retry_ask(&s->retry, s->x, &f)) {
	case RETRY_ASKED:
		break;
	case RETRY_NONE:
		submit_ask_sender(s);
		break;
	default:
		submit_fault(s, &f, "");
		break;
	}
}

/* A claim for this request alone. */
static void
submit_claim_new(struct submit *s)
{
	if (!s->x->replayed) {
		submit_ask_sender(s);
		return;
	}
	/* What came before came to nothing, and this is no new request. */
	submit_unclaim(s);
	s->phase = SUBMIT_OVER;
	auth_refuse_replay(s->x);
}

/* The queue's answer about the retry token. */
static void
submit_claimed(struct submit *s, const struct submit_claimed *reply)
{
	struct fault f;

	switch (retry_answer(&s->retry, reply, &f)) {
	case RETRY_NEW:
		submit_claim_new(s);
		break;
	case RETRY_AGAIN: /* its body is compared, then it is answered */
		s->phase = SUBMIT_CONTENT;
		s->wish.ready(s->x, s);
		break;
	default:
		submit_fault(s, &f, "");
		break;
	}
}

/*
 * Begin to hand in a message. It may have been refused when this returns. The
 * caller frees it, at the end of the exchange; NULL: answered already.
 */
struct submit *
submit_begin(struct exchange *x, const struct submit_wish *wish)
{
	struct submit *s;
	size_t i;

	s = peers_draining(x->httpd->sub.peers) ? NULL : calloc(1, sizeof(*s));
	if (s == NULL) {
		exchange_refuse(x, FAULT_UNAVAILABLE, NULL);
		return NULL;
	}
	s->x = x;
	s->wish = *wish;
	submit_set_client(s);
	if (idn_address_ascii(wish->sender, &s->ascii) == -1) {
		submit_fail(s, FAULT_ADDRESS, wish->sender->mailbox, "");
		return s;
	}
	for (i = 0; i < wish->rcpts_len; i++) {
		if (rcptset_add(&s->rcpts, wish->rcpts[i]) == -1) {
			submit_fail(s, FAULT_ADDRESS, wish->rcpts[i]->mailbox,
			    "");
			return s;
		}
	}
	submit_ask_claim(s);
	return s;
}

/* Free it; what the queue has of it is aborted. NULL is allowed. */
void
submit_free(struct submit *s)
{
	if (s == NULL)
		return;
	submit_unclaim(s);
	if (s->begun)
		submission_clear(&s->sub);
	retry_clear(&s->retry, s->x);
	free(s);
}

/* Octets of the message. -1: it was refused, and answered. */
int
submit_content(struct submit *s, const char *p, size_t len)
{
	if (s->retry.again != NULL)
		return 0;
	(void)content_feed(&s->sub, p, len);
	if (s->sub.refusal == SUBMISSION_FINE)
		return 0;
	submit_refused(s);
	return -1;
}

/* For the journal: what is said of a suppressed recipient. */
static void
submit_text_cb(const struct recipient *r, void *arg, char text[REPLY_TEXT_SIZE])
{
	(void)snprintf(text, REPLY_TEXT_SIZE, "200 suppressedRecipients %s",
	    r->address);
}

/* The message is durable, or for nobody. */
static void
submit_accepted(struct submit *s)
{
	struct frontstats *stats;
	uint64_t chance[2];

	s->phase = SUBMIT_OVER;
	stats = &s->x->httpd->stats;
	stats->messages++;
	stats->recipients += s->sub.live;
	stats->suppressed += s->sub.suppressed;
	histogram_add(&stats->accept, monotime_us() - s->ended);
	commit_report(&s->sub, submit_text_cb, s);
	if (s->sub.message != 0) {
		(void)id_format(s->sub.message, s->envelope);
		submit_journal(s, SUBMIT_EV_REQUEST, "", NULL);
	} else if (getrandom(chance, sizeof(chance), 0) == sizeof(chance)) {
		(void)snprintf(s->envelope, sizeof(s->envelope),
		    "%016llx%016llx", (unsigned long long)chance[0],
		    (unsigned long long)chance[1]);
	}
	s->wish.done(s->x, s);
}

static void
submit_finish(struct submit *s)
{
	if (s->phase != SUBMIT_FINISH)
		return;
	switch (commit_step(&s->sub)) {
	case COMMIT_WAITS:
		break;
	case COMMIT_ACCEPTED:
		submit_accepted(s);
		break;
	case COMMIT_REFUSED:
		submit_refused(s);
		break;
	}
}

/* Answer as the first time, if it is the same request. */
static void
submit_repeat(struct submit *s)
{
	struct fault f;

	if (retry_check(&s->retry, s->x, &f) == -1) {
		submit_fault(s, &f, "");
		return;
	}
	s->phase = SUBMIT_OVER;
	(void)id_format(s->retry.again->message, s->envelope);
	submit_journal(s, SUBMIT_EV_REQUEST, "", NULL);
	s->wish.done(s->x, s);
}

/* All octets were given: sign and store it, then done is called. */
void
submit_end(struct submit *s)
{
	if (s->retry.again != NULL) {
		submit_repeat(s);
		return;
	}
	if (s->sub.claim != 0 && retry_digest(s->x, s->sub.digest) == -1) {
		submit_fail(s, FAULT_INTERNAL, NULL, "");
		return;
	}
	s->ended = monotime_us();
	content_end(&s->sub);
	s->phase = SUBMIT_FINISH;
	submit_finish(s);
}

/* An answer before the content. */
static void
submit_early(struct submit *s, enum exchange_event ev, uint64_t id,
    const void *reply)
{
	if (reply == NULL) {
		submit_fail(s, FAULT_INTERNAL, NULL, "");
		return;
	}
	if (ev == EXCHANGE_EV_CLAIMED && s->phase == SUBMIT_CLAIM &&
	    id == s->retry.ask) {
		submit_claimed(s, reply);
		return;
	}
	if (ev == EXCHANGE_EV_SENDER && s->phase == SUBMIT_SENDER &&
	    id == s->ask) {
		submit_sender(s, reply);
		return;
	}
	if (s->phase != SUBMIT_RCPTS)
		return;
	if (ev == EXCHANGE_EV_OPENED && id == s->sub.open_ask) {
		if (submission_opened(&s->sub, reply) != SUBMISSION_FINE)
			submit_fail(s, FAULT_INTERNAL, NULL, "");
	} else if (ev == EXCHANGE_EV_RCPT) {
		struct recipient *r;

		r = recipient_answer(&s->sub, id, reply);
		if (r != NULL && r->status == POLICY_NO)
			recipient_suppress(&s->sub, r);
	}
	submit_rcpts_step(s);
}

/* A peer has answered; ev is of enum exchange_event. */
void
submit_event(struct submit *s, int ev, uint64_t id, const void *reply)
{
	struct submission *sub;

	if (s->phase == SUBMIT_OVER || ev == EXCHANGE_EV_ROOM)
		return;
	if (s->phase < SUBMIT_CONTENT) {
		submit_early(s, (enum exchange_event)ev, id, reply);
		return;
	}
	sub = &s->sub;
	switch ((enum exchange_event)ev) {
	case EXCHANGE_EV_SENDER:
		commit_sender(sub, id, reply);
		break;
	case EXCHANGE_EV_RCPT:
		units_answer(sub, id, reply);
		break;
	case EXCHANGE_EV_SIGNATURE:
		commit_signature(sub, id, reply);
		break;
	case EXCHANGE_EV_DONE:
		commit_done(sub, reply);
		break;
	default:
		break;
	}
	submit_finish(s);
}

/* The Message-ID without its brackets, "" if it has none. */
void
submit_message_id(const struct submit *s, char id[MESSAGE_ID_SIZE])
{
	size_t len;

	id[0] = '\0';
	if (s->retry.again != NULL)
		(void)strlcpy(id, s->retry.again->message_id, MESSAGE_ID_SIZE);
	else if (s->sub.header != NULL)
		fields_copy_id(s->sub.header, id, MESSAGE_ID_SIZE);
	len = strlen(id);
	if (len >= 2 && id[0] == '<' && id[len - 1] == '>') {
		memmove(id, id + 1, len - 2);
		id[len - 2] = '\0';
	}
}

/* What a client may quote to the operator. */
const char *
submit_envelope_id(const struct submit *s)
{
	return s->envelope;
}

/*
 * Whether that recipient of the wish gets nothing, being suppressed. Of one that
 * was given more than once only the first place says so.
 */
bool
submit_is_suppressed(const struct submit *s, size_t rcpt)
{
	size_t i;

	if (!rcptset_first(&s->rcpts, rcpt, &i))
		return false;
	if (s->retry.again != NULL)
		return i < 64 && (s->retry.again->suppressed >> i & 1) != 0;
	return i < s->sub.rcpts_len &&
	    s->sub.rcpts[i].state == RECIPIENT_SUPPRESSED;
}
