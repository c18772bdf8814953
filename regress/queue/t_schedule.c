/* sources: lib/idn.c lib/address.c lib/compat.c */
/* libs: -lidn2 */
/* sources: regress/queue/scheduletest.c queue/schedule.c queue/places.c queue/timing.c queue/sweep.c queue/message.c queue/destination.c */
/* sources: queue/flow.c queue/steer.c queue/heap.c queue/owner.c queue/pool.c queue/envelope.c queue/blob.c queue/clock.c */
/* sources: queue/record.c lib/crc32c.c lib/log.c lib/logsock.c lib/compat.c */
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
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "clock.h"
#include "message.h"
#include "proto_conf.h"
#include "qbounds.h"
#include "schedule.h"
#include "scheduletest.h"
#include "steer.h"

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
	struct message *b;
	unsigned i;

	for (i = 0; i < 50; i++)
		(void)add(w, "a.example");
	b = add(w, "b.example");
	schedule_lane_up(w->schedule, 0);
	deliver_from(w, 0);
	assert_int_equal(w->count, 51);
	assert_true(place_of(w, b) <= 2);
}

static void
test_users_take_turns(void **state)
{
	struct world *w = *state;
	struct message *same, *other;
	unsigned i;

	schedule_lane_up(w->schedule, 0);
	for (i = 0; i < 1000; i++)
		(void)add_of(w, i % 3 == 0 ? "a.example" : "b.example", "many",
		    false);
	spin(w);
	same = add_of(w, "a.example", "one", false);
	other = add_of(w, "c.example", "one", false);
	i = w->count;
	deliver_from(w, 0);
	assert_int_equal(w->count, 1002);
	assert_true(place_of(w, other) <= i + 1);
	assert_true(place_of(w, same) <= i + 4);
}

static void
test_bulk_gives_way_and_has_its_share(void **state)
{
	struct world *w = *state;
	unsigned i, bulk = 0;

	for (i = 0; i < 400; i++)
		(void)add_of(w, "a.example", "letters", true);
	schedule_lane_up(w->schedule, 0);
	spin(w);
	for (i = 0; i < 400; i++)
		(void)add_of(w, "a.example", "shop", false);
	deliver_from(w, 0);
	assert_int_equal(w->count, 800);
	for (i = 0; i < 400; i++)
		bulk += (task_message(w->sent[i])->flags & MESSAGE_BULK) != 0;
	/* At least one in FLOW_BULK_SHARE, of a lane and a destination. */
	assert_in_range(bulk, 400 / 8 - 4, 400 / 4);
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
	over(w, w->sent[0], SCHEDULE_RETURNED);
	spin(w);
	assert_int_equal(w->count, 2);
	mark_done(w, w->sent[1]);
	over(w, w->sent[1], SCHEDULE_OK);
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
	over(w, w->sent[0], SCHEDULE_LATER);
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
	assert_int_equal(w->count, 2);
	for (i = 0; i < 2; i++) {
		over(w, w->sent[i], SCHEDULE_DOWN);
		defer(w, w->sent[i]);
	}
	schedule_get_stats(w->schedule, &st);
	assert_int_equal(st.down, 1);
	for (i = 0; i < 20; i++)
		(void)add(w, "a.example");
	spin(w);
	assert_int_equal(w->count, 2);
	(void)add(w, "b.example");
	spin(w);
	assert_int_equal(w->count, 3);
	mark_done(w, w->sent[2]);
	over(w, w->sent[2], SCHEDULE_OK);
	first = w->count;
	spin_until(w, first + 1);
	spin(w);
	assert_int_equal(w->count, first + 1);
	/* On success the rest follows at once, those that failed too. */
	deliver_from(w, first);
	assert_int_equal(w->count, first + 23);
}

/* What does not go now needs no memory for its first attempt. */
static void
test_what_waits_rests(void **state)
{
	struct world *w = *state;
	struct message *gone, *rests, *ready;

	schedule_lane_up(w->schedule, 0);
	gone = add(w, "a.example");
	assert_false(message_rests(gone));
	spin(w);
	assert_false(message_rests(gone));
	defer(w, w->sent[0]);
	over(w, w->sent[0], SCHEDULE_DOWN);
	assert_true(message_rests(gone));
	rests = add(w, "a.example");
	assert_true(message_rests(rests));
	ready = add(w, "b.example");
	assert_false(message_rests(ready));
	spin(w);
	defer(w, w->sent[1]);
	over(w, w->sent[1], SCHEDULE_LATER);
	assert_true(message_rests(ready));
	schedule_flush(w->schedule, &rests->task[0]);
	assert_false(message_rests(rests));
}

static void
test_what_waits_for_a_dead_destination_ends(void **state)
{
	struct world *w = *state;
	int64_t end;
	unsigned i;

	schedule_lane_up(w->schedule, 0);
	for (i = 0; i < 2000; i++)
		(void)add(w, "a.example");
	spin(w);
	for (i = 0; i < DEST_BATCHES_NEW; i++)
		over(w, w->sent[i], SCHEDULE_DOWN);
	/* All but one were accepted long ago. */
	for (i = 0; i < w->messages - 1; i++)
		w->message[i]->accepted -= 2000 * 1000;
	end = clock_mono() + 10000;
	while ((w->expired < 1999 || w->count < 3) && clock_mono() < end)
		turn(w);
	assert_int_equal(w->expired, 1999);
	assert_int_equal(w->count, 3);
}

static void
test_lost_worker_gives_its_place_to_another(void **state)
{
	struct world *w = *state;
	unsigned i, n;

	schedule_lane_up(w->schedule, 0);
	schedule_lane_up(w->schedule, 1);
	for (i = 0; i < 8; i++)
		(void)add(w, i % 2 == 0 ? "a.example" : "c.example");
	spin(w);
	assert_int_equal(w->count, 4);
	schedule_lane_down(w->schedule, 0);
	n = w->count;
	for (i = 0; i < n; i++)
		over(w, w->sent[i], SCHEDULE_RETURNED);
	spin(w);
	assert_int_equal(w->count, 8);
}

static void
test_paused_things_wait(void **state)
{
	struct world *w = *state;
	struct steer *steer = steer_new();
	char folder[] = "/tmp/edd-steer.XXXXXX";

	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	schedule_steer(w->schedule, steer);
	assert_int_equal(steer_set(steer, STEER_USER, "u1", true), 0);
	assert_int_equal(steer_set(steer, STEER_DESTINATION, "B.example", true),
	    0);
	schedule_lane_up(w->schedule, 0);
	(void)add_of(w, "a.example", "u1", false);
	(void)add_of(w, "b.example", "u2", false);
	(void)add_of(w, "b.example via relay.example port 25", "u2", false);
	(void)add_of(w, "c.example", "u2", false);
	spin(w);
	assert_int_equal(w->count, 1);
	assert_int_equal(steer_set(steer, STEER_USER, "u1", false), 0);
	schedule_steered(w->schedule);
	spin(w);
	assert_int_equal(w->count, 2);
	assert_int_equal(
	    steer_set(steer, STEER_DESTINATION, "b.example", false), 0);
	assert_int_equal(steer_set(steer, STEER_ALL, "", true), 0);
	schedule_steered(w->schedule);
	spin(w);
	assert_int_equal(w->count, 2);
	assert_int_equal(steer_set(steer, STEER_ALL, "", false), 0);
	schedule_steered(w->schedule);
	spin(w);
	assert_int_equal(w->count, 4);
	schedule_steer(w->schedule, NULL);
	steer_free(steer);
	assert_int_equal(unlink("steer"), 0);
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(rmdir(folder), 0);
}

#ifdef EDD_SANITIZE
#define MANY 50000u
#else
#define MANY 1000000u
#endif

/* MANY messages of a user for a domain; the caller frees them. */
static struct message **
add_many(struct world *w, const char *domain, const char *user)
{
	struct message **many;
	unsigned i;

	many = calloc(MANY, sizeof(struct message *));
	assert_non_null(many);
	for (i = 0; i < MANY; i++) {
		many[i] = message_new(&w->destinations, i + 1, 1, &domain);
		assert_non_null(many[i]);
		assert_int_equal(
		    message_set_owner(&w->destinations, many[i], user), 0);
		many[i]->accepted = clock_now();
		schedule_add(w->schedule, many[i]);
	}
	return many;
}

static void
free_many(struct world *w, struct message **many)
{
	unsigned i;

	for (i = 0; i < MANY; i++) {
		schedule_remove(w->schedule, many[i]);
		message_free(&w->destinations, many[i]);
	}
	free(many);
}

/* How long one message waits, from its acceptance until it is sent. */
static int64_t
wait_of(struct world *w, const char *domain, const char *user)
{
	struct timespec a, b;
	struct message *m;
	unsigned sent = w->count;

	(void)timespec_get(&a, TIME_UTC); /* the real one */
	m = add_of(w, domain, user, false);
	while (w->count == sent)
		turn(w);
	(void)timespec_get(&b, TIME_UTC);
	assert_ptr_equal(task_message(w->sent[sent]), m);
	return (b.tv_sec - a.tv_sec) * 1000000 + (b.tv_nsec - a.tv_nsec) / 1000;
}

static void
test_a_million_to_a_dead_domain_delay_nobody(void **state)
{
	struct world *w = *state;
	struct message **many;
	unsigned i;
	int64_t us;

	schedule_lane_up(w->schedule, 0);
	many = add_many(w, "dead.example", "app");
	spin(w);
	for (i = 0; i < DEST_BATCHES_NEW; i++)
		over(w, w->sent[i], SCHEDULE_DOWN);
	us = wait_of(w, "b.example", "app");
	print_message("%u for a dead domain: one for another was sent next, "
		      "after %lld us\n",
	    MANY, (long long)us);
	free_many(w, many);
}

static void
test_a_million_of_a_user_delay_no_other(void **state)
{
	struct world *w = *state;
	struct message **many, *m;
	unsigned n;
	int64_t us;

	schedule_lane_up(w->schedule, 0);
	many = add_many(w, "a.example", "many");
	spin(w);
	us = wait_of(w, "b.example", "one");
	m = add_of(w, "a.example", "one", false);
	n = w->count;
	mark_done(w, w->sent[0]);
	over(w, w->sent[0], SCHEDULE_OK);
	while (task_message(w->sent[w->count - 1]) != m && w->count < n + 100) {
		spin(w);
		if (task_message(w->sent[w->count - 1]) == m)
			break;
		mark_done(w, w->sent[w->count - 1]);
		over(w, w->sent[w->count - 1], SCHEDULE_OK);
	}
	n = place_of(w, m) - n;
	print_message("%u of one user: one of another to another domain was "
		      "sent next, after %lld us; to the same domain after %u "
		      "of them\n",
	    MANY, (long long)us, n);
	assert_true(n <= 4);
	free_many(w, many);
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
	    (m->accepted + 999) / 1000 + 1000);
	assert_false(schedule_expired(w->schedule, m));
	m->accepted -= 5000;
	assert_true(schedule_expired(w->schedule, m));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing_goes_without_a_worker),
		TEST(test_destinations_take_turns),
		TEST(test_users_take_turns),
		TEST(test_bulk_gives_way_and_has_its_share),
		TEST(test_nothing_goes_while_stuffed),
		TEST(test_returned_task_goes_again_at_once),
		TEST(test_deferred_task_waits_for_its_time),
		TEST(test_destination_down_is_probed_with_one),
		TEST(test_what_waits_rests),
		TEST(test_what_waits_for_a_dead_destination_ends),
		TEST(test_paused_things_wait),
		TEST(test_lost_worker_gives_its_place_to_another),
		TEST(test_a_million_to_a_dead_domain_delay_nobody),
		TEST(test_a_million_of_a_user_delay_no_other),
		TEST(test_last_try_is_at_the_expiry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
