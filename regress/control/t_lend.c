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
 * Logins that are lent: for one session, for two minutes, a few at a time.
 *
 * sources: control/lend.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lend.h"

static struct credential
credential(unsigned n)
{
	struct credential c;

	memset(&c, 0, sizeof(c));
	(void)snprintf(c.id, sizeof(c.id), "id%u", n);
	(void)snprintf(c.login, sizeof(c.login), "login%u", n);
	memset(c.mac, 7, sizeof(c.mac));
	return c;
}

static void
one_session_and_no_other(void **state)
{
	struct lends l = { 0 };
	struct credential c, found;

	c = credential(1);
	assert_false(lend_find_login(&l, "login1", 1, &found));
	assert_int_equal(lend_add(&l, &c, 1), 0);
	assert_true(lend_find_login(&l, "login1", 2, &found));
	assert_memory_equal(found.mac, c.mac, sizeof(c.mac));
	assert_false(lend_find_login(&l, "login2", 2, &found));
	lend_use(&l, "id1");
	assert_false(lend_find_login(&l, "login1", 2, &found));
	/* The session goes on, and its secret is gone. */
	assert_true(lend_get(&l, "id1", 2, &found));
	assert_memory_not_equal(found.mac, c.mac, sizeof(c.mac));
}

static void
it_ends_by_itself(void **state)
{
	struct lends l = { 0 };
	struct credential c, found;

	c = credential(1);
	assert_int_equal(lend_add(&l, &c, 100), 0);
	assert_true(
	    lend_find_login(&l, "login1", 100 + LEND_SECONDS - 1, &found));
	assert_false(lend_find_login(&l, "login1", 100 + LEND_SECONDS, &found));
	assert_false(lend_get(&l, "id1", 100 + LEND_SECONDS, &found));
}

static void
there_are_few_at_a_time(void **state)
{
	struct lends l = { 0 };
	struct credential c;
	unsigned i;

	for (i = 0; i < LENDS_MAX; i++) {
		c = credential(i);
		assert_int_equal(lend_add(&l, &c, 100), 0);
	}
	assert_int_equal(lend_add(&l, &c, 100), -1);
	assert_int_equal(lend_add(&l, &c, 100 + LEND_SECONDS), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_session_and_no_other),
		cmocka_unit_test(it_ends_by_itself),
		cmocka_unit_test(there_are_few_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
