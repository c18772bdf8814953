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
 * edctl returnpath: what it refuses, and that the management API sees the same.
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

#include <cmocka.h>

#include "client.h"
#include "compat.h"
#include "returnpath.h"
#include "store.h"

static struct world w;
static struct client cl;

static int
set_up(void **state)
{
	client_begin(&cl, &w,
	    "allow any-user to manage email-family in tenancy");
	if (!world_do(&w, "domain add example.org compartment prod") ||
	    !world_do(&w, "domain add example.com compartment root"))
		return -1;
	return 0;
}

static int
tear_down(void **state)
{
	client_end(&cl);
	return 0;
}

static void
commands_are_refused(void **state)
{
	static const struct {
		const char *command;
		const char *why; /* NULL: it is done */
	} rows[] = {
		{ "returnpath show example.org", "has no return path" },
		{ "returnpath add example.net", "no domain \"example.net\"" },
		{ "returnpath add example.org name a.example.com",
		    "no subdomain of example.org" },
		{ "returnpath add example.org name example.org",
		    "no subdomain" },
		{ "returnpath add example.org name -.example.org", "-" },
		{ "returnpath set example.org description x",
		    "has no return path" },
		{ "returnpath remove example.org", "has no return path" },
		{ "returnpath list compartment none",
		    "no compartment \"none\"" },
		{ "returnpath list state zzz", "none of" },
		{ "returnpath add example.org name RP.Example.org", NULL },
		{ "returnpath add example.org", "has the return path" },
		{ "returnpath add example.com", NULL },
	};
	size_t i;
	bool ok;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ok = world_do(&w, rows[i].command);
		if (ok != (rows[i].why == NULL) ||
		    (!ok && strstr(w.why, rows[i].why) == NULL))
			fail_msg("%s: %s", rows[i].command, w.why);
	}
}

static void
commands_and_api_see_the_same(void **state)
{
	char id[OBJECT_ID_SIZE], text[128];
	struct returnpath p;

	assert_true(
	    world_do(&w, "returnpath add example.org name RP.Example.org"));
	assert_true(world_value(&w, "name", text, sizeof(text)));
	assert_string_equal(text, "rp.example.org");
	assert_non_null(strstr(w.text, "Publish an MX record"));
	assert_true(world_value(&w, "id", id, sizeof(id)));
	assert_true(world_words(&w,
	    (const char *const[]){ "returnpath", "set", "example.org",
		"description", "all of it", NULL }));
	assert_int_equal(client_ask(&cl, MANAGE_PATH_GET, id, NULL), MANAGE_OK);
	assert_string_equal(client_value(&cl, "description"), "all of it");
	assert_true(world_do(&w, "returnpath add example.com"));
	assert_true(world_do(&w, "returnpath list"));
	assert_int_equal(w.rows, 2);
	assert_true(world_do(&w, "returnpath list compartment prod"));
	assert_int_equal(w.rows, 1);
	assert_true(world_do(&w, "returnpath list state active"));
	assert_int_equal(w.rows, 0);
	/* When the DNS has it nothing is left to do. */
	assert_int_equal(returnpath_of(w.control.store, "example.org", &p),
	    STORE_OK);
	p.state = RETURNPATH_ACTIVE;
	p.seen = 1700000000;
	assert_int_equal(store_begin(w.control.store), 0);
	assert_int_equal(returnpath_put(w.control.store, &p, cl.prod, ""),
	    STORE_OK);
	assert_int_equal(store_commit(w.control.store), 0);
	assert_true(world_do(&w, "returnpath show example.org"));
	assert_null(strstr(w.text, "Publish"));
	assert_non_null(strstr(w.text, "seen=1700000000"));
	assert_true(world_do(&w, "returnpath list state active"));
	assert_int_equal(w.rows, 1);
	assert_true(world_do(&w, "returnpath remove example.org"));
	assert_int_equal(client_ask(&cl, MANAGE_PATH_GET, id, NULL), MANAGE_OK);
	assert_string_equal(client_value(&cl, "lifecycleState"), "DELETED");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(NAME) cmocka_unit_test_setup_teardown(NAME, set_up, tear_down)
		T(commands_are_refused),
		T(commands_and_api_see_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
