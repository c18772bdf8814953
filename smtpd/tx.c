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
 * Mail transactions. What becomes of the message is decided in lib, by what
 * it shares with other front ends; here it becomes SMTP.
 */
#include "tx.h"

#include <stdlib.h>

#include "commit.h"
#include "compat.h"
#include "content.h"
#include "frontconf.h"
#include "histogram.h"
#include "id.h"
#include "monotime.h"
#include "proto_policy.h"
#include "senders.h"
#include "session.h"

/* Replies that refuse a message. */
static const enum reply refusals[] = {
	[SUBMISSION_FINE] = REPLY_NONE,
	[SUBMISSION_GONE] = REPLY_PROBLEM,
	[SUBMISSION_TEMPFAIL] = REPLY_PROCESSING,
	[SUBMISSION_FULL] = REPLY_STORAGE,
	[SUBMISSION_THROTTLED] = REPLY_AUTH_FAILURES,
	[SUBMISSION_UNAUTHORIZED] = REPLY_NOT_AUTHORIZED,
	[SUBMISSION_MINUTE] = REPLY_RATE_MINUTE,
	[SUBMISSION_DAY] = REPLY_RATE_DAY,
	[SUBMISSION_SIZE] = REPLY_SIZE,
	[SUBMISSION_FROM] = REPLY_FROM_BAD,
	[SUBMISSION_PARSE] = REPLY_PARSE,
};

/* Say whose the messages of a session are, to those who take them. */
void
tx_set_client(struct session *s)
{
	struct submission_client *c;

	c = &s->client;
	c->env = &s->env->sub;
	c->who = s;
	c->senders = &s->senders;
	c->hostname = s->conf->hostname;
	c->user = s->user;
	c->credential = s->credential;
	c->source = s->source;
	c->helo = s->helo;
	c->tls = s->tls;
	c->message_size = s->conf->smtp.message_size;
	c->strict = s->conf->smtp.strict;
	c->named = s->conf->smtp.received_client;
}

/* For "with" in Received (RFC 3848, and RFC 6531 section 4.3). */
static const char *
tx_protocol(const struct session *s)
{
	if (s->asked.utf8)
		return s->tls[0] == '\0' ? "UTF8SMTPA" : "UTF8SMTPSA";
	return s->tls[0] == '\0' ? "ESMTPA" : "ESMTPSA";
}

/*
 * A transaction of the MAIL that control approved. Freed with tx_free(). NULL
 * without memory.
 */
struct tx *
tx_new(const struct session *s, const struct policy_sender_reply *by)
{
	struct submission *sub;
	struct tx *tx;

	tx = calloc(1, sizeof(*tx));
	if (tx == NULL)
		return NULL;
	tx->mail = s->asked;
	tx->generation = senders_generation();
	sub = &tx->sub;
	submission_init(sub, &s->client, by);
	sub->sender = tx->mail.path.mailbox;
	sub->envid = tx->mail.envid;
	sub->protocol = tx_protocol(s);
	sub->size = tx->mail.size;
	sub->ret = tx->mail.ret;
	sub->binary = tx->mail.body == COMMAND_BODY_BINARY;
	sub->eight = tx->mail.body == COMMAND_BODY_8BIT;
	sub->may_utf8 = tx->mail.utf8;
	sub->utf8 = !address_is_ascii(&tx->mail.path);
	return tx;
}

/* Free it, and abort what the queue has of it; NULL is allowed. */
void
tx_free(struct tx *tx)
{
	if (tx == NULL)
		return;
	submission_clear(&tx->sub);
	free(tx);
}

/* Recipients that control has not answered yet, whatever was replied. */
size_t
tx_pending(const struct tx *tx)
{
	return tx->sub.rcpts_len - tx->sub.answered;
}

/* Recipients that the client believes accepted. */
size_t
tx_accepted(const struct tx *tx)
{
	return tx->sub.live + tx->sub.suppressed + tx->regretted;
}

/* Whether there is something of the message that is for the queue. */
bool
tx_has_content(const struct tx *tx)
{
	return tx->sub.live > 0 && tx->sub.refusal == SUBMISSION_FINE;
}

/* How a suppressed recipient is answered (decisions: 250, 254 or 550). */
static enum reply
tx_suppressed_reply(const struct conf_smtp *smtp)
{
	switch (smtp->suppressed_reply) {
	case 250:
		return REPLY_RCPT_OK;
	case 550:
		return REPLY_REFUSED_SUPPRESSED;
	default:
		return smtp->enhanced_codes ? REPLY_RCPT_OK : REPLY_SUPPRESSED;
	}
}

/*
 * Whether control's answer about the recipient that was added last makes no
 * difference to the reply, and no other reply is due before. Control is asked
 * all the same: what it says decides whether the message goes there.
 */
bool
tx_rcpt_is_sure(const struct session *s)
{
	const struct conf_smtp *smtp;
	const struct tx *tx;

	tx = s->tx;
	smtp = &s->conf->smtp;
	return tx->replied + 1 == tx->sub.rcpts_len && tx->sub.by.uncounted &&
	    tx->generation == senders_generation() &&
	    smtp->suppressed_reply != 550 &&
	    (tx->sub.by.unsuppressed ||
		tx_suppressed_reply(smtp) == REPLY_RCPT_OK);
}

/* The reply to RCPT, once control has answered. */
enum reply
tx_rcpt_reply(const struct session *s, const struct recipient *rcpt)
{
	switch (rcpt->status) {
	case POLICY_OK:
		return REPLY_RCPT_OK;
	case POLICY_NO:
		return tx_suppressed_reply(&s->conf->smtp);
	case POLICY_MINUTE:
		return REPLY_RATE_MINUTE;
	case POLICY_DAY:
		return REPLY_RATE_DAY;
	default:
		return REPLY_SERVER_ERROR;
	}
}

/* The end of a message was read. */
void
tx_data_end(struct session *s)
{
	content_end(&s->tx->sub);
	s->env->stats.octets += s->tx->sub.data.size;
	s->tx->ended = monotime_us();
	session_enter(s, SESSION_COMMIT);
}

/* The transaction is over; the session reads commands again. */
static void
tx_end(struct session *s)
{
	session_reset(s);
	if (s->state == SESSION_COMMIT)
		session_enter(s, SESSION_COMMAND);
}

/* Say why the message is refused, and forget it. */
void
tx_refuse(struct session *s)
{
	const struct submission *sub;
	enum reply reply;

	sub = &s->tx->sub;
	reply = refusals[sub->refusal];
	if (reply == REPLY_SIZE &&
	    submission_size_max(sub) < s->client.message_size)
		reply = REPLY_SIZE_LIMIT;
	session_refuse(s, reply, sub->detail, NULL, "");
	session_cancel(s);
	tx_end(s);
}

/* For the journal: the reply to a suppressed recipient. */
static void
tx_text_cb(const struct recipient *rcpt, void *arg, char text[REPLY_TEXT_SIZE])
{
	char line[REPLY_LINE_SIZE];
	const struct session *s;

	s = arg;
	(void)reply_format(tx_rcpt_reply(s, rcpt), s->conf->smtp.enhanced_codes,
	    s->user, rcpt->address, line);
	(void)strlcpy(text, line, REPLY_TEXT_SIZE);
}

/* The message is safe, or for nobody. */
static void
tx_accept(struct session *s)
{
	char id[ID_TEXT_SIZE];
	struct submission *sub;
	struct frontstats *stats;

	sub = &s->tx->sub;
	stats = &s->env->stats;
	stats->messages++;
	stats->recipients += sub->live;
	stats->suppressed += sub->suppressed;
	histogram_add(&stats->accept, monotime_us() - s->tx->ended);
	s->errors = s->junk = 0;
	commit_report(sub, tx_text_cb, s);
	if (sub->message == 0)
		session_reply(s, REPLY_OK, NULL, NULL);
	else
		session_reply(s, REPLY_QUEUED, id_format(sub->message, id),
		    NULL);
	tx_end(s);
}

/*
 * Go on with a message whose last byte was read, as far as it can be. false:
 * an answer of a peer is waited for. true: the reply was given.
 */
bool
tx_finish(struct session *s)
{
	switch (commit_step(&s->tx->sub)) {
	case COMMIT_WAITS:
		return false;
	case COMMIT_ACCEPTED:
		tx_accept(s);
		break;
	case COMMIT_REFUSED:
		tx_refuse(s);
		break;
	}
	return true;
}
