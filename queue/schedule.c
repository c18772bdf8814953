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
 * The schedule.  A task waits in a heap until it is due, then stands in a
 * flow (flow.c), which knows the order.  A destination that is down is probed
 * with one task; the rest waits there, and follows as soon as one succeeds.
 */
#include "schedule.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "destination.h"
#include "flow.h"
#include "log.h"
#include "message.h"
#include "places.h"
#include "qbounds.h"
#include "steer.h"
#include "sweep.h"
#include "timing.h"

struct schedule {
	struct schedule_hooks hooks;
	struct destinations *destinations;
	const struct steer *steer; /* NULL: nothing is paused */
	struct flows *flows;
	struct places *places;
	struct sweeps *sweeps;
	struct event *timer;
	struct event *kick_ev;
	struct heap due;     /* tasks that wait */
	struct heap wakeups; /* destinations that are down */
	struct timing timing;
	bool stopped;
};

static struct task *
task_of_node(struct heapnode *n)
{
	return (
	    struct task *)(void *)((char *)n - offsetof(struct task, u.due));
}

static struct destination *
destination_of_node(struct heapnode *n)
{
	return (struct destination *)(void *)((char *)n -
	    offsetof(struct destination, wakeup));
}

/* The worker for a destination: by its name, as long as that worker lives. */
static int
lane_hook(const struct destination *d, void *arg)
{
	const struct schedule *s = arg;
	unsigned i, lane, lanes = places_lanes(s->places);

	for (i = 0; i < lanes; i++) {
		lane = (d->hash + i) % lanes;
		if (places_is_up(s->places, lane))
			return (int)lane;
	}
	return -1;
}

/* Batches that may be at deliver for this destination. */
static unsigned
limit_of(const struct destination *d)
{
	if (d->down)
		return 1;
	if (d->window == 0)
		return DEST_BATCHES_NEW;
	return d->stalled && d->window > DEST_BATCHES_FIRST ?
	    DEST_BATCHES_FIRST :
	    d->window;
}

/*
 * A part of the room, half where there is little, is not for bulk, so that
 * others need not wait.
 */
static bool
room_hook(const struct destination *d, enum flow_class class, void *arg)
{
	const struct schedule *s = arg;
	unsigned limit = limit_of(d);

	if (d->wakeup.place != 0 || d->sweeping)
		return false;
	if (s->steer != NULL && steer_pauses_destination(s->steer, d->domain))
		return false;
	if (class == FLOW_BULK)
		limit -= limit == DEST_BATCHES_NEW ? 1 : limit / 4;
	return d->inflight < limit;
}

static bool
takes_hook(unsigned lane, enum flow_class class, bool fresh, void *arg)
{
	const struct schedule *s = arg;

	return places_has_room(s->places, lane, class, fresh);
}

static bool
sated_hook(const struct owner *o, enum flow_class class, void *arg)
{
	const struct schedule *s = arg;

	return places_is_sated(s->places, o, class);
}

static bool
halted_hook(const struct owner *o, void *arg)
{
	const struct schedule *s = arg;

	return s->steer != NULL && steer_pauses_user(s->steer, o->name);
}

/* Whether an operator keeps it: it has neither attempts nor an end. */
static bool
is_kept(const struct task *t, void *arg)
{
	const struct schedule *s = arg;
	const struct owner *o = task_message(t)->owner;

	return s->steer != NULL &&
	    steer_keeps(s->steer, t->destination->domain,
		o == NULL ? "" : o->name) != 0;
}

static void
kick_hook(void *arg)
{
	struct schedule *s = arg;

	event_active(s->kick_ev, EV_TIMEOUT, 0);
}

/* Let flows try that wait for room at a destination. */
static void
unpark(struct schedule *s, struct destination *d)
{
	unsigned limit = limit_of(d);

	if (d->wakeup.place == 0 && !d->sweeping && d->inflight < limit)
		flows_unpark(s->flows, d, limit - d->inflight);
}

static void
unpark_cb(struct destination *d, void *arg)
{
	unpark(arg, d);
}

/* Set the timer for what is due first. */
static void
arm(struct schedule *s)
{
	struct heapnode *a, *b;
	struct timeval tv;

	a = heap_first(&s->due);
	b = heap_first(&s->wakeups);
	if (a == NULL || (b != NULL && b->when < a->when))
		a = b;
	if (a == NULL)
		return;
	tv = clock_until(a->when);
	(void)evtimer_add(s->timer, &tv);
}

static void
wait_until(struct schedule *s, struct task *t, int64_t ms)
{
	memset(&t->u.due, 0, sizeof(t->u.due));
	t->u.due.when = ms;
	if (heap_put(&s->due, &t->u.due) == -1) {
		t->state = TASK_IDLE;
		log_warn("schedule: a message waits for the next start");
		return;
	}
	t->state = TASK_WAITING;
	if (heap_first(&s->due) == &t->u.due)
		arm(s);
}

static void
make_ready(struct schedule *s, struct task *t)
{
	t->early = false;
	if (flows_push(s->flows, t) == -1)
		wait_until(s, t, clock_now() + 1000);
	else if (t->destination->wakeup.place != 0)
		sweeps_plan(s->sweeps, t);
}

/* It was swept: probe it, if it is time. */
static void
swept_cb(struct destination *d, void *arg)
{
	unpark(arg, d);
}

/* It became known, or new: its batches have other places. */
static void
turned_cb(struct destination *d, void *arg)
{
	struct schedule *s = arg;

	flows_turned(s->flows, d);
	event_active(s->kick_ev, EV_TIMEOUT, 0);
}

static void
freed_cb(struct owner *o, void *arg)
{
	struct schedule *s = arg;

	flows_resume_user(s->flows, o);
}

/*
 * A task waits for its next try, or until its sender is to be told or its time
 * is over, if that is before.
 */
static void
wait_for_try(struct schedule *s, struct task *t, int64_t after)
{
	int64_t when = task_next(t) * 1000, moment;

	moment = timing_moment(&s->timing, t);
	/* A try that comes at about that time does as well. */
	t->early = moment + 2000 < when && moment > after;
	wait_until(s, t, t->early ? moment : when);
}

/* Before its next try something else is due: its last try, or a notice. */
static void
look_early(struct schedule *s, struct task *t)
{
	const struct message *m = task_message(t);

	t->state = TASK_IDLE;
	if (timing_expired(&s->timing, m)) {
		make_ready(s, t);
		return;
	}
	if (timing_late(&s->timing, m) && !timing_was_noticed(t) &&
	    !is_kept(t, s))
		s->hooks.late(t, s->hooks.arg);
	wait_for_try(s, t, clock_now());
}

static void
timer_cb(int fd, short what, void *arg)
{
	struct schedule *s = arg;
	struct heapnode *n;
	struct task *t;
	int64_t now = clock_now();
	unsigned i, worked = 0;

	for (i = 0; i < SCHEDULE_STEP && worked < SCHEDULE_STEP_EXPIRED &&
	     (n = heap_first(&s->due)) != NULL && n->when <= now;
	     i++) {
		t = task_of_node(n);
		heap_remove(&s->due, n);
		worked += t->early;
		if (t->early)
			look_early(s, t);
		else
			make_ready(s, t);
	}
	while ((n = heap_first(&s->wakeups)) != NULL && n->when <= now) {
		heap_remove(&s->wakeups, n);
		/* It may be probed when it was swept. */
		sweeps_begin(s->sweeps, destination_of_node(n));
	}
	arm(s);
}

/* Send a task that was taken out.  false: the lane takes no more. */
static bool
send_one(struct schedule *s, unsigned number, struct task *t)
{
	struct destination *d = t->destination;
	int rc;

	places_take(s->places, t, number);
	d->refs++; /* send may end its last message */
	rc = s->hooks.send(t, number, s->hooks.arg);
	if (rc != 0) {
		places_give(s->places, t);
		if (rc == -1) {
			t->early = false;
			wait_until(s, t, clock_now() + 1000);
		}
		unpark(s, d);
	}
	destination_put(s->destinations, d);
	return rc != -1;
}

static void
serve_lane(struct schedule *s, unsigned number)
{
	struct task *t;
	bool go = places_is_up(s->places, number);

	while (go && !s->hooks.stuffed(s->hooks.arg) &&
	    (t = flows_pop(s->flows, number)) != NULL)
		go = send_one(s, number, t);
}

static void
kick_cb(int fd, short what, void *arg)
{
	struct schedule *s = arg;
	unsigned i;

	if (s->stopped || s->destinations == NULL ||
	    (s->steer != NULL && steer_is_paused(s->steer)))
		return;
	for (i = 0; i < places_lanes(s->places); i++)
		serve_lane(s, i);
}

/* What it is made of.  -1 without memory. */
static int
make_parts(struct schedule *s, struct event_base *base)
{
	const struct flows_hooks f = { room_hook, takes_hook, halted_hook,
		sated_hook, lane_hook, kick_hook, s };
	const struct places_hooks p = { turned_cb, freed_cb, s };
	const struct sweeps_hooks w = { s->hooks.expire, s->hooks.late,
		s->hooks.arg, swept_cb, is_kept, s };

	s->timer = evtimer_new(base, timer_cb, s);
	s->kick_ev = event_new(base, -1, 0, kick_cb, s);
	s->places = places_new(base, &p);
	s->flows = flows_new(&f);
	if (s->flows != NULL)
		s->sweeps = sweeps_new(base, s->flows, &s->timing, &w);
	return s->timer == NULL || s->kick_ev == NULL || s->places == NULL ||
		s->sweeps == NULL ?
	    -1 :
	    0;
}

/* An empty schedule; NULL without memory. */
struct schedule *
schedule_new(struct event_base *base, const struct schedule_hooks *hooks)
{
	struct schedule *s;

	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	s->hooks = *hooks;
	s->timing.seed = (uint64_t)clock_wall() | 1;
	if (make_parts(s, base) == 0)
		return s;
	schedule_free(s);
	return NULL;
}

/*
 * The destinations that tasks point to: nothing is sent before.  Workers
 * may have come meanwhile.
 */
void
schedule_use(struct schedule *s, struct destinations *destinations)
{
	s->destinations = destinations;
	sweeps_use(s->sweeps, destinations);
	destinations_each(s->destinations, unpark_cb, s);
}

/* What is paused by operators, which schedule_steered() tells of. */
void
schedule_steer(struct schedule *s, const struct steer *steer)
{
	s->steer = steer;
}

/* Free; messages and destinations are the spool's.  NULL is allowed. */
void
schedule_free(struct schedule *s)
{
	if (s == NULL)
		return;
	if (s->timer != NULL)
		event_free(s->timer);
	if (s->kick_ev != NULL)
		event_free(s->kick_ev);
	sweeps_free(s->sweeps);
	places_free(s->places);
	flows_free(s->flows);
	heap_free(&s->due);
	heap_free(&s->wakeups);
	free(s);
}

static void
sweep_soon_cb(struct destination *d, void *arg)
{
	struct schedule *s = arg;

	sweeps_soon(s->sweeps, d);
}

/*
 * Something was paused or resumed: where a destination is down, what waited
 * for an operator may be over age.
 */
void
schedule_steered(struct schedule *s)
{
	if (s->destinations == NULL)
		return;
	flows_resume(s->flows);
	destinations_each(s->destinations, unpark_cb, s);
	destinations_each(s->destinations, sweep_soon_cb, s);
	event_active(s->kick_ev, EV_TIMEOUT, 0);
}

/* Take intervals and expiry over; what waits keeps its time. */
void
schedule_conf(struct schedule *s, const struct conf_queue *conf)
{
	timing_conf(&s->timing, conf);
	if (s->destinations != NULL)
		destinations_each(s->destinations, sweep_soon_cb, s);
}

static bool
task_is_open(const struct task *t)
{
	uint32_t i;

	for (i = 0; i < t->count; i++)
		if (task_rcpt_is_open(t, t->first + i))
			return true;
	return false;
}

/* Schedule what is open of a message: at once, or when its retry is due. */
void
schedule_add(struct schedule *s, struct message *m)
{
	struct task *t;
	unsigned i;

	for (i = 0; i < m->tasks; i++) {
		t = &m->task[i];
		if (t->state != TASK_IDLE || !task_is_open(t))
			continue;
		if (t->attempts == 0 || task_next(t) * 1000 <= clock_now())
			make_ready(s, t);
		else
			wait_for_try(s, t, 0);
	}
}

/* Take out what of a message is in no batch. */
void
schedule_remove(struct schedule *s, struct message *m)
{
	struct task *t;
	unsigned i;

	for (i = 0; i < m->tasks; i++) {
		t = &m->task[i];
		if (t->state == TASK_INFLIGHT)
			continue;
		if (t->state == TASK_WAITING)
			heap_remove(&s->due, &t->u.due);
		if (t->state == TASK_READY)
			flows_remove(s->flows, t);
		t->state = TASK_IDLE;
	}
}

/* When it is to be tried next, unix seconds; 0: as soon as may be. */
int64_t
schedule_task_next(const struct schedule *s, const struct task *t)
{
	if (t->state == TASK_READY && t->destination->wakeup.place != 0)
		return t->destination->wakeup.when / 1000;
	return t->state == TASK_WAITING ? task_next(t) : 0;
}

/* Try a task now if it waits, and probe its destination. */
void
schedule_flush(struct schedule *s, struct task *t)
{
	struct destination *d = t->destination;

	if (t->state == TASK_WAITING) {
		heap_remove(&s->due, &t->u.due);
		make_ready(s, t);
	}
	if (t->state == TASK_READY && d->wakeup.place != 0) {
		heap_remove(&s->wakeups, &d->wakeup);
		unpark(s, d);
	}
}

/* A worker is there; below LANES_MAX. */
void
schedule_lane_up(struct schedule *s, unsigned lane)
{
	places_lane_up(s->places, lane);
	if (s->destinations != NULL)
		destinations_each(s->destinations, unpark_cb, s);
	event_active(s->kick_ev, EV_TIMEOUT, 0);
}

/* A worker is gone; its batches are given back by schedule_over(). */
void
schedule_lane_down(struct schedule *s, unsigned lane)
{
	places_lane_down(s->places, lane);
	flows_leave_lane(s->flows, lane);
}

/* When a task that just failed is tried again, unix seconds. */
int64_t
schedule_next_try(struct schedule *s, const struct task *t)
{
	return timing_next(&s->timing, t);
}

/* Whether a message waits so long that its sender may want to know. */
bool
schedule_late(const struct schedule *s, const struct message *m)
{
	return timing_late(&s->timing, m);
}

/* Whether the time of a message is over. */
bool
schedule_expired(const struct schedule *s, const struct message *m)
{
	return timing_expired(&s->timing, m);
}

static void
learn_down(struct schedule *s, struct destination *d)
{
	d->down = true;
	d->window = 0;
	if (d->wakeup.place != 0)
		return;
	d->failures++;
	d->wakeup.when = clock_now() +
	    timing_interval(&s->timing, d->failures) * 1000;
	if (heap_put(&s->wakeups, &d->wakeup) == -1)
		d->down = false;
	sweeps_soon(s->sweeps, d);
	arm(s);
}

static void
learn_up(struct schedule *s, struct destination *d)
{
	heap_remove(&s->wakeups, &d->wakeup);
	sweeps_cancel(s->sweeps, d);
	d->down = false;
	d->failures = 0;
	if (d->window == 0)
		d->window = DEST_BATCHES_FIRST;
	if (d->window < DEST_BATCHES_MAX)
		d->window++;
}

/*
 * What a batch taught about its destination, before schedule_over(): when a
 * task of it that failed is tried again, unix seconds.
 */
int64_t
schedule_judge(struct schedule *s, const struct task *t,
    enum schedule_result result)
{
	struct destination *d = t->destination;

	if (result == SCHEDULE_DOWN) {
		learn_down(s, d);
		places_told(s->places, t, false);
		if (d->wakeup.place != 0)
			return d->wakeup.when / 1000;
	} else if (result != SCHEDULE_RETURNED) {
		learn_up(s, d);
		places_told(s->places, t, true);
	}
	return schedule_next_try(s, t);
}

/*
 * A batch of the task is over; it was judged and marks for its recipients were
 * made.  What is still open of it waits for its next try, or goes again as
 * soon as its destination takes it.
 */
void
schedule_over(struct schedule *s, struct task *t, enum schedule_result result)
{
	struct destination *d = t->destination;

	places_give(s->places, t);
	if (task_is_open(t)) {
		if (result == SCHEDULE_RETURNED || t->attempts == 0 || d->down)
			make_ready(s, t);
		else
			wait_for_try(s, t, 0);
	}
	unpark(s, d);
	event_active(s->kick_ev, EV_TIMEOUT, 0);
}

/* Look again whether something can be sent. */
void
schedule_kick(struct schedule *s)
{
	event_active(s->kick_ev, EV_TIMEOUT, 0);
}

/* Send nothing any more. */
void
schedule_stop(struct schedule *s)
{
	s->stopped = true;
}

/* Numbers for the operator. */
void
schedule_get_stats(const struct schedule *s, struct schedule_stats *st)
{
	st->ready = flows_ready(s->flows);
	st->waiting = s->due.count;
	st->inflight = places_taken(s->places);
	st->down = s->wakeups.count;
	st->stalled = places_stalled(s->places);
}
