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
 * AUTH (RFC 4954), with PLAIN and LOGIN; SCRAM is in cmd_auth_scram.c. The decoded secret lives on the stack
 * until it is on its way to control, and is never logged.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd_auth.h"
#include "command.h"
#include "commands.h"
#include "compat.h"
#include "frontconf.h"
#include "log.h"
#include "monotime.h"
#include "peers.h"
#include "proto_auth.h"
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

/* Wipe what is kept between the lines of AUTH. */
void
cmd_auth_forget(struct session *s)
{
	if (s->sasl.login != NULL)
		explicit_bzero(s->sasl.login, strlen(s->sasl.login));
	free(s->sasl.login);
	s->sasl.login = NULL;
	free(s->sasl.scram);
	s->sasl.scram = NULL;
}

/* AUTH has failed; after too many failures the session ends. */
void
auth_failed(struct session *s, enum reply r)
{
	cmd_auth_forget(s);
	session_enter(s, SESSION_COMMAND);
	if (r == REPLY_CREDENTIALS) {
		s->env->stats.login_failures++;
		s->sasl.failures++;
		if (s->sasl.failures >= s->conf->smtp.auth_failures)
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
	s->ask = peers_auth(s->env->sub.peers, &ask, s);
	explicit_bzero(&ask, sizeof(ask));
	if (s->ask == 0)
		session_reply(s, REPLY_PROBLEM, NULL, NULL);
	else
		session_enter(s, SESSION_ASK);
	s->sasl.seated = s->sasl.seated || s->ask != 0;
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

	if (s->sasl.login == NULL) {
		r = sasl_login(p, len, secret.login, sizeof(secret.login));
		if (r == REPLY_NONE)
			s->sasl.login = strdup(secret.login);
		if (r != REPLY_NONE)
			auth_failed(s, r);
		else if (s->sasl.login == NULL)
			session_reply(s, REPLY_PROBLEM, NULL, NULL);
		else {
			session_reply(s, REPLY_PROMPT_PASSWORD, NULL, NULL);
			session_enter(s, SESSION_AUTH);
		}
		return;
	}
	(void)strlcpy(secret.login, s->sasl.login, sizeof(secret.login));
	cmd_auth_forget(s);
	r = sasl_login(p, len, secret.secret, sizeof(secret.secret));
	if (r == REPLY_NONE)
		auth_ask(s, &secret);
	else
		auth_failed(s, r);
	explicit_bzero(&secret, sizeof(secret));
}

/* A response of the client, whichever it is. */
static void
auth_line(struct session *s, const char *p, size_t len)
{
	switch (s->sasl.mech) {
	case SASL_LOGIN:
		auth_login(s, p, len);
		break;
	case SASL_SCRAM_SHA_256:
		auth_scram_line(s, p, len);
		break;
	case SASL_PLAIN:
	default:
		auth_plain(s, p, len);
		break;
	}
}

/* AUTH: with an initial response, or the prompt for it. */
void
cmd_auth_run(struct session *s, const struct command *c)
{
	const struct command_auth *a;

	a = &c->u.auth;
	if ((s->sasl.offered & sasl_mech_bit(a->mech)) == 0) {
		session_reply(s, REPLY_METHOD, NULL, NULL);
		return;
	}
	cmd_auth_forget(s);
	s->sasl.mech = a->mech;
	if (a->initial == NULL) {
		session_reply(s,
		    s->sasl.mech == SASL_LOGIN ? REPLY_PROMPT_LOGIN :
						 REPLY_PROMPT_PLAIN,
		    NULL, NULL);
		session_enter(s, SESSION_AUTH);
	} else
		auth_line(s, a->initial, a->len);
}

/* A line of the client; "*" cancels (RFC 4954 section 4). */
void
cmd_auth_line(struct session *s, const char *p, size_t len)
{
	if (len == 1 && p[0] == '*') {
		cmd_auth_forget(s);
		session_enter(s, SESSION_COMMAND);
		session_reply(s, REPLY_AUTH_CANCELED, NULL, NULL);
	} else
		auth_line(s, p, len);
}

/* control does not let it log in. */
void
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

/* The session is that of a user from now on. */
void
auth_accept(struct session *s, const struct policy_auth_reply *reply)
{
	cmd_auth_forget(s);
	session_enter(s, SESSION_COMMAND);
	(void)strlcpy(s->user, reply->user, sizeof(s->user));
	(void)strlcpy(s->credential, reply->credential, sizeof(s->credential));
	senders_learn(&s->senders, reply, monotime());
	s->have |= HAVE_AUTH;
	s->env->stats.logins++;
	log_debug("login user=%s source=%s", s->user, s->source);
	session_reply(s, REPLY_AUTH_OK, NULL, NULL);
}

/* control's answer to a secret or a proof. */
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
	if (reply->status != POLICY_OK)
		auth_refused(s, reply->status);
	else if (s->sasl.scram != NULL)
		auth_scram_proven(s, reply);
	else
		auth_accept(s, reply);
}
