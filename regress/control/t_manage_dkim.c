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
 * DKIM keys of the management API, with a signer that makes nothing real.
 *
 * sources: regress/control/client.c regress/control/fake_signer.c
 * sources: regress/control/world.c
 * sources: regress/control/tmpdir.c regress/control/fake_proc.c
 * sources: control/[!m]*.c control/m[!a]*.c control/manage*.c
 * sources: lib/shellword.c
 * sources: lib/address.c lib/base64.c lib/breach.c lib/chan.c lib/compat.c
 * sources: lib/dkim_txt.c
 * sources: lib/id.c lib/idn.c lib/log*.c lib/msg.c lib/netkey.c lib/network.c
 * sources: lib/pending.c lib/proto_*.c lib/row.c lib/siphash.c
 * libs: -levent -ldb-5.3 -lcrypto -lidn2 -ljson-c -lpthread
 */
#include <event2/event.h>
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
#include "dkimkey.h"
#include "dkimretire.h"
#include "dkimstate.h"
#include "fake_signer.h"
#include "manage.h"
#include "proc.h"
#include "store.h"

static struct world w;
static struct client cl;
static struct fake_signer signer;
static char domain[OBJECT_ID_SIZE];

static int
set_up(void **state)
{
	client_begin(&cl, &w,
	    "allow any-user to manage email-family in tenancy");
	fake_signer_up(&signer, &w);
	if (client_ask(&cl, MANAGE_DOMAIN_CREATE, NULL,
		"compartmentId=root|name=example.org") != MANAGE_OK)
		return -1;
	(void)strlcpy(domain, client_value(&cl, "id"), sizeof(domain));
	return 0;
}

static int
tear_down(void **state)
{
	fake_signer_down(&signer, &w);
	client_end(&cl);
	return 0;
}

/* A request about the domain. */
static enum manage_status
of_domain(enum manage_op op, const char *more)
{
	char text[1024];

	(void)snprintf(text, sizeof(text), "emailDomainId=%s|%s", domain, more);
	return client_ask(&cl, op, NULL, text);
}

/* The DNS is looked at. */
static void
dns_says(const char *selector, enum dkim_dns dns)
{
	struct dkimkey k;

	assert_int_equal(
	    dkimkey_get(w.control.store, "example.org", selector, &k),
	    STORE_OK);
	w.control.site.expire = 86400;
	dkimstate_seen(&w.control, &k, dns);
}

/* Queue has nothing any more of a key that the last answer is about. */
static void
retire(const char *selector)
{
	struct dkimkey k;

	if (selector == NULL)
		selector = client_value(&cl, "name");
	assert_int_equal(
	    dkimkey_get(w.control.store, "example.org", selector, &k),
	    STORE_OK);
	assert_int_equal(dkimstate_retire(&w.control, &k), 0);
}

static const char *
state_of(const char *id)
{
	assert_int_equal(client_ask(&cl, MANAGE_DKIM_GET, id, NULL), MANAGE_OK);
	return client_value(&cl, "lifecycleState");
}

/* The domain's two keys are listed as their ids are. */
static void
in_order_of_ids(void)
{
	char all[4 * OBJECT_ID_SIZE], text[128], *second;

	(void)snprintf(text, sizeof(text), "emailDomainId=%s|sortBy=ID",
	    domain);
	assert_int_equal(
	    client_walk(&cl, MANAGE_DKIM_LIST, text, 1, "id", all, sizeof(all)),
	    2);
	second = strchr(all + 1, ' ');
	assert_non_null(second);
	*second++ = '\0';
	assert_true(strcmp(all + 1, second) < 0);
}

static void
key_lives(void **state)
{
	char id[OBJECT_ID_SIZE], next[OBJECT_ID_SIZE];

	assert_int_equal(
	    of_domain(MANAGE_DKIM_CREATE, "name=s1|description=first"),
	    MANAGE_OK);
	(void)strlcpy(id, client_value(&cl, "id"), sizeof(id));
	assert_string_equal(client_value(&cl, "lifecycleState"), "CREATING");
	assert_string_equal(client_value(&cl, "dnsSubdomainName"),
	    "s1._domainkey.example.org");
	assert_string_not_equal(client_value(&cl, "txtRecordValue"), "");
	assert_string_equal(client_value(&cl, "emailDomainId"), domain);
	assert_string_equal(client_value(&cl, "isImported"), "false");
	assert_string_equal(client_value(&cl, "keyLength"), "2048");
	assert_string_not_equal(cl.end.work, "");
	dns_says("s1", DKIM_DNS_MISSING);
	assert_string_equal(state_of(id), "NEEDS_ATTENTION");
	assert_string_not_equal(client_value(&cl, "lifecycleDetails"), "");
	dns_says("s1", DKIM_DNS_PUBLISHED);
	assert_string_equal(state_of(id), "ACTIVE");
	assert_int_equal(client_ask(&cl, MANAGE_DOMAIN_GET, domain, NULL),
	    MANAGE_OK);
	assert_string_equal(client_value(&cl, "activeDkimId"), id);
	/* A second one takes over when the DNS shows it; a third waits. */
	assert_int_equal(of_domain(MANAGE_DKIM_CREATE, ""), MANAGE_OK);
	(void)strlcpy(next, client_value(&cl, "id"), sizeof(next));
	assert_string_equal(state_of(id), "ACTIVE");
	assert_int_equal(of_domain(MANAGE_DKIM_CREATE, "name=s3"),
	    MANAGE_CONFLICT);
	(void)state_of(next);
	dns_says(client_value(&cl, "name"), DKIM_DNS_PUBLISHED);
	assert_string_equal(state_of(next), "ACTIVE");
	assert_string_equal(state_of(id), "INACTIVE");
	assert_int_equal(of_domain(MANAGE_DKIM_LIST, ""), MANAGE_OK);
	assert_int_equal(cl.rows, 2);
	in_order_of_ids();
	assert_int_equal(of_domain(MANAGE_DKIM_LIST, "lifecycleState=active"),
	    MANAGE_OK);
	assert_int_equal(cl.rows, 1);
	assert_int_equal(of_domain(MANAGE_DKIM_LIST, "name=s1|sortBy=NAME"),
	    MANAGE_OK);
	assert_int_equal(cl.rows, 1);
	assert_int_equal(
	    client_ask(&cl, MANAGE_DKIM_UPDATE, next, "description=second"),
	    MANAGE_OK);
	assert_int_equal(client_ask(&cl, MANAGE_DKIM_DELETE, next, NULL),
	    MANAGE_OK);
	assert_string_equal(state_of(next), "DELETING");
	retire(NULL);
	assert_string_equal(state_of(next), "DELETED");
	assert_string_equal(client_value(&cl, "description"), "second");
}

/* A key that may have signed mail on its way is shown, and waits for that. */
static void
key_waits_for_its_mail(void **state)
{
	char id[OBJECT_ID_SIZE], work[OBJECT_ID_SIZE], text[128];
	struct policy_dkim key[DKIM_KEYS_MAX];
	struct dkimkey k;
	uint32_t n;

	w.control.site.expire = 86400;
	assert_int_equal(of_domain(MANAGE_DKIM_CREATE, "name=s1"), MANAGE_OK);
	(void)strlcpy(id, client_value(&cl, "id"), sizeof(id));
	dns_says("s1", DKIM_DNS_PUBLISHED);
	assert_int_equal(client_ask(&cl, MANAGE_DKIM_DELETE, id, NULL),
	    MANAGE_OK);
	(void)strlcpy(work, cl.end.work, sizeof(work));
	assert_string_equal(state_of(id), "DELETING");
	assert_string_not_equal(client_value(&cl, "lifecycleDetails"), "");
	assert_string_not_equal(client_value(&cl, "txtRecordValue"), "");
	assert_int_equal(
	    dkimkey_active(w.control.store, "example.org", key, &n), STORE_OK);
	assert_int_equal(n, 0);
	assert_int_equal(dkimkey_get(w.control.store, "example.org", "s1", &k),
	    STORE_OK);
	assert_int_equal(k.retire, k.replaced + DKIMRETIRE_GRACE);
	assert_false(dkimretire_is_due(&k));
	assert_int_equal(client_ask(&cl, MANAGE_WORK_GET, work, NULL),
	    MANAGE_OK);
	assert_string_equal(client_value(&cl, "status"), "IN_PROGRESS");
	/* Twice is an error; another key signs, under another selector. */
	assert_int_equal(client_ask(&cl, MANAGE_DKIM_DELETE, id, NULL),
	    MANAGE_STATE);
	assert_int_equal(of_domain(MANAGE_DKIM_LIST, "lifecycleState=DELETING"),
	    MANAGE_OK);
	assert_int_equal(cl.rows, 1);
	assert_int_equal(of_domain(MANAGE_DKIM_CREATE, "name=s1"),
	    MANAGE_EXISTS);
	assert_int_equal(of_domain(MANAGE_DKIM_CREATE, "name=s2"), MANAGE_OK);
	assert_int_equal(
	    dkimkey_active(w.control.store, "example.org", key, &n), STORE_OK);
	assert_int_equal(n, 1);
	assert_string_equal(key[0].selector, "s2");
	(void)snprintf(text, sizeof(text), "%s", client_value(&cl, "id"));
	assert_int_equal(client_ask(&cl, MANAGE_DKIM_DELETE, text, NULL),
	    MANAGE_OK);
	assert_string_equal(state_of(text), "DELETED");
	assert_int_equal(client_ask(&cl, MANAGE_DOMAIN_DELETE, domain, NULL),
	    MANAGE_OK);
	/* The operator may have it go at once. */
	assert_true(world_do(&w, "dkim list example.org state deleting"));
	assert_int_equal(w.rows, 1);
	assert_true(world_do(&w, "dkim remove example.org selector s1"));
	assert_string_equal(state_of(id), "DELETED");
	assert_int_equal(client_ask(&cl, MANAGE_WORK_GET, work, NULL),
	    MANAGE_OK);
	assert_string_equal(client_value(&cl, "status"), "SUCCEEDED");
	assert_int_equal(client_ask(&cl, MANAGE_DOMAIN_GET, domain, NULL),
	    MANAGE_OK);
	assert_string_equal(client_value(&cl, "lifecycleState"), "DELETED");
}

/* A domain that is deleted ends with its last key, and so does the request. */
static void
domain_ends_with_its_keys(void **state)
{
	char id[OBJECT_ID_SIZE], work[OBJECT_ID_SIZE];

	assert_int_equal(of_domain(MANAGE_DKIM_CREATE, "name=s1"), MANAGE_OK);
	(void)strlcpy(id, client_value(&cl, "id"), sizeof(id));
	assert_int_equal(client_ask(&cl, MANAGE_DOMAIN_DELETE, domain, NULL),
	    MANAGE_CONFLICT);
	dns_says("s1", DKIM_DNS_PUBLISHED);
	assert_int_equal(of_domain(MANAGE_DKIM_CREATE, "name=s2"), MANAGE_OK);
	dns_says("s2", DKIM_DNS_PUBLISHED);
	assert_true(world_do(&w, "dkim remove example.org selector s2"));
	assert_int_equal(client_ask(&cl, MANAGE_DOMAIN_DELETE, domain, NULL),
	    MANAGE_OK);
	(void)strlcpy(work, cl.end.work, sizeof(work));
	assert_int_equal(client_ask(&cl, MANAGE_WORK_GET, work, NULL),
	    MANAGE_OK);
	assert_string_equal(client_value(&cl, "status"), "IN_PROGRESS");
	assert_true(cl.end.wait > 0);
	assert_int_equal(client_ask(&cl, MANAGE_DOMAIN_GET, domain, NULL),
	    MANAGE_OK);
	assert_string_equal(client_value(&cl, "lifecycleState"), "DELETING");
	assert_int_equal(client_ask(&cl, MANAGE_DOMAIN_DELETE, domain, NULL),
	    MANAGE_STATE);
	assert_int_equal(of_domain(MANAGE_DKIM_CREATE, "name=s3"),
	    MANAGE_CONFLICT);
	assert_int_equal(client_ask(&cl, MANAGE_DKIM_DELETE, id, NULL),
	    MANAGE_OK);
	retire("s1");
	retire("s2");
	assert_int_equal(client_ask(&cl, MANAGE_WORK_GET, work, NULL),
	    MANAGE_OK);
	assert_string_equal(client_value(&cl, "status"), "SUCCEEDED");
	assert_int_equal(client_ask(&cl, MANAGE_DOMAIN_GET, domain, NULL),
	    MANAGE_OK);
	assert_string_equal(client_value(&cl, "lifecycleState"), "DELETED");
}

static void
keys_are_refused(void **state)
{
	assert_int_equal(of_domain(MANAGE_DKIM_CREATE, "name=UPPER"),
	    MANAGE_INVALID);
	assert_int_equal(
	    of_domain(MANAGE_DKIM_CREATE, "name=s1|privateKey=bad"),
	    MANAGE_INVALID);
	assert_int_equal(
	    of_domain(MANAGE_DKIM_CREATE, "name=s1|privateKey=good"),
	    MANAGE_OK);
	assert_string_equal(client_value(&cl, "isImported"), "true");
	assert_int_equal(of_domain(MANAGE_DKIM_CREATE, "name=s1"),
	    MANAGE_EXISTS);
	assert_int_equal(client_ask(&cl, MANAGE_DKIM_CREATE, NULL,
			     "emailDomainId=ocid1.emaildomain.edd..x"),
	    MANAGE_NOT_FOUND);
	assert_int_equal(client_ask(&cl, MANAGE_DKIM_LIST, NULL, ""),
	    MANAGE_MISSING);
}

/* Two with one token at a time: one key is made, both get it. */
static void
token_makes_one_key(void **state)
{
	static struct client other;
	char text[256];

	other = cl;
	(void)snprintf(text, sizeof(text), "emailDomainId=%s", domain);
	(void)strlcpy(cl.retry, "t", sizeof(cl.retry));
	(void)strlcpy(other.retry, "t", sizeof(other.retry));
	client_start(&cl, MANAGE_DKIM_CREATE, NULL, text);
	assert_false(cl.ended);
	assert_int_equal(client_ask(&other, MANAGE_DKIM_CREATE, NULL, text),
	    MANAGE_OK);
	while (!cl.ended)
		assert_int_equal(event_base_loop(proc_base(), EVLOOP_ONCE), 0);
	assert_int_equal(cl.end.status, MANAGE_OK);
	assert_string_equal(client_value(&cl, "id"),
	    client_value(&other, "id"));
	assert_string_equal(cl.end.work, other.end.work);
	assert_int_equal(of_domain(MANAGE_DKIM_LIST, ""), MANAGE_OK);
	assert_int_equal(cl.rows, 1);
}

static void
nobody_waits_and_no_signer(void **state)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "emailDomainId=%s", domain);
	client_start(&cl, MANAGE_DKIM_CREATE, NULL, text);
	assert_false(cl.ended);
	manage_cancel(cl.ask);
	fake_signer_down(&signer, &w);
	assert_int_equal(client_ask(&cl, MANAGE_DKIM_CREATE, NULL, text),
	    MANAGE_UNAVAILABLE);
	fake_signer_up(&signer, &w);
	client_start(&cl, MANAGE_DKIM_CREATE, NULL, text);
	fake_signer_down(&signer, &w);
	assert_true(cl.ended);
	assert_int_not_equal(cl.end.status, MANAGE_OK);
	fake_signer_up(&signer, &w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(NAME) cmocka_unit_test_setup_teardown(NAME, set_up, tear_down)
		T(key_lives),
		T(key_waits_for_its_mail),
		T(domain_ends_with_its_keys),
		T(keys_are_refused),
		T(token_makes_one_key),
		T(nobody_waits_and_no_signer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
