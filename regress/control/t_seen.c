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
 * Signatures are new once, for as long as their date is taken.
 *
 * sources: control/seen.c control/record.c
 * sources: control/store_bdb.c control/store_rows.c control/store_copy.c control/store_key.c
 * sources: control/store_lock.c control/store_place.c
 * sources: lib/msg.c lib/log.c lib/logsock.c lib/compat.c
 * libs: -ldb-5.3 -lcrypto
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "seen.h"

#define NOW INT64_C(1800000000)

static void
a_signature_is_new_once(void **state)
{
	struct seen *s;
	uint64_t i;

	s = seen_new();
	assert_non_null(s);
	for (i = 0; i < 10000; i++)
		assert_int_equal(
		    seen_add(s, "u", NOW, i * 0x9e3779b97f4a7c15, NOW),
		    SEEN_NEW);
	for (i = 1; i < 10000; i++)
		assert_int_equal(
		    seen_add(s, "u", NOW, i * 0x9e3779b97f4a7c15, NOW),
		    SEEN_AGAIN);
	assert_int_equal(seen_count(s), 10000);
	seen_free(s);
}

static void
dates_out_of_bounds_are_not_taken(void **state)
{
	struct seen *s;

	s = seen_new();
	assert_int_equal(seen_add(s, "u", NOW - SEEN_SKEW - 1, 1, NOW),
	    SEEN_AGAIN);
	assert_int_equal(seen_add(s, "u", NOW + SEEN_SKEW + 1, 1, NOW),
	    SEEN_AGAIN);
	assert_int_equal(seen_add(s, "u", -1, 1, 0), SEEN_AGAIN);
	assert_int_equal(seen_add(s, "u", NOW - SEEN_SKEW, 1, NOW), SEEN_NEW);
	assert_int_equal(seen_add(s, "u", NOW + SEEN_SKEW, 1, NOW), SEEN_NEW);
	seen_free(s);
}

/* Each second of an hour, with dates at both ends of what is taken. */
static void
what_is_too_old_is_forgotten(void **state)
{
	struct seen *s;
	uint64_t hash;
	int64_t now;

	s = seen_new();
	for (now = NOW; now < NOW + 3600; now++) {
		hash = 2 * (uint64_t)now;
		assert_int_equal(seen_add(s, "u", now + SEEN_SKEW, hash, now),
		    SEEN_NEW);
		assert_int_equal(
		    seen_add(s, "u", now - SEEN_SKEW, hash + 1, now), SEEN_NEW);
		assert_int_equal(seen_add(s, "u", now + SEEN_SKEW, hash, now),
		    SEEN_AGAIN);
	}
	assert_true(seen_count(s) <= 2 * 2 * SEEN_SKEW + 240);
	seen_free(s);
}

/* A user that has all it may have keeps nobody else out, nor itself for long. */
static void
one_user_does_not_take_all_the_room(void **state)
{
	struct seen *s;
	uint64_t i;

	s = seen_new();
	for (i = 1; i <= SEEN_USER_MAX; i++) {
		if (seen_add(s, "u", NOW + SEEN_SKEW, i, NOW) != SEEN_NEW)
			break;
	}
	assert_int_equal(i, SEEN_USER_MAX + UINT64_C(1));
	assert_int_equal(seen_add(s, "u", NOW, i, NOW), SEEN_MANY);
	assert_int_equal(seen_add(s, "u", NOW + SEEN_SKEW, 1, NOW), SEEN_AGAIN);
	assert_int_equal(seen_add(s, "v", NOW, i, NOW), SEEN_NEW);
	assert_int_equal(seen_add(s, "u", NOW + 700, i, NOW + 700), SEEN_NEW);
	assert_int_equal(seen_add(s, "v", NOW + 700, 1, NOW + 700), SEEN_NEW);
	seen_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signature_is_new_once),
		cmocka_unit_test(dates_out_of_bounds_are_not_taken),
		cmocka_unit_test(one_user_does_not_take_all_the_room),
		cmocka_unit_test(what_is_too_old_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
