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
 * store verify: one at a time, and others are served meanwhile.
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
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "job.h"
#include "proc.h"
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

/* Wait for the command that was started. */
static void
finish(void)
{
	while (!w.ended)
		assert_int_equal(event_base_loop(proc_base(), EVLOOP_ONCE), 0);
	assert_true(w.ok);
}

static void
one_at_a_time(void **state)
{
	struct job *first;

	world_start(&w, "store verify");
	first = w.job;
	assert_non_null(first);
	assert_false(world_do(&w, "store verify"));
	assert_non_null(strstr(w.why, "another \"store verify\""));
	w.ended = false;
	w.job = first;
	finish();
	assert_int_equal(w.rows, STORE_TABLES);
	/* One that was broken off is none. */
	world_start(&w, "store verify");
	job_cancel(w.job);
	world_start(&w, "store verify");
	finish();
}

/* Who is done with it need not wait for its thread, the next one has to. */
static void
broken_off_while_it_reads(void **state)
{
	unsigned i;

	world_start(&w, "store verify");
	/* Its turn has come: a thread was made. */
	assert_int_equal(event_base_loop(proc_base(), EVLOOP_ONCE), 0);
	job_cancel(w.job);
	w.job = NULL;
	assert_non_null(w.control.check);
	assert_false(world_do(&w, "store verify"));
	assert_non_null(strstr(w.why, "another \"store verify\""));
	while (w.control.check != NULL)
		assert_int_equal(event_base_loop(proc_base(), EVLOOP_ONCE), 0);
	/* Checkpoints are made again, and it can be asked for. */
	for (i = 0; i < 100; i++)
		assert_true(world_do(&w, "user add app") &&
		    world_do(&w, "user remove app"));
	assert_int_equal(store_checkpoint(w.control.store), 0);
	world_start(&w, "store verify");
	finish();
}

/* It reads what others may write; it takes nobody's time. */
static void
also_for_those_who_administer(void **state)
{
	w.uid = geteuid() + 1;
	world_start(&w, "store verify");
	finish();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_at_a_time, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(broken_off_while_it_reads,
		    set_up, tear_down),
		cmocka_unit_test_setup_teardown(also_for_those_who_administer,
		    set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
