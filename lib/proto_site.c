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
 * Encodes, decodes and checks what control is told of this host.
 */
#include "proto_site.h"

#include <string.h>

#include "chan.h"
#include "msg.h"
#include "proto_setup.h"

static void
addresses_put(struct msgout *o, uint32_t n, uint32_t max,
    const char (*address)[HOST_SIZE])
{
	uint32_t i;

	msg_put_u32(o, n);
	for (i = 0; i < n && i < max; i++)
		msg_put_str(o, address[i]);
}

/* At most max of them, none empty. */
static uint32_t
addresses_get(struct msgin *m, uint32_t max, char (*address)[HOST_SIZE])
{
	uint32_t i, n;

	n = msg_get_u32(m);
	if (n > max) {
		m->bad = true;
		return 0;
	}
	for (i = 0; i < n; i++) {
		msg_get_str(m, address[i], HOST_SIZE);
		if (address[i][0] == '\0')
			m->bad = true;
	}
	return n;
}

/* Send what control knows of this host; used addresses only.  0 or -1. */
int
conf_site_send(struct chan *c, const struct conf_site *s)
{
	struct msgout *o;

	o = chan_begin(c, M_CONF_SITE, 0);
	msg_put_u32(o, s->expire);
	msg_put_u32(o, s->check_interval);
	msg_put_str(o, s->dkim_base);
	msg_put_bool(o, s->verify_domains);
	msg_put_u32(o, s->audit_keep);
	msg_put_u32(o, s->audit_records);
	addresses_put(o, s->addresses, CONF_ADDRESSES_MAX, s->address);
	addresses_put(o, s->sources, SOURCES_MAX, s->source);
	return chan_end(c, -1);
}

/* Decode SITE.  -1 if ill-formed, or a time is 0 or an address empty. */
int
conf_site_recv(struct msgin *m, struct conf_site *s)
{
	memset(s, 0, sizeof(*s));
	s->expire = msg_get_u32(m);
	s->check_interval = msg_get_u32(m);
	msg_get_str(m, s->dkim_base, sizeof(s->dkim_base));
	s->verify_domains = msg_get_bool(m);
	s->audit_keep = msg_get_u32(m);
	s->audit_records = msg_get_u32(m);
	s->addresses = addresses_get(m, CONF_ADDRESSES_MAX, s->address);
	s->sources = addresses_get(m, SOURCES_MAX, s->source);
	if (s->expire == 0 || s->check_interval == 0 || s->audit_keep == 0 ||
	    s->audit_records == 0)
		m->bad = true;
	return msg_end(m);
}
