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

/* sources: httpd/httpdate.c lib/date.c */

/*
 * Dates of HTTP and of queries.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "httpdate.h"

static const char *const refused[] = { "", "Thu, 01 Jan 1970 00:00:00",
	"Thu, 01 Jan 1970 00:00:00 UTC", "Thu, 01 Jan 1970 00:00:00 +0000",
	"thu, 01 Jan 1970 00:00:00 GMT", "Thu, 01 jan 1970 00:00:00 GMT",
	"Fri, 01 Jan 1970 00:00:00 GMT", "Thu, 1 Jan 1970 00:00:00 GMT",
	"Thu, 32 Jan 1970 00:00:00 GMT", "Thu, 01 Jan 1970 24:00:00 GMT",
	"Thu, 01 Jan 1970 00:60:00 GMT", "Thu, 01 Jan 1970 00:00:60 GMT",
	"Thu,  1 Jan 1970 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT ",
	"Thu, 01-Jan-1970 00:00:00 GMT", "Thursday, 01-Jan-70 00:00:00 GMT",
	"Thu Jan  1 00:00:00 1970", "Thu, 01 Xxx 1970 00:00:00 GMT",
	"Thu, +1 Jan 1970 00:00:00 GMT", "Sat, 29 Feb 2025 00:00:00 GMT" };

static void
test_fixdate(void **state)
{
	char text[HTTPDATE_SIZE];
	int64_t t;
	size_t i;

	assert_int_equal(0,
	    httpdate_parse("Tue, 24 Nov 2026 17:22:07 GMT", &t));
	assert_int_equal(t, 1795540927);
	assert_int_equal(0, httpdate_format(t, text));
	assert_string_equal(text, "Tue, 24 Nov 2026 17:22:07 GMT");
	assert_int_equal(0,
	    httpdate_parse("Fri, 31 Dec 9999 23:59:59 GMT", &t));
	assert_int_equal(-1, httpdate_format(t + 1, text));
	assert_int_equal(-1, httpdate_format(-1, text));
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		if (httpdate_parse(refused[i], &t) != -1)
			fail_msg("%s", refused[i]);
	}
}

static const struct {
	const char *text;
	int64_t seconds; /* -1: refused */
	int millis;
} rfc3339[] = {
	{ "1970-01-01T00:00:00Z", 0, 0 },
	{ "1970-01-01T0:00:00Z", 0, 0 },
	{ "1970-01-01T3:04:05Z", 11045, 0 },
	{ "1970-01-01t03:04:05z", 11045, 0 },
	{ "1970-01-01T03:04:05.1Z", 11045, 100 },
	{ "1970-01-01T03:04:05.1239Z", 11045, 123 },
	{ "1970-01-01T03:04:05.123+01:00", 7445, 123 },
	{ "1970-01-01T03:04:05-01:30", 16445, 0 },
	{ "1970-01-01T00:00:00+00:01", -1, 0 },
	{ "1970-01-01T00:00:00", -1, 0 },
	{ "1970-01-01T00:00:00.Z", -1, 0 },
	{ "1970-01-01T00:00:00+0100", -1, 0 },
	{ "1970-01-01T00:00:00 01:00", -1, 0 },
	{ "1970-01-01T00:00:00+24:00", -1, 0 },
	{ "1970-01-01T00:00:00+01:60", -1, 0 },
	{ "1970-01-01 00:00:00Z", -1, 0 },
	{ "1970-1-01T00:00:00Z", -1, 0 },
	{ "1970-01-01T24:00:00Z", -1, 0 },
	{ "1970-01-01T00:0:00Z", -1, 0 },
	{ "1970-01-01T000:00:00Z", -1, 0 },
	{ "1970-01-01T00:00Z", -1, 0 },
	{ "1970-01-01", -1, 0 },
	{ "2026-02-29T00:00:00Z", -1, 0 },
	{ "", -1, 0 },
	{ "now", -1, 0 },
};

static void
test_rfc3339(void **state)
{
	int64_t t;
	size_t i;
	int ms, rc;

	for (i = 0; i < sizeof(rfc3339) / sizeof(rfc3339[0]); i++) {
		rc = httpdate_parse_rfc3339(rfc3339[i].text, &t, &ms);
		if (rfc3339[i].seconds == -1 ?
			rc != -1 :
			(rc != 0 || t != rfc3339[i].seconds ||
			    ms != rfc3339[i].millis))
			fail_msg("%s: %d", rfc3339[i].text, rc);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixdate),
		cmocka_unit_test(test_rfc3339),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
