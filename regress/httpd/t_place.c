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
 * Which compartment a submission may name.
 *
 * sources: httpd/place.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "place.h"

static void
id_or_name_is_the_senders(void **state)
{
	static const struct {
		const char *given;
		bool is;
	} table[] = {
		{ "ocid1.compartment.edd..a", true },
		{ "ocid1.compartment.edd..b", false },
		{ "ocid1.tenancy.edd..a", false },
		{ "ocid1.compartment.oc1..b", true },
		{ "ocid1.tenancy.oc1..b", true },
		{ "prod", true },
		{ "Prod", true },
		{ "dev", false },
		{ "prod2", false },
		{ "", false },
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (place_is(table[i].given, "ocid1.compartment.edd..a",
			"prod") != table[i].is)
			fail_msg("\"%s\"", table[i].given);
	}
	assert_true(
	    place_is("ocid1.tenancy.edd..a", "ocid1.tenancy.edd..a", "root"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(id_or_name_is_the_senders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
