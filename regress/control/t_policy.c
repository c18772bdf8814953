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
 * Policy questions, and the commands that make what they are about.
 *
 * sources: regress/control/world.c regress/control/ask.c
 * sources: regress/control/tmpdir.c
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
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "ask.h"
#include "auth.h"
#include "compartment.h"
#include "compat.h"
#include "credential.h"
#include "dkimkey.h"
#include "group.h"
#include "msg.h"
#include "notice.h"
#include "policy.h"
#include "proto_auth.h"
#include "proto_notice.h"
#include "proto_policy.h"
#include "rule.h"
#include "seat.h"
#include "suppression.h"
#include "tmpdir.h"
#include "user.h"
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

static void
login_has_the_form_of_the_service(void **state)
{
	struct login l;
	const char *p;

	ask_login(&w, "alice", &l);
	assert_int_equal(strlen(l.secret), CREDENTIAL_SECRET_LEN);
	assert_int_equal(strncmp(l.name, "ocid1.user.edd..", 16), 0);
	p = strchr(l.name, '@');
	assert_non_null(p);
	assert_int_equal(strncmp(p, "@ocid1.tenancy.edd..", 20), 0);
	assert_string_equal(l.name + strlen(l.name) - 4, ".com");
}

static void
auth_takes_the_right_secret_only(void **state)
{
	struct policy_auth_reply a;
	struct login l;

	ask_login(&w, "alice", &l);
	assert_int_equal(ask_auth(&w, l.name, l.secret, &a), POLICY_OK);
	assert_string_equal(a.credential, l.id);
	assert_int_equal(strncmp(a.user, "ocid1.user.edd..", 16), 0);
	assert_int_equal(ask_auth(&w, l.name, "wrong", &a), POLICY_NO);
	assert_string_equal(a.user, "");
	assert_int_equal(ask_auth(&w, l.name, "", &a), POLICY_NO);
	assert_int_equal(ask_auth(&w, "nobody", l.secret, &a), POLICY_NO);
	assert_int_equal(ask_auth(&w, "", "", &a), POLICY_NO);
	l.secret[0] ^= 1;
	assert_int_equal(ask_auth(&w, l.name, l.secret, &a), POLICY_NO);
}

/* Known and unknown logins, and then senders, count for one address. */
static void
failures_of_an_address_throttle_it(void **state)
{
	struct policy_sender_reply s;
	struct policy_auth_reply a;
	struct login l;
	unsigned i;

	ask_login(&w, "alice", &l);
	for (i = 1; i < WORLD_FAILURES; i++)
		assert_int_equal(
		    ask_auth(&w, i % 2 ? l.name : "x", "wrong", &a), POLICY_NO);
	assert_int_equal(ask_sender(&w, a.user, "no@example.org", &s),
	    POLICY_THROTTLED);
	assert_int_equal(w.told, 1);
	assert_int_equal(ask_auth(&w, l.name, l.secret, &a), POLICY_THROTTLED);
	assert_string_equal(a.user, "");
	world_reopen(&w);
	assert_int_equal(ask_auth(&w, l.name, l.secret, &a), POLICY_THROTTLED);
	assert_true(world_do(&w, "throttle list"));
	assert_non_null(strstr(w.text, "address=192.0.2.1|"));
	assert_true(world_do(&w, "throttle clear all"));
	assert_int_equal(w.told_seconds, 0);
	assert_int_equal(ask_auth(&w, l.name, l.secret, &a), POLICY_OK);
}

/* Put what an operator could have set. */
static void
put(const struct credential *c)
{
	assert_int_equal(store_begin(w.control.store), 0);
	assert_int_equal(credential_put(w.control.store, c), STORE_OK);
	assert_int_equal(store_commit(w.control.store), 0);
}

static void
auth_of_what_has_expired_is_refused(void **state)
{
	struct policy_auth_reply a;
	struct credential c;
	struct login l;
	int64_t now;

	now = (int64_t)time(NULL);
	ask_login(&w, "alice", &l);
	assert_int_equal(credential_get(w.control.store, l.id, &c), STORE_OK);
	c.expires = now + 1000;
	put(&c);
	assert_int_equal(ask_auth(&w, l.name, l.secret, &a), POLICY_OK);
	c.expires = now;
	put(&c);
	assert_int_equal(ask_auth(&w, l.name, l.secret, &a), POLICY_NO);
	assert_true(world_do(&w, "credential list"));
	assert_non_null(strstr(w.text, "state=EXPIRED"));
}

/* A record of the version before has no keys for SCRAM and no bar. */
static void
old_credentials_are_read(void **state)
{
	struct credential c;
	struct msgout m;
	struct msgin in;
	uint8_t mac[CREDENTIAL_MAC_SIZE] = { 1 };

	memset(&m, 0, sizeof(m));
	msg_put_u8(&m, 1);
	msg_put_str(&m, "id");
	msg_put_str(&m, "user");
	msg_put_str(&m, "login");
	msg_put_str(&m, "text");
	msg_put_i64(&m, 7);
	msg_put_u32(&m, RECORD_ACTIVE);
	msg_put_data(&m, mac, sizeof(mac));
	msg_put_i64(&m, 8);
	msg_put_str(&m, "192.0.2.1");
	msgin_init(&in, 0, m.data, m.len);
	memset(&c, 0xff, sizeof(c));
	assert_int_equal(credential_decode(&in, &c), 0);
	assert_string_equal(c.source, "192.0.2.1");
	assert_int_equal(c.scram.iterations, 0);
	assert_null(credential_bar(&c, "192.0.2.1", INT64_MAX));
	msgout_free(&m);
}

/* AUTH has the answer for the address that is asked about next. */
static void
auth_answers_for_the_last_sender(void **state)
{
	struct policy_sender_reply s;
	struct policy_auth_reply a;
	struct policy_sender q;
	struct login l;

	ask_login(&w, "alice", &l);
	assert_true(world_do(&w, "compartment add prod"));
	assert_true(
	    world_do(&w, "sender add news@example.org compartment prod"));
	assert_int_equal(ask_auth(&w, l.name, l.secret, &a), POLICY_OK);
	assert_string_equal(a.sender, "");
	memset(&q, 0, sizeof(q));
	(void)strlcpy(q.user, a.user, sizeof(q.user));
	(void)strlcpy(q.credential, a.credential, sizeof(q.credential));
	(void)strlcpy(q.address, "news@example.org", sizeof(q.address));
	policy_sender(&w.control, &q, &s);
	assert_int_equal(s.status, POLICY_OK);
	assert_int_equal(ask_auth(&w, l.name, l.secret, &a), POLICY_OK);
	assert_string_equal(a.sender, "news@example.org");
	assert_int_equal(a.by.status, POLICY_OK);
	assert_string_equal(a.by.compartment, s.compartment);
	assert_true(world_do(&w, "credential list"));
	world_reopen(&w);
	assert_int_equal(ask_auth(&w, l.name, l.secret, &a), POLICY_OK);
	assert_string_equal(a.sender, "news@example.org");
	assert_true(world_do(&w, "sender remove news@example.org"));
	assert_int_equal(ask_auth(&w, l.name, l.secret, &a), POLICY_OK);
	assert_string_equal(a.sender, "");
}

static void
auth_survives_a_restart(void **state)
{
	struct policy_auth_reply a;
	struct login l;

	ask_login(&w, "alice", &l);
	world_reopen(&w);
	assert_int_equal(ask_auth(&w, l.name, l.secret, &a), POLICY_OK);
}

static void
auth_of_what_is_disabled_is_refused(void **state)
{
	struct policy_auth_reply a;
	struct credential c;
	struct login l;
	struct user u;

	ask_login(&w, "alice", &l);
	assert_int_equal(credential_get(w.control.store, l.id, &c), STORE_OK);
	assert_int_equal(store_begin(w.control.store), 0);
	c.state = RECORD_INACTIVE;
	assert_int_equal(credential_put(w.control.store, &c), STORE_OK);
	assert_int_equal(store_commit(w.control.store), 0);
	assert_int_equal(ask_auth(&w, l.name, l.secret, &a), POLICY_NO);

	assert_int_equal(store_begin(w.control.store), 0);
	c.state = RECORD_ACTIVE;
	assert_int_equal(credential_put(w.control.store, &c), STORE_OK);
	assert_int_equal(user_get(w.control.store, c.user, &u), STORE_OK);
	u.state = RECORD_INACTIVE;
	assert_int_equal(user_put(w.control.store, &u), STORE_OK);
	assert_int_equal(store_commit(w.control.store), 0);
	assert_int_equal(ask_auth(&w, l.name, l.secret, &a), POLICY_NO);
}

static void
last_use_shows_in_the_list(void **state)
{
	struct policy_auth_reply a;
	struct login l;

	ask_login(&w, "alice", &l);
	assert_true(world_do(&w, "credential list alice"));
	assert_non_null(strstr(w.text, "used=|"));
	assert_int_equal(ask_auth(&w, l.name, l.secret, &a), POLICY_OK);
	assert_true(world_do(&w, "credential list"));
	assert_non_null(strstr(w.text, "source=192.0.2.1"));
	assert_null(strstr(w.text, l.secret));
	world_reopen(&w);
	assert_true(world_do(&w, "credential list"));
	assert_non_null(strstr(w.text, "source=192.0.2.1"));
}

static void
removed_credential_is_refused(void **state)
{
	struct policy_auth_reply a;
	struct login l;
	char line[128];

	ask_login(&w, "alice", &l);
	(void)snprintf(line, sizeof(line), "credential remove %s", l.id);
	assert_true(world_do(&w, line));
	assert_int_equal(ask_auth(&w, l.name, l.secret, &a), POLICY_NO);
}

static void
answers_are_temporary_without_a_store(void **state)
{
	struct policy_sender_reply s;
	struct policy_auth_reply a;
	struct store *store;

	store = w.control.store;
	w.control.store = NULL;
	assert_int_equal(ask_auth(&w, "x", "y", &a), POLICY_TEMPFAIL);
	assert_int_equal(ask_sender(&w, "x", "a@example.org", &s),
	    POLICY_TEMPFAIL);
	assert_int_equal(ask_rcpt(&w, "x", "a@example.org"), POLICY_TEMPFAIL);
	w.control.store = store;
}

/* Compartment prod with senders, and a user's id. */
static void
make_senders(char user[OBJECT_ID_SIZE])
{
	assert_true(world_do(&w, "user add alice"));
	assert_true(world_value(&w, "id", user, OBJECT_ID_SIZE));
	assert_true(world_do(&w, "compartment add prod"));
	assert_true(
	    world_do(&w, "sender add News@Example.ORG compartment prod"));
	assert_true(world_do(&w, "domain add Example.net compartment prod"));
	assert_true(world_do(&w, "sender add @example.net compartment prod"));
}

static void
sender_is_exact_or_of_its_domain(void **state)
{
	static const struct {
		const char *address;
		enum policy_status want;
	} table[] = {
		{ "news@example.org", POLICY_OK },
		{ "NEWS@EXAMPLE.ORG", POLICY_OK },
		{ "\"news\"@example.org", POLICY_OK },
		{ "other@example.org", POLICY_NO },
		{ "news@sub.example.org", POLICY_NO },
		{ "anything@example.net", POLICY_OK },
		{ "a@sub.example.net", POLICY_NO },
		{ "a@notexample.net", POLICY_NO },
		{ "@example.net", POLICY_NO },
		{ "*@example.net", POLICY_NO },
		{ "news", POLICY_NO },
		{ "", POLICY_NO },
		{ "news@example.org\r\n", POLICY_NO },
	};
	char user[OBJECT_ID_SIZE];
	struct policy_sender_reply a;
	size_t i;

	make_senders(user);
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (ask_sender(&w, user, table[i].address, &a) != table[i].want)
			fail_msg("\"%s\"", table[i].address);
		if (table[i].want != POLICY_OK)
			assert_string_equal(a.compartment, "");
	}
	assert_int_equal(
	    ask_sender(&w, "ocid1.user.edd..x", "news@example.org", &a),
	    POLICY_NO);
	assert_int_equal(ask_sender(&w, "", "news@example.org", &a), POLICY_NO);
}

static void
put_key(const char *domain, const char *selector, uint64_t number,
    enum sign_algorithm algorithm, enum dkim_state state)
{
	static struct dkimkey k;

	memset(&k, 0, sizeof(k));
	(void)strlcpy(k.domain, domain, sizeof(k.domain));
	(void)strlcpy(k.selector, selector, sizeof(k.selector));
	k.number = number;
	k.algorithm = algorithm;
	k.state = state;
	k.dns = DKIM_DNS_UNKNOWN;
	assert_int_equal(store_begin(w.control.store), 0);
	assert_int_equal(dkimkey_put(w.control.store, &k), STORE_OK);
	assert_int_equal(store_commit(w.control.store), 0);
}

static void
sender_gets_active_keys_of_its_own_domain(void **state)
{
	char user[OBJECT_ID_SIZE];
	struct policy_sender_reply a;

	make_senders(user);
	put_key("example.org", "b", 7, SIGN_ED25519, DKIM_ACTIVE);
	put_key("example.org", "a", 6, SIGN_RSA_SHA256, DKIM_ACTIVE);
	put_key("example.org", "old", 5, SIGN_RSA_SHA256, DKIM_INACTIVE);
	put_key("sub.example.org", "c", 8, SIGN_RSA_SHA256, DKIM_ACTIVE);
	put_key("example.or", "d", 9, SIGN_RSA_SHA256, DKIM_ACTIVE);
	assert_int_equal(ask_sender(&w, user, "news@example.org", &a),
	    POLICY_OK);
	assert_string_equal(a.compartment_name, "prod");
	assert_int_equal(a.keys, 2);
	assert_string_equal(a.key[0].selector, "a");
	assert_int_equal(a.key[0].key, 6);
	assert_int_equal(a.key[0].algorithm, SIGN_RSA_SHA256);
	assert_string_equal(a.key[1].selector, "b");
	assert_int_equal(ask_sender(&w, user, "x@example.net", &a), POLICY_OK);
	assert_int_equal(a.keys, 0);
}

/* What lets RCPT be answered before control is asked about it. */
static void
sender_is_told_what_recipients_meet(void **state)
{
	static const struct {
		const char *command;
		bool uncounted;
		bool unsuppressed;
	} step[] = {
		{ "limits set user alice sessions 2", true, true },
		{ "limits set user alice minute 5", false, true },
		{ "limits set user alice minute none", true, true },
		{ "limits set compartment root day 5", false, true },
		{ "limits set compartment root day none", true, true },
		{ "suppression add a@example.com compartment dev", true, true },
		{ "suppression add a@example.com compartment prod", true,
		    false },
		{ "suppression remove a@example.com compartment prod", true,
		    true },
		{ "suppression add a@example.com compartment root", true,
		    false },
	};
	char user[OBJECT_ID_SIZE];
	struct policy_sender_reply a;
	size_t i;

	make_senders(user);
	assert_true(world_do(&w, "compartment add dev"));
	for (i = 0; i < sizeof(step) / sizeof(step[0]); i++) {
		if (!world_do(&w, step[i].command))
			fail_msg("%s: %s", step[i].command, w.why);
		assert_int_equal(ask_sender(&w, user, "news@example.org", &a),
		    POLICY_OK);
		if (a.uncounted != step[i].uncounted ||
		    a.unsuppressed != step[i].unsuppressed)
			fail_msg("after \"%s\"", step[i].command);
	}
	assert_int_equal(ask_sender(&w, user, "no@example.org", &a), POLICY_NO);
	assert_false(a.uncounted);
	assert_false(a.unsuppressed);
}

static void
recipient_is_suppressed_in_compartment_or_everywhere(void **state)
{
	char prod[OBJECT_ID_SIZE], dev[OBJECT_ID_SIZE];

	assert_true(world_do(&w, "compartment add prod"));
	assert_true(world_value(&w, "id", prod, sizeof(prod)));
	assert_true(world_do(&w, "compartment add dev"));
	assert_true(world_value(&w, "id", dev, sizeof(dev)));
	assert_true(
	    world_do(&w, "suppression add Gone@Example.com compartment prod"));
	assert_true(
	    world_do(&w, "suppression add never@example.com compartment root"));
	assert_int_equal(ask_rcpt(&w, prod, "gone@example.com"), POLICY_NO);
	assert_int_equal(ask_rcpt(&w, prod, "GONE@example.COM"), POLICY_NO);
	assert_int_equal(ask_rcpt(&w, prod, "\"gone\"@example.com"), POLICY_NO);
	assert_int_equal(ask_rcpt(&w, dev, "gone@example.com"), POLICY_OK);
	assert_int_equal(ask_rcpt(&w, prod, "never@example.com"), POLICY_NO);
	assert_int_equal(ask_rcpt(&w, dev, "never@example.com"), POLICY_NO);
	assert_int_equal(ask_rcpt(&w, prod, "here@example.com"), POLICY_OK);
	assert_int_equal(ask_rcpt(&w, "no such", "here@example.com"),
	    POLICY_TEMPFAIL);
	assert_int_equal(ask_rcpt(&w, prod, "not an address"), POLICY_TEMPFAIL);
}

static void
bounce_becomes_a_suppression(void **state)
{
	char prod[OBJECT_ID_SIZE];
	struct notice_bounce b;
	struct suppression s;

	assert_true(world_do(&w, "compartment add prod"));
	assert_true(world_value(&w, "id", prod, sizeof(prod)));
	memset(&b, 0, sizeof(b));
	b.kind = NOTICE_HARD;
	b.message = 0x1234;
	(void)strlcpy(b.compartment, prod, sizeof(b.compartment));
	(void)strlcpy(b.rcpt, "Gone@example.com", sizeof(b.rcpt));
	(void)strlcpy(b.host, "mx.example.com", sizeof(b.host));
	(void)strlcpy(b.text, "550 5.1.1 unknown", sizeof(b.text));
	assert_int_equal(notice_bounce(&w.control, &b, NULL), 0);
	assert_int_equal(ask_rcpt(&w, prod, "gone@example.com"), POLICY_NO);
	(void)strlcpy(b.text, "550 again", sizeof(b.text));
	assert_int_equal(notice_bounce(&w.control, &b, NULL), 0);
	world_reopen(&w);
	assert_int_equal(
	    suppression_get(w.control.suppress, prod, "gone@example.com", &s),
	    STORE_OK);
	assert_string_equal(s.text, "550 5.1.1 unknown");
	assert_int_equal(s.reason, SUPPRESSION_HARDBOUNCE);
	assert_int_equal(s.message, 0x1234);
	(void)strlcpy(b.compartment, "gone", sizeof(b.compartment));
	assert_int_equal(notice_bounce(&w.control, &b, NULL), 0);
}

static void
nothing_known_shows_in_the_files(void **state)
{
	/* Long ones: what is encrypted has any four octets now and then. */
	static const char *const known[] = { "news@example", "example", "alice",
		"production", "ocid1", "gone.person", "Bounced" };
	char user[OBJECT_ID_SIZE];
	struct login l;
	size_t i;

	make_senders(user);
	assert_true(world_do(&w, "compartment add production"));
	ask_login(&w, "bob", &l);
	assert_true(world_do(&w,
	    "suppression add gone.person@example.com compartment prod note "
	    "Bounced"));
	put_key("example.org", "selector1", 1, SIGN_RSA_SHA256, DKIM_ACTIVE);
	world_reopen(&w);
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (tmpdir_grep(w.dir, known[i], strlen(known[i])))
			fail_msg("\"%s\" is in the files", known[i]);
	}
	assert_false(tmpdir_grep(w.dir, l.secret, strlen(l.secret)));
	assert_false(tmpdir_grep(w.dir, l.name, 20));
}

static int64_t
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Generous, for sanitizers; the aim of 50 us is the benchmark's. */
static void
questions_are_cheap(void **state)
{
	struct policy_sender_reply s;
	struct policy_auth_reply a;
	char user[OBJECT_ID_SIZE];
	struct login l;
	int64_t start, spent;
	unsigned i;

	make_senders(user);
	ask_login(&w, "bob", &l);
	start = now_us();
	for (i = 0; i < 1000; i++) {
		assert_int_equal(ask_auth(&w, l.name, l.secret, &a), POLICY_OK);
		assert_int_equal(ask_sender(&w, user, "news@example.org", &s),
		    POLICY_OK);
		assert_int_equal(
		    ask_rcpt(&w, s.compartment, "someone@example.com"),
		    POLICY_OK);
	}
	spent = now_us() - start;
	print_message("3 questions: %.1f us\n", (double)spent / 1000);
	assert_true(spent < 1000 * 1000);
}

static void
sub_addresses_are_those_of_their_address(void **state)
{
	struct policy_sender_reply a;
	char user[OBJECT_ID_SIZE];

	assert_true(world_do(&w, "user add alice"));
	assert_true(world_value(&w, "id", user, sizeof(user)));
	assert_true(
	    world_do(&w, "sender add news@example.org compartment root"));
	assert_int_equal(ask_sender(&w, user, "news+a@example.org", &a),
	    POLICY_NO);
	w.control.delimiter = '+';
	assert_int_equal(ask_sender(&w, user, "News+A+b@Example.org", &a),
	    POLICY_OK);
	assert_int_equal(ask_sender(&w, user, "news+@example.org", &a),
	    POLICY_OK);
	assert_int_equal(ask_sender(&w, user, "news-a@example.org", &a),
	    POLICY_NO);
	assert_int_equal(ask_sender(&w, user, "+news@example.org", &a),
	    POLICY_NO);
	assert_int_equal(ask_sender(&w, user, "new+s@example.org", &a),
	    POLICY_NO);
	assert_int_equal(ask_sender(&w, user, "news@x+example.org", &a),
	    POLICY_NO);
	assert_int_equal(ask_sender(&w, user, "\"news+a\"@example.org", &a),
	    POLICY_OK);
	assert_int_equal(ask_sender(&w, user, "\"news+a b\"@example.org", &a),
	    POLICY_NO);
	/* what an operator says of an address comes first */
	assert_true(
	    world_do(&w, "sender add news+off@example.org compartment root"));
	assert_true(
	    world_do(&w, "sender set news+off@example.org state inactive"));
	assert_int_equal(ask_sender(&w, user, "news+off@example.org", &a),
	    POLICY_NO);
	assert_true(world_do(&w, "sender set news@example.org state inactive"));
	assert_int_equal(ask_sender(&w, user, "news@example.org", &a),
	    POLICY_NO);
	assert_string_not_equal(a.compartment, "");
	assert_int_equal(ask_sender(&w, user, "news+a@example.org", &a),
	    POLICY_NO);
	assert_true(world_do(&w, "why alice news+a@example.org"));
	assert_non_null(strstr(w.text,
	    "\"news@example.org\" is an approved sender, INACTIVE"));
}

/* What a credential says comes before what its user does. */
static void
class_is_of_the_credential_or_the_user(void **state)
{
	struct policy_sender_reply a;
	struct policy_sender q;
	struct login l;
	char line[256];

	ask_login(&w, "alice", &l);
	assert_true(
	    world_do(&w, "sender add news@example.org compartment root"));
	memset(&q, 0, sizeof(q));
	assert_true(world_do(&w, "user list"));
	assert_true(world_value(&w, "id", q.user, sizeof(q.user)));
	(void)strlcpy(q.credential, l.id, sizeof(q.credential));
	(void)strlcpy(q.address, "news@example.org", sizeof(q.address));
	policy_sender(&w.control, &q, &a);
	assert_true(a.status == POLICY_OK && !a.bulk);
	(void)snprintf(line, sizeof(line), "credential set %s class bulk",
	    l.id);
	assert_true(world_do(&w, line));
	policy_sender(&w.control, &q, &a);
	assert_true(a.status == POLICY_OK && a.bulk);
	assert_true(world_do(&w, "user set alice class bulk"));
	(void)snprintf(line, sizeof(line),
	    "credential set %s class transactional", l.id);
	assert_true(world_do(&w, line));
	policy_sender(&w.control, &q, &a);
	assert_false(a.bulk);
	(void)snprintf(line, sizeof(line), "credential set %s class user",
	    l.id);
	assert_true(world_do(&w, line));
	policy_sender(&w.control, &q, &a);
	assert_true(a.bulk);
	(void)snprintf(line, sizeof(line), "credential set %s class slow",
	    l.id);
	assert_false(world_do(&w, line));
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(sub_addresses_are_those_of_their_address),
		T(class_is_of_the_credential_or_the_user),
		T(login_has_the_form_of_the_service),
		T(auth_takes_the_right_secret_only),
		T(failures_of_an_address_throttle_it),
		T(auth_of_what_has_expired_is_refused),
		T(old_credentials_are_read),
		T(auth_answers_for_the_last_sender),
		T(auth_survives_a_restart),
		T(auth_of_what_is_disabled_is_refused),
		T(last_use_shows_in_the_list),
		T(removed_credential_is_refused),
		T(answers_are_temporary_without_a_store),
		T(sender_is_exact_or_of_its_domain),
		T(sender_gets_active_keys_of_its_own_domain),
		T(sender_is_told_what_recipients_meet),
		T(recipient_is_suppressed_in_compartment_or_everywhere),
		T(bounce_becomes_a_suppression),
		T(nothing_known_shows_in_the_files),
		T(questions_are_cheap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
