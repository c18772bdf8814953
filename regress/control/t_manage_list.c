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
 * Lists of the management API: in every order, page by page, with filters,
 * those of what was deleted.
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
#include "created.h"
#include "manage.h"
#include "object.h"
#include "object_upgrade.h"
#include "record.h"
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

static int
tear_down(void **state)
{
	client_end(&cl);
	return 0;
}

/* All addresses of senders in the compartment; how many pages there were. */
static unsigned
walk(const char *more, unsigned limit, char *all, size_t size)
{
	char text[512];

	(void)snprintf(text, sizeof(text), "compartmentId=%s|%s", cl.prod,
	    more);
	return client_walk(&cl, MANAGE_SENDER_LIST, text, limit, "emailAddress",
	    all, size);
}

static void
lists_are_paged(void **state)
{
	char all[512], text[128], prev[MANAGE_PAGE_SIZE];
	unsigned i, pages;

	for (i = 0; i < 7; i++) {
		(void)snprintf(text, sizeof(text),
		    "emailAddress=s%u@example.%s", i,
		    i % 2 == 0 ? "org" : "net");
		(void)client_make(&cl, MANAGE_SENDER_CREATE, text);
	}
	pages = walk("sortBy=EMAILADDRESS", 3, all, sizeof(all));
	assert_string_equal(all, " s0 s1 s2 s3 s4 s5 s6");
	assert_int_equal(pages, 3);
	assert_int_equal(cl.end.total, 7);
	pages = walk("sortBy=EMAILADDRESS|sortOrder=DESC", 2, all, sizeof(all));
	assert_string_equal(all, " s6 s5 s4 s3 s2 s1 s0");
	pages = walk("", 1000, all, sizeof(all));
	assert_int_equal(strlen(all), 7 * 3);
	assert_int_equal(pages, 1);
	pages = walk("domain=example.NET|sortBy=EMAILADDRESS", 2, all,
	    sizeof(all));
	assert_string_equal(all, " s1 s3 s5");
	/* How many there are is said also of what a filter leaves. */
	assert_int_equal(cl.end.total, 3);
	(void)walk("lifecycleState=active", 2, all, sizeof(all));
	assert_int_equal(cl.end.total, 7);
	(void)walk("lifecycleState=deleted", 2, all, sizeof(all));
	assert_int_equal(cl.end.total, 0);
	(void)walk("emailIpPoolId=none", 2, all, sizeof(all));
	assert_int_equal(cl.end.total, 0);
	pages = walk("lifecycleState=inactive", 2, all, sizeof(all));
	assert_string_equal(all, "");
	pages = walk("emailAddress=S3@example.net", 2, all, sizeof(all));
	assert_string_equal(all, " s3");
	/* Back from the last page to the first. */
	cl.limit = 3;
	assert_int_equal(
	    client_in(&cl, MANAGE_SENDER_LIST, "sortBy=EMAILADDRESS"),
	    MANAGE_OK);
	assert_string_equal(cl.end.prev, "");
	(void)strlcpy(cl.page, cl.end.next, sizeof(cl.page));
	cl.limit = 3;
	assert_int_equal(
	    client_in(&cl, MANAGE_SENDER_LIST, "sortBy=EMAILADDRESS"),
	    MANAGE_OK);
	assert_string_equal(client_value(&cl, "emailAddress"),
	    "s3@example.net");
	(void)strlcpy(prev, cl.end.prev, sizeof(prev));
	(void)strlcpy(cl.page, prev, sizeof(cl.page));
	cl.limit = 3;
	assert_int_equal(
	    client_in(&cl, MANAGE_SENDER_LIST, "sortBy=EMAILADDRESS"),
	    MANAGE_OK);
	assert_int_equal(cl.rows, 3);
	assert_string_equal(client_value(&cl, "emailAddress"),
	    "s0@example.org");
	assert_string_equal(cl.end.prev, "");
	assert_string_not_equal(cl.end.next, "");
	(void)strlcpy(cl.page, prev, sizeof(cl.page));
	cl.limit = 2;
	assert_int_equal(
	    client_in(&cl, MANAGE_SENDER_LIST, "sortBy=EMAILADDRESS"),
	    MANAGE_OK);
	assert_string_equal(client_value(&cl, "emailAddress"),
	    "s1@example.net");
	assert_string_not_equal(cl.end.prev, "");
}

/* A token tells nothing, is of one list alone, and is not to be changed. */
static void
tokens_are_sealed(void **state)
{
	static const char *const made[] = {
		"emailAddress=n1n2n2n2n2n2n2n2@example.org",
		"emailAddress=n2n2n2n2n2n2n2n2@example.org",
		"emailAddress=n3@example.org",
	};
	char next[MANAGE_PAGE_SIZE], other[MANAGE_PAGE_SIZE];
	size_t i;

	for (i = 0; i < 3; i++)
		(void)client_make(&cl, MANAGE_SENDER_CREATE, made[i]);
	cl.limit = 1;
	assert_int_equal(
	    client_in(&cl, MANAGE_SENDER_LIST, "sortBy=EMAILADDRESS"),
	    MANAGE_OK);
	(void)strlcpy(next, cl.end.next, sizeof(next));
	assert_int_equal(next[0], 'n');
	assert_null(strstr(next, "6e326e32"));
	(void)strlcpy(cl.page, next, sizeof(cl.page));
	assert_int_equal(
	    client_in(&cl, MANAGE_SENDER_LIST, "sortBy=EMAILADDRESS"),
	    MANAGE_OK);
	assert_int_equal(cl.rows, 2);
	(void)strlcpy(cl.page, next, sizeof(cl.page));
	assert_int_equal(client_in(&cl, MANAGE_SENDER_LIST, ""),
	    MANAGE_INVALID);
	(void)strlcpy(cl.page, next, sizeof(cl.page));
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_LIST, NULL,
			     "compartmentId=root|sortBy=EMAILADDRESS"),
	    MANAGE_INVALID);
	for (i = 0; next[i] != '\0'; i++) {
		memcpy(other, next, sizeof(other));
		if (i == 0)
			other[0] = 'p';
		else
			other[i] = other[i] == '0' ? '1' : '0';
		(void)strlcpy(cl.page, other, sizeof(cl.page));
		assert_int_equal(
		    client_in(&cl, MANAGE_SENDER_LIST, "sortBy=EMAILADDRESS"),
		    MANAGE_INVALID);
		memcpy(other, next, sizeof(other));
		other[i] = '\0';
		(void)strlcpy(cl.page, other, sizeof(cl.page));
		if (i > 0)
			assert_int_equal(client_in(&cl, MANAGE_SENDER_LIST,
					     "sortBy=EMAILADDRESS"),
			    MANAGE_INVALID);
	}
}

/* Two domains with a return path each, whose names sort the other way. */
static void
make_paths(void)
{
	static const struct {
		const char *domain;
		const char *path;
	} rows[] = {
		{ "a.example", "name=z.a.example" },
		{ "b.example", "name=c.b.example" },
	};
	char text[512];
	size_t i;

	for (i = 0; i < 2; i++) {
		(void)snprintf(text, sizeof(text), "name=%s", rows[i].domain);
		(void)snprintf(text, sizeof(text), "parentResourceId=%s|%s",
		    client_make(&cl, MANAGE_DOMAIN_CREATE, text), rows[i].path);
		assert_int_equal(
		    client_ask(&cl, MANAGE_PATH_CREATE, NULL, text), MANAGE_OK);
	}
}

/* Names of the return paths of the compartment. */
static const char *
paths(const char *more)
{
	static char all[512];
	char text[512];

	(void)snprintf(text, sizeof(text), "compartmentId=%s|%s", cl.prod,
	    more);
	(void)client_walk(&cl, MANAGE_PATH_LIST, text, 1, "name", all,
	    sizeof(all));
	return all;
}

static void
return_paths_are_sorted(void **state)
{
	char first[OBJECT_ID_SIZE], all[512], text[512];
	const char *second;

	make_paths();
	assert_string_equal(paths("sortBy=NAME"), " c.b.example z.a.example");
	assert_string_equal(paths("sortBy=NAME|sortOrder=DESC"),
	    " z.a.example c.b.example");
	assert_string_equal(paths("name=c.b.example"), " c.b.example");
	assert_string_equal(paths("name=d.b.example"), "");
	(void)snprintf(text, sizeof(text), "compartmentId=%s|sortBy=ID",
	    cl.prod);
	(void)client_walk(&cl, MANAGE_PATH_LIST, text, 1, "id", all,
	    sizeof(all));
	second = strchr(all + 1, ' ');
	assert_non_null(second);
	(void)snprintf(first, sizeof(first), "%.*s", (int)(second - all - 1),
	    all + 1);
	assert_true(strcmp(first, second + 1) < 0);
	/* One that is gone is in no order. */
	assert_true(world_do(&w, "domain remove a.example"));
	assert_string_equal(paths("sortBy=NAME"), " c.b.example");
	assert_string_equal(paths(""), " c.b.example");
}

/* Those of a store of before have no place in the order of names. */
static void
old_return_paths_are_sorted(void **state)
{
	const struct created c = { OBJECT_NAMES, cl.prod, 0, "z.a.example" };

	make_paths();
	assert_int_equal(store_begin(w.control.store), 0);
	assert_int_equal(created_del(w.control.store, &c), STORE_OK);
	assert_int_equal(store_commit(w.control.store), 0);
	assert_string_equal(paths("sortBy=NAME"), " c.b.example");
	assert_int_equal(object_upgrade(w.control.store), 0);
	assert_string_equal(paths("sortBy=NAME"), " c.b.example z.a.example");
}

/* What was deleted is listed as long as it shows, if one asks for it. */
static void
deleted_are_listed(void **state)
{
	char all[512], id[OBJECT_ID_SIZE], text[512];

	(void)client_make(&cl, MANAGE_SENDER_CREATE, "emailAddress=a@b.org");
	(void)strlcpy(id,
	    client_make(&cl, MANAGE_SENDER_CREATE, "emailAddress=c@d.org"),
	    sizeof(id));
	(void)walk("lifecycleState=Deleted", 1, all, sizeof(all));
	assert_string_equal(all, "");
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_DELETE, id, NULL),
	    MANAGE_OK);
	(void)walk("lifecycleState=Deleted", 1, all, sizeof(all));
	assert_string_equal(all, " c");
	(void)walk("lifecycleState=deleted|emailAddress=C@D.org", 1, all,
	    sizeof(all));
	assert_string_equal(all, " c");
	(void)walk("lifecycleState=deleted|domain=b.org", 1, all, sizeof(all));
	assert_string_equal(all, "");
	(void)walk("", 1, all, sizeof(all));
	assert_string_equal(all, " a");
	/* One of edctl, too. */
	assert_true(world_do(&w, "sender add e@d.org compartment prod"));
	assert_true(world_do(&w, "sender remove e@d.org"));
	(void)walk("lifecycleState=deleted|emailAddress=e@d.org", 1, all,
	    sizeof(all));
	assert_string_equal(all, " e");
	/* Of another compartment it is not. */
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_LIST, NULL,
			     "compartmentId=root|lifecycleState=deleted"),
	    MANAGE_OK);
	assert_int_equal(cl.rows, 0);
	/* A return path, with its domain. */
	make_paths();
	assert_true(world_do(&w, "domain remove a.example"));
	assert_string_equal(paths("lifecycleState=DELETED"), " z.a.example");
	(void)snprintf(text, sizeof(text),
	    "compartmentId=%s|lifecycleState=DELETED", cl.prod);
	(void)client_walk(&cl, MANAGE_DOMAIN_LIST, text, 1, "name", all,
	    sizeof(all));
	assert_string_equal(all, " a.example");
}

/* Any user may do all in one of two compartments. */
static int
set_up_two(void **state)
{
	client_begin(&cl, &w,
	    "allow any-user to manage email-family in compartment ");
	assert_true(world_do(&w, "compartment add new"));
	assert_true(world_do(&w, "domain add d.example compartment new"));
	assert_true(world_do(&w, "domain add e.example compartment new"));
	assert_true(world_do(&w, "returnpath add d.example name rp.d.example"));
	assert_true(world_do(&w, "returnpath add e.example name rp.e.example"));
	return 0;
}

/* Names of all return paths that he sees. */
static const char *
seen(const char *more)
{
	static char all[512];

	(void)client_walk(&cl, MANAGE_PATH_LIST, more, 1, "name", all,
	    sizeof(all));
	return all;
}

/* Without a place, those of all in which he may look; and no others. */
static void
return_paths_of_all_places(void **state)
{
	assert_string_equal(seen(""), "");
	make_paths();
	assert_int_equal(strlen(seen("")), strlen(" c.b.example z.a.example"));
	assert_string_equal(seen("name=c.b.example"), " c.b.example");
	assert_string_equal(seen("name=rp.d.example"), "");
	assert_string_equal(seen("name=rp.none.example"), "");
	assert_int_equal(client_ask(&cl, MANAGE_PATH_LIST, NULL, "sortBy=NAME"),
	    MANAGE_INVALID);
	client_allow(&w,
	    "allow any-user to manage email-family in tenancy where "
	    "target.email-domain.name = 'd.example'");
	assert_string_equal(seen("name=rp.d.example"), " rp.d.example");
	assert_string_equal(seen("name=rp.e.example"), "");
	assert_non_null(strstr(seen("sortBy=ID"), " rp.d.example"));
	assert_null(strstr(seen("sortBy=ID"), " rp.e.example"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(NAME) cmocka_unit_test_setup_teardown(NAME, set_up, tear_down)
		T(lists_are_paged),
		T(tokens_are_sealed),
		T(return_paths_are_sorted),
		cmocka_unit_test_setup_teardown(return_paths_of_all_places,
		    set_up_two, tear_down),
		T(old_return_paths_are_sorted),
		T(deleted_are_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
