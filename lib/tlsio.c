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
 * Connections: bytes of a wire, driven by level-triggered events.  It must
 * not know what the bytes mean, and must not block.
 *
 * A direction that is wanted and not blocked is tried without waiting for an
 * event, because libtls may hold bytes that the socket does not show any more.
 */
#include "tlsio.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <tls.h>
#include <unistd.h>

#include "bounds.h"
#include "idle.h"
#include "wire.h"

enum tlsio_state {
	STATE_CONNECTING, /* until connect(2) has an outcome */
	STATE_OPEN,
	STATE_STARTING, /* plain output leaves before the handshake */
	STATE_HANDSHAKE,
	STATE_CLOSING,	 /* the last output leaves */
	STATE_LINGERING, /* until the peer closes too */
	STATE_DONE	 /* ERROR or CLOSED was told */
};

struct tlsio {
	struct wire wire;
	enum tlsio_state state;
	tlsio_cb cb;
	void *arg;
	struct evbuffer *in;
	struct evbuffer *out;
	size_t in_max;
	size_t out_low;
	bool reading; /* the owner wants input */
	bool eof;     /* the peer will send no more */
	bool eof_told;
	bool drain_due; /* output rose above the low mark */
	bool broken;	/* nothing can be sent any more */
	bool running;
	bool freed; /* while running */
	struct event read_ev;
	struct event write_ev;
	struct idle idle;
};

static void tlsio_run(struct tlsio *, short);

static void
tlsio_tell(struct tlsio *t, enum tlsio_event event)
{
	if (!t->freed)
		t->cb(t, event, t->arg);
}

/* The only place where the state changes. */
static void
tlsio_enter(struct tlsio *t, enum tlsio_state state)
{
	t->state = state;
	switch (state) {
	case STATE_CONNECTING:
		wire_block(&t->wire.out, EV_WRITE);
		break;
	case STATE_OPEN:
	case STATE_STARTING:
		idle_touch(&t->idle);
		break;
	case STATE_HANDSHAKE:
		t->wire.in.blocked = false;
		break;
	case STATE_CLOSING:
		idle_timeout(&t->idle, 0);
		idle_deadline(&t->idle, TLSIO_CLOSE_SECONDS);
		break;
	case STATE_LINGERING:
		idle_shorten(&t->idle, TLSIO_LINGER_SECONDS);
		break;
	case STATE_DONE:
		idle_clear(&t->idle);
		break;
	}
}

/* On the way out: the owner waits for TLSIO_CLOSED, or had the last event. */
static bool
tlsio_is_ending(const struct tlsio *t)
{
	return t->state == STATE_CLOSING || t->state == STATE_LINGERING ||
	    t->state == STATE_DONE;
}

/* Nothing more comes but this one event. */
static void
tlsio_end(struct tlsio *t, enum tlsio_event event)
{
	tlsio_enter(t, STATE_DONE);
	tlsio_tell(t, event);
}

static void
tlsio_fail(struct tlsio *t)
{
	t->broken = true;
	tlsio_end(t, tlsio_is_ending(t) ? TLSIO_CLOSED : TLSIO_ERROR);
}

/* Output while it goes, within a turn.  1 all gone, else WIRE_. */
static ssize_t
tlsio_send(struct tlsio *t)
{
	unsigned turn;
	ssize_t n;

	for (turn = 0; turn < TLSIO_TURN; turn++) {
		if (evbuffer_get_length(t->out) == 0)
			return 1;
		if (t->wire.out.blocked)
			return WIRE_BLOCKED;
		n = wire_send(&t->wire, t->out);
		if (n < 0)
			return n;
		idle_touch(&t->idle);
	}
	return evbuffer_get_length(t->out) == 0 ? 1 : WIRE_BLOCKED;
}

static bool
tlsio_wants_input(const struct tlsio *t)
{
	return t->state == STATE_OPEN && t->reading && !t->eof &&
	    evbuffer_get_length(t->in) < t->in_max;
}

/* Input to the buffer, then what there is to tell of it, in its order. */
static void
step_read(struct tlsio *t)
{
	size_t got;
	unsigned turn;
	ssize_t n;

	got = 0;
	n = WIRE_BLOCKED;
	for (turn = 0; turn < TLSIO_TURN; turn++) {
		if (t->wire.in.blocked || !tlsio_wants_input(t))
			break;
		n = wire_recv(&t->wire, t->in);
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	if (n == 0)
		t->eof = true;
	if (got > 0) {
		idle_touch(&t->idle);
		tlsio_tell(t, TLSIO_READ);
	}
	if (t->freed || t->state != STATE_OPEN)
		return;
	if (n == WIRE_FAILED)
		tlsio_fail(t);
	else if (t->eof && !t->eof_told && t->reading) {
		t->eof_told = true;
		tlsio_tell(t, TLSIO_EOF);
	}
}

static void
step_write(struct tlsio *t)
{
	ssize_t n;

	while (t->state == STATE_OPEN && !t->freed &&
	    evbuffer_get_length(t->out) > 0) {
		n = tlsio_send(t);
		if (n == WIRE_FAILED) {
			tlsio_fail(t);
			return;
		}
		if (!t->drain_due || evbuffer_get_length(t->out) > t->out_low)
			return;
		t->drain_due = false;
		tlsio_tell(t, TLSIO_DRAINED);
		if (n != 1)
			return;
	}
}

static void
step_open(struct tlsio *t)
{
	step_read(t);
	step_write(t);
}

static void
step_connecting(struct tlsio *t)
{
	if (t->wire.out.blocked)
		return;
	if (wire_connected(&t->wire) != 0) {
		tlsio_fail(t);
		return;
	}
	tlsio_enter(t, STATE_OPEN);
	tlsio_tell(t, TLSIO_CONNECTED);
}

static void
step_starting(struct tlsio *t)
{
	ssize_t n;

	n = tlsio_send(t);
	if (n == WIRE_FAILED)
		tlsio_fail(t);
	else if (n == 1)
		tlsio_enter(t, STATE_HANDSHAKE);
}

/* Handshake bytes do not count as activity: the timeout bounds it whole. */
static void
step_handshake(struct tlsio *t)
{
	ssize_t n;

	if (t->wire.in.blocked)
		return;
	n = wire_handshake(&t->wire);
	if (n == WIRE_FAILED)
		tlsio_fail(t);
	else if (n == 0) {
		tlsio_enter(t, STATE_OPEN);
		tlsio_tell(t, TLSIO_CONNECTED);
	}
}

static void
step_closing(struct tlsio *t)
{
	ssize_t n;

	n = t->broken ? WIRE_FAILED : tlsio_send(t);
	if (n == 1)
		n = t->wire.out.blocked ? WIRE_BLOCKED : wire_close(&t->wire);
	if (n == WIRE_FAILED || (n == 0 && t->eof))
		tlsio_end(t, TLSIO_CLOSED);
	else if (n == 0)
		tlsio_enter(t, STATE_LINGERING);
}

/* Input is thrown away: unread, it would become a reset. */
static void
step_lingering(struct tlsio *t)
{
	unsigned turn;
	ssize_t n;

	for (turn = 0; turn < TLSIO_TURN && !t->wire.in.blocked; turn++) {
		n = wire_discard(&t->wire);
		if (n == 0 || n == WIRE_FAILED) {
			tlsio_end(t, TLSIO_CLOSED);
			return;
		}
	}
}

/* One step of each state; it may enter another one. */
static void (*const steps[])(struct tlsio *) = {
	[STATE_CONNECTING] = step_connecting,
	[STATE_OPEN] = step_open,
	[STATE_STARTING] = step_starting,
	[STATE_HANDSHAKE] = step_handshake,
	[STATE_CLOSING] = step_closing,
	[STATE_LINGERING] = step_lingering,
};

/* The directions that the state is to move bytes in. */
static bool
tlsio_needs_read(const struct tlsio *t)
{
	return tlsio_wants_input(t) || t->state == STATE_HANDSHAKE ||
	    t->state == STATE_LINGERING;
}

static bool
tlsio_needs_write(const struct tlsio *t)
{
	return t->state == STATE_CONNECTING || t->state == STATE_CLOSING ||
	    ((t->state == STATE_OPEN || t->state == STATE_STARTING) &&
		evbuffer_get_length(t->out) > 0);
}

/* Which socket events that means.  Unblocked output waits for room too. */
static short
tlsio_events(const struct tlsio *t)
{
	short events;

	events = 0;
	if (tlsio_needs_read(t))
		events |= t->wire.in.on;
	if (tlsio_needs_write(t))
		events |= t->wire.out.blocked ? t->wire.out.on : EV_WRITE;
	return events;
}

/*
 * Registered events follow the state.  Read events stay registered when they
 * are not wanted, until one comes: most pauses are over before.
 */
static void
tlsio_update(struct tlsio *t)
{
	short events;

	events = tlsio_events(t);
	if ((events & EV_READ) != 0)
		(void)event_add(&t->read_ev, NULL);
	if ((events & EV_WRITE) != 0)
		(void)event_add(&t->write_ev, NULL);
	else
		(void)event_del(&t->write_ev);
	if (t->state == STATE_DONE)
		(void)event_del(&t->read_ev);
	idle_arm(&t->idle, tlsio_needs_read(t) && !t->wire.in.blocked);
}

static void
tlsio_release(struct tlsio *t)
{
	(void)event_del(&t->read_ev);
	(void)event_del(&t->write_ev);
	idle_clear(&t->idle);
	if (t->in != NULL)
		evbuffer_free(t->in);
	if (t->out != NULL)
		evbuffer_free(t->out);
	wire_clear(&t->wire);
	free(t);
}

/* Steps while the state changes; then what to wait for. */
static void
tlsio_run(struct tlsio *t, short events)
{
	enum tlsio_state before;

	wire_unblock(&t->wire, events);
	t->running = true;
	do {
		before = t->state;
		if (!t->freed && t->state != STATE_DONE)
			steps[t->state](t);
	} while (t->state != before);
	t->running = false;
	if (t->freed)
		tlsio_release(t);
	else
		tlsio_update(t);
}

/* Run once after the callbacks of now; within a run its end does it. */
static void
tlsio_kick(struct tlsio *t)
{
	if (!t->running)
		event_active(&t->write_ev, EV_TIMEOUT, 1);
}

static void
socket_cb(evutil_socket_t fd, short what, void *arg)
{
	struct tlsio *t;

	t = arg;
	if ((what & EV_READ) != 0 && (tlsio_events(t) & EV_READ) == 0)
		(void)event_del(&t->read_ev);
	tlsio_run(t, what);
}

static void
timer_cb(evutil_socket_t fd, short what, void *arg)
{
	struct tlsio *t;
	bool late;

	t = arg;
	late = idle_fired(&t->idle);
	t->running = true;
	if (late && tlsio_is_ending(t))
		tlsio_end(t, TLSIO_CLOSED);
	else if (late)
		tlsio_tell(t, TLSIO_TIMEOUT);
	tlsio_run(t, 0);
}

/*
 * A connection over fd, a non-blocking stream socket that it takes over (also
 * on failure).  cb is called from the event loop only.  The process must
 * ignore SIGPIPE.  NULL without memory.
 */
struct tlsio *
tlsio_new(struct event_base *base, int fd, tlsio_cb cb, void *arg)
{
	struct tlsio *t;

	t = calloc(1, sizeof(*t));
	if (t == NULL) {
		(void)close(fd);
		return NULL;
	}
	wire_init(&t->wire, fd);
	t->cb = cb;
	t->arg = arg;
	t->in_max = TLSIO_INPUT_MAX;
	t->reading = true;
	wire_block(&t->wire.in, EV_READ);
	(void)event_assign(&t->read_ev, base, fd, EV_READ | EV_PERSIST,
	    socket_cb, t);
	(void)event_assign(&t->write_ev, base, fd, EV_WRITE | EV_PERSIST,
	    socket_cb, t);
	idle_init(&t->idle, base, timer_cb, t);
	t->in = evbuffer_new();
	t->out = evbuffer_new();
	if (t->in == NULL || t->out == NULL) {
		tlsio_release(t);
		return NULL;
	}
	tlsio_enter(t, STATE_OPEN);
	(void)event_add(&t->read_ev, NULL);
	return t;
}

/*
 * Close the socket now and free; NULL is allowed.  What is unsent is lost.
 * May be called in the callback.
 */
void
tlsio_free(struct tlsio *t)
{
	if (t == NULL)
		return;
	if (t->running)
		t->freed = true;
	else
		tlsio_release(t);
}

/*
 * The polite end: output leaves, then TLS's close, then the peer may close.
 * Exactly one TLSIO_CLOSED follows from the event loop, whatever happens and
 * within TLSIO_CLOSE_SECONDS; nothing else does.  Then call tlsio_free().
 */
void
tlsio_close(struct tlsio *t)
{
	if (t->state == STATE_CLOSING || t->state == STATE_LINGERING)
		return;
	if (t->state != STATE_OPEN)
		t->broken = true;
	tlsio_enter(t, STATE_CLOSING);
	tlsio_kick(t);
}

/*
 * connect(2) is in progress: TLSIO_CONNECTED or TLSIO_ERROR follows, within
 * the timeout.  -1 if something was done with the connection before.
 */
int
tlsio_connecting(struct tlsio *t)
{
	if (t->state != STATE_OPEN || t->wire.secure) {
		errno = EINVAL;
		return -1;
	}
	tlsio_enter(t, STATE_CONNECTING);
	(void)event_del(&t->read_ev);
	tlsio_kick(t);
	return 0;
}

/*
 * Start TLS, as a server if there is one.  Bytes that came in plain text must
 * never count as having come in TLS (STARTTLS injection, CVE-2011-0411).
 */
static int
tlsio_start(struct tlsio *t, struct tls *server, struct tls_config *config,
    const char *name)
{
	int r;

	if (t->state != STATE_OPEN || t->wire.tls != NULL) {
		errno = EINVAL;
		return -1;
	}
	if (evbuffer_get_length(t->in) > 0) {
		wire_error(&t->wire, "plain text before the TLS handshake");
		errno = EPROTO;
		return -1;
	}
	if (server != NULL)
		r = wire_accept(&t->wire, server);
	else
		r = wire_connect(&t->wire, config, name);
	if (r == 0) {
		tlsio_enter(t, STATE_STARTING);
		tlsio_kick(t);
	}
	return r;
}

/*
 * Be a TLS server, with a context of tls_server() and tls_configure() that
 * may serve any number of connections.  What is unsent leaves first, in plain
 * text.  TLSIO_CONNECTED or TLSIO_ERROR follows, TLSIO_TIMEOUT if it takes
 * longer than the timeout.  -1 and tlsio_error() without memory, or if the
 * input buffer is not empty: the caller looks before he answers STARTTLS.
 */
int
tlsio_start_server(struct tlsio *t, struct tls *server)
{
	return tlsio_start(t, server, NULL, NULL);
}

/*
 * Be a TLS client.  name goes into SNI if it is a host name, and is checked
 * unless config says not to; it may be NULL if so.  Else as
 * tlsio_start_server().
 */
int
tlsio_start_client(struct tlsio *t, struct tls_config *config, const char *name)
{
	return tlsio_start(t, NULL, config, name);
}

/* What came; the owner drains it. */
struct evbuffer *
tlsio_input(struct tlsio *t)
{
	return t->in;
}

/*
 * Queue octets, which are copied; they leave when the callbacks of now have
 * returned.  -1 while connecting, in a handshake, after tlsio_close() or an
 * error, or without memory.
 */
int
tlsio_write(struct tlsio *t, const void *data, size_t len)
{
	if (t->state != STATE_OPEN) {
		errno = ENOTCONN;
		return -1;
	}
	if (evbuffer_add(t->out, data, len) == -1) {
		errno = ENOMEM;
		return -1;
	}
	if (evbuffer_get_length(t->out) > t->out_low)
		t->drain_due = true;
	tlsio_kick(t);
	return 0;
}

/* Octets queued and not taken by the kernel. */
size_t
tlsio_unsent(const struct tlsio *t)
{
	return evbuffer_get_length(t->out);
}

/*
 * Stop or go on with reading.  Going on also resumes what tlsio_input_max()
 * stopped, if there is room now.  End of file is told only while reading.
 */
void
tlsio_read_enable(struct tlsio *t, bool on)
{
	t->reading = on;
	if (on && !t->running && t->state == STATE_OPEN)
		tlsio_kick(t);
}

/*
 * Octets in the input buffer at which reading stops; it may overshoot by
 * TLSIO_CHUNK.  Not 0.
 */
void
tlsio_input_max(struct tlsio *t, size_t max)
{
	t->in_max = max;
}

/* TLSIO_DRAINED is told when unsent octets fall from above to low. */
void
tlsio_output_low(struct tlsio *t, size_t low)
{
	t->out_low = low;
}

/*
 * TLSIO_TIMEOUT after that long without a byte in or out, counted from now;
 * 0: never.  Costs nothing while the time only moves on.
 */
void
tlsio_timeout(struct tlsio *t, unsigned seconds)
{
	if (tlsio_is_ending(t))
		return;
	idle_timeout(&t->idle, seconds);
	idle_arm(&t->idle, false);
}

/*
 * TLSIO_TIMEOUT at that time from now, whatever moves (slow senders); once,
 * 0: never.
 */
void
tlsio_deadline(struct tlsio *t, unsigned seconds)
{
	if (tlsio_is_ending(t))
		return;
	idle_deadline(&t->idle, seconds);
	idle_arm(&t->idle, false);
}

/* The socket, for getpeername() and the like. */
int
tlsio_fd(const struct tlsio *t)
{
	return t->wire.fd;
}

/* TLS is in place. */
bool
tlsio_is_tls(const struct tlsio *t)
{
	return t->wire.secure;
}

/* After TLSIO_EOF: the peer did not end TLS properly. */
bool
tlsio_is_truncated(const struct tlsio *t)
{
	return t->wire.truncated;
}

/* "TLSv1.3", or NULL without TLS. */
const char *
tlsio_version(const struct tlsio *t)
{
	return t->wire.secure ? tls_conn_version(t->wire.tls) : NULL;
}

/* OpenSSL's name of the cipher, or NULL without TLS. */
const char *
tlsio_cipher(const struct tlsio *t)
{
	return t->wire.secure ? tls_conn_cipher(t->wire.tls) : NULL;
}

/* For what libtls knows of the peer; NULL before TLS. */
struct tls *
tlsio_tls(const struct tlsio *t)
{
	return t->wire.tls;
}

/* Why TLSIO_ERROR came or a call failed; never NULL. */
const char *
tlsio_error(const struct tlsio *t)
{
	return t->wire.error == NULL ? "no error" : t->wire.error;
}
