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
 * AUTH SCRAM-SHA-256 (RFC 5802, RFC 7677): the client's first message, what
 * control asks for, the client's proof, control's answer and signature, and
 * an empty line of a client that believes it (RFC 4954 section 4).
 */
#include <sys/random.h>

#include <stdlib.h>
#include <string.h>

#include "cmd_auth.h"
#include "compat.h"
#include "peers.h"
#include "scram.h"
#include "session.h"

/* A question to control was sent, or cannot be. */
static void
scram_asked(struct session *s)
{
	if (s->ask == 0)
		session_reply(s, REPLY_PROBLEM, NULL, NULL);
	else
		session_enter(s, SESSION_ASK);
}

static void
scram_begin(struct session *s, const char *p, size_t len)
{
	struct policy_scram ask;
	enum reply r;

	s->sasl.scram = calloc(1, sizeof(*s->sasl.scram));
	if (s->sasl.scram == NULL) {
		session_reply(s, REPLY_PROBLEM, NULL, NULL);
		return;
	}
	r = scram_first(s->sasl.scram, p, len);
	if (r != REPLY_NONE) {
		auth_failed(s, r);
		return;
	}
	memset(&ask, 0, sizeof(ask));
	(void)strlcpy(ask.login, s->sasl.scram->login, sizeof(ask.login));
	(void)strlcpy(ask.source, s->source, sizeof(ask.source));
	s->ask = peers_scram(s->env->sub.peers, &ask, s);
	scram_asked(s);
}

static void
scram_prove(struct session *s, const char *p, size_t len)
{
	struct policy_proof *ask;
	enum reply r;

	ask = calloc(1, sizeof(*ask));
	if (ask == NULL) {
		session_reply(s, REPLY_PROBLEM, NULL, NULL);
		return;
	}
	r = scram_final(s->sasl.scram, p, len, ask);
	if (r == REPLY_NONE) {
		(void)strlcpy(ask->login, s->sasl.scram->login,
		    sizeof(ask->login));
		(void)strlcpy(ask->source, s->source, sizeof(ask->source));
		ask->session = s->number;
		s->ask = peers_proof(s->env->sub.peers, ask, s);
		s->sasl.seated = s->sasl.seated || s->ask != 0;
		scram_asked(s);
	} else
		auth_failed(s, r);
	free(ask);
}

/* A response of the client. */
void
auth_scram_line(struct session *s, const char *p, size_t len)
{
	struct policy_auth_reply reply;

	if (s->sasl.scram == NULL)
		scram_begin(s, p, len);
	else if (!s->sasl.scram->proven)
		scram_prove(s, p, len);
	else if (len > 0)
		auth_failed(s, REPLY_SCRAM);
	else {
		reply = s->sasl.scram->reply;
		auth_accept(s, &reply);
	}
}

/* control says what is to be proven: the challenge. */
void
auth_scram_keys(struct session *s, const struct session_answer *a)
{
	uint8_t random[SCRAM_RANDOM_SIZE];
	const struct policy_keys *keys;
	char line[SCRAM_LINE_SIZE];

	keys = a->reply;
	if (keys == NULL) {
		session_reply(s, REPLY_PROBLEM, NULL, NULL);
		return;
	}
	if (a->id != s->ask)
		return;
	if (keys->status != POLICY_OK) {
		auth_refused(s, keys->status);
		return;
	}
	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random) ||
	    scram_challenge(s->sasl.scram, keys, random, line) == -1) {
		auth_failed(s, REPLY_SERVER_ERROR);
		return;
	}
	session_reply(s, REPLY_CHALLENGE, line, NULL);
	session_enter(s, SESSION_AUTH);
}

/* The proof was good: show the client that we know the secret too. */
void
auth_scram_proven(struct session *s, const struct policy_auth_reply *reply)
{
	char line[SCRAM_LINE_SIZE];

	if (!reply->has_signature) {
		auth_failed(s, REPLY_SERVER_ERROR);
		return;
	}
	s->sasl.scram->reply = *reply;
	s->sasl.scram->proven = true;
	scram_signature(reply->signature, line);
	session_reply(s, REPLY_CHALLENGE, line, NULL);
	session_enter(s, SESSION_AUTH);
}
