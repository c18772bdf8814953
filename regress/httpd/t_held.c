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

/* sources: httpd/held.c lib/compat.c */

/*
 * Octets in memory: what all have, what one user has, and that it is given
 * back.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "held.h"

static void
all_and_one_user(void **state)
{
	struct held *h;

	h = held_new(100, 25);
	assert_non_null(h);
	assert_int_equal(held_take(h, "a", 0, 10), HELD_OK);
	assert_int_equal(held_take(h, "a", 10, 5), HELD_OK);
	assert_int_equal(held_take(h, "a", 0, 11), HELD_USER);
	assert_int_equal(held_take(h, "a", 0, 10), HELD_OK);
	assert_int_equal(held_take(h, "a", 10, 1), HELD_USER);
	assert_int_equal(held_take(h, "b", 0, 25), HELD_OK);
	assert_int_equal(held_total(h), 50);
	assert_int_equal(held_take(h, "c", 0, 51), HELD_ALL);
	assert_int_equal(held_take(h, "c", 0, SIZE_MAX), HELD_ALL);
	held_give(h, "a", 15);
	assert_int_equal(held_take(h, "a", 10, 15), HELD_OK);
	held_give(h, "a", 25);
	held_give(h, "b", 25);
	held_give(h, "c", 0);
	assert_int_equal(held_total(h), 0);
	held_free(h);
}

/* A message as large as a message may be is taken if it is the only one. */
static void
the_only_request_may_be_larger(void **state)
{
	struct held *h;

	h = held_new(100, 25);
	assert_int_equal(held_take(h, "a", 0, 40), HELD_OK);
	assert_int_equal(held_take(h, "a", 40, 40), HELD_OK);
	assert_int_equal(held_take(h, "a", 0, 1), HELD_USER);
	assert_int_equal(held_take(h, "b", 0, 20), HELD_OK);
	assert_int_equal(held_take(h, "b", 20, 1), HELD_ALL);
	held_give(h, "a", 80);
	assert_int_equal(held_take(h, "a", 0, 1), HELD_OK);
	held_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_and_one_user),
		cmocka_unit_test(the_only_request_may_be_larger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
