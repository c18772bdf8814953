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
 * Rates: windows, reservations, restarts and crashes.
 *
 * sources: control/limit.c control/meter.c control/rate.c control/record.c
 * sources: control/store_bdb.c control/store_rows.c control/store_key.c control/store_lock.c
 * sources: control/store_place.c
 * sources: regress/control/tmpdir.c
 * sources: lib/compat.c lib/log.c lib/logsock.c lib/msg.c
 * libs: -ldb-5.3 -lcrypto
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bounds.h"
#include "rate.h"
#include "store.h"
#include "tmpdir.h"

#define NOW INT64_C(1790000000)

static const uint8_t secret[STORE_SECRET_SIZE] = "a key for tests";

static char dir[TMPDIR_SIZE];
static struct store *store;
static struct rate *r;
static uint32_t limit;

static void
open_all(int64_t now)
{
	char why[ERROR_SIZE];

	store = store_open(dir, secret, why, sizeof(why));
	assert_non_null(store);
	r = rate_new();
	assert_non_null(r);
	assert_int_equal(rate_load(r, store, now), 0);
}

static void
close_all(bool clean)
{
	if (clean)
		assert_int_equal(rate_flush(r, true), 0);
	rate_free(r);
	(void)store_close(store);
}

static void
set(const char *id, uint32_t minute, uint32_t day)
{
	struct limit l = { .minute = minute, .day = day };

	assert_int_equal(store_begin(store), 0);
	assert_int_equal(limit_put(store, id, &l), STORE_OK);
	assert_int_equal(store_commit(store), 0);
	assert_int_equal(rate_set(r, id, &l, NOW), 0);
}

static int
set_up(void **state)
{
	tmpdir_make(dir);
	open_all(NOW);
	return 0;
}

static int
tear_down(void **state)
{
	close_all(true);
	tmpdir_remove(dir);
	return 0;
}

static enum rate_status
reserve(uint64_t number, const char *id, uint32_t units, int64_t now)
{
	struct rate_tx tx = { &store, number };
	struct rate_who who = { { "credential", id, "root" }, 3 };

	return rate_reserve(r, &tx, &who, units, now, &limit);
}

static void
commit(uint64_t number, uint32_t units, int64_t now)
{
	struct rate_tx tx = { &store, number };

	rate_commit(r, &tx, units, now);
}

static void
release(uint64_t number)
{
	struct rate_tx tx = { &store, number };

	rate_release(r, &tx);
}

static enum rate_status
accept(uint64_t number, const char *id, uint32_t units, int64_t now)
{
	enum rate_status s;

	s = reserve(number, id, units, now);
	if (s == RATE_OK)
		commit(number, units, now);
	return s;
}

static void
without_a_limit_nothing_is_held(void **state)
{
	set("other", 1, 1);
	assert_int_equal(reserve(1, "user", 1000, NOW), RATE_FREE);
	commit(1, 1000, NOW);
	release(1);
	assert_int_equal(reserve(1, "user", 1000, NOW), RATE_FREE);
}

static void
never_more_in_any_minute(void **state)
{
	int64_t now;

	set("user", 10, 0);
	for (now = NOW; now < NOW + 10; now++)
		assert_int_equal(accept(1, "user", 1, now), RATE_OK);
	for (; now <= NOW + 60; now++) {
		assert_int_equal(accept(1, "user", 1, now), RATE_MINUTE);
		assert_int_equal(limit, 10);
	}
	/* the first is a whole minute old */
	assert_int_equal(accept(1, "user", 1, NOW + 61), RATE_OK);
	assert_int_equal(accept(1, "user", 1, NOW + 61), RATE_MINUTE);
	assert_int_equal(accept(1, "user", 1, NOW + 62), RATE_OK);
}

static void
never_more_in_any_day(void **state)
{
	set("user", 0, 2);
	assert_int_equal(accept(1, "user", 1, NOW), RATE_OK);
	assert_int_equal(accept(1, "user", 1, NOW + 3600), RATE_OK);
	assert_int_equal(accept(1, "user", 1, NOW + 86399), RATE_DAY);
	assert_int_equal(accept(1, "user", 1, NOW + 86400), RATE_DAY);
	assert_int_equal(limit, 2);
	assert_int_equal(accept(1, "user", 1, NOW + 86400 + 600), RATE_OK);
	assert_int_equal(accept(1, "user", 1, NOW + 86400 + 600), RATE_DAY);
}

static void
what_is_reserved_counts_until_it_is_released(void **state)
{
	set("user", 3, 0);
	assert_int_equal(reserve(1, "user", 1, NOW), RATE_OK);
	assert_int_equal(reserve(1, "user", 1, NOW), RATE_OK);
	assert_int_equal(reserve(2, "user", 2, NOW), RATE_MINUTE);
	assert_int_equal(reserve(2, "user", 1, NOW), RATE_OK);
	assert_int_equal(reserve(3, "user", 1, NOW), RATE_MINUTE);
	release(1);
	release(1);
	assert_int_equal(reserve(3, "user", 2, NOW), RATE_OK);
	assert_int_equal(reserve(4, "user", 1, NOW), RATE_MINUTE);
	rate_gone(r, &r); /* another channel */
	assert_int_equal(reserve(4, "user", 1, NOW), RATE_MINUTE);
	rate_gone(r, &store);
	assert_int_equal(reserve(4, "user", 3, NOW), RATE_OK);
	/* committed is what it was in the end */
	commit(4, 1, NOW);
	assert_int_equal(reserve(5, "user", 2, NOW), RATE_OK);
	assert_int_equal(reserve(6, "user", 1, NOW), RATE_MINUTE);
}

static void
a_larger_message_needs_more(void **state)
{
	struct rate_tx tx = { &store, 1 }, none = { &store, 2 };

	set("user", 0, 10);
	assert_int_equal(reserve(1, "user", 2, NOW), RATE_OK);
	assert_int_equal(rate_resize(r, &tx, 10, NOW, &limit), RATE_OK);
	assert_int_equal(rate_resize(r, &tx, 5, NOW, &limit), RATE_OK);
	assert_int_equal(rate_resize(r, &tx, 11, NOW, &limit), RATE_DAY);
	assert_int_equal(limit, 10);
	assert_int_equal(rate_resize(r, &none, 1, NOW, &limit), RATE_FAIL);
	release(1);
	assert_int_equal(reserve(2, "user", 10, NOW), RATE_OK);
}

static void
the_strictest_holds(void **state)
{
	set("user", 5, 0);
	set("credential", 4, 0);
	set("root", 0, 3);
	assert_int_equal(reserve(1, "user", 6, NOW), RATE_DAY);
	assert_int_equal(limit, 3);
	assert_int_equal(reserve(1, "user", 3, NOW), RATE_OK);
	assert_int_equal(reserve(2, "user", 1, NOW), RATE_DAY);
	set("root", 0, 0);
	assert_int_equal(reserve(2, "user", 3, NOW), RATE_MINUTE);
	assert_int_equal(limit, 4);
	assert_int_equal(reserve(2, "user", 1, NOW), RATE_OK);
}

static void
restart_counts_on(void **state)
{
	set("user", 0, 10);
	assert_int_equal(accept(1, "user", 4, NOW), RATE_OK);
	close_all(true);
	open_all(NOW + 60);
	assert_int_equal(accept(1, "user", 7, NOW + 60), RATE_DAY);
	assert_int_equal(accept(1, "user", 6, NOW + 60), RATE_OK);
	close_all(true);
	open_all(NOW + 120);
	assert_int_equal(accept(1, "user", 1, NOW + 120), RATE_DAY);
	/* the first is out of the window, the second is not */
	assert_int_equal(accept(1, "user", 11, NOW + 90000), RATE_DAY);
	assert_int_equal(accept(1, "user", 10, NOW + 90000), RATE_OK);
}

/* Whatever was accepted or promised before a crash is counted after it. */
static void
crash_never_counts_too_low(void **state)
{
	char id[16];
	uint32_t n, i;

	for (n = 1; n <= 40; n++) {
		(void)snprintf(id, sizeof(id), "user %u", n);
		set(id, 0, 1000);
		for (i = 0; i < n; i++)
			assert_int_equal(accept(i, id, 1, NOW), RATE_OK);
		assert_int_equal(reserve(n, id, 5, NOW), RATE_OK);
		close_all(false);
		open_all(NOW);
		assert_int_equal(accept(1, id, 1000 - n - 4, NOW), RATE_DAY);
	}
}

static void
a_crash_costs_a_part_of_the_limit_only(void **state)
{
	struct rate_use use;
	unsigned i;

	set("user", 0, 1600);
	for (i = 0; i < 100; i++)
		assert_int_equal(accept(i, "user", 1, NOW), RATE_OK);
	close_all(false);
	open_all(NOW);
	rate_use(r, "user", NOW, &use);
	assert_in_range(use.day, 100, 100 + 1600 / 16 + 2);
}

static void
a_clock_set_back_forgets_nothing(void **state)
{
	set("user", 2, 0);
	assert_int_equal(accept(1, "user", 2, NOW), RATE_OK);
	assert_int_equal(accept(1, "user", 1, NOW - 3600), RATE_MINUTE);
	assert_int_equal(accept(1, "user", 1, NOW - 3600 + 61), RATE_OK);
}

static void
a_removed_limit_does_not_hold(void **state)
{
	set("user", 1, 1);
	assert_int_equal(reserve(1, "user", 1, NOW), RATE_OK);
	rate_forget(r, "user");
	assert_int_equal(reserve(2, "user", 100, NOW), RATE_FREE);
	release(1);
	assert_int_equal(reserve(3, "user", 100, NOW), RATE_FREE);
}

static void
units_do_not_overflow(void **state)
{
	uint64_t i;

	set("user", UINT32_MAX, UINT32_MAX);
	for (i = 0; i < 83; i++)
		assert_int_equal(accept(i, "user", RATE_UNITS_MAX, NOW),
		    RATE_OK);
	assert_int_equal(accept(i, "user", RATE_UNITS_MAX, NOW), RATE_DAY);
	assert_int_equal(reserve(1, "user", 1, NOW), RATE_OK);
	assert_int_equal(reserve(1, "user", RATE_UNITS_MAX, NOW), RATE_FAIL);
}

int
main(void)
{
#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(without_a_limit_nothing_is_held),
		TEST(never_more_in_any_minute),
		TEST(never_more_in_any_day),
		TEST(what_is_reserved_counts_until_it_is_released),
		TEST(a_larger_message_needs_more),
		TEST(the_strictest_holds),
		TEST(restart_counts_on),
		TEST(crash_never_counts_too_low),
		TEST(a_crash_costs_a_part_of_the_limit_only),
		TEST(a_clock_set_back_forgets_nothing),
		TEST(a_removed_limit_does_not_hold),
		TEST(units_do_not_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
