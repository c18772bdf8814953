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
 * Lists of source addresses: what the configuration permits, and which is next.
 *
 * sources: deliver/sources.c deliver/netaddr.c lib/compat.c
 */
#include <sys/socket.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "compat.h"
#include "netaddr.h"
#include "settings.h"
#include "sources.h"

static void
only_configured_ones_are_permitted(void **state)
{
	static struct settings s;
	char got[SOURCES_SIZE];

	sources_permitted(&s, "192.0.2.1 192.0.2.2", got);
	assert_string_equal(got, "");
	s.site.sources = 2;
	(void)strlcpy(s.site.source[0], "192.0.2.2", HOST_SIZE);
	(void)strlcpy(s.site.source[1], "2001:db8::1", HOST_SIZE);
	sources_permitted(&s, "192.0.2.1 192.0.2.2 2001:db8:0::1", got);
	assert_string_equal(got, "192.0.2.2 2001:db8::1");
	sources_permitted(&s, "  from nowhere 192.0.2.2", got);
	assert_string_equal(got, "192.0.2.2");
	sources_permitted(&s, "", got);
	assert_string_equal(got, "");
}

static void
each_has_its_turn(void **state)
{
	static const char list[] = "192.0.2.1 2001:db8::1 192.0.2.2";
	struct netaddr a;
	char text[HOST_SIZE];

	assert_int_equal(sources_pick(list, AF_INET, 0, &a), 0);
	assert_string_equal(netaddr_format(&a, text), "192.0.2.1");
	assert_int_equal(sources_pick(list, AF_INET, 1, &a), 0);
	assert_string_equal(netaddr_format(&a, text), "192.0.2.2");
	assert_int_equal(sources_pick(list, AF_INET, 2, &a), 0);
	assert_string_equal(netaddr_format(&a, text), "192.0.2.1");
	assert_int_equal(sources_pick(list, AF_INET6, 7, &a), 0);
	assert_string_equal(netaddr_format(&a, text), "2001:db8::1");
	assert_int_equal(sources_pick("192.0.2.1", AF_INET6, 0, &a), -1);
	assert_int_equal(sources_pick("", AF_INET, 0, &a), -1);
}

static void
connections_are_of_one_list(void **state)
{
	struct netaddr a, any;

	memset(&any, 0, sizeof(any));
	assert_int_equal(netaddr_parse("192.0.2.1", &a), 0);
	assert_true(sources_have("192.0.2.2 192.0.2.1", &a));
	assert_false(sources_have("192.0.2.2", &a));
	assert_false(sources_have("", &a));
	assert_true(sources_have("", &any));
	assert_false(sources_have("192.0.2.1", &any));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_configured_ones_are_permitted),
		cmocka_unit_test(each_has_its_turn),
		cmocka_unit_test(connections_are_of_one_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
