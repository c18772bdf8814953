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
 * What senders of other compartments have of a domain.
 *
 * sources: regress/control/world.c regress/control/tmpdir.c
 * sources: regress/control/fake_proc.c control/[!m]*.c control/m[!a]*.c
 * sources: lib/shellword.c
 * sources: lib/address.c lib/base64.c lib/breach.c lib/chan.c lib/compat.c
 * sources: lib/dkim_txt.c
 * sources: lib/id.c lib/idn.c lib/log.c lib/logsock.c lib/msg.c lib/netkey.c
 * sources: lib/network.c lib/pending.c lib/proto_admin.c lib/proto_auth.c
 * sources: lib/proto_ctl.c lib/proto_dns.c lib/proto_hook.c lib/proto_watch.c
 * sources: lib/proto_notice.c
 * sources: lib/proto_import.c lib/siphash.c
 * sources: lib/proto_policy.c lib/proto_setup.c lib/proto_sign.c lib/row.c
 * sources: lib/proto_reseal.c
 * libs: -levent -ldb-5.3 -lcrypto -lidn2 -ljson-c -lpthread
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "compat.h"
#include "dkimkey.h"
#include "policy.h"
#include "proto_policy.h"
#include "store.h"
#include "world.h"

static struct world w;

static int
set_up(void **state)
{
	world_make(&w);
	return 0;
}

static int
tear_down(void **state)
{
	world_free(&w);
	return 0;
}

static enum policy_status
sender(const char *user, const char *address, struct policy_sender_reply *a)
{
	struct policy_sender q;

	memset(&q, 0, sizeof(q));
	(void)strlcpy(q.user, user, sizeof(q.user));
	(void)strlcpy(q.source, "192.0.2.1", sizeof(q.source));
	(void)strlcpy(q.address, address, sizeof(q.address));
	policy_sender(&w.control, &q, a);
	return a->status;
}

static void
put_key(void)
{
	static struct dkimkey k;

	memset(&k, 0, sizeof(k));
	(void)strlcpy(k.domain, "example.org", sizeof(k.domain));
	(void)strlcpy(k.selector, "s1", sizeof(k.selector));
	k.number = 1;
	k.algorithm = SIGN_RSA_SHA256;
	k.state = DKIM_ACTIVE;
	k.dns = DKIM_DNS_UNKNOWN;
	assert_int_equal(store_begin(w.control.store), 0);
	assert_int_equal(dkimkey_put(w.control.store, &k), STORE_OK);
	assert_int_equal(store_commit(w.control.store), 0);
}

/* Keys and name of a domain are for its compartment and those in it. */
static void
sender_elsewhere_has_nothing_of_a_domain(void **state)
{
	struct policy_sender_reply a;
	char user[OBJECT_ID_SIZE];

	assert_true(world_do(&w, "user add alice"));
	assert_true(world_value(&w, "id", user, sizeof(user)));
	assert_true(world_do(&w, "compartment add prod"));
	assert_true(world_do(&w, "compartment add shop parent prod"));
	assert_true(world_do(&w, "compartment add dev"));
	assert_true(world_do(&w, "sender add a@example.org compartment dev"));
	assert_true(world_do(&w, "sender add b@example.org compartment root"));
	assert_true(world_do(&w, "sender add c@example.org compartment shop"));
	assert_true(world_do(&w, "domain add example.org compartment prod"));
	assert_non_null(strstr(w.text,
	    "2 senders of other compartments may not be used any more: "
	    "a@example.org, ..."));
	put_key();
	assert_int_equal(sender(user, "a@example.org", &a), POLICY_NO);
	assert_int_equal(sender(user, "b@example.org", &a), POLICY_NO);
	assert_int_equal(a.keys, 0);
	assert_int_equal(sender(user, "c@example.org", &a), POLICY_OK);
	assert_int_equal(a.keys, 1);
	w.control.site.verify_domains = true;
	assert_int_equal(sender(user, "a@example.org", &a), POLICY_OK);
	assert_int_equal(a.keys, 0);
	assert_int_equal(sender(user, "c@example.org", &a), POLICY_OK);
	assert_int_equal(a.keys, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    sender_elsewhere_has_nothing_of_a_domain, set_up,
		    tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
