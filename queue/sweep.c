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
 * The heap of sweeps to come and the list of those under way.
 */
#include "sweep.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "destination.h"
#include "flow.h"
#include "heap.h"
#include "message.h"
#include "qbounds.h"
#include "timing.h"

TAILQ_HEAD(destination_list, destination);

struct sweeps {
	struct sweeps_hooks hooks;
	struct flows *flows;
	const struct timing *timing;
	struct destinations *destinations;
	struct event *timer; /* for the first of those to come */
	struct event *step;
	struct heap checks;
	struct destination_list list; /* under way */
};

static struct destination *
destination_of_check(struct heapnode *n)
{
	return (struct destination *)(void *)((char *)n -
	    offsetof(struct destination, check));
}

/* The next destination is swept, or the same goes on. */
static void
sweep_on(struct sweeps *s)
{
	static const struct timeval soon = { 0, 0 };

	if (!TAILQ_EMPTY(&s->list))
		(void)event_add(s->step, &soon);
}

static void
arm(struct sweeps *s)
{
	struct heapnode *n = heap_first(&s->checks);
	struct timeval tv;

	if (n == NULL)
		return;
	tv = clock_until(n->when);
	(void)evtimer_add(s->timer, &tv);
}

/*
 * Sweep at that time, unix milliseconds, unless it is to be before; but not so
 * soon after the last time that it costs much.
 */
static void
plan(struct sweeps *s, struct destination *d, int64_t when)
{
	if (when < d->not_again)
		when = d->not_again;
	if (d->check.place != 0) {
		if (d->check.when <= when)
			return;
		heap_remove(&s->checks, &d->check);
	}
	d->check.when = when;
	/* Without memory it is swept when it is probed. */
	(void)heap_put(&s->checks, &d->check);
	arm(s);
}

/* All that waits there was seen. */
static void
sweep_end(struct sweeps *s, struct destination *d)
{
	TAILQ_REMOVE(&s->list, d, sweep_entry);
	d->sweeping = false;
	d->not_again = clock_now() + 1000 +
	    (int64_t)(flows_ready(s->flows) * 1000 / SWEEP_RATE);
	if (d->wakeup.place != 0 && d->earliest != INT64_MAX)
		plan(s, d, d->earliest);
	s->hooks.swept(d, s->hooks.swept_arg);
	/* If nobody points to it, what was learnt is forgotten now. */
	d->refs++;
	destination_put(s->destinations, d);
}

/* Look at one task, unless an operator keeps it.  Whether that was work. */
static bool
look_at(struct sweeps *s, struct task *t)
{
	struct destination *d = t->destination;
	const struct message *m = task_message(t);
	int64_t moment;
	bool told = false;

	if (s->hooks.kept(t, s->hooks.swept_arg))
		return false;
	if (timing_expired(s->timing, m)) {
		flows_remove(s->flows, t);
		s->hooks.expire(t, s->hooks.arg);
		return true;
	}
	if (timing_late(s->timing, m) && !timing_was_noticed(t)) {
		s->hooks.late(t, s->hooks.arg);
		told = true;
	}
	moment = timing_moment(s->timing, t);
	if (moment < d->earliest)
		d->earliest = moment;
	return told;
}

static void
step_cb(int fd, short what, void *arg)
{
	struct sweeps *s = arg;
	struct destination *d = TAILQ_FIRST(&s->list);
	struct task *t;
	unsigned n, worked = 0;

	if (d == NULL)
		return;
	for (n = 0; n < SCHEDULE_STEP && worked < SCHEDULE_STEP_EXPIRED; n++) {
		t = flows_sweep(s->flows, d);
		if (t == NULL) {
			sweep_end(s, d);
			break;
		}
		worked += look_at(s, t);
	}
	sweep_on(s);
}

static void
timer_cb(int fd, short what, void *arg)
{
	struct sweeps *s = arg;
	struct heapnode *n;
	int64_t now = clock_now();

	while ((n = heap_first(&s->checks)) != NULL && n->when <= now) {
		heap_remove(&s->checks, n);
		sweeps_begin(s, destination_of_check(n));
	}
	arm(s);
}

/* None is planned; flows and timing must outlive it.  NULL without memory. */
struct sweeps *
sweeps_new(struct event_base *base, struct flows *flows,
    const struct timing *timing, const struct sweeps_hooks *hooks)
{
	struct sweeps *s;

	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	s->hooks = *hooks;
	s->flows = flows;
	s->timing = timing;
	TAILQ_INIT(&s->list);
	s->timer = evtimer_new(base, timer_cb, s);
	s->step = evtimer_new(base, step_cb, s);
	if (s->timer != NULL && s->step != NULL)
		return s;
	sweeps_free(s);
	return NULL;
}

/* Free; NULL is allowed. */
void
sweeps_free(struct sweeps *s)
{
	if (s == NULL)
		return;
	if (s->timer != NULL)
		event_free(s->timer);
	if (s->step != NULL)
		event_free(s->step);
	heap_free(&s->checks);
	free(s);
}

/* The destinations that are swept. */
void
sweeps_use(struct sweeps *s, struct destinations *destinations)
{
	s->destinations = destinations;
}

/* Sweep a destination now; until it is over, nothing is sent there. */
void
sweeps_begin(struct sweeps *s, struct destination *d)
{
	if (d->sweeping)
		return;
	d->sweeping = true;
	d->earliest = INT64_MAX;
	TAILQ_INSERT_TAIL(&s->list, d, sweep_entry);
	flows_sweep_begin(s->flows, d);
	sweep_on(s);
}

/* A task waits for its destination, which is down: see to it in time. */
void
sweeps_plan(struct sweeps *s, const struct task *t)
{
	plan(s, t->destination, timing_moment(s->timing, t));
}

/*
 * A destination is down now, or times have changed: what waits there already
 * is looked at soon.
 */
void
sweeps_soon(struct sweeps *s, struct destination *d)
{
	if (d->wakeup.place != 0)
		plan(s, d, clock_now() + 1000);
}

/* It is not down any more. */
void
sweeps_cancel(struct sweeps *s, struct destination *d)
{
	if (d->check.place != 0)
		heap_remove(&s->checks, &d->check);
}
