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
 * The management API: senders and domains, who may, entity tags, retry tokens, work requests.
 *
 * sources: regress/control/client.c regress/control/world.c
 * sources: regress/control/ask.c
 * sources: regress/control/tmpdir.c regress/control/fake_proc.c
 * sources: control/[!m]*.c control/m[!a]*.c control/manage*.c
 * sources: lib/shellword.c
 * sources: lib/address.c lib/base64.c lib/breach.c lib/chan.c lib/compat.c
 * sources: lib/dkim_txt.c
 * sources: lib/id.c lib/idn.c lib/log*.c lib/msg.c lib/netkey.c lib/network.c
 * sources: lib/pending.c lib/proto_*.c lib/row.c lib/siphash.c
 * libs: -levent -ldb-5.3 -lcrypto -lidn2 -ljson-c -lpthread
 */
#include <sys/socket.h>

#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "ask.h"
#include "chan.h"
#include "client.h"
#include "compat.h"
#include "expiry.h"
#include "id.h"
#include "lookup.h"
#include "manage.h"
#include "object.h"
#include "object_upgrade.h"
#include "policy.h"
#include "proc.h"
#include "proto_policy.h"
#include "record.h"
#include "returnpath.h"
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

static int
tear_down(void **state)
{
	client_end(&cl);
	return 0;
}

static void
sender_lives(void **state)
{
	char id[OBJECT_ID_SIZE], etag[MANAGE_ETAG_SIZE];

	(void)strlcpy(id,
	    client_make(&cl, MANAGE_SENDER_CREATE,
		"emailAddress=News@Example.org|freeformTags.team=a.b"),
	    sizeof(id));
	assert_string_equal(client_value(&cl, "emailAddress"),
	    "News@example.org");
	assert_string_equal(client_value(&cl, "lifecycleState"), "ACTIVE");
	assert_string_equal(client_value(&cl, "compartmentId"), cl.prod);
	assert_string_equal(client_value(&cl, "freeformTags.team"), "a.b");
	assert_true(cl.end.etag[0] != '\0');
	(void)strlcpy(etag, cl.end.etag, sizeof(etag));
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_GET, id, NULL),
	    MANAGE_OK);
	assert_string_equal(cl.end.etag, etag);
	/* edctl sees it, and what it does is seen here. */
	assert_true(world_do(&w, "sender set news@example.org state inactive"));
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_GET, id, NULL),
	    MANAGE_OK);
	assert_string_equal(client_value(&cl, "lifecycleState"), "INACTIVE");
	/* One that has moved is where it is now, and nowhere else. */
	assert_true(
	    world_do(&w, "sender set news@example.org compartment root"));
	assert_int_equal(client_in(&cl, MANAGE_SENDER_LIST, ""), MANAGE_OK);
	assert_int_equal(cl.rows, 0);
	assert_int_equal(
	    client_ask(&cl, MANAGE_SENDER_LIST, NULL, "compartmentId=root"),
	    MANAGE_OK);
	assert_int_equal(cl.rows, 1);
	assert_int_equal(cl.end.total, 1);
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_UPDATE, id,
			     "?freeformTags=true|freeformTags.x=y"),
	    MANAGE_OK);
	assert_string_equal(client_value(&cl, "freeformTags.team"), "");
	assert_string_equal(client_value(&cl, "freeformTags.x"), "y");
	assert_string_not_equal(cl.end.etag, etag);
	(void)strlcpy(cl.etag, etag, sizeof(cl.etag));
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_DELETE, id, NULL),
	    MANAGE_ETAG);
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_DELETE, id, NULL),
	    MANAGE_OK);
	assert_false(world_do(&w, "sender show news@example.org"));
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_GET, id, NULL),
	    MANAGE_OK);
	assert_string_equal(client_value(&cl, "lifecycleState"), "DELETED");
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_DELETE, id, NULL),
	    MANAGE_NOT_FOUND);
}

/* What is deleted with edctl shows as deleted, and is forgotten in time. */
static void
deleted_is_forgotten(void **state)
{
	const int64_t now = (int64_t)time(NULL);
	char id[OBJECT_ID_SIZE];

	(void)strlcpy(id,
	    client_make(&cl, MANAGE_SENDER_CREATE,
		"emailAddress=a@example.org"),
	    sizeof(id));
	assert_true(world_do(&w, "sender remove a@example.org"));
	assert_int_equal(expiry_run(w.control.store, now + OBJECT_SHOWN / 2),
	    0);
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_GET, id, NULL),
	    MANAGE_OK);
	assert_int_equal(expiry_run(w.control.store, now + OBJECT_SHOWN + 60),
	    0);
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_GET, id, NULL),
	    MANAGE_NOT_FOUND);
}

static void
senders_are_refused(void **state)
{
	static const struct {
		const char *fields;
		enum manage_status status;
	} rows[] = {
		{ "emailAddress=a@example.org", MANAGE_OK },
		{ "emailAddress=A@Example.ORG", MANAGE_CONFLICT },
		{ "emailAddress=", MANAGE_MISSING },
		{ "", MANAGE_MISSING },
		{ "emailAddress=a@@b", MANAGE_INVALID },
		{ "emailAddress=x@gmail.com", MANAGE_INVALID },
		{ "emailAddress=@example.net", MANAGE_INVALID },
		{ "?emailAddress=true", MANAGE_INVALID },
		{ "emailAddress=b@example.org|color=red", MANAGE_INVALID },
		{ "emailAddress=b@example.org|emailIpPoolId=x",
		    MANAGE_NOT_FOUND },
		{ "emailAddress=b@example.org|freeformTags.=x",
		    MANAGE_INVALID },
		{ "emailAddress=b@example.org|emailIpPoolId=", MANAGE_OK },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (client_in(&cl, MANAGE_SENDER_CREATE, rows[i].fields) !=
		    rows[i].status)
			fail_msg("%s: %d %s", rows[i].fields, cl.end.status,
			    cl.end.why);
		if (rows[i].status != MANAGE_OK && cl.rows != 0)
			fail_msg("%s: rows", rows[i].fields);
	}
	assert_int_equal(
	    client_ask(&cl, MANAGE_SENDER_CREATE, NULL,
		"compartmentId=nowhere|emailAddress=c@example.org"),
	    MANAGE_NOT_FOUND);
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_GET, "ocid1.x", NULL),
	    MANAGE_NOT_FOUND);
	assert_int_equal(client_ask(&cl, MANAGE_DOMAIN_GET,
			     client_make(&cl, MANAGE_SENDER_CREATE,
				 "emailAddress=d@example.org"),
			     NULL),
	    MANAGE_NOT_FOUND);
}

/* Every operation is refused to who may nothing, as if nothing was there. */
static void
who_may_not_sees_nothing(void **state)
{
	char id[OBJECT_ID_SIZE], text[256];
	unsigned op;

	assert_true(world_do(&w, "sender add a@b.org compartment prod"));
	assert_true(world_value(&w, "id", id, sizeof(id)));
	(void)snprintf(text, sizeof(text), "compartmentId=%s", cl.prod);
	(void)strlcpy(cl.user, "ocid1.user.edd..nobody", sizeof(cl.user));
	for (op = MANAGE_SENDER_CREATE; op <= MANAGE_OP_LAST; op++) {
		(void)client_ask(&cl, (enum manage_op)op, id, text);
		if (cl.end.status != MANAGE_NOT_FOUND || cl.rows != 0)
			fail_msg("operation %u: %d", op, cl.end.status);
	}
}

/* Verbs of policies give what the service's do, and nothing without one. */
static void
verbs_give_permissions(void **state)
{
	static const char *const verbs[] = { NULL, "inspect", "read", "use",
		"manage" };
	static const struct {
		enum manage_op op;
		unsigned verb; /* the least */
	} rows[] = {
		{ MANAGE_SENDER_LIST, 1 },
		{ MANAGE_SENDER_GET, 2 },
		{ MANAGE_SENDER_UPDATE, 3 },
		{ MANAGE_SENDER_DELETE, 4 },
	};
	char id[OBJECT_ID_SIZE], text[256];
	enum manage_status status;
	unsigned i, v;

	for (v = 0; v < 5; v++) {
		assert_int_equal(tear_down(NULL), 0);
		(void)snprintf(text, sizeof(text),
		    "allow any-user to %s email-family in tenancy", verbs[v]);
		client_begin(&cl, &w, v > 0 ? text : NULL);
		assert_true(
		    world_do(&w, "sender add a@b.org compartment root"));
		assert_true(world_value(&w, "id", id, sizeof(id)));
		for (i = 0; i < 4; i++) {
			status = client_ask(&cl, rows[i].op, id,
			    i == 0 ? "compartmentId=root" : NULL);
			if ((status == MANAGE_OK) != (v >= rows[i].verb))
				fail_msg("verb %u, row %u: %d", v, i, status);
		}
	}
}

static void
bad_pages_are_refused(void **state)
{
	static const char *const pages[] = { "x", "n0", "nzz", "n00", "N61",
		"n6G" };
	size_t i;

	for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		(void)strlcpy(cl.page, pages[i], sizeof(cl.page));
		assert_int_equal(client_in(&cl, MANAGE_SENDER_LIST, ""),
		    MANAGE_INVALID);
	}
	memset(cl.page, '6', sizeof(cl.page) - 1);
	cl.page[0] = 'n';
	cl.page[sizeof(cl.page) - 1] = '\0';
	assert_int_equal(client_in(&cl, MANAGE_SENDER_LIST, ""),
	    MANAGE_INVALID);
	assert_int_equal(client_in(&cl, MANAGE_SENDER_LIST, "sortBy=COLOR"),
	    MANAGE_INVALID);
	assert_int_equal(client_in(&cl, MANAGE_SENDER_LIST, "sortOrder=UP"),
	    MANAGE_INVALID);
}

/* The log of a work request that is done, a row a page. */
static void
logs_are_paged(const char *work)
{
	cl.limit = 1;
	assert_int_equal(client_ask(&cl, MANAGE_WORK_LOGS, work, NULL),
	    MANAGE_OK);
	assert_int_equal(cl.rows, 1);
	assert_string_equal(client_value(&cl, "message"),
	    "The request was carried out.");
	cl.limit = 1;
	(void)strlcpy(cl.page, cl.end.next, sizeof(cl.page));
	assert_int_equal(client_ask(&cl, MANAGE_WORK_LOGS, work, NULL),
	    MANAGE_OK);
	assert_string_equal(client_value(&cl, "message"),
	    "The request was accepted.");
	assert_string_equal(cl.end.next, "");
	(void)strlcpy(cl.page, "3", sizeof(cl.page));
	assert_int_equal(client_ask(&cl, MANAGE_WORK_LOGS, work, NULL),
	    MANAGE_INVALID);
}

static void
domain_lives(void **state)
{
	char id[OBJECT_ID_SIZE], work[OBJECT_ID_SIZE], text[256];

	(void)strlcpy(cl.retry, "token-1", sizeof(cl.retry));
	(void)strlcpy(id,
	    client_make(&cl, MANAGE_DOMAIN_CREATE,
		"name=Example.org|description=ours"),
	    sizeof(id));
	(void)strlcpy(work, cl.end.work, sizeof(work));
	assert_string_not_equal(work, "");
	assert_string_equal(client_value(&cl, "name"), "example.org");
	assert_string_equal(client_value(&cl, "description"), "ours");
	/* The same again makes nothing and says the same, after a restart. */
	world_reopen(&w);
	(void)strlcpy(cl.retry, "token-1", sizeof(cl.retry));
	assert_string_equal(client_make(&cl, MANAGE_DOMAIN_CREATE,
				"name=Example.org|description=ours"),
	    id);
	assert_string_equal(cl.end.work, work);
	(void)strlcpy(cl.retry, "token-1", sizeof(cl.retry));
	assert_int_equal(
	    client_in(&cl, MANAGE_DOMAIN_CREATE, "name=example.com"),
	    MANAGE_RETRY_TOKEN);
	assert_int_equal(
	    client_in(&cl, MANAGE_DOMAIN_CREATE, "name=example.org"),
	    MANAGE_EXISTS);
	assert_int_equal(client_ask(&cl, MANAGE_WORK_GET, work, NULL),
	    MANAGE_OK);
	assert_string_equal(client_value(&cl, "status"), "SUCCEEDED");
	assert_string_equal(client_value(&cl, "operationType"),
	    "CREATE_EMAIL_DOMAIN");
	assert_string_equal(client_value(&cl, "resources.identifier"), id);
	(void)client_make(&cl, MANAGE_DOMAIN_CREATE, "name=a.example");
	assert_int_equal(client_in(&cl, MANAGE_DOMAIN_LIST, "sortBy=NAME"),
	    MANAGE_OK);
	assert_int_equal(cl.rows, 2);
	assert_string_equal(client_value(&cl, "name"), "a.example");
	assert_int_equal(client_in(&cl, MANAGE_DOMAIN_LIST, "sortBy=ID"),
	    MANAGE_OK);
	assert_int_equal(cl.rows, 2);
	assert_int_equal(client_in(&cl, MANAGE_DOMAIN_LIST, "name=example.org"),
	    MANAGE_OK);
	assert_int_equal(cl.rows, 1);
	(void)snprintf(text, sizeof(text), "id=%s", id);
	assert_int_equal(client_in(&cl, MANAGE_DOMAIN_LIST, text), MANAGE_OK);
	assert_int_equal(cl.rows, 1);
	assert_int_equal(
	    client_ask(&cl, MANAGE_DOMAIN_UPDATE, id, "description=theirs"),
	    MANAGE_OK);
	assert_string_not_equal(cl.end.work, "");
	assert_int_equal(client_ask(&cl, MANAGE_DOMAIN_GET, id, NULL),
	    MANAGE_OK);
	assert_string_equal(client_value(&cl, "description"), "theirs");
	(void)client_make(&cl, MANAGE_SENDER_CREATE,
	    "emailAddress=@example.org");
	assert_int_equal(client_ask(&cl, MANAGE_DOMAIN_DELETE, id, NULL),
	    MANAGE_CONFLICT);
	assert_true(world_do(&w, "sender remove @example.org"));
	assert_int_equal(client_ask(&cl, MANAGE_DOMAIN_DELETE, id, NULL),
	    MANAGE_OK);
	assert_int_equal(client_ask(&cl, MANAGE_DOMAIN_GET, id, NULL),
	    MANAGE_OK);
	assert_string_equal(client_value(&cl, "lifecycleState"), "DELETED");
	assert_int_equal(client_in(&cl, MANAGE_WORK_LIST,
			     "operationType=delete_email_domain"),
	    MANAGE_OK);
	assert_int_equal(cl.rows, 1);
	assert_int_equal(client_ask(&cl, MANAGE_WORK_LOGS, work, NULL),
	    MANAGE_OK);
	assert_int_equal(cl.rows, 2);
	logs_are_paged(work);
	assert_int_equal(client_ask(&cl, MANAGE_WORK_ERRORS, work, NULL),
	    MANAGE_OK);
	assert_int_equal(cl.rows, 0);
}

/* The client's part may be long; edd's own is the end of the id. */
static void
audit_has_the_whole_request_id(void **state)
{
	char id[MANAGE_ID_SIZE], wanted[MANAGE_ID_SIZE + 16];
	static const char end[] = "/0123456789ABCDEF/END";

	memset(id, 'x', sizeof(id));
	memcpy(id + sizeof(id) - sizeof(end), end, sizeof(end));
	cl.request = id;
	(void)client_make(&cl, MANAGE_SENDER_CREATE, "emailAddress=a@b.org");
	cl.request = NULL;
	(void)snprintf(wanted, sizeof(wanted), " request=%s", id);
	assert_true(world_do(&w, "audit verb CreateSender"));
	assert_non_null(strstr(w.text, wanted));
}

/* What a token made is not made again once it is deleted, nor shown as such. */
static void
token_of_what_was_deleted(void **state)
{
	static const char text[] = "name=example.org|description=ours";
	char id[OBJECT_ID_SIZE];
	int64_t later;

	(void)strlcpy(cl.retry, "token-1", sizeof(cl.retry));
	(void)strlcpy(id, client_make(&cl, MANAGE_DOMAIN_CREATE, text),
	    sizeof(id));
	assert_int_equal(client_ask(&cl, MANAGE_DOMAIN_DELETE, id, NULL),
	    MANAGE_OK);
	(void)strlcpy(cl.retry, "token-1", sizeof(cl.retry));
	assert_int_equal(client_in(&cl, MANAGE_DOMAIN_CREATE, text),
	    MANAGE_RETRY_TOKEN);
	assert_int_equal(cl.rows, 0);
	/* Nor when it is forgotten: that is when the token is, too. */
	later = (int64_t)time(NULL) + OBJECT_SHOWN + 60;
	assert_int_equal(expiry_run(w.control.store, later), 0);
	(void)strlcpy(cl.retry, "token-1", sizeof(cl.retry));
	assert_string_not_equal(client_make(&cl, MANAGE_DOMAIN_CREATE, text),
	    id);
}

static void
return_path_lives(void **state)
{
	char domain[OBJECT_ID_SIZE], id[OBJECT_ID_SIZE], text[256];
	char path[ADDRESS_SIZE];
	struct returnpath p;

	(void)strlcpy(domain,
	    client_make(&cl, MANAGE_DOMAIN_CREATE, "name=example.org"),
	    sizeof(domain));
	(void)snprintf(text, sizeof(text),
	    "parentResourceId=%s|name=rp.other.org", domain);
	assert_int_equal(client_ask(&cl, MANAGE_PATH_CREATE, NULL, text),
	    MANAGE_INVALID);
	(void)snprintf(text, sizeof(text),
	    "parentResourceId=%s|name=rp.example.org", domain);
	assert_int_equal(client_ask(&cl, MANAGE_PATH_CREATE, NULL, text),
	    MANAGE_OK);
	(void)strlcpy(id, client_value(&cl, "id"), sizeof(id));
	assert_int_equal(client_ask(&cl, MANAGE_PATH_CREATE, NULL, text),
	    MANAGE_EXISTS);
	assert_int_equal(client_ask(&cl, MANAGE_PATH_GET, id, NULL), MANAGE_OK);
	assert_string_equal(client_value(&cl, "lifecycleState"), "CREATING");
	assert_int_equal(
	    returnpath_sender(w.control.store, "a@example.org", path),
	    STORE_OK);
	assert_string_equal(path, "");
	/* The DNS has it. */
	assert_int_equal(returnpath_of(w.control.store, "example.org", &p),
	    STORE_OK);
	p.state = RETURNPATH_ACTIVE;
	assert_int_equal(store_begin(w.control.store), 0);
	assert_int_equal(returnpath_put(w.control.store, &p, cl.prod, domain),
	    STORE_OK);
	assert_int_equal(store_commit(w.control.store), 0);
	assert_int_equal(
	    returnpath_sender(w.control.store, "a@example.org", path),
	    STORE_OK);
	assert_string_equal(path, "a@rp.example.org");
	assert_int_equal(
	    returnpath_sender(w.control.store, "A@Example.ORG", path),
	    STORE_OK);
	assert_string_equal(path, "A@rp.example.org");
	(void)snprintf(text, sizeof(text), "parentResourceId=%s", domain);
	assert_int_equal(client_ask(&cl, MANAGE_PATH_LIST, NULL, text),
	    MANAGE_OK);
	assert_int_equal(cl.rows, 1);
	assert_int_equal(
	    client_ask(&cl, MANAGE_PATH_UPDATE, id, "description=bounces"),
	    MANAGE_OK);
	assert_int_equal(client_ask(&cl, MANAGE_PATH_DELETE, id, NULL),
	    MANAGE_OK);
	assert_int_equal(client_ask(&cl, MANAGE_PATH_GET, id, NULL), MANAGE_OK);
	assert_string_equal(client_value(&cl, "lifecycleState"), "DELETED");
	assert_string_equal(client_value(&cl, "description"), "bounces");
	/* One goes with its domain. */
	(void)snprintf(text, sizeof(text), "parentResourceId=%s", domain);
	assert_int_equal(client_ask(&cl, MANAGE_PATH_CREATE, NULL, text),
	    MANAGE_OK);
	assert_string_equal(client_value(&cl, "name"), "bounce.example.org");
	assert_int_equal(client_ask(&cl, MANAGE_DOMAIN_DELETE, domain, NULL),
	    MANAGE_OK);
	assert_int_equal(returnpath_of(w.control.store, "example.org", &p),
	    STORE_NOTFOUND);
}

static void
configuration_is_told(void **state)
{
	(void)strlcpy(w.control.global.hostname, "mail.example.org",
	    sizeof(w.control.global.hostname));
	assert_int_equal(client_in(&cl, MANAGE_CONFIG_GET, ""), MANAGE_OK);
	assert_string_equal(client_value(&cl, "smtpSubmitEndpoint"),
	    "mail.example.org");
	assert_string_equal(client_value(&cl, "compartmentId"), cl.prod);
}

/* A store of before has records that no id leads to. */
static void
old_store_is_linked(void **state)
{
	char id[OBJECT_ID_SIZE];

	(void)strlcpy(id,
	    client_make(&cl, MANAGE_SENDER_CREATE,
		"emailAddress=a@example.org"),
	    sizeof(id));
	assert_int_equal(store_begin(w.control.store), 0);
	assert_int_equal(record_del(w.control.store, STORE_OBJECT, id, NULL),
	    STORE_OK);
	assert_int_equal(store_commit(w.control.store), 0);
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_GET, id, NULL),
	    MANAGE_NOT_FOUND);
	assert_int_equal(object_upgrade(w.control.store), 0);
	assert_int_equal(client_ask(&cl, MANAGE_SENDER_GET, id, NULL),
	    MANAGE_OK);
	assert_int_equal(object_upgrade(w.control.store), 0);
}

/* Senders aN@victim.example, in a compartment. */
static void
put_senders(unsigned n, const char *compartment)
{
	struct sender s;
	char text[64];
	unsigned i;

	for (i = 0; i < n; i++) {
		(void)snprintf(text, sizeof(text), "a%05u@victim.example", i);
		assert_null(sender_parse(text, &s));
		assert_int_equal(
		    id_make_object("emailsender", s.id, sizeof(s.id)), 0);
		(void)strlcpy(s.compartment, compartment,
		    sizeof(s.compartment));
		s.created = 1;
		s.state = RECORD_ACTIVE;
		if (i % 1000 == 0)
			assert_int_equal(store_begin(w.control.store), 0);
		assert_int_equal(sender_put(w.control.store, &s), STORE_OK);
		if (i % 1000 == 999 || i + 1 == n)
			assert_int_equal(store_commit(w.control.store), 0);
	}
}

/* A domain takes the senders that others have of it: not without leave. */
static void
domain_takes_no_sender_of_others(void **state)
{
	static const char wanted[] = "name=victim.example";
	struct policy_sender_reply a;
	char dev[OBJECT_ID_SIZE];

	tear_down(state);
	client_begin(&cl, &w,
	    "allow any-user to manage email-family in compartment ");
	assert_true(world_do(&w, "compartment add dev"));
	assert_true(world_value(&w, "id", dev, sizeof(dev)));
	put_senders(20000, dev);
	client_allow(&w, "allow any-user to use email-family in tenancy");
	assert_int_equal(client_in(&cl, MANAGE_DOMAIN_CREATE, wanted),
	    MANAGE_NOT_FOUND);
	assert_string_equal(cl.end.why,
	    "Authorization failed or requested resource not found.");
	assert_false(world_do(&w, "domain show victim.example"));
	assert_int_equal(ask_sender(&w, cl.user, "a00001@victim.example", &a),
	    POLICY_OK);
	/* Verified or not: it would keep others from making senders. */
	w.control.site.verify_domains = true;
	assert_int_equal(client_in(&cl, MANAGE_DOMAIN_CREATE, wanted),
	    MANAGE_NOT_FOUND);
	w.control.site.verify_domains = false;
	/* Who may do so there too has his way. */
	client_allow(&w, "allow any-user to manage email-family in tenancy");
	(void)client_make(&cl, MANAGE_DOMAIN_CREATE, wanted);
	assert_int_equal(ask_sender(&w, cl.user, "a00001@victim.example", &a),
	    POLICY_NO);
}

/* Senders of the own compartment, and of those below it, lose nothing. */
static void
domain_of_own_senders_is_made(void **state)
{
	struct policy_sender_reply a;
	char shop[OBJECT_ID_SIZE];

	tear_down(state);
	client_begin(&cl, &w,
	    "allow any-user to manage email-family in compartment ");
	assert_true(world_do(&w, "compartment add shop parent prod"));
	assert_true(world_value(&w, "id", shop, sizeof(shop)));
	put_senders(10, shop);
	assert_true(
	    world_do(&w, "sender add b@victim.example compartment prod"));
	assert_true(
	    world_do(&w, "sender add c@victim.example.net compartment root"));
	(void)client_make(&cl, MANAGE_DOMAIN_CREATE, "name=victim.example");
	assert_int_equal(ask_sender(&w, cl.user, "a00001@victim.example", &a),
	    POLICY_OK);
}

/* A DNS that answers nothing. */
static struct chan *
silent_dns(int *other)
{
	struct chan *chan;
	int sv[2];

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sv), 0);
	chan = chan_new(proc_base(), sv[0], "dns", lookup_rules(), &w.control);
	assert_non_null(chan);
	lookup_peer_up(w.control.lookup, chan);
	*other = sv[1];
	return chan;
}

/* Look-ups without an answer take few places, and each only once. */
static void
silent_dns_holds_up_few(void **state)
{
	static struct client many[5];
	char id[5][OBJECT_ID_SIZE], text[64];
	struct chan *chan;
	unsigned i;
	int fd;

	for (i = 0; i < 5; i++) {
		(void)snprintf(text, sizeof(text), "emailAddress=a@d%u.example",
		    i);
		(void)strlcpy(id[i],
		    client_make(&cl, MANAGE_SENDER_CREATE, text),
		    sizeof(id[i]));
	}
	chan = silent_dns(&fd);
	for (i = 0; i < 5; i++) {
		many[i] = cl;
		client_start(&many[i], MANAGE_SENDER_GET, id[i], NULL);
		assert_int_equal(many[i].ended, i >= 3);
	}
	assert_int_equal(many[3].end.status, MANAGE_OK);
	assert_string_equal(client_value(&many[3], "isSpf"), "");
	/* One that nobody waits for any more leaves its place. */
	manage_cancel(many[0].ask);
	client_start(&many[3], MANAGE_SENDER_GET, id[3], NULL);
	assert_false(many[3].ended);
	while (!many[1].ended || !many[2].ended || !many[3].ended)
		assert_int_equal(event_base_loop(proc_base(), EVLOOP_ONCE), 0);
	assert_int_equal(many[1].end.status, MANAGE_OK);
	/* They are not asked again, others are. */
	for (i = 1; i < 4; i++) {
		client_start(&many[i], MANAGE_SENDER_GET, id[i], NULL);
		assert_true(many[i].ended);
	}
	client_start(&many[4], MANAGE_SENDER_GET, id[4], NULL);
	assert_false(many[4].ended);
	manage_cancel(many[4].ask);
	lookup_peer_down(w.control.lookup, chan);
	chan_free(chan);
	(void)close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(NAME) cmocka_unit_test_setup_teardown(NAME, set_up, tear_down)
		T(sender_lives),
		T(deleted_is_forgotten),
		T(senders_are_refused),
		T(who_may_not_sees_nothing),
		T(verbs_give_permissions),
		T(bad_pages_are_refused),
		T(domain_lives),
		T(audit_has_the_whole_request_id),
		T(token_of_what_was_deleted),
		T(return_path_lives),
		T(configuration_is_told),
		T(old_store_is_linked),
		T(domain_takes_no_sender_of_others),
		T(domain_of_own_senders_is_made),
		T(silent_dns_holds_up_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
