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
 * The inside of the mailer, for the files mailer*.c only.
 */
#ifndef MAILER_INT_H
#define MAILER_INT_H

#include <sys/queue.h>

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>

#include "destination.h"
#include "limits.h"
#include "mailer.h"
#include "rank.h"

struct link;
struct resolver;

/* A connection and who uses it. */
struct slot {
	TAILQ_ENTRY(slot) entry; /* in used or in idle */
	struct mailer *mailer;
	struct destination *destination; /* NULL: idle */
	struct link *link;
	bool connecting;
};

TAILQ_HEAD(slot_list, slot);
LIST_HEAD(destination_chain, destination);

struct mailer {
	struct event_base *base;
	struct tls_config *tls;
	struct stats *stats;
	struct mailer_hooks hooks;
	struct settings *settings;
	struct resolver *resolver;
	struct destination_chain chain[DESTINATION_CHAINS];
	struct rank rank;
	struct slot_list used;
	struct slot_list idle; /* the longest first */
	size_t slots;
	size_t idles; /* of these, idle */
	size_t jobs;
	bool full;
	bool stopping;
	bool stopped;
	struct event *sweep; /* of what is kept too long */
	struct event *cut;   /* while destinations are starved, see there */
	struct event *stop_timer;
};

void mailer_slot_free(struct slot *);
size_t mailer_common(const struct mailer *);
size_t mailer_used(const struct mailer *);
void mailer_rest(struct mailer *, struct destination *);
void mailer_cut_cb(evutil_socket_t, short, void *);
void mailer_stop_cb(evutil_socket_t, short, void *);

#endif
