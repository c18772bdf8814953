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
 * In place of resolver.c: a table of records, and questions that wait until
 * fake_resolver_run().  A name that is not in the table does not exist.
 */

#include <sys/socket.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "compat.h"
#include "dnspacket.h"
#include "fake_resolver.h"
#include "resolver.h"

#define RECORDS 64

struct record {
	char name[DOMAIN_SIZE];
	uint16_t type;
	enum dns_status status;
	struct dnsrr rr;
	char text[DOMAIN_SIZE];
};

struct resolver_query {
	struct resolver_query *next;
	char name[DOMAIN_SIZE];
	uint16_t type;
	resolver_cb cb;
	void *arg;
};

static struct record records[RECORDS];
static size_t count;
static struct resolver_query *first;

static struct record *
add(const char *name, uint16_t type)
{
	struct record *r = &records[count++];

	memset(r, 0, sizeof(*r));
	(void)strlcpy(r->name, name, sizeof(r->name));
	r->type = type;
	r->status = DNS_OK;
	return r;
}

/* Empty the table and forget questions. */
void
fake_resolver_reset(void)
{
	struct resolver_query *q;

	count = 0;
	while ((q = first) != NULL) {
		first = q->next;
		free(q);
	}
}

/* Add an MX record. */
void
fake_resolver_mx(const char *name, unsigned preference, const char *host)
{
	struct record *r = add(name, DNSTYPE_MX);

	(void)strlcpy(r->text, host, sizeof(r->text));
	r->rr.preference = (uint16_t)preference;
	r->rr.text = r->text;
	r->rr.len = strlen(host);
}

/* Add an A or AAAA record. */
void
fake_resolver_address(const char *name, const char *address)
{
	struct netaddr addr;
	struct record *r;

	if (netaddr_parse(address, &addr) == -1)
		abort();
	r = add(name, addr.family == AF_INET ? DNSTYPE_A : DNSTYPE_AAAA);
	r->rr.addr = addr;
}

/* Let a question be answered without records. */
void
fake_resolver_status(const char *name, uint16_t type, enum dns_status status)
{
	add(name, type)->status = status;
}

static void
answer(struct resolver_query *q)
{
	struct dnsrr rr[RECORDS];
	struct dnsset set = { 0, 0, rr };
	enum dns_status status = DNS_NXDOMAIN;
	size_t i;

	for (i = 0; i < count; i++) {
		if (strcmp(records[i].name, q->name) != 0)
			continue;
		if (status == DNS_NXDOMAIN)
			status = DNS_NODATA;
		if (records[i].type != q->type)
			continue;
		status = records[i].status;
		rr[set.count++] = records[i].rr;
	}
	q->cb(status, status == DNS_OK ? &set : NULL, false, q->arg);
}

/* Answer all questions, also new ones; returns how many there were. */
size_t
fake_resolver_run(void)
{
	struct resolver_query *q;
	size_t n = 0;

	while ((q = first) != NULL) {
		first = q->next;
		if (q->cb != NULL) {
			answer(q);
			n++;
		}
		free(q);
	}
	return n;
}

/* As resolver.h has it. */
struct resolver_query *
resolver_ask(struct resolver *r, const char *name, uint16_t type,
    resolver_cb cb, void *arg)
{
	struct resolver_query *q, **last;

	(void)r;
	q = calloc(1, sizeof(*q));
	if (q == NULL)
		return NULL;
	(void)strlcpy(q->name, name, sizeof(q->name));
	q->type = type;
	q->cb = cb;
	q->arg = arg;
	for (last = &first; *last != NULL; last = &(*last)->next)
		;
	*last = q;
	return q;
}

/* As resolver.h has it. */
void
resolver_cancel(struct resolver_query *q)
{
	if (q != NULL)
		q->cb = NULL;
}
