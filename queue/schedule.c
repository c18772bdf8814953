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
#include "proto_conf.h"
#include "qbounds.h"
#include "steer.h"

TAILQ_HEAD(destination_list, destination);

struct lane {
	bool up;
	unsigned inflight;
};

struct schedule {
	struct schedule_hooks hooks;
	struct destinations *destinations;
	const struct steer *steer; /* NULL: nothing is paused */
	struct flows *flows;
	struct event *timer;
	struct event *kick_ev;
	struct event *sweep_ev;
	struct destination_list sweeps; /* destinations before their probe */
	struct heap due;		/* tasks that wait */
	struct heap wakeups;		/* destinations that are down */
	struct lane lane[LANES_MAX];
	unsigned lanes; /* highest ever used, plus one */
	size_t inflight;
	bool stopped;
	uint64_t seed;	/* of jitter */
	int64_t expire; /* seconds */
	int64_t delay;	/* until a sender is told; 0: never */
	uint32_t retries;
	uint32_t retry[CONF_RETRY_MAX];
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
	unsigned i, lane;

	for (i = 0; i < s->lanes; i++) {
		lane = (d->hash + i) % s->lanes;
		if (s->lane[lane].up)
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
	return d->window == 0 ? DEST_BATCHES_FIRST : d->window;
}

/* A quarter of the room is not for bulk, so that others need not wait. */
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
		limit -= limit / 4;
	return d->inflight < limit;
}

static bool
halted_hook(const struct owner *o, void *arg)
{
	const struct schedule *s = arg;

	return s->steer != NULL && steer_pauses_user(s->steer, o->name);
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
	int64_t wait;

	a = heap_first(&s->due);
	b = heap_first(&s->wakeups);
	if (a == NULL || (b != NULL && b->when < a->when))
		a = b;
	if (a == NULL)
		return;
	wait = a->when - clock_now();
	if (wait < 0)
		wait = 0;
	tv.tv_sec = (time_t)(wait / 1000);
	tv.tv_usec = (suseconds_t)(wait % 1000 * 1000);
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
	if (flows_push(s->flows, t) == -1)
		wait_until(s, t, clock_now() + 1000);
}

/* The next destination is swept, or the timer goes on. */
static void
sweep_on(struct schedule *s)
{
	static const struct timeval soon = { 0, 0 };

	if (!TAILQ_EMPTY(&s->sweeps))
		(void)event_add(s->sweep_ev, &soon);
}

/* All that waits there was seen: probe it. */
static void
sweep_end(struct schedule *s, struct destination *d)
{
	TAILQ_REMOVE(&s->sweeps, d, sweep_entry);
	d->sweeping = false;
	unpark(s, d);
	/* If nobody points to it, what was learnt is forgotten now. */
	d->refs++;
	destination_put(s->destinations, d);
}

/* Whether the sender heard of all that is open of a task. */
static bool
was_noticed(const struct task *t)
{
	const struct rcpt *r = message_rcpt(task_message(t)) + t->first;
	uint32_t i;

	for (i = 0; i < t->count; i++)
		if (task_rcpt_is_open(t, t->first + i) && !r[i].noticed)
			return false;
	return true;
}

/*
 * What waits for a destination that stays down is given up in time, and its
 * sender told before.
 */
static void
sweep_cb(int fd, short what, void *arg)
{
	struct schedule *s = arg;
	struct destination *d;
	struct task *t;
	unsigned n, expired = 0;

	d = TAILQ_FIRST(&s->sweeps);
	if (d == NULL)
		return;
	for (n = 0; n < SCHEDULE_STEP && expired < SCHEDULE_STEP_EXPIRED; n++) {
		t = flows_sweep(s->flows, d);
		if (t == NULL) {
			sweep_end(s, d);
			break;
		}
		if (!schedule_expired(s, task_message(t))) {
			if (schedule_late(s, task_message(t)) &&
			    !was_noticed(t)) {
				s->hooks.late(t, s->hooks.arg);
				expired++;
			}
			continue;
		}
		flows_remove(s->flows, t);
		s->hooks.expire(t, s->hooks.arg);
		expired++;
	}
	sweep_on(s);
}

/* A destination that was down may be probed, when it was swept. */
static void
wake(struct schedule *s, struct destination *d)
{
	if (d->sweeping)
		return;
	d->sweeping = true;
	TAILQ_INSERT_TAIL(&s->sweeps, d, sweep_entry);
	flows_sweep_begin(d);
	sweep_on(s);
}

static void
timer_cb(int fd, short what, void *arg)
{
	struct schedule *s = arg;
	struct heapnode *n;
	int64_t now = clock_now();
	unsigned i;

	for (i = 0; i < SCHEDULE_STEP && (n = heap_first(&s->due)) != NULL &&
	     n->when <= now;
	     i++) {
		heap_remove(&s->due, n);
		make_ready(s, task_of_node(n));
	}
	while ((n = heap_first(&s->wakeups)) != NULL && n->when <= now) {
		heap_remove(&s->wakeups, n);
		wake(s, destination_of_node(n));
	}
	arm(s);
}

/* Send a task that was taken out.  false: the lane takes no more. */
static bool
send_one(struct schedule *s, unsigned number, struct task *t)
{
	struct destination *d = t->destination;
	int rc;

	t->state = TASK_INFLIGHT;
	t->lane = (uint8_t)number;
	d->inflight++;
	s->lane[number].inflight++;
	s->inflight++;
	d->refs++; /* send may end its last message */
	rc = s->hooks.send(t, number, s->hooks.arg);
	if (rc != 0) {
		d->inflight--;
		s->lane[number].inflight--;
		s->inflight--;
		t->state = TASK_IDLE;
		if (rc == -1)
			wait_until(s, t, clock_now() + 1000);
		unpark(s, d);
	}
	destination_put(s->destinations, d);
	return rc != -1;
}

static void
serve_lane(struct schedule *s, unsigned number)
{
	struct lane *lane = &s->lane[number];
	struct task *t;
	bool go = lane->up;

	while (go && lane->inflight < LANE_BATCHES_MAX &&
	    !s->hooks.stuffed(s->hooks.arg) &&
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
	for (i = 0; i < s->lanes; i++)
		serve_lane(s, i);
}

/* An empty schedule; NULL without memory. */
struct schedule *
schedule_new(struct event_base *base, const struct schedule_hooks *hooks)
{
	struct flows_hooks f = { room_hook, halted_hook, lane_hook, kick_hook,
		NULL };
	struct schedule *s;

	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	s->hooks = *hooks;
	s->seed = (uint64_t)clock_wall() | 1;
	TAILQ_INIT(&s->sweeps);
	f.arg = s;
	s->flows = flows_new(&f);
	s->timer = evtimer_new(base, timer_cb, s);
	s->kick_ev = event_new(base, -1, 0, kick_cb, s);
	s->sweep_ev = evtimer_new(base, sweep_cb, s);
	if (s->flows == NULL || s->timer == NULL || s->kick_ev == NULL ||
	    s->sweep_ev == NULL) {
		schedule_free(s);
		return NULL;
	}
	return s;
}

/*
 * The destinations that tasks point to: nothing is sent before.  Workers
 * may have come meanwhile.
 */
void
schedule_use(struct schedule *s, struct destinations *destinations)
{
	s->destinations = destinations;
	destinations_each(s->destinations, unpark_cb, s);
}

/* What is paused by operators, which schedule_steered() tells of. */
void
schedule_steer(struct schedule *s, const struct steer *steer)
{
	s->steer = steer;
}

/* Something was paused or resumed. */
void
schedule_steered(struct schedule *s)
{
	if (s->destinations == NULL)
		return;
	flows_resume(s->flows);
	destinations_each(s->destinations, unpark_cb, s);
	event_active(s->kick_ev, EV_TIMEOUT, 0);
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
	if (s->sweep_ev != NULL)
		event_free(s->sweep_ev);
	flows_free(s->flows);
	heap_free(&s->due);
	heap_free(&s->wakeups);
	free(s);
}

/* Take intervals and expiry over; what waits keeps its time. */
void
schedule_conf(struct schedule *s, const struct conf_queue *conf)
{
	s->expire = conf->expire;
	s->delay = conf->delay_notice;
	s->retries = conf->retries;
	memcpy(s->retry, conf->retry, sizeof(s->retry));
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
	int64_t now = clock_now(), when;
	unsigned i;

	for (i = 0; i < m->tasks; i++) {
		t = &m->task[i];
		if (t->state != TASK_IDLE || !task_is_open(t))
			continue;
		when = t->attempts == 0 ? 0 : task_next(t) * 1000;
		if (when <= now)
			make_ready(s, t);
		else
			wait_until(s, t, when);
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
	s->lane[lane].up = true;
	if (lane >= s->lanes)
		s->lanes = lane + 1;
	if (s->destinations != NULL)
		destinations_each(s->destinations, unpark_cb, s);
	event_active(s->kick_ev, EV_TIMEOUT, 0);
}

/* A worker is gone; its batches are given back by schedule_over(). */
void
schedule_lane_down(struct schedule *s, unsigned lane)
{
	s->lane[lane].up = false;
	flows_leave_lane(s->flows, lane);
}

/* Marsaglia's xorshift: good enough to spread retries. */
static uint64_t
random_next(struct schedule *s)
{
	s->seed ^= s->seed << 13;
	s->seed ^= s->seed >> 7;
	s->seed ^= s->seed << 17;
	return s->seed;
}

/* Seconds until attempt number attempts + 1, with jitter of a tenth. */
static int64_t
interval(struct schedule *s, unsigned attempts)
{
	int64_t base;
	uint32_t i;

	if (s->retries == 0)
		return 1;
	i = attempts == 0 ? 0 : attempts - 1;
	if (i >= s->retries)
		i = s->retries - 1;
	base = s->retry[i];
	if (base < 10)
		return base;
	return base - base / 10 +
	    (int64_t)(random_next(s) % (uint64_t)(base / 5 + 1));
}

/*
 * When a task that just failed is tried again, unix seconds; never behind
 * its expiry, so that there is a last attempt at that time, nor behind the
 * time at which its sender is told that it waits.
 */
int64_t
schedule_next_try(struct schedule *s, const struct task *t)
{
	int64_t next, end, late, now = clock_seconds();

	next = now + interval(s, t->attempts + 1u);
	end = task_message(t)->accepted / 1000 + s->expire;
	late = task_message(t)->accepted / 1000 + s->delay;
	if (s->delay != 0 && late > now && late < next)
		next = late;
	return next < end || end <= now ? next : end;
}

/* Whether a message waits so long that its sender may want to know. */
bool
schedule_late(const struct schedule *s, const struct message *m)
{
	return s->delay != 0 && (m->flags & MESSAGE_BOUNCE) == 0 &&
	    clock_now() >= m->accepted + s->delay * 1000;
}

/* Whether the time of a message is over. */
bool
schedule_expired(const struct schedule *s, const struct message *m)
{
	return clock_now() >= m->accepted + s->expire * 1000;
}

static void
learn_down(struct schedule *s, struct destination *d)
{
	d->down = true;
	d->window = 0;
	if (d->wakeup.place != 0)
		return;
	d->failures++;
	d->wakeup.when = clock_now() + interval(s, d->failures) * 1000;
	if (heap_put(&s->wakeups, &d->wakeup) == -1)
		d->down = false;
	arm(s);
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
		if (d->wakeup.place != 0)
			return d->wakeup.when / 1000;
	} else if (result != SCHEDULE_RETURNED) {
		heap_remove(&s->wakeups, &d->wakeup);
		d->down = false;
		d->failures = 0;
		d->window = limit_of(d);
		if (d->window < DEST_BATCHES_MAX)
			d->window++;
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

	d->inflight--;
	s->lane[t->lane].inflight--;
	s->inflight--;
	t->state = TASK_IDLE;
	if (task_is_open(t)) {
		if (result == SCHEDULE_RETURNED || t->attempts == 0 || d->down)
			make_ready(s, t);
		else
			wait_until(s, t, task_next(t) * 1000);
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
	st->inflight = s->inflight;
	st->down = s->wakeups.count;
}
