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
 * The session of a benchmark's client: a list of steps, each a line to send
 * and the reply that lets it go on.  Any other reply ends the connection,
 * and the next one begins with the next message.  HTTPS has two steps of
 * them: the handshake, and a request with its answer, again and again.
 */
#include "client.h"

#include <sys/epoll.h>

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "web.h"

/* A full queue of the listening socket can leave us connected to nobody. */
#define GREETING_NS (3 * INT64_C(1000000000))

/*
 * Connections that wait for a greeting at a time: OpenSMTPD listens with a
 * queue of 5, and what overflows it would be measured as seconds of waiting.
 */
#define GREETINGS_MAX 4u

/* The longest line that is sent, and the header of a message. */
#define LINE_SIZE   512u
#define HEADER_SIZE 1024u

enum step {
	STEP_WAIT, /* to connect */
	STEP_GREETING,
	STEP_EHLO,
	STEP_STARTTLS,
	STEP_HANDSHAKE,
	STEP_EHLO_AGAIN,
	STEP_AUTH,
	STEP_READY, /* nothing is awaited */
	STEP_MAIL,
	STEP_RCPT,
	STEP_DATA,
	STEP_BODY,
	STEP_REQUEST, /* of HTTPS */
	STEP_QUIT
};

static const struct {
	const char *name;
	int expect; /* the reply that is right */
} steps[] = {
	[STEP_WAIT] = { "none", 0 },
	[STEP_GREETING] = { "greeting", 220 },
	[STEP_EHLO] = { "EHLO", 250 },
	[STEP_STARTTLS] = { "STARTTLS", 220 },
	[STEP_HANDSHAKE] = { "handshake", 0 },
	[STEP_EHLO_AGAIN] = { "EHLO", 250 },
	[STEP_AUTH] = { "AUTH", 235 },
	[STEP_READY] = { "idle", 0 },
	[STEP_MAIL] = { "MAIL", 250 },
	[STEP_RCPT] = { "RCPT", 250 },
	[STEP_DATA] = { "DATA", 354 },
	[STEP_BODY] = { "end of data", 250 },
	[STEP_REQUEST] = { "SubmitEmail", 200 },
	[STEP_QUIT] = { "QUIT", 221 },
};

struct client {
	struct client_conf *conf;
	int fd;
	SSL *ssl;
	enum step step;
	uint32_t events; /* that epoll watches */
	long message;	 /* its number; -1: none yet */
	int64_t began;	 /* of the message, or of the connection */
	unsigned sent;	 /* messages of this connection */
	char *out;
	size_t out_len;
	size_t out_sent;
	size_t in_len;
	char in[2048];
};

static void client_open(struct client *);

/* Nanoseconds of a clock that is never set. */
int64_t
client_now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts); /* cannot fail */
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static void
client_close(struct client *c)
{
	SSL_free(c->ssl);
	c->ssl = NULL;
	if (c->step == STEP_GREETING && c->fd != -1)
		c->conf->greetings--;
	if (c->fd != -1)
		(void)close(c->fd);
	c->fd = -1;
	c->in_len = c->out_len = c->out_sent = 0;
	c->sent = 0;
}

/* Say why, and go on with a new connection. */
static void
client_fail(struct client *c, const char *reply)
{
	c->conf->failed(steps[c->step].name, reply, c->conf->arg);
	if (c->step == STEP_REQUEST)
		web_again(c->conf->web, c->message);
	client_close(c);
	client_open(c);
}

static int
client_watch(struct client *c, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = c };

	if (events == c->events)
		return 0;
	c->events = events;
	return epoll_ctl(c->conf->epoll, EPOLL_CTL_MOD, c->fd, &ev);
}

/* What a call on the socket that got no octets waits for; 0: it failed. */
static uint32_t
client_wants(const struct client *c, ssize_t n, uint32_t otherwise)
{
	if (c->ssl == NULL)
		return n == -1 && errno == EAGAIN ? otherwise : 0;
	switch (SSL_get_error(c->ssl, (int)n)) {
	case SSL_ERROR_WANT_READ:
		return EPOLLIN;
	case SSL_ERROR_WANT_WRITE:
		return EPOLLIN | EPOLLOUT;
	default:
		return 0;
	}
}

/* Send what is unsent, as far as it goes.  -1: the connection is lost. */
static int
client_flush(struct client *c)
{
	uint32_t wants;
	size_t len;
	ssize_t n;

	while (c->out_sent < c->out_len) {
		len = c->out_len - c->out_sent;
		if (c->ssl != NULL)
			n = SSL_write(c->ssl, c->out + c->out_sent, (int)len);
		else
			n = send(c->fd, c->out + c->out_sent, len,
			    MSG_NOSIGNAL);
		if (n > 0) {
			c->out_sent += (size_t)n;
			continue;
		}
		wants = client_wants(c, n, EPOLLIN | EPOLLOUT);
		return wants == 0 ? -1 : client_watch(c, wants);
	}
	c->out_len = c->out_sent = 0;
	return client_watch(c, EPOLLIN);
}

static void
client_say(struct client *c, enum step step, const char *text, size_t len)
{
	c->step = step;
	memcpy(c->out, text, len);
	c->out_len = len;
	if (client_flush(c) == -1)
		client_fail(c, "connection lost");
}

static void
client_line(struct client *c, enum step step, const char *text)
{
	client_say(c, step, text, strlen(text));
}

static void
client_mail(struct client *c)
{
	char line[LINE_SIZE];

	c->began = client_now();
	(void)snprintf(line, sizeof(line), "MAIL FROM:<%s>\r\n",
	    c->conf->sender);
	client_line(c, STEP_MAIL, line);
}

static void
client_rcpt(struct client *c)
{
	char line[LINE_SIZE];

	(void)snprintf(line, sizeof(line), "RCPT TO:<u%ld@%s>\r\n", c->message,
	    c->conf->domain);
	client_line(c, STEP_RCPT, line);
}

/* A header of its own, the body that all have, the dot: one write. */
static void
client_body(struct client *c)
{
	int n;

	n = snprintf(c->out, HEADER_SIZE,
	    "From: <%s>\r\nTo: <u%ld@%s>\r\n"
	    "Date: Tue, 24 Nov 2026 12:00:00 +0000\r\n"
	    "Message-ID: <%ld.%d@client.test>\r\nSubject: message %ld\r\n\r\n",
	    c->conf->sender, c->message, c->conf->domain, c->message,
	    (int)getpid(), c->message);
	memcpy(c->out + n, c->conf->body, c->conf->body_len);
	c->step = STEP_BODY;
	c->out_len = (size_t)n + c->conf->body_len;
	if (client_flush(c) == -1)
		client_fail(c, "connection lost");
}

/* The next message as a request, in one write. */
static void
client_request(struct client *c)
{
	c->began = client_now();
	c->step = STEP_REQUEST;
	c->out_len = web_request(c->conf->web, c->message, c->out);
	if (client_flush(c) == -1)
		client_fail(c, "connection lost");
}

/* No message more on this connection; of HTTPS, it just ends. */
static void
client_leave(struct client *c)
{
	if (c->conf->web == NULL) {
		client_line(c, STEP_QUIT, "QUIT\r\n");
		return;
	}
	client_close(c);
	client_open(c);
}

/* The session is ready for a message: the next, another connection, or end. */
static void
client_next(struct client *c)
{
	if (c->conf->idle) {
		c->step = STEP_READY;
		c->conf->ready(c->conf->arg);
		return;
	}
	if (c->conf->per_connection != 0 &&
	    c->sent == c->conf->per_connection) {
		client_leave(c);
		return;
	}
	if (c->message == -1)
		c->message = c->conf->next(c->conf->arg);
	if (c->message == -1)
		client_leave(c);
	else if (c->conf->web != NULL)
		client_request(c);
	else
		client_mail(c);
}

static void
client_accepted(struct client *c)
{
	c->conf->accepted(client_now() - c->began, c->conf->arg);
	c->message = -1;
	c->sent++;
	client_next(c);
}

static void
client_handshake(struct client *c)
{
	uint32_t wants;
	int n;

	n = SSL_do_handshake(c->ssl);
	if (n == 1) {
		(void)client_watch(c, EPOLLIN);
		if (c->conf->web != NULL)
			client_next(c);
		else
			client_line(c, STEP_EHLO_AGAIN, "EHLO client.test\r\n");
		return;
	}
	wants = client_wants(c, n, EPOLLIN);
	if (wants == 0)
		client_fail(c, "no TLS");
	else
		(void)client_watch(c, wants);
}

static void
client_starttls(struct client *c)
{
	c->step = STEP_HANDSHAKE;
	c->ssl = SSL_new(c->conf->tls);
	if (c->ssl == NULL || SSL_set_fd(c->ssl, c->fd) != 1) {
		client_fail(c, "no memory");
		return;
	}
	SSL_set_connect_state(c->ssl);
	client_handshake(c);
}

/* After EHLO. */
static void
client_auth(struct client *c)
{
	if (c->conf->auth != NULL)
		client_line(c, STEP_AUTH, c->conf->auth);
	else
		client_next(c);
}

/* The reply that was hoped for. */
static void
client_go_on(struct client *c)
{
	switch (c->step) {
	case STEP_GREETING:
		c->conf->greetings--;
		client_line(c, STEP_EHLO, "EHLO client.test\r\n");
		break;
	case STEP_EHLO:
		if (c->conf->tls != NULL)
			client_line(c, STEP_STARTTLS, "STARTTLS\r\n");
		else
			client_auth(c);
		break;
	case STEP_STARTTLS:
		client_starttls(c);
		break;
	case STEP_EHLO_AGAIN:
		client_auth(c);
		break;
	case STEP_AUTH:
		client_next(c);
		break;
	case STEP_MAIL:
		client_rcpt(c);
		break;
	case STEP_RCPT:
		client_line(c, STEP_DATA, "DATA\r\n");
		break;
	case STEP_DATA:
		client_body(c);
		break;
	case STEP_BODY:
	case STEP_REQUEST:
		client_accepted(c);
		break;
	case STEP_QUIT:
		client_close(c);
		client_open(c);
		break;
	default:
		client_fail(c, "a reply that nothing asked for");
		break;
	}
}

/*
 * A whole answer is in the input: true and its status, or 0. If it is not what
 * was hoped for, its body, which says why, is all that is left of it.
 */
static bool
client_answer(struct client *c, int *code)
{
	struct web_answer a;

	c->in[c->in_len] = '\0';
	if (!web_answer(c->in, c->in_len, &a))
		return false;
	*code = a.status;
	c->in_len -= a.len;
	if (a.status != steps[STEP_REQUEST].expect) {
		c->in_len = a.body_len;
		a.len = (size_t)(a.body - c->in);
	}
	memmove(c->in, c->in + a.len, c->in_len + 1);
	return true;
}

/* The last line of a reply is in the input: true and its code. */
static bool
client_reply(struct client *c, int *code)
{
	char *line = c->in, *lf;
	size_t len;

	while ((lf = memchr(line, '\n', c->in_len - (size_t)(line - c->in))) !=
	    NULL) {
		*lf = '\0';
		len = (size_t)(lf + 1 - c->in);
		if (lf - line >= 4 && line[3] == '-') {
			line = lf + 1;
			continue;
		}
		*code = atoi(line);
		if (*code == steps[c->step].expect) {
			memmove(c->in, lf + 1, c->in_len - len);
			c->in_len -= len;
		} else
			memmove(c->in, line, (size_t)(lf + 1 - line));
		return true;
	}
	return false;
}

/* Read once.  -1: the connection is lost; 0: nothing there; 1: some. */
static int
client_read(struct client *c)
{
	size_t room = sizeof(c->in) - c->in_len - 1;
	ssize_t n;

	if (room == 0)
		return -1;
	if (c->ssl != NULL)
		n = SSL_read(c->ssl, c->in + c->in_len, (int)room);
	else
		n = recv(c->fd, c->in + c->in_len, room, 0);
	if (n <= 0)
		return client_wants(c, n, EPOLLIN) == 0 ? -1 : 0;
	c->in_len += (size_t)n;
	return 1;
}

/* A reply of what is spoken. */
static bool
client_hears(struct client *c, int *code)
{
	return c->conf->web == NULL ? client_reply(c, code) :
				      client_answer(c, code);
}

/* Replies, one after the other; TLS may hold more than the socket shows. */
static void
client_input(struct client *c)
{
	int code, fd = c->fd;

	do {
		if (client_read(c) == -1) {
			if (c->step == STEP_QUIT) {
				client_close(c);
				client_open(c);
			} else
				client_fail(c, "connection lost");
			return;
		}
		while (c->fd == fd && c->step != STEP_HANDSHAKE &&
		    client_hears(c, &code)) {
			if (code != steps[c->step].expect) {
				client_fail(c, c->in);
				return;
			}
			client_go_on(c);
		}
	} while (c->fd == fd && c->ssl != NULL && SSL_pending(c->ssl) > 0);
}

/* epoll has something for the client. */
void
client_event(struct client *c, uint32_t events)
{
	if (c->fd == -1)
		return;
	if (c->step == STEP_HANDSHAKE) {
		client_handshake(c);
		return;
	}
	if (c->out_len > 0 && client_flush(c) == -1) {
		client_fail(c, "connection lost");
		return;
	}
	if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
		client_input(c);
}

/* Now and then: connect if it may, or again if nobody took the connection. */
void
client_tick(struct client *c, int64_t now)
{
	if (c->step == STEP_WAIT) {
		c->conf->waiting--;
		client_open(c);
	} else if (c->fd != -1 && c->step == STEP_GREETING &&
	    now - c->began > GREETING_NS)
		client_fail(c, "none");
}

static void
client_connect(struct client *c)
{
	const struct sockaddr *to = (const struct sockaddr *)&c->conf->to;
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = c };
	int on = 1;

	if (c->conf->web == NULL) {
		c->step = STEP_GREETING;
		c->conf->greetings++;
	}
	c->began = client_now();
	c->events = EPOLLIN;
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd == -1 ||
	    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) ==
		-1 ||
	    (connect(c->fd, to, sizeof(c->conf->to)) == -1 &&
		errno != EINPROGRESS) ||
	    epoll_ctl(c->conf->epoll, EPOLL_CTL_ADD, c->fd, &ev) == -1) {
		perror("gen: connection");
		exit(1);
	}
	if (c->conf->web != NULL)
		client_starttls(c);
}

/* The next connection, if there is a message for it; now or in its turn. */
static void
client_open(struct client *c)
{
	if (!c->conf->idle && c->message == -1)
		c->message = c->conf->next(c->conf->arg);
	if (!c->conf->idle && c->message == -1) {
		c->step = STEP_QUIT;
		c->conf->finished(c->conf->arg);
	} else if (c->conf->greetings >= GREETINGS_MAX) {
		c->step = STEP_WAIT;
		c->conf->waiting++;
	} else
		client_connect(c);
}

/* A client that connects at once; conf outlives it.  NULL without memory. */
struct client *
client_new(struct client_conf *conf)
{
	struct client *c;

	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	c->conf = conf;
	c->message = -1;
	c->fd = -1;
	c->out = malloc(conf->web == NULL ? HEADER_SIZE + conf->body_len :
					    web_request_size(conf->web));
	if (c->out == NULL) {
		free(c);
		return NULL;
	}
	client_open(c);
	return c;
}

/* Close without a word; NULL is allowed. */
void
client_free(struct client *c)
{
	if (c == NULL)
		return;
	client_close(c);
	free(c->out);
	free(c);
}
