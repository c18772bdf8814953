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
 * Sessions that end before their work is done: in favour of others, or since
 * the server talks out of turn.
 *
 * sources: deliver/session.c deliver/tx.c deliver/job.c deliver/reader.c
 * sources: deliver/stuff.c deliver/reply.c deliver/ehlo.c deliver/outcome.c
 * sources: regress/deliver/jobs.c regress/deliver/script.c lib/compat.c
 * sources: lib/crc32c.c
 * sources: lib/log.c lib/logsock.c lib/proto_work.c
 * sources: lib/breach.c lib/chan.c lib/pending.c lib/msg.c
 * sources: deliver/body.c deliver/command.c lib/recode.c lib/mime_walk.c
 * sources: lib/mime_code.c lib/mime_field.c lib/base64.c lib/address.c
 * sources: lib/idn.c lib/id.c
 * libs: -levent -lidn2
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compat.h"
#include "crc32c.h"
#include "job.h"
#include "jobs.h"
#include "limits.h"
#include "outcome.h"
#include "proto_submit.h"
#include "reader.h"
#include "reply.h"
#include "script.h"
#include "session.h"

/* In favour of others, as long as the message is not on its way. */
static void
test_yield(void **state)
{
	struct job *job;

	script_greet(SCRIPT_PIPELINED);
	script_give(2);
	script_server("250 Ok\r\n250 Ok\r\n", SESSION_REPLY);
	assert_true(session_may_yield(script_get()->s));
	script_event(SESSION_EV_YIELD, NULL);
	assert_int_equal(script_get()->want, SESSION_GOODBYE);
	assert_int_equal(session_end(script_get()->s), SESSION_END_YIELD);
	job = session_take_back(script_get()->s);
	assert_non_null(job);
	assert_int_equal(job->open, 2);
	assert_int_equal(job->state[0], JOB_OPEN);
	job_free(job);
	session_free(script_get()->s);
	(void)script_setup(NULL);
	script_greet(SCRIPT_PIPELINED);
	script_give(1);
	script_server("250 Ok\r\n250 Ok\r\n354 Go\r\n", SESSION_REPLY);
	assert_false(session_may_yield(script_get()->s));
	script_event(SESSION_EV_YIELD, NULL); /* too late: no effect */
	script_server("250 Ok\r\n", SESSION_JOB);
	script_check(0, OUTCOME_DELIVERED, 250, "2.0.0");
}

static void
test_yield_while_connecting(void **state)
{
	script_open_session(false);
	assert_true(session_may_yield(script_get()->s));
	script_event(SESSION_EV_YIELD, NULL);
	assert_int_equal(session_end(script_get()->s), SESSION_END_YIELD);
	assert_null(session_take_back(script_get()->s));
}

/* Before the first job: the host's failure, or it would go on for ever. */
static void
test_unasked_when_ready(void **state)
{
	script_greet(SCRIPT_PLAIN);
	script_event(SESSION_EV_GARBAGE, NULL);
	assert_int_equal(script_get()->want, SESSION_GOODBYE);
	assert_int_equal(session_end(script_get()->s), SESSION_END_HOST);
	session_free(script_get()->s);
	(void)script_setup(NULL);
	script_greet(SCRIPT_PLAIN);
	script_server("421 Bye\r\n", SESSION_GOODBYE);
	assert_int_equal(session_end(script_get()->s), SESSION_END_HOST);
}

#define TEST(f)                                                                \
	cmocka_unit_test_setup_teardown(f, script_setup, script_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_yield),
		TEST(test_yield_while_connecting),
		TEST(test_unasked_when_ready),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
