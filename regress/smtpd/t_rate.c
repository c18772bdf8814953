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
 * Rates in a session: what is refused, what is counted, what is released.
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
#include "talk.h"
#include "units.h"

#define SENDER "MAIL FROM:<news@example.org>\r\n"
#define DAY    "455 Maximum messages sent per day reached : limit is 2\r\n"

static void
a_started_block_is_a_unit(void **state)
{
	assert_int_equal(units_of(0), 1);
	assert_int_equal(units_of(1), 1);
	assert_int_equal(units_of(RATE_BLOCK), 1);
	assert_int_equal(units_of(RATE_BLOCK + 1), 2);
	assert_int_equal(units_of(UINT64_C(1) << 30), 512);
}

static void
start(struct talk *t)
{
	talk_init(t);
	t->fake->limit = 2;
	talk_to(t, AUTHENTICATED);
	talk_say(t, SENDER);
	(void)talk_heard(t);
}

static void
recipient_over_the_limit_is_refused(void **state)
{
	struct talk t;

	start(&t);
	talk_say(&t,
	    "RCPT TO:<a@example.net>\r\nRCPT TO:<b@example.net>\r\n"
	    "RCPT TO:<c@example.net>\r\n");
	assert_string_equal(talk_heard(&t), "250 Ok\r\n250 Ok\r\n" DAY);
	talk_say(&t, "DATA\r\n");
	(void)talk_heard(&t);
	talk_say(&t, "From: news@example.org\r\n\r\n.\r\n");
	assert_int_equal(strncmp(talk_heard(&t), "250 ", 4), 0);
	assert_int_equal(t.fake->counted, 2);
	assert_int_equal(t.fake->released, 0);
	assert_int_equal(t.fake->left, 0);
	talk_end(&t);
}

/* A client that is gone before the answer has reserved all the same. */
static void
pending_recipient_is_released(void **state)
{
	struct talk t;

	start(&t);
	t.hold = true;
	talk_say(&t, "RCPT TO:<a@example.net>\r\n");
	talk_event(&t, SESSION_EV_EOF);
	assert_int_equal(t.fake->released, 1);
	talk_end(&t);
}

static void
nothing_is_accepted_that_another_control_reserved(void **state)
{
	struct talk t;

	start(&t);
	talk_say(&t, "RCPT TO:<a@example.net>\r\nDATA\r\n");
	(void)talk_heard(&t);
	t.fake->policy_epoch++;
	talk_say(&t, "From: news@example.org\r\n\r\n.\r\n");
	assert_string_equal(talk_heard(&t), "451 Error in Processing\r\n");
	assert_int_equal(t.fake->commits, 0);
	assert_int_equal(t.fake->counted, 0);
	assert_int_equal(t.fake->released, 1);
	talk_end(&t);
}

static void
a_message_that_the_queue_refuses_is_not_counted(void **state)
{
	struct talk t;

	start(&t);
	t.fake->done_status = SUBMIT_FULL;
	talk_say(&t, "RCPT TO:<a@example.net>\r\nDATA\r\n");
	(void)talk_heard(&t);
	talk_say(&t, "From: news@example.org\r\n\r\n.\r\n");
	assert_string_equal(talk_heard(&t), "452 System storage error\r\n");
	assert_int_equal(t.fake->counted, 0);
	assert_int_equal(t.fake->released, 1);
	talk_end(&t);
}

static void
a_session_that_logged_in_leaves(void **state)
{
	struct talk t;

	talk_init(&t);
	talk_to(&t, SECURE);
	talk_say(&t, "QUIT\r\n");
	assert_int_equal(t.fake->left, 0);
	talk_end(&t);
	start(&t);
	talk_say(&t, "QUIT\r\n");
	assert_int_equal(t.fake->left, 1);
	talk_end(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_started_block_is_a_unit),
		cmocka_unit_test(recipient_over_the_limit_is_refused),
		cmocka_unit_test(pending_recipient_is_released),
		cmocka_unit_test(
		    nothing_is_accepted_that_another_control_reserved),
		cmocka_unit_test(
		    a_message_that_the_queue_refuses_is_not_counted),
		cmocka_unit_test(a_session_that_logged_in_leaves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
