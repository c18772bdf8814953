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
 * libunbound on the event loop: a cache and either forwarding to the
 * configured resolvers or resolution from the root.  What it knows of mail is
 * nothing.
 *
 * libunbound may call back before ub_resolve_event() returns, and must not be
 * deleted from inside its own callbacks.  So a callback only notes the answer,
 * and an event of ours hands answers out.
 */

#include <sys/queue.h>

#include <errno.h>
#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unbound-event.h>
#include <unbound.h>

#include "compat.h"
#include "dnspacket.h"
#include "limits.h"
#include "log.h"
#include "netaddr.h"
#include "proto_conf.h"
#include "resolver.h"

/* A question that libunbound has, which may outlive the query. */
struct asked {
	struct resolver *resolver;
	struct resolver_query *query; /* NULL: answered without it */
};

struct resolver_query {
	TAILQ_ENTRY(resolver_query) entry; /* in waiting or answered */
	struct resolver *resolver;
	struct asked *asked;
	struct event *timer;
	resolver_cb cb; /* NULL: cancelled */
	void *arg;
	uint16_t type;
	enum dns_status status;
	bool secure;
	struct dnsset set;
	char name[DOMAIN_SIZE];
};

TAILQ_HEAD(query_list, resolver_query);

struct resolver {
	struct event_base *base;
	struct ub_ctx *ctx;
	struct event *hand_out;
	struct query_list waiting;
	struct query_list answered;
	size_t asked; /* in libunbound */
	uint64_t total;
	bool retired;
};

/*
 * Options that differ from libunbound's defaults.  No trust anchor is loaded:
 * nothing uses validated answers yet, and validation costs six times as much.
 */
static const struct option {
	const char *name;
	const char *value;
} options[] = {
	{ "module-config:", "iterator" },
	/* A resolver on loopback is the usual thing. */
	{ "do-not-query-localhost:", "no" },
	{ "outgoing-range:", "512" },
	{ "num-queries-per-thread:", "512" },
	{ "msg-cache-size:", "16m" },
	{ "rrset-cache-size:", "32m" },
	/* A domain that was set up a minute ago shall get its mail. */
	{ "cache-max-negative-ttl:", "60" },
	/* A resolver that was down is asked again soon. */
	{ "infra-host-ttl:", "30" },
	{ "infra-keep-probing:", "yes" },
	{ "edns-buffer-size:", "1232" },
	{ "hide-identity:", "yes" },
	{ "use-syslog:", "no" },
};

/*
 * Names that libunbound would answer itself, and that a resolver which the
 * operator chose may know.
 */
static const char *const unlocal[] = { "test.", "home.arpa.",
	"10.in-addr.arpa.", "168.192.in-addr.arpa.", "d.f.ip6.arpa." };

static void hand_out(evutil_socket_t, short, void *);

static int
set_options(struct resolver *r, const struct conf_resolver *server, size_t n)
{
	char where[HOST_SIZE + 8];
	size_t i;
	int error;

	(void)ub_ctx_debugout(r->ctx, NULL);
	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		/* Its prototype lacks const; it only reads. */
		error = ub_ctx_set_option(r->ctx, options[i].name,
		    options[i].value);
		if (error != 0) {
			log_warnx("dns: %s %s", options[i].name,
			    ub_strerror(error));
			return -1;
		}
	}
	for (i = 0; i < n; i++) {
		(void)snprintf(where, sizeof(where), "%s@%u", server[i].address,
		    server[i].port);
		error = ub_ctx_set_fwd(r->ctx, where);
		if (error != 0) {
			log_warnx("dns: resolver %s: %s", where,
			    ub_strerror(error));
			return -1;
		}
	}
	for (i = 0; n > 0 && i < sizeof(unlocal) / sizeof(unlocal[0]); i++)
		(void)ub_ctx_zone_remove(r->ctx, unlocal[i]);
	return 0;
}

/*
 * A resolver that forwards to the servers given or, if there are none, asks
 * from the root.  NULL if libunbound cannot be set up; the reason is logged.
 * Opens no file.
 */
struct resolver *
resolver_new(struct event_base *base, const struct conf_resolver *server,
    size_t servers)
{
	struct resolver *r;

	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return NULL;
	TAILQ_INIT(&r->waiting);
	TAILQ_INIT(&r->answered);
	r->base = base;
	r->hand_out = event_new(base, -1, 0, hand_out, r);
	r->ctx = ub_ctx_create_event(base);
	if (r->hand_out == NULL || r->ctx == NULL ||
	    set_options(r, server, servers) == -1)
		goto fail;
	return r;
fail:
	if (r->ctx != NULL)
		ub_ctx_delete(r->ctx);
	if (r->hand_out != NULL)
		event_free(r->hand_out);
	free(r);
	return NULL;
}

/* Free a retired resolver that has nothing left to do. */
static void
reap(struct resolver *r)
{
	if (!r->retired || r->asked > 0 || !TAILQ_EMPTY(&r->waiting) ||
	    !TAILQ_EMPTY(&r->answered))
		return;
	ub_ctx_delete(r->ctx);
	event_free(r->hand_out);
	free(r);
}

/*
 * No more questions come to it; it answers what it was asked, then frees
 * itself.  NULL is allowed.  Not to be called from a callback of an answer.
 */
void
resolver_retire(struct resolver *r)
{
	if (r == NULL)
		return;
	r->retired = true;
	reap(r);
}

static void
query_free(struct resolver_query *q)
{
	if (q->timer != NULL)
		event_free(q->timer);
	dnsset_clear(&q->set);
	free(q);
}

static void
answer(struct resolver_query *q, enum dns_status status)
{
	if (q->timer != NULL)
		(void)evtimer_del(q->timer);
	q->status = status;
	TAILQ_INSERT_TAIL(&q->resolver->answered, q, entry);
	event_active(q->resolver->hand_out, EV_TIMEOUT, 0);
}

/* What a packet says, in the terms of proto_dns.h. */
static enum dns_status
status_of(struct resolver_query *q, const void *packet, int len)
{
	if (packet == NULL || len <= 0 ||
	    dnspacket_parse(packet, (size_t)len, q->type, &q->set) == -1)
		return DNS_FAIL;
	if (q->set.rcode == DNSRCODE_NXDOMAIN)
		return DNS_NXDOMAIN;
	if (q->set.rcode != DNSRCODE_OK)
		return DNS_FAIL;
	return q->set.count > 0 ? DNS_OK : DNS_NODATA;
}

/*
 * Of libunbound.  rcode is 0 for NXDOMAIN too, so the packet counts; a bogus
 * answer still has its packet, so secure is looked at first.
 */
static void
answer_cb(void *arg, int rcode, void *packet, int len, int secure,
    char *why_bogus, int ratelimited)
{
	struct asked *asked = arg;
	struct resolver *r = asked->resolver;
	struct resolver_query *q = asked->query;
	enum dns_status status = DNS_FAIL;

	(void)ratelimited;
	free(asked);
	r->asked--;
	event_active(r->hand_out, EV_TIMEOUT, 0);
	if (q == NULL)
		return;
	q->asked = NULL;
	if (secure == 1)
		log_debug("dns: %s is bogus: %s", q->name,
		    why_bogus != NULL ? why_bogus : "?");
	else if (rcode == 0 || rcode == (int)DNSRCODE_NXDOMAIN)
		status = status_of(q, packet, len);
	q->secure = secure == 2;
	answer(q, status);
}

/* Hand the question to libunbound. */
static void
ask(struct resolver_query *q)
{
	struct resolver *r = q->resolver;
	struct asked *asked;
	int error;

	asked = calloc(1, sizeof(*asked));
	if (asked == NULL) {
		answer(q, DNS_FAIL);
		return;
	}
	asked->resolver = r;
	asked->query = q;
	q->asked = asked;
	r->asked++;
	error = ub_resolve_event(r->ctx, q->name, q->type, 1, asked, answer_cb,
	    NULL);
	if (error == 0)
		return;
	log_debug("dns: %s: %s", q->name, ub_strerror(error));
	q->asked = NULL;
	free(asked);
	r->asked--;
	answer(q, DNS_FAIL);
}

/* Give answers to who asked, then ask what waited. */
static void
hand_out(evutil_socket_t fd, short what, void *arg)
{
	struct resolver *r = arg;
	struct resolver_query *q;
	size_t n;

	(void)fd;
	(void)what;
	while ((q = TAILQ_FIRST(&r->answered)) != NULL) {
		TAILQ_REMOVE(&r->answered, q, entry);
		if (q->cb != NULL)
			q->cb(q->status, q->status == DNS_OK ? &q->set : NULL,
			    q->secure, q->arg);
		query_free(q);
	}
	/* Answers from the cache come at once: not more than fit in a turn. */
	for (n = 0; n < RESOLVER_QUERIES_MAX; n++) {
		q = TAILQ_FIRST(&r->waiting);
		if (q == NULL || r->asked >= RESOLVER_QUERIES_MAX)
			break;
		TAILQ_REMOVE(&r->waiting, q, entry);
		ask(q);
	}
	reap(r);
}

/*
 * No answer in time.  libunbound goes on, and its answer is thrown away, or
 * stays in its cache for the next one who asks.
 */
static void
timeout_cb(evutil_socket_t fd, short what, void *arg)
{
	struct resolver_query *q = arg;

	(void)fd;
	(void)what;
	if (q->asked != NULL) {
		q->asked->query = NULL;
		q->asked = NULL;
	} else {
		TAILQ_REMOVE(&q->resolver->waiting, q, entry);
	}
	answer(q, DNS_FAIL);
}

/*
 * Ask for the records of a type that a name has.  NULL if there is no memory
 * or the name is too long; then the callback is not called.  The query is the
 * resolver's and ends with the callback.
 */
struct resolver_query *
resolver_ask(struct resolver *r, const char *name, uint16_t type,
    resolver_cb cb, void *arg)
{
	static const struct timeval limit = { RESOLVER_TIMEOUT, 0 };
	struct resolver_query *q;

	q = calloc(1, sizeof(*q));
	if (q == NULL)
		return NULL;
	q->resolver = r;
	q->type = type;
	q->cb = cb;
	q->arg = arg;
	q->timer = evtimer_new(r->base, timeout_cb, q);
	if (q->timer == NULL || evtimer_add(q->timer, &limit) == -1 ||
	    strlcpy(q->name, name, sizeof(q->name)) >= sizeof(q->name)) {
		query_free(q);
		return NULL;
	}
	r->total++;
	TAILQ_INSERT_TAIL(&r->waiting, q, entry);
	event_active(r->hand_out, EV_TIMEOUT, 0);
	return q;
}

/* The callback will not be called; NULL is allowed. */
void
resolver_cancel(struct resolver_query *q)
{
	if (q != NULL)
		q->cb = NULL;
}

/* Questions so far. */
uint64_t
resolver_asked(const struct resolver *r)
{
	return r->total;
}

/* One line of resolv.conf; true if it has a server. */
static bool
server_line(const char *line, size_t len, struct conf_resolver *out)
{
	static const char word[] = "nameserver";
	struct netaddr addr;
	size_t skip = sizeof(word) - 1;
	char text[HOST_SIZE];

	if (len <= skip || memcmp(line, word, skip) != 0 ||
	    (line[skip] != ' ' && line[skip] != '\t'))
		return false;
	line += skip;
	len -= skip;
	while (len > 0 && (*line == ' ' || *line == '\t')) {
		line++;
		len--;
	}
	for (skip = 0; skip < len && line[skip] != ' ' && line[skip] != '\t' &&
	     line[skip] != '\r';
	     skip++)
		;
	if (skip >= sizeof(text))
		return false;
	memcpy(text, line, skip);
	text[skip] = '\0';
	if (netaddr_parse(text, &addr) == -1)
		return false;
	(void)strlcpy(out->address, text, sizeof(out->address));
	out->port = 53;
	return true;
}

/*
 * The servers of a resolv.conf(5), at most max; returns how many.  Everything
 * else in it is passed over, and servers with a zone ("fe80::1%eth0") too.
 */
size_t
resolver_conf_parse(const char *text, struct conf_resolver *out, size_t max)
{
	size_t n = 0, len;

	while (*text != '\0' && n < max) {
		len = strcspn(text, "\n");
		if (server_line(text, len, &out[n]))
			n++;
		text += len;
		text += *text == '\n';
	}
	return n;
}
