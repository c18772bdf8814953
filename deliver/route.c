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
 * Where mail for a domain goes: the configured route, else by MX, else to the
 * domain's own address (RFC 5321 section 5.1).  It asks DNS and connects to
 * nothing.
 *
 * What DNS says for good is permanent: no such domain (5.1.2), a null MX
 * (RFC 7505, 5.1.10), a loop to ourselves (5.4.6), hosts without a usable
 * address (5.4.4).  None of this is UNKNOWN: only a mail server that refuses a
 * recipient makes a suppression, not a domain that is gone this afternoon.
 */

#include <event2/event.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compat.h"
#include "dnspacket.h"
#include "idn.h"
#include "netaddr.h"
#include "resolver.h"
#include "route.h"
#include "settings.h"

/* A look-up of the addresses of one family of a host. */
struct lookup {
	struct route *route;
	struct mx_host *host;
	struct resolver_query *query;
};

struct route {
	struct resolver *resolver;
	struct settings *settings;
	struct event *finish;
	route_cb cb;
	void *arg;
	char domain[DOMAIN_SIZE];
	bool configured; /* not by MX: any address, and no error is final */
	bool implicit;	 /* the domain has no MX */
	uint16_t port;
	struct resolver_query *mx;
	struct mx_list list;
	struct lookup lookup[2 * MX_HOSTS_MAX];
	size_t lookups;
	size_t pending;
	struct route_result result;
};

static void
route_free(struct route *r)
{
	if (r->finish != NULL)
		event_free(r->finish);
	settings_unref(r->settings);
	free(r);
}

/* Stop without a result; NULL is allowed. */
void
route_cancel(struct route *r)
{
	size_t i;

	if (r == NULL)
		return;
	resolver_cancel(r->mx);
	for (i = 0; i < r->lookups; i++)
		resolver_cancel(r->lookup[i].query);
	route_free(r);
}

static void
finish_cb(evutil_socket_t fd, short what, void *arg)
{
	struct route *r = arg;

	(void)fd;
	(void)what;
	r->cb(&r->result, r->arg);
	route_free(r);
}

/* No targets: say why, on the next turn of the loop. */
__attribute__((format(printf, 4, 5))) static void
fail(struct route *r, enum outcome outcome, const char *enhanced,
    const char *fmt, ...)
{
	va_list ap;

	r->result.outcome = outcome;
	(void)strlcpy(r->result.enhanced, enhanced, sizeof(r->result.enhanced));
	va_start(ap, fmt);
	(void)vsnprintf(r->result.text, sizeof(r->result.text), fmt, ap);
	va_end(ap);
	event_active(r->finish, EV_TIMEOUT, 0);
}

/* All addresses are there, or known not to be. */
static void
finish(struct route *r)
{
	struct mx_targets *t = &r->result.targets;

	mx_collect(&r->list, r->settings, r->port, r->configured, t);
	if (t->count > 0) {
		r->result.outcome = OUTCOME_DELIVERED;
		event_active(r->finish, EV_TIMEOUT, 0);
	} else if (t->unknown > 0) {
		fail(r, OUTCOME_HOST_DOWN, "4.4.3",
		    "DNS gave no answer for the mail servers of %s", r->domain);
	} else if (r->configured) {
		fail(r, OUTCOME_HOST_DOWN, "4.4.4",
		    "the configured route's host %s has no address",
		    r->list.host[0].name);
	} else if (t->refused > 0) {
		fail(r, OUTCOME_PERMFAIL, "5.4.4",
		    "the mail servers of %s have no public address", r->domain);
	} else if (r->implicit) {
		fail(r, OUTCOME_PERMFAIL, "5.1.2",
		    "%s has neither mail servers nor an address", r->domain);
	} else {
		fail(r, OUTCOME_PERMFAIL, "5.4.4",
		    "the mail servers of %s have no address", r->domain);
	}
}

static void
address_cb(enum dns_status status, const struct dnsset *set, bool secure,
    void *arg)
{
	struct lookup *l = arg;

	(void)secure;
	l->query = NULL;
	if (status == DNS_OK)
		mx_add_addresses(l->host, set);
	else if (status == DNS_FAIL)
		l->host->unknown = true;
	if (--l->route->pending == 0)
		finish(l->route);
}

static void
ask_address(struct route *r, struct mx_host *host, uint16_t type)
{
	struct lookup *l = &r->lookup[r->lookups++];

	l->route = r;
	l->host = host;
	l->query = resolver_ask(r->resolver, host->name, type, address_cb, l);
	if (l->query == NULL)
		host->unknown = true;
	else
		r->pending++;
}

/* Look up the addresses of all hosts at once. */
static void
ask_addresses(struct route *r)
{
	struct netaddr addr;
	struct mx_host *host;
	size_t i;

	if (!r->configured && mx_drop_self(&r->list, r->settings->hostname)) {
		fail(r, OUTCOME_PERMFAIL, "5.4.6",
		    "mail for %s loops back to this host", r->domain);
		return;
	}
	mx_cut(&r->list);
	for (i = 0; i < r->list.count; i++) {
		host = &r->list.host[i];
		/* Not only of a route: some write an address into an MX. */
		if (netaddr_parse(host->name, &addr) == 0) {
			host->address[host->addresses++] = addr;
			continue;
		}
		ask_address(r, host, DNSTYPE_AAAA);
		ask_address(r, host, DNSTYPE_A);
	}
	if (r->pending == 0)
		finish(r);
}

static void
mx_cb(enum dns_status status, const struct dnsset *set, bool secure, void *arg)
{
	struct route *r = arg;

	(void)secure;
	r->mx = NULL;
	switch (status) {
	case DNS_OK:
		if (mx_is_null(set)) {
			fail(r, OUTCOME_PERMFAIL, "5.1.10",
			    "%s does not accept mail (null MX)", r->domain);
			return;
		}
		mx_take(&r->list, set);
		break;
	case DNS_NODATA:
		r->implicit = true;
		mx_one(&r->list, r->domain);
		break;
	case DNS_NXDOMAIN:
		fail(r, OUTCOME_PERMFAIL, "5.1.2",
		    "the domain %s does not exist", r->domain);
		return;
	case DNS_FAIL:
	default:
		fail(r, OUTCOME_HOST_DOWN, "4.4.3", "DNS gave no answer for %s",
		    r->domain);
		return;
	}
	ask_addresses(r);
}

/* The first question, or the answer if none is needed. */
static void
begin(struct route *r, const struct conf_route *configured)
{
	struct netaddr addr;

	r->port = r->settings->deliver.port;
	if (configured != NULL) {
		r->configured = true;
		r->port = configured->port;
		mx_one(&r->list, configured->host);
		ask_addresses(r);
		return;
	}
	if (netaddr_parse_literal(r->domain, &addr) == 0) {
		mx_one(&r->list, r->domain);
		r->list.host[0].address[0] = addr;
		r->list.host[0].addresses = 1;
		finish(r);
		return;
	}
	r->mx = resolver_ask(r->resolver, r->domain, DNSTYPE_MX, mx_cb, r);
	if (r->mx == NULL)
		fail(r, OUTCOME_HOST_DOWN, "4.3.0", "out of memory");
}

/*
 * Find the targets of a domain (or address-literal) under the settings given,
 * of which a reference is kept; forced goes before what they say, unless NULL.
 * NULL without memory.  The route ends with its callback.
 */
struct route *
route_start(struct event_base *base, struct resolver *resolver,
    struct settings *settings, const char *domain,
    const struct conf_route *forced, route_cb cb, void *arg)
{
	struct route *r;

	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return NULL;
	r->resolver = resolver;
	r->settings = settings_ref(settings);
	r->cb = cb;
	r->arg = arg;
	r->finish = event_new(base, -1, 0, finish_cb, r);
	/* What is no name in any script is found not to exist. */
	if (r->finish == NULL ||
	    (idn_domain_ascii(domain, r->domain, sizeof(r->domain)) == -1 &&
		strlcpy(r->domain, domain, sizeof(r->domain)) >=
		    sizeof(r->domain))) {
		route_free(r);
		return NULL;
	}
	begin(r, forced != NULL ? forced : settings_route(settings, r->domain));
	return r;
}
