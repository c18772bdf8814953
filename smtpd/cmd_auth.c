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
 * AUTH PLAIN and LOGIN (RFC 4954). The decoded secret lives on the stack
 * until it is on its way to control, and is never logged.
 */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "commands.h"
#include "compat.h"
#include "conf.h"
#include "log.h"
#include "monotime.h"
#include "peers.h"
#include "proto_policy.h"
#include "sasl.h"
#include "session.h"

/*
 * auth-command = "AUTH" SP sasl-mech [SP initial-response]
 *                *(CRLF [base64]) [CRLF cancel-response] CRLF
 * initial-response = base64 / "="
 */
enum reply
cmd_auth_parse(const char *s, size_t len, struct command *c)
{
	size_t mech;

	if (len == 0)
		return REPLY_SYNTAX;
	for (mech = 0; mech < len && s[mech] != ' '; mech++)
		continue;
	if (mech < len) {
		c->u.auth.initial = s + mech + 1;
		c->u.auth.len = len - mech - 1;
		if (memchr(c->u.auth.initial, ' ', c->u.auth.len) != NULL)
			return REPLY_MISMATCH;
	}
	return sasl_mech_find(s, mech, &c->u.auth.mech);
}

/* Wipe what is kept between the lines of AUTH LOGIN. */
void
cmd_auth_forget(struct session *s)
{
	if (s->login == NULL)
		return;
	explicit_bzero(s->login, strlen(s->login));
	free(s->login);
	s->login = NULL;
}

/* AUTH has failed; after too many failures the session ends. */
static void
auth_failed(struct session *s, enum reply r)
{
	session_enter(s, SESSION_COMMAND);
	if (r == REPLY_CREDENTIALS) {
		s->env->stats.login_failures++;
		s->auth_failures++;
		if (s->auth_failures >= s->conf->smtp.auth_failures)
			r = REPLY_AUTH_FAILURES;
		session_refuse(s, r, NULL, NULL, "");
	} else
		session_reply(s, r, NULL, NULL);
}

/* Ask control whether login and secret are good. */
static void
auth_ask(struct session *s, const struct sasl_secret *secret)
{
	struct policy_auth ask;

	memset(&ask, 0, sizeof(ask));
	(void)strlcpy(ask.login, secret->login, sizeof(ask.login));
	(void)strlcpy(ask.secret, secret->secret, sizeof(ask.secret));
	(void)strlcpy(ask.source, s->source, sizeof(ask.source));
	ask.session = s->number;
	s->ask = peers_auth(s->env->peers, &ask, s);
	explicit_bzero(&ask, sizeof(ask));
	if (s->ask == 0)
		session_reply(s, REPLY_PROBLEM, NULL, NULL);
	else
		session_enter(s, SESSION_ASK);
	s->seated = s->seated || s->ask != 0;
}

static void
auth_plain(struct session *s, const char *p, size_t len)
{
	struct sasl_secret secret;
	enum reply r;

	r = sasl_plain(p, len, &secret);
	if (r == REPLY_NONE)
		auth_ask(s, &secret);
	else
		auth_failed(s, r);
	explicit_bzero(&secret, sizeof(secret));
}

/* The first response of LOGIN is the user name, the second the password. */
static void
auth_login(struct session *s, const char *p, size_t len)
{
	struct sasl_secret secret;
	enum reply r;

	if (s->login == NULL) {
		r = sasl_login(p, len, secret.login, sizeof(secret.login));
		if (r == REPLY_NONE)
			s->login = strdup(secret.login);
		if (r != REPLY_NONE)
			auth_failed(s, r);
		else if (s->login == NULL)
			session_reply(s, REPLY_PROBLEM, NULL, NULL);
		else {
			session_reply(s, REPLY_PROMPT_PASSWORD, NULL, NULL);
			session_enter(s, SESSION_AUTH);
		}
		return;
	}
	(void)strlcpy(secret.login, s->login, sizeof(secret.login));
	cmd_auth_forget(s);
	r = sasl_login(p, len, secret.secret, sizeof(secret.secret));
	if (r == REPLY_NONE)
		auth_ask(s, &secret);
	else
		auth_failed(s, r);
	explicit_bzero(&secret, sizeof(secret));
}

/* AUTH: with an initial response, or the prompt for it. */
void
cmd_auth_run(struct session *s, const struct command *c)
{
	const struct command_auth *a;

	a = &c->u.auth;
	s->login_mech = a->mech == SASL_LOGIN;
	if (a->initial == NULL) {
		session_reply(s,
		    s->login_mech ? REPLY_PROMPT_LOGIN : REPLY_PROMPT_PLAIN,
		    NULL, NULL);
		session_enter(s, SESSION_AUTH);
	} else if (s->login_mech)
		auth_login(s, a->initial, a->len);
	else
		auth_plain(s, a->initial, a->len);
}

/* A response of the client; "*" cancels (RFC 4954 section 4). */
void
cmd_auth_line(struct session *s, const char *p, size_t len)
{
	if (len == 1 && p[0] == '*') {
		cmd_auth_forget(s);
		session_enter(s, SESSION_COMMAND);
		session_reply(s, REPLY_AUTH_CANCELED, NULL, NULL);
	} else if (s->login_mech)
		auth_login(s, p, len);
	else
		auth_plain(s, p, len);
}

/* What control knows that will be asked is not asked. */
static void
auth_sender(struct session *s, const struct policy_auth_reply *reply)
{
	struct address a;

	if (reply->sender[0] != '\0' &&
	    address_parse_mailbox(reply->sender, strlen(reply->sender),
		ADDRESS_UTF8, &a) == ADDRESS_OK)
		senders_add(&s->senders, &a, &reply->by, monotime());
}

static void
auth_refused(struct session *s, enum policy_status status)
{
	switch (status) {
	case POLICY_NO:
		auth_failed(s, REPLY_CREDENTIALS);
		break;
	case POLICY_THROTTLED:
		s->env->stats.login_failures++;
		session_refuse(s, REPLY_AUTH_FAILURES, NULL, NULL, "");
		break;
	case POLICY_BUSY:
		session_refuse(s, REPLY_CONNECTIONS, NULL, NULL, "");
		break;
	default:
		auth_failed(s, REPLY_SERVER_ERROR);
		break;
	}
}

/* control's answer. */
void
cmd_auth_answer(struct session *s, const struct session_answer *a)
{
	const struct policy_auth_reply *reply;

	reply = a->reply;
	if (reply == NULL) {
		session_reply(s, REPLY_PROBLEM, NULL, NULL);
		return;
	}
	if (a->id != s->ask)
		return;
	if (reply->status == POLICY_OK) {
		session_enter(s, SESSION_COMMAND);
		(void)strlcpy(s->user, reply->user, sizeof(s->user));
		(void)strlcpy(s->credential, reply->credential,
		    sizeof(s->credential));
		auth_sender(s, reply);
		s->have |= HAVE_AUTH;
		s->env->stats.logins++;
		log_debug("login user=%s source=%s", s->user, s->source);
		session_reply(s, REPLY_AUTH_OK, NULL, NULL);
	} else
		auth_refused(s, reply->status);
}
