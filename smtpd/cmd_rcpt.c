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
 * RCPT: a recipient, and whether it is suppressed. Several may wait for
 * control at a time; replies are given in the order of the commands.
 */
#include <string.h>

#include "command.h"
#include "commands.h"
#include "compat.h"
#include "conf.h"
#include "path.h"
#include "peers.h"
#include "proto_policy.h"
#include "session.h"
#include "tx.h"

/* No extension with a parameter of RCPT is offered. */
static enum reply
rcpt_parameter(const struct path_parameter *p, struct command *c)
{
	return REPLY_PARAMETER;
}

/* The arguments of RCPT; see path_parse(). */
enum reply
cmd_rcpt_parse(const char *s, size_t len, struct command *c)
{
	enum reply r;

	r = path_parse(s, len, "TO:", 0, c, &c->u.rcpt.path, rcpt_parameter);
	return r == REPLY_SENDER_BAD ? REPLY_RCPT_BAD : r;
}

/* How a suppressed recipient is answered (decisions: 250, 254 or 550). */
static void
rcpt_suppressed(const struct session *s, struct tx_rcpt *rcpt)
{
	switch (s->conf->smtp.suppressed_reply) {
	case 250:
		rcpt->reply = REPLY_RCPT_OK;
		break;
	case 550:
		rcpt->state = TX_RCPT_REFUSED;
		rcpt->reply = REPLY_REFUSED_SUPPRESSED;
		return;
	default:
		rcpt->reply = s->conf->smtp.enhanced_codes ? REPLY_RCPT_OK :
							     REPLY_SUPPRESSED;
		break;
	}
	rcpt->state = TX_RCPT_SUPPRESSED;
	s->tx->suppressed++;
}

static void
rcpt_decide(const struct session *s, struct tx_rcpt *rcpt,
    enum policy_status status)
{
	switch (status) {
	case POLICY_OK:
		rcpt->state = TX_RCPT_OK;
		rcpt->reply = REPLY_RCPT_OK;
		s->tx->live++;
		break;
	case POLICY_NO:
		rcpt_suppressed(s, rcpt);
		break;
	case POLICY_TEMPFAIL:
	default:
		rcpt->state = TX_RCPT_REFUSED;
		rcpt->reply = REPLY_SERVER_ERROR;
		break;
	}
}

/* Give the replies that are due: all up to the first that still waits. */
static void
rcpt_reply(struct session *s)
{
	const struct tx_rcpt *rcpt;
	struct tx *tx;

	tx = s->tx;
	for (; tx->replied < tx->rcpts_len; tx->replied++) {
		rcpt = &tx->rcpts[tx->replied];
		if (rcpt->state == TX_RCPT_ASKED)
			return;
		if (rcpt->state == TX_RCPT_REFUSED)
			session_refuse(s, rcpt->reply, s->user, rcpt->address,
			    rcpt->address);
		else
			session_reply(s, rcpt->reply, s->user, rcpt->address);
	}
}

/* RCPT: ask control; the reply comes with the answer. */
void
cmd_rcpt_run(struct session *s, const struct command *c)
{
	struct policy_rcpt ask;
	struct tx_rcpt *rcpt;
	struct tx *tx;

	tx = s->tx;
	if (tx->rcpts_len >= s->conf->smtp.rcpt_max) {
		session_refuse(s, REPLY_RCPT_MANY, NULL, NULL,
		    c->u.rcpt.path.mailbox);
		return;
	}
	rcpt = tx_add_rcpt(tx, c->u.rcpt.path.mailbox);
	if (rcpt == NULL) {
		session_reply(s, REPLY_PROBLEM, NULL, NULL);
		return;
	}
	memset(&ask, 0, sizeof(ask));
	(void)strlcpy(ask.user, s->user, sizeof(ask.user));
	(void)strlcpy(ask.compartment, tx->by.compartment,
	    sizeof(ask.compartment));
	(void)strlcpy(ask.address, rcpt->address, sizeof(ask.address));
	rcpt->ask = peers_rcpt(s->env->peers, &ask, s);
	if (rcpt->ask == 0)
		session_reply(s, REPLY_PROBLEM, NULL, NULL);
}

/* control's answer to one RCPT. */
void
cmd_rcpt_answer(struct session *s, const struct session_answer *a)
{
	const struct policy_rcpt_reply *reply;
	struct tx_rcpt *rcpt;

	reply = a->reply;
	if (reply == NULL) {
		session_reply(s, REPLY_PROBLEM, NULL, NULL);
		return;
	}
	rcpt = s->tx == NULL ? NULL : tx_find_ask(s->tx, a->id);
	if (rcpt == NULL)
		return;
	rcpt_decide(s, rcpt, reply->status);
	rcpt_reply(s);
}
