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
 * An item of the configuration of control and deliver (proto_conf.h has the
 * others): what this host is to the DNS, and the addresses it sends from.
 */
#ifndef PROTO_SITE_H
#define PROTO_SITE_H

#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"

struct chan;
struct msgin;

/* Addresses that receivers see this host send from. */
#define CONF_ADDRESSES_MAX 16u

/* What control has to know of this host to judge what the DNS says. */
struct conf_site {
	uint32_t expire;	     /* seconds until a message is given up */
	uint32_t check_interval;     /* seconds between looks at a record */
	char dkim_base[DOMAIN_SIZE]; /* CNAMEs lead below it; empty: none */
	bool verify_domains;	     /* before they are ACTIVE */
	uint32_t audit_keep;	     /* seconds for which a change is */
	uint32_t audit_records;	     /* and how many of them */
	uint32_t addresses;	     /* used entries of address */
	char address[CONF_ADDRESSES_MAX][HOST_SIZE];
	uint32_t sources; /* used entries of source */
	char source[SOURCES_MAX][HOST_SIZE];
};

int conf_site_send(struct chan *, const struct conf_site *);
int conf_site_recv(struct msgin *, struct conf_site *);

#endif
