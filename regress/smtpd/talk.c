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
 * The owner of a session under test: bytes in, replies out, TLS at once.
 */
#include "talk.h"

#include <event2/buffer.h>
#include <stdlib.h>
#include <string.h>

#include "compat.h"
#include "fake_peers.h"
#include "throttled.h"

static void
talk_want_cb(struct session *s, enum want want, void *arg)
{
	struct talk *t;
	size_t len;

	t = arg;
	t->want = want;
	len = evbuffer_get_length(s->out);
	if (len > sizeof(t->said) - t->said_len - 1)
		len = sizeof(t->said) - t->said_len - 1;
	(void)evbuffer_remove(s->out, t->said + t->said_len, len);
	(void)evbuffer_drain(s->out, evbuffer_get_length(s->out));
	t->said_len += len;
	t->said[t->said_len] = '\0';
	if (want == WANT_CLOSE) {
		session_free(s);
		t->session = NULL;
	}
}

/* A session that has greeted. */
void
talk_init(struct talk *t)
{
	memset(t, 0, sizeof(*t));
	t->fake = fake_new();
	TAILQ_INIT(&t->env.blocked);
	t->conf.refs = 1;
	(void)strlcpy(t->conf.hostname, "mx.example.org",
	    sizeof(t->conf.hostname));
	t->conf.smtp.message_size = 1000000;
	t->conf.smtp.rcpt_max = 5;
	t->conf.smtp.idle_timeout = 300;
	t->conf.smtp.data_timeout = 600;
	t->conf.smtp.auth_failures = 3;
	t->conf.smtp.suppressed_reply = 254;
	t->conf.smtp.received_client = true;
	t->conf.smtp.strict = true;
	t->conf.smtp.data_rate = 500;
	t->env.throttled = throttled_new();
	t->in = evbuffer_new();
	t->session = session_new(&t->env, &t->conf, t->in, "192.0.2.1",
	    talk_want_cb, t);
	if (t->session == NULL)
		abort();
	t->session->sasl.offered = LISTEN_AUTH_PLAIN | LISTEN_AUTH_LOGIN;
	session_event(t->session, SESSION_EV_START, NULL);
}

/* Free all; the configuration has no reference left but the test's. */
void
talk_end(struct talk *t)
{
	session_free(t->session);
	throttled_free(t->env.throttled);
	evbuffer_free(t->in);
	fake_free();
	if (t->conf.refs != 1 || !TAILQ_EMPTY(&t->env.blocked))
		abort();
}

/* Let the peers answer, and drain and shake hands as wanted. */
void
talk_settle(struct talk *t)
{
	bool again;

	do {
		again = !t->hold && fake_answer();
		if (t->session != NULL && t->want == WANT_TLS) {
			session_set_tls(t->session, "TLSv1.3", "CIPHER");
			session_event(t->session, SESSION_EV_TLS_UP, NULL);
			again = true;
		}
		if (t->session != NULL && t->want == WANT_WRITE) {
			session_event(t->session, SESSION_EV_INPUT, NULL);
			again = true;
		}
	} while (again);
}

/* Something happens, if the session is still there. */
void
talk_event(struct talk *t, enum session_event ev)
{
	if (t->session != NULL)
		session_event(t->session, ev, NULL);
	talk_settle(t);
}

/* The client sends bytes. */
void
talk_bytes(struct talk *t, const char *p, size_t len)
{
	(void)evbuffer_add(t->in, p, len);
	if (t->want == WANT_READ)
		talk_event(t, SESSION_EV_INPUT);
}

/* The client sends text. */
void
talk_say(struct talk *t, const char *text)
{
	talk_bytes(t, text, strlen(text));
}

/* What the session said since the last look. */
const char *
talk_heard(struct talk *t)
{
	t->said_len = 0;
	return t->said;
}

static const char *const preludes[] = {
	[GREETED] = "",
	[SECURE] = "EHLO x\r\n" /* after STARTTLS */,
	[AUTHENTICATED] = "AUTH PLAIN " TALK_SECRET "\r\n",
	[MAIL] = "MAIL FROM:<news@example.org>\r\n",
	[RCPT] = "RCPT TO:<bob@example.net>\r\n",
	[DATA] = "DATA\r\n",
};

/* Say what it takes to be that far, and forget the replies. */
void
talk_to(struct talk *t, enum prelude upto)
{
	enum prelude i;

	for (i = GREETED; i <= upto; i++) {
		if (i == SECURE)
			talk_say(t, "STARTTLS\r\n");
		talk_say(t, preludes[i]);
	}
	(void)talk_heard(t);
}
