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
 * The state machine of an SMTP session. Each state has one function; each
 * says what it waits for, and one caller acts on that. No socket and no
 * libevent call here but the buffers.
 */
#include "session.h"

#include <event2/buffer.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd_auth.h"
#include "command.h"
#include "commands.h"
#include "commit.h"
#include "compat.h"
#include "content.h"
#include "frontconf.h"
#include "log.h"
#include "monotime.h"
#include "pace.h"
#include "peers.h"
#include "proto_submit.h"
#include "senders.h"
#include "throttled.h"
#include "tx.h"
#include "units.h"

static const char *const state_names[] = {
	[SESSION_NEW] = "new",
	[SESSION_COMMAND] = "command",
	[SESSION_AUTH] = "auth",
	[SESSION_TLS] = "tls",
	[SESSION_ASK] = "ask",
	[SESSION_DATA] = "data",
	[SESSION_CHUNK] = "chunk",
	[SESSION_COMMIT] = "commit",
	[SESSION_CLOSING] = "closing",
};

/*
 * A session over an input buffer that is its owner's; source is the client's
 * address. owner is called with what it waits for at the end of each event,
 * and may free it then. Keeps a reference of conf. NULL without memory.
 */
struct session *
session_new(struct session_env *env, struct frontconf *conf,
    struct evbuffer *in, const char *source, session_owner_cb owner, void *arg)
{
	struct session *s;

	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	s->out = evbuffer_new();
	if (s->out == NULL) {
		free(s);
		return NULL;
	}
	s->env = env;
	s->conf = frontconf_ref(conf);
	s->in = in;
	s->owner = owner;
	s->owner_arg = arg;
	s->state = SESSION_NEW;
	s->number = env->stats.connections;
	(void)snprintf(s->source, sizeof(s->source), "%s", source);
	tx_set_client(s);
	return s;
}

/* Not waiting for room at the queue any more. */
static void
session_unblock(struct session *s)
{
	if (!s->is_blocked)
		return;
	TAILQ_REMOVE(&s->env->blocked, s, blocked);
	s->is_blocked = false;
	pace_resume(&s->pace);
}

/* The queue takes no more now: what passes is not the client's time. */
static void
session_block(struct session *s)
{
	TAILQ_INSERT_TAIL(&s->env->blocked, s, blocked);
	s->is_blocked = true;
	pace_pause(&s->pace);
}

/* Answers to come are not wanted any more. */
void
session_cancel(struct session *s)
{
	peers_cancel(s->env->sub.peers, s);
}

/*
 * Forget the transaction, if there is one: what the queue has of it is
 * aborted. No answer may be waited for (session_cancel()) but that about the
 * header of a message in chunks, and the queue's that opens one.
 */
void
session_reset(struct session *s)
{
	session_unblock(s);
	if (s->tx != NULL && (s->tx->chunked || s->tx->sub.open_ask != 0))
		session_cancel(s);
	tx_free(s->tx);
	s->tx = NULL;
}

/* Free it and all it owns; NULL is allowed. */
void
session_free(struct session *s)
{
	if (s == NULL)
		return;
	session_cancel(s);
	session_reset(s);
	if (s->sasl.seated)
		peers_leave(s->env->sub.peers, s->number);
	cmd_auth_forget(s);
	senders_clear(&s->senders);
	evbuffer_free(s->out);
	frontconf_unref(s->conf);
	free(s);
}

/* The only place where the state changes. */
void
session_enter(struct session *s, enum session_state state)
{
	log_debug("session %" PRIu64 ": %s, now %s", s->number,
	    state_names[s->state], state_names[state]);
	if (session_receives(s))
		session_unblock(s);
	s->state = state;
	pace_start(&s->pace);
}

/* Seconds that a client has now before SESSION_EV_TIMEOUT. */
unsigned
session_timeout(const struct session *s)
{
	switch (s->state) {
	case SESSION_NEW:
	case SESSION_TLS:
		return SMTPD_HANDSHAKE_SECONDS;
	case SESSION_DATA:
	case SESSION_CHUNK:
		return s->conf->smtp.data_timeout;
	default:
		return s->conf->smtp.idle_timeout;
	}
}

/* Whether octets of a message are what comes now. */
bool
session_receives(const struct session *s)
{
	return s->state == SESSION_DATA || s->state == SESSION_CHUNK;
}

/*
 * Whether the client has taken too long for what it is sending, though octets
 * still come: a command has the idle timeout, a message the data timeout and
 * what its octets take at the lowest rate.
 */
static bool
session_is_slow(const struct session *s)
{
	const struct conf_smtp *smtp;

	smtp = &s->conf->smtp;
	if (!session_receives(s))
		return pace_is_slow(&s->pace, smtp->idle_timeout, 0);
	return smtp->data_rate != 0 &&
	    pace_is_slow(&s->pace, smtp->data_timeout, smtp->data_rate);
}

/* More octets are waited for, if the client has time left. */
static enum want
session_more(struct session *s)
{
	if (!session_is_slow(s))
		return WANT_READ;
	session_reply(s, REPLY_TIMEOUT, NULL, NULL);
	return WANT_AGAIN;
}

/* The connection has TLS now. */
void
session_set_tls(struct session *s, const char *version, const char *cipher)
{
	s->have |= HAVE_TLS;
	(void)snprintf(s->tls, sizeof(s->tls), "%s %s",
	    version == NULL ? "TLS" : version, cipher == NULL ? "" : cipher);
}

/*
 * Give a reply; the arguments are what its text quotes. A 421 ends the
 * session (RFC 5321 section 3.8).
 */
void
session_reply(struct session *s, enum reply r, const char *first,
    const char *second)
{
	char line[REPLY_LINE_SIZE];

	(void)reply_format(r, s->conf->smtp.enhanced_codes, first, second,
	    line);
	reply_add(s->out, line);
	log_debug("session %" PRIu64 ": reply %s", s->number, line);
	if (reply_code(r) >= 500)
		s->errors++;
	if (reply_code(r) == 421)
		session_enter(s, SESSION_CLOSING);
}

/* Tell the journal that mail of a user was refused. */
static void
session_refuse_event(struct session *s, const char *rcpt, const char *line)
{
	struct submit_event *ev;

	ev = calloc(1, sizeof(*ev));
	if (ev == NULL)
		return;
	ev->kind = SUBMIT_EV_REJECTED;
	(void)strlcpy(ev->user, s->user, sizeof(ev->user));
	(void)strlcpy(ev->compartment,
	    s->tx == NULL ? s->asked_in : s->tx->sub.by.compartment,
	    sizeof(ev->compartment));
	(void)strlcpy(ev->source, s->source, sizeof(ev->source));
	(void)strlcpy(ev->sender,
	    s->tx == NULL ? s->asked.path.mailbox : s->tx->mail.path.mailbox,
	    sizeof(ev->sender));
	(void)strlcpy(ev->rcpt, rcpt, sizeof(ev->rcpt));
	(void)strlcpy(ev->text, line, sizeof(ev->text));
	peers_event(s->env->sub.peers, ev);
	free(ev);
}

/*
 * Give a reply that refuses a login, sender, recipient (rcpt) or message: log
 * it, count it, and write it to the journal if the user is known.
 */
void
session_refuse(struct session *s, enum reply r, const char *first,
    const char *second, const char *rcpt)
{
	char line[REPLY_LINE_SIZE];

	(void)reply_format(r, s->conf->smtp.enhanced_codes, first, second,
	    line);
	s->env->stats.refused++;
	log_info("refused user=%s source=%s rcpt=%s reply=\"%s\"",
	    s->user[0] == '\0' ? "-" : s->user, s->source,
	    rcpt[0] == '\0' ? "-" : rcpt, line);
	if (s->user[0] != '\0')
		session_refuse_event(s, rcpt, line);
	session_reply(s, r, first, second);
}

/* Recipients whose answer is not there yet. */
static size_t
session_pending(const struct session *s)
{
	return s->tx == NULL ? 0 : tx_pending(s->tx);
}

/* Whether a command may run while answers to others of it are to come. */
static bool
session_ahead(const struct session *s, const struct command *c)
{
	return c->row->ahead && session_pending(s) < SMTPD_RCPT_AHEAD &&
	    s->tx->sub.rcpts_len <
	    submission_rcpt_max(&s->tx->sub, s->conf->smtp.rcpt_max) &&
	    !cmd_rcpt_waits(s, c);
}

static unsigned
session_have(const struct session *s)
{
	unsigned have;

	have = s->have;
	if (s->tx != NULL) {
		have |= HAVE_MAIL;
		if (tx_accepted(s->tx) > 0)
			have |= HAVE_RCPT;
		if (s->tx->chunked)
			have |= HAVE_BDAT;
	}
	return have;
}

/*
 * End a session that only errs, or says what sends no mail (RFC 5321 section
 * 4.5.4.2 lets a server close such a one).
 */
static void
session_limit(struct session *s, const struct command_row *row)
{
	if (row != NULL && row->junk)
		s->junk++;
	if (s->state == SESSION_CLOSING ||
	    (s->errors <= SMTPD_ERRORS_MAX && s->junk <= SMTPD_JUNK_MAX))
		return;
	log_info("refused source=%s: %s", s->source,
	    s->junk > SMTPD_JUNK_MAX ? "too many commands without a message" :
				       "too many errors");
	session_reply(s, REPLY_ERRORS, NULL, NULL);
}

/* Run a command or refuse it; its line is still in the input. */
static void
session_run(struct session *s, const struct command *c, enum reply r,
    size_t len)
{
	if (r == REPLY_NONE && c->row->last &&
	    evbuffer_get_length(s->in) > len + 2) {
		log_info("refused source=%s: input follows %s at once",
		    s->source, c->row->verb);
		session_reply(s, REPLY_GROUP, NULL, NULL);
		session_enter(s, SESSION_CLOSING);
	} else if (r == REPLY_NONE)
		c->row->run(s, c);
	else if (r == REPLY_SYNTAX)
		session_reply(s, r, c->row->syntax, NULL);
	else if (reply_code(r) == 553)
		session_refuse(s, r, c->bad, NULL, "");
	else
		session_reply(s, r, c->bad, NULL);
	if (r != REPLY_NONE && c->row != NULL && c->row->octets)
		session_enter(s, SESSION_CLOSING); /* what follows is no line */
	session_limit(s, c->row);
}

/* One command line. It stays in the input if answers must come first. */
static enum want
session_line(struct session *s, char *text, size_t len)
{
	struct command c;
	enum reply r, order;

	r = command_parse(text, len, &c);
	if (c.row != NULL) {
		order = command_allowed(c.row, session_have(s));
		if (order != REPLY_NONE)
			r = order;
	}
	if (session_pending(s) > 0 &&
	    (r != REPLY_NONE || !session_ahead(s, &c)))
		return WANT_PEER;
	session_run(s, &c, r, len);
	explicit_bzero(text, len); /* it may have been a secret */
	line_consume(&s->line, s->in, len);
	pace_start(&s->pace);
	return WANT_AGAIN;
}

/* A line that is none: say so when its turn comes. */
static enum want
session_late(struct session *s)
{
	if (session_pending(s) > 0)
		return WANT_PEER;
	if (s->late_close)
		log_info("refused source=%s: ill-formed line", s->source);
	session_reply(s, s->late, NULL, NULL);
	s->late = REPLY_NONE;
	cmd_auth_forget(s);
	if (s->late_close)
		session_enter(s, SESSION_CLOSING);
	else if (s->state == SESSION_AUTH)
		session_enter(s, SESSION_COMMAND);
	return WANT_AGAIN;
}

/* The next line of the input, for commands and for AUTH. */
static enum want
session_read(struct session *s)
{
	enum line_status r;
	char *text;
	size_t len;

	if (evbuffer_get_length(s->out) > SMTPD_OUTPUT_MAX)
		return WANT_WRITE;
	if (s->late != REPLY_NONE)
		return session_late(s);
	r = line_read(&s->line, s->in, SMTPD_AUTH_MAX, &text, &len);
	if (r == LINE_MORE)
		return session_more(s);
	if (r != LINE_OK) {
		s->late = r == LINE_BAD ? REPLY_LINE_END : REPLY_LINE_LONG;
		s->late_close = r != LINE_LONG;
		return WANT_AGAIN;
	}
	if (s->state == SESSION_COMMAND)
		return session_line(s, text, len);
	cmd_auth_line(s, text, len);
	explicit_bzero(text, len);
	line_consume(&s->line, s->in, len);
	return WANT_AGAIN;
}

static enum want
state_new(struct session *s, enum session_event ev)
{
	if (ev != SESSION_EV_START)
		return WANT_READ;
	if (throttled_holds(s->env->throttled, s->source, monotime())) {
		session_refuse(s, REPLY_AUTH_FAILURES, NULL, NULL, "");
		return WANT_AGAIN;
	}
	if (peers_draining(s->env->sub.peers)) {
		session_reply(s, REPLY_DRAIN, NULL, NULL);
		return WANT_AGAIN;
	}
	session_reply(s, REPLY_GREETING, s->conf->hostname, NULL);
	session_enter(s, SESSION_COMMAND);
	return WANT_AGAIN;
}

static enum want
state_command(struct session *s, enum session_event ev,
    const struct session_answer *a)
{
	if (ev == SESSION_EV_RCPT) {
		cmd_rcpt_answer(s, a);
		return WANT_AGAIN;
	}
	if (ev == SESSION_EV_SENDER && s->tx != NULL) /* between chunks */
		commit_sender(&s->tx->sub, a->id, a->reply);
	else if (ev == SESSION_EV_OPENED)
		cmd_data_opened(s, a);
	return session_read(s);
}

/* After the handshake a session begins anew (RFC 3207 section 4.2). */
static enum want
state_tls(struct session *s, enum session_event ev)
{
	if (ev != SESSION_EV_TLS_UP)
		return WANT_TLS;
	session_enter(s, SESSION_COMMAND);
	return WANT_AGAIN;
}

static enum want
state_ask(struct session *s, enum session_event ev,
    const struct session_answer *a)
{
	switch (ev) {
	case SESSION_EV_KEYS:
		auth_scram_keys(s, a);
		return WANT_AGAIN;
	case SESSION_EV_AUTH:
		cmd_auth_answer(s, a);
		return WANT_AGAIN;
	case SESSION_EV_SENDER:
		cmd_mail_answer(s, a);
		return WANT_AGAIN;
	case SESSION_EV_OPENED:
		cmd_data_opened(s, a);
		return WANT_AGAIN;
	default:
		return WANT_PEER;
	}
}

/* The first octets of a buffer that is not empty, as they lie there. */
static const char *
session_piece(struct evbuffer *in, size_t *len)
{
	*len = evbuffer_get_contiguous_space(in);
	if (*len == 0)
		*len = 1;
	return (const char *)evbuffer_pullup(in, (ev_ssize_t)*len);
}

/* Message data, as long as the queue takes it. */
static enum want
state_data(struct session *s, enum session_event ev,
    const struct session_answer *a)
{
	const char *p;
	size_t len;

	if (ev == SESSION_EV_SENDER)
		commit_sender(&s->tx->sub, a->id, a->reply);
	session_unblock(s);
	while (evbuffer_get_length(s->in) > 0) {
		if (peers_full(s->env->sub.peers)) {
			session_block(s);
			return WANT_PEER;
		}
		p = session_piece(s->in, &len);
		s->pace.octets += len;
		(void)evbuffer_drain(s->in, content_feed(&s->tx->sub, p, len));
		if (data_ended(&s->tx->sub.data)) {
			tx_data_end(s);
			return WANT_AGAIN;
		}
	}
	return session_more(s);
}

/* A chunk, as long as the queue takes it; no octet behind it. */
static enum want
state_chunk(struct session *s, enum session_event ev,
    const struct session_answer *a)
{
	const char *p;
	size_t len;

	if (ev == SESSION_EV_SENDER)
		commit_sender(&s->tx->sub, a->id, a->reply);
	session_unblock(s);
	while (s->chunk.left > 0) {
		if (evbuffer_get_length(s->in) == 0)
			return session_more(s);
		if (peers_full(s->env->sub.peers)) {
			session_block(s);
			return WANT_PEER;
		}
		p = session_piece(s->in, &len);
		if (len > s->chunk.left)
			len = (size_t)s->chunk.left;
		s->pace.octets += len;
		cmd_bdat_octets(s, p, len);
		(void)evbuffer_drain(s->in, len);
	}
	cmd_bdat_end(s);
	if (s->stopping && s->state == SESSION_COMMAND)
		session_reply(s, REPLY_SHUTDOWN, NULL, NULL);
	return WANT_AGAIN;
}

static enum want
state_commit(struct session *s, enum session_event ev,
    const struct session_answer *a)
{
	switch (ev) {
	case SESSION_EV_SENDER:
		commit_sender(&s->tx->sub, a->id, a->reply);
		break;
	case SESSION_EV_RCPT:
		units_answer(&s->tx->sub, a->id, a->reply);
		break;
	case SESSION_EV_SIGNATURE:
		commit_signature(&s->tx->sub, a->id, a->reply);
		break;
	case SESSION_EV_DONE:
		commit_done(&s->tx->sub, a->reply);
		break;
	default:
		break;
	}
	if (s->state == SESSION_COMMIT && !tx_finish(s))
		return WANT_PEER;
	if (s->stopping && s->state == SESSION_COMMAND)
		session_reply(s, REPLY_SHUTDOWN, NULL, NULL);
	return WANT_AGAIN;
}

/* What is said last is said; nothing else is kept. */
static enum want
state_closing(struct session *s)
{
	session_cancel(s);
	session_reset(s);
	return WANT_CLOSE;
}

/* The client, or in some states a peer, has let the time pass. */
static void
session_timed_out(struct session *s)
{
	switch (s->state) {
	case SESSION_NEW:
	case SESSION_TLS:
		session_enter(s, SESSION_CLOSING);
		break;
	case SESSION_ASK:
	case SESSION_COMMIT:
		session_reply(s, REPLY_PROBLEM, NULL, NULL);
		break;
	case SESSION_CLOSING:
		break;
	default:
		session_reply(s,
		    s->is_blocked || session_pending(s) > 0 ? REPLY_PROBLEM :
							      REPLY_TIMEOUT,
		    NULL, NULL);
		break;
	}
}

/* A message that is on its way may finish; everything else ends now. */
static void
session_stop(struct session *s)
{
	s->stopping = true;
	switch (s->state) {
	case SESSION_DATA:
	case SESSION_CHUNK:
	case SESSION_COMMIT:
	case SESSION_CLOSING:
		break;
	case SESSION_TLS:
		session_enter(s, SESSION_CLOSING);
		break;
	default:
		if (s->state == SESSION_NEW && (s->have & HAVE_TLS) == 0)
			session_enter(s, SESSION_CLOSING);
		else
			session_reply(s, REPLY_SHUTDOWN, NULL, NULL);
		break;
	}
}

/* One event to the function of the state. */
static enum want
session_dispatch(struct session *s, enum session_event ev,
    const struct session_answer *a)
{
	if (ev == SESSION_EV_EOF && s->state != SESSION_CLOSING)
		session_enter(s, SESSION_CLOSING);
	else if (ev == SESSION_EV_TIMEOUT)
		session_timed_out(s);
	else if (ev == SESSION_EV_STOP)
		session_stop(s);
	switch (s->state) {
	case SESSION_NEW:
		return state_new(s, ev);
	case SESSION_COMMAND:
		return state_command(s, ev, a);
	case SESSION_AUTH:
		return session_read(s);
	case SESSION_TLS:
		return state_tls(s, ev);
	case SESSION_ASK:
		return state_ask(s, ev, a);
	case SESSION_DATA:
		return state_data(s, ev, a);
	case SESSION_CHUNK:
		return state_chunk(s, ev, a);
	case SESSION_COMMIT:
		return state_commit(s, ev, a);
	case SESSION_CLOSING:
	default:
		return state_closing(s);
	}
}

/*
 * Something happened; a is set with answers of peers only. Goes on until it
 * has to wait, then tells the owner for what, as the last thing it does: the
 * session may be freed by then. Not from within the owner's callback.
 */
void
session_event(struct session *s, enum session_event ev,
    const struct session_answer *a)
{
	enum want want;

	want = session_dispatch(s, ev, a);
	while (want == WANT_AGAIN)
		want = session_dispatch(s, SESSION_EV_GO, NULL);
	s->owner(s, want, s->owner_arg);
}
