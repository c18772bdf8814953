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
 * Moments as clients write them.
 *
 * sources: control/manage_time.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "manage_time.h"

static const struct {
	const char *text;
	int64_t when; /* -1: none */
} rows[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "2021-02-12T22:47:12.613Z", 1613170032 },
	{ "2021-02-12T3:04:05Z", 1613099045 },
	{ "2021-02-12t03:04:05z", 1613099045 },
	{ "2021-02-12T04:04:05+01:00", 1613099045 },
	{ "2021-02-11T22:04:05-05:00", 1613099045 },
	{ "2016-12-31T23:59:60Z", 1483228800 },
	{ "2021-02-12T03:04:05", -1 },
	{ "2021-02-12T03:04:05.Z", -1 },
	{ "2021-02-12 03:04:05Z", -1 },
	{ "2021-02-30T03:04:05Z", -1 },
	{ "2021-13-01T03:04:05Z", -1 },
	{ "2021-02-12T24:04:05Z", -1 },
	{ "2021-02-12T03:60:05Z", -1 },
	{ "2021-02-12T03:04:05Z ", -1 },
	{ "2021-02-12T03:04:05+1:00", -1 },
	{ "21-02-12T03:04:05Z", -1 },
	{ "", -1 },
	{ "now", -1 },
};

static void
moments_are_read(void **state)
{
	int64_t when;
	size_t i;
	int r;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		r = manage_time_parse(rows[i].text, &when);
		if (r != (rows[i].when == -1 ? -1 : 0) ||
		    (r == 0 && when != rows[i].when))
			fail_msg("%s", rows[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moments_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
