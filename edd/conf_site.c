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
 * Statements about what the DNS should say of this host.
 */
#include <arpa/inet.h>

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "address.h"
#include "compat.h"
#include "conf.h"
#include "conf_fail.h"
#include "conf_set.h"
#include "value.h"

/* The domain below which DKIM keys are published for CNAMEs to lead to. */
int
conf_set_dkim_base(struct conf *c, const char *name)
{
	enum address_result r;

	if (conf_once(c, SET_DKIM_BASE, name) == -1)
		return -1;
	r = address_domain_valid(name, strlen(name), 0, c->site.dkim_base,
	    sizeof(c->site.dkim_base));
	if (r != ADDRESS_OK)
		return conf_fail(c, name, "%s", address_strerror(r));
	return 0;
}

/* Append an address to a list that has none twice. */
static int
add_address(struct conf *c, const char *text, char (*list)[HOST_SIZE],
    uint32_t *n, uint32_t max)
{
	uint32_t i;

	for (i = 0; i < *n; i++) {
		if (strcmp(list[i], text) == 0)
			return conf_fail(c, text,
			    "this address is there already");
	}
	if (*n == max)
		return conf_fail(c, text, "over %u of these addresses", max);
	(void)strlcpy(list[(*n)++], text, HOST_SIZE);
	return 0;
}

/* An address that receivers see this host send from. */
int
conf_add_public_address(struct conf *c, const char *text)
{
	if (!value_is_address(text))
		return conf_fail(c, text, "not an IP address");
	return add_address(c, text, c->site.address, &c->site.addresses,
	    CONF_ADDRESSES_MAX);
}

/* An address of this host that mail may leave from, in its canonical form. */
int
conf_add_source(struct conf *c, const char *text)
{
	uint8_t bytes[sizeof(struct in6_addr)];
	char canonical[HOST_SIZE];
	int family;

	family = strchr(text, ':') == NULL ? AF_INET : AF_INET6;
	if (inet_pton(family, text, bytes) != 1 ||
	    inet_ntop(family, bytes, canonical, sizeof(canonical)) == NULL)
		return conf_fail(c, text, "not an IP address");
	return add_address(c, canonical, c->site.source, &c->site.sources,
	    SOURCES_MAX);
}
