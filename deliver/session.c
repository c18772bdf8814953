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
 * The order of an outgoing SMTP session (RFC 5321 section 3): banner, EHLO or
 * HELO, STARTTLS (RFC 3207) and EHLO again, any number of transactions, QUIT.
 *
 * TLS is opportunistic: nothing is verified, and where it does not work the
 * session ends with SESSION_END_TLS, so that the owner connects once more
 * without it (RFC 7435).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "compat.h"
#include "ehlo.h"
#include "job.h"
#include "limits.h"
#include "log.h"
#include "outcome.h"
#include "reply.h"
#include "session.h"
#include "tx.h"

/* Seconds to wait, RFC 5321 section 4.5.3.2; QUIT costs only politeness. */
#define SESSION_TIMEOUT_BANNER	300u
#define SESSION_TIMEOUT_COMMAND 300u
#define SESSION_TIMEOUT_TLS	60u
#define SESSION_TIMEOUT_QUIT	5u

enum session_state {
	STATE_CONNECT,
	STATE_BANNER,
	STATE_EHLO,
	STATE_HELO,
	STATE_STARTTLS,
	STATE_HANDSHAKE,
	STATE_READY, /* for a job */
	STATE_MAIL,  /* tx has one */
	STATE_RSET,
	STATE_QUIT,
	STATE_CLOSED
};

static const char *const state_names[] = { "connect", "banner", "ehlo", "helo",
	"starttls", "handshake", "ready", "mail", "rset", "quit", "closed" };

struct session {
	enum session_state state;
	struct output output;
	char hostname[DOMAIN_SIZE];
	bool tls;    /* still to be tried */
	bool secure; /* in place */
	bool trusted;
	bool write_failed;
	unsigned messages; /* transactions begun */
	struct ehlo ehlo;
	struct tx *tx;
	struct job *back; /* not tried, for another connection */
	enum session_end end;
	struct work_outcome where;
	struct work_outcome failure;
};

static enum session_want session_fail(struct session *, enum session_end,
    const char *, const char *);

/*
 * A session with a server that is being connected to.  Settings are copied.
 * NULL without memory.
 */
struct session *
session_new(const struct session_conf *conf, const struct output *output)
{
	struct session *s;

	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	s->tx = tx_new(output);
	if (s->tx == NULL) {
		free(s);
		return NULL;
	}
	s->output = *output;
	s->state = STATE_CONNECT;
	s->tls = conf->tls;
	s->trusted = conf->trusted;
	s->where = conf->where;
	(void)strlcpy(s->hostname, conf->hostname, sizeof(s->hostname));
	return s;
}

/* Free it, with a job that it may still have; NULL is allowed. */
void
session_free(struct session *s)
{
	if (s == NULL)
		return;
	job_free(s->back);
	tx_free(s->tx);
	free(s);
}

static void
put_command(struct session *s, const char *verb, const char *arg)
{
	char line[DOMAIN_SIZE + 16];

	(void)snprintf(line, sizeof(line), "%s%s%s\r\n", verb,
	    arg[0] != '\0' ? " " : "", arg);
	if (s->output.write(s->output.arg, line, strlen(line)) == -1)
		s->write_failed = true;
}

/* The only place where the state changes; says what to wait for. */
static enum session_want
session_enter(struct session *s, enum session_state state)
{
	log_debug("session %s %s -> %s", s->where.address,
	    state_names[s->state], state_names[state]);
	s->state = state;
	switch (state) {
	case STATE_EHLO:
		ehlo_reset(&s->ehlo);
		put_command(s, "EHLO", s->hostname);
		break;
	case STATE_HELO:
		ehlo_reset(&s->ehlo);
		put_command(s, "HELO", s->hostname);
		break;
	case STATE_STARTTLS:
		s->tls = false;
		put_command(s, "STARTTLS", "");
		break;
	case STATE_RSET:
		put_command(s, "RSET", "");
		break;
	case STATE_QUIT:
		s->end = SESSION_END_DONE;
		put_command(s, "QUIT", "");
		break;
	case STATE_HANDSHAKE:
		return SESSION_TLS;
	case STATE_READY:
		return SESSION_JOB;
	case STATE_CLOSED:
		return SESSION_GOODBYE;
	default:
		break;
	}
	if (s->write_failed)
		return session_fail(s, SESSION_END_HOST, "4.3.0",
		    "out of memory");
	return SESSION_REPLY;
}

/* The end, for a reason that is not a reply. */
static enum session_want
session_fail(struct session *s, enum session_end end, const char *enhanced,
    const char *text)
{
	s->failure = s->where;
	outcome_local(&s->failure, OUTCOME_HOST_DOWN, enhanced, text);
	s->end = end;
	return session_enter(s, STATE_CLOSED);
}

/* The server does not want us, with a reply. */
static enum session_want
refused(struct session *s, const struct reply *r)
{
	s->failure = s->where;
	outcome_from_reply(&s->failure, STAGE_HOST, r);
	s->failure.outcome = OUTCOME_HOST_DOWN;
	s->end = SESSION_END_HOST;
	if (r->code != 421)
		put_command(s, "QUIT", "");
	return session_enter(s, STATE_CLOSED);
}

/*
 * Whether a job was begun: one that ends before that is the host's failure, or
 * it would be connected to again and again.
 */
static bool
has_served(const struct session *s)
{
	return s->state >= STATE_READY && s->messages > 0;
}

/*
 * The connection is of no use any more while a transaction may be running.  A
 * job of which the server has said nothing goes to another connection.
 */
static enum session_want
lost(struct session *s, const char *enhanced, const char *text)
{
	enum session_end end = SESSION_END_HOST;

	if (s->messages > 1 || s->state == STATE_QUIT)
		end = SESSION_END_DONE;
	if (s->state == STATE_STARTTLS || s->state == STATE_HANDSHAKE ||
	    (s->state == STATE_EHLO && s->secure))
		end = SESSION_END_TLS;
	s->back = tx_take_back(s->tx);
	if (s->back == NULL) {
		if (has_served(s))
			end = SESSION_END_DONE;
		tx_lost(s->tx, text);
	}
	return session_fail(s, end, enhanced, text);
}

/* 421 at any time: "service closing transmission channel". */
static enum session_want
closing(struct session *s, const struct reply *r)
{
	enum session_end end;

	s->back = tx_take_back(s->tx);
	end = s->messages > 1 || (has_served(s) && s->back == NULL) ?
	    SESSION_END_DONE :
	    SESSION_END_HOST;
	tx_over(s->tx, r);
	(void)refused(s, r);
	s->end = end;
	return SESSION_GOODBYE;
}

/* After EHLO or HELO. */
static enum session_want
greeted(struct session *s)
{
	if (!s->trusted && strcasecmp(s->ehlo.name, s->hostname) == 0)
		return session_fail(s, SESSION_END_HOST, "4.4.6",
		    "the server is this very host: mail loops");
	if (s->ehlo.starttls && s->tls && !s->secure)
		return session_enter(s, STATE_STARTTLS);
	return session_enter(s, STATE_READY);
}

static void
ehlo_take(struct session *s, const struct reply *r)
{
	if (r->lines == 1)
		ehlo_greeting(&s->ehlo, r->line, r->line_len);
	else
		ehlo_line(&s->ehlo, r->line, r->line_len);
}

/* Messages that this connection may carry (RFC 9422 section 4.1). */
static unsigned
messages_max(const struct session *s)
{
	unsigned max = s->ehlo.mail_max;

	return max == 0 || max > SESSION_MESSAGES_MAX ? SESSION_MESSAGES_MAX :
							max;
}

static enum session_want
tx_wants(struct session *s, enum tx_want want)
{
	switch (want) {
	case TX_REPLY:
		return SESSION_REPLY;
	case TX_DRAIN:
		return SESSION_DRAIN;
	case TX_RESET:
		return session_enter(s, STATE_RSET);
	case TX_DONE:
		if (s->messages >= messages_max(s))
			return session_enter(s, STATE_QUIT);
		return session_enter(s, STATE_READY);
	case TX_BROKEN:
	default:
		return session_fail(s, SESSION_END_DONE, "4.5.0",
		    "the server broke the protocol");
	}
}

/* A reply where one is due. */
static enum session_want
on_reply(struct session *s, const struct reply *r)
{
	bool ok = r->code < 300;

	if (r->code == 421 && s->state != STATE_QUIT)
		return closing(s, r);
	switch (s->state) {
	case STATE_BANNER:
		return ok ? session_enter(s, STATE_EHLO) : refused(s, r);
	case STATE_EHLO:
		if (r->code >= 500 && !s->secure)
			return session_enter(s, STATE_HELO);
		if (!ok)
			return refused(s, r);
		ehlo_take(s, r);
		return greeted(s);
	case STATE_HELO:
		if (!ok)
			return refused(s, r);
		ehlo_greeting(&s->ehlo, r->line, r->line_len);
		return greeted(s);
	case STATE_STARTTLS:
		/* Refused: in plain text then, on this connection. */
		return session_enter(s, ok ? STATE_HANDSHAKE : STATE_READY);
	case STATE_MAIL:
		return tx_wants(s, tx_reply(s->tx, r));
	case STATE_RSET:
		if (!ok)
			return session_enter(s, STATE_QUIT);
		return tx_wants(s, TX_DONE);
	case STATE_QUIT:
		return session_enter(s, STATE_CLOSED);
	default:
		return lost(s, "4.5.0", "the server answered unasked");
	}
}

static enum session_want
on_job(struct session *s, const void *arg)
{
	/* The event's argument is const; the job is handed over. */
	union {
		const void *in;
		struct job *job;
	} handed = { .in = arg };

	s->messages++;
	(void)session_enter(s, STATE_MAIL);
	return tx_wants(s, tx_start(s->tx, handed.job, &s->ehlo, &s->where));
}

/* The text of a time-out, by what was waited for. */
static const char *
timeout_text(const struct session *s)
{
	switch (s->state) {
	case STATE_CONNECT:
		return "connection timed out";
	case STATE_BANNER:
		return "no greeting in time";
	case STATE_HANDSHAKE:
		return "TLS handshake timed out";
	default:
		return "no answer in time";
	}
}

/* What ends a session in any state. */
static enum session_want
on_end(struct session *s, enum session_event event, const char *text)
{
	if (s->state == STATE_CLOSED)
		return SESSION_GOODBYE;
	switch (event) {
	case SESSION_EV_GARBAGE:
		return lost(s, "4.5.0", "the server does not speak SMTP");
	case SESSION_EV_TIMEOUT:
		return lost(s, s->state == STATE_CONNECT ? "4.4.1" : "4.4.2",
		    timeout_text(s));
	case SESSION_EV_LOST:
		return lost(s, s->state == STATE_CONNECT ? "4.4.1" : "4.4.2",
		    text);
	case SESSION_EV_ABORT:
	default:
		tx_lost(s->tx, "delivery was stopped");
		return session_fail(s, SESSION_END_DONE, "4.3.2",
		    "delivery was stopped");
	}
}

/*
 * Something happened.  Returns what to wait for; after SESSION_GOODBYE the
 * session is over and only its getters may be called.  What the event's
 * argument is, enum session_event says; a job is taken over.
 */
enum session_want
session_event(struct session *s, enum session_event event, const void *arg)
{
	switch (event) {
	case SESSION_EV_CONNECTED:
		return session_enter(s, STATE_BANNER);
	case SESSION_EV_LINE:
		if (s->state == STATE_EHLO)
			ehlo_take(s, arg);
		return SESSION_REPLY;
	case SESSION_EV_REPLY:
		return on_reply(s, arg);
	case SESSION_EV_TLS:
		s->secure = true;
		(void)strlcpy(s->where.tls, arg, sizeof(s->where.tls));
		return session_enter(s, STATE_EHLO);
	case SESSION_EV_DRAINED:
		if (s->state == STATE_MAIL)
			return tx_wants(s, tx_more(s->tx));
		return SESSION_REPLY;
	case SESSION_EV_JOB:
		return on_job(s, arg);
	case SESSION_EV_QUIT:
		return session_enter(s, STATE_QUIT);
	case SESSION_EV_YIELD:
		if (!session_may_yield(s))
			return SESSION_REPLY;
		s->back = tx_yield(s->tx);
		return session_fail(s, SESSION_END_YIELD, "4.4.5",
		    "too slow while others wait");
	default:
		return on_end(s, event, arg);
	}
}

/* Seconds that the present wait may take; 0: the owner decides. */
unsigned
session_timeout(const struct session *s)
{
	switch (s->state) {
	case STATE_BANNER:
		return SESSION_TIMEOUT_BANNER;
	case STATE_HANDSHAKE:
		return SESSION_TIMEOUT_TLS;
	case STATE_MAIL:
		return tx_timeout(s->tx);
	case STATE_QUIT:
		return SESSION_TIMEOUT_QUIT;
	case STATE_CONNECT:
	case STATE_READY:
	case STATE_CLOSED:
		return 0;
	default:
		return SESSION_TIMEOUT_COMMAND;
	}
}

/* Whether it waits for the server, and nothing of a message was sent. */
bool
session_may_yield(const struct session *s)
{
	return s->state < STATE_READY ||
	    (s->state == STATE_MAIL && tx_may_yield(s->tx));
}

/* A message is on its way: the time-out is for each block of it. */
bool
session_is_sending(const struct session *s)
{
	return s->state == STATE_MAIL && tx_is_sending(s->tx);
}

/* How it ended; NONE while it has not. */
enum session_end
session_end(const struct session *s)
{
	return s->end;
}

/* After an end by host or TLS, why: an OUTCOME_HOST_DOWN. */
const struct work_outcome *
session_failure(const struct session *s)
{
	return &s->failure;
}

/* A job that no server has seen, to be tried elsewhere; NULL if none. */
struct job *
session_take_back(struct session *s)
{
	struct job *job = s->back;

	s->back = NULL;
	return job;
}
