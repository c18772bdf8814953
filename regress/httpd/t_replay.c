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

/* sources: httpd/replay.c */

/*
 * Signatures that come again.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "httplimits.h"
#include "replay.h"

#define MANY 100000u

/* The nth of many signatures that look like chance. */
static bool
seen(struct replay *r, uint64_t n, int64_t now)
{
	uint8_t signature[256];

	memset(signature, 0, sizeof(signature));
	n = (n + 1) * UINT64_C(0x9e3779b97f4a7c15);
	memcpy(signature, &n, sizeof(n));
	return replay_seen(r, signature, sizeof(signature), now);
}

static void
test_again(void **state)
{
	struct replay *r;
	uint64_t i;

	r = replay_new(MANY);
	assert_non_null(r);
	for (i = 0; i < 10000; i++)
		assert_false(seen(r, i, 1000));
	for (i = 0; i < 10000; i++)
		assert_true(seen(r, i, 1000));
	assert_int_equal(replay_count(r), 10000);
	replay_free(r);
	replay_free(NULL);
}

/* Remembered as long as its date can be accepted, forgotten some time. */
static void
test_time(void **state)
{
	struct replay *r;
	int64_t now = 1000;
	uint64_t n;

	r = replay_new(MANY);
	for (n = 0; n < 5000; n++) {
		assert_false(seen(r, n, now + (int64_t)n));
		if (n >= 2 * SIGNATURE_SKEW)
			assert_true(
			    seen(r, n - 2 * SIGNATURE_SKEW, now + (int64_t)n));
	}
	assert_true(replay_count(r) <= 4 * SIGNATURE_SKEW + 4);
	/* Nothing for a long time: a clean table, and an empty elder. */
	assert_false(seen(r, 1, now + 100000));
	assert_int_equal(replay_count(r), 1);
	replay_free(r);
}

/* More than may be kept: the oldest go, the memory does not grow. */
static void
test_many(void **state)
{
	struct replay *r;
	uint64_t i;

	r = replay_new(MANY);
	for (i = 0; i < 10 * MANY; i++)
		assert_false(seen(r, i, 1000));
	assert_true(replay_count(r) <= 2 * MANY);
	for (i = 9 * MANY; i < 10 * MANY; i++)
		assert_true(seen(r, i, 1000));
	replay_free(r);
}

/* The clock goes back: nothing is forgotten for it. */
static void
test_clock(void **state)
{
	struct replay *r;

	r = replay_new(MANY);
	assert_false(seen(r, 1, 10000));
	assert_true(seen(r, 1, 1));
	assert_true(seen(r, 1, 10001));
	replay_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
