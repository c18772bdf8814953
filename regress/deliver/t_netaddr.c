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
 * Addresses: forms, and which of them are public.
 *
 * sources: deliver/netaddr.c lib/compat.c
 */

#include <sys/socket.h>

#include <netinet/in.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "netaddr.h"
#include "proto_conf.h"

static const struct {
	const char *address;
	bool is_public;
} rows[] = {
	{ "8.8.8.8", true },
	{ "9.255.255.255", true },
	{ "11.0.0.0", true },
	{ "100.63.255.255", true },
	{ "100.128.0.0", true },
	{ "172.15.255.255", true },
	{ "172.32.0.0", true },
	{ "192.167.255.255", true },
	{ "223.255.255.255", true },
	{ "0.0.0.0", false },
	{ "0.1.2.3", false },
	{ "10.1.2.3", false },
	{ "100.64.0.1", false },
	{ "127.0.0.1", false },
	{ "127.255.255.255", false },
	{ "169.254.169.254", false },
	{ "172.16.0.1", false },
	{ "172.31.255.255", false },
	{ "192.0.2.1", false },
	{ "192.168.0.1", false },
	{ "198.19.255.255", false },
	{ "224.0.0.1", false },
	{ "255.255.255.255", false },
	{ "2a00:1450:4001::1a", true },
	{ "2001:4860:4860::8888", true },
	{ "2003::1", true },
	{ "::", false },
	{ "::1", false },
	{ "::ffff:8.8.8.8", false },
	{ "::ffff:127.0.0.1", false },
	{ "::8.8.8.8", false },
	{ "64:ff9b::8.8.8.8", false },
	{ "fe80::1", false },
	{ "fec0::1", false },
	{ "fc00::1", false },
	{ "fd12:3456::1", false },
	{ "ff02::1", false },
	{ "2001::1", false },
	{ "2001:db8::1", false },
	{ "2002:7f00:1::1", false },
};

static void
test_public(void **state)
{
	struct netaddr a;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("# %s\n", rows[i].address);
		assert_int_equal(netaddr_parse(rows[i].address, &a), 0);
		assert_int_equal(netaddr_is_public(&a), rows[i].is_public);
	}
}

static void
test_parse(void **state)
{
	static const char *const bad[] = { "", "1.2.3", "1.2.3.4.5",
		"1.2.3.256", "01.2.3.4x", "[1.2.3.4]", "::g", "fe80::1%eth0",
		"mx.example.org" };
	struct netaddr a, b;
	char text[HOST_SIZE];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(netaddr_parse(bad[i], &a), -1);
	assert_int_equal(netaddr_parse("2001:DB8:0:0::1", &a), 0);
	assert_string_equal(netaddr_format(&a, text), "2001:db8::1");
	assert_int_equal(netaddr_parse(text, &b), 0);
	assert_true(netaddr_equal(&a, &b));
	assert_int_equal(netaddr_parse("1.2.3.4", &b), 0);
	assert_false(netaddr_equal(&a, &b));
}

static void
test_literal(void **state)
{
	static const char *const bad[] = { "", "[]", "1.2.3.4", "[1.2.3.4",
		"[::1]", "[IPv6:1.2.3.4]", "[IPv6:]", "[x]" };
	struct netaddr a;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(netaddr_parse_literal(bad[i], &a), -1);
	assert_int_equal(netaddr_parse_literal("[192.0.2.1]", &a), 0);
	assert_int_equal(a.family, AF_INET);
	assert_int_equal(netaddr_parse_literal("[ipv6:2001:db8::1]", &a), 0);
	assert_int_equal(a.family, AF_INET6);
}

static void
test_within(void **state)
{
	struct conf_network net = { 4, 8, { 127 } };
	struct netaddr a;

	assert_int_equal(netaddr_parse("127.1.2.3", &a), 0);
	assert_true(netaddr_within(&a, &net));
	assert_int_equal(netaddr_parse("128.1.2.3", &a), 0);
	assert_false(netaddr_within(&a, &net));
	net.prefix = 0;
	assert_true(netaddr_within(&a, &net));
	net.prefix = 33;
	assert_false(netaddr_within(&a, &net));
	assert_int_equal(netaddr_parse("::1", &a), 0);
	net.prefix = 0;
	assert_false(netaddr_within(&a, &net));
}

static void
test_sockaddr(void **state)
{
	struct sockaddr_storage ss;
	struct netaddr a;

	assert_int_equal(netaddr_parse("127.0.0.1", &a), 0);
	assert_int_equal(netaddr_sockaddr(&a, 25, &ss),
	    sizeof(struct sockaddr_in));
	assert_int_equal(((struct sockaddr_in *)&ss)->sin_port, htons(25));
	assert_int_equal(netaddr_parse("::1", &a), 0);
	assert_int_equal(netaddr_sockaddr(&a, 25, &ss),
	    sizeof(struct sockaddr_in6));
	assert_int_equal(ss.ss_family, AF_INET6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_public),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_literal),
		cmocka_unit_test(test_within),
		cmocka_unit_test(test_sockaddr),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
