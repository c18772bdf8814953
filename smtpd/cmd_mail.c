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
 * MAIL: the envelope sender, its parameters, and whether the user may send as
 * this address. It opens the transaction.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "commands.h"
#include "compat.h"
#include "frontconf.h"
#include "idn.h"
#include "log.h"
#include "monotime.h"
#include "path.h"
#include "peers.h"
#include "proto_policy.h"
#include "proto_submit.h"
#include "session.h"
#include "tx.h"

/* Digits of SIZE (RFC 1870 section 4: size-value = 1*20DIGIT). */
#define SIZE_DIGITS 20

/* One of 64 bits, and NUL. */
#define LIMIT_SIZE (SIZE_DIGITS + 1)

static enum reply
mail_size(const struct path_parameter *p, struct command_mail *m)
{
	uint64_t digit;
	size_t i;

	if (p->value == NULL || p->value_len > SIZE_DIGITS)
		return REPLY_SYNTAX;
	m->size = 0;
	for (i = 0; i < p->value_len; i++) {
		if (p->value[i] < '0' || p->value[i] > '9')
			return REPLY_SYNTAX;
		digit = (uint64_t)(p->value[i] - '0');
		if (m->size > (UINT64_MAX - digit) / 10)
			return REPLY_SIZE;
		m->size = m->size * 10 + digit;
	}
	return REPLY_NONE;
}

/* BODY (RFC 6152, RFC 3030): 7BIT, 8BITMIME or BINARYMIME. */
static enum reply
mail_body(const struct path_parameter *p, struct command_mail *m)
{
	if (p->value == NULL)
		return REPLY_SYNTAX;
	if (path_is(p->value, p->value_len, "8BITMIME"))
		m->body = COMMAND_BODY_8BIT;
	else if (path_is(p->value, p->value_len, "BINARYMIME"))
		m->body = COMMAND_BODY_BINARY;
	else if (!path_is(p->value, p->value_len, "7BIT"))
		return REPLY_SYNTAX;
	return REPLY_NONE;
}

/* AUTH, which a server that offers AUTH has to take (RFC 4954 section 5). */
static enum reply
mail_auth(const struct path_parameter *p, struct command_mail *m)
{
	return p->value == NULL ? REPLY_SYNTAX : REPLY_NONE;
}

/* SMTPUTF8 (RFC 6531 section 3.4), which has no value. */
static enum reply
mail_utf8(const struct path_parameter *p, struct command_mail *m)
{
	m->utf8 = p->value == NULL;
	return m->utf8 ? REPLY_NONE : REPLY_SYNTAX;
}

/* ret-value = "FULL" / "HDRS" (RFC 3461 section 4.3). */
static enum reply
mail_ret(const struct path_parameter *p, struct command_mail *m)
{
	if (p->value == NULL)
		return REPLY_SYNTAX;
	if (path_is(p->value, p->value_len, "FULL"))
		m->ret = ENVELOPE_RET_FULL;
	else if (path_is(p->value, p->value_len, "HDRS"))
		m->ret = ENVELOPE_RET_HDRS;
	else
		return REPLY_SYNTAX;
	return REPLY_NONE;
}

/* envid-parameter = "ENVID=" xtext (RFC 3461 section 4.4). */
static enum reply
mail_envid(const struct path_parameter *p, struct command_mail *m)
{
	if (p->value == NULL || p->value_len >= sizeof(m->envid) ||
	    !path_is_xtext(p->value, p->value_len))
		return REPLY_SYNTAX;
	memcpy(m->envid, p->value, p->value_len);
	m->envid[p->value_len] = '\0';
	return REPLY_NONE;
}

static const struct {
	const char *keyword;
	enum reply (
	    *take)(const struct path_parameter *, struct command_mail *);
} parameters[] = {
	{ "SIZE", mail_size },
	{ "BODY", mail_body },
	{ "AUTH", mail_auth },
	{ "SMTPUTF8", mail_utf8 },
	{ "RET", mail_ret },
	{ "ENVID", mail_envid },
};

/* One parameter; each may stand once. */
static enum reply
mail_parameter(const struct path_parameter *p, struct command *c)
{
	struct command_mail *m;
	size_t i;

	m = &c->u.mail;
	for (i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++) {
		if (!path_is(p->keyword, p->keyword_len, parameters[i].keyword))
			continue;
		if ((m->given & (1u << i)) != 0)
			return REPLY_SYNTAX;
		m->given |= 1u << i;
		return parameters[i].take(p, m);
	}
	return REPLY_PARAMETER;
}

/* The arguments of MAIL; see path_parse(). */
enum reply
cmd_mail_parse(const char *s, size_t len, struct command *c)
{
	return path_parse(s, len, "FROM:", ADDRESS_ALLOW_NULL, c,
	    &c->u.mail.path, mail_parameter);
}

/* The sender is approved: the transaction begins, if the size is. */
static void
mail_begin(struct session *s, const struct policy_sender_reply *by)
{
	char limit[LIMIT_SIZE];

	if (by->size_max != 0 && s->asked.size > by->size_max) {
		(void)snprintf(limit, sizeof(limit), "%" PRIu64, by->size_max);
		session_refuse(s, REPLY_SIZE_LIMIT, limit, NULL, "");
		return;
	}
	s->tx = tx_new(s, by);
	session_reply(s, s->tx == NULL ? REPLY_SERVER_ERROR : REPLY_SENDER_OK,
	    NULL, NULL);
}

/*
 * What can be said of MAIL without asking anybody; *ascii is the sender as
 * others are asked about it.
 */
static enum reply
mail_check(const struct session *s, const struct command_mail *m,
    struct address *ascii)
{
	if (m->size > s->conf->smtp.message_size)
		return REPLY_SIZE;
	if (address_is_null(&m->path))
		return REPLY_NOT_AUTHORIZED;
	if (!m->utf8 && !address_is_ascii(&m->path))
		return REPLY_SENDER_UTF8;
	return idn_address_ascii(&m->path, ascii) == -1 ? REPLY_SENDER_BAD :
							  REPLY_NONE;
}

/* MAIL: check what can be, ask control about the rest. */
void
cmd_mail_run(struct session *s, const struct command *c)
{
	const struct policy_sender_reply *known;
	const struct command_mail *m;
	struct address ascii;
	enum reply r;

	m = &c->u.mail;
	s->asked = *m;
	s->asked_in[0] = '\0';
	if (peers_draining(s->env->sub.peers)) {
		session_reply(s, REPLY_DRAIN, NULL, NULL);
		return;
	}
	r = mail_check(s, m, &ascii);
	if (r != REPLY_NONE) {
		session_refuse(s, r,
		    address_is_null(&m->path) ? "<>" : m->path.mailbox, NULL,
		    "");
		return;
	}
	known = senders_find(&s->senders, &ascii, monotime());
	if (known != NULL) {
		mail_begin(s, known);
		return;
	}
	s->ask = senders_ask(&s->client, &ascii);
	if (s->ask == 0)
		session_reply(s, REPLY_PROBLEM, NULL, NULL);
	else
		session_enter(s, SESSION_ASK);
}

/* control's answer to MAIL. */
void
cmd_mail_answer(struct session *s, const struct session_answer *a)
{
	const struct policy_sender_reply *reply;
	struct address ascii;

	reply = a->reply;
	if (reply == NULL) {
		session_reply(s, REPLY_PROBLEM, NULL, NULL);
		return;
	}
	if (a->id != s->ask)
		return;
	session_enter(s, SESSION_COMMAND);
	(void)strlcpy(s->asked_in, reply->compartment, sizeof(s->asked_in));
	if (reply->status == POLICY_OK) {
		if (idn_address_ascii(&s->asked.path, &ascii) == 0)
			senders_add(&s->senders, &ascii, reply, monotime());
		mail_begin(s, reply);
	} else if (reply->status == POLICY_NO)
		session_refuse(s, REPLY_NOT_AUTHORIZED, s->asked.path.mailbox,
		    NULL, "");
	else if (reply->status == POLICY_THROTTLED)
		session_refuse(s, REPLY_AUTH_FAILURES, NULL, NULL, "");
	else
		session_refuse(s, REPLY_SERVER_ERROR, NULL, NULL, "");
}
