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

/* An address that receivers see this host send from. */
int
conf_add_public_address(struct conf *c, const char *text)
{
	struct conf_site *s;
	uint32_t i;

	s = &c->site;
	if (!value_is_address(text))
		return conf_fail(c, text, "not an IP address");
	for (i = 0; i < s->addresses; i++) {
		if (strcmp(s->address[i], text) == 0)
			return conf_fail(c, text,
			    "this address is there already");
	}
	if (s->addresses == CONF_ADDRESSES_MAX)
		return conf_fail(c, text, "over %u public addresses",
		    CONF_ADDRESSES_MAX);
	(void)strlcpy(s->address[s->addresses++], text, HOST_SIZE);
	return 0;
}
