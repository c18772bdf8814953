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
 * Questions of control to DNS: each becomes a query to the resolver, and its
 * records become text.
 */

#include <sys/queue.h>
#include <sys/socket.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chan.h"
#include "compat.h"
#include "dnspacket.h"
#include "dnsserver.h"
#include "netaddr.h"
#include "proto_dns.h"
#include "resolver.h"

/* What records of an answer may take of a message, with their lengths. */
#define DNSSERVER_ANSWER_MAX (MSG_PAYLOAD_MAX - 1024u)

struct question {
	LIST_ENTRY(question) entry;
	struct dnsserver *server;
	struct chan *chan;
	uint64_t id;
	enum dns_rrtype rrtype;
	struct resolver_query *query;
};

struct dnsserver {
	struct resolver *resolver;
	LIST_HEAD(, question) questions;
	struct dns_answer answer; /* too large for the stack */
};

/* Without a resolver every answer is DNS_FAIL.  NULL without memory. */
struct dnsserver *
dnsserver_new(void)
{
	return calloc(1, sizeof(struct dnsserver));
}

/* Ask this resolver from now on. */
void
dnsserver_configure(struct dnsserver *s, struct resolver *resolver)
{
	s->resolver = resolver;
}

/* Line breaks in a record are a mistake that control looks for. */
static bool
is_shown(char c)
{
	return (c >= ' ' && c <= '~') || c == '\t' || c == '\r' || c == '\n';
}

/* A record as control is to have it. */
static void
put_record(char out[DNS_TEXT_MAX], enum dns_rrtype rrtype,
    const struct dnsrr *rr)
{
	char text[HOST_SIZE];
	size_t i;

	switch (rrtype) {
	case DNS_A:
	case DNS_AAAA:
		(void)strlcpy(out, netaddr_format(&rr->addr, text),
		    DNS_TEXT_MAX);
		break;
	case DNS_MX:
		(void)snprintf(out, DNS_TEXT_MAX, "%u %s",
		    (unsigned)rr->preference, rr->text);
		break;
	default:
		for (i = 0; i < rr->len && i < DNS_TEXT_MAX - 1; i++)
			out[i] = is_shown(rr->text[i]) ? rr->text[i] : '?';
		out[i] = '\0';
		break;
	}
}

/* As many records as fit in a message. */
static void
put_records(struct dns_answer *a, enum dns_rrtype rrtype,
    const struct dnsset *set)
{
	size_t i, used = 0;

	for (i = 0; i < set->count && a->records < DNS_RECORDS_MAX; i++) {
		put_record(a->record[a->records], rrtype, &set->rr[i]);
		used += strlen(a->record[a->records]) + 4;
		if (used > DNSSERVER_ANSWER_MAX)
			return;
		a->records++;
	}
}

static void
answer_cb(enum dns_status status, const struct dnsset *set, bool secure,
    void *arg)
{
	struct question *q = arg;
	struct dns_answer *a = &q->server->answer;

	a->status = status;
	a->secure = secure;
	a->records = 0;
	if (set != NULL)
		put_records(a, q->rrtype, set);
	(void)dns_answer_send(q->chan, q->id, a);
	LIST_REMOVE(q, entry);
	free(q);
}

/* The name under which the names of an address are (RFC 1035, RFC 3596). */
static void
reverse_name(const struct netaddr *addr, char name[DOMAIN_SIZE])
{
	const uint8_t *b = addr->bytes;
	char *to = name;
	int i;

	if (addr->family == AF_INET) {
		(void)snprintf(name, DOMAIN_SIZE, "%u.%u.%u.%u.in-addr.arpa",
		    b[3], b[2], b[1], b[0]);
		return;
	}
	for (i = 15; i >= 0; i--)
		to += snprintf(to, DOMAIN_SIZE - (size_t)(to - name), "%x.%x.",
		    b[i] & 0x0fu, b[i] >> 4u);
	(void)strlcpy(to, "ip6.arpa", DOMAIN_SIZE - (size_t)(to - name));
}

static uint16_t
type_of(enum dns_rrtype rrtype)
{
	static const uint16_t types[] = { 0, DNSTYPE_TXT, DNSTYPE_CNAME,
		DNSTYPE_MX, DNSTYPE_A, DNSTYPE_AAAA, DNSTYPE_PTR, DNSTYPE_NS };

	return types[rrtype];
}

/*
 * Answer a query, later, on the channel that it came by.  PTR takes an
 * address too.
 */
void
dnsserver_ask(struct dnsserver *s, struct chan *chan, uint64_t id,
    const struct dns_query *query)
{
	char name[DOMAIN_SIZE];
	struct netaddr addr;
	struct question *q;

	(void)strlcpy(name, query->name, sizeof(name));
	if (query->rrtype == DNS_PTR && netaddr_parse(query->name, &addr) == 0)
		reverse_name(&addr, name);
	q = calloc(1, sizeof(*q));
	if (q != NULL && s->resolver != NULL) {
		q->server = s;
		q->chan = chan;
		q->id = id;
		q->rrtype = query->rrtype;
		q->query = resolver_ask(s->resolver, name,
		    type_of(query->rrtype), answer_cb, q);
	}
	if (q != NULL && q->query != NULL) {
		LIST_INSERT_HEAD(&s->questions, q, entry);
		return;
	}
	free(q);
	s->answer.status = DNS_FAIL;
	s->answer.records = 0;
	(void)dns_answer_send(chan, id, &s->answer);
}

/* The channel is gone: nobody waits for its answers. */
void
dnsserver_forget(struct dnsserver *s, const struct chan *chan)
{
	struct question *q, *next;

	for (q = LIST_FIRST(&s->questions); q != NULL; q = next) {
		next = LIST_NEXT(q, entry);
		if (q->chan != chan)
			continue;
		resolver_cancel(q->query);
		LIST_REMOVE(q, entry);
		free(q);
	}
}
