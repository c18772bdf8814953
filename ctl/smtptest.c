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
 * A session with a server, as a client would have it, without sending mail.
 * Waits for each step: nothing else is to be done.  What the server says is
 * hostile: lines are bounded, and who prints them cleans them.
 */
#include "smtptest.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <netinet/in.h>

#include <errno.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <tls.h>
#include <unistd.h>

#include "bounds.h"
#include "compat.h"
#include "mxhost.h"
#include "row.h"

/* Seconds that one step may take. */
#define STEP_SECONDS 20
#define NO_ANSWER    "no answer within 20 seconds"

/* A reply's line (RFC 5321 section 4.5.3.1.5 says 512), and lines of one. */
#define LINE_SIZE     2048u
#define REPLY_LINES   100u
#define REPLY_TEXT    2048u
#define DAYS_TO_RENEW 14

struct smtptest {
	const struct smtptest_order *order;
	smtptest_cb cb;
	void *arg;
	struct row *row;
	char host[DOMAIN_SIZE]; /* that is connected to */
	unsigned port;
	int fd;
	struct tls *tls; /* NULL: plain */
	char in[LINE_SIZE];
	size_t in_len;
	char reply[REPLY_TEXT]; /* the lines of the last, with "; " between */
	char ehlo[REPLY_TEXT];	/* that of EHLO */
	bool starttls;		/* EHLO offered it */
	unsigned fails;
	bool quiet;  /* steps are not shown */
	bool broken; /* a row could not be shown */
};

/* What a step is for, to one who has not done it by hand before. */
static const char *
about(const char *step)
{
	static const struct {
		const char *step;
		const char *text;
	} table[] = {
		{ "MX", "the host that the DNS names for mail to the domain" },
		{ "address", "the name of the host becomes an address" },
		{ "connect",
		    "a TCP connection, as \"telnet HOST PORT\" makes" },
		{ "greeting",
		    "the server says 220 and its name, or that it "
		    "does not talk to this address" },
		{ "EHLO",
		    "each side names itself; the server lists what it "
		    "can do" },
		{ "STARTTLS",
		    "from here on the connection is encrypted, as "
		    "\"openssl s_client -starttls smtp\" does it" },
		{ "TLS", "version and cipher that both sides know" },
		{ "certificate", "for whom it is, and who says so" },
		{ "dates", "until when it is good" },
		{ "EHLO again",
		    "what was said before TLS does not count; a "
		    "server for clients lists AUTH now" },
		{ "QUIT", "the orderly end" },
		{ "chain",
		    "whether a client that verifies would take the "
		    "certificate" },
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (strcmp(table[i].step, step) == 0)
			return table[i].text;
	}
	return "";
}

/* A step: what is, and what to do about it (NULL: nothing). */
void
smtptest_say(struct smtptest *t, const char *step, const char *state,
    const char *mend, const char *fmt, ...)
{
	char is[REPLY_TEXT + 256];
	va_list ap;

	if (t->quiet)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(is, sizeof(is), fmt, ap);
	va_end(ap);
	row_clear(t->row);
	row_str(t->row, "check", step);
	row_str(t->row, "state", state);
	row_str(t->row, "is", is);
	if (t->order->more == NULL)
		row_str(t->row, "about", about(step));
	row_str(t->row, "mend", mend == NULL ? "" : mend);
	if (strcmp(state, "fail") == 0)
		t->fails++;
	if (row_bad(t->row) || t->cb(t->row, t->arg) == -1)
		t->broken = true;
}

/*
 * Whether libtls is to be asked again: it waits, and there is time left.  What
 * TLS says to itself, as a ticket, ends a call of it, and so does a process
 * that was stopped and goes on.
 */
static bool
tls_waits(ssize_t n, time_t start)
{
	return (n == TLS_WANT_POLLIN || n == TLS_WANT_POLLOUT) &&
	    time(NULL) - start < STEP_SECONDS;
}

/* Octets from the server.  How many, 0 at the end, -1 with errno. */
static ssize_t
receive(struct smtptest *t, void *to, size_t len)
{
	time_t start;
	ssize_t n;

	if (t->tls == NULL) {
		do {
			n = recv(t->fd, to, len, 0);
		} while (n == -1 && errno == EINTR);
		return n;
	}
	start = time(NULL);
	do {
		n = tls_read(t->tls, to, len);
	} while (tls_waits(n, start));
	if (n == TLS_WANT_POLLIN || n == TLS_WANT_POLLOUT) {
		errno = EAGAIN;
		return -1;
	}
	if (n == -1)
		errno = EIO;
	return n;
}

static int
transmit(struct smtptest *t, const char *text)
{
	size_t len;
	ssize_t n;

	for (len = strlen(text); len > 0; text += n, len -= (size_t)n) {
		n = t->tls == NULL ? send(t->fd, text, len, MSG_NOSIGNAL) :
				     tls_write(t->tls, text, len);
		if (n <= 0)
			return -1;
	}
	return 0;
}

static const char *
why_no_line(ssize_t n)
{
	if (n == 0)
		return "the server closed the connection";
	return errno == EAGAIN ? NO_ANSWER : strerror(errno);
}

/* A line without its end.  NULL, or what went wrong. */
static const char *
read_line(struct smtptest *t, char line[LINE_SIZE])
{
	size_t len;
	ssize_t n;
	char *end;

	while ((end = memchr(t->in, '\n', t->in_len)) == NULL) {
		if (t->in_len == sizeof(t->in))
			return "a line that does not end";
		n = receive(t, t->in + t->in_len, sizeof(t->in) - t->in_len);
		if (n <= 0)
			return why_no_line(n);
		t->in_len += (size_t)n;
	}
	len = (size_t)(end - t->in);
	memcpy(line, t->in, len);
	line[len] = '\0';
	if (len > 0 && line[len - 1] == '\r')
		line[len - 1] = '\0';
	t->in_len -= len + 1;
	memmove(t->in, end + 1, t->in_len);
	return NULL;
}

static bool
is_reply(const char *line)
{
	return strspn(line, "0123456789") == 3 &&
	    (line[3] == ' ' || line[3] == '-' || line[3] == '\0');
}

/* A reply.  Its code, or -1 and the step has failed. */
static int
read_reply(struct smtptest *t, const char *step)
{
	char line[LINE_SIZE];
	const char *why;
	unsigned i;

	t->reply[0] = '\0';
	for (i = 0; i < REPLY_LINES; i++) {
		line[0] = '\0';
		why = read_line(t, line);
		if (why == NULL && !is_reply(line))
			why = "that is no SMTP";
		if (why != NULL) {
			smtptest_say(t, step, "fail",
			    "see whether this is the port of a mail server, "
			    "and that nothing between changes what is said",
			    "%s%s%s", why, line[0] == '\0' ? "" : ": ",
			    strcmp(why, "that is no SMTP") == 0 ? line : "");
			return -1;
		}
		if (line[3] != '\0' && strcasecmp(line + 4, "STARTTLS") == 0)
			t->starttls = true;
		if (i > 0)
			(void)strlcat(t->reply, "; ", sizeof(t->reply));
		(void)strlcat(t->reply, line, sizeof(t->reply));
		if (line[3] != '-')
			return atoi(line);
	}
	smtptest_say(t, step, "fail", NULL, "a reply that does not end");
	return -1;
}

/* Send a command and read its reply.  The code, or -1. */
int
smtptest_command(struct smtptest *t, const char *step, const char *text)
{
	if (transmit(t, text) == -1) {
		smtptest_say(t, step, "fail", NULL, "the connection broke");
		return -1;
	}
	return read_reply(t, step);
}

/* The lines of the last reply, with "; " between. */
const char *
smtptest_reply(const struct smtptest *t)
{
	return t->reply;
}

/* Whether the last EHLO offered it: a line of its own, or the first word. */
bool
smtptest_offers(const struct smtptest *t, const char *keyword)
{
	const char *s;
	size_t len;

	len = strlen(keyword);
	for (s = t->ehlo; (s = strstr(s, "; ")) != NULL; s += 2) {
		if (strncasecmp(s + 6, keyword, len) == 0 &&
		    strchr(" ;", s[6 + len]) != NULL)
			return true;
		if (strlen(s) < 6)
			break;
	}
	return false;
}

static const char *
why_not_connected(int error)
{
	switch (error) {
	case ECONNREFUSED:
		return "nobody listens on this port there, or a firewall "
		       "refuses";
	case EAGAIN:
	case EINPROGRESS:
	case ETIMEDOUT:
		return "a firewall drops it; many providers block port 25 "
		       "outwards until asked to open it";
	case ENETUNREACH:
	case EHOSTUNREACH:
		return "there is no way to this address from here";
	default:
		return "see the network";
	}
}

/* One address.  0, or -1 and that is said. */
static int
connect_to(struct smtptest *t, const struct addrinfo *ai)
{
	static const struct timeval limit = { STEP_SECONDS, 0 };
	char address[NI_MAXHOST];
	int error;

	if (getnameinfo(ai->ai_addr, ai->ai_addrlen, address, sizeof(address),
		NULL, 0, NI_NUMERICHOST) != 0)
		(void)strlcpy(address, "?", sizeof(address));
	t->fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (t->fd != -1 &&
	    setsockopt(t->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) ==
		0 &&
	    setsockopt(t->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) ==
		0 &&
	    connect(t->fd, ai->ai_addr, ai->ai_addrlen) == 0) {
		smtptest_say(t, "connect", "ok", NULL, "%s port %u", address,
		    t->port);
		return 0;
	}
	error = errno;
	smtptest_say(t, "connect", ai->ai_next == NULL ? "fail" : "warn",
	    why_not_connected(error), "%s port %u: %s", address, t->port,
	    error == EAGAIN || error == EINPROGRESS ? "no answer" :
						      strerror(error));
	if (t->fd != -1)
		(void)close(t->fd);
	t->fd = -1;
	return -1;
}

static int
open_connection(struct smtptest *t)
{
	struct addrinfo hints, *ai, *all;
	char port[8];
	int r;

	memset(&hints, 0, sizeof(hints));
	hints.ai_socktype = SOCK_STREAM;
	(void)snprintf(port, sizeof(port), "%u", t->port);
	r = getaddrinfo(t->host, port, &hints, &all);
	if (r != 0) {
		smtptest_say(t, "address", "fail",
		    "see whether the name is right", "%s: %s", t->host,
		    gai_strerror(r));
		return -1;
	}
	r = -1;
	for (ai = all; ai != NULL && r == -1; ai = ai->ai_next)
		r = connect_to(t, ai);
	freeaddrinfo(all);
	return r;
}

static int
greeting(struct smtptest *t)
{
	int code;

	code = read_reply(t, "greeting");
	if (code == -1)
		return -1;
	if (code == 220) {
		smtptest_say(t, "greeting", "ok", NULL, "%s", t->reply);
		return 0;
	}
	smtptest_say(t, "greeting", "fail",
	    code == 554 || code == 421 ?
		"the server does not talk to this address: see whether it is "
		"on a block list, and its name in the DNS" :
		"a server that is ready says 220",
	    "%s", t->reply);
	return -1;
}

static int
hello(struct smtptest *t, const char *step)
{
	char name[DOMAIN_SIZE], text[DOMAIN_SIZE + 16];
	int code;

	if (gethostname(name, sizeof(name)) == -1)
		return -1;
	name[sizeof(name) - 1] = '\0';
	t->starttls = false;
	(void)snprintf(text, sizeof(text), "EHLO %s\r\n", name);
	code = smtptest_command(t, step, text);
	if (code == -1)
		return -1;
	(void)strlcpy(t->ehlo, t->reply, sizeof(t->ehlo));
	smtptest_say(t, step, code == 250 ? "ok" : "fail",
	    code == 250 ? NULL : "a server says 250, and what it can do", "%s",
	    t->reply);
	return code == 250 ? 0 : -1;
}

/* The certificate: of whom, until when. */
static void
certificate(struct smtptest *t)
{
	const char *name;
	char until[32];
	struct tm tm;
	time_t end, now;
	bool named;

	now = time(NULL);
	end = tls_peer_cert_notafter(t->tls);
	name = t->order->name != NULL ? t->order->name : t->host;
	named = tls_peer_cert_contains_name(t->tls, name) == 1;
	if (gmtime_r(&end, &tm) == NULL ||
	    strftime(until, sizeof(until), "%Y-%m-%d", &tm) == 0)
		until[0] = '\0';
	smtptest_say(t, "certificate",
	    named		       ? "ok" :
		t->order->more == NULL ? "fail" :
					 "warn",
	    named ? NULL : "it must have the name that clients connect to",
	    "of %s, by %s%s%s", tls_peer_cert_subject(t->tls),
	    tls_peer_cert_issuer(t->tls), named ? "" : ", not for ",
	    named ? "" : name);
	if (end < now || tls_peer_cert_notbefore(t->tls) > now)
		smtptest_say(t, "dates", "fail", "renew it, or set the clock",
		    "it does not hold now: until %s", until);
	else if (end - now < DAYS_TO_RENEW * 86400)
		smtptest_say(t, "dates", "warn", "renew it", "until %s", until);
	else
		smtptest_say(t, "dates", "ok", NULL, "until %s", until);
}

/* What went wrong with a handshake. */
static const char *
why_no_tls(const struct smtptest *t)
{
	const char *why;

	if (t->tls == NULL)
		return "out of memory";
	why = tls_error(t->tls);
	return why != NULL ? why : NO_ANSWER;
}

/* A handshake; with verify, one that a strict client would make. */
static int
handshake(struct smtptest *t, bool verify)
{
	struct tls_config *config;
	time_t start;
	int r;

	start = time(NULL);
	config = tls_config_new();
	t->tls = config == NULL ? NULL : tls_client();
	if (t->tls == NULL)
		return -1;
	if (!verify) {
		tls_config_insecure_noverifycert(config);
		tls_config_insecure_noverifyname(config);
		tls_config_insecure_noverifytime(config);
	}
	r = -1;
	if (tls_configure(t->tls, config) == 0 &&
	    tls_connect_socket(t->tls, t->fd,
		t->order->name != NULL ? t->order->name : t->host) == 0)
		do {
			r = tls_handshake(t->tls);
		} while (tls_waits(r, start));
	tls_config_free(config);
	return r == 0 ? 0 : -1;
}

static int
secure(struct smtptest *t)
{
	if (handshake(t, false) == -1) {
		smtptest_say(t, "TLS", "fail",
		    "see that this port speaks TLS at this point, and which "
		    "versions it takes",
		    "%s", why_no_tls(t));
		return -1;
	}
	smtptest_say(t, "TLS", "ok", NULL, "%s %s", tls_conn_version(t->tls),
	    tls_conn_cipher(t->tls));
	certificate(t);
	return 0;
}

static void
hang_up(struct smtptest *t)
{
	if (t->tls != NULL) {
		(void)tls_close(t->tls);
		tls_free(t->tls);
	}
	if (t->fd != -1)
		(void)close(t->fd);
	t->tls = NULL;
	t->fd = -1;
	t->in_len = 0;
}

/* STARTTLS (RFC 3207). */
static int
start_tls(struct smtptest *t)
{
	int code;

	if (!t->starttls) {
		smtptest_say(t, "STARTTLS",
		    t->order->tls == NULL ? "warn" : "fail",
		    "mail goes over this connection in the clear",
		    "the server does not offer it");
		return t->order->tls == NULL ? 0 : -1;
	}
	code = smtptest_command(t, "STARTTLS", "STARTTLS\r\n");
	if (code == -1)
		return -1;
	smtptest_say(t, "STARTTLS", code == 220 ? "ok" : "fail",
	    code == 220 ? NULL : "a server that offers it says 220", "%s",
	    t->reply);
	if (code != 220)
		return -1;
	if (t->in_len > 0) {
		smtptest_say(t, "STARTTLS", "fail",
		    "what came in the clear would be taken as if it were "
		    "protected",
		    "the server sent more behind its answer");
		return -1;
	}
	return secure(t) == -1 ? -1 : hello(t, "EHLO again");
}

static bool
is_implicit(const struct smtptest *t)
{
	return t->order->tls != NULL ? strcmp(t->order->tls, "tls") == 0 :
				       t->port == 465;
}

/* The session, as far as it goes.  Whether TLS was reached. */
static bool
session(struct smtptest *t)
{
	bool none, secured;

	none = t->order->tls != NULL && strcmp(t->order->tls, "none") == 0;
	if (open_connection(t) == -1 || (is_implicit(t) && secure(t) == -1) ||
	    greeting(t) == -1 || hello(t, "EHLO") == -1)
		return false;
	if (!is_implicit(t) && !none && start_tls(t) == -1)
		return false;
	secured = t->tls != NULL && t->order->more == NULL;
	if (t->order->more != NULL && t->order->more(t, t->order->arg) == -1)
		return false;
	if (smtptest_command(t, "QUIT", "QUIT\r\n") != -1)
		smtptest_say(t, "QUIT", "ok", NULL, "%s", t->reply);
	return secured;
}

/* Connect once more, up to the handshake, and let libtls judge. */
static void
chain(struct smtptest *t)
{
	bool ready;

	t->quiet = true;
	ready = open_connection(t) == 0;
	if (ready && !is_implicit(t))
		ready = greeting(t) == 0 && hello(t, "EHLO") == 0 &&
		    smtptest_command(t, "STARTTLS", "STARTTLS\r\n") == 220;
	t->quiet = false;
	if (!ready) {
		smtptest_say(t, "chain", "unknown", "try again",
		    "a second connection went no further than before TLS");
		return;
	}
	if (handshake(t, true) == 0)
		smtptest_say(t, "chain", "ok", NULL, "trusted by this host");
	else
		smtptest_say(t, "chain", "warn",
		    "clients that verify refuse it: use a certificate of a "
		    "known authority, with the intermediate ones behind it; "
		    "between mail servers it does not matter",
		    "%s", why_no_tls(t));
}

/* Where to connect to: the host, or the best MX of a domain. */
static void
find_host(struct smtptest *t)
{
	const struct smtptest_order *o;

	o = t->order;
	t->port = o->port == 0 ? 25 : o->port;
	(void)strlcpy(t->host, o->host, sizeof(t->host));
	if (o->port != 0)
		return;
	if (mxhost_best(o->host, t->host) == 0)
		smtptest_say(t, "MX", "ok", NULL, "%s takes mail for %s",
		    t->host, o->host);
	else
		smtptest_say(t, "MX", "note", NULL,
		    "%s has no MX record: it is taken for a host", o->host);
}

/* A host name, as far as it matters here. */
static bool
is_host(const char *s)
{
	return s[0] != '\0' && strlen(s) < DOMAIN_SIZE &&
	    strspn(s,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789-._:") == strlen(s);
}

/*
 * Test a server; cb runs for each step.  How many steps failed, or -1 with
 * errno.
 */
int
smtptest_run(const struct smtptest_order *o, smtptest_cb cb, void *arg)
{
	struct smtptest *t;
	int r;

	if (!is_host(o->host)) {
		errno = EINVAL;
		return -1;
	}
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return -1;
	t->order = o;
	t->cb = cb;
	t->arg = arg;
	t->fd = -1;
	t->row = row_new();
	r = -1;
	if (t->row != NULL) {
		find_host(t);
		if (session(t)) {
			hang_up(t);
			chain(t);
		}
		hang_up(t);
		r = t->broken ? -1 : (int)t->fails;
	}
	row_free(t->row);
	free(t);
	return r;
}
