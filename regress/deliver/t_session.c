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
 * Outgoing sessions against a scripted server: what is sent, what is waited
 * for, and what each recipient's outcome is.
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

static void
test_step_by_step(void **state)
{
	script_greet(SCRIPT_PLAIN);
	assert_int_equal(session_timeout(script_get()->s), 0);
	script_give(2);
	script_client("MAIL FROM:<from@example.org>\r\n");
	assert_int_equal(session_timeout(script_get()->s), 300);
	script_server("250 Ok\r\n", SESSION_REPLY);
	script_client("RCPT TO:<r0@example.net>\r\n");
	script_server("250 Ok\r\n", SESSION_REPLY);
	script_client("RCPT TO:<r1@example.net>\r\n");
	script_server("550 5.1.1 User unknown\r\n", SESSION_REPLY);
	script_check(1, OUTCOME_PERMFAIL, 550, "5.1.1");
	assert_int_equal(script_get()->outcome[1].failure, FAILURE_UNKNOWN);
	script_client("DATA\r\n");
	assert_int_equal(session_timeout(script_get()->s), 120);
	script_server("354 Go\r\n", SESSION_REPLY);
	script_client(JOBS_WIRE);
	assert_int_equal(session_timeout(script_get()->s), 600);
	assert_int_equal(script_get()->outcomes, 1);
	script_server("250 2.0.0 queued as 1\r\n", SESSION_JOB);
	script_check(0, OUTCOME_DELIVERED, 250, "2.0.0");
	assert_string_equal(script_get()->outcome[0].text, "queued as 1");
	/* The next one needs no RSET. */
	script_give(1);
	script_client("MAIL FROM:<from@example.org>\r\n");
}

static void
test_pipelining(void **state)
{
	script_greet(SCRIPT_PIPELINED);
	script_give(2);
	script_client(
	    "MAIL FROM:<from@example.org>\r\nRCPT TO:<r0@example.net>\r\n"
	    "RCPT TO:<r1@example.net>\r\nDATA\r\n");
	script_server("250 Ok\r\n450 4.2.1 Later\r\n250 Ok\r\n354 Go\r\n",
	    SESSION_REPLY);
	script_client(JOBS_WIRE);
	script_server("250 Ok\r\n", SESSION_JOB);
	script_check(0, OUTCOME_TEMPFAIL, 450, "4.2.1");
	script_check(1, OUTCOME_DELIVERED, 250, "2.0.0");
	script_event(SESSION_EV_QUIT, NULL);
	script_client("QUIT\r\n");
	assert_int_equal(session_timeout(script_get()->s), 5);
	script_server("221 Bye\r\n", SESSION_GOODBYE);
	assert_int_equal(session_end(script_get()->s), SESSION_END_DONE);
}

static void
test_pipelining_all_refused_but_data_goes(void **state)
{
	script_greet(SCRIPT_PIPELINED);
	script_give(2);
	script_client(
	    "MAIL FROM:<from@example.org>\r\nRCPT TO:<r0@example.net>\r\n"
	    "RCPT TO:<r1@example.net>\r\nDATA\r\n");
	script_server("250 Ok\r\n550 5.1.1 No\r\n550 5.7.1 No\r\n354 Go\r\n",
	    SESSION_REPLY);
	script_client(".\r\n");
	assert_int_equal(script_get()->outcomes, 2);
	assert_int_equal(script_get()->outcome[0].failure, FAILURE_UNKNOWN);
	assert_int_equal(script_get()->outcome[1].failure, FAILURE_POLICY);
	script_server("250 Ok\r\n", SESSION_REPLY);
	script_client("RSET\r\n");
	script_server("250 Ok\r\n", SESSION_JOB);
	script_give(1);
}

static void
test_pipelining_mail_refused(void **state)
{
	script_greet(SCRIPT_PIPELINED);
	script_give(1);
	script_server("550 5.1.1 Sender unknown\r\n503 5.5.1 MAIL first\r\n"
		      "503 5.5.1 RCPT first\r\n",
	    SESSION_REPLY);
	script_check(0, OUTCOME_PERMFAIL, 550, "5.1.1");
	assert_int_not_equal(script_get()->outcome[0].failure, FAILURE_UNKNOWN);
	script_get()->sent_len = 0;
	script_server("250 Ok\r\n", SESSION_JOB);
}

static void
test_all_refused(void **state)
{
	script_greet(SCRIPT_PLAIN);
	script_give(1);
	script_server("250 Ok\r\n", SESSION_REPLY);
	script_get()->sent_len = 0;
	script_server("550 No\r\n", SESSION_REPLY);
	script_client("RSET\r\n");
	script_check(0, OUTCOME_PERMFAIL, 550, "5.0.0");
	script_server("250 Ok\r\n", SESSION_JOB);
}

static void
test_mail_refused_for_now(void **state)
{
	script_greet(SCRIPT_PLAIN);
	script_give(3);
	script_server("452 4.3.1 Disk full\r\n", SESSION_REPLY);
	assert_int_equal(script_get()->outcomes, 3);
	script_check(2, OUTCOME_TEMPFAIL, 452, "4.3.1");
	script_server("250 Ok\r\n", SESSION_JOB);
}

static void
test_data_refused(void **state)
{
	script_greet(SCRIPT_PIPELINED);
	script_give(2);
	script_server("250 Ok\r\n250 Ok\r\n250 Ok\r\n451 4.3.2 Not now\r\n",
	    SESSION_REPLY);
	script_check(0, OUTCOME_TEMPFAIL, 451, "4.3.2");
	script_check(1, OUTCOME_TEMPFAIL, 451, "4.3.2");
	script_server("250 Ok\r\n", SESSION_JOB);
}

static void
test_refused_at_the_end(void **state)
{
	script_greet(SCRIPT_PIPELINED);
	script_give(1);
	script_server("250 Ok\r\n250 Ok\r\n354 Go\r\n554 5.7.1 Spam\r\n",
	    SESSION_JOB);
	script_check(0, OUTCOME_PERMFAIL, 554, "5.7.1");
	assert_int_equal(script_get()->outcome[0].failure, FAILURE_POLICY);
}

static void
test_too_many_recipients(void **state)
{
	script_greet(SCRIPT_PIPELINED);
	script_give(3);
	script_server("250 Ok\r\n250 Ok\r\n452 4.5.3 Too many\r\n"
		      "452 4.5.3 Too many\r\n354 Go\r\n",
	    SESSION_REPLY);
	script_get()->sent_len = 0;
	script_server("250 2.0.0 first\r\n", SESSION_REPLY);
	script_client(
	    "MAIL FROM:<from@example.org>\r\nRCPT TO:<r1@example.net>\r\n"
	    "RCPT TO:<r2@example.net>\r\nDATA\r\n");
	script_server(
	    "250 Ok\r\n250 Ok\r\n250 Ok\r\n354 Go\r\n250 2.0.0 second\r\n",
	    SESSION_JOB);
	assert_int_equal(script_get()->outcomes, 3);
	assert_string_equal(script_get()->outcome[0].text, "first");
	assert_string_equal(script_get()->outcome[2].text, "second");
}

static void
test_too_many_at_once_is_a_failure(void **state)
{
	script_greet(SCRIPT_PIPELINED);
	script_give(1);
	script_server("250 Ok\r\n452 4.5.3 Too many\r\n554 No\r\n",
	    SESSION_REPLY);
	script_check(0, OUTCOME_TEMPFAIL, 452, "4.5.3");
}

static void
test_parameters(void **state)
{
	struct job *job;

	script_greet(
	    "250-mx\r\n250-SIZE 10000\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n"
	    "250 DSN\r\n");
	job = script_make_job(1);
	job->batch.flags = ENVELOPE_8BIT | ENVELOPE_UTF8 | ENVELOPE_RET_HDRS;
	(void)strlcpy(job->batch.envid, "QQ1", sizeof(job->batch.envid));
	job->batch.return_path[0] = '\0';
	job->batch.rcpt[0].notify = NOTIFY_SUCCESS | NOTIFY_DELAY;
	(void)strlcpy(job->batch.rcpt[0].orcpt, "rfc822;a@b.example",
	    sizeof(job->batch.rcpt[0].orcpt));
	script_event(SESSION_EV_JOB, job);
	script_client("MAIL FROM:<> SIZE=44 BODY=8BITMIME SMTPUTF8 RET=HDRS "
		      "ENVID=QQ1\r\n");
	script_server("250 Ok\r\n", SESSION_REPLY);
	script_client("RCPT TO:<r0@example.net> NOTIFY=SUCCESS,DELAY "
		      "ORCPT=rfc822;a@b.example\r\n");
	script_server("250 Ok\r\n", SESSION_REPLY);
	script_server("354 Go\r\n250 Ok\r\n", SESSION_JOB);
	assert_true(script_get()->outcome[0].dsn);
}

static void
test_parameters_not_offered(void **state)
{
	struct job *job;

	script_greet(SCRIPT_PLAIN);
	job = script_make_job(1);
	job->batch.flags = ENVELOPE_8BIT | ENVELOPE_RET_FULL;
	job->batch.rcpt[0].notify = NOTIFY_NEVER;
	script_event(SESSION_EV_JOB, job);
	script_client("MAIL FROM:<from@example.org>\r\n");
	script_server("250 Ok\r\n", SESSION_REPLY);
	script_client("RCPT TO:<r0@example.net>\r\n");
	script_server("250 Ok\r\n", SESSION_REPLY);
	script_server("354 Go\r\n250 Ok\r\n", SESSION_JOB);
	assert_int_equal(script_get()->outcome[0].outcome, OUTCOME_DELIVERED);
	assert_false(script_get()->outcome[0].dsn);
}

static void
test_refused_before_anything_is_sent(void **state)
{
	script_greet("250-mx\r\n250 SIZE 43\r\n");
	script_give(2);
	assert_int_equal(script_get()->want, SESSION_JOB);
	script_client("");
	script_check(1, OUTCOME_PERMFAIL, 0, "5.3.4");
}

static void
test_helo(void **state)
{
	script_open_session(true);
	script_event(SESSION_EV_CONNECTED, NULL);
	script_server("220 old\r\n", SESSION_REPLY);
	script_get()->sent_len = 0;
	script_server("502 What?\r\n", SESSION_REPLY);
	script_client("HELO out.example.org\r\n");
	script_server("250 old.example.net\r\n", SESSION_JOB);
}

static void
test_starttls(void **state)
{
	script_open_session(true);
	script_event(SESSION_EV_CONNECTED, NULL);
	script_server("220 mx\r\n", SESSION_REPLY);
	script_get()->sent_len = 0;
	script_server("250-mx\r\n250-PIPELINING\r\n250 STARTTLS\r\n",
	    SESSION_REPLY);
	script_client("STARTTLS\r\n");
	script_server("220 Go\r\n", SESSION_TLS);
	script_event(SESSION_EV_TLS, "TLSv1.3 AES");
	script_client("EHLO out.example.org\r\n");
	/* What was offered before TLS is forgotten. */
	script_server("250-mx\r\n250 STARTTLS\r\n", SESSION_JOB);
	script_give(1);
	script_client("MAIL FROM:<from@example.org>\r\n");
	script_server("550 No\r\n", SESSION_REPLY);
	assert_string_equal(script_get()->outcome[0].tls, "TLSv1.3 AES");
}

static void
test_starttls_refused(void **state)
{
	script_open_session(true);
	script_event(SESSION_EV_CONNECTED, NULL);
	script_server("220 mx\r\n", SESSION_REPLY);
	script_server("250-mx\r\n250 STARTTLS\r\n", SESSION_REPLY);
	script_server("454 4.7.0 Not now\r\n", SESSION_JOB);
}

static void
starttls_fails(enum session_event ev, const char *text)
{
	script_open_session(true);
	script_event(SESSION_EV_CONNECTED, NULL);
	script_server("220 mx\r\n", SESSION_REPLY);
	script_server("250-mx\r\n250 STARTTLS\r\n", SESSION_REPLY);
	if (ev != SESSION_EV_LOST)
		script_server("220 Go\r\n", SESSION_TLS);
	script_event(ev, text);
	assert_int_equal(script_get()->want, SESSION_GOODBYE);
	assert_int_equal(session_end(script_get()->s), SESSION_END_TLS);
	session_free(script_get()->s);
	script_get()->s = NULL;
}

static void
test_tls_fails(void **state)
{
	starttls_fails(SESSION_EV_TIMEOUT, NULL);
	starttls_fails(SESSION_EV_LOST, "closed");
}

/* The host is of no use, and why. */
static void
host_fails(unsigned code, const char *enhanced)
{
	assert_int_equal(script_get()->want, SESSION_GOODBYE);
	assert_int_equal(session_end(script_get()->s), SESSION_END_HOST);
	assert_int_equal(session_failure(script_get()->s)->outcome,
	    OUTCOME_HOST_DOWN);
	assert_int_equal(session_failure(script_get()->s)->code, code);
	assert_string_equal(session_failure(script_get()->s)->enhanced,
	    enhanced);
	assert_string_equal(session_failure(script_get()->s)->host,
	    "mx.example.net");
	session_free(script_get()->s);
	script_get()->s = NULL;
}

static void
test_hosts_that_fail(void **state)
{
	script_open_session(false);
	script_event(SESSION_EV_LOST, "Connection refused");
	host_fails(0, "4.4.1");
	script_open_session(false);
	script_event(SESSION_EV_TIMEOUT, NULL);
	host_fails(0, "4.4.1");
	script_open_session(false);
	script_event(SESSION_EV_CONNECTED, NULL);
	script_server("554 5.3.2 Go away\r\n", SESSION_GOODBYE);
	host_fails(554, "5.3.2");
	script_open_session(false);
	script_event(SESSION_EV_CONNECTED, NULL);
	script_server("421 4.7.0 Too many connections\r\n", SESSION_GOODBYE);
	host_fails(421, "4.7.0");
	script_open_session(false);
	script_event(SESSION_EV_CONNECTED, NULL);
	script_event(SESSION_EV_GARBAGE, NULL);
	host_fails(0, "4.5.0");
	script_open_session(false);
	script_event(SESSION_EV_CONNECTED, NULL);
	script_server("220 mx\r\n", SESSION_REPLY);
	script_server("450 4.7.1 No\r\n", SESSION_GOODBYE);
	host_fails(450, "4.7.1");
}

static void
test_it_is_ourselves(void **state)
{
	script_open_session(false);
	script_event(SESSION_EV_CONNECTED, NULL);
	script_server("220 mx\r\n", SESSION_REPLY);
	script_server("250 OUT.example.org hello\r\n", SESSION_GOODBYE);
	host_fails(0, "4.4.6");
}

static void
test_lost_before_an_answer_is_given_back(void **state)
{
	struct job *job;

	script_greet(SCRIPT_PLAIN);
	script_give(2);
	script_event(SESSION_EV_LOST, "closed");
	assert_int_equal(script_get()->want, SESSION_GOODBYE);
	assert_int_equal(script_get()->outcomes, 0);
	job = session_take_back(script_get()->s);
	assert_non_null(job);
	assert_int_equal(job->open, 2);
	job_free(job);
	assert_null(session_take_back(script_get()->s));
	assert_int_equal(session_end(script_get()->s), SESSION_END_HOST);
}

static void
test_lost_on_a_reused_connection(void **state)
{
	script_greet(SCRIPT_PIPELINED);
	script_give(1);
	script_server("250 Ok\r\n250 Ok\r\n354 Go\r\n250 Ok\r\n", SESSION_JOB);
	script_give(1);
	script_server("421 4.4.2 Idle for too long\r\n", SESSION_GOODBYE);
	assert_int_equal(script_get()->outcomes, 0);
	job_free(session_take_back(script_get()->s));
	/* The host is not to blame. */
	assert_int_equal(session_end(script_get()->s), SESSION_END_DONE);
}

static void
test_lost_in_the_middle(void **state)
{
	script_greet(SCRIPT_PIPELINED);
	script_give(2);
	script_server("250 Ok\r\n550 5.1.1 No\r\n", SESSION_REPLY);
	script_event(SESSION_EV_TIMEOUT, NULL);
	assert_int_equal(script_get()->want, SESSION_GOODBYE);
	script_check(0, OUTCOME_PERMFAIL, 550, "5.1.1");
	script_check(1, OUTCOME_TEMPFAIL, 0, "4.4.2");
	assert_null(strstr(script_get()->outcome[1].text, "twice"));
}

static void
test_lost_after_the_end(void **state)
{
	script_greet(SCRIPT_PIPELINED);
	script_give(1);
	script_server("250 Ok\r\n250 Ok\r\n354 Go\r\n", SESSION_REPLY);
	script_event(SESSION_EV_LOST, "closed");
	script_check(0, OUTCOME_TEMPFAIL, 0, "4.4.2");
	assert_non_null(strstr(script_get()->outcome[0].text, "twice"));
	assert_int_equal(session_end(script_get()->s), SESSION_END_DONE);
}

static void
test_421_in_the_middle(void **state)
{
	script_greet(SCRIPT_PIPELINED);
	script_give(2);
	script_server("250 Ok\r\n250 Ok\r\n421 4.3.2 Shutting down\r\n",
	    SESSION_GOODBYE);
	assert_int_equal(script_get()->outcomes, 2);
	script_check(0, OUTCOME_TEMPFAIL, 421, "4.3.2");
	script_check(1, OUTCOME_TEMPFAIL, 421, "4.3.2");
}

static void
test_421_at_the_end(void **state)
{
	script_greet(SCRIPT_PIPELINED);
	script_give(1);
	script_server("250 Ok\r\n250 Ok\r\n354 Go\r\n421 4.3.2 Bye\r\n",
	    SESSION_GOODBYE);
	script_check(0, OUTCOME_TEMPFAIL, 421, "4.3.2");
}

static void
test_protocol_errors(void **state)
{
	static const char *const scripts[] = {
		"354 Go\r\n",			  /* for MAIL */
		"250 Ok\r\n354 Go\r\n",		  /* for RCPT */
		"250 Ok\r\n250 Ok\r\n250 Ok\r\n", /* for DATA */
	};
	size_t i;

	for (i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		script_greet(SCRIPT_PIPELINED);
		script_give(1);
		script_server(scripts[i], SESSION_GOODBYE);
		script_check(0, OUTCOME_TEMPFAIL, 0, "4.5.0");
		session_free(script_get()->s);
		(void)script_setup(NULL);
	}
	script_greet(SCRIPT_PLAIN);
	script_server("250 Nobody asked\r\n", SESSION_GOODBYE);
}

static void
test_stop(void **state)
{
	script_greet(SCRIPT_PIPELINED);
	script_give(2);
	script_server("250 Ok\r\n250 Ok\r\n", SESSION_REPLY);
	script_event(SESSION_EV_ABORT, NULL);
	assert_int_equal(script_get()->want, SESSION_GOODBYE);
	assert_int_equal(script_get()->outcomes, 2);
	script_check(0, OUTCOME_TEMPFAIL, 0, "4.4.2");
}

static void
test_so_many_messages(void **state)
{
	unsigned i;

	script_greet(SCRIPT_PIPELINED);
	for (i = 1; i <= SESSION_MESSAGES_MAX; i++) {
		script_give(1);
		script_get()->sent_len = 0;
		script_server("250 Ok\r\n250 Ok\r\n354 Go\r\n250 Ok\r\n",
		    i < SESSION_MESSAGES_MAX ? SESSION_JOB : SESSION_REPLY);
	}
	assert_non_null(strstr(script_get()->sent, "QUIT\r\n"));
}

/* A message larger than the output buffer may hold. */
static void
test_large_message(void **state)
{
	static char body[3 * 1024 * 1024];
	struct work_batch batch;
	struct job *job;
	unsigned turns = 0;
	size_t i;

	for (i = 0; i + 4 <= sizeof(body); i += 4)
		memcpy(body + i, ".x\r\n", 4);
	jobs_batch(&batch, 1, "example.net", 1);
	batch.prefix_len = 0;
	batch.body_off = 0;
	batch.body_len = sizeof(body);
	batch.crc = crc32c(0, body, sizeof(body));
	job = job_new(&batch, jobs_segment_of(body, sizeof(body)), script_sink,
	    NULL);
	memset(script_get()->outcome, 0, sizeof(script_get()->outcome));
	script_get()->outcomes = 0;
	script_greet(SCRIPT_PIPELINED);
	script_event(SESSION_EV_JOB, job);
	script_get()->sent_len = 0;
	script_get()->unsent = BODY_UNSENT_MAX + 1;
	script_server("250 Ok\r\n250 Ok\r\n354 Go\r\n", SESSION_DRAIN);
	assert_int_equal(script_get()->sent_len, 0);
	assert_true(session_is_sending(script_get()->s));
	assert_int_equal(session_timeout(script_get()->s), 180);
	while (script_get()->want == SESSION_DRAIN) {
		script_get()->unsent = 0;
		script_event(SESSION_EV_DRAINED, NULL);
		turns++;
	}
	assert_int_equal(script_get()->want, SESSION_REPLY);
	assert_int_equal(script_get()->sent_len, sizeof(body) / 4 * 5 + 3);
	assert_memory_equal(script_get()->sent, "..x\r\n..x\r\n", 10);
	script_server("250 Ok\r\n", SESSION_JOB);
	script_check(0, OUTCOME_DELIVERED, 250, "2.0.0");
}

static void
test_answer_within_the_message(void **state)
{
	script_greet(SCRIPT_PIPELINED);
	script_give(1);
	script_get()->unsent = BODY_UNSENT_MAX + 1;
	script_server("250 Ok\r\n250 Ok\r\n354 Go\r\n", SESSION_DRAIN);
	script_server("552 5.3.4 Too large\r\n", SESSION_GOODBYE);
	script_check(0, OUTCOME_PERMFAIL, 552, "5.3.4");
}

/* Without its end, no server takes a message. */
static void
check_damaged(struct job *job)
{
	script_greet(SCRIPT_PIPELINED);
	script_event(SESSION_EV_JOB, job);
	script_get()->sent_len = 0;
	script_server("250 Ok\r\n250 Ok\r\n354 Go\r\n", SESSION_GOODBYE);
	script_check(0, OUTCOME_DAMAGED, 0, "5.3.0");
	assert_null(strstr(script_get()->sent, "\r\n.\r\n"));
}

static void
test_message_that_ends_too_soon(void **state)
{
	struct job *job = script_make_job(1);

	job->batch.body_len += 1000;
	check_damaged(job);
}

static void
test_message_that_changed_on_disk(void **state)
{
	struct job *job = script_make_job(1);

	job->batch.crc ^= 0x100;
	check_damaged(job);
}

#define TEST(f)                                                                \
	cmocka_unit_test_setup_teardown(f, script_setup, script_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_step_by_step),
		TEST(test_pipelining),
		TEST(test_pipelining_all_refused_but_data_goes),
		TEST(test_pipelining_mail_refused),
		TEST(test_all_refused),
		TEST(test_mail_refused_for_now),
		TEST(test_data_refused),
		TEST(test_refused_at_the_end),
		TEST(test_too_many_recipients),
		TEST(test_too_many_at_once_is_a_failure),
		TEST(test_parameters),
		TEST(test_parameters_not_offered),
		TEST(test_refused_before_anything_is_sent),
		TEST(test_helo),
		TEST(test_starttls),
		TEST(test_starttls_refused),
		TEST(test_tls_fails),
		TEST(test_hosts_that_fail),
		TEST(test_it_is_ourselves),
		TEST(test_lost_before_an_answer_is_given_back),
		TEST(test_lost_on_a_reused_connection),
		TEST(test_lost_in_the_middle),
		TEST(test_lost_after_the_end),
		TEST(test_421_in_the_middle),
		TEST(test_421_at_the_end),
		TEST(test_protocol_errors),
		TEST(test_stop),
		TEST(test_so_many_messages),
		TEST(test_large_message),
		TEST(test_answer_within_the_message),
		TEST(test_message_that_ends_too_soon),
		TEST(test_message_that_changed_on_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
