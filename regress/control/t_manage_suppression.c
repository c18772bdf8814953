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
 * Suppressions of the management API.
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
#include "store.h"
#include "suppress.h"
#include "suppression.h"

/* When the first is made; the others a minute later each. */
#define START 1700000000

static struct world w;
static struct client cl;

static int
set_up(void **state)
{
	client_begin(&cl, &w,
	    "allow any-user to manage suppressions in tenancy");
	return 0;
}

static int
tear_down(void **state)
{
	client_end(&cl);
	return 0;
}

/* Suppressions n0@, n1@ ... of a compartment, made by a bounce. */
static void
bounced(const char *compartment, unsigned n)
{
	struct suppression s;
	unsigned i;

	assert_int_equal(store_begin(w.control.store), 0);
	for (i = 0; i < n; i++) {
		memset(&s, 0, sizeof(s));
		(void)strlcpy(s.compartment, compartment,
		    sizeof(s.compartment));
		(void)snprintf(s.address, sizeof(s.address), "n%u@example.net",
		    i);
		s.reason = SUPPRESSION_HARDBOUNCE;
		s.created = START + (int64_t)i * 60;
		(void)strlcpy(s.message_id, "<m@example.org>",
		    sizeof(s.message_id));
		(void)strlcpy(s.text, "550 5.1.1 no", sizeof(s.text));
		(void)strlcpy(s.host, "mx.example.net", sizeof(s.host));
		assert_int_equal(suppression_put(w.control.suppress, &s),
		    STORE_OK);
	}
	assert_int_equal(store_commit(w.control.store), 0);
}

static void
suppression_lives(void **state)
{
	char id[OBJECT_ID_SIZE];

	assert_int_equal(client_ask(&cl, MANAGE_SUPPRESSION_CREATE, NULL,
			     "compartmentId=root|emailAddress=Bob@Example.net"),
	    MANAGE_OK);
	assert_string_equal(client_value(&cl, "emailAddress"),
	    "bob@example.net");
	assert_string_equal(client_value(&cl, "reason"), "MANUAL");
	(void)strlcpy(id, client_value(&cl, "id"), sizeof(id));
	assert_int_equal(client_ask(&cl, MANAGE_SUPPRESSION_CREATE, NULL,
			     "compartmentId=root|emailAddress=bob@example.NET"),
	    MANAGE_EXISTS);
	assert_int_equal(client_ask(&cl, MANAGE_SUPPRESSION_CREATE, NULL,
			     "compartmentId=root|emailAddress=bob"),
	    MANAGE_INVALID);
	assert_true(world_do(&w, "suppression check bob@example.net"));
	assert_int_equal(w.rows, 1);
	assert_int_equal(client_ask(&cl, MANAGE_SUPPRESSION_GET, id, NULL),
	    MANAGE_OK);
	/* What edctl changes of it is seen here, under the same id. */
	assert_true(world_do(&w,
	    "suppression set bob@example.net compartment root reason "
	    "complaint"));
	assert_int_equal(client_ask(&cl, MANAGE_SUPPRESSION_GET, id, NULL),
	    MANAGE_OK);
	assert_string_equal(client_value(&cl, "reason"), "COMPLAINT");
	assert_int_equal(client_ask(&cl, MANAGE_SUPPRESSION_DELETE, id, NULL),
	    MANAGE_OK);
	assert_int_equal(client_ask(&cl, MANAGE_SUPPRESSION_GET, id, NULL),
	    MANAGE_NOT_FOUND);
	assert_int_equal(client_ask(&cl, MANAGE_SUPPRESSION_DELETE, id, NULL),
	    MANAGE_NOT_FOUND);
	assert_true(world_do(&w, "suppression check bob@example.net"));
	assert_int_equal(w.rows, 0);
}

/* All addresses of a list, page by page. */
static void
walk(const char *more, unsigned limit, char *all, size_t size)
{
	char text[640];

	(void)snprintf(text, sizeof(text), "compartmentId=root|%s", more);
	(void)client_walk(&cl, MANAGE_SUPPRESSION_LIST, text, limit,
	    "emailAddress", all, size);
}

static void
lists_in_every_order(void **state)
{
	static const char from[] =
	    "timeCreatedGreaterThanOrEqualTo=2023-11-14T22:15:20Z";
	static const char to[] = "timeCreatedLessThan=2023-11-14T22:18:20Z";
	static const char *const order[] = { "", "sortOrder=ASC",
		"sortBy=EMAILADDRESS", "sortBy=EMAILADDRESS|sortOrder=DESC" };
	static const char *const all[] = { " n5 n4 n3 n2 n1 n0",
		" n0 n1 n2 n3 n4 n5", " n0 n1 n2 n3 n4 n5",
		" n5 n4 n3 n2 n1 n0" };
	static const char *const some[] = { " n4 n3 n2", " n2 n3 n4",
		" n2 n3 n4", " n4 n3 n2" };
	char got[64], text[512];
	struct control *c;
	unsigned i;

	c = &w.control;
	bounced(cl.prod, 3);
	bounced(c->tenancy, 6);
	for (i = 0; i < 4; i++) {
		walk(order[i], 2, got, sizeof(got));
		assert_string_equal(got, all[i]);
		(void)snprintf(text, sizeof(text), "%s|%s|%s", order[i], from,
		    to);
		walk(text, 2, got, sizeof(got));
		assert_string_equal(got, some[i]);
	}
	walk("emailAddress=N3@example.net", 10, got, sizeof(got));
	assert_string_equal(got, " n3");
	assert_int_equal(client_ask(&cl, MANAGE_SUPPRESSION_LIST, NULL,
			     "compartmentId=root|timeCreatedLessThan=soon"),
	    MANAGE_INVALID);
	/* A page back stays within the moments. */
	(void)snprintf(text, sizeof(text), "compartmentId=root|%s|%s", from,
	    to);
	cl.limit = 2;
	assert_int_equal(client_ask(&cl, MANAGE_SUPPRESSION_LIST, NULL, text),
	    MANAGE_OK);
	(void)strlcpy(cl.page, cl.end.next, sizeof(cl.page));
	cl.limit = 2;
	assert_int_equal(client_ask(&cl, MANAGE_SUPPRESSION_LIST, NULL, text),
	    MANAGE_OK);
	assert_string_equal(client_value(&cl, "emailAddress"),
	    "n2@example.net");
	(void)strlcpy(cl.page, cl.end.prev, sizeof(cl.page));
	cl.limit = 2;
	assert_int_equal(client_ask(&cl, MANAGE_SUPPRESSION_LIST, NULL, text),
	    MANAGE_OK);
	assert_string_equal(client_value(&cl, "emailAddress"),
	    "n4@example.net");
	assert_int_equal(cl.rows, 2);
	assert_string_equal(cl.end.prev, "");
}

/* What has expired and is not removed yet is in no list. */
static void
expired_are_not_listed(void **state)
{
	static const char *const order[] = { "", "sortOrder=ASC",
		"sortBy=EMAILADDRESS", "emailAddress=n7@example.net" };
	struct suppression s;
	char got[64];
	size_t i;

	/* There is nothing yet, and it was never any. */
	walk("", 10, got, sizeof(got));
	assert_string_equal(got, "");
	assert_int_equal(client_ask(&cl, MANAGE_SUPPRESSION_LIST, NULL,
			     "compartmentId=root|emailAddress=bob"),
	    MANAGE_INVALID);
	bounced(w.control.tenancy, 2);
	memset(&s, 0, sizeof(s));
	(void)strlcpy(s.compartment, w.control.tenancy, sizeof(s.compartment));
	(void)strlcpy(s.address, "n7@example.net", sizeof(s.address));
	s.reason = SUPPRESSION_SOFTBOUNCE;
	s.created = START;
	s.expires = START + 60;
	assert_int_equal(store_begin(w.control.store), 0);
	assert_int_equal(suppression_put(w.control.suppress, &s), STORE_OK);
	assert_int_equal(store_commit(w.control.store), 0);
	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		walk(order[i], 10, got, sizeof(got));
		assert_int_equal(strlen(got), i == 3 ? 0 : strlen(" n0 n1"));
		assert_null(strchr(got, '7'));
	}
}

/* Hashes are listed as any other. */
static void
hashes_are_listed(void **state)
{
	w.control.suppress->hash = true;
	bounced(w.control.tenancy, 3);
	assert_int_equal(client_ask(&cl, MANAGE_SUPPRESSION_LIST, NULL,
			     "compartmentId=root"),
	    MANAGE_OK);
	assert_int_equal(cl.rows, 3);
	assert_int_equal(client_ask(&cl, MANAGE_SUPPRESSION_LIST, NULL,
			     "compartmentId=root|sortBy=EMAILADDRESS"),
	    MANAGE_OK);
	assert_int_equal(cl.rows, 3);
}

static void
cause_is_shown(void **state)
{
	char id[OBJECT_ID_SIZE];

	bounced(w.control.tenancy, 1);
	assert_int_equal(client_ask(&cl, MANAGE_SUPPRESSION_LIST, NULL,
			     "compartmentId=root"),
	    MANAGE_OK);
	(void)strlcpy(id, client_value(&cl, "id"), sizeof(id));
	assert_string_equal(client_value(&cl, "messageId"), "");
	assert_int_equal(client_ask(&cl, MANAGE_SUPPRESSION_GET, id, NULL),
	    MANAGE_OK);
	assert_string_equal(client_value(&cl, "messageId"), "m@example.org");
	assert_string_equal(client_value(&cl, "errorDetail"), "550 5.1.1 no");
	assert_string_equal(client_value(&cl, "errorSource"), "mx.example.net");
	assert_string_equal(client_value(&cl, "reason"), "HARDBOUNCE");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(NAME) cmocka_unit_test_setup_teardown(NAME, set_up, tear_down)
		T(suppression_lives),
		T(lists_in_every_order),
		T(expired_are_not_listed),
		T(hashes_are_listed),
		T(cause_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
