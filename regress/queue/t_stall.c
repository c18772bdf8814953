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
 * The schedule and destinations that do not answer: they leave places to
 * others, and what waits for them is told and ended in time.
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
#include "qbounds.h"
#include "schedule.h"
#include "scheduletest.h"

/* Probes are far apart; how long a message waits is not. */
static void
conf_far(struct world *w)
{
	struct conf_queue conf;

	memset(&conf, 0, sizeof(conf));
	conf.delay_notice = 1;
	conf.expire = 3;
	conf.retries = 1;
	conf.retry[0] = 1000;
	schedule_conf(w->schedule, &conf);
}

static void
test_notice_and_end_do_not_wait_for_the_probe(void **state)
{
	struct world *w = *state;
	unsigned i;

	conf_far(w);
	schedule_lane_up(w->schedule, 0);
	for (i = 0; i < 20; i++)
		(void)add(w, "a.example");
	spin(w);
	for (i = 0; i < DEST_BATCHES_NEW; i++) {
		(void)schedule_judge(w->schedule, w->sent[i], SCHEDULE_DOWN);
		defer(w, w->sent[i]);
		schedule_over(w->schedule, w->sent[i], SCHEDULE_DOWN);
	}
	/* One that comes later is seen to as well. */
	(void)add(w, "a.example");
	while (w->expired < 21)
		turn(w);
	assert_int_equal(w->late, 21);
	assert_int_equal(w->count, DEST_BATCHES_NEW);
}

static void
test_notice_and_end_do_not_wait_for_the_retry(void **state)
{
	const char *domain = "a.example";
	struct world *w = *state;
	struct mark mark;
	struct message *m;

	conf_far(w);
	schedule_lane_up(w->schedule, 0);
	/* As after a restart: its next try is that of a dead destination. */
	m = message_new(&w->destinations, 1, 1, &domain);
	w->message[w->messages++] = m;
	assert_int_equal(message_set_owner(&w->destinations, m, "app"), 0);
	m->accepted = clock_now();
	memset(&mark, 0, sizeof(mark));
	mark.state = RCPT_DEFERRED;
	mark.attempts = 1;
	mark.next = clock_seconds() + 1000;
	message_apply(&w->destinations, m, &mark);
	schedule_add(w->schedule, m);
	while (w->late == 0)
		turn(w);
	assert_int_equal(w->count, 0);
	/* The last try is at the end. */
	spin_until(w, 1);
	assert_int_equal(w->late, 1);
	assert_true(schedule_expired(w->schedule, m));
}

/* One message each for many domains, none of which gives a sign. */
static void
add_silent(struct world *w, unsigned count, const char *user, bool bulk)
{
	char domain[32];
	unsigned i;

	for (i = 0; i < count; i++) {
		(void)snprintf(domain, sizeof(domain), "%s-%u.example", user,
		    i);
		(void)add_of(w, domain, user, bulk);
		(void)add_of(w, domain, user, bulk);
	}
}

/* Sent next, whatever there is of others. */
static void
assert_next(struct world *w, const char *domain, const char *user)
{
	unsigned n = w->count;
	struct message *m = add_of(w, domain, user, false);

	spin(w);
	assert_int_equal(place_of(w, m), n);
}

static void
test_silent_destinations_leave_places_to_others(void **state)
{
	struct schedule_stats st;
	struct world *w = *state;
	unsigned i, n;

	schedule_lane_up(w->schedule, 0);
	add_silent(w, 400, "mail", false);
	add_silent(w, 400, "letters", true);
	spin(w);
	n = w->count;
	assert_int_equal(n, 2 * LANE_USER_FIRST);
	/* One that works has places of its own; it is known by a success. */
	assert_next(w, "a.example", "shop");
	for (i = 0; i < 100; i++)
		(void)add_of(w, "a.example", "shop", false);
	deliver_from(w, n);
	assert_int_equal(w->count, n + 101);
	/* After a while the others have stalled, and what is left goes. */
	n = w->count;
	spin_until(w, n + 1);
	schedule_get_stats(w->schedule, &st);
	assert_true(st.stalled > 100);
	spin(w);
	assert_next(w, "b.example", "shop");
	assert_true(w->count < 700);
}

static void
test_silent_bulk_delays_no_transactional(void **state)
{
	struct world *w = *state;
	unsigned n;

	schedule_lane_up(w->schedule, 0);
	add_silent(w, 1000, "letters", true);
	spin(w);
	n = w->count;
	assert_int_equal(n, LANE_USER_FIRST);
	assert_next(w, "a.example", "shop");
	/* The same user's, too. */
	assert_next(w, "b.example", "letters");
	/* To the domain that hangs, one goes beside the bulk. */
	assert_next(w, "letters-0.example", "shop");
}

static void
test_a_destination_that_worked_and_hangs_has_stalled(void **state)
{
	struct schedule_stats st;
	struct world *w = *state;
	unsigned i;

	schedule_lane_up(w->schedule, 0);
	for (i = 0; i < 40; i++)
		(void)add(w, "a.example");
	spin(w);
	for (i = 0; i < 10; i++) {
		mark_done(w, w->sent[i]);
		over(w, w->sent[i], SCHEDULE_OK);
		spin(w);
	}
	i = w->count;
	do {
		turn(w);
		schedule_get_stats(w->schedule, &st);
	} while (st.stalled == 0);
	assert_int_equal(w->count, i);
	/* One sign, and it goes on. */
	mark_done(w, w->sent[10]);
	over(w, w->sent[10], SCHEDULE_OK);
	schedule_get_stats(w->schedule, &st);
	assert_int_equal(st.stalled, 0);
	deliver_from(w, 11);
	assert_int_equal(w->count, 40);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_notice_and_end_do_not_wait_for_the_probe),
		TEST(test_notice_and_end_do_not_wait_for_the_retry),
		TEST(test_silent_destinations_leave_places_to_others),
		TEST(test_silent_bulk_delays_no_transactional),
		TEST(test_a_destination_that_worked_and_hangs_has_stalled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
