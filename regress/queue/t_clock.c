/* sources: lib/idn.c lib/address.c lib/compat.c */
/* libs: -lidn2 */
/* sources: queue/clock.c queue/schedule.c queue/places.c queue/timing.c queue/sweep.c queue/flow.c queue/steer.c */
/* sources: queue/message.c queue/destination.c queue/owner.c queue/pool.c queue/heap.c */
/* sources: queue/envelope.c queue/blob.c queue/record.c lib/crc32c.c */
/* sources: lib/log.c lib/logsock.c lib/compat.c */
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
 * Steps of the wall clock: the schedule does not see them, nothing expires or
 * is retried early, also when the process is started again after one.
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
#include "schedule.h"

#define HOUR   INT64_C(3600)
#define EXPIRE (4 * 24 * HOUR)

/* What the clocks say, in the place of libc's; seconds. */
static bool is_fake;
static int64_t wall = INT64_C(1800000000);
static int64_t mono = 1000;
static long late; /* nanoseconds, of the wall clock's readings */

int
clock_gettime(clockid_t id, struct timespec *ts)
{
	struct timespec real;

	if (!is_fake) {
		if (timespec_get(&real, TIME_UTC) == 0)
			return -1;
		*ts = real;
		return 0;
	}
	ts->tv_sec = (time_t)(id == CLOCK_REALTIME ? wall : mono);
	ts->tv_nsec = id == CLOCK_REALTIME ? late : 0;
	return 0;
}

static void
pass(int64_t seconds)
{
	wall += seconds;
	mono += seconds;
}

static int
send_cb(struct task *t, unsigned lane, void *arg)
{
	return 0;
}

static void
task_cb(struct task *t, void *arg)
{
}

static bool
stuffed_cb(void *arg)
{
	return false;
}

static const int64_t steps[] = { HOUR, -HOUR, 24 * HOUR, -24 * HOUR };

/* A message that is some days old, through a step and up to its end. */
static void
test_a_step_ends_nothing_early(void **state)
{
	static const struct schedule_hooks hooks = { send_cb, task_cb, task_cb,
		stuffed_cb, NULL };
	struct conf_queue conf = { .expire = EXPIRE,
		.retries = 1,
		.retry = { 3600 } };
	struct destinations d = { .count = 0 };
	const char *domain = "example.net";
	struct event_base *base;
	struct schedule *s;
	struct message *m;
	int64_t before, next;
	size_t i;

	base = event_base_new();
	s = schedule_new(base, &hooks);
	schedule_conf(s, &conf);
	m = message_new(&d, 1, 1, &domain);
	assert_int_equal(message_set_owner(&d, m, "app"), 0);
	is_fake = true;
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		m->accepted = clock_now();
		pass(EXPIRE - 2 * HOUR);
		before = clock_now();
		wall += steps[i];
		assert_true(clock_now() == before);
		next = schedule_next_try(s, &m->task[0]) - clock_seconds();
		assert_in_range(next, HOUR * 9 / 10, HOUR * 11 / 10);
		pass(2 * HOUR - 1);
		assert_false(schedule_expired(s, m));
		pass(1);
		assert_true(schedule_expired(s, m));
	}
	is_fake = false;
	message_free(&d, m);
	schedule_free(s);
	destinations_free(&d);
	event_base_free(base);
}

/* The process starts again: its time goes on, unless the step was far. */
static void
test_a_start_after_a_step(void **state)
{
	char path[] = "/tmp/edd-clock.XXXXXX";
	int64_t now;
	size_t i;
	int fd;

	fd = mkstemp(path);
	assert_true(fd != -1);
	(void)close(fd);
	is_fake = true;
	clock_boot();
	clock_keep(path);
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		now = clock_now();
		wall += steps[i];
		pass(60);
		clock_keep(path);
		if (steps[i] == HOUR || steps[i] == -HOUR)
			assert_true(clock_now() == now + 60000);
		else
			assert_true(clock_now() == wall * 1000);
	}
	is_fake = false;
	(void)unlink(path);
}

/* What the file says is damaged, or of another start of the machine. */
static void
test_a_file_that_does_not_fit(void **state)
{
	static const char *const texts[] = { "", "x", "other-boot 5\n",
		"other-boot\n", "\n\n\n" };
	char path[] = "/tmp/edd-clock.XXXXXX";
	size_t i;
	FILE *f;
	int fd;

	fd = mkstemp(path);
	assert_true(fd != -1);
	(void)close(fd);
	is_fake = true;
	clock_boot();
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		f = fopen(path, "w");
		assert_non_null(f);
		(void)fputs(texts[i], f);
		(void)fclose(f);
		clock_keep(path);
		assert_true(clock_now() == wall * 1000);
	}
	is_fake = false;
	(void)unlink(path);
}

/* As of the wall clock, and not of when that is read. */
static void
test_a_moment_has_one_date(void **state)
{
	int64_t when, date;

	is_fake = true;
	when = clock_now() / 1000 * 1000;
	date = clock_date(when);
	for (late = 1; late < 400000000; late *= 10)
		assert_true(clock_date(when) == date);
	late = 0;
	wall -= HOUR;
	assert_true(clock_date(when) == date - HOUR * 1000);
	late = 3000000;
	assert_true(clock_date(when) == date - HOUR * 1000);
	late = 0;
	wall += HOUR;
	assert_true(clock_date(when) == date);
	is_fake = false;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_step_ends_nothing_early),
		cmocka_unit_test(test_a_start_after_a_step),
		cmocka_unit_test(test_a_file_that_does_not_fit),
		cmocka_unit_test(test_a_moment_has_one_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
