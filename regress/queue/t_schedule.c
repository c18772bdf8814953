/* sources: queue/schedule.c queue/message.c queue/destination.c */
/* sources: queue/heap.c queue/owner.c queue/envelope.c queue/blob.c queue/clock.c */
/* sources: queue/record.c lib/crc32c.c lib/log.c */
/* libs: -levent */
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
 * The schedule: everything ready goes, destinations take turns, a failed
 * recipient waits, a destination that is down is probed with one task.
 */
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"
#include "message.h"
#include "proto_conf.h"
#include "schedule.h"

#define SENT_MAX 4096

struct world {
	struct event_base *base;
	struct destinations destinations;
	struct schedule *schedule;
	struct message *message[SENT_MAX];
	unsigned messages;
	struct task *sent[SENT_MAX];
	unsigned count;
	unsigned expired;
	bool stuffed;
};

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

static bool
stuffed_cb(void *arg)
{
	struct world *w = arg;

	return w->stuffed;
}

static int
setup(void **state)
{
	struct conf_queue conf;
	struct schedule_hooks hooks = { send_cb, expire_cb, stuffed_cb, NULL };
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

static int
teardown(void **state)
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

static struct message *
add(struct world *w, const char *domain)
{
	struct message *m;

	m = message_new(&w->destinations, w->messages + 1, 1, &domain);
	assert_non_null(m);
	m->accepted = clock_now();
	w->message[w->messages++] = m;
	schedule_add(w->schedule, m);
	return m;
}

static void
spin(struct world *w)
{
	int i;

	for (i = 0; i < 10; i++)
		(void)event_base_loop(w->base, EVLOOP_NONBLOCK);
}

/* Run the loop until so many were sent. */
static void
spin_until(struct world *w, unsigned count)
{
	int64_t end = clock_mono() + 10000;

	while (w->count < count && clock_mono() < end)
		(void)event_base_loop(w->base, EVLOOP_ONCE);
	assert_true(w->count >= count);
}

static void
mark_done(struct world *w, struct task *t)
{
	struct mark mark;

	memset(&mark, 0, sizeof(mark));
	mark.state = RCPT_DONE;
	message_apply(&w->destinations, t->message, &mark);
}

static void
defer(struct world *w, struct task *t)
{
	struct mark mark;

	memset(&mark, 0, sizeof(mark));
	mark.state = RCPT_DEFERRED;
	mark.attempts = t->attempts + 1;
	mark.next = schedule_next_try(w->schedule, t);
	message_apply(&w->destinations, t->message, &mark);
}

static void
test_nothing_goes_without_a_worker(void **state)
{
	struct world *w = *state;

	(void)add(w, "a.example");
	spin(w);
	assert_int_equal(w->count, 0);
	schedule_lane_up(w->schedule, 0);
	spin(w);
	assert_int_equal(w->count, 1);
}

static void
test_destinations_take_turns(void **state)
{
	struct world *w = *state;
	unsigned i, b = 0;

	for (i = 0; i < 50; i++)
		(void)add(w, "a.example");
	for (i = 0; i < 5; i++)
		(void)add(w, "b.example");
	schedule_lane_up(w->schedule, 0);
	spin(w);
	assert_int_equal(w->count, 55);
	for (i = 0; i < 10; i++)
		if (strcmp(w->sent[i]->destination->domain, "b.example") == 0)
			b++;
	assert_int_equal(b, 5);
}

static void
test_nothing_goes_while_stuffed(void **state)
{
	struct world *w = *state;

	w->stuffed = true;
	schedule_lane_up(w->schedule, 0);
	(void)add(w, "a.example");
	spin(w);
	assert_int_equal(w->count, 0);
	w->stuffed = false;
	schedule_kick(w->schedule);
	spin(w);
	assert_int_equal(w->count, 1);
}

static void
test_returned_task_goes_again_at_once(void **state)
{
	struct world *w = *state;

	schedule_lane_up(w->schedule, 0);
	(void)add(w, "a.example");
	spin(w);
	schedule_over(w->schedule, w->sent[0], SCHEDULE_RETURNED);
	spin(w);
	assert_int_equal(w->count, 2);
	mark_done(w, w->sent[1]);
	schedule_over(w->schedule, w->sent[1], SCHEDULE_OK);
	spin(w);
	assert_int_equal(w->count, 2);
}

static void
test_deferred_task_waits_for_its_time(void **state)
{
	struct world *w = *state;

	schedule_lane_up(w->schedule, 0);
	(void)add(w, "a.example");
	spin(w);
	defer(w, w->sent[0]);
	schedule_over(w->schedule, w->sent[0], SCHEDULE_LATER);
	spin(w);
	assert_int_equal(w->count, 1);
	spin_until(w, 2);
	assert_int_equal(w->sent[1]->attempts, 1);
}

static void
test_destination_down_is_probed_with_one(void **state)
{
	struct schedule_stats st;
	struct world *w = *state;
	unsigned i, first;

	schedule_lane_up(w->schedule, 0);
	for (i = 0; i < 3; i++)
		(void)add(w, "a.example");
	spin(w);
	assert_int_equal(w->count, 3);
	for (i = 0; i < 3; i++) {
		defer(w, w->sent[i]);
		schedule_over(w->schedule, w->sent[i], SCHEDULE_DOWN);
	}
	schedule_get_stats(w->schedule, &st);
	assert_int_equal(st.down, 1);
	for (i = 0; i < 20; i++)
		(void)add(w, "a.example");
	spin(w);
	assert_int_equal(w->count, 3);
	(void)add(w, "b.example");
	spin(w);
	assert_int_equal(w->count, 4);
	mark_done(w, w->sent[3]);
	schedule_over(w->schedule, w->sent[3], SCHEDULE_OK);
	first = w->count;
	spin_until(w, first + 1);
	spin(w);
	assert_int_equal(w->count, first + 1);
	mark_done(w, w->sent[first]);
	schedule_over(w->schedule, w->sent[first], SCHEDULE_OK);
	spin(w);
	assert_true(w->count >= first + 20);
}

static void
test_lost_worker_gives_its_place_to_another(void **state)
{
	struct world *w = *state;
	unsigned i, n;

	schedule_lane_up(w->schedule, 0);
	schedule_lane_up(w->schedule, 1);
	for (i = 0; i < 10; i++)
		(void)add(w, i % 2 == 0 ? "a.example" : "c.example");
	spin(w);
	assert_int_equal(w->count, 10);
	schedule_lane_down(w->schedule, 0);
	n = w->count;
	for (i = 0; i < n; i++)
		schedule_over(w->schedule, w->sent[i], SCHEDULE_RETURNED);
	spin(w);
	assert_int_equal(w->count, 20);
}

static void
test_last_try_is_at_the_expiry(void **state)
{
	struct world *w = *state;
	struct message *m;

	schedule_lane_up(w->schedule, 0);
	m = add(w, "a.example");
	spin(w);
	m->accepted = clock_now() - 998000;
	w->sent[0]->attempts = 5;
	assert_true(schedule_next_try(w->schedule, w->sent[0]) <=
	    m->accepted / 1000 + 1000);
	assert_false(schedule_expired(w->schedule, m));
	m->accepted -= 5000;
	assert_true(schedule_expired(w->schedule, m));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing_goes_without_a_worker),
		TEST(test_destinations_take_turns),
		TEST(test_nothing_goes_while_stuffed),
		TEST(test_returned_task_goes_again_at_once),
		TEST(test_deferred_task_waits_for_its_time),
		TEST(test_destination_down_is_probed_with_one),
		TEST(test_lost_worker_gives_its_place_to_another),
		TEST(test_last_try_is_at_the_expiry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
