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
#include <string.h>

#include "command.h"
#include "commands.h"
#include "compat.h"
#include "conf.h"
#include "log.h"
#include "monotime.h"
#include "path.h"
#include "peers.h"
#include "proto_policy.h"
#include "session.h"
#include "tx.h"

/* Digits of SIZE (RFC 1870 section 4: size-value = 1*20DIGIT). */
#define SIZE_DIGITS 20

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

/* BODY (RFC 6152): 7BIT or 8BITMIME. */
static enum reply
mail_body(const struct path_parameter *p, struct command_mail *m)
{
	if (p->value != NULL && path_is(p->value, p->value_len, "8BITMIME"))
		m->eight = true;
	else if (p->value == NULL || !path_is(p->value, p->value_len, "7BIT"))
		return REPLY_SYNTAX;
	return REPLY_NONE;
}

/*
 * SIZE, BODY, and AUTH, which a server that offers AUTH has to take (RFC 4954
 * section 5) and need not use.
 */
static enum reply
mail_parameter(const struct path_parameter *p, struct command *c)
{
	if (path_is(p->keyword, p->keyword_len, "SIZE"))
		return mail_size(p, &c->u.mail);
	if (path_is(p->keyword, p->keyword_len, "BODY"))
		return mail_body(p, &c->u.mail);
	if (path_is(p->keyword, p->keyword_len, "AUTH"))
		return p->value == NULL ? REPLY_SYNTAX : REPLY_NONE;
	return REPLY_PARAMETER;
}

/* The arguments of MAIL; see path_parse(). */
enum reply
cmd_mail_parse(const char *s, size_t len, struct command *c)
{
	return path_parse(s, len, "FROM:", ADDRESS_ALLOW_NULL, c,
	    &c->u.mail.path, mail_parameter);
}

/* The sender is approved: the transaction begins. */
static void
mail_begin(struct session *s, const struct policy_sender_reply *by)
{
	s->tx = tx_new(&s->asked, by);
	if (s->tx == NULL) {
		session_reply(s, REPLY_SERVER_ERROR, NULL, NULL);
		return;
	}
	s->tx->size = s->asked_size;
	s->tx->eight = s->asked_eight;
	session_reply(s, REPLY_SENDER_OK, NULL, NULL);
}

/* MAIL: check what can be, ask control about the rest. */
void
cmd_mail_run(struct session *s, const struct command *c)
{
	const struct policy_sender_reply *known;
	const struct command_mail *m;
	struct policy_sender ask;

	m = &c->u.mail;
	s->asked = m->path;
	s->asked_size = m->size;
	s->asked_eight = m->eight;
	if (m->size > s->conf->smtp.message_size) {
		session_refuse(s, REPLY_SIZE, NULL, NULL, "");
		return;
	}
	if (address_is_null(&m->path)) {
		session_refuse(s, REPLY_NOT_AUTHORIZED, "<>", NULL, "");
		return;
	}
	known = senders_find(&s->senders, &m->path, monotime());
	if (known != NULL) {
		mail_begin(s, known);
		return;
	}
	memset(&ask, 0, sizeof(ask));
	(void)strlcpy(ask.user, s->user, sizeof(ask.user));
	(void)strlcpy(ask.source, s->source, sizeof(ask.source));
	(void)strlcpy(ask.address, m->path.mailbox, sizeof(ask.address));
	s->ask = peers_sender(s->env->peers, &ask, s);
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

	reply = a->reply;
	if (reply == NULL) {
		session_reply(s, REPLY_PROBLEM, NULL, NULL);
		return;
	}
	if (a->id != s->ask)
		return;
	session_enter(s, SESSION_COMMAND);
	if (reply->status == POLICY_OK) {
		senders_add(&s->senders, &s->asked, reply, monotime());
		mail_begin(s, reply);
	} else if (reply->status == POLICY_NO)
		session_refuse(s, REPLY_NOT_AUTHORIZED, s->asked.mailbox, NULL,
		    "");
	else if (reply->status == POLICY_THROTTLED)
		session_refuse(s, REPLY_AUTH_FAILURES, NULL, NULL, "");
	else
		session_refuse(s, REPLY_SERVER_ERROR, NULL, NULL, "");
}
