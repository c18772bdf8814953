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
 * IP pools of the management API: addresses are in one pool at most, the last
 * one leaves late, and a sender's mail leaves from its pool.
 *
 * sources: regress/control/client.c regress/control/world.c
 * sources: regress/control/tmpdir.c regress/control/fake_proc.c
 * sources: control/[!m]*.c control/m[!a]*.c control/manage*.c
 * sources: lib/shellword.c
 * sources: lib/address.c lib/base64.c lib/breach.c lib/chan.c lib/compat.c
 * sources: lib/dkim_txt.c
 * sources: lib/id.c lib/idn.c lib/log*.c lib/msg.c lib/netkey.c lib/network.c
 * sources: lib/pending.c lib/proto_*.c lib/row.c lib/siphash.c
 * libs: -levent -ldb-5.3 -lcrypto -lidn2 -ljson-c -lpthread
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "client.h"
#include "compat.h"
#include "outbound.h"
#include "policy.h"
#include "pool.h"
#include "poolset.h"
#include "proto_policy.h"
#include "store.h"

static struct world w;
static struct client cl;

static int
set_up(void **state)
{
	struct conf_site *site;

	client_begin(&cl, &w,
	    "allow any-user to manage email-family in tenancy");
	site = &w.control.site;
	(void)strlcpy(site->source[0], "192.0.2.2", HOST_SIZE);
	(void)strlcpy(site->source[1], "192.0.2.1", HOST_SIZE);
	(void)strlcpy(site->source[2], "2001:db8::1", HOST_SIZE);
	site->sources = 3;
	return 0;
}

static int
tear_down(void **state)
{
	client_end(&cl);
	return 0;
}

static void
make_pool(const char *more, char id[OBJECT_ID_SIZE])
{
	(void)strlcpy(id, client_make(&cl, MANAGE_POOL_CREATE, more),
	    OBJECT_ID_SIZE);
}

/* Addresses that the list of all has, of a state. */
static const char *
outbound(const char *more)
{
	static char all[256];
	char text[512];

	(void)snprintf(text, sizeof(text), "compartmentId=%s|%s", cl.prod,
	    more);
	(void)client_walk(&cl, MANAGE_OUTBOUND_LIST, text, 1, "outboundIp", all,
	    sizeof(all));
	return all;
}

static const char *
sources_of(const char *address)
{
	static struct policy_sender_reply a;
	struct policy_sender q;

	memset(&q, 0, sizeof(q));
	(void)strlcpy(q.user, cl.user, sizeof(q.user));
	(void)strlcpy(q.address, address, sizeof(q.address));
	policy_sender(&w.control, &q, &a);
	assert_int_equal(a.status, POLICY_OK);
	return a.sources;
}

static void
pool_lives(void **state)
{
	char id[OBJECT_ID_SIZE], other[OBJECT_ID_SIZE], text[256];

	make_pool("name=one|outboundIps=192.0.2.1 2001:DB8::1|description=d",
	    id);
	assert_string_equal(client_value(&cl, "outboundIps.0.outboundIp"),
	    "192.0.2.1");
	assert_string_equal(client_value(&cl, "outboundIps.1.outboundIp"),
	    "2001:db8::1");
	assert_string_equal(client_value(&cl, "lastIpDrainPeriodInHours"),
	    "24");
	assert_string_equal(client_value(&cl, "description"), "d");
	assert_true(cl.end.work[0] != '\0' && cl.end.etag[0] != '\0');
	assert_int_equal(client_in(&cl, MANAGE_POOL_CREATE,
			     "name=one|outboundIps=192.0.2.2"),
	    MANAGE_EXISTS);
	make_pool("name=two|outboundIps=192.0.2.2", other);
	(void)snprintf(text, sizeof(text), "compartmentId=%s|sortBy=NAME",
	    cl.prod);
	{
		char all[256];

		(void)client_walk(&cl, MANAGE_POOL_LIST, text, 1, "name", all,
		    sizeof(all));
		assert_string_equal(all, " one two");
	}
	assert_int_equal(client_in(&cl, MANAGE_POOL_LIST, "name=two"),
	    MANAGE_OK);
	assert_int_equal(cl.rows, 1);
	assert_string_equal(client_value(&cl, "id"), other);
	assert_int_equal(
	    client_ask(&cl, MANAGE_POOL_MOVE, other, "compartmentId=root"),
	    MANAGE_OK);
	assert_int_equal(client_in(&cl, MANAGE_POOL_LIST, ""), MANAGE_OK);
	assert_int_equal(cl.rows, 1);
	assert_int_equal(client_ask(&cl, MANAGE_POOL_DELETE, other, NULL),
	    MANAGE_OK);
	assert_int_equal(client_ask(&cl, MANAGE_POOL_GET, other, NULL),
	    MANAGE_OK);
	assert_string_equal(client_value(&cl, "lifecycleState"), "DELETED");
	assert_string_equal(outbound("assignmentState=available"),
	    " 192.0.2.2");
	assert_string_equal(outbound("sortOrder=DESC"),
	    " 2001:db8::1 192.0.2.2 192.0.2.1");
	assert_string_equal(outbound("outboundIp=192.0.2.1"), " 192.0.2.1");
}

static void
requests_are_refused(void **state)
{
	static const struct {
		const char *fields;
		enum manage_status status;
	} rows[] = {
		{ "outboundIps=192.0.2.1", MANAGE_MISSING },
		{ "name=x", MANAGE_MISSING },
		{ "name=a.b|outboundIps=192.0.2.1", MANAGE_INVALID },
		{ "name=x|outboundIps=192.0.2.9", MANAGE_INVALID },
		{ "name=x|outboundIps=host", MANAGE_INVALID },
		{ "name=x|outboundIps=192.0.2.1|lastIpDrainPeriodInHours=1",
		    MANAGE_INVALID }, /* a string */
		{ "name=taken|outboundIps=192.0.2.1", MANAGE_OK },
		{ "name=x|outboundIps=192.0.2.2 192.0.2.1", MANAGE_CONFLICT },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (client_in(&cl, MANAGE_POOL_CREATE, rows[i].fields) !=
		    rows[i].status)
			fail_msg("%s: %d %s", rows[i].fields, cl.end.status,
			    cl.end.why);
	}
	assert_string_equal(outbound("assignmentState=AVAILABLE"),
	    " 192.0.2.2 2001:db8::1");
}

static void
mail_leaves_from_the_pool(void **state)
{
	char id[OBJECT_ID_SIZE], sender[OBJECT_ID_SIZE], text[256];

	make_pool("name=one|outboundIps=192.0.2.1 192.0.2.2", id);
	(void)snprintf(text, sizeof(text),
	    "emailAddress=a@b.org|emailIpPoolId=%s", id);
	(void)strlcpy(sender, client_make(&cl, MANAGE_SENDER_CREATE, text),
	    sizeof(sender));
	assert_string_equal(client_value(&cl, "emailIpPoolId"), id);
	(void)client_make(&cl, MANAGE_SENDER_CREATE, "emailAddress=c@b.org");
	assert_string_equal(sources_of("a@b.org"), "192.0.2.1 192.0.2.2");
	assert_string_equal(sources_of("c@b.org"), "");
	(void)snprintf(text, sizeof(text), "emailIpPoolId=%s", id);
	assert_int_equal(client_in(&cl, MANAGE_SENDER_LIST, text), MANAGE_OK);
	assert_int_equal(cl.rows, 1);
	/* One leaves at once, the last one not while it is in use. */
	assert_int_equal(
	    client_ask(&cl, MANAGE_POOL_REMOVE, id, "outboundIps=192.0.2.1"),
	    MANAGE_OK);
	assert_string_equal(sources_of("a@b.org"), "192.0.2.2");
	assert_int_equal(
	    client_ask(&cl, MANAGE_POOL_REMOVE, id, "outboundIps=192.0.2.2"),
	    MANAGE_STATE);
	assert_non_null(strstr(cl.end.why, "add one first, or take the pool"));
	assert_string_equal(sources_of("a@b.org"), "192.0.2.2");
	assert_string_equal(outbound("lifecycleState=DRAINING"), "");
	/* What it has not may be removed again. */
	assert_int_equal(
	    client_ask(&cl, MANAGE_POOL_REMOVE, id, "outboundIps=192.0.2.1"),
	    MANAGE_OK);
	/* A pool that is in use stays. */
	assert_int_equal(client_ask(&cl, MANAGE_POOL_DELETE, id, NULL),
	    MANAGE_CONFLICT);
	assert_int_equal(
	    client_ask(&cl, MANAGE_SENDER_UPDATE, sender, "emailIpPoolId="),
	    MANAGE_OK);
	assert_string_equal(client_value(&cl, "emailIpPoolId"), "");
	assert_string_equal(sources_of("a@b.org"), "");
	(void)snprintf(text, sizeof(text), "emailIpPoolId=%s", id);
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_UPDATE, sender, text),
	    MANAGE_OK);
	assert_int_equal(
	    client_ask(&cl, MANAGE_SENDER_MOVE, sender, "compartmentId=root"),
	    MANAGE_OK);
	assert_string_equal(sources_of("a@b.org"), "192.0.2.2");
	(void)snprintf(text, sizeof(text), "pool remove %s", id);
	assert_false(world_do(&w, text));
	assert_non_null(strstr(w.why, "has senders"));
	assert_true(world_do(&w, "sender remove a@b.org"));
	/* A compartment that has it stays, too. */
	assert_true(world_do(&w, "sender remove c@b.org"));
	assert_false(world_do(&w, "compartment remove prod"));
	assert_non_null(strstr(w.hint, "edctl pool list"));
	assert_true(world_do(&w, text));
	assert_int_equal(client_ask(&cl, MANAGE_POOL_GET, id, NULL), MANAGE_OK);
	assert_string_equal(client_value(&cl, "lifecycleState"), "DELETED");
	assert_false(world_do(&w, text));
}

/* The hours of the last address have passed. */
static void
last_address_leaves(void **state)
{
	const int64_t now = (int64_t)time(NULL);
	struct outbound o[SOURCES_MAX];
	char id[OBJECT_ID_SIZE];
	uint32_t n;

	make_pool("name=one|outboundIps=192.0.2.1", id);
	assert_int_equal(
	    client_ask(&cl, MANAGE_POOL_REMOVE, id, "outboundIps=192.0.2.1"),
	    MANAGE_OK);
	assert_int_equal(
	    outbound_pool(w.control.store, id, now + 23 * 3600, o, &n),
	    STORE_OK);
	assert_int_equal(n, 1);
	assert_int_equal(
	    outbound_pool(w.control.store, id, now + 25 * 3600, o, &n),
	    STORE_OK);
	assert_int_equal(n, 0);
	assert_int_equal(
	    outbound_get(w.control.store, "192.0.2.1", now + 25 * 3600, &o[0]),
	    STORE_OK);
	assert_string_equal(o[0].pool, "");
	assert_true(o[0].left >= now + 24 * 3600);
	/* A pool without addresses has an array of none. */
	assert_int_equal(client_ask(&cl, MANAGE_POOL_UPDATE, id,
			     "#lastIpDrainPeriodInHours=0"),
	    MANAGE_OK);
	assert_int_equal(
	    client_ask(&cl, MANAGE_POOL_REMOVE, id, "outboundIps=192.0.2.1"),
	    MANAGE_OK);
	assert_int_equal(client_ask(&cl, MANAGE_POOL_GET, id, NULL), MANAGE_OK);
	assert_non_null(client_value(&cl, "outboundIps"));
	assert_null(strstr(cl.text, "192.0.2.1"));
}

/* One that stays is needed: none that drains, nor one that edd.conf lost. */
static void
last_usable_address_stays(void **state)
{
	char id[OBJECT_ID_SIZE], empty[OBJECT_ID_SIZE], text[256];

	make_pool("name=none|outboundIps=2001:db8::1|"
		  "description=d",
	    empty);
	assert_int_equal(client_ask(&cl, MANAGE_POOL_REMOVE, empty,
			     "outboundIps=2001:db8::1"),
	    MANAGE_OK);
	(void)snprintf(text, sizeof(text),
	    "emailAddress=a@b.org|emailIpPoolId=%s", empty);
	assert_int_equal(client_in(&cl, MANAGE_SENDER_CREATE, text),
	    MANAGE_STATE);
	make_pool("name=one|outboundIps=192.0.2.2 192.0.2.1", id);
	(void)snprintf(text, sizeof(text),
	    "emailAddress=a@b.org|emailIpPoolId=%s", id);
	(void)client_make(&cl, MANAGE_SENDER_CREATE, text);
	(void)strlcpy(w.control.site.source[0], "192.0.2.7", HOST_SIZE);
	poolset_warn(&w.control);
	assert_true(world_do(&w, "pool show one"));
	assert_non_null(strstr(w.text, "notInConf=192.0.2.2"));
	assert_int_equal(
	    client_ask(&cl, MANAGE_POOL_REMOVE, id, "outboundIps=192.0.2.1"),
	    MANAGE_STATE);
	assert_int_equal(
	    client_ask(&cl, MANAGE_POOL_ADD, id, "outboundIps=192.0.2.2"),
	    MANAGE_INVALID);
	assert_int_equal(
	    client_ask(&cl, MANAGE_POOL_REMOVE, id, "outboundIps=192.0.2.2"),
	    MANAGE_OK);
	assert_string_equal(sources_of("a@b.org"), "192.0.2.1");
	assert_int_equal(
	    client_ask(&cl, MANAGE_POOL_REMOVE, id, "outboundIps=192.0.2.2"),
	    MANAGE_OK);
	assert_int_equal(
	    client_ask(&cl, MANAGE_POOL_REMOVE, id, "outboundIps=192.0.2.9"),
	    MANAGE_INVALID);
}

/* A pool elsewhere is given only by who may use it there. */
static void
pool_of_others_is_guarded(void **state)
{
	char id[OBJECT_ID_SIZE], text[256];

	make_pool("name=one|outboundIps=192.0.2.1", id);
	assert_int_equal(
	    client_ask(&cl, MANAGE_POOL_MOVE, id, "compartmentId=root"),
	    MANAGE_OK);
	client_end(&cl);
	client_begin(&cl, &w,
	    "allow any-user to manage email-family in compartment ");
	w.control.site.sources = 1;
	(void)strlcpy(w.control.site.source[0], "192.0.2.1", HOST_SIZE);
	client_allow(&w,
	    "allow any-user to manage approved-senders in tenancy");
	make_pool("name=mine|outboundIps=192.0.2.1", id);
	assert_int_equal(
	    client_ask(&cl, MANAGE_POOL_MOVE, id, "compartmentId=root"),
	    MANAGE_NOT_FOUND);
	(void)snprintf(text, sizeof(text),
	    "compartmentId=root|emailAddress=a@b.org|emailIpPoolId=%s", id);
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_CREATE, NULL, text),
	    MANAGE_OK);
}

/* What edctl makes of them is the same. */
static void
operators_make_pools(void **state)
{
	static const struct {
		const char *line;
		const char *why; /* NULL: it works */
	} lines[] = {
		{ "pool add one compartment none address 192.0.2.1",
		    "compartment" },
		{ "pool add o!e compartment prod address 192.0.2.1",
		    "letters" },
		{ "pool add one compartment prod address 192.0.2.9",
		    "no address that this host" },
		{ "pool add one compartment prod address 192.0.2.1", NULL },
		{ "pool add one compartment prod address 192.0.2.2",
		    "exists already" },
		{ "pool add two compartment prod address 192.0.2.1",
		    "in another pool" },
		{ "pool add one compartment new address 192.0.2.2", NULL },
		{ "pool show one", "2 compartments have an IP pool" },
		{ "pool remove one", "2 compartments have an IP pool" },
		{ "pool show two", "no IP pool" },
		{ "pool add two compartment new address 2001:db8::1", NULL },
		{ "pool set two", "nothing to set" },
		{ "pool set two add 192.0.2.2", "in another pool" },
		{ "pool set none add 192.0.2.2", "no IP pool" },
		{ "sender add a@example.org compartment prod", NULL },
		{ "sender set a@example.org", "compartment or pool" },
		{ "sender set a@example.org pool three", "no IP pool" },
		{ "sender set a@example.org pool two", NULL },
		{ "pool remove two", "has senders" },
	};
	size_t i;
	bool ok;

	assert_true(world_do(&w, "compartment add new"));
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		ok = world_do(&w, lines[i].line);
		if (ok != (lines[i].why == NULL) ||
		    (!ok && strstr(w.why, lines[i].why) == NULL))
			fail_msg("%s: %s", lines[i].line, w.why);
	}
	assert_string_equal(sources_of("a@example.org"), "2001:db8::1");
	assert_true(world_do(&w, "sender show a@example.org"));
	assert_non_null(strstr(w.text, "pool=two"));
}

static void
operators_change_pools(void **state)
{
	static const char *const add[] = { "pool", "add", "two", "compartment",
		"prod", "address", "192.0.2.1 192.0.2.2", NULL };
	static const char *const removes[] = { "pool", "set", "two", "remove",
		"192.0.2.2 2001:db8::1", NULL };
	char id[OBJECT_ID_SIZE];

	assert_true(world_words(&w, add));
	assert_true(world_value(&w, "id", id, sizeof(id)));
	assert_true(world_do(&w, "sender add a@example.org compartment prod"));
	assert_true(world_do(&w, "sender set a@example.org pool two"));
	assert_string_equal(sources_of("a@example.org"), "192.0.2.1 192.0.2.2");
	assert_true(world_do(&w, "pool set two remove 192.0.2.1"));
	assert_true(world_do(&w, "pool set two add 2001:db8::1"));
	assert_string_equal(sources_of("a@example.org"),
	    "192.0.2.2 2001:db8::1");
	/* The last stays while it is in use, and leaves later, as for the API. */
	assert_false(world_words(&w, removes));
	assert_non_null(strstr(w.why, "add one first, or take the pool"));
	assert_true(world_do(&w, "sender set a@example.org pool none"));
	assert_true(world_words(&w, removes));
	assert_int_equal(client_ask(&cl, MANAGE_POOL_GET, id, NULL), MANAGE_OK);
	assert_string_equal(client_value(&cl, "outboundIps.0.lifecycleState"),
	    "DRAINING");
	assert_false(world_do(&w, "sender set a@example.org pool two"));
	assert_non_null(strstr(w.why, "no address that mail can leave from"));
	assert_true(
	    world_do(&w, "sender set a@example.org state inactive pool none"));
	assert_true(world_do(&w, "sender set a@example.org state active"));
	assert_string_equal(sources_of("a@example.org"), "");
	assert_true(world_do(&w, "pool remove two"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(NAME) cmocka_unit_test_setup_teardown(NAME, set_up, tear_down)
		T(pool_lives),
		T(requests_are_refused),
		T(mail_leaves_from_the_pool),
		T(last_address_leaves),
		T(last_usable_address_stays),
		T(pool_of_others_is_guarded),
		T(operators_make_pools),
		T(operators_change_pools),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
