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
 * Connections.  Bytes go from the socket through the reply parser to the
 * session, and what the session waits for becomes timers and calls of the
 * owner.  This file knows sockets and no SMTP.
 */

#include <sys/socket.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tls.h>
#include <unistd.h>

#include "clock.h"
#include "compat.h"
#include "job.h"
#include "limits.h"
#include "link.h"
#include "log.h"
#include "mx.h"
#include "netaddr.h"
#include "reply.h"
#include "session.h"
#include "sources.h"
#include "tlsio.h"

enum link_order {
	ORDER_NONE,
	ORDER_JOB,
	ORDER_QUIT,
	ORDER_ABORT,
	ORDER_YIELD,
	ORDER_FAIL /* the connection could not even be begun */
};

struct link {
	struct event_base *base;
	struct tls_config *tls;
	struct netaddr source; /* family 0: any */
	struct target target;
	unsigned connect_timeout;
	link_cb cb;
	void *arg;
	struct tlsio *io;
	struct event *go; /* carries the order out */
	enum link_order order;
	struct job *job; /* of ORDER_JOB */
	int error;	 /* of ORDER_FAIL */
	int64_t since;	 /* it was begun, or given its job */
	bool idle;
	bool asking;   /* the owner is in LINK_READY */
	bool closed;   /* the owner was told */
	bool released; /* by the owner; until TLSIO_CLOSED */
	struct session *session;
	struct reply reply;
};

static void link_want(struct link *, enum session_want);

/* Free all that is left. */
static void
destroy(struct link *l)
{
	tlsio_free(l->io);
	if (l->go != NULL)
		event_free(l->go);
	job_free(l->job);
	session_free(l->session);
	free(l);
}

/*
 * Free a link, in any state; NULL is allowed.  One that is ready says QUIT, one
 * that has ended may take a moment to close; else the connection is cut, and a
 * job on it has no outcome.
 */
void
link_free(struct link *l)
{
	if (l == NULL)
		return;
	if (!l->closed && l->io != NULL && link_waits(l)) {
		(void)session_event(l->session, SESSION_EV_QUIT, NULL);
		tlsio_close(l->io);
		l->closed = true;
	}
	if (l->closed && l->io != NULL)
		l->released = true;
	else
		destroy(l);
}

/* The time that the present wait may take. */
static void
set_timers(struct link *l)
{
	unsigned seconds;

	seconds = session_timeout(l->session);
	if (l->idle)
		seconds = SESSION_IDLE;
	if (session_is_sending(l->session)) {
		tlsio_deadline(l->io, 0);
		tlsio_timeout(l->io, seconds);
	} else {
		tlsio_timeout(l->io, 0);
		tlsio_deadline(l->io, seconds);
	}
}

/* Begin the handshake.  Host names go into SNI, addresses do not. */
static enum session_want
start_tls(struct link *l)
{
	struct netaddr addr;
	const char *name;

	name = l->target.host;
	if (name[0] == '[' || netaddr_parse(name, &addr) == 0)
		name = NULL;
	if (tlsio_start_client(l->io, l->tls, name) == 0)
		return SESSION_TLS;
	return session_event(l->session, SESSION_EV_LOST, tlsio_error(l->io));
}

/* The session is ready: ask the owner what for. */
static enum session_want
ask_owner(struct link *l)
{
	struct job *job;

	if (evbuffer_get_length(tlsio_input(l->io)) > 0)
		return session_event(l->session, SESSION_EV_GARBAGE, NULL);
	l->asking = true;
	l->cb(l, LINK_READY, l->arg);
	l->asking = false;
	if (l->closed)
		l->order = ORDER_NONE; /* the owner has freed it */
	switch (l->order) {
	case ORDER_JOB:
		l->order = ORDER_NONE;
		job = l->job;
		l->job = NULL;
		return session_event(l->session, SESSION_EV_JOB, job);
	case ORDER_QUIT:
		l->order = ORDER_NONE;
		return session_event(l->session, SESSION_EV_QUIT, NULL);
	default:
		l->idle = true;
		return SESSION_JOB;
	}
}

/* Do what the session waits for.  The link may be gone afterwards. */
static void
link_want(struct link *l, enum session_want want)
{
	l->idle = false;
	while (want == SESSION_JOB && !l->idle)
		want = ask_owner(l);
	if (want == SESSION_TLS)
		want = start_tls(l);
	if (l->closed)
		return;
	if (want != SESSION_GOODBYE) {
		set_timers(l);
		return;
	}
	l->closed = true;
	if (l->io != NULL)
		tlsio_close(l->io);
	l->cb(l, LINK_CLOSED, l->arg);
}

/* Replies, as many as have come. */
static void
read_replies(struct link *l)
{
	struct evbuffer *in = tlsio_input(l->io);
	enum reply_result result;
	enum session_want want;
	const char *data;
	size_t len, used;

	while (!l->closed && (len = evbuffer_get_length(in)) > 0) {
		data = (const char *)evbuffer_pullup(in, -1);
		if (data == NULL)
			return;
		result = reply_parse(&l->reply, data, len, &used);
		if (result == REPLY_MORE)
			return;
		if (result == REPLY_BAD) {
			want = session_event(l->session, SESSION_EV_GARBAGE,
			    NULL);
			(void)evbuffer_drain(in, len);
		} else {
			want = session_event(l->session,
			    result == REPLY_LINE ? SESSION_EV_LINE :
						   SESSION_EV_REPLY,
			    &l->reply);
			(void)evbuffer_drain(in, used);
		}
		/* The time is for the whole reply, not for each line of it. */
		if (result == REPLY_LINE && want == SESSION_REPLY)
			continue;
		if (result != REPLY_LINE)
			reply_reset(&l->reply);
		link_want(l, want); /* after the end, l lives on a turn */
	}
}

/* Whether the other end is an address of this very host. */
static bool
is_own_address(int fd)
{
	struct sockaddr_storage here, there;
	socklen_t here_len = sizeof(here), there_len = sizeof(there);

	memset(&here, 0, sizeof(here));
	memset(&there, 0, sizeof(there));
	if (getsockname(fd, (struct sockaddr *)&here, &here_len) == -1 ||
	    getpeername(fd, (struct sockaddr *)&there, &there_len) == -1)
		return false;
	if (here.ss_family == AF_INET)
		return ((struct sockaddr_in *)&here)->sin_addr.s_addr ==
		    ((struct sockaddr_in *)&there)->sin_addr.s_addr;
	return memcmp(&((struct sockaddr_in6 *)&here)->sin6_addr,
		   &((struct sockaddr_in6 *)&there)->sin6_addr,
		   sizeof(struct in6_addr)) == 0;
}

/* TCP, or after it TLS, is complete. */
static enum session_want
connected(struct link *l)
{
	char text[64];

	if (tlsio_is_tls(l->io)) {
		(void)snprintf(text, sizeof(text), "%s %s",
		    tlsio_version(l->io), tlsio_cipher(l->io));
		return session_event(l->session, SESSION_EV_TLS, text);
	}
	if (!l->target.trusted && is_own_address(tlsio_fd(l->io)))
		return session_event(l->session, SESSION_EV_LOST,
		    "the address is one of this host: mail loops");
	return session_event(l->session, SESSION_EV_CONNECTED, NULL);
}

static void
io_cb(struct tlsio *io, enum tlsio_event event, void *arg)
{
	struct link *l = arg;
	struct session *s = l->session;

	if (event == TLSIO_CLOSED) {
		l->io = NULL;
		tlsio_free(io);
		if (l->released)
			destroy(l);
		return;
	}
	if (l->closed)
		return;
	switch (event) {
	case TLSIO_CONNECTED:
		link_want(l, connected(l));
		break;
	case TLSIO_READ:
		read_replies(l);
		break;
	case TLSIO_DRAINED:
		if (session_is_sending(s))
			link_want(l,
			    session_event(s, SESSION_EV_DRAINED, NULL));
		break;
	case TLSIO_TIMEOUT:
		link_want(l,
		    session_event(s,
			l->idle ? SESSION_EV_QUIT : SESSION_EV_TIMEOUT, NULL));
		break;
	case TLSIO_EOF:
		link_want(l,
		    session_event(s, SESSION_EV_LOST,
			"the server closed the connection"));
		break;
	case TLSIO_ERROR:
	default:
		link_want(l,
		    session_event(s, SESSION_EV_LOST, tlsio_error(io)));
		break;
	}
}

/* Carry out an order that was given outside of LINK_READY. */
static void
go_cb(evutil_socket_t fd, short what, void *arg)
{
	struct link *l = arg;
	enum link_order order = l->order;
	struct job *job = l->job;

	if (l->closed)
		return;
	l->order = ORDER_NONE;
	l->job = NULL;
	switch (order) {
	case ORDER_JOB:
		link_want(l, session_event(l->session, SESSION_EV_JOB, job));
		break;
	case ORDER_QUIT:
		link_want(l, session_event(l->session, SESSION_EV_QUIT, NULL));
		break;
	case ORDER_ABORT:
		link_want(l, session_event(l->session, SESSION_EV_ABORT, NULL));
		break;
	case ORDER_YIELD:
		link_want(l, session_event(l->session, SESSION_EV_YIELD, NULL));
		break;
	case ORDER_FAIL:
		link_want(l,
		    session_event(l->session, SESSION_EV_LOST,
			strerror(l->error)));
		break;
	case ORDER_NONE:
	default:
		break;
	}
}

/* Leave from one of the sources, if there are any.  -1 with errno. */
static int
bind_source(struct link *l, const struct link_conf *conf, int fd)
{
	struct sockaddr_storage ss;
	char text[HOST_SIZE];
	socklen_t len;
	int saved;

	if (conf->sources[0] == '\0')
		return 0;
	if (sources_pick(conf->sources, l->target.addr.family, conf->turn,
		&l->source) == -1) {
		errno = EAFNOSUPPORT;
		return -1;
	}
	len = netaddr_sockaddr(&l->source, 0, &ss);
	if (bind(fd, (struct sockaddr *)&ss, len) == 0)
		return 0;
	saved = errno;
	log_warn("source %s", netaddr_format(&l->source, text));
	errno = saved;
	return -1;
}

/* Begin to connect.  -1 with errno. */
static int
open_socket(struct link *l, const struct link_conf *conf)
{
	struct sockaddr_storage ss;
	socklen_t len;
	int fd, saved, on = 1;

	len = netaddr_sockaddr(&l->target.addr, l->target.port, &ss);
	fd = socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0);
	if (fd == -1)
		return -1;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (bind_source(l, conf, fd) == -1 ||
	    (connect(fd, (struct sockaddr *)&ss, len) == -1 &&
		errno != EINPROGRESS)) {
		saved = errno;
		(void)close(fd);
		errno = saved;
		return -1;
	}
	l->io = tlsio_new(l->base, fd, io_cb, l);
	if (l->io == NULL)
		return -1;
	tlsio_input_max(l->io, LINK_INPUT_MAX);
	tlsio_output_low(l->io, BODY_UNSENT_MAX / 2);
	tlsio_deadline(l->io, l->connect_timeout);
	return tlsio_connecting(l->io);
}

static int
output_write(void *arg, const void *data, size_t len)
{
	struct link *l = arg;

	return l->io == NULL ? -1 : tlsio_write(l->io, data, len);
}

static size_t
output_unsent(void *arg)
{
	struct link *l = arg;

	return l->io == NULL ? 0 : tlsio_unsent(l->io);
}

static struct session *
new_session(struct link *l, const struct link_conf *conf)
{
	struct session_conf sc;
	struct output output = { output_write, output_unsent, l };

	memset(&sc, 0, sizeof(sc));
	sc.hostname = conf->hostname;
	sc.tls = conf->tls != NULL && !l->target.plain;
	sc.trusted = l->target.trusted;
	(void)strlcpy(sc.where.host, l->target.host, sizeof(sc.where.host));
	(void)netaddr_format(&l->target.addr, sc.where.address);
	return session_new(&sc, &output);
}

/*
 * Connect to a target, which is copied.  NULL without memory; every other
 * failure comes as LINK_CLOSED.
 */
struct link *
link_new(const struct link_conf *conf, const struct target *target, link_cb cb,
    void *arg)
{
	struct link *l;

	l = calloc(1, sizeof(*l));
	if (l == NULL)
		return NULL;
	l->base = conf->base;
	l->tls = conf->tls;
	l->connect_timeout = conf->connect_timeout;
	l->since = clock_seconds();
	l->target = *target;
	l->cb = cb;
	l->arg = arg;
	l->go = event_new(l->base, -1, 0, go_cb, l);
	l->session = new_session(l, conf);
	if (l->go == NULL || l->session == NULL) {
		destroy(l);
		return NULL;
	}
	if (open_socket(l, conf) == -1) {
		l->error = errno;
		l->order = ORDER_FAIL;
		event_active(l->go, EV_TIMEOUT, 0);
	}
	return l;
}

static void
give_order(struct link *l, enum link_order order)
{
	l->order = order;
	if (!l->asking)
		event_active(l->go, EV_TIMEOUT, 0);
}

/* A job for a link that is ready, which takes it over. */
void
link_give(struct link *l, struct job *job)
{
	l->since = clock_seconds();
	l->idle = false;
	l->job = job;
	give_order(l, ORDER_JOB);
}

/* The end for a link that is ready. */
void
link_quit(struct link *l)
{
	l->idle = false;
	give_order(l, ORDER_QUIT);
}

/* The end for any link: a job on it fails for now. */
void
link_abort(struct link *l)
{
	give_order(l, ORDER_ABORT);
}

/*
 * The end in favour of others, if no message is on its way; a job on it is
 * given back.
 */
void
link_yield(struct link *l)
{
	if (l->order == ORDER_NONE)
		give_order(l, ORDER_YIELD);
}

/* Whether connecting, or its job, takes long; now in monotonic seconds. */
bool
link_is_late(const struct link *l, int64_t now)
{
	return now - l->since >= SLOW_SECONDS;
}

/*
 * Whether it is ready for a job.  One that was without for too long has said
 * QUIT by itself, and ends when the server has answered.
 */
bool
link_waits(const struct link *l)
{
	return l->idle || l->asking;
}

/* Whether it could yield. */
bool
link_may_yield(const struct link *l)
{
	return l->order == ORDER_NONE && session_may_yield(l->session);
}

/* Where it leaves from; of family 0 if the system has chosen. */
const struct netaddr *
link_source(const struct link *l)
{
	return &l->source;
}

/* Where it leads to. */
const struct target *
link_target(const struct link *l)
{
	return &l->target;
}

/* Whether TLS is in place. */
bool
link_is_tls(const struct link *l)
{
	return l->io != NULL && tlsio_is_tls(l->io);
}

/* After LINK_CLOSED: how it ended. */
enum session_end
link_end(const struct link *l)
{
	return session_end(l->session);
}

/* After LINK_CLOSED by host or TLS: why. */
const struct work_outcome *
link_failure(const struct link *l)
{
	return session_failure(l->session);
}

/* After LINK_CLOSED: a job that is to be tried elsewhere, or NULL. */
struct job *
link_take_back(struct link *l)
{
	struct job *job = l->job;

	l->job = NULL;
	return job != NULL ? job : session_take_back(l->session);
}
