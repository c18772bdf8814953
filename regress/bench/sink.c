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
 * Receiving server of the benchmark: takes everything, keeps nothing, counts
 * in a file that others map.  A message counts when its end was CRLF . CRLF
 * and no line of it ended otherwise.
 *
 * sink [-d milliseconds] file port...
 *
 * With -d, RCPT of a domain whose name begins with "slow" is answered that
 * much later.
 */
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#define INPUT_SIZE 65536u
#define EVENTS	   256

/* What the file holds. */
struct counts {
	uint64_t messages;
	uint64_t octets;
	uint64_t recipients;
	uint64_t connections;
	uint64_t bad; /* messages with a line end that is none */
	int64_t last; /* nanoseconds, CLOCK_MONOTONIC */
};

/* Where in a message the input is. */
enum place {
	PLACE_TEXT,
	PLACE_CR,
	PLACE_LINE,
	PLACE_DOT,
	PLACE_DOT_CR
};

struct conn {
	TAILQ_ENTRY(conn) entry; /* of those that wait */
	int fd;
	bool listens;
	bool data;
	bool bad;
	bool quits;
	enum place place;
	uint64_t octets;
	uint64_t recipients;
	int64_t due; /* of the reply that is held back; 0: none */
	size_t in_len;
	size_t out_len;
	char *in;
	char out[4096];
};
TAILQ_HEAD(conn_list, conn);

struct sink {
	int epoll;
	int64_t delay;
	struct counts *counts;
	struct conn_list waiting; /* all for the same time: in order */
};

static volatile sig_atomic_t stopped;

static void
stop(int sig)
{
	stopped = 1;
}

static int64_t
now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts); /* cannot fail */
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static void
conn_close(struct sink *s, struct conn *c)
{
	if (c->due != 0)
		TAILQ_REMOVE(&s->waiting, c, entry);
	(void)close(c->fd);
	free(c->in);
	free(c);
}

static void
conn_say(struct conn *c, const char *text)
{
	size_t len = strlen(text);

	if (len > sizeof(c->out) - c->out_len)
		return; /* it never reads: it gets no more */
	memcpy(c->out + c->out_len, text, len);
	c->out_len += len;
}

/* -1: the connection is lost. */
static int
conn_flush(struct conn *c)
{
	ssize_t n;

	if (c->out_len == 0)
		return 0;
	n = send(c->fd, c->out, c->out_len, MSG_NOSIGNAL);
	if (n == -1)
		return errno == EAGAIN ? 0 : -1;
	c->out_len -= (size_t)n;
	memmove(c->out, c->out + n, c->out_len);
	return 0;
}

static void
conn_message(struct sink *s, struct conn *c)
{
	struct counts *counts = s->counts;

	c->data = false;
	counts->octets += c->octets;
	counts->recipients += c->recipients;
	if (c->bad)
		counts->bad++;
	counts->last = now();
	/* The reader looks at this first. */
	__atomic_add_fetch(&counts->messages, 1, __ATOMIC_RELEASE);
	conn_say(c, c->bad ? "554 5.6.0 line ends\r\n" : "250 2.0.0 taken\r\n");
}

static void
conn_place(struct conn *c, char octet)
{
	if (octet == '\n')
		c->bad = c->bad || c->place != PLACE_CR;
	else if (c->place == PLACE_CR || c->place == PLACE_DOT_CR)
		c->bad = true;
	switch (octet) {
	case '\n':
		c->place = PLACE_LINE;
		break;
	case '\r':
		c->place = c->place == PLACE_DOT ? PLACE_DOT_CR : PLACE_CR;
		break;
	case '.':
		c->place = c->place == PLACE_LINE ? PLACE_DOT : PLACE_TEXT;
		break;
	default:
		c->place = PLACE_TEXT;
		break;
	}
}

/* Octets of a message; how many were its own. */
static size_t
conn_data(struct sink *s, struct conn *c, const char *p, size_t len)
{
	const char *cr;
	size_t i = 0, n;

	while (i < len) {
		if (c->place == PLACE_TEXT) {
			cr = memchr(p + i, '\r', len - i);
			n = cr == NULL ? len - i : (size_t)(cr - p) - i;
			if (memchr(p + i, '\n', n) != NULL)
				c->bad = true;
			i += n;
			if (cr == NULL)
				break;
		}
		if (c->place == PLACE_DOT_CR && p[i] == '\n') {
			c->octets += i + 1;
			conn_message(s, c);
			return i + 1;
		}
		conn_place(c, p[i++]);
	}
	c->octets += len;
	return len;
}

static void
conn_rcpt(struct sink *s, struct conn *c, const char *line)
{
	const char *at = strchr(line, '@');

	c->recipients++;
	conn_say(c, "250 2.1.5 Ok\r\n");
	if (s->delay == 0 || at == NULL || strncasecmp(at + 1, "slow", 4) != 0)
		return;
	c->due = now() + s->delay;
	TAILQ_INSERT_TAIL(&s->waiting, c, entry);
}

static void
conn_command(struct sink *s, struct conn *c, const char *line)
{
	if (strncasecmp(line, "EHLO", 4) == 0)
		conn_say(c,
		    "250-sink.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n"
		    "250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n"
		    "250 SIZE 104857600\r\n");
	else if (strncasecmp(line, "RCPT", 4) == 0)
		conn_rcpt(s, c, line);
	else if (strncasecmp(line, "DATA", 4) == 0) {
		c->data = true;
		c->bad = false;
		c->place = PLACE_LINE;
		c->octets = 0;
		conn_say(c, "354 Go\r\n");
	} else if (strncasecmp(line, "QUIT", 4) == 0) {
		c->quits = true;
		conn_say(c, "221 Bye\r\n");
	} else if (strncasecmp(line, "MAIL", 4) == 0 ||
	    strncasecmp(line, "RSET", 4) == 0) {
		c->recipients = 0;
		conn_say(c, "250 2.1.0 Ok\r\n");
	} else if (strncasecmp(line, "NOOP", 4) == 0 ||
	    strncasecmp(line, "HELO", 4) == 0)
		conn_say(c, "250 Ok\r\n");
	else
		conn_say(c, "502 5.5.1 no\r\n");
}

/* All that has come, until a reply is held back. */
static void
conn_run(struct sink *s, struct conn *c)
{
	size_t i = 0;
	char *lf;

	while (i < c->in_len && c->due == 0 && !c->quits) {
		if (c->data) {
			i += conn_data(s, c, c->in + i, c->in_len - i);
			continue;
		}
		lf = memchr(c->in + i, '\n', c->in_len - i);
		if (lf == NULL)
			break;
		*lf = '\0';
		conn_command(s, c, c->in + i);
		i = (size_t)(lf + 1 - c->in);
	}
	c->in_len -= i;
	memmove(c->in, c->in + i, c->in_len);
}

static void
conn_accept(struct sink *s, const struct conn *listener)
{
	struct epoll_event ev = { .events = EPOLLIN };
	struct conn *c;
	int fd, on = 1;

	while ((fd = accept4(listener->fd, NULL, NULL,
		    SOCK_NONBLOCK | SOCK_CLOEXEC)) != -1) {
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		c = calloc(1, sizeof(*c));
		if (c == NULL || (c->in = malloc(INPUT_SIZE)) == NULL)
			err(1, "connection");
		c->fd = fd;
		ev.data.ptr = c;
		if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &ev) == -1)
			err(1, "epoll_ctl");
		s->counts->connections++;
		conn_say(c, "220 sink.test ESMTP\r\n");
		if (conn_flush(c) == -1)
			conn_close(s, c);
	}
}

/* Replies that are due, or the end; the connection may be gone afterwards. */
static void
conn_answer(struct sink *s, struct conn *c)
{
	if (c->due != 0)
		return;
	if (conn_flush(c) == -1 || c->quits)
		conn_close(s, c);
}

static void
conn_event(struct sink *s, struct conn *c)
{
	ssize_t n;

	if (c->listens) {
		conn_accept(s, c);
		return;
	}
	if (c->in_len == INPUT_SIZE) {
		conn_close(s, c); /* a line as long as that is none */
		return;
	}
	n = read(c->fd, c->in + c->in_len, INPUT_SIZE - c->in_len);
	if (n == 0 || (n == -1 && errno != EAGAIN)) {
		conn_close(s, c);
		return;
	}
	if (n > 0)
		c->in_len += (size_t)n;
	conn_run(s, c);
	conn_answer(s, c);
}

/* Those whose time has come; milliseconds until the next, -1: none waits. */
static int
run_waiting(struct sink *s)
{
	struct conn *c;
	int64_t t = now();

	while ((c = TAILQ_FIRST(&s->waiting)) != NULL) {
		if (c->due > t)
			return (int)((c->due - t) / 1000000) + 1;
		TAILQ_REMOVE(&s->waiting, c, entry);
		c->due = 0;
		conn_run(s, c);
		conn_answer(s, c);
	}
	return -1;
}

static void
sink_listen(struct sink *s, const char *port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct epoll_event ev = { .events = EPOLLIN };
	struct conn *c;
	int on = 1;

	c = calloc(1, sizeof(*c));
	if (c == NULL)
		err(1, "listener");
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	sin.sin_port = htons((uint16_t)strtoul(port, NULL, 10));
	c->listens = true;
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	ev.data.ptr = c;
	if (c->fd == -1 ||
	    setsockopt(c->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ==
		-1 ||
	    bind(c->fd, (struct sockaddr *)&sin, sizeof(sin)) == -1 ||
	    listen(c->fd, 4096) == -1 ||
	    epoll_ctl(s->epoll, EPOLL_CTL_ADD, c->fd, &ev) == -1)
		err(1, "port %s", port);
}

static struct counts *
map_counts(const char *path)
{
	struct counts *p;
	int fd;

	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd == -1 || ftruncate(fd, sizeof(*p)) == -1)
		err(1, "%s", path);
	p = mmap(NULL, sizeof(*p), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		err(1, "%s", path);
	(void)close(fd);
	return p;
}

static void
serve(struct sink *s)
{
	struct epoll_event ev[EVENTS];
	int i, n, wait;

	while (!stopped) {
		wait = run_waiting(s);
		n = epoll_wait(s->epoll, ev, EVENTS, wait);
		if (n == -1 && errno != EINTR)
			err(1, "epoll_wait");
		for (i = 0; i < n; i++)
			conn_event(s, ev[i].data.ptr);
	}
}

int
main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = stop };
	struct sink s = { .delay = 0 };
	struct rlimit lim;
	int c;

	while ((c = getopt(argc, argv, "d:")) != -1) {
		if (c != 'd')
			return 2;
		s.delay = strtol(optarg, NULL, 10) * 1000000;
	}
	if (argc - optind < 2) {
		(void)fprintf(stderr,
		    "usage: sink [-d milliseconds] file port...\n");
		return 2;
	}
	if (getrlimit(RLIMIT_NOFILE, &lim) == 0) {
		lim.rlim_cur = lim.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &lim);
	}
	(void)sigaction(SIGTERM, &sa, NULL);
	(void)sigaction(SIGINT, &sa, NULL);
	TAILQ_INIT(&s.waiting);
	s.counts = map_counts(argv[optind]);
	s.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (s.epoll == -1)
		err(1, "epoll");
	for (c = optind + 1; c < argc; c++)
		sink_listen(&s, argv[c]);
	serve(&s);
	return 0;
}
