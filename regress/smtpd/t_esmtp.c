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
 * What extensions of SMTP give to the queue: parameters of MAIL and RCPT.
 *
 * sources: smtpd/command.c smtpd/path.c smtpd/cmd_ehlo.c smtpd/cmd_simple.c
 * sources: smtpd/cmd_starttls.c smtpd/cmd_mail.c smtpd/cmd_rcpt.c
 * sources: smtpd/cmd_data.c smtpd/cmd_auth.c smtpd/sasl.c smtpd/reply.c
 * sources: smtpd/session.c smtpd/tx.c smtpd/content.c smtpd/commit.c
 * sources: smtpd/message.c smtpd/dkimsign.c smtpd/senders.c smtpd/line.c
 * sources: smtpd/data.c smtpd/monotime.c lib/address.c lib/base64.c
 * sources: lib/compat.c lib/date.c lib/dkim.c lib/header.c lib/id.c lib/log.c
 * sources: lib/idn.c smtpd/throttled.c lib/netkey.c
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

#define QUEUED "250 Ok: queued as 00000000001234\r\n"

/* DSN and SMTPUTF8, all the way to the queue. */
static void
parameters_reach_the_queue(void **state)
{
	struct talk t;
	size_t len;

	talk_init(&t);
	talk_to(&t, AUTHENTICATED);
	talk_say(&t,
	    "MAIL FROM:<news@b\xc3\xbc\x63her.example> RET=HDRS "
	    "ENVID=x+2By SMTPUTF8 BODY=8BITMIME\r\n"
	    "RCPT TO:<\xc3\xa4@example.net> NOTIFY=SUCCESS,DELAY "
	    "ORCPT=rfc822;a@example.net\r\n");
	talk_say(&t, "DATA\r\n");
	(void)talk_heard(&t);
	talk_say(&t,
	    "From: \xc3\xa4 <news@b\xc3\xbc\x63her.example>\r\n\r\n.\r\n");
	assert_string_equal(talk_heard(&t), QUEUED);
	assert_string_equal(t.fake->commit.sender,
	    "news@b\xc3\xbc\x63her.example");
	assert_string_equal(t.fake->commit.from, "news@xn--bcher-kva.example");
	assert_string_equal(t.fake->commit.envid, "x+2By");
	assert_int_equal(t.fake->commit.flags,
	    ENVELOPE_8BIT | ENVELOPE_UTF8 | ENVELOPE_RET_HDRS);
	assert_string_equal(t.fake->rcpt.orcpt, "rfc822;a@example.net");
	assert_int_equal(t.fake->rcpt.notify, NOTIFY_SUCCESS | NOTIFY_DELAY);
	len = evbuffer_get_length(t.fake->data);
	assert_non_null(memmem(evbuffer_pullup(t.fake->data, -1), len,
	    "with UTF8SMTPSA id", 18));
	assert_int_equal(t.fake->asked_senders, 1); /* both are the same */
	talk_end(&t);
}

/* What is plain is not made hard to deliver. */
static void
ascii_needs_no_smtputf8(void **state)
{
	struct talk t;

	talk_init(&t);
	talk_to(&t, AUTHENTICATED);
	talk_say(&t,
	    "MAIL FROM:<news@example.org> SMTPUTF8\r\n"
	    "RCPT TO:<bob@example.net>\r\n");
	talk_say(&t, "DATA\r\n");
	talk_say(&t, "From: news@example.org\r\n\r\nHi\r\n.\r\n");
	assert_int_equal(t.fake->commits, 1);
	assert_int_equal(t.fake->commit.flags, 0);
	talk_end(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parameters_reach_the_queue),
		cmocka_unit_test(ascii_needs_no_smtputf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
