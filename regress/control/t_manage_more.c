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
 * Objects of the management API that move, come back, are damaged, have too
 * much, or are another's.
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
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "client.h"
#include "compat.h"
#include "expiry.h"
#include "manage.h"
#include "msg.h"
#include "object.h"
#include "object_upgrade.h"
#include "record.h"
#include "row.h"
#include "sender.h"
#include "store.h"

static struct world w;
static struct client cl;

static int
set_up(void **state)
{
	client_begin(&cl, &w,
	    "allow any-user to manage email-family in tenancy");
	return 0;
}

/* Any user may do all in one of two compartments. */
static int
set_up_two(void **state)
{
	client_begin(&cl, &w,
	    "allow any-user to manage email-family in compartment ");
	assert_true(world_do(&w, "compartment add new"));
	return 0;
}

/* Any user may do all to one domain. */
static int
set_up_domain(void **state)
{
	client_begin(&cl, &w,
	    "allow any-user to manage email-domains in tenancy where "
	    "target.email-domain.name = 'ours.example'");
	return 0;
}

static int
tear_down(void **state)
{
	client_end(&cl);
	return 0;
}

/* A sender that edctl moves is another compartment's for the API too. */
static void
sender_moves(void **state)
{
	const int64_t now = (int64_t)time(NULL);
	char id[OBJECT_ID_SIZE], other[OBJECT_ID_SIZE], text[256];

	(void)strlcpy(id,
	    client_make(&cl, MANAGE_SENDER_CREATE,
		"emailAddress=a@example.org|freeformTags.x=y"),
	    sizeof(id));
	assert_true(world_do(&w, "compartment add other"));
	assert_true(world_value(&w, "id", other, sizeof(other)));
	assert_true(world_do(&w, "sender set a@example.org compartment other"));
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_GET, id, NULL),
	    MANAGE_OK);
	assert_string_equal(client_value(&cl, "lifecycleState"), "ACTIVE");
	assert_string_equal(client_value(&cl, "compartmentId"), other);
	assert_string_equal(client_value(&cl, "freeformTags.x"), "y");
	assert_int_equal(client_in(&cl, MANAGE_SENDER_LIST, ""), MANAGE_OK);
	assert_int_equal(cl.rows, 0);
	assert_int_equal(cl.end.total, 0);
	(void)snprintf(text, sizeof(text), "compartmentId=%s", other);
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_LIST, NULL, text),
	    MANAGE_OK);
	assert_int_equal(cl.rows, 1);
	assert_int_equal(cl.end.total, 1);
	assert_string_equal(client_value(&cl, "id"), id);
	assert_int_equal(expiry_run(w.control.store, now + OBJECT_SHOWN + 60),
	    0);
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_DELETE, id, NULL),
	    MANAGE_OK);
}

/* Who may in the old compartment only may nothing where it went. */
static void
moved_sender_is_guarded(void **state)
{
	char id[OBJECT_ID_SIZE];

	assert_true(world_do(&w, "sender add a@b.org compartment prod"));
	assert_true(world_value(&w, "id", id, sizeof(id)));
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_GET, id, NULL),
	    MANAGE_OK);
	assert_true(world_do(&w, "sender set a@b.org compartment new"));
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_GET, id, NULL),
	    MANAGE_NOT_FOUND);
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_DELETE, id, NULL),
	    MANAGE_NOT_FOUND);
	assert_true(world_do(&w, "sender set a@b.org compartment prod"));
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_DELETE, id, NULL),
	    MANAGE_OK);
}

/* An object that was taken for deleted lives as its record does. */
static void
object_comes_back(void **state)
{
	const int64_t now = (int64_t)time(NULL);
	char id[OBJECT_ID_SIZE];
	struct sender s;

	(void)strlcpy(id,
	    client_make(&cl, MANAGE_SENDER_CREATE,
		"emailAddress=a@example.org"),
	    sizeof(id));
	assert_int_equal(sender_get(w.control.store, "a@example.org", &s),
	    STORE_OK);
	assert_int_equal(store_begin(w.control.store), 0);
	assert_int_equal(object_drop(w.control.store, id), STORE_OK);
	assert_int_equal(sender_put(w.control.store, &s), STORE_OK);
	assert_int_equal(store_commit(w.control.store), 0);
	assert_int_equal(expiry_run(w.control.store, now + OBJECT_SHOWN + 60),
	    0);
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_GET, id, NULL),
	    MANAGE_OK);
	assert_string_equal(client_value(&cl, "lifecycleState"), "ACTIVE");
	assert_int_equal(client_in(&cl, MANAGE_SENDER_LIST, ""), MANAGE_OK);
	assert_int_equal(cl.rows, 1);
	assert_int_equal(cl.end.total, 1);
}

/* What cannot be read of an old store is passed over. */
static void
damaged_store_is_linked(void **state)
{
	static const enum store_table tables[] = { STORE_SENDER, STORE_DOMAIN,
		STORE_DKIM };
	char id[OBJECT_ID_SIZE];
	struct store_key k;
	struct msgout m;
	size_t i;

	(void)strlcpy(id,
	    client_make(&cl, MANAGE_SENDER_CREATE,
		"emailAddress=z@example.org"),
	    sizeof(id));
	assert_int_equal(store_begin(w.control.store), 0);
	assert_int_equal(record_del(w.control.store, STORE_OBJECT, id, NULL),
	    STORE_OK);
	memset(&m, 0, sizeof(m));
	msg_put_u8(&m, 1);
	msg_put_str(&m, "half a rec");
	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		store_key(&k, "bad.example", NULL);
		assert_int_equal(store_put(w.control.store, tables[i], &k, &m),
		    STORE_OK);
	}
	assert_int_equal(store_commit(w.control.store), 0);
	msgout_free(&m);
	assert_int_equal(object_upgrade(w.control.store), 0);
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_GET, id, NULL),
	    MANAGE_OK);
}

/* n tags, in the fields of a request. */
static void
put_tags(char *text, size_t size, const char *kind, unsigned n)
{
	char tag[64];
	unsigned i;

	(void)snprintf(text, size, "?%s=true", kind);
	for (i = 0; i < n; i++) {
		(void)snprintf(tag, sizeof(tag), "|%s.%s%u=v", kind,
		    kind[0] == 'd' ? "space." : "", i);
		(void)strlcat(text, tag, size);
	}
}

/* Tags are counted as they are in the end, whoever brought them. */
static void
tags_are_limited(void **state)
{
	char id[OBJECT_ID_SIZE], text[2048];

	(void)strlcpy(id,
	    client_make(&cl, MANAGE_SENDER_CREATE,
		"emailAddress=a@example.org"),
	    sizeof(id));
	put_tags(text, sizeof(text), "freeformTags", 33);
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_UPDATE, id, text),
	    MANAGE_LIMIT);
	put_tags(text, sizeof(text), "freeformTags", 32);
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_UPDATE, id, text),
	    MANAGE_OK);
	put_tags(text, sizeof(text), "definedTags", 25);
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_UPDATE, id, text),
	    MANAGE_LIMIT);
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_GET, id, NULL),
	    MANAGE_OK);
	assert_int_equal(cl.rows, 1);
	assert_string_equal(client_value(&cl, "freeformTags.31"), "v");
	put_tags(text, sizeof(text), "freeformTags", 7);
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_UPDATE, id, text),
	    MANAGE_OK);
	put_tags(text, sizeof(text), "definedTags", 25);
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_UPDATE, id, text),
	    MANAGE_OK);
	assert_int_equal(cl.rows, 1);
}

/* An object that has too much is no empty answer. */
static void
bad_row_fails(void **state)
{
	char id[OBJECT_ID_SIZE], name[32];
	struct object o;
	unsigned i;

	(void)strlcpy(id,
	    client_make(&cl, MANAGE_SENDER_CREATE,
		"emailAddress=a@example.org"),
	    sizeof(id));
	assert_int_equal(object_get(w.control.store, id, &o), STORE_OK);
	for (i = 0; i < ROW_FIELDS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "freeformTags.%u", i);
		row_str(o.more, name, "v");
	}
	assert_int_equal(store_begin(w.control.store), 0);
	assert_int_equal(object_put(w.control.store, &o), STORE_OK);
	assert_int_equal(store_commit(w.control.store), 0);
	object_clear(&o);
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_GET, id, NULL),
	    MANAGE_FAILED);
	assert_int_equal(cl.rows, 0);
	assert_int_equal(client_in(&cl, MANAGE_SENDER_LIST, ""), MANAGE_FAILED);
	assert_int_equal(
	    client_ask(&cl, MANAGE_SENDER_UPDATE, id, "?freeformTags=true"),
	    MANAGE_OK);
}

/* Who may nothing where a domain is gives nobody its addresses. */
static void
senders_of_domains_of_others(void **state)
{
	static const char *const taken[] = { "a@theirs.example",
		"A@Theirs.Example", "@theirs.example", "*@THEIRS.example" };
	char text[128];
	size_t i;

	assert_true(world_do(&w, "domain add theirs.example compartment new"));
	assert_true(world_do(&w, "domain add ours.example compartment prod"));
	for (i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		(void)snprintf(text, sizeof(text), "emailAddress=%s", taken[i]);
		assert_int_equal(client_in(&cl, MANAGE_SENDER_CREATE, text),
		    MANAGE_NOT_FOUND);
	}
	(void)client_make(&cl, MANAGE_SENDER_CREATE,
	    "emailAddress=a@ours.example");
	(void)client_make(&cl, MANAGE_SENDER_CREATE,
	    "emailAddress=a@none.example");
	client_allow(&w,
	    "allow any-user to manage approved-senders in tenancy");
	assert_int_equal(client_in(&cl, MANAGE_SENDER_CREATE,
			     "emailAddress=a@theirs.example"),
	    MANAGE_INVALID);
}

/* Policies for some domains only are for those that are made, too. */
static void
domains_are_made_by_name(void **state)
{
	(void)client_make(&cl, MANAGE_DOMAIN_CREATE, "name=Ours.Example");
	assert_int_equal(
	    client_in(&cl, MANAGE_DOMAIN_CREATE, "name=other.example"),
	    MANAGE_NOT_FOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(NAME, SET_UP) cmocka_unit_test_setup_teardown(NAME, SET_UP, tear_down)
		T(sender_moves, set_up),
		T(moved_sender_is_guarded, set_up_two),
		T(object_comes_back, set_up),
		T(damaged_store_is_linked, set_up),
		T(tags_are_limited, set_up),
		T(bad_row_fails, set_up),
		T(senders_of_domains_of_others, set_up_two),
		T(domains_are_made_by_name, set_up_domain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
