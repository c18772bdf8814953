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
 * Moments as operators say them.
 *
 * sources: control/when.c lib/compat.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "when.h"

/* 2026-11-26 05:00:00 UTC */
#define NOW INT64_C(1795669200)

static const struct {
	const char *text;
	int64_t when; /* -1: refused */
	const char *why;
} table[] = {
	{ "never", WHEN_NEVER, NULL },
	{ "1m", NOW + 60, NULL },
	{ "12h", NOW + 12 * 3600, NULL },
	{ "90d", NOW + 90 * 86400, NULL },
	{ "2w", NOW + 14 * 86400, NULL },
	{ "2027-01-31", INT64_C(1801353600), NULL },
	{ "2028-02-29", INT64_C(1835395200), NULL },
	{ "2027-02-29", -1, "there is no such day" },
	{ "2027-13-01", -1, "neither" },
	{ "2027-1-1", -1, "neither" },
	{ "2027-01-31x", -1, "neither" },
	{ "2026-11-26", -1, "that is over already" },
	{ "1999-01-01", -1, "that is over already" },
	{ "", -1, "neither" },
	{ "d", -1, "neither" },
	{ "0d", -1, "neither" },
	{ "-1d", -1, "neither" },
	{ "+1d", -1, "neither" },
	{ " 1d", -1, "neither" },
	{ "90", -1, "neither" },
	{ "90y", -1, "neither" },
	{ "1000001d", -1, "neither" },
	{ "99999999999999999999d", -1, "neither" },
	{ "Never", -1, "neither" },
};

static void
moments(void **state)
{
	const char *why;
	int64_t when;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		why = when_parse(table[i].text, NOW, &when);
		if (table[i].why == NULL) {
			if (why != NULL || when != table[i].when)
				fail_msg("\"%s\": %s %lld", table[i].text,
				    why == NULL ? "" : why, (long long)when);
		} else if (why == NULL ||
		    strncmp(why, table[i].why, strlen(table[i].why)) != 0)
			fail_msg("\"%s\": %s", table[i].text,
			    why == NULL ? "taken" : why);
	}
}

static void
moments_that_were(void **state)
{
	int64_t when;

	assert_null(when_past("30m", NOW, &when));
	assert_int_equal(when, NOW - 1800);
	assert_null(when_past("90d", NOW, &when));
	assert_int_equal(when, NOW - 90 * 86400);
	assert_null(when_past("2026-11-26", NOW, &when));
	assert_int_equal(when, NOW - 5 * 3600);
	assert_non_null(strstr(when_past("never", NOW, &when), "time ago"));
	assert_non_null(strstr(when_past("2027-1-1", NOW, &when), "time ago"));
	assert_non_null(strstr(when_past("2027-02-29", NOW, &when), "no such"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moments),
		cmocka_unit_test(moments_that_were),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
