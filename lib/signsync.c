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
 * A blocking question over a descriptor.  A signer that stalls must cost one
 * wait, not one a handshake: while it owes an answer, questions fail at once.
 * One that breaks the protocol is not asked again before it is restarted.
 */
#include "signsync.h"

#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "bounds.h"
#include "log.h"
#include "msg.h"
#include "proto_sign.h"

/* Largest answer: its truth value, a count and the signature. */
#define ANSWER_MAX (SIGNATURE_MAX + 8u)

enum answer {
	ANSWER_GOOD,
	ANSWER_LATE, /* nothing of it came; it may come later */
	ANSWER_BAD   /* the descriptor is of no use any more */
};

/* signer answers in order: what comes next answers question answered + 1. */
static struct {
	int fd;
	uint64_t asked;
	uint64_t answered;
} signer = { .fd = -1 };

static int64_t
now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/*
 * The descriptor to signer, taken over; -1: there is none now.  The one
 * before is closed, with what it owed.
 */
void
signsync_set(int fd)
{
	if (signer.fd != -1)
		(void)close(signer.fd);
	signer.fd = fd;
	signer.asked = signer.answered = 0;
}

static int
link_break(const char *why)
{
	log_warnx("signer: %s; no TLS before it is started again", why);
	signsync_set(-1);
	return -1;
}

/* Wait for the descriptor until then.  0, or -1 when it is too late. */
static int
link_wait(short events, int64_t until)
{
	struct pollfd pfd;
	int64_t left;
	int r;

	pfd.fd = signer.fd;
	pfd.events = events;
	do {
		left = until - now_ms();
		r = poll(&pfd, 1, left > 0 ? (int)left : 0);
	} while (r == -1 && errno == EINTR);
	return r > 0 ? 0 : -1;
}

static int
link_write(const uint8_t *data, size_t len, int64_t until)
{
	ssize_t n;

	while (len > 0) {
		n = send(signer.fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n == -1) {
			if (errno != EAGAIN && errno != EINTR)
				return -1;
			if (link_wait(POLLOUT, until) == -1)
				return -1;
			continue;
		}
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Octets up to len; fewer when it is too late, -1 when the peer is gone. */
static ssize_t
link_read(uint8_t *data, size_t len, int64_t until)
{
	size_t got;
	ssize_t n;

	got = 0;
	while (got < len) {
		n = recv(signer.fd, data + got, len - got, MSG_DONTWAIT);
		if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
			return -1;
		if (n == -1) {
			if (link_wait(POLLIN, until) == -1)
				break;
			continue;
		}
		got += (size_t)n;
	}
	return (ssize_t)got;
}

static enum answer
link_answer(struct sign_signature *s, int64_t until)
{
	uint8_t head[MSG_HEADER_SIZE], body[ANSWER_MAX];
	struct msg_header h;
	struct msgin m;
	ssize_t n;

	n = link_read(head, sizeof(head), until);
	if (n == 0)
		return ANSWER_LATE;
	if (n != (ssize_t)sizeof(head) ||
	    msg_header_get(head, sizeof(head), &h) != 1 ||
	    h.type != M_SIGN_SIGNATURE || h.flags != 0 ||
	    h.id != signer.answered + 1 || h.length > sizeof(body))
		return ANSWER_BAD;
	n = link_read(body, h.length, until);
	if (n != (ssize_t)h.length)
		return ANSWER_BAD;
	msgin_init(&m, h.type, body, h.length);
	if (sign_signature_recv(&m, s) == -1)
		return ANSWER_BAD;
	signer.answered++;
	return ANSWER_GOOD;
}

/* Read until no answer is owed.  0, or -1. */
static int
link_settle(struct sign_signature *s, int64_t until)
{
	enum answer answer;

	while (signer.answered != signer.asked) {
		answer = link_answer(s, until);
		if (answer == ANSWER_BAD)
			return link_break("gone, or a wrong answer");
		if (answer == ANSWER_LATE)
			return -1;
	}
	return 0;
}

static int
link_ask(const struct sign_tls *q, int64_t until)
{
	uint8_t head[MSG_HEADER_SIZE];
	struct msg_header h;
	struct msgout o = { 0 };
	int r;

	sign_tls_put(&o, q);
	h.type = M_SIGN_TLS;
	h.flags = 0;
	h.length = (uint32_t)o.len;
	h.id = signer.asked + 1;
	msg_header_put(head, &h);
	r = o.bad ? -1 : link_write(head, sizeof(head), until);
	if (r == 0)
		r = link_write(o.data, o.len, until);
	msgout_free(&o);
	if (r == 0)
		signer.asked++;
	return r;
}

/*
 * One signature of a handshake, within TLSKEY_WAIT_MS.  0, or -1 if there is
 * no signer, it does not answer, or it refuses.
 */
int
signsync_tls(const struct sign_tls *q, struct sign_signature *s)
{
	int64_t until;

	if (signer.fd == -1)
		return -1;
	if (link_settle(s, now_ms()) == -1)
		return -1;
	until = now_ms() + TLSKEY_WAIT_MS;
	if (link_ask(q, until) == -1)
		return link_break("cannot be asked");
	if (link_settle(s, until) == -1) {
		if (signer.fd != -1)
			log_warnx("signer: no answer in %u ms", TLSKEY_WAIT_MS);
		return -1;
	}
	return s->ok ? 0 : -1;
}
