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
 * From a domain to the addresses that its mail goes to.
 */
#ifndef ROUTE_H
#define ROUTE_H

#include "limits.h"
#include "mx.h"
#include "proto_work.h"

struct conf_route;
struct event_base;
struct resolver;
struct route;
struct settings;

struct route_result {
	/* DELIVERED: there are targets; else why there are none. */
	enum outcome outcome;
	char enhanced[ENHANCED_SIZE];
	char text[REPLY_TEXT_SIZE];
	struct mx_targets targets;
};

/* The result, once, never before route_start() returned. */
typedef void (*route_cb)(const struct route_result *, void *);

struct route *route_start(struct event_base *, struct resolver *,
    struct settings *, const char *domain, const struct conf_route *forced,
    route_cb, void *);
void route_cancel(struct route *);

#endif
