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
 * Counting of places, and the watch for destinations that stall.
 */
#include "places.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "destination.h"
#include "message.h"
#include "owner.h"
#include "qbounds.h"

/* As what a batch under way is counted. */
enum place {
	PLACE_NEW = 0, /* as a destination begins */
	PLACE_KNOWN,
	PLACE_STALLED,
	PLACE_KINDS
};

struct lane {
	bool up;
	unsigned held[PLACE_KINDS][FLOW_CLASSES];
};

TAILQ_HEAD(watch_list, destination);

struct places {
	struct places_hooks hooks;
	struct event *timer;
	struct watch_list watch; /* with batches; the longest silent first */
	struct lane lane[LANES_MAX];
	unsigned lanes; /* highest ever used, plus one */
	size_t taken;
	size_t stalled; /* destinations */
};

static void look_cb(int, short, void *);

/* All places are free, and there is no lane; NULL without memory. */
struct places *
places_new(struct event_base *base, const struct places_hooks *hooks)
{
	struct places *p;

	p = calloc(1, sizeof(*p));
	if (p == NULL)
		return NULL;
	p->hooks = *hooks;
	TAILQ_INIT(&p->watch);
	p->timer = evtimer_new(base, look_cb, p);
	if (p->timer != NULL)
		return p;
	free(p);
	return NULL;
}

/* Free; what is under way is not touched.  NULL is allowed. */
void
places_free(struct places *p)
{
	if (p == NULL)
		return;
	event_free(p->timer);
	free(p);
}

/* A worker is there; below LANES_MAX. */
void
places_lane_up(struct places *p, unsigned lane)
{
	p->lane[lane].up = true;
	if (lane >= p->lanes)
		p->lanes = lane + 1;
}

/* A worker is gone; its batches are given back one by one. */
void
places_lane_down(struct places *p, unsigned lane)
{
	p->lane[lane].up = false;
}

/* Lanes that there ever were. */
unsigned
places_lanes(const struct places *p)
{
	return p->lanes;
}

/* Whether the lane has a worker. */
bool
places_is_up(const struct places *p, unsigned lane)
{
	return p->lane[lane].up;
}

static unsigned
held(const struct lane *l, enum place place)
{
	return l->held[place][FLOW_TRANSACTIONAL] + l->held[place][FLOW_BULK];
}

/* Whether a lane takes one more batch for a known or a new destination. */
bool
places_has_room(const struct places *p, unsigned number, enum flow_class class,
    bool fresh)
{
	const struct lane *l = &p->lane[number];
	enum place place = fresh ? PLACE_NEW : PLACE_KNOWN;
	unsigned max = fresh ? LANE_NEW_MAX : LANE_KNOWN_MAX;

	if (!l->up || held(l, place) >= max)
		return false;
	return class != FLOW_BULK ||
	    l->held[place][FLOW_BULK] < max - max / LANE_RESERVE;
}

/* Whether a user holds all that he may of a class for new destinations. */
bool
places_is_sated(const struct places *p, const struct owner *o,
    enum flow_class class)
{
	_Static_assert(FLOW_CLASSES == 2, "as in struct owner");
	return o->fresh[class] >=
	    (unsigned)(LANE_USER_FIRST + o->pace) * p->lanes;
}

static enum place
place_for(const struct destination *d)
{
	if (d->stalled)
		return PLACE_STALLED;
	return destination_is_new(d) ? PLACE_NEW : PLACE_KNOWN;
}

static void
count(struct places *p, struct task *t, enum place place, int change)
{
	const struct message *m = task_message(t);
	enum flow_class class = flow_class_of(m);
	unsigned add = (unsigned)change; /* modulo */

	t->place = (uint8_t)place;
	p->lane[t->lane].held[place][class] += add;
	if (place != PLACE_NEW || m->owner == NULL)
		return;
	m->owner->fresh[class] += add;
	if (change < 0)
		p->hooks.freed(m->owner, p->hooks.arg);
}

/*
 * If it is not what it was, what it holds is counted anew, and that is told:
 * both look at all that is there of it, so not after each batch.
 */
static void
settle(struct places *p, struct destination *d)
{
	enum place place = place_for(d);
	struct task *t;

	if (d->place == place)
		return;
	d->place = (uint8_t)place;
	TAILQ_FOREACH(t, &d->flying, u.entry) {
		if (t->place == place)
			continue;
		count(p, t, t->place, -1);
		count(p, t, place, 1);
	}
	p->hooks.turned(d, p->hooks.arg);
}

static void
watch_next(struct places *p)
{
	struct destination *d = TAILQ_FIRST(&p->watch);
	struct timeval tv;
	int64_t wait;

	if (d == NULL || evtimer_pending(p->timer, NULL))
		return;
	wait = d->silent_since + STALL_MS - clock_mono();
	if (wait < STALL_LOOK_MS)
		wait = STALL_LOOK_MS;
	tv.tv_sec = (time_t)(wait / 1000);
	tv.tv_usec = (suseconds_t)(wait % 1000 * 1000);
	(void)evtimer_add(p->timer, &tv);
}

static void
unwatch(struct places *p, struct destination *d)
{
	if (d->silent_since != 0 && !d->stalled)
		TAILQ_REMOVE(&p->watch, d, watch_entry);
	d->silent_since = 0;
}

/* From now on it is to give a sign. */
static void
watch(struct places *p, struct destination *d)
{
	unwatch(p, d);
	d->silent_since = clock_mono();
	TAILQ_INSERT_TAIL(&p->watch, d, watch_entry);
	watch_next(p);
}

/* A user may begin more or fewer at once. */
static void
change_pace(struct owner *o, int by)
{
	if (o == NULL)
		return;
	o->pace += by;
	if (o->pace < LANE_USER_MIN - LANE_USER_FIRST)
		o->pace = LANE_USER_MIN - LANE_USER_FIRST;
	if (o->pace > LANE_USER_MAX - LANE_USER_FIRST)
		o->pace = LANE_USER_MAX - LANE_USER_FIRST;
}

/* Whether its lane counts more that stalled. */
static bool
may_stall(const struct places *p, const struct destination *d)
{
	const struct task *t = TAILQ_FIRST(&d->flying);

	return t == NULL ||
	    held(&p->lane[t->lane], PLACE_STALLED) + d->inflight <=
	    LANE_STALLED_MAX;
}

/* Destinations that were silent for too long have stalled. */
static void
look_cb(int fd, short what, void *arg)
{
	struct places *p = arg;
	struct destination *d;
	struct task *t;
	int64_t now = clock_mono();

	while ((d = TAILQ_FIRST(&p->watch)) != NULL &&
	    now - d->silent_since >= STALL_MS) {
		if (!may_stall(p, d)) {
			watch(p, d); /* its turn comes again */
			continue;
		}
		TAILQ_REMOVE(&p->watch, d, watch_entry);
		d->stalled = true;
		p->stalled++;
		TAILQ_FOREACH(t, &d->flying, u.entry) {
			change_pace(task_message(t)->owner, -LANE_USER_COST);
		}
		settle(p, d);
	}
	watch_next(p);
}

/* A batch of the task goes to a lane. */
void
places_take(struct places *p, struct task *t, unsigned lane)
{
	struct destination *d = t->destination;

	t->state = TASK_INFLIGHT;
	t->lane = (uint8_t)lane;
	TAILQ_INSERT_TAIL(&d->flying, t, u.entry);
	d->inflight++;
	p->taken++;
	count(p, t, (enum place)d->place, 1);
	if (d->silent_since == 0)
		watch(p, d);
}

/* The batch is over. */
void
places_give(struct places *p, struct task *t)
{
	struct destination *d = t->destination;

	TAILQ_REMOVE(&d->flying, t, u.entry);
	d->inflight--;
	p->taken--;
	count(p, t, t->place, -1);
	t->state = TASK_IDLE;
	if (d->inflight > 0)
		return;
	unwatch(p, d);
	if (d->stalled) {
		d->stalled = false;
		p->stalled--;
	}
	settle(p, d);
}

/*
 * The destination of the task gave a sign: a good one, so that it is known now
 * and its user may begin more, or one that it cannot be reached.
 */
void
places_told(struct places *p, const struct task *t, bool good)
{
	struct destination *d = t->destination;

	if (good)
		change_pace(task_message(t)->owner, 1);
	if (d->stalled) {
		d->stalled = false;
		d->silent_since = 0;
		p->stalled--;
	}
	if (d->inflight > 0)
		watch(p, d);
	settle(p, d);
}

/* Batches that are under way. */
size_t
places_taken(const struct places *p)
{
	return p->taken;
}

/* Destinations that have stalled. */
size_t
places_stalled(const struct places *p)
{
	return p->stalled;
}
