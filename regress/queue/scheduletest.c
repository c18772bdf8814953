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
 * A schedule whose batches go nowhere, for its tests.
 */
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "clock.h"
#include "message.h"
#include "proto_conf.h"
#include "schedule.h"
#include "scheduletest.h"

/* How much time passes in a turn. */
#define TURN_MS 10

/* Milliseconds that have passed, in the place of libc's clocks. */
static int64_t passed;

int
clock_gettime(clockid_t id, struct timespec *ts)
{
	int64_t start = id == CLOCK_REALTIME ? INT64_C(1800000000) : 1000;

	ts->tv_sec = (time_t)(start + passed / 1000);
	ts->tv_nsec = (long)(passed % 1000 * 1000000);
	return 0;
}

static int
send_cb(struct task *t, unsigned lane, void *arg)
{
	struct world *w = arg;

	w->sent[w->count++] = t;
	return 0;
}

static void
expire_cb(struct task *t, void *arg)
{
	struct world *w = arg;

	w->expired++;
}

static void
late_cb(struct task *t, void *arg)
{
	struct world *w = arg;

	w->late++;
	message_rcpt(task_message(t))[t->first].noticed = true;
}

static bool
stuffed_cb(void *arg)
{
	struct world *w = arg;

	return w->stuffed;
}

/* A schedule without workers; state becomes a world. */
int
world_setup(void **state)
{
	struct conf_queue conf;
	struct schedule_hooks hooks = { send_cb, expire_cb, late_cb, stuffed_cb,
		NULL };
	struct world *w;

	w = calloc(1, sizeof(*w));
	w->base = event_base_new();
	hooks.arg = w;
	w->schedule = schedule_new(w->base, &hooks);
	memset(&conf, 0, sizeof(conf));
	conf.expire = 1000;
	conf.retries = 2;
	conf.retry[0] = 1;
	conf.retry[1] = 5;
	schedule_conf(w->schedule, &conf);
	schedule_use(w->schedule, &w->destinations);
	*state = w;
	return 0;
}

/* Free it. */
int
world_teardown(void **state)
{
	struct world *w = *state;
	unsigned i;

	for (i = 0; i < w->messages; i++) {
		schedule_remove(w->schedule, w->message[i]);
		message_free(&w->destinations, w->message[i]);
	}
	schedule_free(w->schedule);
	destinations_free(&w->destinations);
	event_base_free(w->base);
	free(w);
	return 0;
}

/* A message of a user is accepted. */
struct message *
add_of(struct world *w, const char *domain, const char *user, bool bulk)
{
	struct message *m;

	m = message_new(&w->destinations, w->messages + 1, 1, &domain);
	assert_non_null(m);
	assert_int_equal(message_set_owner(&w->destinations, m, user), 0);
	m->accepted = clock_now();
	if (bulk)
		m->flags |= MESSAGE_BULK;
	w->message[w->messages++] = m;
	schedule_add(w->schedule, m);
	return m;
}

/* The same, of "app". */
struct message *
add(struct world *w, const char *domain)
{
	return add_of(w, domain, "app", false);
}

/* Let the loop do what it can. */
void
spin(struct world *w)
{
	int i;

	for (i = 0; i < 10; i++)
		(void)event_base_loop(w->base, EVLOOP_NONBLOCK);
}

/* The same, and a moment passes. */
void
turn(struct world *w)
{
	spin(w);
	passed += TURN_MS;
}

/* Let time pass until so many were sent. */
void
spin_until(struct world *w, unsigned count)
{
	int64_t end = clock_mono() + 10000;

	while (w->count < count && clock_mono() < end)
		turn(w);
	spin(w);
	assert_true(w->count >= count);
}

/* The recipient of a task is done. */
void
mark_done(struct world *w, struct task *t)
{
	struct mark mark;

	memset(&mark, 0, sizeof(mark));
	mark.state = RCPT_DONE;
	message_apply(&w->destinations, task_message(t), &mark);
}

/* It is deferred until its next try. */
void
defer(struct world *w, struct task *t)
{
	struct mark mark;

	memset(&mark, 0, sizeof(mark));
	mark.state = RCPT_DEFERRED;
	mark.attempts = t->attempts + 1;
	mark.next = schedule_next_try(w->schedule, t);
	message_apply(&w->destinations, task_message(t), &mark);
}

/* As a batch that is over does it. */
void
over(struct world *w, struct task *t, enum schedule_result result)
{
	(void)schedule_judge(w->schedule, t, result);
	schedule_over(w->schedule, t, result);
}

/* Deliver what is sent, in order, until nothing more is; from number i on. */
void
deliver_from(struct world *w, unsigned i)
{
	for (spin(w); i < w->count; spin(w))
		for (; i < w->count; i++) {
			mark_done(w, w->sent[i]);
			over(w, w->sent[i], SCHEDULE_OK);
		}
}

/* Where the first message of a destination or a user is among those sent. */
unsigned
place_of(const struct world *w, const struct message *m)
{
	unsigned i;

	for (i = 0; i < w->count; i++)
		if (task_message(w->sent[i]) == m)
			return i;
	fail_msg("never sent");
	return 0;
}
