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
 * RCPT that is answered before control has answered: when, and what becomes of
 * the message if that was wrong.
 *
 * sources: lib/mime_code.c lib/mime_field.c
 * sources: lib/collect.c lib/ahead.c lib/recode.c lib/mime_walk.c
 * sources: lib/pace.c
 * sources: smtpd/cmd_bdat.c
 * sources: smtpd/command.c smtpd/path.c smtpd/cmd_ehlo.c smtpd/cmd_simple.c
 * sources: smtpd/cmd_starttls.c smtpd/cmd_mail.c smtpd/cmd_rcpt.c
 * sources: smtpd/cmd_data.c smtpd/cmd_auth.c smtpd/cmd_auth_scram.c smtpd/scram.c smtpd/sasl.c smtpd/reply.c
 * sources: smtpd/session.c smtpd/tx.c lib/submission.c lib/recipient.c lib/content.c lib/commit.c
 * sources: lib/fields.c lib/printable.c lib/dkimsign.c lib/senders.c smtpd/line.c
 * sources: lib/histogram.c lib/data.c lib/monotime.c lib/address.c lib/base64.c
 * sources: lib/throttled.c lib/netkey.c lib/units.c
 * sources: lib/compat.c lib/date.c lib/dkim.c lib/header.c lib/id.c lib/log.c lib/logsock.c
 * sources: lib/idn.c
 * sources: lib/mailbox.c regress/smtpd/fake_peers.c regress/smtpd/talk.c
 * libs: -levent -lcrypto -lidn2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fake_peers.h"
#include "senders.h"
#include "talk.h"

#define SENDER	"MAIL FROM:<news@example.org>\r\n"
#define BOB	"RCPT TO:<bob@example.net>\r\n"
#define MESSAGE "From: news@example.org\r\n\r\nHi\r\n.\r\n"

/* After MAIL; control answers no more until settled. */
static void
start(struct talk *t, bool uncounted, bool unsuppressed)
{
	talk_init(t);
	t->fake->uncounted = uncounted;
	t->fake->unsuppressed = unsuppressed;
	talk_to(t, MAIL);
	t->hold = true;
}

static void
settle(struct talk *t)
{
	t->hold = false;
	talk_settle(t);
}

static const struct {
	const char *label;
	bool uncounted;
	bool unsuppressed;
	uint32_t conf;
	bool enhanced;
	const char *heard;
} rows[] = {
	{ "nothing is in the way", true, true, 254, false, "250 Ok\r\n" },
	{ "a limit counts", false, true, 254, false, "" },
	{ "somebody is suppressed", true, false, 254, false, "" },
	{ "suppressed looks the same", true, false, 250, false, "250 Ok\r\n" },
	{ "the same with codes", true, false, 254, true, "250 2.1.5 Ok\r\n" },
	{ "a limit counts all the same", false, false, 250, false, "" },
	{ "suppressed is refused", true, true, 550, false, "" },
};

static void
reply_comes_first_when_it_is_sure(void **state)
{
	struct talk t;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		start(&t, rows[i].uncounted, rows[i].unsuppressed);
		t.conf.smtp.suppressed_reply = rows[i].conf;
		t.conf.smtp.enhanced_codes = rows[i].enhanced;
		talk_say(&t, BOB);
		if (strcmp(t.said, rows[i].heard) != 0)
			fail_msg("%s: %s", rows[i].label, t.said);
		settle(&t);
		assert_string_equal(talk_heard(&t),
		    rows[i].enhanced ? "250 2.1.5 Ok\r\n" : "250 Ok\r\n");
		talk_end(&t);
	}
}

/* The message is for those of whom control has said that they may have it. */
static void
data_waits_for_the_answers(void **state)
{
	struct talk t;

	start(&t, true, true);
	talk_say(&t, BOB "RCPT TO:<suppressed@example.net>\r\n");
	assert_string_equal(talk_heard(&t), "250 Ok\r\n250 Ok\r\n");
	talk_say(&t, "DATA\r\n");
	assert_string_equal(talk_heard(&t), "");
	settle(&t);
	assert_int_equal(strncmp(talk_heard(&t), "354 ", 4), 0);
	talk_say(&t, MESSAGE);
	assert_int_equal(strncmp(talk_heard(&t), "250 ", 4), 0);
	assert_string_equal(t.fake->rcpts, "bob@example.net ");
	assert_int_equal(t.fake->commits, 1);
	assert_int_equal(t.fake->suppressed, 1);
	talk_end(&t);
}

/* What was said of the sender holds no more: the old way, in order. */
static void
nothing_is_sure_after_a_change(void **state)
{
	struct talk t;

	start(&t, true, true);
	talk_say(&t, BOB);
	assert_string_equal(talk_heard(&t), "250 Ok\r\n");
	senders_forget();
	talk_say(&t, "RCPT TO:<suppressed@example.net>\r\n" BOB);
	assert_string_equal(talk_heard(&t), "");
	settle(&t);
	assert_string_equal(talk_heard(&t),
	    "254 4.7.1 Suppression for user ocid1.user to "
	    "suppressed@example.net\r\n250 Ok\r\n");
	talk_end(&t);
}

static const struct {
	const char *how;
	const char *then;
} ways[] = {
	{ "DATA\r\n", "354 " },
	{ "BDAT 28 LAST\r\nFrom: news@example.org\r\n\r\nHi", "451 " },
};

/* control cannot say after all: nothing is accepted, and nothing stored. */
static void
message_is_refused_when_it_was_wrong(void **state)
{
	struct talk t;
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		start(&t, true, true);
		talk_say(&t, "RCPT TO:<temp@example.net>\r\n");
		assert_string_equal(talk_heard(&t), "250 Ok\r\n");
		settle(&t);
		talk_say(&t, ways[i].how);
		assert_int_equal(strncmp(talk_heard(&t), ways[i].then, 4), 0);
		if (i == 0) {
			talk_say(&t, MESSAGE);
			assert_string_equal(talk_heard(&t),
			    "451 Error in Processing\r\n");
		}
		assert_int_equal(t.fake->opens, 0);
		assert_int_equal(t.fake->commits, 0);
		talk_say(&t, SENDER);
		assert_string_equal(talk_heard(&t), "250 Ok\r\n");
		talk_end(&t);
	}
}

/* The same, for one of several that came before. */
static void
message_for_others_is_refused_too(void **state)
{
	struct talk t;

	start(&t, true, true);
	talk_say(&t, BOB "RCPT TO:<temp@example.net>\r\n" BOB);
	settle(&t);
	assert_string_equal(talk_heard(&t), "250 Ok\r\n250 Ok\r\n250 Ok\r\n");
	talk_say(&t, "DATA\r\n");
	(void)talk_heard(&t);
	talk_say(&t, MESSAGE);
	assert_string_equal(talk_heard(&t), "451 Error in Processing\r\n");
	assert_int_equal(t.fake->commits, 0);
	talk_end(&t);
}

/* A limit that holds since then. */
static void
message_over_a_new_limit_is_refused(void **state)
{
	struct talk t;

	start(&t, true, true);
	t.fake->limit = 1;
	talk_say(&t, BOB BOB);
	settle(&t);
	talk_say(&t, "DATA\r\n");
	(void)talk_heard(&t);
	talk_say(&t, MESSAGE);
	assert_string_equal(talk_heard(&t),
	    "455 Maximum messages sent per day reached : limit is 1\r\n");
	assert_int_equal(t.fake->commits, 0);
	assert_int_equal(t.fake->released, 1);
	talk_end(&t);
}

static void
control_that_dies_ends_the_session(void **state)
{
	struct talk t;

	start(&t, true, true);
	talk_say(&t, BOB);
	(void)talk_heard(&t);
	fake_die();
	assert_int_equal(strncmp(talk_heard(&t), "421 ", 4), 0);
	assert_null(t.session);
	talk_end(&t);
}

/* A refusal of our own waits for the answers that are due before it. */
static void
refusal_comes_in_order(void **state)
{
	struct talk t;

	start(&t, false, true);
	talk_say(&t, BOB "RCPT TO:<j\303\266rg@example.net>\r\n");
	assert_string_equal(talk_heard(&t), "");
	settle(&t);
	assert_int_equal(strncmp(talk_heard(&t), "250 ", 4), 0);
	talk_end(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reply_comes_first_when_it_is_sure),
		cmocka_unit_test(data_waits_for_the_answers),
		cmocka_unit_test(nothing_is_sure_after_a_change),
		cmocka_unit_test(message_is_refused_when_it_was_wrong),
		cmocka_unit_test(message_for_others_is_refused_too),
		cmocka_unit_test(message_over_a_new_limit_is_refused),
		cmocka_unit_test(refusal_comes_in_order),
		cmocka_unit_test(control_that_dies_ends_the_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
