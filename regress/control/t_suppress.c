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
 * Suppressions in the store: numbers, orders, counts, hashes, what an older
 * version stored.
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
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "compartment.h"
#include "compat.h"
#include "job.h"
#include "msg.h"
#include "notice.h"
#include "proto_import.h"
#include "proto_notice.h"
#include "record.h"
#include "store.h"
#include "suppress.h"
#include "suppress_soft.h"
#include "suppress_upgrade.h"
#include "suppress_walk.h"
#include "suppression.h"
#include "world.h"

static struct world w;
static char prod[OBJECT_ID_SIZE], test[OBJECT_ID_SIZE];

static int
set_up(void **state)
{
	world_make(&w);
	assert_true(world_do(&w, "compartment add prod"));
	assert_true(world_value(&w, "id", prod, sizeof(prod)));
	assert_true(world_do(&w, "compartment add test"));
	assert_true(world_value(&w, "id", test, sizeof(test)));
	return 0;
}

static int
tear_down(void **state)
{
	world_free(&w);
	return 0;
}

static void
put(const char *compartment, const char *address, int64_t created,
    struct suppression *s)
{
	memset(s, 0, sizeof(*s));
	(void)strlcpy(s->compartment, compartment, sizeof(s->compartment));
	(void)strlcpy(s->address, address, sizeof(s->address));
	s->reason = SUPPRESSION_MANUAL;
	s->created = created;
	assert_int_equal(store_begin(w.control.store), 0);
	assert_int_equal(suppression_put(w.control.suppress, s), STORE_OK);
	assert_int_equal(store_commit(w.control.store), 0);
}

static uint64_t
count(const char *compartment)
{
	uint64_t n;

	assert_int_equal(suppression_count(w.control.suppress, compartment, &n),
	    STORE_OK);
	return n;
}

/* The addresses that came, with a space behind each. */
struct seen {
	char text[512];
	size_t most; /* 0: all */
	size_t n;
};

static bool
seen_cb(const struct suppression *s, void *arg)
{
	struct seen *seen;
	size_t len;

	seen = arg;
	len = strlen(seen->text);
	(void)snprintf(seen->text + len, sizeof(seen->text) - len, "%s ",
	    s->address);
	seen->n++;
	return seen->n != seen->most;
}

static void
a_record_has_all_that_is_known(void **state)
{
	struct suppression s, got;
	char id[OBJECT_ID_SIZE];

	put(prod, "a@example.org", 1000, &s);
	s.reason = SUPPRESSION_HARDBOUNCE;
	s.expires = (int64_t)time(NULL) + 100;
	s.suppressed = 3000;
	s.message = 77;
	(void)strlcpy(s.message_id, "<x@y>", sizeof(s.message_id));
	(void)strlcpy(s.host, "mx.example.org", sizeof(s.host));
	(void)strlcpy(s.text, "550 no", sizeof(s.text));
	assert_int_equal(store_begin(w.control.store), 0);
	assert_int_equal(suppression_put(w.control.suppress, &s), STORE_OK);
	assert_int_equal(store_commit(w.control.store), 0);
	world_reopen(&w);
	assert_int_equal(
	    suppression_get(w.control.suppress, prod, "a@example.org", &got),
	    STORE_OK);
	assert_memory_equal(&got, &s, sizeof(s));
	suppression_id(&s, id);
	memset(&got, 0, sizeof(got));
	assert_int_equal(suppression_get_id(w.control.suppress, id, &got),
	    STORE_OK);
	assert_memory_equal(&got, &s, sizeof(s));
	assert_int_equal(count(prod), 1);
}

static void
an_id_lives_as_long_as_its_suppression(void **state)
{
	struct suppression s, again;
	char id[OBJECT_ID_SIZE];

	put(prod, "a@example.org", 1000, &s);
	suppression_id(&s, id);
	put(prod, "a@example.org", 1000, &again);
	assert_true(again.number == s.number);
	assert_int_equal(store_begin(w.control.store), 0);
	assert_int_equal(suppression_del(w.control.suppress, &s), STORE_OK);
	assert_int_equal(store_commit(w.control.store), 0);
	assert_int_equal(suppression_get_id(w.control.suppress, id, &again),
	    STORE_NOTFOUND);
	assert_int_equal(count(prod), 0);
	put(prod, "a@example.org", 1000, &again);
	assert_true(again.number != s.number);
	assert_int_equal(suppression_get_id(w.control.suppress,
			     "ocid1.suppression.edd..1", &again),
	    STORE_NOTFOUND);
}

static void
orders_are_of_addresses_and_of_time(void **state)
{
	struct suppression s;
	struct seen seen;

	put(prod, "b@example.org", 3000, &s);
	put(prod, "a@example.org", 4000, &s);
	put(prod, "bc@example.org", 1000, &s);
	put(test, "ba@example.org", 2000, &s);
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(suppression_scan(w.control.suppress, prod, "", NULL,
			     seen_cb, &seen),
	    STORE_OK);
	assert_string_equal(seen.text,
	    "a@example.org b@example.org bc@example.org ");
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(suppression_scan(w.control.suppress, prod, "b",
			     "b@example.org", seen_cb, &seen),
	    STORE_OK);
	assert_string_equal(seen.text, "bc@example.org ");
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(
	    suppression_scan_time(w.control.suppress, 0, seen_cb, &seen),
	    STORE_OK);
	assert_string_equal(seen.text,
	    "bc@example.org ba@example.org b@example.org a@example.org ");
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(suppression_scan_time(w.control.suppress,
			     suppression_before(3000), seen_cb, &seen),
	    STORE_OK);
	assert_string_equal(seen.text, "b@example.org a@example.org ");
}

static void
what_has_expired_is_not_there(void **state)
{
	struct suppression s, got;
	struct seen seen;

	put(prod, "a@example.org", 1000, &s);
	s.expires = 2000;
	assert_int_equal(store_begin(w.control.store), 0);
	assert_int_equal(suppression_put(w.control.suppress, &s), STORE_OK);
	assert_int_equal(store_commit(w.control.store), 0);
	assert_int_equal(
	    suppression_get(w.control.suppress, prod, "a@example.org", &got),
	    STORE_NOTFOUND);
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(suppression_scan(w.control.suppress, prod, "", NULL,
			     seen_cb, &seen),
	    STORE_OK);
	assert_int_equal(seen.n, 0);
	put(prod, "a@example.org", 3000, &got);
	assert_true(got.number != s.number);
	assert_int_equal(count(prod), 1);
}

/* As the walk goes on from step to step. */
static void
walk(const struct suppress_filter *f, unsigned records, size_t most,
    struct seen *seen)
{
	struct suppress_walk walk;
	unsigned steps;

	memset(seen, 0, sizeof(*seen));
	suppress_walk_init(&walk, w.control.suppress, f);
	for (steps = 0; !walk.done; steps++) {
		assert_true(steps < 100);
		seen->most = most == 0 ? 0 : seen->n + most;
		assert_int_equal(
		    suppress_walk_step(&walk, records, seen_cb, seen),
		    STORE_OK);
	}
}

static void
a_walk_meets_each_once(void **state)
{
	struct suppress_filter f;
	struct suppression s;
	struct seen seen;
	size_t most;
	unsigned n;

	put(prod, "a@example.org", 1000, &s);
	put(prod, "b@example.net", 2000, &s);
	put(prod, "c@example.org", 3000, &s);
	put(test, "a@example.net", 4000, &s);
	memset(&f, 0, sizeof(f));
	for (n = 1; n < 7; n++) {
		for (most = 0; most < 3; most++) {
			walk(&f, n, most, &seen);
			assert_int_equal(seen.n, 4);
		}
	}
	f.older = 4000;
	f.newer = 2000;
	walk(&f, 2, 0, &seen);
	assert_string_equal(seen.text, "b@example.net c@example.org ");
	memset(&f, 0, sizeof(f));
	(void)strlcpy(f.domain, "example.net", sizeof(f.domain));
	(void)strlcpy(f.compartment, test, sizeof(f.compartment));
	walk(&f, 2, 0, &seen);
	assert_string_equal(seen.text, "a@example.net ");
	f.reason = SUPPRESSION_COMPLAINT;
	walk(&f, 2, 0, &seen);
	assert_int_equal(seen.n, 0);
}

static void
an_address_can_be_a_hash(void **state)
{
	struct suppression s, old, got;
	char address[ADDRESS_SIZE];
	struct seen seen;

	put(prod, "old@example.org", 1000, &old);
	w.control.suppress->hash = true;
	put(prod, "a@example.org", 1000, &s);
	assert_true(suppression_is_hash(s.address));
	assert_null(suppression_parse(s.address, address));
	assert_int_equal(
	    suppression_get(w.control.suppress, prod, "a@example.org", &got),
	    STORE_OK);
	assert_string_equal(got.address, s.address);
	assert_int_equal(
	    suppression_get(w.control.suppress, prod, s.address, &got),
	    STORE_OK);
	assert_int_equal(
	    suppression_get(w.control.suppress, prod, "old@example.org", &got),
	    STORE_OK);
	memset(&seen, 0, sizeof(seen));
	put(prod, "old@example.org", 1000, &got);
	assert_true(got.number == old.number);
	assert_int_equal(count(prod), 2);
	assert_int_equal(suppression_scan(w.control.suppress, prod, "", NULL,
			     seen_cb, &seen),
	    STORE_OK);
	assert_null(strchr(seen.text, '@'));
	/* The key of the hashes is the store's. */
	world_reopen(&w);
	assert_int_equal(
	    suppression_get(w.control.suppress, prod, "a@example.org", &got),
	    STORE_OK);
}

/* As version 1 wrote it. */
static void
put_version_1(const char *compartment, const char *address)
{
	struct store_key k;
	struct msgout m;

	memset(&m, 0, sizeof(m));
	record_begin(&m, 1);
	msg_put_str(&m, compartment);
	msg_put_str(&m, address);
	msg_put_u32(&m, SUPPRESSION_COMPLAINT);
	msg_put_i64(&m, 1234);
	msg_put_u64(&m, 5);
	msg_put_str(&m, "<a@b>");
	msg_put_str(&m, "mx");
	msg_put_str(&m, "550 no");
	store_key(&k, compartment, address);
	assert_int_equal(store_put(w.control.store, STORE_SUPPRESSION, &k, &m),
	    STORE_OK);
	msgout_free(&m);
}

static void
records_of_version_1_are_taken_over(void **state)
{
	char address[ADDRESS_SIZE];
	struct suppression s;
	unsigned i;

	assert_int_equal(store_begin(w.control.store), 0);
	for (i = 0; i < 250; i++) {
		(void)snprintf(address, sizeof(address), "%u@example.org", i);
		put_version_1(i % 2 == 0 ? prod : test, address);
	}
	assert_int_equal(store_commit(w.control.store), 0);
	assert_int_equal(suppress_upgrade(w.control.suppress), 0);
	assert_int_equal(count(prod), 125);
	assert_int_equal(count(test), 125);
	assert_int_equal(
	    suppression_get(w.control.suppress, prod, "248@example.org", &s),
	    STORE_OK);
	assert_int_equal(s.reason, SUPPRESSION_COMPLAINT);
	assert_int_equal(s.created, 1234);
	assert_string_equal(s.text, "550 no");
	assert_string_equal(s.compartment, prod);
}

/* A row of a file; see proto_import.h. */
static void
put_row(struct msgout *m, uint64_t number, const char *address,
    const char *reason)
{
	static struct import_row row;

	memset(&row, 0, sizeof(row));
	row.number = number;
	(void)strlcpy(row.address, address, sizeof(row.address));
	(void)strlcpy(row.reason, reason, sizeof(row.reason));
	import_row_put(m, &row);
}

static void
an_import_takes_blocks_that_it_asked_for(void **state)
{
	struct suppression s;
	struct msgout m;

	memset(&m, 0, sizeof(m));
	w.blocks = 0;
	world_start(&w, "suppression import - compartment prod");
	assert_false(w.ended);
	assert_int_not_equal(w.blocks, 0);
	put_row(&m, 1, "A@example.org", "");
	put_row(&m, 2, "nobody", "");
	put_row(&m, 3, "b@example.org", "complaint");
	put_row(&m, 4, "b@example.org", "");
	assert_true(job_data(w.job, m.data, m.len));
	assert_false(w.ended);
	assert_non_null(strstr(w.text, "row=2|address=nobody|error="));
	assert_true(job_data(w.job, NULL, 0));
	assert_true(w.ended && w.ok);
	assert_non_null(strstr(w.text, "rows=4|added=2|present=1|bad=1"));
	assert_int_equal(
	    suppression_get(w.control.suppress, prod, "b@example.org", &s),
	    STORE_OK);
	assert_int_equal(s.reason, SUPPRESSION_COMPLAINT);
	/* An ill-formed block changes nothing, and ends the import. */
	world_start(&w, "suppression import - compartment prod");
	msgout_reset(&m);
	put_row(&m, 1, "c@example.org", "");
	msg_put_u8(&m, 0xff);
	assert_true(job_data(w.job, m.data, m.len));
	assert_true(w.ended && !w.ok);
	assert_int_equal(count(prod), 2);
	/* Neither does one that is given up. */
	world_start(&w, "suppression import -");
	job_cancel(w.job);
	w.job = NULL;
	msgout_free(&m);
	assert_false(world_do(&w, "suppression import - compartment none"));
}

/* What queue says of a recipient. */
static void
notice(enum notice_kind kind, uint64_t message, const char *rcpt)
{
	static struct notice_bounce b;

	memset(&b, 0, sizeof(b));
	b.kind = kind;
	b.message = message;
	(void)strlcpy(b.compartment, prod, sizeof(b.compartment));
	(void)strlcpy(b.rcpt, rcpt, sizeof(b.rcpt));
	(void)strlcpy(b.text, "552 5.2.2 full", sizeof(b.text));
	assert_int_equal(notice_bounce(&w.control, &b, NULL), 0);
}

static bool
is_suppressed(const char *address)
{
	struct suppression s;

	return suppression_get(w.control.suppress, prod, address, &s) ==
	    STORE_OK;
}

static void
watched_cb(uint64_t hash, void *arg)
{
	(*(unsigned *)arg)++;
}

static unsigned
watched(void)
{
	unsigned n;

	n = 0;
	assert_int_equal(suppress_soft_each(w.control.suppress, watched_cb, &n),
	    STORE_OK);
	assert_int_equal(w.control.suppress->softs, n);
	return n;
}

/* The world's limit is three. */
static void
soft_bounces_count_once_a_message(void **state)
{
	time_t now;

	notice(NOTICE_SOFT, 1, "a@example.org");
	notice(NOTICE_SOFT, 1, "A@example.org");
	notice(NOTICE_SOFT, 2, "a@example.org");
	assert_int_equal(watched(), 1);
	notice(NOTICE_DELIVERED, 3, "a@example.org");
	assert_int_equal(watched(), 0);
	notice(NOTICE_SOFT, 4, "a@example.org");
	world_reopen(&w);
	notice(NOTICE_SOFT, 5, "a@example.org");
	assert_false(is_suppressed("a@example.org"));
	notice(NOTICE_SOFT, 6, "a@example.org");
	assert_true(is_suppressed("a@example.org"));
	assert_int_equal(watched(), 0);
	/* Of a hash, too, and a hard bounce needs no count. */
	w.control.suppress->hash = true;
	notice(NOTICE_SOFT, 7, "b@example.org");
	notice(NOTICE_SOFT, 8, "b@example.org");
	assert_int_equal(watched(), 1);
	notice(NOTICE_HARD, 9, "b@example.org");
	assert_true(is_suppressed("b@example.org"));
	assert_int_equal(watched(), 0);
	/* Old ones lapse. */
	notice(NOTICE_SOFT, 10, "c@example.org");
	now = time(NULL);
	assert_int_equal(watched(), 1);
	w.control.suppress->soft_window = 0;
	while (time(NULL) == now)
		(void)usleep(1000);
	assert_int_equal(suppress_soft_sweep(w.control.suppress, 10), STORE_OK);
	assert_int_equal(watched(), 0);
	w.control.suppress->soft_limit = 0;
	notice(NOTICE_SOFT, 11, "d@example.org");
	assert_int_equal(watched(), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_record_has_all_that_is_known),
		T(an_id_lives_as_long_as_its_suppression),
		T(orders_are_of_addresses_and_of_time),
		T(what_has_expired_is_not_there),
		T(a_walk_meets_each_once),
		T(an_address_can_be_a_hash),
		T(records_of_version_1_are_taken_over),
		T(an_import_takes_blocks_that_it_asked_for),
		T(soft_bounces_count_once_a_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
