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
 * Counts of the last minute, hour and day.
 *
 * sources: lib/window.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "window.h"

#define START 1800000000

static void
expect(struct window *w, int64_t now, uint64_t minute, uint64_t hour,
    uint64_t day)
{
	window_pass(w, now);
	assert_int_equal(w->minute.sum, minute);
	assert_int_equal(w->hour.sum, hour);
	assert_int_equal(w->day.sum, day);
}

static void
what_is_old_is_forgotten(void **state)
{
	struct window w;

	memset(&w, 0, sizeof(w));
	expect(&w, START, 0, 0, 0);
	window_count(&w, START);
	window_count(&w, START);
	window_count(&w, START + 30);
	expect(&w, START + 59, 3, 3, 3);
	expect(&w, START + 60, 1, 3, 3);
	expect(&w, START + 90, 0, 3, 3);
	expect(&w, START + 3600, 0, 0, 3);
	expect(&w, START + 86399 - 1440, 0, 0, 3);
	expect(&w, START + 86400, 0, 0, 0);
}

static void
a_long_pause_and_a_clock_that_goes_back(void **state)
{
	struct window w;

	memset(&w, 0, sizeof(w));
	window_count(&w, START);
	expect(&w, START + 100 * 86400, 0, 0, 0);
	window_count(&w, START + 100 * 86400);
	window_count(&w, START);
	expect(&w, START + 100 * 86400, 2, 2, 2);
	expect(&w, INT64_MAX, 0, 0, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_old_is_forgotten),
		cmocka_unit_test(a_long_pause_and_a_clock_that_goes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
