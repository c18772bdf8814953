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
 * replies are matched to them in order.
 *
 * A message with 8-bit octets goes to a server without 8BITMIME as it is. RFC
 * 6152 section 3 has conversion or return instead; but all servers of today
 * carry 8 bits, and a conversion would break the signatures of the message.
 */

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crc32c.h"
#include "ehlo.h"
#include "job.h"
#include "limits.h"
#include "log.h"
#include "outcome.h"
#include "proto_submit.h"
#include "reader.h"
#include "reply.h"
#include "stuff.h"
#include "tx.h"

/* MAIL or RCPT with everything at its longest. */
#define TX_COMMAND_SIZE 1024u

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
	TX_EMPTY     /* the same, after DATA that nobody is to get */
};

struct tx {
	struct tx_output output;
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
	bool overflow;	 /* recipients are left for another transaction */
	bool failed;	 /* writing did not work */
	uint64_t offset; /* octets of the message that are written */
	uint32_t crc;	 /* of the body so far */
	enum stuff_state stuff;
};

/* A transaction to be started any number of times; NULL without memory. */
struct tx *
tx_new(const struct tx_output *output)
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
	job_free(tx->job);
	free(tx);
}

static void
put(struct tx *tx, const void *data, size_t len)
{
	if (tx->output.write(tx->output.arg, data, len) == -1)
		tx->failed = true;
}

static int
put_stuffed(void *arg, const void *data, size_t len)
{
	struct tx *tx = arg;

	put(tx, data, len);
	return tx->failed ? -1 : 0;
}

/* Append to a command; it cannot be too long, TX_COMMAND_SIZE sees to it. */
__attribute__((format(printf, 2, 3))) static void
append(char *cmd, const char *fmt, ...)
{
	size_t len = strlen(cmd);
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(cmd + len, TX_COMMAND_SIZE - len, fmt, ap);
	va_end(ap);
}

/* MAIL with what the server offers (RFC 1870, 6152, 6531, 3461). */
static void
put_mail(struct tx *tx)
{
	const struct work_batch *b = &tx->job->batch;
	char cmd[TX_COMMAND_SIZE] = "";

	append(cmd, "MAIL FROM:<%s>", b->return_path);
	if (tx->ehlo->size)
		append(cmd, " SIZE=%llu",
		    (unsigned long long)job_size(tx->job));
	if (tx->ehlo->eightbit && (b->flags & ENVELOPE_8BIT) != 0)
		append(cmd, " BODY=8BITMIME");
	if (tx->ehlo->smtputf8 && (b->flags & ENVELOPE_UTF8) != 0)
		append(cmd, " SMTPUTF8");
	if (tx->ehlo->dsn && (b->flags & ENVELOPE_RET_HDRS) != 0)
		append(cmd, " RET=HDRS");
	else if (tx->ehlo->dsn && (b->flags & ENVELOPE_RET_FULL) != 0)
		append(cmd, " RET=FULL");
	if (tx->ehlo->dsn && b->envid[0] != '\0')
		append(cmd, " ENVID=%s", b->envid);
	append(cmd, "\r\n");
	put(tx, cmd, strlen(cmd));
}

/* NOTIFY, RFC 3461 section 4.1. */
static void
append_notify(char *cmd, uint8_t notify)
{
	static const struct {
		uint8_t bit;
		const char *name;
	} words[] = { { NOTIFY_SUCCESS, "SUCCESS" },
		{ NOTIFY_FAILURE, "FAILURE" }, { NOTIFY_DELAY, "DELAY" } };
	const char *before = " NOTIFY=";
	size_t i;

	if ((notify & NOTIFY_NEVER) != 0) {
		append(cmd, " NOTIFY=NEVER");
		return;
	}
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if ((notify & words[i].bit) == 0)
			continue;
		append(cmd, "%s%s", before, words[i].name);
		before = ",";
	}
}

static void
put_rcpt(struct tx *tx, const struct work_rcpt *r)
{
	char cmd[TX_COMMAND_SIZE] = "";

	append(cmd, "RCPT TO:<%s>", r->address);
	if (tx->ehlo->dsn)
		append_notify(cmd, r->notify);
	if (tx->ehlo->dsn && r->orcpt[0] != '\0')
		append(cmd, " ORCPT=%s", r->orcpt);
	append(cmd, "\r\n");
	put(tx, cmd, strlen(cmd));
}

/* The number of DATA. */
static uint32_t
data_number(const struct tx *tx)
{
	return tx->rcpts + 1;
}

/* Send the next command, or with PIPELINING all of them. */
static void
put_commands(struct tx *tx)
{
	do {
		if (tx->sent == 0)
			put_mail(tx);
		else if (tx->sent < data_number(tx))
			put_rcpt(tx,
			    &tx->job->batch.rcpt[tx->rcpt[tx->sent - 1]]);
		else
			put(tx, "DATA\r\n", 6);
		tx->sent++;
	} while (tx->ehlo->pipelining && tx->sent <= data_number(tx));
}

/* The job is done. */
static enum tx_want
finish(struct tx *tx, enum tx_want want)
{
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

/* What can be said before anything is sent; true if it was. */
static bool
refuse_early(struct tx *tx)
{
	struct work_outcome out;

	if (tx->ehlo->size_max > 0 && job_size(tx->job) > tx->ehlo->size_max)
		out = local(tx, OUTCOME_PERMFAIL, "5.3.4",
		    "message is larger than the server takes");
	else if ((tx->job->batch.flags & ENVELOPE_UTF8) != 0 &&
	    !tx->ehlo->smtputf8)
		out = local(tx, OUTCOME_PERMFAIL, "5.6.7",
		    "the server does not take SMTPUTF8 addresses");
	else
		return false;
	job_outcome_all(tx->job, &out);
	return true;
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

/* A transaction with the recipients that are open. */
static enum tx_want
begin(struct tx *tx)
{
	uint32_t i;

	tx->rcpts = tx->sent = tx->answered = tx->accepted = 0;
	tx->mail_ok = tx->failed = false;
	tx->offset = 0;
	tx->crc = 0;
	tx->stuff = STUFF_LINE_START;
	for (i = 0; i < tx->job->batch.rcpts; i++)
		if (tx->job->state[i] == JOB_OPEN && tx->rcpts < WORK_RCPT_MAX)
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
	if (refuse_early(tx))
		return finish(tx, TX_DONE);
	return begin(tx);
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

/*
 * Whether the message that was read is the one that queue took.  Its sum goes
 * over the body and then the prefix, which was sent before.
 */
static bool
is_intact(struct tx *tx)
{
	const struct work_batch *b = &tx->job->batch;
	char buf[4096];
	uint32_t crc = tx->crc, n, off;

	for (off = 0; off < b->prefix_len; off += n) {
		n = b->prefix_len - off;
		if (n > sizeof(buf))
			n = sizeof(buf);
		if (segment_read(tx->job->segment, b->prefix_off + off, buf,
			n) == -1)
			return false;
		crc = crc32c(crc, buf, n);
	}
	return crc == b->crc;
}

/* Write as much of the message as the output buffer shall hold. */
static enum tx_want
put_message(struct tx *tx)
{
	const struct work_batch *b = &tx->job->batch;
	static char buf[BODY_CHUNK];
	uint64_t at, left;
	size_t n;

	while (tx->offset < job_size(tx->job)) {
		if (tx->output.unsent(tx->output.arg) > BODY_UNSENT_MAX)
			return TX_DRAIN;
		if (tx->offset < b->prefix_len) {
			at = b->prefix_off + tx->offset;
			left = b->prefix_len - tx->offset;
		} else {
			at = b->body_off + (tx->offset - b->prefix_len);
			left = job_size(tx->job) - tx->offset;
		}
		n = left < sizeof(buf) ? (size_t)left : sizeof(buf);
		if (segment_read(tx->job->segment, at, buf, n) == -1) {
			if (errno == EBADMSG)
				return damaged(tx);
			log_warn("batch %llu cannot be read",
			    (unsigned long long)b->batch);
			return broken(tx, "4.3.0", "message cannot be read");
		}
		if (tx->offset >= b->prefix_len)
			tx->crc = crc32c(tx->crc, buf, n);
		(void)stuff_bytes(&tx->stuff, buf, n, put_stuffed, tx);
		tx->offset += n;
	}
	if (!is_intact(tx))
		return damaged(tx);
	(void)stuff_end(&tx->stuff, put_stuffed, tx);
	tx->state = TX_END;
	return await_reply(tx);
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
	/* Nothing was accepted, so this transaction cannot be split. */
	return broken(tx, "4.5.3", "server takes no recipients");
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

	if (number == data_number(tx))
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
