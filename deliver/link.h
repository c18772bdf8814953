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
 * An outgoing connection: a socket, with or without TLS, and the session that
 * runs on it.
 */
#ifndef LINK_H
#define LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "session.h"

struct event_base;
struct job;
struct link;
struct netaddr;
struct target;
struct tls_config;

enum link_event {
	LINK_READY, /* link_give(), link_quit(), or nothing for a while */
	LINK_CLOSED /* the end: look at the getters, then link_free() */
};

/* Called from the event loop, never from a function of this header. */
typedef void (*link_cb)(struct link *, enum link_event, void *);

struct link_conf {
	const char *sources; /* leave from one of them; empty: any */
	size_t turn;	     /* from which */
	struct event_base *base;
	const char *hostname;	/* ours */
	struct tls_config *tls; /* NULL: no TLS */
	unsigned connect_timeout;
};

struct link *link_new(const struct link_conf *, const struct target *, link_cb,
    void *);
void link_free(struct link *);
void link_give(struct link *, struct job *);
void link_quit(struct link *);
void link_abort(struct link *);
void link_yield(struct link *);
bool link_is_late(const struct link *, int64_t now);
bool link_waits(const struct link *);
bool link_may_yield(const struct link *);
const struct target *link_target(const struct link *);
const struct netaddr *link_source(const struct link *);
bool link_is_tls(const struct link *);
enum session_end link_end(const struct link *);
const struct work_outcome *link_failure(const struct link *);
struct job *link_take_back(struct link *);

#endif
