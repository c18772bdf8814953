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
 * Sessions whose peers refuse, are full, are gone, die or stall; and sessions
 * that end before their time.
 *
 * sources: lib/mime_code.c lib/mime_field.c
 * sources: lib/collect.c lib/ahead.c lib/recode.c lib/mime_walk.c
 * sources: smtpd/command.c smtpd/path.c smtpd/cmd_ehlo.c smtpd/cmd_simple.c
 * sources: smtpd/cmd_starttls.c smtpd/cmd_mail.c smtpd/cmd_rcpt.c
 * sources: smtpd/cmd_data.c smtpd/cmd_auth.c smtpd/cmd_auth_scram.c smtpd/scram.c smtpd/sasl.c smtpd/reply.c
 * sources: smtpd/session.c smtpd/tx.c lib/submission.c lib/recipient.c lib/content.c lib/commit.c
 * sources: lib/fields.c lib/printable.c lib/dkimsign.c lib/senders.c smtpd/line.c
 * sources: lib/histogram.c lib/data.c lib/monotime.c lib/address.c lib/base64.c
 * sources: lib/throttled.c lib/netkey.c lib/units.c
 * sources: lib/compat.c lib/date.c lib/dkim.c lib/header.c lib/id.c lib/log.c lib/logsock.c
 * sources: smtpd/cmd_bdat.c lib/pace.c lib/idn.c
 * sources: lib/mailbox.c regress/smtpd/fake_peers.c regress/smtpd/talk.c
 * libs: -levent -lcrypto -lidn2
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <event2/buffer.h>

#include "fake_peers.h"
#include "talk.h"

#define GOOD   TALK_SECRET
#define SENDER "MAIL FROM:<news@example.org>\r\n"
#define QUEUED "250 Ok: queued as 00000000001234\r\n"
#define PROBLEM                                                                \
	"421 4.4.0 Problem attempting to execute commands. "                   \
	"Please try again later\r\n"

static const struct {
	enum submit_status open, done;
	const char *data, *end;
} stores[] = {
	{ SUBMIT_FULL, SUBMIT_OK, "452 System storage error\r\n", NULL },
	{ SUBMIT_TEMPFAIL, SUBMIT_OK, "451 Server error\r\n", NULL },
	{ SUBMIT_OK, SUBMIT_FULL, NULL, "452 System storage error\r\n" },
	{ SUBMIT_OK, SUBMIT_TEMPFAIL, NULL, "451 Error in Processing\r\n" },
};

static void
queue_refuses(void **state)
{
	struct talk t;
	size_t i;

	for (i = 0; i < sizeof(stores) / sizeof(stores[0]); i++) {
		talk_init(&t);
		t.fake->open_status = stores[i].open;
		t.fake->done_status = stores[i].done;
		talk_to(&t, RCPT);
		talk_say(&t, "DATA\r\n");
		if (stores[i].data != NULL) {
			assert_string_equal(talk_heard(&t), stores[i].data);
		} else {
			(void)talk_heard(&t);
			talk_say(&t, "From: news@example.org\r\n\r\n.\r\n");
			assert_string_equal(talk_heard(&t), stores[i].end);
		}
		talk_say(&t, "NOOP\r\n");
		assert_string_equal(talk_heard(&t), "250 Ok\r\n");
		talk_end(&t);
	}
}

/* What is said while a peer is away ends the session with its reply. */
static void
peers_absent(void **state)
{
	static const struct {
		enum prelude prelude;
		const char *in;
	} asked[] = {
		{ SECURE, "AUTH PLAIN " GOOD "\r\n" },
		{ AUTHENTICATED, SENDER },
		{ MAIL, "RCPT TO:<bob@example.net>\r\n" },
		{ RCPT, "DATA\r\n" },
	};
	struct talk t;
	size_t i;

	for (i = 0; i < 2 * sizeof(asked) / sizeof(asked[0]); i++) {
		talk_init(&t);
		talk_to(&t, asked[i / 2].prelude);
		if (asked[i / 2].prelude == RCPT)
			t.fake->epoch++; /* or it would be open already */
		if (i % 2 == 0) {
			fake_die();
			talk_say(&t, asked[i / 2].in);
		} else {
			t.hold = true;
			talk_say(&t, asked[i / 2].in);
			fake_die();
		}
		assert_string_equal(talk_heard(&t), PROBLEM);
		assert_null(t.session);
		talk_end(&t);
	}
}

/* The queue opens a message while the client reads the reply to RCPT. */
static void
opened_ahead(void **state)
{
	struct talk t;

	talk_init(&t);
	talk_to(&t, RCPT);
	assert_int_equal(t.fake->opens, 1);
	talk_say(&t, "RCPT TO:<eve@example.net>\r\n");
	t.hold = true;
	talk_say(&t, "DATA\r\n");
	assert_non_null(strstr(talk_heard(&t), "354 "));
	assert_int_equal(t.fake->opens, 1);
	talk_end(&t);
}

/* DATA comes before the answer of the queue, or RSET does. */
static void
opened_late(void **state)
{
	struct talk t;

	talk_init(&t);
	talk_to(&t, MAIL);
	t.hold = true;
	talk_say(&t, "RCPT TO:<bob@example.net>\r\n");
	assert_true(fake_answer());
	talk_say(&t, "DATA\r\n");
	assert_null(strstr(talk_heard(&t), "354 "));
	assert_true(fake_answer());
	assert_non_null(strstr(talk_heard(&t), "354 "));
	talk_say(&t, "From: news@example.org\r\n\r\n.\r\n");
	t.hold = false;
	talk_settle(&t);
	assert_string_equal(talk_heard(&t), QUEUED);
	t.hold = true;
	talk_say(&t, SENDER);
	(void)fake_answer();
	talk_say(&t, "RCPT TO:<bob@example.net>\r\n");
	(void)fake_answer();
	assert_int_equal(t.fake->opens, 2);
	talk_say(&t, "RSET\r\n");
	assert_false(fake_answer());
	talk_end(&t);
}

/* The queue has one open that nobody wanted yet: it is not asked. */
static void
opened_before_it_was_asked(void **state)
{
	struct talk t;

	talk_init(&t);
	t.fake->spare = 0x5678;
	talk_to(&t, RCPT);
	assert_int_equal(t.fake->opens, 0);
	t.hold = true;
	talk_say(&t, "DATA\r\n");
	assert_non_null(strstr(talk_heard(&t), "354 "));
	t.hold = false;
	talk_say(&t, "From: news@example.org\r\n\r\n.\r\n");
	talk_settle(&t);
	assert_string_equal(talk_heard(&t),
	    "250 Ok: queued as 00000000005678\r\n");
	assert_int_equal(t.fake->commit.message, 0x5678);
	talk_end(&t);
}

/* A large one may not have the room that is meant for any. */
static void
a_large_one_is_asked_for(void **state)
{
	struct talk t;

	talk_init(&t);
	talk_to(&t, MAIL);
	t.fake->spare = 0x5678;
	talk_say(&t, "RSET\r\nMAIL FROM:<news@example.org> SIZE=65537\r\n");
	talk_say(&t, "RCPT TO:<bob@example.net>\r\n");
	assert_int_equal(t.fake->opens, 1);
	assert_int_equal(t.fake->spare, 0x5678);
	talk_end(&t);
}

/* A session that ends before its message aborts it like any other. */
static void
opened_ahead_and_aborted(void **state)
{
	struct talk t;

	talk_init(&t);
	t.fake->spare = 0x5678;
	talk_to(&t, RCPT);
	assert_int_equal(t.fake->aborts, 0);
	talk_say(&t, "RSET\r\n");
	assert_int_equal(t.fake->aborts, 1);
	talk_end(&t);
}

/* It is there when the queue that had one open is gone before DATA. */
static void
opened_again_at_once(void **state)
{
	struct talk t;

	talk_init(&t);
	talk_to(&t, RCPT);
	t.fake->epoch++;
	t.fake->spare = 0x5678;
	talk_say(&t, "DATA\r\n");
	assert_non_null(strstr(talk_heard(&t), "354 "));
	assert_int_equal(t.fake->opens, 1);
	talk_end(&t);
}

/* The queue that had it open is gone before DATA: another one opens it. */
static void
opened_again(void **state)
{
	struct talk t;

	talk_init(&t);
	talk_to(&t, RCPT);
	t.fake->epoch++;
	talk_say(&t, "DATA\r\n");
	assert_non_null(strstr(talk_heard(&t), "354 "));
	assert_int_equal(t.fake->opens, 2);
	talk_end(&t);
}

/* The queue starts anew in the middle of a message: that message is lost. */
static void
queue_restarts_in_data(void **state)
{
	struct talk t;

	talk_init(&t);
	talk_to(&t, DATA);
	talk_say(&t, "From: news@example.org\r\n\r\nText\r\n");
	t.fake->epoch++;
	talk_say(&t, "Text\r\n.\r\n");
	assert_string_equal(talk_heard(&t), "451 Error in Processing\r\n");
	assert_int_equal(t.fake->commits, 0);
	talk_end(&t);
}

/* signer gone, or dies: the message is not sent without its signature. */
static void
signer_gone(void **state)
{
	struct talk t;

	talk_init(&t);
	t.fake->keys = 1;
	t.fake->no_signer = true;
	talk_to(&t, DATA);
	talk_say(&t, "From: news@example.org\r\n\r\nText\r\n.\r\n");
	assert_string_equal(talk_heard(&t), "451 Error in Processing\r\n");
	assert_int_equal(t.fake->aborts, 1);
	talk_end(&t);
}

/* COMMIT is under way when the queue dies: nobody knows, so 451. */
static void
queue_dies_in_commit(void **state)
{
	struct talk t;

	talk_init(&t);
	talk_to(&t, DATA);
	t.hold = true;
	talk_say(&t, "From: news@example.org\r\n\r\nText\r\n.\r\n");
	assert_int_equal(t.fake->commits, 1);
	fake_die();
	assert_string_equal(talk_heard(&t), "451 Error in Processing\r\n");
	assert_int_equal(t.fake->aborts, 0);
	talk_end(&t);
}

static void
full_queue_stops_reading(void **state)
{
	struct talk t;

	talk_init(&t);
	talk_to(&t, DATA);
	t.fake->full = true;
	talk_say(&t, "From: news@example.org\r\n\r\nText\r\n.\r\n");
	assert_int_equal(t.want, WANT_PEER);
	assert_false(TAILQ_EMPTY(&t.env.blocked));
	t.fake->full = false;
	talk_event(&t, SESSION_EV_ROOM);
	assert_string_equal(talk_heard(&t), QUEUED);
	talk_end(&t);
}

static const struct {
	enum prelude prelude;
	enum session_event event;
	const char *out;
	bool closed;
} endings[] = {
	{ GREETED, SESSION_EV_TIMEOUT,
	    "421 Timeout waiting for data from client\r\n", true },
	{ DATA, SESSION_EV_TIMEOUT,
	    "421 Timeout waiting for data from client\r\n", true },
	{ RCPT, SESSION_EV_STOP,
	    "421 4.3.0 Mail system failure, closing transmission channel\r\n",
	    true },
	{ DATA, SESSION_EV_STOP, "", false },
	{ DATA, SESSION_EV_EOF, "", true },
	{ GREETED, SESSION_EV_EOF, "", true },
};

static void
ends(void **state)
{
	struct talk t;
	size_t i;

	for (i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		talk_init(&t);
		talk_to(&t, endings[i].prelude);
		t.said[0] = '\0';
		talk_event(&t, endings[i].event);
		assert_string_equal(talk_heard(&t), endings[i].out);
		assert_int_equal(t.session == NULL, endings[i].closed);
		if (endings[i].prelude == DATA && endings[i].closed)
			assert_int_equal(t.fake->aborts, 1);
		talk_end(&t);
	}
}

/* A message that was coming may finish, then the session ends. */
static void
stop_lets_a_message_finish(void **state)
{
	struct talk t;

	talk_init(&t);
	talk_to(&t, DATA);
	talk_event(&t, SESSION_EV_STOP);
	talk_say(&t, "From: news@example.org\r\n\r\nText\r\n.\r\n");
	assert_string_equal(talk_heard(&t),
	    QUEUED
	    "421 4.3.0 Mail system failure, closing transmission channel\r\n");
	assert_null(t.session);
	talk_end(&t);
}

/* A peer that hangs costs this session only, and not for ever. */
static void
stalled_peer(void **state)
{
	struct talk t;

	talk_init(&t);
	talk_to(&t, MAIL);
	t.hold = true;
	talk_say(&t, "RCPT TO:<bob@example.net>\r\n");
	talk_event(&t, SESSION_EV_TIMEOUT);
	assert_string_equal(talk_heard(&t), PROBLEM);
	assert_null(t.session);
	talk_end(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(queue_refuses),
		cmocka_unit_test(peers_absent),
		cmocka_unit_test(opened_ahead),
		cmocka_unit_test(opened_late),
		cmocka_unit_test(opened_before_it_was_asked),
		cmocka_unit_test(a_large_one_is_asked_for),
		cmocka_unit_test(opened_ahead_and_aborted),
		cmocka_unit_test(opened_again_at_once),
		cmocka_unit_test(opened_again),
		cmocka_unit_test(queue_restarts_in_data),
		cmocka_unit_test(signer_gone),
		cmocka_unit_test(queue_dies_in_commit),
		cmocka_unit_test(full_queue_stops_reading),
		cmocka_unit_test(ends),
		cmocka_unit_test(stop_lets_a_message_finish),
		cmocka_unit_test(stalled_peer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
