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
 * The configuration of deliver, as edd sends it item by item.  The grammar
 * and its checks are edd's; here only what is needed to run is asserted.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "compat.h"
#include "msg.h"
#include "netaddr.h"
#include "proto_conf.h"
#include "proto_setup.h"
#include "settings.h"

/* An empty configuration with one reference; NULL without memory. */
struct settings *
settings_new(void)
{
	struct settings *s;

	s = calloc(1, sizeof(*s));
	if (s != NULL)
		s->refs = 1;
	return s;
}

/* One more reference. */
struct settings *
settings_ref(struct settings *s)
{
	s->refs++;
	return s;
}

/* Give back a reference; NULL is allowed. */
void
settings_unref(struct settings *s)
{
	if (s == NULL || --s->refs > 0)
		return;
	free(s->route);
	free(s->resolver);
	free(s->network);
	free(s);
}

/*
 * Take one item.  Returns -1 if it is ill-formed, is not one of deliver's, or
 * there is no memory.
 */
int
settings_item(struct settings *s, struct msgin *m)
{
	struct conf_global global;
	void *p;

	switch (m->type) {
	case M_CONF_GLOBAL:
		if (conf_global_recv(m, &global) == -1)
			return -1;
		(void)strlcpy(s->hostname, global.hostname,
		    sizeof(s->hostname));
		return 0;
	case M_CONF_DELIVER:
		s->complete = true;
		return conf_deliver_recv(m, &s->deliver);
	case M_CONF_SITE:
		return conf_site_recv(m, &s->site);
	case M_CONF_ROUTE:
		p = reallocarray(s->route, s->routes + 1, sizeof(*s->route));
		if (p == NULL)
			return -1;
		s->route = p;
		return conf_route_recv(m, &s->route[s->routes++]);
	case M_CONF_RESOLVER:
		p = reallocarray(s->resolver, s->resolvers + 1,
		    sizeof(*s->resolver));
		if (p == NULL)
			return -1;
		s->resolver = p;
		return conf_resolver_recv(m, &s->resolver[s->resolvers++]);
	case M_CONF_NETWORK:
		p = reallocarray(s->network, s->networks + 1,
		    sizeof(*s->network));
		if (p == NULL)
			return -1;
		s->network = p;
		return conf_network_recv(m, &s->network[s->networks++]);
	default:
		return -1;
	}
}

/*
 * Whether this configuration can be run under; if not, -1 and the reason.
 */
int
settings_check(const struct settings *s, char *why, size_t size)
{
	struct netaddr addr;
	size_t i;

	if (!s->complete || s->hostname[0] == '\0') {
		(void)strlcpy(why, "deliver got no settings", size);
		return -1;
	}
	if (s->deliver.sessions_max == 0 ||
	    s->deliver.sessions_destination == 0 || s->deliver.port == 0 ||
	    s->deliver.connect_timeout == 0) {
		(void)strlcpy(why, "a limit of deliver is zero", size);
		return -1;
	}
	for (i = 0; i < s->resolvers; i++) {
		if (netaddr_parse(s->resolver[i].address, &addr) == 0 &&
		    s->resolver[i].port != 0)
			continue;
		(void)snprintf(why, size, "resolver %s: not an address",
		    s->resolver[i].address);
		return -1;
	}
	return 0;
}

/*
 * The route for a domain: its own, else that for "*", else NULL (by MX).  The
 * first of several counts.
 */
const struct conf_route *
settings_route(const struct settings *s, const char *domain)
{
	const struct conf_route *any = NULL;
	size_t i;

	for (i = 0; i < s->routes; i++) {
		if (strcasecmp(s->route[i].domain, domain) == 0)
			return &s->route[i];
		if (any == NULL && strcmp(s->route[i].domain, "*") == 0)
			any = &s->route[i];
	}
	return any;
}

/* Whether mail may go to an address that is not public. */
bool
settings_allows(const struct settings *s, const struct netaddr *addr)
{
	size_t i;

	for (i = 0; i < s->networks; i++)
		if (netaddr_within(addr, &s->network[i]))
			return true;
	return false;
}

/* Whether both ask the same resolvers in the same order. */
bool
settings_same_resolvers(const struct settings *a, const struct settings *b)
{
	size_t i;

	if (a->resolvers != b->resolvers)
		return false;
	for (i = 0; i < a->resolvers; i++)
		if (strcmp(a->resolver[i].address, b->resolver[i].address) !=
			0 ||
		    a->resolver[i].port != b->resolver[i].port)
			return false;
	return true;
}
