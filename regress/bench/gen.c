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
 * Load generator of the benchmark: many SMTP sessions, or HTTPS connections
 * that are kept alive, in one process.  Prints one line of JSON: what was
 * accepted, how fast, and the last failure.
 *
 * gen [-HT] [-a user:secret] [-b octets] [-d domain] [-f sender] [-i]
 *     [-k messages per connection] [-n messages] [-p key file] [-q key id]
 *     [-s sessions] port
 *
 * With -H each message is a request of SubmitEmail, with Basic by -a or
 * signed with the key of -p and -q; all signatures are made before the time
 * runs (web.c).
 *
 * With -i the sessions stay open before MAIL: it prints how many are, and
 * ends with its standard input.
 *
 * sources: regress/bench/client.c regress/bench/web.c
 * libs: -lssl -lcrypto
 */
#include <sys/epoll.h>
#include <sys/resource.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <openssl/evp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "web.h"

/* Connections begun in one turn, so that no queue of a listener is flooded. */
#define OPEN_TURN 32
#define EVENTS	  256
#define TICK_MS	  500

struct run {
	struct client_conf conf;
	struct client **client;
	long sessions;
	long opened;
	long ready;
	long finished;
	long messages;
	long given;
	long accepted;
	long failed;
	int64_t *took;
	char last[256]; /* failure */
};

/* Of the command line, what the protocol makes something of. */
struct choice {
	bool web;
	bool tls;
	size_t size; /* of a message */
	const char *login;
	const char *key_file;
	const char *key_id;
};

static long
next_cb(void *arg)
{
	struct run *r = arg;

	return r->given < r->messages ? r->given++ : -1;
}

static void
accepted_cb(int64_t took, void *arg)
{
	struct run *r = arg;

	r->took[r->accepted++] = took;
}

static void
ready_cb(void *arg)
{
	struct run *r = arg;

	r->ready++;
}

static void
failed_cb(const char *step, const char *reply, void *arg)
{
	struct run *r = arg;
	char *p;

	r->failed++;
	(void)snprintf(r->last, sizeof(r->last), "%s: %s", step, reply);
	r->last[strcspn(r->last, "\r\n")] = '\0';
	for (p = r->last; *p != '\0'; p++) { /* it is put in quotes */
		if (*p == '"' || *p == '\\')
			*p = '\'';
	}
	if (r->conf.idle || r->failed > r->messages + r->sessions)
		errx(1, "%s", r->last);
}

static void
finished_cb(void *arg)
{
	struct run *r = arg;

	r->finished++;
}

/* Lines of 78 letters, then the dot.  A whole message has about size octets. */
static void
make_body(struct client_conf *conf, size_t size)
{
	size_t i, lines = size / 80;
	char *p;

	p = malloc(lines * 80 + 4);
	if (p == NULL)
		err(1, "body");
	conf->body = p;
	for (i = 0; i < lines; i++, p += 80) {
		memset(p, 'a' + (int)(i % 26), 78);
		memcpy(p + 78, "\r\n", 2);
	}
	memcpy(p, ".\r\n", 4);
	conf->body_len = lines * 80 + 3;
}

/* "user:secret" as the command that says it. */
static char *
make_auth(const char *login)
{
	static const char verb[] = "AUTH PLAIN ";
	size_t len = strlen(login) + 1;
	unsigned char *plain;
	char *line;
	int n;

	plain = malloc(len + 1);
	line = malloc(sizeof(verb) + len * 2 + 8);
	if (plain == NULL || line == NULL || strchr(login, ':') == NULL)
		errx(1, "-a user:secret");
	plain[0] = '\0';
	memcpy(plain + 1, login, len);
	*strchr((char *)plain + 1, ':') = '\0';
	memcpy(line, verb, sizeof(verb));
	n = EVP_EncodeBlock((unsigned char *)line + sizeof(verb) - 1, plain,
	    (int)len);
	memcpy(line + sizeof(verb) - 1 + n, "\r\n", 3);
	free(plain);
	return line;
}

static void
open_some(struct run *r)
{
	int i;

	for (i = 0; i < OPEN_TURN && r->opened < r->sessions; i++) {
		r->client[r->opened] = client_new(&r->conf);
		if (r->client[r->opened] == NULL)
			err(1, "client");
		r->opened++;
	}
}

static void
tick(struct run *r)
{
	int64_t now = client_now();
	long i;

	for (i = 0; i < r->opened; i++)
		client_tick(r->client[i], now);
}

/* One turn of the event loop. */
static void
turn(struct run *r)
{
	static int64_t ticked;
	struct epoll_event ev[EVENTS];
	int i, n;

	open_some(r);
	n = epoll_wait(r->conf.epoll, ev, EVENTS,
	    r->opened < r->sessions ? 0 : TICK_MS);
	if (n == -1 && errno != EINTR)
		err(1, "epoll_wait");
	for (i = 0; i < n; i++)
		client_event(ev[i].data.ptr, ev[i].events);
	if (r->conf.waiting > 0 ||
	    client_now() - ticked > TICK_MS * INT64_C(1000000)) {
		tick(r);
		ticked = client_now();
	}
}

static int
compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static double
percentile(const struct run *r, long percent)
{
	if (r->accepted == 0)
		return 0;
	return (double)r->took[(r->accepted - 1) * percent / 100] / 1e6;
}

static void
report(struct run *r, int64_t elapsed)
{
	double seconds = (double)elapsed / 1e9;

	qsort(r->took, (size_t)r->accepted, sizeof(*r->took), compare);
	printf("{\"accepted\": %ld, \"failed\": %ld, \"seconds\": %.4f, "
	       "\"rate\": %.1f, \"p50_ms\": %.2f, \"p99_ms\": %.2f, "
	       "\"max_ms\": %.2f, \"last\": \"%s\"}\n",
	    r->accepted, r->failed, seconds, (double)r->accepted / seconds,
	    percentile(r, 50), percentile(r, 99), percentile(r, 100), r->last);
}

/* Open all, say so, and stay until standard input ends. */
static void
stay(struct run *r, int64_t began)
{
	double seconds;

	struct pollfd pfd[2] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = r->conf.epoll, .events = POLLIN },
	};

	while (r->ready < r->sessions)
		turn(r);
	seconds = (double)(client_now() - began) / 1e9;
	printf("{\"ready\": %ld, \"rate\": %.1f}\n", r->ready,
	    (double)r->ready / seconds);
	(void)fflush(stdout);
	while (poll(pfd, 2, -1) != -1 && pfd[0].revents == 0)
		turn(r);
}

static void
use_tls(struct run *r)
{
	r->conf.tls = SSL_CTX_new(TLS_client_method());
	if (r->conf.tls == NULL)
		errx(1, "TLS");
	SSL_CTX_set_verify(r->conf.tls, SSL_VERIFY_NONE, NULL);
	(void)SSL_CTX_set_mode(r->conf.tls,
	    SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE);
}

static void
use_web(struct run *r, const struct choice *o)
{
	struct web_conf conf = {
		.sender = r->conf.sender,
		.domain = r->conf.domain,
		.body = r->conf.body,
		.body_len = r->conf.body_len - strlen(".\r\n"),
		.port = ntohs(r->conf.to.sin_port),
		.login = o->login,
		.key_file = o->key_file,
		.key_id = o->key_id,
		.messages = r->messages,
	};

	if (o->login == NULL && (o->key_file == NULL || o->key_id == NULL))
		errx(1, "-H wants -a, or -p and -q");
	r->conf.web = web_new(&conf);
	web_sign_all(r->conf.web);
}

static void
usage(void)
{
	(void)fprintf(stderr,
	    "usage: gen [-HiT] [-a user:secret] [-b octets] [-d domain] "
	    "[-f sender]\n           [-k per connection] [-n messages] "
	    "[-p key file] [-q key id]\n           [-s sessions] port\n");
	exit(2);
}

/* -1: there is no such option. */
static int
option(struct run *r, struct choice *o, int c)
{
	switch (c) {
	case 'a':
		o->login = optarg;
		break;
	case 'b':
		o->size = strtoul(optarg, NULL, 10);
		break;
	case 'd':
		r->conf.domain = optarg;
		break;
	case 'f':
		r->conf.sender = optarg;
		break;
	case 'H':
		o->web = true;
		break;
	case 'i':
		r->conf.idle = true;
		break;
	case 'k':
		r->conf.per_connection = (unsigned)strtoul(optarg, NULL, 10);
		break;
	case 'n':
		r->messages = strtol(optarg, NULL, 10);
		break;
	case 'p':
		o->key_file = optarg;
		break;
	case 'q':
		o->key_id = optarg;
		break;
	case 's':
		r->sessions = strtol(optarg, NULL, 10);
		break;
	case 'T':
		o->tls = true;
		break;
	default:
		return -1;
	}
	return 0;
}

static void
options(struct run *r, int argc, char **argv)
{
	struct choice o = { .size = 4096 };
	int c;

	while ((c = getopt(argc, argv, "a:b:d:f:Hik:n:p:q:s:T")) != -1) {
		if (option(r, &o, c) == -1)
			usage();
	}
	if (argc - optind != 1 || r->messages < 1 || r->sessions < 1)
		usage();
	r->conf.to.sin_family = AF_INET;
	r->conf.to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	r->conf.to.sin_port = htons((uint16_t)strtoul(argv[optind], NULL, 10));
	make_body(&r->conf, o.size);
	if (o.tls || o.web)
		use_tls(r);
	if (o.web)
		use_web(r, &o);
	else if (o.login != NULL)
		r->conf.auth = make_auth(o.login);
}

int
main(int argc, char **argv)
{
	struct rlimit lim;
	struct run r = { .sessions = 1, .messages = 1 };
	int64_t began;

	r.conf.sender = "news@example.org";
	r.conf.domain = "example.net";
	r.conf.next = next_cb;
	r.conf.accepted = accepted_cb;
	r.conf.ready = ready_cb;
	r.conf.failed = failed_cb;
	r.conf.finished = finished_cb;
	r.conf.arg = &r;
	options(&r, argc, argv);
	if (getrlimit(RLIMIT_NOFILE, &lim) == 0) {
		lim.rlim_cur = lim.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &lim);
	}
	(void)signal(SIGPIPE, SIG_IGN);
	r.conf.epoll = epoll_create1(EPOLL_CLOEXEC);
	r.took = calloc((size_t)r.messages, sizeof(*r.took));
	r.client = calloc((size_t)r.sessions, sizeof(*r.client));
	if (r.conf.epoll == -1 || r.took == NULL || r.client == NULL)
		err(1, "start");
	began = client_now();
	if (r.conf.idle) {
		stay(&r, began);
		return 0;
	}
	while (r.finished < r.sessions)
		turn(&r);
	report(&r, client_now() - began);
	web_free(r.conf.web);
	return r.accepted == r.messages ? 0 : 1;
}
