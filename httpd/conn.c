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
 * A connection: socket on one side, one exchange after the other on the
 * other. Requests that a client sends ahead wait in the input until their
 * turn. All socket calls of httpd after accept are here.
 */
#include "conn.h"

#include <sys/queue.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bounds.h"
#include "connlimits.h"
#include "exchange.h"
#include "frontconf.h"
#include "httpd.h"
#include "log.h"
#include "pace.h"
#include "proc.h"
#include "request.h"
#include "source.h"
#include "tlsio.h"

/* What a connection waits for. */
enum want {
	WANT_AGAIN, /* nothing: only between steps */
	WANT_READ,
	WANT_PEER,  /* an answer; input may wait */
	WANT_WRITE, /* output to drain */
	WANT_CLOSE  /* send the output, then close */
};

/* Whose time runs, and how. */
enum conn_clock {
	CLOCK_NONE,
	CLOCK_TLS,
	CLOCK_IDLE,
	CLOCK_HEAD,
	CLOCK_BODY,
	CLOCK_PEER,
	CLOCK_ANSWER
};

struct conn {
	TAILQ_ENTRY(conn) next;
	struct conns *all;
	struct source *source;
	struct frontconf *conf;
	struct tlsio *io;
	struct exchange x;
	enum want want;
	enum conn_clock clock;
	struct pace pace; /* of the body */
	bool open;	  /* TLS is up, and the last words were not said */
	bool stopping;
	bool eof;
	bool held_up; /* the queue takes no more octets */
	bool running; /* a step is being taken */
	char text[HOST_SIZE];
	char tls[SMTPD_TLS_SIZE]; /* "TLSv1.3 CIPHER" */
};

struct conns {
	struct httpd *httpd;
	struct sources *sources;
	void (*empty)(void *); /* no connection is left */
	void *arg;
	size_t count;
	TAILQ_HEAD(, conn) list;
};

/*
 * No connection yet. empty is called when the last has ended. NULL without
 * memory.
 */
struct conns *
conns_new(struct httpd *httpd, void (*empty)(void *), void *arg)
{
	struct conns *all;

	all = calloc(1, sizeof(*all));
	if (all == NULL)
		return NULL;
	all->sources = sources_new();
	if (all->sources == NULL) {
		free(all);
		return NULL;
	}
	all->httpd = httpd;
	all->empty = empty;
	all->arg = arg;
	TAILQ_INIT(&all->list);
	return all;
}

/* How many connections there are. */
size_t
conns_count(const struct conns *all)
{
	return all->count;
}

static void
conn_free(struct conn *c)
{
	struct conns *all;

	all = c->all;
	exchange_clear(&c->x);
	if (c->x.out != NULL)
		evbuffer_free(c->x.out);
	tlsio_free(c->io);
	source_drop(all->sources, c->source);
	frontconf_unref(c->conf);
	TAILQ_REMOVE(&all->list, c, next);
	free(c);
	all->count--;
	all->httpd->stats.sessions = all->count;
	if (all->count == 0)
		all->empty(all->arg);
}

/* What there is of answers goes out. */
static void
conn_flush(struct conn *c)
{
	struct evbuffer *out;
	const void *p;
	size_t len;

	out = c->x.out;
	len = evbuffer_get_length(out);
	if (len == 0)
		return;
	p = evbuffer_pullup(out, -1);
	if (p != NULL)
		(void)tlsio_write(c->io, p, len);
	(void)evbuffer_drain(out, len);
}

/* The clock that runs in this state. */
static enum conn_clock
conn_which_clock(const struct conn *c)
{
	if (!c->open)
		return CLOCK_TLS;
	switch (c->x.state) {
	case EXCHANGE_HEAD:
		return request_begun(c->x.request) ? CLOCK_HEAD : CLOCK_IDLE;
	case EXCHANGE_BODY:
		return CLOCK_BODY;
	case EXCHANGE_ANSWERED:
		return CLOCK_ANSWER;
	default:
		return CLOCK_PEER;
	}
}

/* Set the time that is left, if another clock runs now. */
static void
conn_set_clock(struct conn *c)
{
	static const unsigned seconds[] = {
		[CLOCK_TLS] = HTTPD_HANDSHAKE_SECONDS,
		[CLOCK_IDLE] = HTTPD_IDLE_SECONDS,
		[CLOCK_HEAD] = HTTPD_HEAD_SECONDS,
		[CLOCK_PEER] = HTTPD_PEER_SECONDS,
		[CLOCK_ANSWER] = HTTPD_ANSWER_SECONDS,
	};
	enum conn_clock which;

	which = conn_which_clock(c);
	if (which == c->clock)
		return;
	c->clock = which;
	if (which == CLOCK_BODY) {
		pace_start(&c->pace);
		tlsio_deadline(c->io, 0);
		tlsio_timeout(c->io, c->conf->smtp.data_timeout);
	} else {
		tlsio_timeout(c->io, 0);
		tlsio_deadline(c->io, seconds[which]);
	}
}

/* The first octets of the input, as they lie there. */
static char *
conn_piece(struct evbuffer *in, size_t *len)
{
	*len = evbuffer_get_contiguous_space(in);
	return (char *)evbuffer_pullup(in, (ev_ssize_t)*len);
}

/* More of a head. */
static enum want
conn_head(struct conn *c, struct evbuffer *in)
{
	enum request_status r;
	const char *p;
	size_t len, used;

	if (c->stopping && !request_begun(c->x.request))
		return WANT_CLOSE;
	if (evbuffer_get_length(in) == 0)
		return c->eof ? WANT_CLOSE : WANT_READ;
	p = conn_piece(in, &len);
	r = request_feed(c->x.request, p, len, &used);
	(void)evbuffer_drain(in, used);
	if (r != REQUEST_MORE)
		exchange_begin(&c->x);
	return WANT_AGAIN;
}

/* Not waiting for the queue any more. */
static void
conn_go_on(struct conn *c)
{
	if (c->held_up)
		pace_resume(&c->pace);
	c->held_up = false;
}

/* More of a body. */
static enum want
conn_body(struct conn *c, struct evbuffer *in)
{
	const struct conf_smtp *limits;
	size_t len, used;
	char *p;

	limits = &c->conf->smtp;
	if (evbuffer_get_length(in) == 0) {
		if (c->eof)
			return WANT_CLOSE;
		/* Not before its clock runs. */
		if (c->clock == CLOCK_BODY && limits->data_rate != 0 &&
		    pace_is_slow(&c->pace, limits->data_timeout,
			limits->data_rate)) {
			exchange_refuse(&c->x, FAULT_TIMEOUT, NULL);
			return WANT_AGAIN;
		}
		return WANT_READ;
	}
	if (exchange_is_held_up(&c->x)) {
		if (!c->held_up)
			pace_pause(&c->pace);
		c->held_up = true;
		return WANT_PEER;
	}
	conn_go_on(c);
	p = conn_piece(in, &len);
	used = exchange_body(&c->x, p, len);
	c->pace.octets += used;
	c->all->httpd->stats.octets += used;
	explicit_bzero(p, used); /* may have had a private key */
	(void)evbuffer_drain(in, used);
	return WANT_AGAIN;
}

/* The answer is in the output: on to the next request, or to the end. */
static enum want
conn_answered(struct conn *c)
{
	conn_go_on(c);
	conn_flush(c);
	if (c->x.close || c->stopping)
		return WANT_CLOSE;
	if (tlsio_unsent(c->io) > HTTPD_OUTPUT_MAX)
		return WANT_WRITE;
	exchange_next(&c->x);
	return WANT_AGAIN;
}

static enum want
conn_step(struct conn *c)
{
	switch (c->x.state) {
	case EXCHANGE_HEAD:
		return conn_head(c, tlsio_input(c->io));
	case EXCHANGE_BODY:
		return conn_body(c, tlsio_input(c->io));
	case EXCHANGE_ANSWERED:
		return conn_answered(c);
	default:
		return WANT_PEER;
	}
}

/*
 * Go on until it has to wait. The last call to a connection in any event: it
 * may be closed then.
 */
static void
conn_run(struct conn *c)
{
	if (!c->open || c->running)
		return;
	c->running = true;
	do {
		conn_set_clock(c);
		c->want = conn_step(c);
	} while (c->want == WANT_AGAIN);
	conn_set_clock(c);
	c->running = false;
	conn_flush(c);
	if (c->want == WANT_CLOSE) {
		c->open = false;
		exchange_next(&c->x);
		tlsio_close(c->io);
		return;
	}
	tlsio_read_enable(c->io, c->want == WANT_READ);
}

/* After a peer's answer. */
static void
conn_changed_cb(void *arg)
{
	conn_run(arg);
}

/* The handshake is complete. */
static void
conn_connected(struct conn *c)
{
	const char *version, *cipher;

	c->all->httpd->stats.handshakes++;
	version = tlsio_version(c->io);
	cipher = tlsio_cipher(c->io);
	(void)snprintf(c->tls, sizeof(c->tls), "%s %s",
	    version == NULL ? "TLS" : version, cipher == NULL ? "" : cipher);
	c->open = true;
	conn_run(c);
}

/* The time is over: say so, if there is anybody to say it to. */
static void
conn_timed_out(struct conn *c)
{
	switch (c->clock) {
	case CLOCK_HEAD:
	case CLOCK_BODY:
		c->x.close = true;
		exchange_refuse(&c->x, FAULT_TIMEOUT, NULL);
		conn_run(c);
		break;
	case CLOCK_PEER:
		c->x.close = true;
		exchange_refuse(&c->x, FAULT_INTERNAL, NULL);
		conn_run(c);
		break;
	default:
		log_debug("timeout source=%s", c->text);
		conn_free(c);
		break;
	}
}

static void
conn_failed(struct conn *c)
{
	if (!c->open && c->clock == CLOCK_TLS && c->tls[0] == '\0')
		c->all->httpd->stats.handshake_failures++;
	log_debug("disconnected source=%s: %s", c->text, tlsio_error(c->io));
	conn_free(c);
}

static void
conn_event_cb(struct tlsio *io, enum tlsio_event event, void *arg)
{
	struct conn *c;

	c = arg;
	switch (event) {
	case TLSIO_CONNECTED:
		conn_connected(c);
		break;
	case TLSIO_READ:
		if (c->want == WANT_READ)
			conn_run(c);
		break;
	case TLSIO_DRAINED:
		if (c->want == WANT_WRITE)
			conn_run(c);
		break;
	case TLSIO_EOF:
		c->eof = true;
		if (c->want == WANT_READ)
			conn_run(c);
		break;
	case TLSIO_TIMEOUT:
		conn_timed_out(c);
		break;
	case TLSIO_ERROR:
		conn_failed(c);
		break;
	case TLSIO_CLOSED:
		conn_free(c);
		break;
	}
}

/* The connection in the list; its exchange may lack memory. */
static struct conn *
conn_new(struct conns *all, struct frontconf *conf, int fd,
    struct source *source, const char *text)
{
	struct conn *c;

	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	c->io = tlsio_new(proc_base(), fd, conn_event_cb, c);
	if (c->io == NULL) {
		free(c);
		return NULL;
	}
	c->all = all;
	c->source = source;
	c->conf = frontconf_ref(conf);
	(void)snprintf(c->text, sizeof(c->text), "%s", text);
	c->x.httpd = all->httpd;
	c->x.conf = conf;
	c->x.source = c->text;
	c->x.tls = c->tls;
	c->x.session = ++all->httpd->sessions;
	c->x.changed = conn_changed_cb;
	c->x.arg = c;
	c->x.out = evbuffer_new();
	TAILQ_INSERT_TAIL(&all->list, c, next);
	all->count++;
	all->httpd->stats.sessions = all->count;
	return c;
}

/* Whether one more from there may be. */
static bool
conns_have_room(const struct conns *all, const struct frontconf *conf,
    const struct source *source)
{
	return source != NULL && all->count < conf->smtp.sessions_max &&
	    source_count(source) <= conf->smtp.sessions_source;
}

/* Shake hands. */
static void
conn_start(struct conn *c, const struct conf_listen_entry *listen)
{
	if (c->x.out == NULL || exchange_init(&c->x) == -1) {
		log_warnx("out of memory for a connection");
		conn_free(c);
		return;
	}
	tlsio_input_max(c->io, HTTPD_INPUT_MAX);
	conn_set_clock(c);
	if (tlsio_start_server(c->io, listen->pki->tls) == 0)
		return;
	log_info("refused source=%s: %s", c->text, tlsio_error(c->io));
	conn_free(c);
}

/*
 * A connection was accepted; acceptor_cb. Too many are closed without a word:
 * there is no TLS yet to say it in.
 */
void
conns_accept(void *arg, struct frontconf *conf,
    const struct conf_listen_entry *listen, int fd, const struct sockaddr *sa)
{
	char text[HOST_SIZE];
	struct source *source;
	struct conns *all;
	struct conn *c;
	int on;

	all = arg;
	all->httpd->stats.connections++;
	source = source_add(all->sources, sa);
	if (source_text(sa, text, sizeof(text)) == -1)
		(void)snprintf(text, sizeof(text), "-");
	c = NULL;
	if (conns_have_room(all, conf, source)) {
		on = 1;
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		c = conn_new(all, conf, fd, source, text);
	}
	if (c != NULL) {
		conn_start(c, listen);
		return;
	}
	log_info("refused source=%s: too many connections", text);
	all->httpd->stats.refused_connections++;
	if (source != NULL)
		source_drop(all->sources, source);
	(void)close(fd);
}

/* The process is to stop: what is asked is answered, and nothing after it. */
void
conns_stop(struct conns *all)
{
	struct conn *c, *next;

	for (c = TAILQ_FIRST(&all->list); c != NULL; c = next) {
		next = TAILQ_NEXT(c, next);
		c->stopping = true;
		if (c->open)
			conn_run(c);
		else if (c->tls[0] == '\0')
			conn_free(c);
	}
}

/* The queue takes octets again, or is gone: go on with who waits for that. */
void
conns_room(struct conns *all)
{
	struct conn *c, *next;

	for (c = TAILQ_FIRST(&all->list); c != NULL; c = next) {
		next = TAILQ_NEXT(c, next);
		if (c->open && c->want == WANT_PEER)
			exchange_event(&c->x, EXCHANGE_EV_ROOM, 0, NULL);
	}
}
