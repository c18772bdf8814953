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
 * Order of MX hosts and of their addresses, RFC 5321 section 5.1.
 */

#include <sys/socket.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "compat.h"
#include "dnspacket.h"
#include "mx.h"
#include "settings.h"

/*
 * Whether the domain says that it takes no mail: a single MX that is the root,
 * whatever its preference (RFC 7505 section 3 wants 0).
 */
bool
mx_is_null(const struct dnsset *set)
{
	return set->count == 1 && strcmp(set->rr[0].text, ".") == 0;
}

static int
compare(const void *a, const void *b)
{
	const struct mx_host *x = a, *y = b;

	if (x->preference != y->preference)
		return x->preference < y->preference ? -1 : 1;
	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return 0;
}

/*
 * Take all MX hosts, the lowest preference value first, in random order where
 * it is equal.  A root among other hosts is passed over.
 */
void
mx_take(struct mx_list *list, const struct dnsset *set)
{
	struct mx_host *h;
	size_t i;

	list->count = 0;
	for (i = 0; i < set->count && i < DNSPACKET_RECORDS_MAX; i++) {
		if (strcmp(set->rr[i].text, ".") == 0)
			continue;
		h = &list->host[list->count++];
		memset(h, 0, sizeof(*h));
		h->preference = set->rr[i].preference;
		h->order = arc4random();
		(void)strlcpy(h->name, set->rr[i].text, sizeof(h->name));
	}
	qsort(list->host, list->count, sizeof(list->host[0]), compare);
}

/* A list of one host: the domain itself, or a configured one. */
void
mx_one(struct mx_list *list, const char *name)
{
	list->count = 1;
	memset(&list->host[0], 0, sizeof(list->host[0]));
	(void)strlcpy(list->host[0].name, name, sizeof(list->host[0].name));
}

/*
 * If one of the hosts is ourselves, drop it and all that are not better than
 * it, which would send the mail back to us (RFC 5321 section 5.1).  Returns
 * true if that left nothing.
 */
bool
mx_drop_self(struct mx_list *list, const char *own)
{
	size_t i, n;

	for (i = 0; i < list->count; i++)
		if (strcasecmp(list->host[i].name, own) == 0)
			break;
	if (i == list->count)
		return false;
	for (n = 0; list->host[n].preference < list->host[i].preference; n++)
		;
	list->count = n;
	return n == 0;
}

/* Keep the best MX_HOSTS_MAX. */
void
mx_cut(struct mx_list *list)
{
	if (list->count > MX_HOSTS_MAX)
		list->count = MX_HOSTS_MAX;
}

/* Add addresses from an answer to A or AAAA, half of the room for each. */
void
mx_add_addresses(struct mx_host *host, const struct dnsset *set)
{
	size_t i;

	for (i = 0; i < set->count && i < HOST_ADDRESSES_MAX / 2 &&
	     host->addresses < HOST_ADDRESSES_MAX;
	     i++)
		host->address[host->addresses++] = set->rr[i].addr;
}

/* The n-th address of a family, or NULL. */
static const struct netaddr *
nth(const struct mx_host *host, int family, size_t n)
{
	size_t i;

	for (i = 0; i < host->addresses; i++)
		if (host->address[i].family == family && n-- == 0)
			return &host->address[i];
	return NULL;
}

static void
add_target(struct mx_targets *out, const struct mx_host *host,
    const struct netaddr *addr, uint16_t port, bool trusted)
{
	struct target *t;
	size_t i;

	if (!trusted && !netaddr_is_public(addr)) {
		out->refused++;
		return;
	}
	for (i = 0; i < out->count; i++)
		if (netaddr_equal(&out->target[i].addr, addr))
			return;
	if (out->count == TARGETS_MAX)
		return;
	t = &out->target[out->count++];
	memset(t, 0, sizeof(*t));
	(void)strlcpy(t->host, host->name, sizeof(t->host));
	t->addr = *addr;
	t->port = port;
	t->preference = host->preference;
	t->trusted = trusted;
}

/*
 * The addresses to try: hosts in their order, of each host IPv6 and IPv4 in
 * turn, each address once.  Those that are neither public nor in an allowed
 * network are left out and counted, unless the host was configured.
 */
void
mx_collect(const struct mx_list *list, const struct settings *settings,
    uint16_t port, bool configured, struct mx_targets *out)
{
	const struct netaddr *addr;
	const struct mx_host *host;
	size_t i, n;
	int family;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < list->count; i++) {
		host = &list->host[i];
		out->unknown += host->unknown;
		for (n = 0; n < 2 * HOST_ADDRESSES_MAX; n++) {
			family = n % 2 == 0 ? AF_INET6 : AF_INET;
			addr = nth(host, family, n / 2);
			if (addr != NULL)
				add_target(out, host, addr, port,
				    configured ||
					settings_allows(settings, addr));
		}
	}
}
