/* sources: lib/histogram.c lib/histogram_row.c lib/row.c lib/msg.c */
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
 * Times fall into their bounds, and counts add up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "histogram.h"
#include "histogram_row.h"
#include "proto_admin.h"
#include "row.h"

static unsigned sent;
static long long last;
static char sum[32];

int
admin_row_send(struct chan *c, uint64_t id, const struct row *row)
{
	long long count;

	assert_int_equal(id, 7);
	assert_string_equal(row_value(row, "histogram"), "accept");
	count = strtoll(row_value(row, "count"), NULL, 10);
	assert_true(count >= last);
	last = count;
	if (row_value(row, "sumUs") != NULL)
		(void)snprintf(sum, sizeof(sum), "%s", row_value(row, "sumUs"));
	sent++;
	return 0;
}

static uint64_t
at_most(const struct histogram *h, const char *le)
{
	uint64_t count;
	size_t i;

	for (i = 0; i <= HISTOGRAM_BOUNDS; i++)
		if (strcmp(histogram_at(h, i, &count), le) == 0)
			return count;
	fail_msg("no bound %s", le);
	return 0;
}

static void
test_bounds(void **state)
{
	struct histogram h = { .sum = 0 };

	histogram_add(&h, -5);
	histogram_add(&h, 500);
	histogram_add(&h, 501);
	histogram_add(&h, 1000000);
	histogram_add(&h, INT64_C(90000000000));
	assert_int_equal(at_most(&h, "0.0005"), 2);
	assert_int_equal(at_most(&h, "0.001"), 3);
	assert_int_equal(at_most(&h, "0.5"), 3);
	assert_int_equal(at_most(&h, "1.0"), 4);
	assert_int_equal(at_most(&h, "86400.0"), 4);
	assert_int_equal(at_most(&h, "+Inf"), 5);
	assert_true(h.sum == UINT64_C(90001001001));
}

static void
test_rows(void **state)
{
	struct histogram h = { .sum = 0 };

	histogram_add(&h, 1500);
	histogram_send(&h, "accept", NULL, 7);
	assert_int_equal(sent, HISTOGRAM_BOUNDS + 1);
	assert_int_equal(last, 1);
	assert_string_equal(sum, "1500");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
