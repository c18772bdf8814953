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
 * Addresses that smtpd was told to turn away.
 *
 * sources: lib/throttled.c lib/netkey.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bounds.h"
#include "proto_policy.h"
#include "throttled.h"

static void
tell(struct throttled *t, const char *address, uint32_t seconds, int64_t now)
{
	struct policy_throttle said;

	assert_int_equal(netkey_parse(address, said.key), 0);
	said.seconds = seconds;
	throttled_set(t, &said, now);
}

static void
an_address_is_held_for_its_time(void **state)
{
	struct throttled *t;

	t = throttled_new();
	assert_non_null(t);
	assert_false(throttled_holds(t, "192.0.2.1", 0));
	tell(t, "192.0.2.1", 10, 100);
	tell(t, "2001:db8::1", 10, 100);
	assert_true(throttled_holds(t, "192.0.2.1", 109));
	assert_true(throttled_holds(t, "::ffff:192.0.2.1", 109));
	assert_true(throttled_holds(t, "2001:db8::ffff", 109));
	assert_false(throttled_holds(t, "192.0.2.1", 110));
	assert_false(throttled_holds(t, "192.0.2.2", 109));
	assert_false(throttled_holds(t, "", 109));
	tell(t, "192.0.2.1", 0, 105);
	assert_false(throttled_holds(t, "192.0.2.1", 106));
	tell(t, "2001:db8::2", 100, 105);
	assert_true(throttled_holds(t, "2001:db8::1", 200));
	throttled_free(t);
}

/* Whatever control says, the table does not grow over its bound. */
static void
it_is_bounded(void **state)
{
	struct policy_throttle said;
	struct throttled *t;
	uint32_t i;

	t = throttled_new();
	assert_non_null(t);
	memset(&said, 0, sizeof(said));
	said.seconds = 1000;
	for (i = 0; i < 2 * THROTTLE_MAX; i++) {
		memcpy(said.key, &i, sizeof(i));
		said.key[7] = 1;
		throttled_set(t, &said, 0);
	}
	assert_true(throttled_count(t) <= THROTTLE_MAX);
	throttled_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_held_for_its_time),
		cmocka_unit_test(it_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
