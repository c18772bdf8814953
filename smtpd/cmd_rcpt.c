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
#include <ctype.h>
#include <string.h>

#include "command.h"
#include "commands.h"
#include "compat.h"
#include "conf.h"
#include "idn.h"
#include "path.h"
#include "peers.h"
#include "proto_policy.h"
#include "proto_submit.h"
#include "rate.h"
#include "session.h"
#include "tx.h"

/* A keyword of NOTIFY as its bit, 0 if it is none. */
static uint8_t
notify_bit(const char *s, size_t len)
{
	if (path_is(s, len, "SUCCESS"))
		return NOTIFY_SUCCESS;
	if (path_is(s, len, "FAILURE"))
		return NOTIFY_FAILURE;
	return path_is(s, len, "DELAY") ? NOTIFY_DELAY : 0;
}

/*
 * notify-esmtp-value = "NEVER" / 1#notify-list-element
 * notify-list-element = "SUCCESS" / "FAILURE" / "DELAY"
 *
 * (RFC 3461 section 4.1.)
 */
static enum reply
rcpt_notify(const struct path_parameter *p, struct command_rcpt *r)
{
	size_t i, start;
	uint8_t bit;

	if (p->value == NULL)
		return REPLY_SYNTAX;
	if (path_is(p->value, p->value_len, "NEVER")) {
		r->notify = NOTIFY_NEVER;
		return REPLY_NONE;
	}
	for (start = 0; start <= p->value_len; start = i + 1) {
		for (i = start; i < p->value_len && p->value[i] != ','; i++)
			continue;
		bit = notify_bit(p->value + start, i - start);
		if (bit == 0)
			return REPLY_SYNTAX;
		r->notify |= bit;
	}
	return REPLY_NONE;
}

/*
 * orcpt-parameter = "ORCPT=" original-recipient-address
 * original-recipient-address = addr-type ";" xtext
 *
 * (RFC 3461 section 4.2; addr-type is an atom, here of letters, digits, "-".)
 */
static enum reply
rcpt_orcpt(const struct path_parameter *p, struct command_rcpt *r)
{
	size_t type;

	if (p->value == NULL || p->value_len >= sizeof(r->orcpt))
		return REPLY_SYNTAX;
	for (type = 0; type < p->value_len && p->value[type] != ';'; type++) {
		if (!isalnum((unsigned char)p->value[type]) &&
		    p->value[type] != '-')
			return REPLY_SYNTAX;
	}
	if (type == 0 || type == p->value_len ||
	    !path_is_xtext(p->value + type + 1, p->value_len - type - 1))
		return REPLY_SYNTAX;
	memcpy(r->orcpt, p->value, p->value_len);
	r->orcpt[p->value_len] = '\0';
	return REPLY_NONE;
}

static const struct {
	const char *keyword;
	enum reply (
	    *take)(const struct path_parameter *, struct command_rcpt *);
} parameters[] = {
	{ "NOTIFY", rcpt_notify },
	{ "ORCPT", rcpt_orcpt },
};

/* One parameter; each may stand once. */
static enum reply
rcpt_parameter(const struct path_parameter *p, struct command *c)
{
	struct command_rcpt *r;
	size_t i;

	r = &c->u.rcpt;
	for (i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++) {
		if (!path_is(p->keyword, p->keyword_len, parameters[i].keyword))
			continue;
		if ((r->given & (1u << i)) != 0)
			return REPLY_SYNTAX;
		r->given |= 1u << i;
		return parameters[i].take(p, r);
	}
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
    const struct policy_rcpt_reply *a)
{
	switch (a->status) {
	case POLICY_OK:
		rcpt->state = TX_RCPT_OK;
		rcpt->reply = REPLY_RCPT_OK;
		s->tx->live++;
		if (a->counted) {
			s->tx->counted = true;
			s->tx->policy_epoch = peers_policy_epoch(s->env->peers);
		}
		break;
	case POLICY_NO:
		rcpt_suppressed(s, rcpt);
		break;
	case POLICY_MINUTE:
	case POLICY_DAY:
		rcpt->state = TX_RCPT_REFUSED;
		rcpt->reply = rate_refusal(a);
		rcpt->limit = a->limit;
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
	char limit[RATE_TEXT_SIZE];
	struct tx *tx;

	tx = s->tx;
	for (; tx->replied < tx->rcpts_len; tx->replied++) {
		rcpt = &tx->rcpts[tx->replied];
		if (rcpt->state == TX_RCPT_ASKED)
			return;
		rate_text(rcpt->limit, limit);
		if (rcpt->state == TX_RCPT_REFUSED)
			session_refuse(s, rcpt->reply,
			    rcpt->limit == 0 ? s->user : limit, rcpt->address,
			    rcpt->address);
		else
			session_reply(s, rcpt->reply, s->user, rcpt->address);
	}
}

/*
 * What can be said of RCPT without asking anybody; *ascii is the recipient as
 * others are asked about it.
 */
static enum reply
rcpt_check(const struct session *s, const struct command_rcpt *r,
    struct address *ascii)
{
	if (s->tx->rcpts_len >= s->conf->smtp.rcpt_max)
		return REPLY_RCPT_MANY;
	if (!s->tx->mail.utf8 && !path_is_ascii(&r->path))
		return REPLY_RCPT_UTF8;
	return idn_address_ascii(&r->path, ascii) == -1 ? REPLY_RCPT_BAD :
							  REPLY_NONE;
}

/* RCPT: ask control; the reply comes with the answer. */
void
cmd_rcpt_run(struct session *s, const struct command *c)
{
	const struct command_rcpt *r;
	struct policy_rcpt ask;
	struct address ascii;
	struct tx_rcpt *rcpt;
	enum reply refused;
	struct tx *tx;

	tx = s->tx;
	r = &c->u.rcpt;
	refused = rcpt_check(s, r, &ascii);
	if (refused != REPLY_NONE) {
		session_refuse(s, refused, r->path.mailbox, NULL,
		    r->path.mailbox);
		return;
	}
	rcpt = tx_add_rcpt(tx, r);
	if (rcpt == NULL) {
		session_reply(s, REPLY_PROBLEM, NULL, NULL);
		return;
	}
	memset(&ask, 0, sizeof(ask));
	(void)strlcpy(ask.user, s->user, sizeof(ask.user));
	(void)strlcpy(ask.credential, s->credential, sizeof(ask.credential));
	ask.transaction = tx->number;
	ask.units = rate_units(tx->mail.size);
	(void)strlcpy(ask.compartment, tx->by.compartment,
	    sizeof(ask.compartment));
	(void)strlcpy(ask.address, ascii.mailbox, sizeof(ask.address));
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
	rcpt_decide(s, rcpt, reply);
	rcpt_reply(s);
}
