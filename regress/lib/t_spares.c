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
 * Messages that the queue has opened ahead.
 *
 * sources: lib/spares.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "spares.h"

static void
one_that_was_asked_for_is_taken_once(void **state)
{
	struct spares s = { .count = 0 };

	assert_int_equal(spares_take(&s, 0), 0);
	assert_true(spares_want(&s));
	spares_come(&s, 7, 100);
	assert_int_equal(spares_take(&s, 100), 7);
	assert_int_equal(spares_take(&s, 100), 0);
	assert_true(spares_want(&s));
	spares_come(&s, 0, 100);
	assert_int_equal(spares_take(&s, 100), 0);
	assert_int_equal(spares_drop(&s), 0);
}

/* It is not given out, but is still there to be aborted. */
static void
an_old_one_is_only_dropped(void **state)
{
	struct spares s = { .count = 0 };

	spares_come(&s, 7, 100);
	spares_come(&s, 8, 100);
	assert_int_equal(spares_take(&s, 100 + SPARES_SECONDS - 1), 8);
	assert_int_equal(spares_take(&s, 100 + SPARES_SECONDS), 0);
	assert_int_equal(spares_drop(&s), 7);
	assert_int_equal(spares_drop(&s), 0);
}

/* What is under way counts, so that all that come find a place. */
static void
they_are_bounded(void **state)
{
	struct spares s = { .count = 0 };
	unsigned i;

	for (i = 0; i < SPARES_MAX; i++)
		assert_true(spares_want(&s));
	assert_false(spares_want(&s));
	spares_come(&s, 0, 0);
	assert_true(spares_want(&s));
	for (i = 0; i < SPARES_MAX; i++)
		spares_come(&s, i + 1, 0);
	assert_int_equal(s.count, SPARES_MAX);
	assert_false(spares_want(&s));
	assert_int_equal(spares_take(&s, 0), SPARES_MAX);
	assert_true(spares_want(&s));
	spares_forget(&s);
	assert_int_equal(spares_drop(&s), 0);
	assert_true(spares_want(&s));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_was_asked_for_is_taken_once),
		cmocka_unit_test(an_old_one_is_only_dropped),
		cmocka_unit_test(they_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
