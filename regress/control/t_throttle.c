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
 * Addresses that failed: the window, the block, restarts, and many addresses.
 *
 * sources: control/throttle.c control/steady.c control/record.c control/store_bdb.c control/store_rows.c
 * sources: control/store_key.c control/store_lock.c
 * sources: control/store_place.c
 * sources: regress/control/tmpdir.c regress/control/fake_proc.c
 * sources: lib/compat.c lib/log.c lib/logsock.c lib/msg.c lib/netkey.c
 * libs: -levent -ldb-5.3 -lcrypto
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "bounds.h"
#include "proto_conf.h"
#include "store.h"
#include "throttle.h"
#include "tmpdir.h"

static const uint8_t secret[STORE_SECRET_SIZE] = "a key for tests";
static const struct conf_policy rule = { 3, 60, 100, 1, 1, 1, 0 };

static char dir[TMPDIR_SIZE];
static struct store *store;
static struct throttle *t;
static unsigned told;
static uint32_t told_seconds;
static int64_t now;

static void
tell(const uint8_t key[NETKEY_SIZE], uint32_t seconds, void *arg)
{
	told++;
	told_seconds = seconds;
}

static void
open_all(void)
{
	char why[ERROR_SIZE];

	store = store_open(dir, secret, why, sizeof(why));
	assert_non_null(store);
	t = throttle_new(tell, NULL);
	assert_non_null(t);
	throttle_set(t, &rule);
	assert_int_equal(throttle_load(t, store), 0);
}

static void
close_all(void)
{
	assert_int_equal(throttle_flush(t), 0);
	throttle_free(t);
	(void)store_close(store);
}

static int
set_up(void **state)
{
	told = 0;
	now = (int64_t)time(NULL);
	tmpdir_make(dir);
	open_all();
	return 0;
}

static int
tear_down(void **state)
{
	close_all();
	tmpdir_remove(dir);
	return 0;
}

static void
failures_in_the_window_block(void **state)
{
	assert_false(throttle_fail(t, "192.0.2.1", now));
	assert_false(throttle_fail(t, "192.0.2.1", now + 1));
	assert_false(throttle_holds(t, "192.0.2.1", now + 2));
	assert_true(throttle_fail(t, "192.0.2.1", now + 2));
	assert_int_equal(told, 1);
	assert_int_equal(told_seconds, 100);
	assert_true(throttle_holds(t, "192.0.2.1", now + 101));
	assert_false(throttle_holds(t, "192.0.2.1", now + 102));
	assert_false(throttle_holds(t, "192.0.2.2", now + 2));
	/* what failed while blocked does not make it longer */
	assert_true(throttle_fail(t, "192.0.2.1", now + 50));
	assert_false(throttle_holds(t, "192.0.2.1", now + 102));
}

static void
window_slides(void **state)
{
	int64_t i;

	for (i = 0; i < 50; i++)
		assert_false(throttle_fail(t, "192.0.2.1", now + i * 31));
	assert_false(throttle_fail(t, "192.0.2.2", now));
	assert_false(throttle_fail(t, "192.0.2.2", now + 59));
	assert_false(throttle_fail(t, "192.0.2.2", now + 60));
	assert_true(throttle_fail(t, "192.0.2.2", now + 61));
}

static void
an_ipv6_network_is_one_client(void **state)
{
	assert_false(throttle_fail(t, "2001:db8:1:2::1", now));
	assert_false(throttle_fail(t, "2001:db8:1:2:ffff::1", now));
	assert_false(throttle_fail(t, "2001:db8:1:3::1", now));
	assert_true(throttle_fail(t, "2001:db8:1:2:abcd::9", now));
	assert_true(throttle_holds(t, "2001:db8:1:2::77", now));
	assert_false(throttle_holds(t, "2001:db8:1:3::1", now));
	/* IPv4 in IPv6 is the IPv4 client */
	assert_false(throttle_fail(t, "::ffff:192.0.2.9", now));
	assert_false(throttle_fail(t, "192.0.2.9", now));
	assert_true(throttle_fail(t, "192.0.2.9", now));
}

static void
restart_forgets_nothing(void **state)
{
	unsigned i;

	for (i = 0; i < 3; i++)
		(void)throttle_fail(t, "192.0.2.1", now);
	for (i = 0; i < 2; i++)
		(void)throttle_fail(t, "192.0.2.2", now);
	close_all();
	open_all();
	assert_true(throttle_holds(t, "192.0.2.1", now));
	assert_true(throttle_fail(t, "192.0.2.2", now));
}

static void
what_is_over_leaves_the_store(void **state)
{
	(void)throttle_fail(t, "192.0.2.1", now - 1000);
	close_all();
	open_all();
	assert_int_equal(throttle_clear(t, NULL), 0);
}

static void
clear_forgets_and_tells(void **state)
{
	uint8_t key[NETKEY_SIZE];
	unsigned i;

	for (i = 0; i < 3; i++)
		(void)throttle_fail(t, "192.0.2.1", now);
	(void)throttle_fail(t, "192.0.2.2", now);
	assert_int_equal(netkey_parse("192.0.2.3", key), 0);
	assert_int_equal(throttle_clear(t, key), 0);
	assert_int_equal(netkey_parse("192.0.2.1", key), 0);
	assert_int_equal(throttle_clear(t, key), 1);
	assert_int_equal(told, 2);
	assert_int_equal(told_seconds, 0);
	assert_false(throttle_holds(t, "192.0.2.1", now));
	assert_int_equal(throttle_clear(t, NULL), 1);
	close_all();
	open_all();
	assert_false(throttle_holds(t, "192.0.2.1", now));
}

/* Cleared and failed again before it was written: the store has the new. */
static void
cleared_and_failed_again_is_kept(void **state)
{
	unsigned i;

	(void)throttle_fail(t, "192.0.2.1", now);
	assert_int_equal(throttle_flush(t), 0);
	(void)throttle_clear(t, NULL);
	for (i = 0; i < 3; i++)
		(void)throttle_fail(t, "192.0.2.1", now);
	close_all();
	open_all();
	assert_true(throttle_holds(t, "192.0.2.1", now));
}

static void
many_addresses_do_not_grow_it(void **state)
{
	char text[64];
	unsigned i;

	for (i = 0; i < 3; i++)
		(void)throttle_fail(t, "192.0.2.1", now);
	for (i = 0; i < 3 * THROTTLE_MAX; i++) {
		(void)snprintf(text, sizeof(text), "2001:db8:%x:%x::1", i >> 16,
		    i & 0xffff);
		(void)throttle_fail(t, text, now);
	}
	assert_true(throttle_holds(t, "192.0.2.1", now));
	assert_int_equal(throttle_clear(t, NULL), THROTTLE_MAX);
}

static void
a_clock_set_back_frees(void **state)
{
	unsigned i;

	for (i = 0; i < 3; i++)
		(void)throttle_fail(t, "192.0.2.1", now);
	assert_false(throttle_holds(t, "192.0.2.1", now - 3600));
}

static void
what_is_no_address_does_not_count(void **state)
{
	static const char *const bad[] = { "", "-", "localhost", "192.0.2.1/24",
		"192.0.2.1/64", "2001:db8::1/65", "2001:db8::1%eth0" };
	unsigned i, k;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		for (k = 0; k < 5; k++)
			assert_false(throttle_fail(t, bad[i], now));
	}
	assert_int_equal(throttle_clear(t, NULL), 0);
}

static void
off_is_off(void **state)
{
	struct conf_policy off;
	unsigned i;

	for (i = 0; i < 3; i++)
		(void)throttle_fail(t, "192.0.2.1", now);
	off = rule;
	off.throttle_failures = 0;
	throttle_set(t, &off);
	assert_false(throttle_holds(t, "192.0.2.1", now));
	for (i = 0; i < 10; i++)
		assert_false(throttle_fail(t, "192.0.2.2", now));
}

int
main(void)
{
#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(failures_in_the_window_block),
		TEST(window_slides),
		TEST(an_ipv6_network_is_one_client),
		TEST(restart_forgets_nothing),
		TEST(what_is_over_leaves_the_store),
		TEST(clear_forgets_and_tells),
		TEST(cleared_and_failed_again_is_kept),
		TEST(many_addresses_do_not_grow_it),
		TEST(a_clock_set_back_frees),
		TEST(what_is_no_address_does_not_count),
		TEST(off_is_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
