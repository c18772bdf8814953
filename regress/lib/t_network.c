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
 * Networks in text, and what is in them.
 *
 * sources: lib/network.c lib/netkey.c lib/compat.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "netkey.h"
#include "network.h"

static const struct {
	const char *network, *address;
	bool holds;
} table[] = {
	{ "192.0.2.0/24", "192.0.2.0", true },
	{ "192.0.2.0/24", "192.0.2.255", true },
	{ "192.0.2.0/24", "192.0.3.0", false },
	{ "192.0.2.128/25", "192.0.2.127", false },
	{ "192.0.2.7", "192.0.2.7", true },
	{ "192.0.2.7", "192.0.2.6", false },
	{ "0.0.0.0/0", "255.255.255.255", true },
	{ "0.0.0.0/0", "::1", false },
	{ "::/0", "2001:db8::1", true },
	{ "::/0", "192.0.2.1", false },
	{ "2001:db8::/33", "2001:db8:7fff::1", true },
	{ "2001:db8::/33", "2001:db8:8000::1", false },
	{ "2001:db8::1/128", "2001:db8::2", false },
	{ "192.0.2.0/24", "", false },
	{ "192.0.2.0/24", "192.0.2.1/32", false },
	{ "192.0.2.0/24", "localhost", false },
};

static void
addresses_in_networks(void **state)
{
	struct conf_network n;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		assert_int_equal(network_parse(table[i].network, &n), 0);
		if (network_holds(&n, table[i].address) != table[i].holds)
			fail_msg("%s in %s", table[i].address,
			    table[i].network);
	}
}

static void
what_is_no_network_is_refused(void **state)
{
	static const char *const bad[] = { "", "/", "/24", "192.0.2.0/",
		"192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/+1", "192.0.2.0/ 1",
		"192.0.2.0/24x", "192.0.2.1/24", "192.0.2/24", "::/129",
		"2001:db8::1/64", "example.org", "192.0.2.0/24/24",
		"192.0.2.0/0000000000000000000000000000000000000000024x" };
	struct conf_network n;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (network_parse(bad[i], &n) != -1)
			fail_msg("\"%s\" is taken", bad[i]);
	}
}

static void
client_addresses_have_keys(void **state)
{
	static const struct {
		const char *text, *key; /* NULL: no address */
	} keys[] = {
		{ "192.0.2.1", "192.0.2.1" },
		{ "::ffff:192.0.2.1", "192.0.2.1" },
		{ "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64" },
		{ "2001:db8:1:2::/64", "2001:db8:1:2::/64" },
		{ "::1", "::/64" },
		{ "192.0.2.1/32", NULL },
		{ "2001:db8::/48", NULL },
		{ "", NULL },
		{ "x", NULL },
	};
	char text[NETKEY_TEXT_SIZE];
	uint8_t key[NETKEY_SIZE];
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (keys[i].key == NULL) {
			assert_int_equal(netkey_parse(keys[i].text, key), -1);
			continue;
		}
		assert_int_equal(netkey_parse(keys[i].text, key), 0);
		netkey_format(key, text);
		assert_string_equal(text, keys[i].key);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_in_networks),
		cmocka_unit_test(what_is_no_network_is_refused),
		cmocka_unit_test(client_addresses_have_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
