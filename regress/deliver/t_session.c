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
 * sources: regress/deliver/jobs.c lib/compat.c lib/log.c lib/proto_work.c
 * sources: lib/chan.c lib/pending.c lib/msg.c
 * libs: -levent
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
#include "job.h"
#include "jobs.h"
#include "limits.h"
#include "outcome.h"
#include "proto_submit.h"
#include "reader.h"
#include "reply.h"
#include "session.h"

static struct session *s;
static enum session_want want;
static char sent[4 * 1024 * 1024]; /* what the client wrote */
static size_t sent_len;
static size_t unsent;
static struct reply reply;
static struct work_outcome outcome[WORK_RCPT_MAX];
static unsigned outcomes;

static int
put(void *arg, const void *data, size_t len)
{
	assert_true(len < sizeof(sent) - sent_len);
	memcpy(sent + sent_len, data, len);
	sent_len += len;
	sent[sent_len] = '\0';
	return 0;
}

static size_t
get_unsent(void *arg)
{
	return unsent;
}

static void
sink(const struct job *job, const struct work_outcome *out, void *arg)
{
	assert_int_equal(out->batch, job->batch.batch);
	assert_in_range(out->index, 100, 100 + WORK_RCPT_MAX - 1);
	assert_int_equal(outcome[out->index - 100].outcome, 0);
	outcome[out->index - 100] = *out;
	outcomes++;
}

static void
event(enum session_event ev, const void *arg)
{
	want = session_event(s, ev, arg);
}

/* The server says something, and the session waits for that. */
static void
server(const char *text, enum session_want expected)
{
	enum reply_result result;
	size_t used, len = strlen(text);

	while (len > 0) {
		result = reply_parse(&reply, text, len, &used);
		assert_true(result == REPLY_LINE || result == REPLY_DONE);
		event(result == REPLY_LINE ? SESSION_EV_LINE : SESSION_EV_REPLY,
		    &reply);
		if (result == REPLY_DONE)
			reply_reset(&reply);
		text += used;
		len -= used;
	}
	assert_int_equal(want, expected);
}

/* What the client has said since the last time. */
static void
client(const char *expected)
{
	assert_string_equal(sent, expected);
	sent_len = 0;
	sent[0] = '\0';
}

static void
open_session(bool tls)
{
	struct session_conf conf;
	struct tx_output output = { put, get_unsent, NULL };

	memset(&conf, 0, sizeof(conf));
	conf.hostname = "out.example.org";
	conf.tls = tls;
	(void)strlcpy(conf.where.host, "mx.example.net",
	    sizeof(conf.where.host));
	(void)strlcpy(conf.where.address, "192.0.2.1",
	    sizeof(conf.where.address));
	s = session_new(&conf, &output);
	assert_non_null(s);
	reply_reset(&reply);
}

/* Up to the point where the session is ready for a job. */
static void
greet(const char *ehlo)
{
	open_session(false);
	event(SESSION_EV_CONNECTED, NULL);
	server("220 mx.example.net ESMTP\r\n", SESSION_REPLY);
	client("EHLO out.example.org\r\n");
	server(ehlo, SESSION_JOB);
	client("");
}

#define PLAIN	  "250 mx.example.net\r\n"
#define PIPELINED "250-mx.example.net\r\n250 PIPELINING\r\n"

static struct job *
make_job(uint32_t rcpts)
{
	struct work_batch batch;
	struct job *job;

	jobs_batch(&batch, 1, "example.net", rcpts);
	job = job_new(&batch, jobs_segment(), sink, NULL);
	assert_non_null(job);
	memset(outcome, 0, sizeof(outcome));
	outcomes = 0;
	return job;
}

static void
give(uint32_t rcpts)
{
	event(SESSION_EV_JOB, make_job(rcpts));
}

static void
check(unsigned i, enum outcome what, unsigned code, const char *enhanced)
{
	assert_string_equal(outcome_name(outcome[i].outcome),
	    outcome_name(what));
	assert_int_equal(outcome[i].code, code);
	assert_string_equal(outcome[i].enhanced, enhanced);
	assert_string_equal(outcome[i].host, "mx.example.net");
	assert_string_equal(outcome[i].address, "192.0.2.1");
}

static int
setup(void **state)
{
	sent_len = unsent = 0;
	sent[0] = '\0';
	s = NULL;
	return 0;
}

static int
teardown(void **state)
{
	session_free(s);
	return 0;
}

static void
test_step_by_step(void **state)
{
	greet(PLAIN);
	assert_int_equal(session_timeout(s), 0);
	give(2);
	client("MAIL FROM:<from@example.org>\r\n");
	assert_int_equal(session_timeout(s), 300);
	server("250 Ok\r\n", SESSION_REPLY);
	client("RCPT TO:<r0@example.net>\r\n");
	server("250 Ok\r\n", SESSION_REPLY);
	client("RCPT TO:<r1@example.net>\r\n");
	server("550 5.1.1 User unknown\r\n", SESSION_REPLY);
	check(1, OUTCOME_PERMFAIL, 550, "5.1.1");
	assert_int_equal(outcome[1].failure, FAILURE_UNKNOWN);
	client("DATA\r\n");
	assert_int_equal(session_timeout(s), 120);
	server("354 Go\r\n", SESSION_REPLY);
	client(JOBS_WIRE);
	assert_int_equal(session_timeout(s), 600);
	assert_int_equal(outcomes, 1);
	server("250 2.0.0 queued as 1\r\n", SESSION_JOB);
	check(0, OUTCOME_DELIVERED, 250, "2.0.0");
	assert_string_equal(outcome[0].text, "queued as 1");
	/* The next one needs no RSET. */
	give(1);
	client("MAIL FROM:<from@example.org>\r\n");
}

static void
test_pipelining(void **state)
{
	greet(PIPELINED);
	give(2);
	client("MAIL FROM:<from@example.org>\r\nRCPT TO:<r0@example.net>\r\n"
	       "RCPT TO:<r1@example.net>\r\nDATA\r\n");
	server("250 Ok\r\n450 4.2.1 Later\r\n250 Ok\r\n354 Go\r\n",
	    SESSION_REPLY);
	client(JOBS_WIRE);
	server("250 Ok\r\n", SESSION_JOB);
	check(0, OUTCOME_TEMPFAIL, 450, "4.2.1");
	check(1, OUTCOME_DELIVERED, 250, "2.0.0");
	event(SESSION_EV_QUIT, NULL);
	client("QUIT\r\n");
	assert_int_equal(session_timeout(s), 5);
	server("221 Bye\r\n", SESSION_GOODBYE);
	assert_int_equal(session_end(s), SESSION_END_DONE);
}

static void
test_pipelining_all_refused_but_data_goes(void **state)
{
	greet(PIPELINED);
	give(2);
	client("MAIL FROM:<from@example.org>\r\nRCPT TO:<r0@example.net>\r\n"
	       "RCPT TO:<r1@example.net>\r\nDATA\r\n");
	server("250 Ok\r\n550 5.1.1 No\r\n550 5.7.1 No\r\n354 Go\r\n",
	    SESSION_REPLY);
	client(".\r\n");
	assert_int_equal(outcomes, 2);
	assert_int_equal(outcome[0].failure, FAILURE_UNKNOWN);
	assert_int_equal(outcome[1].failure, FAILURE_POLICY);
	server("250 Ok\r\n", SESSION_REPLY);
	client("RSET\r\n");
	server("250 Ok\r\n", SESSION_JOB);
	give(1);
}

static void
test_pipelining_mail_refused(void **state)
{
	greet(PIPELINED);
	give(1);
	server("550 5.1.1 Sender unknown\r\n503 5.5.1 MAIL first\r\n"
	       "503 5.5.1 RCPT first\r\n",
	    SESSION_REPLY);
	check(0, OUTCOME_PERMFAIL, 550, "5.1.1");
	assert_int_not_equal(outcome[0].failure, FAILURE_UNKNOWN);
	sent_len = 0;
	server("250 Ok\r\n", SESSION_JOB);
}

static void
test_all_refused(void **state)
{
	greet(PLAIN);
	give(1);
	server("250 Ok\r\n", SESSION_REPLY);
	sent_len = 0;
	server("550 No\r\n", SESSION_REPLY);
	client("RSET\r\n");
	check(0, OUTCOME_PERMFAIL, 550, "5.0.0");
	server("250 Ok\r\n", SESSION_JOB);
}

static void
test_mail_refused_for_now(void **state)
{
	greet(PLAIN);
	give(3);
	server("452 4.3.1 Disk full\r\n", SESSION_REPLY);
	assert_int_equal(outcomes, 3);
	check(2, OUTCOME_TEMPFAIL, 452, "4.3.1");
	server("250 Ok\r\n", SESSION_JOB);
}

static void
test_data_refused(void **state)
{
	greet(PIPELINED);
	give(2);
	server("250 Ok\r\n250 Ok\r\n250 Ok\r\n451 4.3.2 Not now\r\n",
	    SESSION_REPLY);
	check(0, OUTCOME_TEMPFAIL, 451, "4.3.2");
	check(1, OUTCOME_TEMPFAIL, 451, "4.3.2");
	server("250 Ok\r\n", SESSION_JOB);
}

static void
test_refused_at_the_end(void **state)
{
	greet(PIPELINED);
	give(1);
	server("250 Ok\r\n250 Ok\r\n354 Go\r\n554 5.7.1 Spam\r\n", SESSION_JOB);
	check(0, OUTCOME_PERMFAIL, 554, "5.7.1");
	assert_int_equal(outcome[0].failure, FAILURE_POLICY);
}

static void
test_too_many_recipients(void **state)
{
	greet(PIPELINED);
	give(3);
	server("250 Ok\r\n250 Ok\r\n452 4.5.3 Too many\r\n"
	       "452 4.5.3 Too many\r\n354 Go\r\n",
	    SESSION_REPLY);
	sent_len = 0;
	server("250 2.0.0 first\r\n", SESSION_REPLY);
	client("MAIL FROM:<from@example.org>\r\nRCPT TO:<r1@example.net>\r\n"
	       "RCPT TO:<r2@example.net>\r\nDATA\r\n");
	server("250 Ok\r\n250 Ok\r\n250 Ok\r\n354 Go\r\n250 2.0.0 second\r\n",
	    SESSION_JOB);
	assert_int_equal(outcomes, 3);
	assert_string_equal(outcome[0].text, "first");
	assert_string_equal(outcome[2].text, "second");
}

static void
test_too_many_at_once_is_a_failure(void **state)
{
	greet(PIPELINED);
	give(1);
	server("250 Ok\r\n452 4.5.3 Too many\r\n554 No\r\n", SESSION_REPLY);
	check(0, OUTCOME_TEMPFAIL, 452, "4.5.3");
}

static void
test_parameters(void **state)
{
	struct job *job;

	greet("250-mx\r\n250-SIZE 10000\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n"
	      "250 DSN\r\n");
	job = make_job(1);
	job->batch.flags = ENVELOPE_8BIT | ENVELOPE_UTF8 | ENVELOPE_RET_HDRS;
	(void)strlcpy(job->batch.envid, "QQ1", sizeof(job->batch.envid));
	job->batch.return_path[0] = '\0';
	job->batch.rcpt[0].notify = NOTIFY_SUCCESS | NOTIFY_DELAY;
	(void)strlcpy(job->batch.rcpt[0].orcpt, "rfc822;a@b.example",
	    sizeof(job->batch.rcpt[0].orcpt));
	event(SESSION_EV_JOB, job);
	client("MAIL FROM:<> SIZE=44 BODY=8BITMIME SMTPUTF8 RET=HDRS "
	       "ENVID=QQ1\r\n");
	server("250 Ok\r\n", SESSION_REPLY);
	client("RCPT TO:<r0@example.net> NOTIFY=SUCCESS,DELAY "
	       "ORCPT=rfc822;a@b.example\r\n");
}

static void
test_parameters_not_offered(void **state)
{
	struct job *job;

	greet(PLAIN);
	job = make_job(1);
	job->batch.flags = ENVELOPE_8BIT | ENVELOPE_RET_FULL;
	job->batch.rcpt[0].notify = NOTIFY_NEVER;
	event(SESSION_EV_JOB, job);
	client("MAIL FROM:<from@example.org>\r\n");
	server("250 Ok\r\n", SESSION_REPLY);
	client("RCPT TO:<r0@example.net>\r\n");
}

static void
test_refused_before_anything_is_sent(void **state)
{
	struct job *job;

	greet("250-mx\r\n250 SIZE 43\r\n");
	give(2);
	assert_int_equal(want, SESSION_JOB);
	client("");
	check(1, OUTCOME_PERMFAIL, 0, "5.3.4");
	job = make_job(1);
	job->batch.flags = ENVELOPE_UTF8;
	job->batch.body_len = 1;
	event(SESSION_EV_JOB, job);
	assert_int_equal(want, SESSION_JOB);
	check(0, OUTCOME_PERMFAIL, 0, "5.6.7");
}

static void
test_helo(void **state)
{
	open_session(true);
	event(SESSION_EV_CONNECTED, NULL);
	server("220 old\r\n", SESSION_REPLY);
	sent_len = 0;
	server("502 What?\r\n", SESSION_REPLY);
	client("HELO out.example.org\r\n");
	server("250 old.example.net\r\n", SESSION_JOB);
}

static void
test_starttls(void **state)
{
	open_session(true);
	event(SESSION_EV_CONNECTED, NULL);
	server("220 mx\r\n", SESSION_REPLY);
	sent_len = 0;
	server("250-mx\r\n250-PIPELINING\r\n250 STARTTLS\r\n", SESSION_REPLY);
	client("STARTTLS\r\n");
	server("220 Go\r\n", SESSION_TLS);
	event(SESSION_EV_TLS, "TLSv1.3 AES");
	client("EHLO out.example.org\r\n");
	/* What was offered before TLS is forgotten. */
	server("250-mx\r\n250 STARTTLS\r\n", SESSION_JOB);
	give(1);
	client("MAIL FROM:<from@example.org>\r\n");
	server("550 No\r\n", SESSION_REPLY);
	assert_string_equal(outcome[0].tls, "TLSv1.3 AES");
}

static void
test_starttls_refused(void **state)
{
	open_session(true);
	event(SESSION_EV_CONNECTED, NULL);
	server("220 mx\r\n", SESSION_REPLY);
	server("250-mx\r\n250 STARTTLS\r\n", SESSION_REPLY);
	server("454 4.7.0 Not now\r\n", SESSION_JOB);
}

static void
starttls_fails(enum session_event ev, const char *text)
{
	open_session(true);
	event(SESSION_EV_CONNECTED, NULL);
	server("220 mx\r\n", SESSION_REPLY);
	server("250-mx\r\n250 STARTTLS\r\n", SESSION_REPLY);
	if (ev != SESSION_EV_LOST)
		server("220 Go\r\n", SESSION_TLS);
	event(ev, text);
	assert_int_equal(want, SESSION_GOODBYE);
	assert_int_equal(session_end(s), SESSION_END_TLS);
	session_free(s);
	s = NULL;
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
	assert_int_equal(want, SESSION_GOODBYE);
	assert_int_equal(session_end(s), SESSION_END_HOST);
	assert_int_equal(session_failure(s)->outcome, OUTCOME_HOST_DOWN);
	assert_int_equal(session_failure(s)->code, code);
	assert_string_equal(session_failure(s)->enhanced, enhanced);
	assert_string_equal(session_failure(s)->host, "mx.example.net");
	session_free(s);
	s = NULL;
}

static void
test_hosts_that_fail(void **state)
{
	open_session(false);
	event(SESSION_EV_LOST, "Connection refused");
	host_fails(0, "4.4.1");
	open_session(false);
	event(SESSION_EV_TIMEOUT, NULL);
	host_fails(0, "4.4.1");
	open_session(false);
	event(SESSION_EV_CONNECTED, NULL);
	server("554 5.3.2 Go away\r\n", SESSION_GOODBYE);
	host_fails(554, "5.3.2");
	open_session(false);
	event(SESSION_EV_CONNECTED, NULL);
	server("421 4.7.0 Too many connections\r\n", SESSION_GOODBYE);
	host_fails(421, "4.7.0");
	open_session(false);
	event(SESSION_EV_CONNECTED, NULL);
	event(SESSION_EV_GARBAGE, NULL);
	host_fails(0, "4.5.0");
	open_session(false);
	event(SESSION_EV_CONNECTED, NULL);
	server("220 mx\r\n", SESSION_REPLY);
	server("450 4.7.1 No\r\n", SESSION_GOODBYE);
	host_fails(450, "4.7.1");
}

static void
test_it_is_ourselves(void **state)
{
	open_session(false);
	event(SESSION_EV_CONNECTED, NULL);
	server("220 mx\r\n", SESSION_REPLY);
	server("250 OUT.example.org hello\r\n", SESSION_GOODBYE);
	host_fails(0, "4.4.6");
}

static void
test_lost_before_an_answer_is_given_back(void **state)
{
	struct job *job;

	greet(PLAIN);
	give(2);
	event(SESSION_EV_LOST, "closed");
	assert_int_equal(want, SESSION_GOODBYE);
	assert_int_equal(outcomes, 0);
	job = session_take_back(s);
	assert_non_null(job);
	assert_int_equal(job->open, 2);
	job_free(job);
	assert_null(session_take_back(s));
	assert_int_equal(session_end(s), SESSION_END_HOST);
}

static void
test_lost_on_a_reused_connection(void **state)
{
	greet(PIPELINED);
	give(1);
	server("250 Ok\r\n250 Ok\r\n354 Go\r\n250 Ok\r\n", SESSION_JOB);
	give(1);
	server("421 4.4.2 Idle for too long\r\n", SESSION_GOODBYE);
	assert_int_equal(outcomes, 0);
	job_free(session_take_back(s));
	/* The host is not to blame. */
	assert_int_equal(session_end(s), SESSION_END_DONE);
}

static void
test_lost_in_the_middle(void **state)
{
	greet(PIPELINED);
	give(2);
	server("250 Ok\r\n550 5.1.1 No\r\n", SESSION_REPLY);
	event(SESSION_EV_TIMEOUT, NULL);
	assert_int_equal(want, SESSION_GOODBYE);
	check(0, OUTCOME_PERMFAIL, 550, "5.1.1");
	check(1, OUTCOME_TEMPFAIL, 0, "4.4.2");
	assert_null(strstr(outcome[1].text, "twice"));
}

static void
test_lost_after_the_end(void **state)
{
	greet(PIPELINED);
	give(1);
	server("250 Ok\r\n250 Ok\r\n354 Go\r\n", SESSION_REPLY);
	event(SESSION_EV_LOST, "closed");
	check(0, OUTCOME_TEMPFAIL, 0, "4.4.2");
	assert_non_null(strstr(outcome[0].text, "twice"));
	assert_int_equal(session_end(s), SESSION_END_DONE);
}

static void
test_421_in_the_middle(void **state)
{
	greet(PIPELINED);
	give(2);
	server("250 Ok\r\n250 Ok\r\n421 4.3.2 Shutting down\r\n",
	    SESSION_GOODBYE);
	assert_int_equal(outcomes, 2);
	check(0, OUTCOME_TEMPFAIL, 421, "4.3.2");
	check(1, OUTCOME_TEMPFAIL, 421, "4.3.2");
}

static void
test_421_at_the_end(void **state)
{
	greet(PIPELINED);
	give(1);
	server("250 Ok\r\n250 Ok\r\n354 Go\r\n421 4.3.2 Bye\r\n",
	    SESSION_GOODBYE);
	check(0, OUTCOME_TEMPFAIL, 421, "4.3.2");
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
		greet(PIPELINED);
		give(1);
		server(scripts[i], SESSION_GOODBYE);
		check(0, OUTCOME_TEMPFAIL, 0, "4.5.0");
		session_free(s);
		(void)setup(NULL);
	}
	greet(PLAIN);
	server("250 Nobody asked\r\n", SESSION_GOODBYE);
}

static void
test_stop(void **state)
{
	greet(PIPELINED);
	give(2);
	server("250 Ok\r\n250 Ok\r\n", SESSION_REPLY);
	event(SESSION_EV_ABORT, NULL);
	assert_int_equal(want, SESSION_GOODBYE);
	assert_int_equal(outcomes, 2);
	check(0, OUTCOME_TEMPFAIL, 0, "4.4.2");
}

static void
test_so_many_messages(void **state)
{
	unsigned i;

	greet(PIPELINED);
	for (i = 1; i <= SESSION_MESSAGES_MAX; i++) {
		give(1);
		sent_len = 0;
		server("250 Ok\r\n250 Ok\r\n354 Go\r\n250 Ok\r\n",
		    i < SESSION_MESSAGES_MAX ? SESSION_JOB : SESSION_REPLY);
	}
	assert_non_null(strstr(sent, "QUIT\r\n"));
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
	job = job_new(&batch, jobs_segment_of(body, sizeof(body)), sink, NULL);
	memset(outcome, 0, sizeof(outcome));
	outcomes = 0;
	greet(PIPELINED);
	event(SESSION_EV_JOB, job);
	sent_len = 0;
	unsent = BODY_UNSENT_MAX + 1;
	server("250 Ok\r\n250 Ok\r\n354 Go\r\n", SESSION_DRAIN);
	assert_int_equal(sent_len, 0);
	assert_true(session_is_sending(s));
	assert_int_equal(session_timeout(s), 180);
	while (want == SESSION_DRAIN) {
		unsent = 0;
		event(SESSION_EV_DRAINED, NULL);
		turns++;
	}
	assert_int_equal(want, SESSION_REPLY);
	assert_int_equal(sent_len, sizeof(body) / 4 * 5 + 3);
	assert_memory_equal(sent, "..x\r\n..x\r\n", 10);
	server("250 Ok\r\n", SESSION_JOB);
	check(0, OUTCOME_DELIVERED, 250, "2.0.0");
}

static void
test_answer_within_the_message(void **state)
{
	greet(PIPELINED);
	give(1);
	unsent = BODY_UNSENT_MAX + 1;
	server("250 Ok\r\n250 Ok\r\n354 Go\r\n", SESSION_DRAIN);
	server("552 5.3.4 Too large\r\n", SESSION_GOODBYE);
	check(0, OUTCOME_PERMFAIL, 552, "5.3.4");
}

static void
test_message_that_cannot_be_read(void **state)
{
	struct job *job = make_job(1);

	job->batch.body_len += 1000;
	greet(PIPELINED);
	event(SESSION_EV_JOB, job);
	sent_len = 0;
	server("250 Ok\r\n250 Ok\r\n354 Go\r\n", SESSION_GOODBYE);
	check(0, OUTCOME_TEMPFAIL, 0, "4.3.0");
	/* Without its end, no server takes it. */
	assert_null(strstr(sent, "\r\n.\r\n"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

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
		TEST(test_message_that_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
