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
 * One connection each: socket on one side, session on the other. All socket
 * calls of smtpd after accept are here; SMTP is the session's.
 */
#include "client.h"

#include <sys/queue.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bounds.h"
#include "frontconf.h"
#include "log.h"
#include "proc.h"
#include "reply.h"
#include "session.h"
#include "source.h"
#include "tlsio.h"

struct client {
	TAILQ_ENTRY(client) next;
	struct clients *all;
	struct source *source;
	struct tlsio *io;
	struct session *session; /* NULL when its last words were said */
	struct tls *tls;	 /* server context, the configuration's */
	enum want want;
	unsigned timeout;
	bool started; /* the session was told of the connection */
	bool eof;
};

struct clients {
	struct session_env *env;
	struct sources *sources;
	void (*empty)(void *); /* no connection is left */
	void *arg;
	size_t count;
	TAILQ_HEAD(, client) list;
};

/*
 * No connection yet. empty is called when the last has ended. NULL without
 * memory.
 */
struct clients *
clients_new(struct session_env *env, void (*empty)(void *), void *arg)
{
	struct clients *all;

	all = calloc(1, sizeof(*all));
	if (all == NULL)
		return NULL;
	all->sources = sources_new();
	if (all->sources == NULL) {
		free(all);
		return NULL;
	}
	all->env = env;
	all->empty = empty;
	all->arg = arg;
	TAILQ_INIT(&all->list);
	return all;
}

/* How many connections there are. */
size_t
clients_count(const struct clients *all)
{
	return all->count;
}

static void
client_free(struct client *c)
{
	struct clients *all;

	all = c->all;
	session_free(c->session);
	tlsio_free(c->io);
	source_drop(all->sources, c->source);
	TAILQ_REMOVE(&all->list, c, next);
	free(c);
	all->count--;
	all->env->stats.sessions = all->count;
	if (all->count == 0)
		all->empty(all->arg);
}

/* What the session has to say goes out. */
static void
client_flush(struct client *c)
{
	struct evbuffer *out;
	const void *p;
	size_t len;

	out = c->session->out;
	len = evbuffer_get_length(out);
	if (len == 0)
		return;
	p = evbuffer_pullup(out, -1);
	if (p != NULL)
		(void)tlsio_write(c->io, p, len);
	(void)evbuffer_drain(out, len);
}

/* Set the time that the client has, if it is another one now. */
static void
client_set_timeout(struct client *c)
{
	unsigned seconds;

	seconds = session_timeout(c->session);
	if (seconds == c->timeout)
		return;
	c->timeout = seconds;
	tlsio_timeout(c->io, seconds);
}

static void
client_close(struct client *c)
{
	session_free(c->session);
	c->session = NULL;
	tlsio_close(c->io);
}

/* TLS starts now; what a client sent before its time is never taken for it. */
static void
client_start_tls(struct client *c)
{
	if (tlsio_start_server(c->io, c->tls) == 0)
		return;
	log_info("refused source=%s: %s", c->session->source,
	    tlsio_error(c->io));
	client_close(c);
}

/* The session has gone as far as it could. */
static void
client_want_cb(struct session *s, enum want want, void *arg)
{
	struct client *c;
	bool data;

	c = arg;
	client_flush(c);
	c->want = want;
	if (want == WANT_CLOSE) {
		client_close(c);
		return;
	}
	client_set_timeout(c);
	data = session_receives(s);
	tlsio_input_max(c->io, data ? SMTPD_INPUT_DATA : SMTPD_INPUT_COMMAND);
	if (want == WANT_TLS && !tlsio_is_tls(c->io)) {
		client_start_tls(c);
		return;
	}
	if (want == WANT_READ && c->eof) {
		session_event(s, SESSION_EV_EOF, NULL);
		return;
	}
	tlsio_read_enable(c->io, want == WANT_READ);
}

/* A TLS handshake is complete. */
static void
client_connected(struct client *c)
{
	struct session *s;

	s = c->session;
	c->all->env->stats.handshakes++;
	session_set_tls(s, tlsio_version(c->io), tlsio_cipher(c->io));
	log_debug("tls source=%s %s", s->source, s->tls);
	if (c->started) {
		session_event(s, SESSION_EV_TLS_UP, NULL);
		return;
	}
	c->started = true;
	session_event(s, SESSION_EV_START, NULL);
}

/* The connection is broken: no reply can be given. */
static void
client_failed(struct client *c)
{
	if (c->session != NULL) {
		if (c->want == WANT_TLS)
			c->all->env->stats.handshake_failures++;
		log_info("disconnected source=%s: %s", c->session->source,
		    tlsio_error(c->io));
	}
	client_free(c);
}

static void
client_event_cb(struct tlsio *io, enum tlsio_event event, void *arg)
{
	struct client *c;

	c = arg;
	switch (event) {
	case TLSIO_CONNECTED:
		client_connected(c);
		break;
	case TLSIO_READ:
		if (c->want == WANT_READ)
			session_event(c->session, SESSION_EV_INPUT, NULL);
		break;
	case TLSIO_DRAINED:
		if (c->want == WANT_WRITE)
			session_event(c->session, SESSION_EV_INPUT, NULL);
		break;
	case TLSIO_EOF:
		c->eof = true;
		if (c->want == WANT_READ)
			session_event(c->session, SESSION_EV_EOF, NULL);
		break;
	case TLSIO_TIMEOUT:
		session_event(c->session, SESSION_EV_TIMEOUT, NULL);
		break;
	case TLSIO_ERROR:
		client_failed(c);
		break;
	case TLSIO_CLOSED:
		client_free(c);
		break;
	}
}

/*
 * Say 421 instead of the greeting (RFC 5321 section 3.1) and close. On a TLS
 * port there is nobody to say it to yet.
 */
static void
client_turn_away(struct clients *all, const struct frontconf *conf,
    const struct conf_listen_entry *listen, int fd)
{
	char line[REPLY_LINE_SIZE];
	size_t len;

	all->env->stats.refused_connections++;
	if (listen->listen.tls == LISTEN_STARTTLS) {
		len = reply_format(REPLY_CONNECTIONS, conf->smtp.enhanced_codes,
		    NULL, NULL, line);
		memcpy(line + len, "\r\n", 2);
		(void)send(fd, line, len + 2, MSG_DONTWAIT | MSG_NOSIGNAL);
	}
	(void)close(fd);
}

/* The connection in the list, not started. NULL without memory. */
static struct client *
client_new(struct clients *all, struct frontconf *conf,
    const struct conf_listen_entry *listen, int fd, struct source *source,
    const char *text)
{
	struct client *c;

	c = calloc(1, sizeof(*c));
	if (c == NULL) {
		(void)close(fd);
		return NULL;
	}
	c->all = all;
	c->source = source;
	c->tls = listen->pki->tls;
	c->io = tlsio_new(proc_base(), fd, client_event_cb, c);
	if (c->io == NULL) {
		free(c);
		return NULL;
	}
	c->session = session_new(all->env, conf, tlsio_input(c->io), text,
	    client_want_cb, c);
	if (c->session == NULL) {
		tlsio_free(c->io);
		free(c);
		return NULL;
	}
	c->session->sasl.offered = listen->listen.auth;
	if (listen->listen.insecure)
		c->session->have |= HAVE_LOCAL;
	TAILQ_INSERT_TAIL(&all->list, c, next);
	all->count++;
	all->env->stats.sessions = all->count;
	return c;
}

/* Greet, or on a TLS port shake hands first. */
static void
client_start(struct client *c, const struct conf_listen_entry *listen)
{
	client_set_timeout(c);
	if (listen->listen.tls == LISTEN_TLS) {
		c->want = WANT_TLS;
		client_start_tls(c);
		return;
	}
	c->started = true;
	session_event(c->session, SESSION_EV_START, NULL);
}

/*
 * A connection was accepted: begin a session under this configuration, or
 * turn it away if there are too many. fd is taken over.
 */
void
client_accept(struct clients *all, struct frontconf *conf,
    const struct conf_listen_entry *listen, int fd, const struct sockaddr *sa)
{
	char text[HOST_SIZE];
	struct source *source;
	struct client *c;
	int on;

	all->env->stats.connections++;
	source = source_add(all->sources, sa);
	if (source == NULL || source_text(sa, text, sizeof(text)) == -1 ||
	    all->count >= conf->smtp.sessions_max ||
	    source_count(source) > conf->smtp.sessions_source) {
		log_info("refused source=%s: too many connections",
		    source == NULL ? "-" : text);
		if (source != NULL)
			source_drop(all->sources, source);
		client_turn_away(all, conf, listen, fd);
		return;
	}
	on = 1;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	c = client_new(all, conf, listen, fd, source, text);
	if (c == NULL) {
		log_warnx("out of memory for a connection");
		source_drop(all->sources, source);
		return;
	}
	client_start(c, listen);
}

/* The process is to stop: sessions are told, and end as soon as they can. */
void
clients_stop(struct clients *all)
{
	struct client *c, *next;

	for (c = TAILQ_FIRST(&all->list); c != NULL; c = next) {
		next = TAILQ_NEXT(c, next);
		if (c->session != NULL)
			session_event(c->session, SESSION_EV_STOP, NULL);
	}
}

/* The queue takes bytes again: go on with those that wait for that. */
void
clients_room(struct clients *all)
{
	struct session *s, *last;

	last = TAILQ_LAST(&all->env->blocked, session_blocked);
	while ((s = TAILQ_FIRST(&all->env->blocked)) != NULL) {
		session_event(s, SESSION_EV_ROOM, NULL);
		if (s == last)
			break;
	}
}
