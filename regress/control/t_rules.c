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
 * Limits, policies and compartments in compartments, as questions see them.
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
#include "near.h"
#include "notice.h"
#include "policy.h"
#include "proto_auth.h"
#include "proto_notice.h"
#include "proto_policy.h"
#include "rate.h"
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

/* By user, over everything that asks; what is gone is free again. */
static void
sessions_of_a_user_are_limited(void **state)
{
	struct policy_auth_reply a;
	struct login l, m;
	uint64_t first;

	ask_login(&w, "alice", &l);
	ask_login(&w, "bob", &m);
	assert_true(world_do(&w, "limits set user alice sessions 2"));
	first = w.sessions + 1;
	assert_int_equal(ask_auth(&w, l.name, l.secret, &a), POLICY_OK);
	assert_int_equal(ask_auth(&w, l.name, l.secret, &a), POLICY_OK);
	assert_int_equal(ask_auth(&w, l.name, l.secret, &a), POLICY_BUSY);
	assert_string_equal(a.user, "");
	assert_int_equal(ask_auth(&w, m.name, m.secret, &a), POLICY_OK);
	seats_leave(w.control.seats, &w, first);
	assert_int_equal(ask_auth(&w, l.name, l.secret, &a), POLICY_OK);
	assert_int_equal(ask_auth(&w, l.name, l.secret, &a), POLICY_BUSY);
	seats_gone(w.control.seats, &a);
	assert_int_equal(ask_auth(&w, l.name, l.secret, &a), POLICY_BUSY);
	seats_gone(w.control.seats, &w);
	assert_int_equal(ask_auth(&w, l.name, l.secret, &a), POLICY_OK);
	assert_true(world_do(&w, "limits show user alice"));
	assert_non_null(strstr(w.text, "sessionsUsed=1"));
}

static enum policy_status
auth_from(const struct login *l, const char *source)
{
	struct policy_auth_reply a;
	struct policy_auth q;

	memset(&q, 0, sizeof(q));
	(void)strlcpy(q.login, l->name, sizeof(q.login));
	(void)strlcpy(q.secret, l->secret, sizeof(q.secret));
	(void)strlcpy(q.source, source, sizeof(q.source));
	q.session = ++w.sessions;
	policy_auth(&w.control, &w, &q, &a);
	return a.status;
}

static void __attribute__((format(printf, 1, 2))) set(const char *fmt, ...)
{
	char line[256];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (!world_do(&w, line))
		fail_msg("%s: %s", line, w.why);
}

/* By credential, by address and in all. */
static void
sessions_are_limited_at_all_levels(void **state)
{
	struct login l, m;

	ask_login(&w, "alice", &l);
	ask_login(&w, "bob", &m);
	set("limits set credential %s sessions 1", l.id);
	assert_int_equal(auth_from(&l, "192.0.2.1"), POLICY_OK);
	assert_int_equal(auth_from(&l, "192.0.2.2"), POLICY_BUSY);
	set("limits set credential %s sessions none", l.id);
	set("limits set user %s address-sessions 2", "alice");
	assert_int_equal(auth_from(&l, "192.0.2.1"), POLICY_OK);
	assert_int_equal(auth_from(&l, "192.0.2.1"), POLICY_OK);
	assert_int_equal(auth_from(&l, "192.0.2.1"), POLICY_BUSY);
	assert_int_equal(auth_from(&l, "192.0.2.2"), POLICY_OK);
	assert_int_equal(auth_from(&l, "2001:db8:0:1::1"), POLICY_OK);
	assert_int_equal(auth_from(&l, "2001:db8:0:1::2"), POLICY_OK);
	assert_int_equal(auth_from(&l, "2001:db8:0:1::3"), POLICY_BUSY);
	set("limits set tenancy sessions %s", "7");
	assert_int_equal(auth_from(&m, "192.0.2.3"), POLICY_OK);
	assert_int_equal(auth_from(&m, "192.0.2.3"), POLICY_BUSY);
	seats_gone(w.control.seats, &w);
	assert_int_equal(auth_from(&m, "192.0.2.3"), POLICY_OK);
	assert_true(world_do(&w, "limits show tenancy"));
	assert_non_null(strstr(w.text, "sessions=7|sessionsUsed=1|"));
	assert_false(world_do(&w, "limits set compartment root sessions 1 x"));
	assert_true(world_do(&w, "compartment add prod"));
	assert_false(world_do(&w, "limits set compartment prod sessions 1"));
	assert_non_null(strstr(w.why, "no limit of sessions"));
}

/* The strictest of all levels goes with the approval of the sender. */
static void
messages_are_limited_at_all_levels(void **state)
{
	struct policy_sender_reply a;
	char user[OBJECT_ID_SIZE];
	struct policy_sender q;
	struct login l;

	ask_login(&w, "alice", &l);
	assert_true(world_do(&w, "limits show user alice"));
	assert_int_equal(w.rows, 2);
	assert_true(world_do(&w, "user list"));
	assert_true(world_value(&w, "id", user, sizeof(user)));
	assert_true(world_do(&w, "compartment add prod"));
	assert_true(
	    world_do(&w, "sender add news@example.org compartment prod"));
	assert_int_equal(ask_sender(&w, user, "news@example.org", &a),
	    POLICY_OK);
	assert_true(a.size_max == 0 && a.rcpt_max == 0);
	set("limits set tenancy size 10M recipients %s", "9");
	assert_int_equal(ask_sender(&w, user, "news@example.org", &a),
	    POLICY_OK);
	assert_true(a.size_max == 10485760 && a.rcpt_max == 9);
	set("limits set compartment prod size 2M recipients %s", "50");
	set("limits set user %s recipients 5", "alice");
	assert_int_equal(ask_sender(&w, user, "news@example.org", &a),
	    POLICY_OK);
	assert_true(a.size_max == 2097152 && a.rcpt_max == 5);
	set("limits set credential %s size 100 recipients 3", l.id);
	memset(&q, 0, sizeof(q));
	(void)strlcpy(q.user, user, sizeof(q.user));
	(void)strlcpy(q.credential, l.id, sizeof(q.credential));
	(void)strlcpy(q.address, "news@example.org", sizeof(q.address));
	policy_sender(&w.control, &q, &a);
	assert_true(a.size_max == 100 && a.rcpt_max == 3);
	world_reopen(&w);
	policy_sender(&w.control, &q, &a);
	assert_true(a.size_max == 100 && a.rcpt_max == 3);
	set("limits show credential %s", l.id);
	assert_int_equal(w.rows, 3);
	assert_non_null(strstr(w.text, "kind=user|name=alice"));
	assert_non_null(strstr(w.text, "kind=tenancy|name=root"));
	assert_true(world_do(&w, "limits show compartment prod"));
	assert_int_equal(w.rows, 2);
	assert_false(world_do(&w, "limits set user alice size 2T"));
	assert_non_null(strstr(w.why, "size 2T: neither"));
	assert_false(world_do(&w, "limits set user alice size 2G"));
	assert_false(world_do(&w, "limits set user alice size -1"));
	assert_false(world_do(&w, "limits set user alice"));
	assert_non_null(strstr(w.why, "nothing to set"));
	assert_false(world_do(&w, "limits set user minute 3"));
	assert_false(world_do(&w, "limits set tenancy root minute 3"));
}

/* The fullest first, and ten at most. */
static void
limits_that_are_near_are_told(void **state)
{
	struct near near[NEAR_MAX];
	char user[OBJECT_ID_SIZE], name[32];
	struct rate_tx tx = { &w, 1 };
	struct rate_who who;
	uint32_t limit;
	unsigned i;

	assert_true(world_do(&w, "user add alice"));
	assert_true(world_value(&w, "id", user, sizeof(user)));
	set("limits set tenancy day %s", "20");
	set("limits set user %s minute 16 day 100", "alice");
	who.id[0] = user;
	who.id[1] = w.control.tenancy;
	who.n = 2;
	assert_int_equal(near_find(&w.control, (int64_t)time(NULL), near), 0);
	assert_int_equal(rate_reserve(w.control.rate, &tx, &who, 16,
			     (int64_t)time(NULL), &limit),
	    RATE_OK);
	assert_int_equal(near_find(&w.control, (int64_t)time(NULL), near), 2);
	assert_string_equal(near[0].subject.name, "alice");
	assert_string_equal(near[0].limit, "minute");
	assert_true(near[0].used == 16 && near[0].max == 16);
	assert_string_equal(near[1].subject.kind, "tenancy");
	assert_string_equal(near[1].limit, "day");
	for (i = 0; i < 2 * NEAR_MAX; i++) {
		(void)snprintf(name, sizeof(name), "u%u", i);
		set("user add %s", name);
		assert_true(world_value(&w, "id", user, sizeof(user)));
		set("limits set user %s day 1", name);
		tx.number = i + 2;
		who.n = 1;
		assert_int_equal(rate_reserve(w.control.rate, &tx, &who, 1,
				     (int64_t)time(NULL), &limit),
		    RATE_OK);
	}
	assert_int_equal(near_find(&w.control, (int64_t)time(NULL), near),
	    NEAR_MAX);
	assert_true(near[0].used == near[0].max);
	assert_true(near[NEAR_MAX - 1].used == near[NEAR_MAX - 1].max);
}

static enum policy_status
send(const char *user, const char *compartment, uint64_t transaction,
    uint32_t units, uint32_t *limit)
{
	struct policy_rcpt q;
	struct policy_rcpt_reply a;

	memset(&q, 0, sizeof(q));
	(void)strlcpy(q.user, user, sizeof(q.user));
	(void)strlcpy(q.credential, "none", sizeof(q.credential));
	(void)strlcpy(q.compartment, compartment, sizeof(q.compartment));
	(void)strlcpy(q.address, "a@example.net", sizeof(q.address));
	q.transaction = transaction;
	q.units = units;
	policy_rcpt(&w.control, &w, &q, &a);
	*limit = a.limit;
	return a.status;
}

/* The strictest of user, compartment and root holds. */
static void
limits_of_all_levels_hold(void **state)
{
	char prod[OBJECT_ID_SIZE], dev[OBJECT_ID_SIZE], user[OBJECT_ID_SIZE];
	uint32_t n;

	assert_true(world_do(&w, "user add alice"));
	assert_true(world_value(&w, "id", user, sizeof(user)));
	assert_true(world_do(&w, "compartment add prod"));
	assert_true(world_value(&w, "id", prod, sizeof(prod)));
	assert_true(world_do(&w, "compartment add dev"));
	assert_true(world_value(&w, "id", dev, sizeof(dev)));
	assert_true(world_do(&w, "limits set compartment prod minute 3"));
	assert_true(world_do(&w, "limits set compartment root day 5"));
	assert_true(world_do(&w, "limits set user alice minute 4"));
	assert_int_equal(send(user, prod, 1, 3, &n), POLICY_OK);
	assert_int_equal(send(user, prod, 2, 1, &n), POLICY_MINUTE);
	assert_int_equal(n, 3);
	assert_int_equal(send(user, dev, 3, 1, &n), POLICY_OK);
	assert_int_equal(send(user, dev, 4, 1, &n), POLICY_MINUTE);
	assert_int_equal(n, 4);
	assert_int_equal(send("other", dev, 5, 2, &n), POLICY_DAY);
	assert_int_equal(n, 5);
	assert_int_equal(send("other", dev, 6, 1, &n), POLICY_OK);
	assert_true(world_do(&w, "limits set compartment root day none"));
	assert_int_equal(send("other", dev, 7, 100, &n), POLICY_OK);
	assert_true(world_do(&w, "limits show"));
	assert_non_null(strstr(w.text, "name=prod|minute=3|minuteUsed=3"));
}

/* A sentence is one word of a command. */
static void
policy_add(const char *sentence)
{
	struct rule r;
	char why[256];
	struct compartment c;
	struct group g;

	memset(&r, 0, sizeof(r));
	assert_int_equal(
	    sentence_parse(sentence, &r.sentence, why, sizeof(why)), 0);
	assert_int_equal(group_find(w.control.store, r.sentence.group, &g),
	    STORE_OK);
	assert_int_equal(
	    compartment_find(w.control.store, r.sentence.compartment, &c),
	    STORE_OK);
	(void)strlcpy(r.sentence.group, g.id, sizeof(r.sentence.group));
	(void)strlcpy(r.sentence.compartment, c.id,
	    sizeof(r.sentence.compartment));
	(void)strlcpy(r.id, "ocid1.policy.edd..x", sizeof(r.id));
	assert_int_equal(store_begin(w.control.store), 0);
	assert_int_equal(rule_put(w.control.store, &r), STORE_OK);
	assert_int_equal(store_commit(w.control.store), 0);
}

/* What holds for a compartment holds for those in it. */
static void
compartments_are_nested(void **state)
{
	char inner[OBJECT_ID_SIZE], user[OBJECT_ID_SIZE], line[64];
	struct policy_sender_reply a;
	uint32_t n;
	unsigned i;

	assert_true(world_do(&w, "user add alice"));
	assert_true(world_value(&w, "id", user, sizeof(user)));
	assert_true(world_do(&w, "compartment add outer"));
	assert_true(world_do(&w, "compartment add inner parent outer"));
	assert_true(world_value(&w, "id", inner, sizeof(inner)));
	assert_non_null(strstr(w.text, "parent=outer"));
	assert_true(
	    world_do(&w, "sender add news@example.org compartment inner"));
	assert_true(
	    world_do(&w, "suppression add gone@example.com compartment outer"));
	assert_int_equal(ask_rcpt(&w, inner, "gone@example.com"), POLICY_NO);
	assert_true(world_do(&w, "limits set compartment outer day 1"));
	assert_int_equal(send(user, inner, 1, 1, &n), POLICY_OK);
	assert_int_equal(send(user, inner, 2, 1, &n), POLICY_DAY);
	assert_false(world_do(&w, "compartment remove outer"));
	assert_non_null(strstr(w.why, "it has a compartment"));
	assert_int_equal(ask_sender(&w, user, "news@example.org", &a),
	    POLICY_OK);
	assert_true(world_do(&w, "group add mailers"));
	assert_true(world_do(&w, "group join mailers user alice"));
	policy_add("allow group mailers to use email-family in compartment "
		   "outer");
	assert_int_equal(ask_sender(&w, user, "news@example.org", &a),
	    POLICY_OK);
	assert_true(world_do(&w, "group leave mailers user alice"));
	assert_int_equal(ask_sender(&w, user, "news@example.org", &a),
	    POLICY_NO);
	/* six below the root, and no more */
	assert_true(world_do(&w, "compartment add level2 parent inner"));
	for (i = 3; i <= 5; i++) {
		(void)snprintf(line, sizeof(line),
		    "compartment add level%u parent level%u", i, i - 1);
		assert_true(world_do(&w, line));
	}
	assert_false(world_do(&w, "compartment add level6 parent level5"));
	assert_non_null(strstr(w.why, "at most 6 deep"));
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(sessions_of_a_user_are_limited),
		T(sessions_are_limited_at_all_levels),
		T(messages_are_limited_at_all_levels),
		T(limits_that_are_near_are_told),
		T(limits_of_all_levels_hold),
		T(compartments_are_nested),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
