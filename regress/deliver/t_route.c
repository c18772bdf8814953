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
 * From a domain to addresses: configured routes, MX and its order, the
 * domain's own address, loops, addresses that mail may not go to.
 *
 * sources: deliver/route.c deliver/mx.c deliver/netaddr.c deliver/settings.c
 * sources: regress/deliver/fake_resolver.c lib/compat.c lib/msg.c
 * sources: lib/proto_conf.c lib/proto_site.c lib/breach.c lib/chan.c
 * sources: lib/pending.c lib/log.c lib/logsock.c
 * sources: lib/idn.c lib/address.c
 * libs: -levent -lidn2
 */

#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compat.h"
#include "dnspacket.h"
#include "fake_resolver.h"
#include "route.h"
#include "settings.h"

static struct event_base *base;
static struct settings *settings;
static struct route_result result;
static int results;
static char where[2048]; /* all targets as "host/address:port " */

static void
done(const struct route_result *r, void *arg)
{
	char address[HOST_SIZE];
	size_t i, len = 0;

	(void)arg;
	results++;
	result = *r;
	where[0] = '\0';
	for (i = 0; i < r->targets.count; i++)
		len += (size_t)snprintf(where + len, sizeof(where) - len,
		    "%s/%s:%u ", r->targets.target[i].host,
		    netaddr_format(&r->targets.target[i].addr, address),
		    r->targets.target[i].port);
}

static void
go(const char *domain)
{
	struct route *route;

	results = 0;
	route = route_start(base, NULL, settings, domain, NULL, done, NULL);
	assert_non_null(route);
	assert_int_equal(results, 0);
	while (results == 0) {
		(void)fake_resolver_run();
		(void)event_base_loop(base, EVLOOP_NONBLOCK);
	}
	assert_int_equal(results, 1);
}

static void
fails(const char *domain, enum outcome outcome, const char *enhanced)
{
	go(domain);
	assert_int_equal(result.outcome, outcome);
	assert_string_equal(result.enhanced, enhanced);
	assert_true(result.text[0] != '\0');
	assert_int_equal(result.targets.count, 0);
}

static int
setup(void **state)
{
	fake_resolver_reset();
	base = event_base_new();
	settings = settings_new();
	settings->deliver.port = 25;
	(void)strlcpy(settings->hostname, "out.example.org",
	    sizeof(settings->hostname));
	return base == NULL;
}

static int
teardown(void **state)
{
	assert_int_equal(settings->refs, 1);
	settings_unref(settings);
	event_base_free(base);
	return 0;
}

static void
test_mx_in_order(void **state)
{
	fake_resolver_mx("example.net", 20, "b.example.net");
	fake_resolver_mx("example.net", 10, "a.example.net");
	fake_resolver_mx("example.net", 30, "c.example.net");
	fake_resolver_address("a.example.net", "9.9.9.1");
	fake_resolver_address("b.example.net", "9.9.9.2");
	fake_resolver_address("c.example.net", "9.9.9.3");
	go("example.net");
	assert_int_equal(result.outcome, OUTCOME_DELIVERED);
	assert_string_equal(where,
	    "a.example.net/9.9.9.1:25 b.example.net/9.9.9.2:25 "
	    "c.example.net/9.9.9.3:25 ");
}

static void
test_equal_preference_is_shuffled(void **state)
{
	int i, first = 0;

	fake_resolver_mx("example.net", 10, "a.example.net");
	fake_resolver_mx("example.net", 10, "b.example.net");
	fake_resolver_address("a.example.net", "9.9.9.1");
	fake_resolver_address("b.example.net", "9.9.9.2");
	for (i = 0; i < 60; i++) {
		go("example.net");
		assert_int_equal(result.targets.count, 2);
		first += where[0] == 'a';
	}
	assert_in_range(first, 1, 59);
}

static void
test_families_alternate(void **state)
{
	fake_resolver_mx("example.net", 10, "a.example.net");
	fake_resolver_address("a.example.net", "9.9.9.1");
	fake_resolver_address("a.example.net", "9.9.9.2");
	fake_resolver_address("a.example.net", "2a00::1");
	fake_resolver_address("a.example.net", "2a00::2");
	fake_resolver_address("a.example.net", "2a00::3");
	go("example.net");
	assert_string_equal(where,
	    "a.example.net/2a00::1:25 a.example.net/9.9.9.1:25 "
	    "a.example.net/2a00::2:25 a.example.net/9.9.9.2:25 "
	    "a.example.net/2a00::3:25 ");
}

static void
test_no_mx_own_address(void **state)
{
	fake_resolver_address("example.net", "9.9.9.1");
	go("example.net");
	assert_string_equal(where, "example.net/9.9.9.1:25 ");
}

static void
test_what_is_permanent(void **state)
{
	fake_resolver_mx("null.example", 0, ".");
	fake_resolver_status("empty.example", DNSTYPE_TXT, DNS_OK);
	fake_resolver_mx("gone.example", 10, "gone.invalid");
	fails("nothing.example", OUTCOME_PERMFAIL, "5.1.2");
	fails("null.example", OUTCOME_PERMFAIL, "5.1.10");
	fails("empty.example", OUTCOME_PERMFAIL, "5.1.2");
	fails("gone.example", OUTCOME_PERMFAIL, "5.4.4");
}

static void
test_what_is_temporary(void **state)
{
	fake_resolver_status("dead.example", DNSTYPE_MX, DNS_FAIL);
	fake_resolver_mx("half.example", 10, "mx.half.example");
	fake_resolver_status("mx.half.example", DNSTYPE_A, DNS_FAIL);
	fails("dead.example", OUTCOME_HOST_DOWN, "4.4.3");
	fails("half.example", OUTCOME_HOST_DOWN, "4.4.3");
}

static void
test_one_host_is_enough(void **state)
{
	fake_resolver_mx("example.net", 10, "mx1.example.net");
	fake_resolver_mx("example.net", 20, "mx2.example.net");
	fake_resolver_status("mx1.example.net", DNSTYPE_A, DNS_FAIL);
	fake_resolver_address("mx2.example.net", "9.9.9.2");
	go("example.net");
	assert_string_equal(where, "mx2.example.net/9.9.9.2:25 ");
}

static void
test_loops(void **state)
{
	fake_resolver_mx("one.example", 10, "OUT.example.org");
	fake_resolver_mx("one.example", 20, "mx.example.net");
	fake_resolver_mx("two.example", 5, "mx.example.net");
	fake_resolver_mx("two.example", 10, "out.example.org");
	fake_resolver_mx("two.example", 10, "equal.example.net");
	fake_resolver_address("mx.example.net", "9.9.9.1");
	fake_resolver_address("equal.example.net", "9.9.9.2");
	fake_resolver_address("out.example.org", "9.9.9.3");
	fails("one.example", OUTCOME_PERMFAIL, "5.4.6");
	go("two.example");
	assert_string_equal(where, "mx.example.net/9.9.9.1:25 ");
	/* We are the domain itself. */
	fails("out.example.org", OUTCOME_PERMFAIL, "5.4.6");
}

static void
allow(const char *address, uint8_t prefix)
{
	struct netaddr addr;

	settings->network = calloc(1, sizeof(*settings->network));
	settings->networks = 1;
	assert_non_null(settings->network);
	assert_int_equal(netaddr_parse(address, &addr), 0);
	settings->network->family = 4;
	settings->network->prefix = prefix;
	memcpy(settings->network->address, addr.bytes, 16);
}

static void
test_addresses_that_are_not_public(void **state)
{
	fake_resolver_mx("example.net", 10, "a.example.net");
	fake_resolver_mx("example.net", 20, "b.example.net");
	fake_resolver_mx("inner.example", 10, "c.example.net");
	fake_resolver_address("a.example.net", "127.0.0.1");
	fake_resolver_address("a.example.net", "::1");
	fake_resolver_address("b.example.net", "9.9.9.9");
	fake_resolver_address("c.example.net", "10.0.0.1");
	go("example.net");
	assert_string_equal(where, "b.example.net/9.9.9.9:25 ");
	assert_false(result.targets.target[0].trusted);
	fails("inner.example", OUTCOME_PERMFAIL, "5.4.4");
	allow("10.0.0.0", 8);
	go("inner.example");
	assert_string_equal(where, "c.example.net/10.0.0.1:25 ");
	assert_true(result.targets.target[0].trusted);
}

static void
test_literals(void **state)
{
	go("[9.9.9.9]");
	assert_string_equal(where, "[9.9.9.9]/9.9.9.9:25 ");
	go("[IPv6:2a00::1]");
	assert_string_equal(where, "[IPv6:2a00::1]/2a00::1:25 ");
	fails("[127.0.0.1]", OUTCOME_PERMFAIL, "5.4.4");
}

static void
add_route(const char *domain, const char *host, uint16_t port)
{
	struct conf_route *r;

	settings->route = reallocarray(settings->route, settings->routes + 1,
	    sizeof(*settings->route));
	assert_non_null(settings->route);
	r = &settings->route[settings->routes++];
	(void)strlcpy(r->domain, domain, sizeof(r->domain));
	(void)strlcpy(r->host, host, sizeof(r->host));
	r->port = port;
}

static void
test_configured(void **state)
{
	fake_resolver_mx("example.net", 10, "mx.example.net");
	fake_resolver_address("mx.example.net", "9.9.9.9");
	fake_resolver_address("out.example.org", "10.0.0.5");
	add_route("*", "127.0.0.1", 2526);
	add_route("Example.com", "out.example.org", 587);
	add_route("example.de", "nothing.example", 25);
	go("example.net");
	assert_string_equal(where, "127.0.0.1/127.0.0.1:2526 ");
	go("example.com");
	assert_string_equal(where, "out.example.org/10.0.0.5:587 ");
	assert_true(result.targets.target[0].trusted);
	/* The operator's mistake bounces nothing. */
	fails("example.de", OUTCOME_HOST_DOWN, "4.4.4");
}

static void
test_cancel(void **state)
{
	struct route *route;

	fake_resolver_mx("example.net", 10, "mx.example.net");
	fake_resolver_address("mx.example.net", "9.9.9.9");
	results = 0;
	route = route_start(base, NULL, settings, "example.net", NULL, done,
	    NULL);
	route_cancel(route);
	(void)fake_resolver_run();
	(void)event_base_loop(base, EVLOOP_NONBLOCK);
	assert_int_equal(results, 0);
	route_cancel(NULL);
}

static void
test_many_hosts(void **state)
{
	char name[64], address[32];
	int i;

	for (i = 0; i < 20; i++) {
		(void)snprintf(name, sizeof(name), "mx%d.example.net", i);
		(void)snprintf(address, sizeof(address), "9.9.9.%d", i);
		fake_resolver_mx("example.net", (unsigned)i, name);
		fake_resolver_address(name, address);
	}
	go("example.net");
	assert_int_equal(result.targets.count, MX_HOSTS_MAX);
	assert_string_equal(result.targets.target[0].host, "mx0.example.net");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_mx_in_order),
		TEST(test_equal_preference_is_shuffled),
		TEST(test_families_alternate),
		TEST(test_no_mx_own_address),
		TEST(test_what_is_permanent),
		TEST(test_what_is_temporary),
		TEST(test_one_host_is_enough),
		TEST(test_loops),
		TEST(test_addresses_that_are_not_public),
		TEST(test_literals),
		TEST(test_configured),
		TEST(test_cancel),
		TEST(test_many_hosts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
