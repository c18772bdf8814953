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
 * Recipients that were given more than once.
 *
 * sources: httpd/rcptset.c
 * sources: lib/address.c lib/compat.c lib/idn.c
 * libs: -lidn2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rcptset.h"

static void
each_address_is_one_recipient(void **state)
{
	static const struct {
		const char *mailbox;
		size_t place;
		bool first;
	} table[] = {
		{ "a@example.net", 0, true },
		{ "A@example.net", 1, true },
		{ "a@EXAMPLE.net", 0, false },
		{ "b@b\303\274cher.example", 2, true },
		{ "b@xn--bcher-kva.example", 2, false },
		{ "A@example.net", 1, false },
		{ "a@example.org", 3, true },
	};
	static struct address a[sizeof(table) / sizeof(table[0])];
	static struct rcptset set;
	size_t i, place;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		assert_int_equal(address_parse_mailbox(table[i].mailbox,
				     strlen(table[i].mailbox), ADDRESS_UTF8,
				     &a[i]),
		    ADDRESS_OK);
		assert_int_equal(rcptset_add(&set, &a[i]), 0);
		assert_int_equal(set.place[i], table[i].place);
		assert_int_equal(rcptset_first(&set, i, &place),
		    table[i].first);
		if (table[i].first)
			assert_int_equal(place, table[i].place);
	}
	assert_int_equal(set.len, 4);
	assert_ptr_equal(set.given[2], &a[3]);
	assert_string_equal(set.ascii[2].mailbox, "b@xn--bcher-kva.example");
	assert_false(rcptset_first(&set, i, &place));
}

static void
no_more_are_taken_than_a_request_has(void **state)
{
	static struct rcptset set;
	struct address a;
	size_t i;

	assert_int_equal(address_parse_mailbox("a@example.net", 13, 0, &a),
	    ADDRESS_OK);
	for (i = 0; i < EMAIL_RCPTS_MAX; i++)
		assert_int_equal(rcptset_add(&set, &a), 0);
	assert_int_equal(rcptset_add(&set, &a), -1);
	assert_int_equal(set.len, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_address_is_one_recipient),
		cmocka_unit_test(no_more_are_taken_than_a_request_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
