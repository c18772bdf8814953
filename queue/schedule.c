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
 * The schedule.  A task waits in a heap until it is due, then stands in its
 * destination's list; a destination with ready tasks stands in the list of
 * its lane.  A destination that is down is probed with one task.
 */
#include "schedule.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "destination.h"
#include "log.h"
#include "message.h"
#include "proto_conf.h"
#include "qbounds.h"

TAILQ_HEAD(destination_list, destination);

struct lane {
	bool up;
	unsigned inflight;
	struct destination_list ready;
};

struct schedule {
	struct schedule_hooks hooks;
	struct destinations *destinations;
	struct event *timer;
	struct event *kick_ev;
	struct heap due;     /* tasks that wait */
	struct heap wakeups; /* destinations that are down */
	struct lane lane[LANES_MAX];
	unsigned lanes; /* highest ever used, plus one */
	size_t inflight;
	bool stopped;
	int64_t expire; /* seconds */
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
pick_lane(const struct schedule *s, const struct destination *d)
{
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
	return d->down ? 1 : DEST_BATCHES_MAX;
}

static void
unlist(struct schedule *s, struct destination *d)
{
	if (!d->listed)
		return;
	TAILQ_REMOVE(&s->lane[d->lane].ready, d, ready_entry);
	d->listed = false;
}

/* Put a destination in its lane's list if something of it may go now. */
static void
enlist(struct schedule *s, struct destination *d)
{
	int lane;

	if (d->listed || TAILQ_EMPTY(&d->ready) || d->inflight >= limit_of(d) ||
	    d->wakeup.place != 0)
		return;
	lane = pick_lane(s, d);
	if (lane == -1)
		return;
	d->lane = (uint16_t)lane;
	d->listed = true;
	TAILQ_INSERT_TAIL(&s->lane[lane].ready, d, ready_entry);
	event_active(s->kick_ev, EV_TIMEOUT, 0);
}

static void
relist_cb(struct destination *d, void *arg)
{
	enlist(arg, d);
}

static void
make_ready(struct schedule *s, struct task *t)
{
	t->state = TASK_READY;
	TAILQ_INSERT_TAIL(&t->destination->ready, t, u.entry);
	enlist(s, t->destination);
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
		/* Without memory it goes at once rather than never. */
		make_ready(s, t);
		return;
	}
	t->state = TASK_WAITING;
	if (heap_first(&s->due) == &t->u.due)
		arm(s);
}

/* A destination that was down may be probed; what is too old ends here. */
static void
wake(struct schedule *s, struct destination *d)
{
	struct task *t;

	while ((t = TAILQ_FIRST(&d->ready)) != NULL && t->attempts > 0 &&
	    schedule_expired(s, t->message)) {
		TAILQ_REMOVE(&d->ready, t, u.entry);
		t->state = TASK_IDLE;
		s->hooks.expire(t, s->hooks.arg);
	}
	enlist(s, d);
	/* If nobody points to it, what was learnt is forgotten now. */
	d->refs++;
	destination_put(s->destinations, d);
}

static void
timer_cb(int fd, short what, void *arg)
{
	struct schedule *s = arg;
	struct heapnode *n;
	int64_t now = clock_now();

	while ((n = heap_first(&s->due)) != NULL && n->when <= now) {
		heap_remove(&s->due, n);
		make_ready(s, task_of_node(n));
	}
	while ((n = heap_first(&s->wakeups)) != NULL && n->when <= now) {
		heap_remove(&s->wakeups, n);
		wake(s, destination_of_node(n));
	}
	arm(s);
}

/* Send the first task of a destination.  false: the lane takes no more. */
static bool
send_one(struct schedule *s, struct lane *lane, struct destination *d)
{
	struct task *t;
	int rc;

	t = TAILQ_FIRST(&d->ready);
	TAILQ_REMOVE(&d->ready, t, u.entry);
	t->state = TASK_INFLIGHT;
	t->lane = (uint8_t)d->lane;
	d->inflight++;
	lane->inflight++;
	s->inflight++;
	rc = s->hooks.send(t, d->lane, s->hooks.arg);
	if (rc == 0)
		return true;
	d->inflight--;
	lane->inflight--;
	s->inflight--;
	t->state = TASK_IDLE;
	if (rc == -1)
		wait_until(s, t, clock_now() + 1000);
	return rc == 1;
}

static void
serve_lane(struct schedule *s, unsigned number)
{
	struct lane *lane = &s->lane[number];
	struct destination *d;
	bool go = lane->up;

	while (go && (d = TAILQ_FIRST(&lane->ready)) != NULL &&
	    lane->inflight < LANE_BATCHES_MAX &&
	    !s->hooks.stuffed(s->hooks.arg)) {
		unlist(s, d);
		d->refs++; /* send may end its last message */
		go = send_one(s, lane, d);
		enlist(s, d);
		destination_put(s->destinations, d);
	}
}

static void
kick_cb(int fd, short what, void *arg)
{
	struct schedule *s = arg;
	unsigned i;

	if (s->stopped || s->destinations == NULL)
		return;
	for (i = 0; i < s->lanes; i++)
		serve_lane(s, i);
}

/* An empty schedule; NULL without memory. */
struct schedule *
schedule_new(struct event_base *base, const struct schedule_hooks *hooks)
{
	struct schedule *s;
	unsigned i;

	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	s->hooks = *hooks;
	s->timer = evtimer_new(base, timer_cb, s);
	s->kick_ev = event_new(base, -1, 0, kick_cb, s);
	for (i = 0; i < LANES_MAX; i++)
		TAILQ_INIT(&s->lane[i].ready);
	if (s->timer == NULL || s->kick_ev == NULL) {
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
	destinations_each(s->destinations, relist_cb, s);
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
	heap_free(&s->due);
	heap_free(&s->wakeups);
	free(s);
}

/* Take intervals and expiry over; what waits keeps its time. */
void
schedule_conf(struct schedule *s, const struct conf_queue *conf)
{
	s->expire = conf->expire;
	s->retries = conf->retries;
	memcpy(s->retry, conf->retry, sizeof(s->retry));
}

static bool
task_is_open(const struct task *t)
{
	struct rcpt *rcpt;
	uint32_t i;

	rcpt = message_rcpt(t->message) + t->first;
	for (i = 0; i < t->count; i++)
		if (rcpt[i].state == RCPT_WAITING ||
		    rcpt[i].state == RCPT_DEFERRED)
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
		if (t->state == TASK_READY) {
			TAILQ_REMOVE(&t->destination->ready, t, u.entry);
			if (TAILQ_EMPTY(&t->destination->ready))
				unlist(s, t->destination);
		}
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

/* Try what waits of a message now, and probe its destinations. */
void
schedule_flush(struct schedule *s, struct message *m)
{
	struct task *t;
	unsigned i;

	for (i = 0; i < m->tasks; i++) {
		t = &m->task[i];
		if (t->state == TASK_WAITING) {
			heap_remove(&s->due, &t->u.due);
			make_ready(s, t);
		}
		if (t->state == TASK_READY &&
		    t->destination->wakeup.place != 0) {
			heap_remove(&s->wakeups, &t->destination->wakeup);
			enlist(s, t->destination);
		}
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
		destinations_each(s->destinations, relist_cb, s);
}

/* A worker is gone; its batches are given back by schedule_over(). */
void
schedule_lane_down(struct schedule *s, unsigned lane)
{
	struct destination *d;

	s->lane[lane].up = false;
	while ((d = TAILQ_FIRST(&s->lane[lane].ready)) != NULL) {
		unlist(s, d);
		enlist(s, d);
	}
}

/* Seconds until attempt number attempts + 1, with jitter of a tenth. */
static int64_t
interval(const struct schedule *s, unsigned attempts)
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
	    (int64_t)((uint64_t)clock_mono() * 2654435761u % 1000) * base /
	    5000;
}

/*
 * When a task that just failed is tried again, unix seconds; never behind
 * its expiry, so that there is a last attempt at that time.
 */
int64_t
schedule_next_try(const struct schedule *s, const struct task *t)
{
	int64_t next, end;

	next = clock_seconds() + interval(s, t->attempts + 1u);
	end = t->message->accepted / 1000 + s->expire;
	return next < end || end <= clock_seconds() ? next : end;
}

/* Whether the time of a message is over. */
bool
schedule_expired(const struct schedule *s, const struct message *m)
{
	return clock_now() >= m->accepted + s->expire * 1000;
}

/* What a batch taught about its destination. */
static void
learn(struct schedule *s, struct destination *d, enum schedule_result result)
{
	if (result == SCHEDULE_DOWN) {
		d->down = true;
		if (d->wakeup.place != 0)
			return;
		d->failures++;
		d->wakeup.when = clock_now() + interval(s, d->failures) * 1000;
		unlist(s, d);
		if (heap_put(&s->wakeups, &d->wakeup) == -1)
			d->down = false;
		arm(s);
	} else if (d->down && result != SCHEDULE_RETURNED) {
		heap_remove(&s->wakeups, &d->wakeup);
		d->down = false;
		d->failures = 0;
	}
}

/*
 * A batch of the task is over; marks for its recipients were made.  What is
 * still open of it waits for its next try, or goes again at once.
 */
void
schedule_over(struct schedule *s, struct task *t, enum schedule_result result)
{
	struct destination *d = t->destination;

	d->inflight--;
	s->lane[t->lane].inflight--;
	s->inflight--;
	t->state = TASK_IDLE;
	learn(s, d, result);
	if (task_is_open(t)) {
		if (result == SCHEDULE_RETURNED || t->attempts == 0)
			make_ready(s, t);
		else
			wait_until(s, t, task_next(t) * 1000);
	}
	enlist(s, d);
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
	st->waiting = s->due.count;
	st->inflight = s->inflight;
	st->down = s->wakeups.count;
}
