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
 * Questions to DNS, on the event loop.
 */
#ifndef RESOLVER_H
#define RESOLVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto_dns.h"

struct conf_resolver;
struct dnsset;
struct event_base;
struct resolver;
struct resolver_query;

/*
 * The answer, once, never before resolver_ask() returned.  The set is there,
 * with records, if and only if the status is DNS_OK; it is the resolver's.
 */
typedef void (
    *resolver_cb)(enum dns_status, const struct dnsset *, bool secure, void *);

struct resolver *resolver_new(struct event_base *, const struct conf_resolver *,
    size_t);
void resolver_retire(struct resolver *);
struct resolver_query *resolver_ask(struct resolver *, const char *name,
    uint16_t type, resolver_cb, void *);
void resolver_cancel(struct resolver_query *);
uint64_t resolver_asked(const struct resolver *);
size_t resolver_conf_parse(const char *text, struct conf_resolver *,
    size_t max);

#endif
