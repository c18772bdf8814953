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
 * HTTP/1.1 as little as a webhook needs: addresses are tried in order until
 * one takes the request, then the status counts.  What follows the status is
 * not read.  Certificates are verified, unlike those of mail servers.
 */
#include "post.h"

#include <sys/queue.h>
#include <sys/socket.h>

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tls.h>
#include <unistd.h>

#include "chan.h"
#include "compat.h"
#include "dnspacket.h"
#include "httpstatus.h"
#include "limits.h"
#include "netaddr.h"
#include "proto_hook.h"
#include "resolver.h"
#include "tlsio.h"

struct post {
	LIST_ENTRY(post) entry;
	struct posts *posts;
	struct chan *chan; /* NULL: nobody waits any more */
	uint64_t id;
	char host[DOMAIN_SIZE];
	uint16_t port;
	struct tls_config *tls; /* NULL: plain */
	struct evbuffer *request;
	bool sent;
	struct netaddr addr[POST_ADDRESSES_MAX];
	size_t addrs;
	size_t next; /* address to try */
	struct resolver_query *query;
	struct tlsio *io;
	struct event *begin;
	char error[ERROR_SIZE]; /* of the last address */
};

struct posts {
	struct event_base *base;
	struct resolver *resolver; /* NULL: nothing can be asked yet */
	uint8_t *ca;		   /* the system's, or NULL */
	size_t ca_len;
	LIST_HEAD(, post) list;
	unsigned count;
};

static void connect_next(struct post *);

/* Nothing yet; NULL without memory. */
struct posts *
posts_new(struct event_base *base)
{
	struct posts *ps;

	ps = calloc(1, sizeof(*ps));
	if (ps != NULL)
		ps->base = base;
	return ps;
}

/* Ask this resolver from now on. */
void
posts_configure(struct posts *ps, struct resolver *resolver)
{
	ps->resolver = resolver;
}

/* The certificates to trust where a webhook has none; copied.  0 or -1. */
int
posts_trust(struct posts *ps, const uint8_t *pem, size_t len)
{
	uint8_t *copy;

	copy = malloc(len);
	if (copy == NULL)
		return -1;
	memcpy(copy, pem, len);
	free(ps->ca);
	ps->ca = copy;
	ps->ca_len = len;
	return 0;
}

static void
post_free(struct post *p)
{
	if (p->query != NULL)
		resolver_cancel(p->query);
	if (p->begin != NULL)
		event_free(p->begin);
	tlsio_free(p->io);
	if (p->request != NULL)
		evbuffer_free(p->request);
	tls_config_free(p->tls);
	LIST_REMOVE(p, entry);
	p->posts->count--;
	free(p);
}

/* The end: answer, and close in order if there is a connection. */
static void
finish(struct post *p, unsigned status)
{
	struct hook_posted posted;

	if (p->chan != NULL) {
		memset(&posted, 0, sizeof(posted));
		posted.status = (uint16_t)status;
		if (status == 0)
			(void)strlcpy(posted.error, p->error,
			    sizeof(posted.error));
		(void)hook_posted_send(p->chan, p->id, &posted);
		p->chan = NULL;
	}
	if (p->io != NULL)
		tlsio_close(p->io); /* the rest is in TLSIO_CLOSED */
	else
		post_free(p);
}

static void __attribute__((format(printf, 2, 3)))
note(struct post *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(p->error, sizeof(p->error), fmt, ap);
	va_end(ap);
}

/* This address is no good: the next, unless it has the request. */
static void
give_up(struct post *p, const char *why)
{
	char text[HOST_SIZE];

	note(p, "%s port %u: %s", netaddr_format(&p->addr[p->next - 1], text),
	    p->port, why);
	if (p->sent) {
		finish(p, 0);
		return;
	}
	tlsio_free(p->io);
	p->io = NULL;
	connect_next(p);
}

static void
read_answer(struct post *p)
{
	struct evbuffer *in = tlsio_input(p->io);
	size_t len = evbuffer_get_length(in);
	const char *data;
	int status;

	data = (const char *)evbuffer_pullup(in, -1);
	if (data == NULL)
		return;
	status = httpstatus_parse(data, len);
	if (status == HTTPSTATUS_BAD)
		give_up(p, "the answer is no HTTP");
	else if (status != HTTPSTATUS_MORE)
		finish(p, (unsigned)status);
	else if (len >= POST_ANSWER_MAX)
		give_up(p, "the answer has no end");
}

/* Connected, or with TLS: the request goes out. */
static void
send_request(struct post *p)
{
	size_t len = evbuffer_get_length(p->request);

	if (p->tls != NULL && !tlsio_is_tls(p->io)) {
		if (tlsio_start_client(p->io, p->tls, p->host) == -1)
			give_up(p, tlsio_error(p->io));
		return;
	}
	if (tlsio_write(p->io, evbuffer_pullup(p->request, -1), len) == -1)
		give_up(p, "out of memory");
	else
		p->sent = true;
}

static void
io_cb(struct tlsio *io, enum tlsio_event event, void *arg)
{
	struct post *p = arg;

	if (event == TLSIO_CLOSED) {
		post_free(p);
		return;
	}
	if (p->chan == NULL)
		return;
	switch (event) {
	case TLSIO_CONNECTED:
		send_request(p);
		break;
	case TLSIO_READ:
		read_answer(p);
		break;
	case TLSIO_EOF:
		give_up(p, "the server closed the connection");
		break;
	case TLSIO_TIMEOUT:
		give_up(p, "no answer in time");
		break;
	case TLSIO_ERROR:
		give_up(p, tlsio_error(io));
		break;
	default:
		break;
	}
}

/* Begin to connect.  0, or -1 with errno. */
static int
connect_to(struct post *p, const struct netaddr *addr)
{
	struct sockaddr_storage ss;
	socklen_t len;
	int fd, saved;

	len = netaddr_sockaddr(addr, p->port, &ss);
	fd = socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0);
	if (fd == -1)
		return -1;
	if (connect(fd, (struct sockaddr *)&ss, len) == -1 &&
	    errno != EINPROGRESS) {
		saved = errno;
		(void)close(fd);
		errno = saved;
		return -1;
	}
	p->io = tlsio_new(p->posts->base, fd, io_cb, p);
	if (p->io == NULL)
		return -1;
	tlsio_input_max(p->io, POST_ANSWER_MAX);
	tlsio_deadline(p->io, POST_SECONDS);
	return tlsio_connecting(p->io);
}

/* The next address that can be tried, or the end. */
static void
connect_next(struct post *p)
{
	char text[HOST_SIZE];

	while (p->next < p->addrs) {
		if (connect_to(p, &p->addr[p->next++]) == 0)
			return;
		note(p, "%s port %u: %s",
		    netaddr_format(&p->addr[p->next - 1], text), p->port,
		    strerror(errno));
		tlsio_free(p->io);
		p->io = NULL;
	}
	finish(p, 0);
}

static void
add_addresses(struct post *p, const struct dnsset *set)
{
	size_t i;

	for (i = 0; i < set->count && p->addrs < POST_ADDRESSES_MAX; i++)
		p->addr[p->addrs++] = set->rr[i].addr;
}

static void
ipv4_cb(enum dns_status status, const struct dnsset *set, bool secure,
    void *arg)
{
	struct post *p = arg;

	p->query = NULL;
	if (set != NULL)
		add_addresses(p, set);
	if (p->addrs == 0)
		note(p, "%s: %s", p->host,
		    status == DNS_FAIL ? "the DNS does not answer" :
					 "the DNS has no address");
	connect_next(p);
}

static void
ipv6_cb(enum dns_status status, const struct dnsset *set, bool secure,
    void *arg)
{
	struct post *p = arg;

	p->query = NULL;
	if (set != NULL)
		add_addresses(p, set);
	if (p->posts->resolver != NULL)
		p->query = resolver_ask(p->posts->resolver, p->host, DNSTYPE_A,
		    ipv4_cb, p);
	if (p->query == NULL)
		ipv4_cb(status, NULL, false, p);
}

/* Find the addresses; nothing of this happens within posts_ask(). */
static void
begin_cb(evutil_socket_t fd, short what, void *arg)
{
	struct post *p = arg;

	if (netaddr_parse(p->host, &p->addr[0]) == 0) {
		p->addrs = 1;
		connect_next(p);
		return;
	}
	if (p->posts->resolver != NULL)
		p->query = resolver_ask(p->posts->resolver, p->host,
		    DNSTYPE_AAAA, ipv6_cb, p);
	if (p->query == NULL) {
		note(p, "the DNS cannot be asked");
		finish(p, 0);
	}
}

/* RFC 9112 section 3; Host has brackets around IPv6 (RFC 9110 section 7.2). */
static int
write_request(struct post *p, const struct hook_post *hp)
{
	bool colon = strchr(hp->host, ':') != NULL;

	p->request = evbuffer_new();
	if (p->request == NULL ||
	    evbuffer_add_printf(p->request,
		"POST %s HTTP/1.1\r\n"
		"Host: %s%s%s:%u\r\n"
		"User-Agent: edd\r\n"
		"Content-Type: application/json\r\n"
		"Content-Length: %zu\r\n"
		"Edd-Signature: %s\r\n"
		"Edd-Batch: %s\r\n"
		"Connection: close\r\n"
		"\r\n",
		hp->path, colon ? "[" : "", hp->host, colon ? "]" : "",
		hp->port, hp->body_len, hp->signature, hp->batch) == -1)
		return -1;
	return evbuffer_add(p->request, hp->body, hp->body_len);
}

/* Whom to trust.  0, or -1 with the reason in p->error. */
static int
make_tls(struct post *p, const struct hook_post *hp)
{
	const struct posts *ps = p->posts;
	const uint8_t *ca = hp->ca_len > 0 ? hp->ca : ps->ca;
	size_t len = hp->ca_len > 0 ? hp->ca_len : ps->ca_len;

	if (len == 0) {
		note(p, "this host has no certificates to trust");
		return -1;
	}
	p->tls = tls_config_new();
	if (p->tls == NULL || tls_config_set_ca_mem(p->tls, ca, len) == -1) {
		note(p, "the certificates to trust cannot be used");
		return -1;
	}
	return 0;
}

/* Begin.  -1 with the reason in p->error. */
static int
start(struct post *p, const struct hook_post *hp)
{
	static const struct timeval soon = { 0, 0 };

	(void)strlcpy(p->host, hp->host, sizeof(p->host));
	p->port = hp->port;
	if (p->posts->count > POSTS_MAX) {
		note(p, "too many webhooks at once");
		return -1;
	}
	if (hp->tls && make_tls(p, hp) == -1)
		return -1;
	p->begin = evtimer_new(p->posts->base, begin_cb, p);
	if (write_request(p, hp) == -1 || p->begin == NULL ||
	    evtimer_add(p->begin, &soon) == -1) {
		note(p, "out of memory");
		return -1;
	}
	return 0;
}

/* Send a request, and its answer on the channel that it came by. */
void
posts_ask(struct posts *ps, struct chan *chan, uint64_t id,
    const struct hook_post *hp)
{
	struct hook_posted posted;
	struct post *p;

	p = calloc(1, sizeof(*p));
	if (p == NULL) {
		memset(&posted, 0, sizeof(posted));
		(void)hook_posted_send(chan, id, &posted);
		return;
	}
	p->posts = ps;
	p->chan = chan;
	p->id = id;
	LIST_INSERT_HEAD(&ps->list, p, entry);
	ps->count++;
	if (start(p, hp) == -1)
		finish(p, 0);
}

/* The channel is gone: nobody waits for its answers. */
void
posts_forget(struct posts *ps, const struct chan *chan)
{
	struct post *p, *next;

	for (p = LIST_FIRST(&ps->list); p != NULL; p = next) {
		next = LIST_NEXT(p, entry);
		if (p->chan == chan)
			post_free(p);
	}
}
