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
 * Destinations: recipient domains that messages wait for, and what is known
 * of each.  Holds names and counters; when to send is schedule's business.
 */
#ifndef DESTINATION_H
#define DESTINATION_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow.h"
#include "heap.h"
#include "owner.h"
#include "pool.h"
#include "qbounds.h"

struct task;
TAILQ_HEAD(task_list, task);

struct destination {
	struct destination *chain; /* in its bucket */
	TAILQ_ENTRY(destination) sweep_entry;
	struct flow_list parked[FLOW_CLASSES]; /* flows that wait for room */
	struct flow_list flows[FLOW_CLASSES];  /* all flows */
	struct task_list flying;	       /* in batches at deliver */
	TAILQ_ENTRY(destination) watch_entry;  /* while it is to give a sign */
	int64_t silent_since;	/* monotonic ms; 0: not waited for */
	struct heapnode wakeup; /* while down: when to probe */
	struct heapnode check;	/* while down: when to sweep */
	int64_t earliest;	/* when the first that was swept is due */
	int64_t not_again;	/* no check before */
	unsigned refs;		/* tasks that point here */
	unsigned inflight;	/* batches at deliver */
	unsigned failures;	/* times in a row that it was down */
	unsigned window;	/* batches that may be there at once */
	unsigned passed;	/* batches in a row that were not bulk */
	uint32_t hash;
	uint8_t swept; /* classes that a sweep has seen */
	bool sweeping;
	uint8_t place; /* what places.c counts its batches as */
	bool stalled;  /* at deliver without a sign for long */
	bool down;     /* only one batch until one succeeds */
	char *error;   /* last one, or NULL */
	char domain[]; /* the name: see destination.c */
};

struct destinations {
	struct destination **bucket;
	size_t buckets;
	size_t count;
	struct owners owners; /* of the messages that go there */
	struct pool singles;  /* memory of those with one recipient */
};

struct destination *destination_get(struct destinations *, const char *);
void destination_put(struct destinations *, struct destination *);
void destinations_each(struct destinations *,
    void (*)(struct destination *, void *), void *);
void destination_set_error(struct destination *, const char *);
void destination_shown(const char *, char[DESTINATION_NAME_SIZE]);
size_t destination_domain_length(const char *);
size_t destination_origin_length(const char *);
const char *destination_via(const char *);
bool destination_is_new(const struct destination *);
void destinations_free(struct destinations *);

#endif
