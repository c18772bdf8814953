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
 * Channels between processes.  Framing, descriptors, dispatch, requests and
 * flow control; no meaning of any message.  Nothing here blocks but
 * chan_flush_blocking(), which is for the last words of a process.
 */
#include "chan.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bounds.h"
#include "breach.h"
#include "log.h"
#include "msg.h"
#include "pending.h"

/* A descriptor to go out with the octet at this place of the buffer. */
struct chan_outfd {
	size_t offset;
	int fd;
};

struct chan {
	char name[64];
	const struct chan_rule *rules;
	void *arg;
	chan_down_cb down;
	chan_full_cb full;
	size_t high;
	size_t low;
	int fd;
	bool is_full;
	bool held;
	bool dead;
	bool broken; /* cannot send; dies when all input is read */
	bool freed;  /* chan_free() inside one of our callbacks */
	unsigned depth;

	struct event *read_ev;
	struct event *write_ev;
	struct event *flush_ev; /* runs once after the current callbacks */

	struct msgout out;
	size_t sent;  /* octets of out that are gone */
	size_t start; /* of the message being written */
	uint16_t out_type;
	uint64_t out_id;
	struct chan_outfd *outfd;
	size_t outfds;
	size_t outfd_cap;

	uint8_t *in;
	size_t in_len;
	int infd[CHAN_FDS_MAX];
	size_t infds;

	struct pending pending;
};

static void chan_read_cb(evutil_socket_t, short, void *);
static void chan_write_cb(evutil_socket_t, short, void *);

static void
chan_release(struct chan *c)
{
	size_t i;

	if (c->read_ev != NULL)
		event_free(c->read_ev);
	if (c->write_ev != NULL)
		event_free(c->write_ev);
	if (c->flush_ev != NULL)
		event_free(c->flush_ev);
	for (i = 0; i < c->outfds; i++)
		(void)close(c->outfd[i].fd);
	for (i = 0; i < c->infds; i++)
		(void)close(c->infd[i]);
	if (c->fd != -1)
		(void)close(c->fd);
	if (c->out.secret && c->in != NULL)
		explicit_bzero(c->in, CHAN_READ_SIZE);
	msgout_free(&c->out);
	free(c->outfd);
	free(c->in);
	pending_clear(&c->pending);
	free(c);
}

/* Enter and leave code that calls back; leave may free the channel. */
static void
chan_enter(struct chan *c)
{
	c->depth++;
}

static void
chan_leave(struct chan *c)
{
	c->depth--;
	if (c->depth == 0 && c->freed)
		chan_release(c);
}

/* The smallest sockets buffers are raised; failure only costs speed. */
static void
chan_tune(int fd)
{
	int size, flags;

	size = CHAN_SOCKBUF;
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	flags = fcntl(fd, F_GETFL);
	if (flags != -1)
		(void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/*
 * A channel over fd, which it takes over (also on failure), reading at once.
 * rules must outlive it; name is copied.  NULL without memory.
 */
struct chan *
chan_new(struct event_base *base, int fd, const char *name,
    const struct chan_rule *rules, void *arg)
{
	struct chan *c;

	c = calloc(1, sizeof(*c));
	if (c == NULL) {
		(void)close(fd);
		return NULL;
	}
	(void)strncpy(c->name, name, sizeof(c->name) - 1);
	c->fd = fd;
	c->rules = rules;
	c->arg = arg;
	c->high = CHAN_HIGH;
	c->low = CHAN_LOW;
	pending_init(&c->pending);
	chan_tune(fd);
	c->in = malloc(CHAN_READ_SIZE);
	c->read_ev = event_new(base, fd, EV_READ | EV_PERSIST, chan_read_cb, c);
	c->write_ev = event_new(base, fd, EV_WRITE, chan_write_cb, c);
	c->flush_ev = event_new(base, -1, 0, chan_write_cb, c);
	if (c->in == NULL || c->read_ev == NULL || c->write_ev == NULL ||
	    c->flush_ev == NULL || event_add(c->read_ev, NULL) == -1) {
		chan_release(c);
		return NULL;
	}
	return c;
}

/*
 * Close and free; NULL is allowed.  Requests that wait are forgotten, their
 * callbacks do not run.  May be called inside any callback of this channel.
 */
void
chan_free(struct chan *c)
{
	if (c == NULL)
		return;
	if (c->depth > 0) {
		c->dead = true;
		c->freed = true;
		pending_clear(&c->pending);
		return;
	}
	chan_release(c);
}

/* Keys or passwords pass: nothing stays here that was sent or dispatched. */
void
chan_is_secret(struct chan *c)
{
	c->out.secret = true;
}

/* Call down when the peer is gone or broke a rule. */
void
chan_on_down(struct chan *c, chan_down_cb down)
{
	c->down = down;
}

/* Call full when unsent octets pass high upwards, then low downwards. */
void
chan_on_full(struct chan *c, size_t high, size_t low, chan_full_cb full)
{
	c->high = high;
	c->low = low;
	c->full = full;
}

/* What was given to chan_new(). */
void *
chan_arg(const struct chan *c)
{
	return c->arg;
}

/* For log lines. */
const char *
chan_name(const struct chan *c)
{
	return c->name;
}

/* Octets not yet taken by the kernel. */
size_t
chan_queued(const struct chan *c)
{
	return c->out.len - c->sent;
}

/* Above the high mark, and not below the low one since. */
bool
chan_is_full(const struct chan *c)
{
	return c->is_full;
}

/* The end of a channel; down frees it or not. */
static void
chan_die(struct chan *c)
{
	struct pending_entry e;

	if (c->dead)
		return;
	c->dead = true;
	(void)event_del(c->read_ev);
	(void)event_del(c->write_ev);
	(void)event_del(c->flush_ev);
	chan_enter(c);
	while (pending_take_first(&c->pending, &e))
		(void)e.cb(NULL, e.arg);
	if (!c->freed && c->down != NULL)
		c->down(c, c->arg);
	chan_leave(c);
}

/*
 * Register a request: returns the id to send it with, never 0.  cb runs once,
 * with the answer or with NULL when the channel ends, unless cancelled.
 * 0 if the channel is dead or there is no memory; then cb never runs.
 */
uint64_t
chan_request(struct chan *c, chan_reply_cb cb, void *arg)
{
	return c->dead ? 0 : pending_add(&c->pending, cb, arg);
}

/* No callback with this arg will run any more. */
void
chan_cancel(struct chan *c, const void *arg)
{
	pending_cancel(&c->pending, arg);
}

/*
 * Start a message; put its fields into what is returned, then chan_end().
 * One message at a time; never NULL.
 */
struct msgout *
chan_begin(struct chan *c, uint16_t type, uint64_t id)
{
	static const uint8_t zero[MSG_HEADER_SIZE];
	size_t i;

	c->start = c->out.len;
	c->out_type = type;
	c->out_id = id;
	for (i = 0; i < sizeof(zero); i += 8)
		msg_put_u64(&c->out, 0);
	return &c->out;
}

static int
outfd_push(struct chan *c, int fd)
{
	struct chan_outfd *p;
	size_t cap;

	if (c->outfds == c->outfd_cap) {
		cap = c->outfd_cap == 0 ? 8 : c->outfd_cap * 2;
		p = reallocarray(c->outfd, cap, sizeof(*p));
		if (p == NULL)
			return -1;
		c->outfd = p;
		c->outfd_cap = cap;
	}
	c->outfd[c->outfds].offset = c->start;
	c->outfd[c->outfds].fd = fd;
	c->outfds++;
	return 0;
}

static void
chan_check_full(struct chan *c)
{
	size_t queued;

	queued = chan_queued(c);
	if (!c->is_full && queued > c->high)
		c->is_full = true;
	else if (c->is_full && queued < c->low)
		c->is_full = false;
	else
		return;
	if (c->full != NULL) {
		chan_enter(c);
		c->full(c, c->is_full, c->arg);
		chan_leave(c);
	}
}

/*
 * Finish the message and queue it, with a descriptor unless fd is -1; the
 * descriptor is taken over in any case.  -1 if the channel is dead or the
 * message too long: it is then not sent, and what was queued stays good.
 */
int
chan_end(struct chan *c, int fd)
{
	struct msg_header h;
	size_t length;

	length = c->out.len - c->start - MSG_HEADER_SIZE;
	if (c->dead || c->broken || c->out.bad || length > MSG_PAYLOAD_MAX ||
	    (fd != -1 && outfd_push(c, fd) == -1)) {
		if (!c->dead && !c->broken)
			log_warnx("%s: message %u dropped: %zu octets", c->name,
			    c->out_type, length);
		c->out.len = c->start;
		c->out.bad = false;
		if (fd != -1)
			(void)close(fd);
		errno = EMSGSIZE;
		return -1;
	}
	h.type = c->out_type;
	h.flags = fd == -1 ? 0 : MSG_FLAG_FD;
	h.length = (uint32_t)length;
	h.id = c->out_id;
	msg_header_put(c->out.data + c->start, &h);
	event_active(c->flush_ev, EV_WRITE, 0);
	chan_check_full(c);
	return 0;
}

/* One sendmsg() from what is unsent, up to the next descriptor. */
static ssize_t
chan_send(struct chan *c)
{
	union {
		struct cmsghdr hdr;
		uint8_t buf[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr mh;
	struct iovec iov;
	struct cmsghdr *cmsg;
	size_t end;
	bool with_fd;

	with_fd = c->outfds > 0 && c->outfd[0].offset == c->sent;
	end = c->out.len;
	if (c->outfds > (with_fd ? 1u : 0u))
		end = c->outfd[with_fd ? 1 : 0].offset;
	memset(&mh, 0, sizeof(mh));
	iov.iov_base = c->out.data + c->sent;
	iov.iov_len = end - c->sent;
	mh.msg_iov = &iov;
	mh.msg_iovlen = 1;
	if (with_fd) {
		memset(&control, 0, sizeof(control));
		mh.msg_control = &control;
		mh.msg_controllen = sizeof(control.buf);
		cmsg = CMSG_FIRSTHDR(&mh);
		cmsg->cmsg_len = CMSG_LEN(sizeof(int));
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		memcpy(CMSG_DATA(cmsg), &c->outfd[0].fd, sizeof(int));
	}
	return sendmsg(c->fd, &mh, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* n octets are gone, and the descriptor that stood before them. */
static void
chan_sent(struct chan *c, size_t n)
{
	size_t i;

	if (c->outfds > 0 && c->outfd[0].offset == c->sent) {
		(void)close(c->outfd[0].fd);
		c->outfds--;
		memmove(c->outfd, c->outfd + 1, c->outfds * sizeof(*c->outfd));
	}
	c->sent += n;
	if (c->sent == c->out.len) {
		c->sent = 0;
		if (c->out.cap > CHAN_HIGH)
			msgout_free(&c->out);
		else
			msgout_reset(&c->out);
	} else if (c->sent > CHAN_HIGH) {
		msgout_cut(&c->out, c->sent);
		for (i = 0; i < c->outfds; i++)
			c->outfd[i].offset -= c->sent;
		c->sent = 0;
	}
}

/* Send what the kernel takes.  1 all gone, 0 it is full, -1 broken. */
static int
chan_flush(struct chan *c)
{
	ssize_t n;

	while (c->sent < c->out.len) {
		n = chan_send(c);
		if (n == -1) {
			if (errno == EINTR)
				continue;
			if (errno == EAGAIN || errno == ENOBUFS)
				return 0;
			return -1;
		}
		chan_sent(c, (size_t)n);
	}
	return 1;
}

/*
 * Sending failed: drop what is unsent.  What the peer said before it went is
 * still read; then the channel dies.
 */
static void
chan_break(struct chan *c)
{
	size_t i;

	log_debug("%s: cannot send: %s", c->name, strerror(errno));
	c->broken = true;
	for (i = 0; i < c->outfds; i++)
		(void)close(c->outfd[i].fd);
	c->outfds = 0;
	c->sent = 0;
	msgout_reset(&c->out);
	event_active(c->read_ev, EV_READ, 0);
}

static void
chan_write_cb(evutil_socket_t fd, short what, void *arg)
{
	struct chan *c;
	int r;

	c = arg;
	if (c->dead)
		return;
	chan_enter(c);
	r = chan_flush(c);
	if (r == 0)
		(void)event_add(c->write_ev, NULL);
	if (r == -1)
		chan_break(c);
	else
		chan_check_full(c);
	chan_leave(c);
}

/* Send now, not after this turn's callbacks, what the kernel takes. */
void
chan_push(struct chan *c)
{
	chan_write_cb(c->fd, EV_WRITE, c);
}

/*
 * Send everything, waiting at most timeout_ms for each step.  0, or -1 if it
 * could not; for a process that is about to exit.
 */
int
chan_flush_blocking(struct chan *c, int timeout_ms)
{
	struct pollfd pfd;
	int r;

	for (;;) {
		if (c->dead || c->broken)
			return -1;
		r = chan_flush(c);
		if (r != 0)
			return r == 1 ? 0 : -1;
		pfd.fd = c->fd;
		pfd.events = POLLOUT;
		if (poll(&pfd, 1, timeout_ms) <= 0)
			return -1;
	}
}

/*
 * While held, nothing is read or dispatched: what makes more work waits with
 * the peer.
 */
void
chan_hold(struct chan *c, bool hold)
{
	if (c->held == hold || c->dead)
		return;
	c->held = hold;
	if (hold)
		(void)event_del(c->read_ev);
	else {
		(void)event_add(c->read_ev, NULL);
		event_active(c->read_ev, EV_READ, 0);
	}
}

static const struct chan_rule *
chan_rule_find(const struct chan *c, uint16_t type)
{
	const struct chan_rule *r;

	for (r = c->rules; r->type != 0; r++) {
		if (r->type == type)
			return r;
	}
	return NULL;
}

/* Give one message to its handler or waiting callback.  -1: break off. */
static int
chan_handle(struct chan *c, struct msgin *m, uint16_t flags)
{
	const struct chan_rule *rule;
	struct pending_entry e;
	bool has_fd;

	has_fd = (flags & MSG_FLAG_FD) != 0;
	if (has_fd) {
		if (c->infds == 0)
			return -1;
		m->fd = c->infd[0];
		c->infds--;
		memmove(c->infd, c->infd + 1, c->infds * sizeof(c->infd[0]));
	}
	rule = chan_rule_find(c, m->type);
	if (rule == NULL || has_fd != ((rule->flags & CHAN_FD) != 0))
		return -1;
	if ((rule->flags & CHAN_REPLY) == 0)
		return rule->handler(c, m, c->arg);
	if (!pending_take(&c->pending, m->id, &e))
		return 0; /* cancelled */
	return e.cb(m, e.arg);
}

/* All whole messages of the input buffer. */
static void
chan_dispatch(struct chan *c)
{
	struct msg_header h;
	struct msgin m;
	size_t pos;
	int r;

	pos = 0;
	r = 0;
	while (r == 0 && !c->dead && !c->held) {
		r = msg_header_get(c->in + pos, c->in_len - pos, &h);
		if (r == 0 ||
		    (r == 1 && c->in_len - pos - MSG_HEADER_SIZE < h.length))
			break;
		if (r == -1)
			break;
		msgin_init(&m, h.type, c->in + pos + MSG_HEADER_SIZE, h.length);
		m.id = h.id;
		pos += MSG_HEADER_SIZE + h.length;
		r = chan_handle(c, &m, h.flags);
		if (m.fd != -1)
			(void)close(m.fd);
	}
	if (c->dead)
		return;
	if (r == -1) {
		breach(c->name, h.type);
		chan_die(c);
		return;
	}
	if (pos > 0) {
		c->in_len -= pos;
		memmove(c->in, c->in + pos, c->in_len);
		if (c->out.secret)
			explicit_bzero(c->in + c->in_len, pos);
	}
}

/* Keep the descriptors that came with a read.  -1 if there are too many. */
static int
chan_take_fds(struct chan *c, struct msghdr *mh)
{
	struct cmsghdr *cmsg;
	size_t i, n;
	int fd, r;

	r = (mh->msg_flags & MSG_CTRUNC) != 0 ? -1 : 0;
	for (cmsg = CMSG_FIRSTHDR(mh); cmsg != NULL;
	     cmsg = CMSG_NXTHDR(mh, cmsg)) {
		if (cmsg->cmsg_level != SOL_SOCKET ||
		    cmsg->cmsg_type != SCM_RIGHTS)
			continue;
		n = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (i = 0; i < n; i++) {
			memcpy(&fd, CMSG_DATA(cmsg) + i * sizeof(int),
			    sizeof(int));
			if (c->infds == CHAN_FDS_MAX) {
				(void)close(fd);
				r = -1;
			} else
				c->infd[c->infds++] = fd;
		}
	}
	return r;
}

/* One read.  1 something came, 0 nothing now, -1 end or error. */
static int
chan_receive(struct chan *c)
{
	union {
		struct cmsghdr hdr;
		uint8_t buf[CMSG_SPACE(sizeof(int) * 4)];
	} control;
	struct msghdr mh;
	struct iovec iov;
	ssize_t n;

	if (c->in_len == CHAN_READ_SIZE)
		return 0;
	memset(&mh, 0, sizeof(mh));
	iov.iov_base = c->in + c->in_len;
	iov.iov_len = CHAN_READ_SIZE - c->in_len;
	mh.msg_iov = &iov;
	mh.msg_iovlen = 1;
	mh.msg_control = &control;
	mh.msg_controllen = sizeof(control.buf);
	n = recvmsg(c->fd, &mh, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n == -1)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	if (n == 0 || chan_take_fds(c, &mh) == -1)
		return -1;
	c->in_len += (size_t)n;
	return 1;
}

static void
chan_read_cb(evutil_socket_t fd, short what, void *arg)
{
	struct chan *c;
	int r;

	c = arg;
	if (c->dead || c->held)
		return;
	chan_enter(c);
	do {
		r = chan_receive(c);
		if (c->in_len > 0)
			chan_dispatch(c);
	} while (c->broken && r == 1 && !c->dead && !c->held);
	if (r == -1 || (c->broken && !c->held))
		chan_die(c);
	chan_leave(c);
}
