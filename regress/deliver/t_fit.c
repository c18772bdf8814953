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
 * Messages that need more than the server offers, and what becomes of them.
 *
 * sources: deliver/session.c deliver/tx.c deliver/job.c deliver/reader.c
 * sources: deliver/stuff.c deliver/reply.c deliver/ehlo.c deliver/outcome.c
 * sources: regress/deliver/jobs.c regress/deliver/script.c lib/compat.c
 * sources: lib/log.c lib/logsock.c lib/proto_work.c lib/crc32c.c
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

#include "bounds.h"
#include "compat.h"
#include "crc32c.h"
#include "job.h"
#include "jobs.h"
#include "limits.h"
#include "outcome.h"
#include "proto_submit.h"
#include "reader.h"
#include "script.h"
#include "session.h"

#define HEAD  "From: a@example.org\r\n"
#define EIGHT HEAD "\r\nword word \303\244\r\n.\r\n"

/* Ten octets, and a line of a thousand. */
#define X10   "word word "
#define X100  X10 X10 X10 X10 X10 X10 X10 X10 X10 X10
#define X1000 X100 X100 X100 X100 X100 X100 X100 X100 X100 X100

#define GO "250 Ok\r\n250 Ok\r\n354 Go\r\n"

static const char u_domain[] = "x@b\303\274cher.example";
static const char u_local[] = "b\303\274cher@example.net";

/* A job for that message, without a prefix. */
static struct job *
make_job(const char *message, uint32_t flags, uint32_t rcpts)
{
	struct work_batch b;
	struct job *job;

	jobs_batch(&b, 1, "example.net", rcpts);
	b.flags = flags;
	b.prefix_len = 0;
	b.body_off = 0;
	b.body_len = strlen(message);
	b.crc = crc32c(0, message, b.body_len);
	memset(script_get()->outcome, 0, sizeof(script_get()->outcome));
	script_get()->outcomes = 0;
	job = job_new(&b, jobs_segment_of(message, strlen(message)),
	    script_sink, NULL);
	assert_non_null(job);
	return job;
}

static void
set(char *to, size_t size, const char *value)
{
	assert_true(strlcpy(to, value, size) < size);
}

static void
test_eight_bits_to_who_takes_them(void **state)
{
	script_greet("250-mx\r\n250-8BITMIME\r\n250 PIPELINING\r\n");
	script_event(SESSION_EV_JOB, make_job(EIGHT, ENVELOPE_8BIT, 1));
	script_client("MAIL FROM:<from@example.org> BODY=8BITMIME\r\n"
		      "RCPT TO:<r0@example.net>\r\nDATA\r\n");
	script_server(GO, SESSION_REPLY);
	script_client(HEAD "\r\nword word \303\244\r\n..\r\n.\r\n");
}

static void
test_eight_bits_are_encoded(void **state)
{
	script_greet("250-mx\r\n250-SIZE 1000\r\n250 PIPELINING\r\n");
	script_event(SESSION_EV_JOB, make_job(EIGHT, ENVELOPE_8BIT, 1));
	/* How large it gets is not known yet. */
	script_client("MAIL FROM:<from@example.org>\r\n"
		      "RCPT TO:<r0@example.net>\r\nDATA\r\n");
	script_server(GO, SESSION_REPLY);
	script_client(HEAD "MIME-Version: 1.0\r\n"
			   "Content-Type: text/plain; charset=utf-8\r\n"
			   "Content-Transfer-Encoding: quoted-printable\r\n"
			   "\r\nword word =C3=A4\r\n..\r\n.\r\n");
	script_server("250 Ok\r\n", SESSION_JOB);
	script_check(0, OUTCOME_DELIVERED, 250, "2.0.0");
	/* The next message is not: it has none. */
	script_event(SESSION_EV_JOB, make_job(HEAD "\r\nx\r\n", 0, 1));
	script_client("MAIL FROM:<from@example.org> SIZE=26\r\n"
		      "RCPT TO:<r0@example.net>\r\nDATA\r\n");
	script_server(GO, SESSION_REPLY);
	script_client(HEAD "\r\nx\r\n.\r\n");
}

static void
test_long_line_by_bdat(void **state)
{
	static const char message[] = HEAD "\r\n." X1000 "\r\n.\r\n";

	script_greet("250-mx\r\n250-CHUNKING\r\n250-BINARYMIME\r\n"
		     "250 PIPELINING\r\n");
	script_event(SESSION_EV_JOB, make_job(message, ENVELOPE_LONGLINE, 1));
	script_client("MAIL FROM:<from@example.org> BODY=BINARYMIME\r\n"
		      "RCPT TO:<r0@example.net>\r\n");
	script_server("250 Ok\r\n250 Ok\r\n", SESSION_REPLY);
	script_client("BDAT 1029 LAST\r\n" HEAD "\r\n." X1000 "\r\n.\r\n");
	assert_int_equal(session_timeout(script_get()->s), 600);
	script_server("250 Ok\r\n", SESSION_JOB);
	script_check(0, OUTCOME_DELIVERED, 250, "2.0.0");
}

static void
test_bdat_step_by_step(void **state)
{
	static const char message[] = HEAD "\r\n" X1000 "\r\n";

	script_greet("250-mx\r\n250-CHUNKING\r\n250 BINARYMIME\r\n");
	script_event(SESSION_EV_JOB, make_job(message, ENVELOPE_LONGLINE, 2));
	script_client("MAIL FROM:<from@example.org> BODY=BINARYMIME\r\n");
	script_server("250 Ok\r\n", SESSION_REPLY);
	script_client("RCPT TO:<r0@example.net>\r\n");
	script_server("550 No\r\n", SESSION_REPLY);
	script_client("RCPT TO:<r1@example.net>\r\n");
	script_server("250 Ok\r\n", SESSION_REPLY);
	script_get()->sent_len = 0;
	script_server("554 5.6.0 No\r\n", SESSION_JOB);
	script_check(1, OUTCOME_PERMFAIL, 554, "5.6.0");
}

static void
test_bdat_to_nobody(void **state)
{
	static const char message[] = HEAD "\r\n" X1000 "\r\n";

	script_greet("250-mx\r\n250-CHUNKING\r\n250-BINARYMIME\r\n"
		     "250 PIPELINING\r\n");
	script_event(SESSION_EV_JOB, make_job(message, ENVELOPE_LONGLINE, 1));
	script_get()->sent_len = 0;
	script_server("250 Ok\r\n550 5.1.1 No\r\n", SESSION_REPLY);
	script_client("RSET\r\n");
	script_server("250 Ok\r\n", SESSION_JOB);
}

static void
test_long_line_is_encoded(void **state)
{
	static const char message[] = HEAD "\r\n" X1000 "\r\n";
	const char *line;

	script_greet("250-mx\r\n250-CHUNKING\r\n250 PIPELINING\r\n");
	script_event(SESSION_EV_JOB, make_job(message, ENVELOPE_LONGLINE, 1));
	script_client("MAIL FROM:<from@example.org>\r\n"
		      "RCPT TO:<r0@example.net>\r\nDATA\r\n");
	script_server(GO, SESSION_REPLY);
	for (line = script_get()->sent; *line != '\0'; line += 2) {
		assert_true(strcspn(line, "\r\n") <= 76);
		line += strcspn(line, "\r\n");
	}
	assert_non_null(strstr(script_get()->sent, "quoted-printable"));
}

static void
test_damaged_is_not_ended_by_bdat(void **state)
{
	static const char message[] = HEAD "\r\n" X1000 "\r\n";
	struct job *job = make_job(message, ENVELOPE_LONGLINE, 1);

	job->batch.crc ^= 1;
	script_greet("250-mx\r\n250-CHUNKING\r\n250-BINARYMIME\r\n"
		     "250 PIPELINING\r\n");
	script_event(SESSION_EV_JOB, job);
	script_get()->sent_len = 0;
	script_server("250 Ok\r\n250 Ok\r\n", SESSION_GOODBYE);
	script_client("BDAT 1025 LAST\r\n");
	script_check(0, OUTCOME_DAMAGED, 0, "5.3.0");
}

static void
test_utf8_that_nothing_needs(void **state)
{
	script_greet(SCRIPT_PIPELINED);
	script_event(SESSION_EV_JOB,
	    make_job(HEAD "\r\nx\r\n", ENVELOPE_UTF8, 1));
	script_client("MAIL FROM:<from@example.org>\r\n"
		      "RCPT TO:<r0@example.net>\r\nDATA\r\n");
}

static void
test_utf8_domains_have_an_ascii_form(void **state)
{
	struct job *job = make_job(HEAD "\r\nx\r\n", ENVELOPE_UTF8, 1);

	set(job->batch.return_path, sizeof(job->batch.return_path), u_domain);
	set(job->batch.rcpt[0].address, ADDRESS_SIZE, u_domain);
	script_greet(SCRIPT_PIPELINED);
	script_event(SESSION_EV_JOB, job);
	script_client("MAIL FROM:<x@xn--bcher-kva.example>\r\n"
		      "RCPT TO:<x@xn--bcher-kva.example>\r\nDATA\r\n");
}

static void
test_utf8_to_who_takes_it(void **state)
{
	struct job *job = make_job(HEAD "\r\nx\r\n", ENVELOPE_UTF8, 1);

	set(job->batch.rcpt[0].address, ADDRESS_SIZE, u_local);
	script_greet("250-mx\r\n250-PIPELINING\r\n250 SMTPUTF8\r\n");
	script_event(SESSION_EV_JOB, job);
	script_client("MAIL FROM:<from@example.org> SMTPUTF8\r\n"
		      "RCPT TO:<b\303\274cher@example.net>\r\nDATA\r\n");
}

static void
test_utf8_recipient_fails_alone(void **state)
{
	struct job *job = make_job(HEAD "\r\nx\r\n", ENVELOPE_UTF8, 2);

	set(job->batch.rcpt[0].address, ADDRESS_SIZE, u_local);
	script_greet(SCRIPT_PIPELINED);
	script_event(SESSION_EV_JOB, job);
	script_check(0, OUTCOME_PERMFAIL, 0, "5.6.7");
	assert_int_equal(script_get()->outcomes, 1);
	script_client("MAIL FROM:<from@example.org>\r\n"
		      "RCPT TO:<r1@example.net>\r\nDATA\r\n");
}

static void
test_utf8_sender_and_header_fail(void **state)
{
	struct job *job = make_job(HEAD "\r\nx\r\n", ENVELOPE_UTF8, 2);

	set(job->batch.return_path, sizeof(job->batch.return_path), u_local);
	script_greet(SCRIPT_PIPELINED);
	script_event(SESSION_EV_JOB, job);
	assert_int_equal(script_get()->want, SESSION_JOB);
	script_check(1, OUTCOME_PERMFAIL, 0, "5.6.7");
	assert_non_null(strstr(script_get()->outcome[1].text, "sender"));
	script_event(SESSION_EV_JOB,
	    make_job("Subject: \303\244\r\n\r\nx\r\n", ENVELOPE_UTF8, 1));
	assert_int_equal(script_get()->want, SESSION_JOB);
	script_check(0, OUTCOME_PERMFAIL, 0, "5.6.7");
	assert_non_null(strstr(script_get()->outcome[0].text, "header"));
	script_client("");
}

static void
test_limit_of_recipients(void **state)
{
	script_greet("250-mx\r\n250-PIPELINING\r\n250 LIMITS RCPTMAX=2\r\n");
	script_event(SESSION_EV_JOB, make_job(HEAD "\r\nx\r\n", 0, 3));
	script_client("MAIL FROM:<from@example.org>\r\n"
		      "RCPT TO:<r0@example.net>\r\n"
		      "RCPT TO:<r1@example.net>\r\nDATA\r\n");
	/* All are refused: the next need a transaction of their own. */
	script_server("250 Ok\r\n550 No\r\n550 No\r\n503 No\r\n",
	    SESSION_REPLY);
	script_client("RSET\r\n");
	script_server("250 Ok\r\n", SESSION_REPLY);
	script_client("MAIL FROM:<from@example.org>\r\n"
		      "RCPT TO:<r2@example.net>\r\nDATA\r\n");
	script_server(GO "250 Ok\r\n", SESSION_JOB);
	script_check(1, OUTCOME_PERMFAIL, 550, "5.0.0");
	script_check(2, OUTCOME_DELIVERED, 250, "2.0.0");
}

static void
test_limit_of_messages(void **state)
{
	int i;

	script_greet("250-mx\r\n250-PIPELINING\r\n250 LIMITS MAILMAX=2\r\n");
	for (i = 0; i < 2; i++) {
		script_event(SESSION_EV_JOB, make_job(HEAD "\r\nx\r\n", 0, 1));
		script_get()->sent_len = 0;
		script_server(GO "250 Ok\r\n",
		    i == 0 ? SESSION_JOB : SESSION_REPLY);
	}
	assert_non_null(strstr(script_get()->sent, "\r\n.\r\nQUIT\r\n"));
}

#define TEST(f)                                                                \
	cmocka_unit_test_setup_teardown(f, script_setup, script_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_eight_bits_to_who_takes_them),
		TEST(test_eight_bits_are_encoded),
		TEST(test_long_line_by_bdat),
		TEST(test_bdat_step_by_step),
		TEST(test_bdat_to_nobody),
		TEST(test_long_line_is_encoded),
		TEST(test_damaged_is_not_ended_by_bdat),
		TEST(test_utf8_that_nothing_needs),
		TEST(test_utf8_domains_have_an_ascii_form),
		TEST(test_utf8_to_who_takes_it),
		TEST(test_utf8_recipient_fails_alone),
		TEST(test_utf8_sender_and_header_fail),
		TEST(test_limit_of_recipients),
		TEST(test_limit_of_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
