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

/* sources: lib/date.c */

/*
 * Dates: known instants, and the whole calendar against the C library.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "date.h"

static const struct {
	int64_t seconds;
	int offset;
	const char *text;
} rfc5322[] = {
	{ 0, 0, "Thu, 01 Jan 1970 00:00:00 +0000" },
	{ 0, 60, "Thu, 01 Jan 1970 01:00:00 +0100" },
	{ 3600, -60, "Thu, 01 Jan 1970 00:00:00 -0100" },
	{ 951782399, 0, "Mon, 28 Feb 2000 23:59:59 +0000" },
	{ 951782400, 0, "Tue, 29 Feb 2000 00:00:00 +0000" },
	{ 951868800, 0, "Wed, 01 Mar 2000 00:00:00 +0000" },
	{ 1709251199, 0, "Thu, 29 Feb 2024 23:59:59 +0000" },
	{ 1735689599, 0, "Tue, 31 Dec 2024 23:59:59 +0000" },
	{ 1735689599, 345, "Wed, 01 Jan 2025 05:44:59 +0545" },
	{ 1735689600, -210, "Tue, 31 Dec 2024 20:30:00 -0330" },
	{ 2147483648, 0, "Tue, 19 Jan 2038 03:14:08 +0000" },
	{ 4107542400, 0, "Mon, 01 Mar 2100 00:00:00 +0000" },
	{ 253402300799, 0, "Fri, 31 Dec 9999 23:59:59 +0000" },
};

static void
test_rfc5322(void **state)
{
	char buf[DATE_RFC5322_SIZE];
	size_t i;

	for (i = 0; i < sizeof(rfc5322) / sizeof(rfc5322[0]); i++) {
		assert_int_equal(0,
		    date_rfc5322(rfc5322[i].seconds, rfc5322[i].offset, buf,
			sizeof(buf)));
		assert_string_equal(buf, rfc5322[i].text);
	}
}

static void
test_rfc3339(void **state)
{
	char buf[DATE_RFC3339_SIZE];

	assert_int_equal(0, date_rfc3339(0, 0, buf, sizeof(buf)));
	assert_string_equal(buf, "1970-01-01T00:00:00.000Z");
	assert_int_equal(0, date_rfc3339(1709251199, 7, buf, sizeof(buf)));
	assert_string_equal(buf, "2024-02-29T23:59:59.007Z");
	assert_int_equal(0, date_rfc3339(253402300799, 999, buf, sizeof(buf)));
	assert_string_equal(buf, "9999-12-31T23:59:59.999Z");
}

static void
test_refused(void **state)
{
	char buf[DATE_RFC5322_SIZE];

	assert_int_equal(-1, date_rfc5322(-1, 0, buf, sizeof(buf)));
	assert_int_equal(-1, date_rfc5322(0, -1, buf, sizeof(buf)));
	assert_int_equal(-1, date_rfc5322(253402300800, 0, buf, sizeof(buf)));
	assert_int_equal(-1, date_rfc5322(253402300799, 1, buf, sizeof(buf)));
	assert_int_equal(-1, date_rfc5322(INT64_MAX, 60, buf, sizeof(buf)));
	assert_int_equal(-1, date_rfc5322(INT64_MIN, -60, buf, sizeof(buf)));
	assert_int_equal(-1, date_rfc5322(86400, 1440, buf, sizeof(buf)));
	assert_int_equal(-1, date_rfc5322(864000, -1440, buf, sizeof(buf)));
	assert_int_equal(-1, date_rfc5322(864000, INT32_MIN, buf, sizeof(buf)));
	assert_int_equal(-1, date_rfc5322(0, 0, buf, 31));
	assert_int_equal(-1, date_rfc3339(0, -1, buf, sizeof(buf)));
	assert_int_equal(-1, date_rfc3339(0, 1000, buf, sizeof(buf)));
	errno = 0;
	assert_int_equal(-1, date_rfc3339(0, 0, buf, 24));
	assert_int_equal(errno, ERANGE);
}

/* Each day from 1970 to 2400, which holds every kind of century. */
static void
test_calendar(void **state)
{
	char buf[DATE_RFC5322_SIZE], expected[64];
	struct tm tm;
	time_t t;

	for (t = 0; t < 13600000000; t += 86399) {
		assert_non_null(gmtime_r(&t, &tm));
		assert_int_not_equal(0,
		    strftime(expected, sizeof(expected),
			"%a, %d %b %Y %H:%M:%S +0000", &tm));
		assert_int_equal(0, date_rfc5322(t, 0, buf, sizeof(buf)));
		assert_string_equal(buf, expected);
		assert_int_equal(t,
		    date_seconds(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
			tm.tm_hour, tm.tm_min, tm.tm_sec));
	}
}

/* Days and times that there are not. */
static void
test_no_such(void **state)
{
	assert_int_equal(-1, date_seconds(2026, 2, 29, 0, 0, 0));
	assert_int_equal(-1, date_seconds(2100, 2, 29, 0, 0, 0));
	assert_int_equal(-1, date_seconds(2026, 4, 31, 0, 0, 0));
	assert_int_equal(-1, date_seconds(2026, 13, 1, 0, 0, 0));
	assert_int_equal(-1, date_seconds(2026, 1, 0, 0, 0, 0));
	assert_int_equal(-1, date_seconds(1969, 12, 31, 23, 59, 59));
	assert_int_equal(-1, date_seconds(10000, 1, 1, 0, 0, 0));
	assert_int_equal(-1, date_seconds(2026, 1, 1, 24, 0, 0));
	assert_int_equal(-1, date_seconds(2026, 6, 30, 23, 59, 60));
	assert_int_equal(0, date_seconds(1970, 1, 1, 0, 0, 0));
	assert_int_equal(253402300799, date_seconds(9999, 12, 31, 23, 59, 59));
}

static void
test_local_offset(void **state)
{
	assert_int_equal(0, setenv("TZ", "XYZ-5:45", 1));
	tzset();
	assert_int_equal(date_local_offset(1735689599), 345);
	assert_int_equal(0, setenv("TZ", "XYZ+3:30", 1));
	tzset();
	assert_int_equal(date_local_offset(1735689599), -210);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc5322),
		cmocka_unit_test(test_rfc3339),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_calendar),
		cmocka_unit_test(test_no_such),
		cmocka_unit_test(test_local_offset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
