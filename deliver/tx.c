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
 * Mail transactions (RFC 5321 section 3.3), pipelined where that is offered
 * (RFC 2920).  It owns the job while it works on it and gives each recipient
 * its outcome; what the connection is, the session knows.
 *
 * The commands of a transaction are numbered: 0 is MAIL, then one RCPT for
 * each recipient, the last is DATA.  With PIPELINING all are sent at once, and
 * replies are matched to them in order.  BDAT has no number: it is sent with
 * the message, when a recipient was accepted.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "body.h"
#include "command.h"
#include "ehlo.h"
#include "id.h"
#include "job.h"
#include "limits.h"
#include "log.h"
#include "outcome.h"
#include "proto_submit.h"
#include "recode.h"
#include "reply.h"
#include "tx.h"

/* Seconds to wait, RFC 5321 section 4.5.3.2. */
#define TX_TIMEOUT_COMMAND 300u
#define TX_TIMEOUT_DATA	   120u
#define TX_TIMEOUT_BLOCK   180u
#define TX_TIMEOUT_END	   600u

enum tx_state {
	TX_IDLE,
	TX_ENVELOPE, /* replies to MAIL, RCPT, DATA */
	TX_MESSAGE,  /* sending it */
	TX_END,	     /* the reply to the final dot */
	TX_EMPTY,    /* the same, after DATA that nobody is to get */
	TX_AGAIN     /* the reply to RSET, with recipients left */
};

struct tx {
	struct output output;
	enum tx_state state;
	struct job *job;
	const struct ehlo *ehlo;
	struct work_outcome where; /* host, address, tls */
	uint32_t rcpt[WORK_RCPT_MAX];
	uint32_t rcpts; /* in this transaction */
	uint32_t sent;	/* commands */
	uint32_t answered;
	uint32_t accepted;
	bool mail_ok;
	bool failed;	/* writing did not work */
	uint32_t tried; /* recipients of the job without outcome, before */
	struct body_plan plan;
	struct body body;
};

/* A transaction to be started any number of times; NULL without memory. */
struct tx *
tx_new(const struct output *output)
{
	struct tx *tx;

	tx = calloc(1, sizeof(*tx));
	if (tx != NULL)
		tx->output = *output;
	return tx;
}

/* Free it with its job, without an outcome; NULL is allowed. */
void
tx_free(struct tx *tx)
{
	if (tx == NULL)
		return;
	body_clear(&tx->body);
	job_free(tx->job);
	free(tx);
}

static void
put(struct tx *tx, const void *data, size_t len)
{
	if (tx->output.write(tx->output.arg, data, len) == -1)
		tx->failed = true;
}

/* The number of DATA. */
static uint32_t
data_number(const struct tx *tx)
{
	return tx->rcpts + 1;
}

/* One command by its number. */
static void
put_command(struct tx *tx, uint32_t number)
{
	const struct work_batch *b = &tx->job->batch;
	char cmd[COMMAND_SIZE] = "DATA\r\n";

	if (number == 0)
		command_mail(b, tx->ehlo, &tx->plan, cmd);
	else if (number < data_number(tx))
		command_rcpt(&b->rcpt[tx->rcpt[number - 1]], tx->ehlo, cmd);
	put(tx, cmd, strlen(cmd));
}

/* The number of the last command before the message. */
static uint32_t
last_number(const struct tx *tx)
{
	return tx->plan.chunk ? tx->rcpts : data_number(tx);
}

/* Send the next command, or with PIPELINING all of them. */
static void
put_commands(struct tx *tx)
{
	do {
		put_command(tx, tx->sent++);
	} while (tx->ehlo->pipelining && tx->sent <= last_number(tx));
}

/* The job is done. */
static enum tx_want
finish(struct tx *tx, enum tx_want want)
{
	body_clear(&tx->body);
	job_free(tx->job);
	tx->job = NULL;
	tx->state = TX_IDLE;
	return want;
}

/* An outcome of our own, with the host that it happened at. */
static struct work_outcome
local(const struct tx *tx, enum outcome outcome, const char *enhanced,
    const char *text)
{
	struct work_outcome out = tx->where;

	outcome_local(&out, outcome, enhanced, text);
	return out;
}

/* The sender or the header needs SMTPUTF8: why the message cannot go, or NULL.
 */
static const char *
needs_utf8(const struct tx *tx)
{
	char address[ADDRESS_SIZE];
	bool utf8;

	if (command_address(tx->job->batch.return_path, tx->ehlo, address) ==
	    -1)
		return "the sender's address is not ASCII, and the server does "
		       "not offer SMTPUTF8";
	/* What cannot be read now will be found out when it is sent. */
	if (body_header_is_utf8(tx->job, &utf8) == BODY_WHOLE && utf8)
		return "the message's header is not ASCII, and the server does "
		       "not offer SMTPUTF8";
	return NULL;
}

/* RFC 6531 section 3.6: what the server would not understand fails for good.
 */
static void
refuse_utf8(struct tx *tx)
{
	const struct work_batch *b = &tx->job->batch;
	char address[ADDRESS_SIZE];
	struct work_outcome out;
	const char *why;
	uint32_t i;

	if (tx->ehlo->smtputf8 || (b->flags & ENVELOPE_UTF8) == 0)
		return;
	why = needs_utf8(tx);
	if (why != NULL) {
		out = local(tx, OUTCOME_PERMFAIL, "5.6.7", why);
		job_outcome_all(tx->job, &out);
		return;
	}
	out = local(tx, OUTCOME_PERMFAIL, "5.6.7",
	    "the address is not ASCII, and the server does not offer "
	    "SMTPUTF8");
	for (i = 0; i < b->rcpts; i++)
		if (command_address(b->rcpt[i].address, tx->ehlo, address) ==
		    -1)
			job_outcome(tx->job, i, &out);
}

/* What can be said before anything is sent. */
static void
refuse_early(struct tx *tx)
{
	struct work_outcome out;

	refuse_utf8(tx);
	if (tx->ehlo->size_max == 0 || job_size(tx->job) <= tx->ehlo->size_max)
		return;
	out = local(tx, OUTCOME_PERMFAIL, "5.3.4",
	    "message is larger than the server takes");
	job_outcome_all(tx->job, &out);
}

/* The connection is lost, or so broken that it must be closed. */
static enum tx_want
broken(struct tx *tx, const char *enhanced, const char *text)
{
	struct work_outcome out;

	out = local(tx, OUTCOME_TEMPFAIL, enhanced, text);
	job_outcome_all(tx->job, &out);
	return finish(tx, TX_BROKEN);
}

/* Wait for a reply, unless what is to be answered could not be written. */
static enum tx_want
await_reply(struct tx *tx)
{
	if (tx->failed)
		return broken(tx, "4.3.0", "out of memory");
	return TX_REPLY;
}

/* Recipients that may be in one transaction (RFC 9422 section 4.2). */
static uint32_t
rcpt_limit(const struct tx *tx)
{
	uint32_t max = tx->ehlo->rcpt_max;

	return max == 0 || max > WORK_RCPT_MAX ? WORK_RCPT_MAX : max;
}

/* A transaction with the recipients that are open. */
static enum tx_want
begin(struct tx *tx)
{
	uint32_t i, limit;

	limit = rcpt_limit(tx);
	tx->rcpts = tx->sent = tx->answered = tx->accepted = 0;
	tx->mail_ok = tx->failed = false;
	tx->tried = tx->job->open;
	body_begin(&tx->body, &tx->plan, tx->job, &tx->output);
	for (i = 0; i < tx->job->batch.rcpts && tx->rcpts < limit; i++)
		if (tx->job->state[i] == JOB_OPEN)
			tx->rcpt[tx->rcpts++] = i;
	tx->state = TX_ENVELOPE;
	put_commands(tx);
	return await_reply(tx);
}

/*
 * Send a job, which is taken over, to a server that offers what ehlo says.
 * where has host, address and tls for outcomes; ehlo must stay as it is until
 * the end.
 */
enum tx_want
tx_start(struct tx *tx, struct job *job, const struct ehlo *ehlo,
    const struct work_outcome *where)
{
	tx->job = job;
	tx->ehlo = ehlo;
	tx->where = *where;
	tx->plan = body_plan(job, ehlo);
	refuse_early(tx);
	return job->open == 0 ? finish(tx, TX_DONE) : begin(tx);
}

/* What is stored is not what was taken: not one octet more is sent. */
static enum tx_want
damaged(struct tx *tx)
{
	struct work_outcome out;

	log_warnx("message %016llx is damaged on disk",
	    (unsigned long long)tx->job->batch.message);
	out = local(tx, OUTCOME_DAMAGED, "5.3.0",
	    "message was damaged in storage");
	job_outcome_all(tx->job, &out);
	return finish(tx, TX_BROKEN);
}

/* What was done to the message, for the operator. */
static void
log_recoded(const struct tx *tx)
{
	unsigned report = body_report(&tx->body);
	char id[ID_TEXT_SIZE];

	if ((report & (RECODE_CHANGED | RECODE_LEFT)) == 0)
		return;
	log_info("%s host=%s address=%s re-encoded=%s signatures=%s left=%s",
	    id_format(tx->job->batch.message, id), tx->where.host,
	    tx->where.address, (report & RECODE_CHANGED) != 0 ? "yes" : "no",
	    (report & RECODE_CHANGED) != 0 ? "broken" : "kept",
	    (report & RECODE_LEFT) != 0 ?
		"what the server does not promise to take" :
		"nothing");
}

/* Write as much of the message as the output buffer shall hold. */
static enum tx_want
put_message(struct tx *tx)
{
	switch (body_put(&tx->body)) {
	case BODY_MORE:
		return TX_DRAIN;
	case BODY_WHOLE:
		log_recoded(tx);
		tx->state = TX_END;
		return await_reply(tx);
	case BODY_DAMAGED:
		return damaged(tx);
	case BODY_UNREADABLE:
		return broken(tx, "4.3.0", "message cannot be read");
	case BODY_NOMEM:
	default:
		return broken(tx, "4.3.0", "out of memory");
	}
}

/* All commands are answered and no message is to be sent. */
static enum tx_want
envelope_failed(struct tx *tx, bool data_open)
{
	if (data_open) {
		put(tx, ".\r\n", 3);
		tx->state = TX_EMPTY;
		return await_reply(tx);
	}
	if (tx->job->open == 0)
		return finish(tx, TX_RESET);
	if (tx->job->open == tx->tried)
		return broken(tx, "4.5.3", "server takes no recipients");
	tx->state = TX_AGAIN;
	put(tx, "RSET\r\n", 6);
	return await_reply(tx);
}

static void
mail_reply(struct tx *tx, const struct reply *r)
{
	struct work_outcome out = tx->where;

	tx->mail_ok = r->code < 300;
	if (tx->mail_ok)
		return;
	outcome_from_reply(&out, STAGE_MAIL, r);
	job_outcome_all(tx->job, &out);
}

static void
rcpt_reply(struct tx *tx, uint32_t i, const struct reply *r)
{
	struct work_outcome out = tx->where;

	if (tx->job->state[i] == JOB_DONE)
		return; /* MAIL was refused */
	if (r->code < 300) {
		tx->job->state[i] = JOB_ACCEPTED;
		tx->accepted++;
		return;
	}
	/* Too many recipients: the rest in another transaction. */
	if (tx->accepted > 0 &&
	    (r->code == 452 ||
		(r->code == 552 && strcmp(r->enhanced, "5.5.3") == 0)) &&
	    (r->enhanced[0] == '\0' || strcmp(r->enhanced + 1, ".5.3") == 0))
		return; /* it stays open */
	outcome_from_reply(&out, STAGE_RCPT, r);
	job_outcome(tx->job, i, &out);
}

static enum tx_want
data_reply(struct tx *tx, const struct reply *r)
{
	struct work_outcome out = tx->where;
	bool go = r->code >= 300 && r->code < 400;

	if (r->code < 300)
		return broken(tx, "4.5.0", "server answered DATA with success");
	if (tx->accepted == 0)
		return envelope_failed(tx, go);
	if (go) {
		tx->state = TX_MESSAGE;
		return put_message(tx);
	}
	outcome_from_reply(&out, STAGE_DATA, r);
	job_outcome_all(tx->job, &out);
	return finish(tx, TX_RESET);
}

static enum tx_want
envelope_reply(struct tx *tx, const struct reply *r)
{
	uint32_t number = tx->answered++;

	if (number > tx->rcpts)
		return data_reply(tx, r);
	if (r->code >= 300 && r->code < 400)
		return broken(tx, "4.5.0", "server answered out of order");
	if (number == 0)
		mail_reply(tx, r);
	else
		rcpt_reply(tx, tx->rcpt[number - 1], r);
	if (tx->answered < tx->sent)
		return TX_REPLY;
	if (!tx->mail_ok)
		return finish(tx, TX_RESET);
	if (tx->answered == data_number(tx) && tx->accepted == 0)
		return envelope_failed(tx, false);
	if (tx->answered > last_number(tx)) {
		tx->state = TX_MESSAGE;
		return put_message(tx);
	}
	put_commands(tx);
	return await_reply(tx);
}

static enum tx_want
end_reply(struct tx *tx, const struct reply *r)
{
	struct work_outcome out = tx->where;

	outcome_from_reply(&out, STAGE_END, r);
	out.dsn = out.outcome == OUTCOME_DELIVERED && tx->ehlo->dsn;
	if (r->code >= 300 && r->code < 400)
		outcome_local(&out, OUTCOME_TEMPFAIL, "4.5.0",
		    "server answered the message with a question");
	job_outcome_accepted(tx->job, &out);
	if (tx->job->open > 0)
		return begin(tx);
	return finish(tx, TX_DONE);
}

/* An answer before the message was whole: it is the answer to it. */
static enum tx_want
early_reply(struct tx *tx, const struct reply *r)
{
	struct work_outcome out = tx->where;

	if (r->code < 400)
		return broken(tx, "4.5.0",
		    "server answered within the message");
	outcome_from_reply(&out, STAGE_END, r);
	job_outcome_all(tx->job, &out);
	return finish(tx, TX_BROKEN);
}

/*
 * The next reply, but not 421: then the connection is over, and the caller
 * calls tx_take_back() or tx_over() instead.
 */
enum tx_want
tx_reply(struct tx *tx, const struct reply *r)
{
	switch (tx->state) {
	case TX_ENVELOPE:
		return envelope_reply(tx, r);
	case TX_MESSAGE:
		return early_reply(tx, r);
	case TX_END:
		return end_reply(tx, r);
	case TX_EMPTY:
		tx->state = TX_ENVELOPE;
		return envelope_failed(tx, false);
	case TX_AGAIN:
		if (r->code >= 300)
			return broken(tx, "4.5.0", "server refused RSET");
		return begin(tx);
	case TX_IDLE:
	default:
		return TX_BROKEN; /* nobody asked */
	}
}

/* There is room in the output buffer; only after TX_DRAIN. */
enum tx_want
tx_more(struct tx *tx)
{
	return tx->state == TX_MESSAGE ? put_message(tx) : TX_REPLY;
}

/*
 * The connection is lost: all that is open fails for now.  After the final dot
 * nobody knows whether the server took the message.
 */
void
tx_lost(struct tx *tx, const char *text)
{
	char both[REPLY_TEXT_SIZE];

	if (tx->job == NULL)
		return;
	if (tx->state != TX_END) {
		(void)broken(tx, "4.4.2", text);
		return;
	}
	(void)snprintf(both, sizeof(both),
	    "%s after the message was sent: it may arrive twice", text);
	(void)broken(tx, "4.4.2", both);
}

/* The server ends the connection with 421: all that is open fails for now. */
void
tx_over(struct tx *tx, const struct reply *r)
{
	struct work_outcome out = tx->where;

	if (tx->job == NULL)
		return;
	outcome_from_reply(&out, STAGE_MAIL, r);
	job_outcome_all(tx->job, &out);
	(void)finish(tx, TX_BROKEN);
}

/*
 * Take the job back, to try it elsewhere, if the server has answered nothing
 * of it; else NULL.
 */
struct job *
tx_take_back(struct tx *tx)
{
	struct job *job = tx->job;

	if (job == NULL || tx->state != TX_ENVELOPE || tx->answered > 0 ||
	    job->open != job->batch.rcpts)
		return NULL;
	tx->job = NULL;
	tx->state = TX_IDLE;
	return job;
}

/* Whether nothing of the message was sent. */
bool
tx_may_yield(const struct tx *tx)
{
	return tx->state == TX_ENVELOPE;
}

/* Take the job back, as far as it got; NULL if there is none. */
struct job *
tx_yield(struct tx *tx)
{
	struct job *job = tx->job;
	uint32_t i;

	for (i = 0; job != NULL && i < job->batch.rcpts; i++)
		if (job->state[i] == JOB_ACCEPTED)
			job->state[i] = JOB_OPEN;
	tx->job = NULL;
	tx->state = TX_IDLE;
	body_clear(&tx->body);
	return job;
}

/*
 * Seconds that the present wait may take: for a reply, or while the message
 * is sent for each block to leave.
 */
unsigned
tx_timeout(const struct tx *tx)
{
	switch (tx->state) {
	case TX_MESSAGE:
		return TX_TIMEOUT_BLOCK;
	case TX_END:
	case TX_EMPTY:
		return TX_TIMEOUT_END;
	default:
		return tx->answered == data_number(tx) ? TX_TIMEOUT_DATA :
							 TX_TIMEOUT_COMMAND;
	}
}

/* The message is on its way. */
bool
tx_is_sending(const struct tx *tx)
{
	return tx->state == TX_MESSAGE;
}
