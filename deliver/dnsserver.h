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
 * Look-ups for control (proto_dns.h).
 */
#ifndef DNSSERVER_H
#define DNSSERVER_H

#include <stdint.h>

struct chan;
struct dns_query;
struct dnsserver;
struct resolver;

struct dnsserver *dnsserver_new(void);
void dnsserver_configure(struct dnsserver *, struct resolver *);
void dnsserver_ask(struct dnsserver *, struct chan *, uint64_t id,
    const struct dns_query *);
void dnsserver_forget(struct dnsserver *, const struct chan *);

#endif
