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
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "commands.h"
#include "frontconf.h"
#include "idn.h"
#include "path.h"
#include "proto_policy.h"
#include "proto_submit.h"
#include "recipient.h"
#include "session.h"
#include "tx.h"

/* Digits of a limit, and NUL. */
#define LIMIT_SIZE 16

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

/* Give the replies that are due: all up to the first that still waits. */
static void
rcpt_reply(struct session *s)
{
	const struct recipient *rcpt;
	char limit[LIMIT_SIZE];
	enum reply reply;
	struct tx *tx;

	tx = s->tx;
	for (; tx->replied < tx->sub.rcpts_len; tx->replied++) {
		rcpt = &tx->sub.rcpts[tx->replied];
		if (rcpt->state == RECIPIENT_ASKED)
			return;
		reply = tx_rcpt_reply(s, rcpt);
		(void)snprintf(limit, sizeof(limit), "%" PRIu32, rcpt->limit);
		if (rcpt->state == RECIPIENT_REFUSED)
			session_refuse(s, reply,
			    rcpt->limit == 0 ? s->user : limit, rcpt->address,
			    rcpt->address);
		else
			session_reply(s, reply, s->user, rcpt->address);
	}
}

/* How many the message may have. */
static uint32_t
rcpt_max(const struct session *s)
{
	return submission_rcpt_max(&s->tx->sub, s->conf->smtp.rcpt_max);
}

/*
 * What can be said of RCPT without asking anybody; *ascii is the recipient as
 * others are asked about it.
 */
static enum reply
rcpt_check(const struct session *s, const struct command_rcpt *r,
    struct address *ascii)
{
	if (s->tx->sub.rcpts_len >= s->conf->smtp.rcpt_max)
		return REPLY_RCPT_MANY;
	if (s->tx->sub.rcpts_len >= rcpt_max(s))
		return REPLY_RCPT_LIMIT;
	if (!s->tx->mail.utf8 && !address_is_ascii(&r->path))
		return REPLY_RCPT_UTF8;
	return idn_address_ascii(&r->path, ascii) == -1 ? REPLY_RCPT_BAD :
							  REPLY_NONE;
}

/*
 * Whether RCPT is refused without control's word, and others must have their
 * replies before (RFC 2920 section 3.2).
 */
bool
cmd_rcpt_waits(const struct session *s, const struct command *c)
{
	struct address ascii;

	return s->tx->replied < s->tx->sub.rcpts_len &&
	    rcpt_check(s, &c->u.rcpt, &ascii) != REPLY_NONE;
}

/* RCPT: ask control; the reply comes with the answer, if it matters. */
void
cmd_rcpt_run(struct session *s, const struct command *c)
{
	const struct command_rcpt *r;
	struct submission *sub;
	struct recipient *rcpt;
	struct address ascii;
	char limit[LIMIT_SIZE];
	enum reply refused;

	sub = &s->tx->sub;
	r = &c->u.rcpt;
	refused = rcpt_check(s, r, &ascii);
	if (refused != REPLY_NONE) {
		(void)snprintf(limit, sizeof(limit), "%" PRIu32, rcpt_max(s));
		session_refuse(s, refused,
		    refused == REPLY_RCPT_LIMIT ? limit : r->path.mailbox, NULL,
		    r->path.mailbox);
		return;
	}
	rcpt = recipient_add(sub, &r->path, r->orcpt, r->notify);
	if (rcpt == NULL || recipient_ask(sub, rcpt, &ascii) == -1) {
		session_reply(s, REPLY_PROBLEM, NULL, NULL);
	} else if (tx_rcpt_is_sure(s)) {
		session_reply(s, REPLY_RCPT_OK, s->user, rcpt->address);
		s->tx->replied++;
	}
}

/*
 * It was accepted, since nothing spoke against it, and now something does: the
 * message is refused, at its end.
 */
static void
rcpt_regret(struct session *s, const struct recipient *rcpt)
{
	char limit[LIMIT_SIZE];

	s->tx->regretted++;
	(void)snprintf(limit, sizeof(limit), "%" PRIu32, rcpt->limit);
	if (rcpt->status == POLICY_MINUTE)
		submission_refuse(&s->tx->sub, SUBMISSION_MINUTE, limit);
	else if (rcpt->status == POLICY_DAY)
		submission_refuse(&s->tx->sub, SUBMISSION_DAY, limit);
	else
		submission_refuse(&s->tx->sub, SUBMISSION_TEMPFAIL, "");
}

/* control's answer to one RCPT. */
void
cmd_rcpt_answer(struct session *s, const struct session_answer *a)
{
	const struct policy_rcpt_reply *reply;
	struct submission *sub;
	struct recipient *rcpt;

	reply = a->reply;
	if (reply == NULL) {
		session_reply(s, REPLY_PROBLEM, NULL, NULL);
		return;
	}
	rcpt = s->tx == NULL ? NULL :
			       recipient_answer(&s->tx->sub, a->id, reply);
	if (rcpt == NULL)
		return;
	if (rcpt->status == POLICY_NO && s->conf->smtp.suppressed_reply != 550)
		recipient_suppress(&s->tx->sub, rcpt);
	if (rcpt->state == RECIPIENT_REFUSED &&
	    rcpt < s->tx->sub.rcpts + s->tx->replied)
		rcpt_regret(s, rcpt);
	rcpt_reply(s);
	/* The queue opens the message while the client reads the reply. */
	sub = &s->tx->sub;
	if (s->state == SESSION_COMMAND && tx_has_content(s->tx) && !sub->open)
		(void)submission_open(sub, s->tx->mail.size);
}
