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
 * Who is next for a connection, and who is forgotten.
 *
 * sources: deliver/rank.c
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "destination.h"
#include "limits.h"
#include "rank.h"

static struct rank rank;
static struct destination d[6];

static int
setup(void **state)
{
	rank_init(&rank);
	memset(d, 0, sizeof(d));
	return 0;
}

static void
test_in_order(void **state)
{
	rank_starve(&rank, &d[0]);
	rank_starve(&rank, &d[1]);
	rank_starve(&rank, &d[0]); /* keeps its place */
	assert_int_equal(rank.starved, 2);
	assert_ptr_equal(rank_next(&rank, false), &d[0]);
	assert_ptr_equal(rank_next(&rank, false), &d[1]);
	assert_null(rank_next(&rank, false));
	assert_int_equal(rank.starved, 0);
}

static void
test_slow_ones_have_a_part(void **state)
{
	unsigned i, slow = 0;

	d[0].slow = true;
	rank_starve(&rank, &d[0]);
	d[0].slow = false; /* it is taken out of where it is */
	for (i = 1; i < 6; i++)
		rank_starve(&rank, &d[i]);
	assert_ptr_equal(rank_next(&rank, false), &d[1]);
	for (i = 0; i < RANK_TURNS; i++)
		slow += rank_next(&rank, false) == &d[0];
	assert_int_equal(slow, 1);
	assert_int_equal(rank.starved, 1);
}

static void
test_slow_ones_alone(void **state)
{
	d[0].slow = d[1].slow = true;
	rank_starve(&rank, &d[0]);
	rank_starve(&rank, &d[1]);
	assert_ptr_equal(rank_next(&rank, false), &d[0]);
	assert_ptr_equal(rank_next(&rank, false), &d[1]);
}

static void
test_bulk_has_a_part_and_no_reserve(void **state)
{
	struct destination *next;
	unsigned i, bulk = 0;

	rank_starve(&rank, &d[0]);
	for (i = 1; i < 6; i++) {
		d[i].urgent = 1;
		rank_starve(&rank, &d[i]);
	}
	assert_int_equal(rank.starved, 6);
	for (i = 0; i < RANK_BULK_TURNS; i++) {
		next = rank_next(&rank, false);
		bulk += next == &d[0];
		rank_starve(&rank, next);
	}
	assert_int_equal(bulk, 1);
	assert_ptr_equal(rank_next(&rank, false), &d[3]);
	for (i = 0; i < 4; i++)
		assert_true(rank_next(&rank, true) != &d[0]);
	assert_null(rank_next(&rank, true));
	assert_ptr_equal(rank_next(&rank, false), &d[0]);
}

static void
test_bulk_becomes_urgent(void **state)
{
	rank_starve(&rank, &d[0]);
	assert_null(rank_next(&rank, true));
	d[0].urgent = 1;
	rank_starve(&rank, &d[0]);
	assert_int_equal(rank.starved, 1);
	assert_ptr_equal(rank_next(&rank, true), &d[0]);
	d[0].slow = true;
	rank_starve(&rank, &d[0]);
	assert_null(rank_next(&rank, true));
	assert_ptr_equal(rank_next(&rank, false), &d[0]);
}

static void
test_kept(void **state)
{
	rank_starve(&rank, &d[0]);
	rank_keep(&rank, &d[0], 100);
	rank_keep(&rank, &d[0], 200); /* kept already */
	rank_keep(&rank, &d[1], 150);
	assert_int_equal(rank.starved, 0);
	assert_null(rank_next(&rank, false));
	assert_null(rank_expired(&rank, 99 + DESTINATION_KEEP));
	assert_ptr_equal(rank_expired(&rank, 100 + DESTINATION_KEEP), &d[0]);
	assert_null(rank_expired(&rank, 100 + DESTINATION_KEEP));
	rank_remove(&rank, &d[1]);
	rank_remove(&rank, &d[1]); /* it is in none */
	assert_null(rank_expired(&rank, 1000000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_in_order, setup),
		cmocka_unit_test_setup(test_slow_ones_have_a_part, setup),
		cmocka_unit_test_setup(test_slow_ones_alone, setup),
		cmocka_unit_test_setup(test_bulk_has_a_part_and_no_reserve,
		    setup),
		cmocka_unit_test_setup(test_bulk_becomes_urgent, setup),
		cmocka_unit_test_setup(test_kept, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
