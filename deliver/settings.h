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
 * deliver's slice of the configuration.  One is current; who works under an
 * older one keeps a reference to it.
 */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "bounds.h"
#include "proto_conf.h"
#include "proto_site.h"

struct msgin;
struct netaddr;

struct settings {
	unsigned refs;
	bool complete; /* GLOBAL and DELIVER have come */
	char hostname[DOMAIN_SIZE];
	struct conf_deliver deliver;
	struct conf_route *route;
	size_t routes;
	struct conf_resolver *resolver;
	size_t resolvers;
	struct conf_site site; /* sources */
	struct conf_network *network;
	size_t networks;
};

struct settings *settings_new(void);
struct settings *settings_ref(struct settings *);
void settings_unref(struct settings *);
int settings_item(struct settings *, struct msgin *);
int settings_check(const struct settings *, char *why, size_t);
const struct conf_route *settings_route(const struct settings *,
    const char *domain);
bool settings_allows(const struct settings *, const struct netaddr *);
bool settings_same_resolvers(const struct settings *, const struct settings *);

#endif
