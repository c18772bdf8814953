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
 * Places of batches at deliver workers.  A batch takes one at its worker (a
 * lane) while it is under way.  Places for destinations that work, and for
 * those of which nothing good is known, are counted apart: servers that hang
 * take none from servers that answer.  A destination that gives no sign for
 * STALL_MS has stalled: what it holds does not count any more, so others
 * follow, and it gets nothing new.  Bulk never gets all places, nor does one
 * user get all for destinations that are new; who sends to many that stall
 * gets fewer.
 */
#ifndef PLACES_H
#define PLACES_H

#include <stdbool.h>
#include <stddef.h>

#include "flow.h"

struct destination;
struct event_base;
struct owner;
struct places;
struct task;

struct places_hooks {
	/* It became known, new or stalled, and was not before. */
	void (*turned)(struct destination *, void *);
	/* A user has places again. */
	void (*freed)(struct owner *, void *);
	void *arg;
};

struct places *places_new(struct event_base *, const struct places_hooks *);
void places_free(struct places *);
void places_lane_up(struct places *, unsigned lane);
void places_lane_down(struct places *, unsigned lane);
unsigned places_lanes(const struct places *);
bool places_is_up(const struct places *, unsigned lane);
bool places_has_room(const struct places *, unsigned lane, enum flow_class,
    bool fresh);
bool places_is_sated(const struct places *, const struct owner *,
    enum flow_class);
void places_take(struct places *, struct task *, unsigned lane);
void places_give(struct places *, struct task *);
void places_told(struct places *, const struct task *, bool good);
size_t places_taken(const struct places *);
size_t places_stalled(const struct places *);

#endif
