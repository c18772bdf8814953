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

/* sources: httpd/query.c httpd/httpdate.c httpd/fault.c */
/* sources: httpd/percent.c lib/address.c lib/compat.c */
/* sources: lib/date.c */

/*
 * Queries.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fault.h"
#include "query.h"

static void
test_values(void **state)
{
	static const char *const orders[] = { "ASC", "DESC", NULL };
	const char *value;
	struct query *q;
	struct fault f;
	size_t which;
	int64_t n;
	int ms;
	bool b;

	q = query_read("compartmentId=ocid1.c&emailAddress=a+b@example.com&"
		       "limit=1000&sortOrder=desc&isLockOverride=True&empty=&"
		       "alone&&a%20b=c%3dd%26e=f&t=2026-11-24T3:04:05Z&",
	    &f);
	assert_non_null(q);
	assert_string_equal(query_get(q, "emailAddress"), "a+b@example.com");
	assert_string_equal(query_get(q, "empty"), "");
	assert_string_equal(query_get(q, "alone"), "");
	assert_string_equal(query_get(q, "a b"), "c=d&e=f");
	assert_null(query_get(q, "none"));
	assert_int_equal(query_count(q), 9);
	assert_string_equal(query_name(q, 0), "compartmentId");
	assert_string_equal(query_value(q, 8), "2026-11-24T3:04:05Z");
	assert_int_equal(1, query_number(q, "limit", 1, 1000, &n, &f));
	assert_int_equal(n, 1000);
	assert_int_equal(-1, query_number(q, "limit", 1, 999, &n, &f));
	assert_string_equal(f.text,
	    "The query parameter limit must be a number from 1 to 999.");
	assert_int_equal(f.kind, FAULT_PARAMETER);
	assert_int_equal(0, query_number(q, "none", 1, 999, &n, &f));
	assert_int_equal(-1, query_number(q, "empty", 1, 999, &n, &f));
	assert_int_equal(-1, query_number(q, "alone", 1, 999, &n, &f));
	assert_int_equal(1, query_enum(q, "sortOrder", orders, &which, &f));
	assert_int_equal(which, 1);
	assert_int_equal(-1, query_enum(q, "empty", orders, &which, &f));
	assert_int_equal(0, query_enum(q, "none", orders, &which, &f));
	assert_int_equal(1, query_bool(q, "isLockOverride", &b, &f));
	assert_true(b);
	assert_int_equal(-1, query_bool(q, "limit", &b, &f));
	assert_int_equal(1, query_time(q, "t", &n, &ms, &f));
	assert_int_equal(n, 1795489445);
	assert_int_equal(-1, query_time(q, "limit", &n, &ms, &f));
	assert_int_equal(1, query_required(q, "compartmentId", &value, &f));
	assert_string_equal(value, "ocid1.c");
	assert_int_equal(-1, query_required(q, "empty", &value, &f));
	assert_int_equal(f.kind, FAULT_MISSING);
	assert_int_equal(-1, query_required(q, "none", &value, &f));
	assert_string_equal(f.text,
	    "The query parameter none is missing or empty.");
	query_free(q);
	q = query_read("", &f);
	assert_non_null(q);
	query_free(q);
}

static void
test_refused(void **state)
{
	static const char *const refused[] = { "a=%", "a=%1", "a=%zz", "%=a",
		"a=%00", "a=%0a", "a=%ff", "=a", "a=1&a=2", "a=1&%61=2",
		"a=1&b=2&b", "a=%c3%28" };
	char many[8 * QUERY_PARAMS_MAX + 16];
	struct query *q;
	struct fault f;
	size_t i, len;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		q = query_read(refused[i], &f);
		if (q != NULL || f.kind != FAULT_PARAMETER)
			fail_msg("%s", refused[i]);
	}
	for (i = 0, len = 0; i < QUERY_PARAMS_MAX; i++)
		len += (size_t)sprintf(many + len, "a%zu=1&", i);
	q = query_read(many, &f);
	assert_non_null(q);
	query_free(q);
	(void)sprintf(many + len, "b");
	assert_null(query_read(many, &f));
}

static void
test_numbers(void **state)
{
	static const char *const refused[] = { "n=-1", "n=+1", "n=1 ", "n=%201",
		"n=1.0", "n=0x1", "n=1e3", "n=0", "n=99999999999999999999",
		"n=", "n" };
	struct query *q;
	struct fault f;
	int64_t n;
	size_t i;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		q = query_read(refused[i], &f);
		assert_non_null(q);
		if (query_number(q, "n", 1, 1000, &n, &f) != -1)
			fail_msg("%s", refused[i]);
		query_free(q);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
