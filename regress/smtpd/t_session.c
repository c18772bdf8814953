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
 * Whole dialogues without a socket: order, limits, replies as the service has
 * them, pipelining, and peers that refuse, are gone, or die.
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

#define GOOD TALK_SECRET
#define BAD  "AHVzZXIAd3Jvbmc=" /* NUL user NUL wrong */

#define AUTH_OK "235 Authentication successful.\r\n"
#define EHLO_TLS                                                               \
	"250-mx.example.org\r\n250-PIPELINING\r\n250-8BITMIME\r\n"             \
	"250-SIZE 1000000\r\n250-SMTPUTF8\r\n250-DSN\r\n"                      \
	"250-LIMITS RCPTMAX=5\r\n250-CHUNKING\r\n250-BINARYMIME\r\n250-AUTH PLAIN LOGIN\r\n250 Ok\r\n"
#define SENDER	"MAIL FROM:<news@example.org>\r\n"
#define QUEUED	"250 Ok: queued as 00000000001234\r\n"
#define ERRORS	"421 Too many errors, closing transmission channel\r\n"
#define TIMEOUT "421 Timeout waiting for data from client\r\n"
#define PROBLEM                                                                \
	"421 4.4.0 Problem attempting to execute commands. "                   \
	"Please try again later\r\n"

static const struct row {
	const char *label;
	enum prelude prelude;
	const char *in;
	const char *out;
	bool closed;
} rows[] = {
	{ "EHLO before TLS", GREETED, "EHLO x\r\n",
	    "250-mx.example.org\r\n250-STARTTLS\r\n250 Ok\r\n", false },
	{ "HELO", GREETED, "HELO x\r\n", "250 mx.example.org\r\n", false },
	{ "MAIL before TLS", GREETED, SENDER,
	    "530 Must issue a STARTTLS command first\r\n", false },
	{ "AUTH before TLS", GREETED, "AUTH PLAIN " GOOD "\r\n",
	    "530 Must issue a STARTTLS command first\r\n", false },
	{ "unknown", GREETED, "FOO\r\n", "500 Command unrecognized\r\n",
	    false },
	{ "QUIT", GREETED, "QUIT\r\n", "221 Bye\r\n", true },
	{ "NOOP and RSET", GREETED, "NOOP\r\nRSET\r\n", "250 Ok\r\n250 Ok\r\n",
	    false },
	{ "bare LF closes", GREETED, "NOOP\nNOOP\r\n",
	    "500 Lines must end with <CR><LF> and have none inside\r\n", true },
	{ "bare CR closes", GREETED, "NOOP\rNOOP\r\n",
	    "500 Lines must end with <CR><LF> and have none inside\r\n", true },
	{ "STARTTLS injection", GREETED, "STARTTLS\r\nEHLO x\r\n",
	    "503 Command must be the last of a pipelined group\r\n", true },
	{ "STARTTLS", GREETED, "STARTTLS\r\n", "220 Ready to start TLS\r\n",
	    false },
	{ "EHLO after TLS", SECURE, "EHLO x\r\n", EHLO_TLS, false },
	{ "STARTTLS twice", SECURE, "STARTTLS\r\n",
	    "503 TLS already started\r\n", false },
	{ "MAIL before AUTH", SECURE, SENDER, "535 Authentication required\r\n",
	    false },
	{ "bad MAIL before AUTH", SECURE, "MAIL FROM:<x\r\n",
	    "535 Authentication required\r\n", false },
	{ "AUTH PLAIN at once", SECURE, "AUTH PLAIN " GOOD "\r\n", AUTH_OK,
	    false },
	{ "AUTH PLAIN prompt", SECURE, "AUTH PLAIN\r\n", "334 \r\n", false },
	{ "AUTH LOGIN prompt", SECURE, "AUTH LOGIN\r\n", "334 VXNlcm5hbWU6\r\n",
	    false },
	{ "AUTH LOGIN user at once", SECURE, "AUTH LOGIN dXNlcg==\r\n",
	    "334 UGFzc3dvcmQ6\r\n", false },
	{ "wrong secret", SECURE, "AUTH PLAIN " BAD "\r\n",
	    "535 Authentication credentials invalid\r\n", false },
	{ "not Base64", SECURE, "AUTH PLAIN !\r\n",
	    "501 Invalid command argument, not a valid Base64 string\r\n",
	    false },
	{ "no NUL", SECURE, "AUTH PLAIN dXNlcg==\r\n",
	    "501 Invalid command argument, does not contain NUL\r\n", false },
	{ "no second NUL", SECURE, "AUTH PLAIN AHVzZXI=\r\n",
	    "501 Invalid command argument, does not contain the second "
	    "NUL\r\n",
	    false },
	{ "method", SECURE, "AUTH CRAM-MD5\r\n", "504 Method not supported\r\n",
	    false },
	{ "mismatch", SECURE, "AUTH PLAIN a b\r\n",
	    "504 AUTH mechanism mismatch\r\n", false },
	{ "AUTH pipelined", SECURE, "AUTH PLAIN " GOOD "\r\n" SENDER,
	    "503 Command must be the last of a pipelined group\r\n", true },
	{ "second AUTH", AUTHENTICATED, "AUTH PLAIN " GOOD "\r\n",
	    "503 Refusing any other AUTH command.\r\n", false },
	{ "VRFY", AUTHENTICATED, "VRFY bob\r\n",
	    "252 Cannot VRFY user, but will accept message and attempt "
	    "delivery\r\n",
	    false },
	{ "MAIL", AUTHENTICATED, SENDER, "250 Ok\r\n", false },
	{ "null sender", AUTHENTICATED, "MAIL FROM:<>\r\n",
	    "535 Authorization failed: address <> not authorized\r\n", false },
	{ "other sender", AUTHENTICATED, "MAIL FROM:<eve@example.org>\r\n",
	    "535 Authorization failed: address eve@example.org not "
	    "authorized\r\n",
	    false },
	{ "sender unknown now", AUTHENTICATED,
	    "MAIL FROM:<temp@example.org>\r\n", "451 Server error\r\n", false },
	{ "declared too big", AUTHENTICATED,
	    "MAIL FROM:<news@example.org> SIZE=1000001\r\n",
	    "552 Exceeds byte limit\r\n", false },
	{ "ill-formed sender", AUTHENTICATED, "MAIL FROM:<foo@>\r\n",
	    "553 <foo@> Invalid email address\r\n", false },
	{ "UTF-8 sender without SMTPUTF8", AUTHENTICATED,
	    "MAIL FROM:<\xc3\xa4@example.org>\r\n",
	    "553 <\?\?@example.org> Invalid email address, SMTPUTF8 was not "
	    "given\r\n",
	    false },
	{ "UTF-8 sender", AUTHENTICATED,
	    "MAIL FROM:<news@b\xc3\xbc\x63her.example> SMTPUTF8\r\n",
	    "250 Ok\r\n", false },
	{ "the same in ASCII", AUTHENTICATED,
	    "MAIL FROM:<news@xn--bcher-kva.example>\r\n", "250 Ok\r\n", false },
	{ "UTF-8 that is no domain", AUTHENTICATED,
	    "MAIL FROM:<news@-\xc3\xbc.example> SMTPUTF8\r\n",
	    "553 <news@-\?\?.example> Invalid email address\r\n", false },
	{ "UTF-8 recipient without SMTPUTF8", MAIL,
	    "RCPT TO:<\xc3\xa4@example.net>\r\n",
	    "553 <\?\?@example.net> Invalid email address, SMTPUTF8 was not "
	    "given\r\n",
	    false },
	{ "UTF-8 header without SMTPUTF8", DATA,
	    "From: news@example.org\r\nSubject: \xc3\xa4\r\n\r\n.\r\n", QUEUED,
	    false },
	{ "RCPT before MAIL", AUTHENTICATED, "RCPT TO:<bob@example.net>\r\n",
	    "503 Need MAIL command\r\n", false },
	{ "DATA before MAIL", AUTHENTICATED, "DATA\r\n",
	    "503 Need MAIL command\r\n", false },
	{ "MAIL twice", MAIL, SENDER, "503 Sender already specified\r\n",
	    false },
	{ "MAIL after RSET", MAIL, "RSET\r\n" SENDER, "250 Ok\r\n250 Ok\r\n",
	    false },
	{ "MAIL after EHLO", MAIL, "EHLO x\r\n" SENDER, EHLO_TLS "250 Ok\r\n",
	    false },
	{ "DATA before RCPT", MAIL, "DATA\r\n", "503 Need RCPT command\r\n",
	    false },
	{ "suppressed", MAIL, "RCPT TO:<suppressed@example.net>\r\n",
	    "254 4.7.1 Suppression for user ocid1.user to "
	    "suppressed@example.net\r\n",
	    false },
	{ "ill-formed recipient", MAIL, "RCPT TO:<foo@>\r\n",
	    "553 <foo@> Invalid email address\r\n", false },
	{ "recipient unknown now", MAIL, "RCPT TO:<temp@example.net>\r\n",
	    "451 Server error\r\n", false },
	{ "recipients in order", MAIL,
	    "RCPT TO:<bob@example.net>\r\nRCPT TO:<x@>\r\n"
	    "RCPT TO:<temp@example.net>\r\nFOO\r\nRCPT TO:<a@example.net>\r\n",
	    "250 Ok\r\n553 <x@> Invalid email address\r\n451 Server error\r\n"
	    "500 Command unrecognized\r\n250 Ok\r\n",
	    false },
	{ "too many recipients", MAIL,
	    "RCPT TO:<a@example.net>\r\nRCPT TO:<b@example.net>\r\n"
	    "RCPT TO:<c@example.net>\r\nRCPT TO:<d@example.net>\r\n"
	    "RCPT TO:<e@example.net>\r\nRCPT TO:<f@example.net>\r\n",
	    "250 Ok\r\n250 Ok\r\n250 Ok\r\n250 Ok\r\n250 Ok\r\n"
	    "452 Too many recipients\r\n",
	    false },
	{ "a group of commands", AUTHENTICATED,
	    SENDER "RCPT TO:<bob@example.net>\r\nDATA\r\n",
	    "250 Ok\r\n250 Ok\r\n354 End data with <CR><LF>.<CR><LF>\r\n",
	    false },
	{ "data with DATA", RCPT, "DATA\r\nFrom: <news@example.org>\r\n",
	    "503 Command must be the last of a pipelined group\r\n", true },
	{ "a message", DATA,
	    "From: <news@example.org>\r\nSubject: x\r\n\r\nText\r\n.\r\n",
	    QUEUED, false },
	{ "a message and the next commands", DATA,
	    "From: news@example.org\r\n\r\nText\r\n.\r\n" SENDER "QUIT\r\n",
	    QUEUED "250 Ok\r\n221 Bye\r\n", true },
	{ "two approved in From", DATA,
	    "From: news@example.org, Team <team@example.org>\r\n\r\n.\r\n",
	    QUEUED, false },
	{ "no body", DATA, "From: news@example.org\r\n.\r\n", QUEUED, false },
	{ "no message", DATA, ".\r\n", "554 Message parse error\r\n", false },
	{ "no header", DATA, "\r\nText\r\n.\r\n", "554 Message parse error\r\n",
	    false },
	{ "text for a header", DATA, "Hello there\r\n.\r\n",
	    "554 Message parse error\r\n", false },
	{ "no From", DATA, "Subject: x\r\n\r\n.\r\n",
	    "554 Message parse error\r\n", false },
	{ "two From", DATA,
	    "From: news@example.org\r\nFrom: news@example.org\r\n\r\n.\r\n",
	    "554 Message parse error\r\n", false },
	{ "ill-formed From", DATA, "From: <foo@>\r\n\r\n.\r\n",
	    "553 <foo@> Invalid email address\r\n", false },
	{ "other From", DATA, "From: <eve@example.org>\r\n\r\nText\r\n.\r\n",
	    "535 Authorization failed: address eve@example.org not "
	    "authorized\r\n",
	    false },
	{ "second From not approved", DATA,
	    "From: news@example.org, eve@example.org\r\n\r\n.\r\n",
	    "535 Authorization failed: address eve@example.org not "
	    "authorized\r\n",
	    false },
	{ "From unknown now", DATA, "From: <temp@example.org>\r\n\r\n.\r\n",
	    "451 Error in Processing\r\n", false },
	{ "smuggling LF . LF", DATA,
	    "From: news@example.org\r\n\r\na\n.\n" SENDER
	    "RCPT TO:<bob@example.net>\r\nDATA\r\n.\r\n",
	    "554 Message parse error\r\n", false },
	{ "smuggling LF . CRLF", DATA,
	    "From: news@example.org\r\n\r\na\n.\r\nQUIT\r\n.\r\n",
	    "554 Message parse error\r\n", false },
	{ "smuggling CRLF . LF", DATA,
	    "From: news@example.org\r\n\r\na\r\n.\nQUIT\r\n.\r\n",
	    "554 Message parse error\r\n", false },
	{ "smuggling CR . CR", DATA,
	    "From: news@example.org\r\n\r\na\r.\rQUIT\r\n.\r\n",
	    "554 Message parse error\r\n", false },
	{ "bare LF in the header", DATA,
	    "From: news@example.org\nBcc: x@example.net\r\n\r\n.\r\n",
	    "554 Message parse error\r\n", false },
};

static void
check_row(const struct row *r, bool slowly)
{
	struct talk t;
	size_t i;
	bool same;

	talk_init(&t);
	talk_to(&t, r->prelude);
	for (i = 0; slowly && r->in[i] != '\0'; i++)
		talk_bytes(&t, r->in + i, 1);
	if (!slowly)
		talk_say(&t, r->in);
	same = strcmp(talk_heard(&t), r->out) == 0 &&
	    (t.session == NULL) == r->closed;
	if (!same)
		print_error("%s: %s\n", r->label, t.said);
	assert_true(same);
	talk_end(&t);
}

static void
dialogues(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i], false);
}

/* The rows that do not depend on what arrives together. */
static void
dialogues_by_octets(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strstr(rows[i].out, "pipelined group") == NULL)
			check_row(&rows[i], true);
	}
}

static void
greeting(void **state)
{
	struct talk t;

	talk_init(&t);
	assert_string_equal(talk_heard(&t),
	    "220 mx.example.org ESMTP smtp-in"
	    "\r\n");
	talk_end(&t);
}

static void
auth_in_steps(void **state)
{
	struct talk t;

	talk_init(&t);
	talk_to(&t, SECURE);
	talk_say(&t, "AUTH PLAIN\r\n");
	talk_say(&t, "*\r\n");
	talk_say(&t, "AUTH LOGIN\r\n");
	talk_say(&t, "dXNlcg==\r\n");
	talk_say(&t, "*\r\n");
	assert_string_equal(talk_heard(&t),
	    "334 \r\n501 Authentication canceled by client.\r\n"
	    "334 VXNlcm5hbWU6\r\n334 UGFzc3dvcmQ6\r\n"
	    "501 Authentication canceled by client.\r\n");
	talk_say(&t, "AUTH LOGIN\r\n");
	talk_say(&t, "dXNlcg==\r\n");
	talk_say(&t, "c2VjcmV0\r\n");
	assert_string_equal(talk_heard(&t),
	    "334 VXNlcm5hbWU6\r\n334 UGFzc3dvcmQ6\r\n" AUTH_OK);
	talk_end(&t);
}

static void
auth_failures_end_the_session(void **state)
{
	struct talk t;

	talk_init(&t);
	talk_to(&t, SECURE);
	talk_say(&t, "AUTH PLAIN " BAD "\r\n");
	talk_say(&t, "AUTH PLAIN " BAD "\r\n");
	(void)talk_heard(&t);
	talk_say(&t, "AUTH PLAIN " BAD "\r\n");
	assert_string_equal(talk_heard(&t),
	    "421 Too many auth failures, try again later\r\n");
	assert_null(t.session);
	talk_end(&t);
}

/* What the queue gets: header completed, dots removed, signed, who it is for. */
static void
message_reaches_the_queue(void **state)
{
	static const char message[] = "Bcc: hidden@example.net\r\n"
				      "From: News <news@example.org>\r\n"
				      "Message-ID: <1@example.org>\r\n"
				      "Date: Thu, 01 Jan 2026 00:00:00 +0000"
				      "\r\n\r\n..dot\r\n\xc3\xa4\r\n.\r\n";
	struct talk t;
	size_t len;
	char *data;

	talk_init(&t);
	t.fake->keys = 2;
	talk_to(&t, MAIL);
	talk_say(&t,
	    "RCPT TO:<suppressed@example.net>\r\n"
	    "RCPT TO:<Bob@example.net>\r\n");
	talk_say(&t, "DATA\r\n");
	(void)talk_heard(&t);
	talk_say(&t, message);
	assert_string_equal(talk_heard(&t), QUEUED);
	assert_string_equal(t.fake->rcpts, "Bob@example.net ");
	assert_string_equal(t.fake->commit.from, "news@example.org");
	assert_string_equal(t.fake->commit.message_id, "<1@example.org>");
	assert_string_equal(t.fake->commit.return_path, "news@example.org");
	assert_string_equal(t.fake->commit.compartment, "ocid1.compartment");
	assert_string_equal(t.fake->commit.selector, "sel");
	assert_int_equal(t.fake->commit.rcpts, 1);
	assert_int_equal(t.fake->commit.flags, ENVELOPE_8BIT);
	assert_int_equal(t.fake->suppressed, 1);
	assert_int_equal(t.fake->aborts, 0);
	assert_int_equal(t.fake->asked_senders, 1);
	len = evbuffer_get_length(t.fake->data);
	assert_int_equal(t.fake->commit.size, len);
	assert_int_equal(evbuffer_add(t.fake->data, "", 1), 0);
	data = (char *)evbuffer_pullup(t.fake->data, -1);
	assert_memory_equal(data, "Received: from x ([192.0.2.1])\r\n", 32);
	assert_non_null(strstr(data,
	    "by mx.example.org with ESMTPSA id "
	    "00000000001234\r\n\t(TLSv1.3 CIPHER);"));
	assert_null(strstr(data, "hidden"));
	assert_non_null(strstr(data, "\r\n\r\n.dot\r\n\xc3\xa4\r\n"));
	assert_memory_equal(t.fake->commit.prefix, "DKIM-Signature:", 15);
	assert_non_null(
	    strstr((char *)t.fake->commit.prefix + 15, "\r\nDKIM-Signature:"));
	talk_end(&t);
}

static void
missing_fields_are_added(void **state)
{
	struct talk t;
	char *data;

	talk_init(&t);
	talk_to(&t, DATA);
	talk_say(&t, "From: news@example.org\r\n.\r\n");
	assert_string_equal(talk_heard(&t), QUEUED);
	assert_int_equal(evbuffer_add(t.fake->data, "", 1), 0);
	data = (char *)evbuffer_pullup(t.fake->data, -1);
	assert_non_null(strstr(data, "\r\n\tfor <bob@example.net>;\r\n"));
	assert_non_null(strstr(data, "\r\nDate: "));
	assert_non_null(strstr(data,
	    "\r\nMessage-ID: <00000000001234@mx.example.org>\r\n\r\n"));
	talk_end(&t);
}

static void
suppressed_only_goes_nowhere(void **state)
{
	struct talk t;

	talk_init(&t);
	talk_to(&t, MAIL);
	talk_say(&t, "RCPT TO:<suppressed@example.net>\r\n");
	talk_say(&t, "DATA\r\n");
	(void)talk_heard(&t);
	talk_say(&t, "From: news@example.org\r\n\r\nText\r\n.\r\n");
	assert_string_equal(talk_heard(&t), "250 Ok\r\n");
	assert_int_equal(t.fake->opens, 0);
	assert_int_equal(t.fake->commits, 0);
	assert_int_equal(t.fake->suppressed, 1);
	talk_end(&t);
}

static const struct {
	uint32_t conf;
	bool enhanced;
	const char *out;
} suppressions[] = {
	{ 250, false, "250 Ok\r\n" },
	{ 254, false,
	    "254 4.7.1 Suppression for user ocid1.user to "
	    "suppressed@example.net\r\n" },
	{ 550, false,
	    "550 Suppression for user ocid1.user to "
	    "suppressed@example.net\r\n" },
	{ 254, true, "250 2.1.5 Ok\r\n" },
	{ 550, true,
	    "550 5.7.1 Suppression for user ocid1.user to "
	    "suppressed@example.net\r\n" },
};

static void
suppressed_reply(void **state)
{
	struct talk t;
	size_t i;

	for (i = 0; i < sizeof(suppressions) / sizeof(suppressions[0]); i++) {
		talk_init(&t);
		t.conf.smtp.suppressed_reply = suppressions[i].conf;
		t.conf.smtp.enhanced_codes = suppressions[i].enhanced;
		talk_to(&t, MAIL);
		talk_say(&t, "RCPT TO:<suppressed@example.net>\r\n");
		assert_string_equal(talk_heard(&t), suppressions[i].out);
		talk_end(&t);
	}
}

/* Answers that come in another order are given in the order of commands. */
static void
recipients_answered_backwards(void **state)
{
	struct talk t;

	talk_init(&t);
	talk_to(&t, MAIL);
	t.hold = true;
	talk_say(&t,
	    "RCPT TO:<temp@example.net>\r\n"
	    "RCPT TO:<bob@example.net>\r\nNOOP\r\n");
	assert_string_equal(t.said, "");
	t.hold = false;
	t.fake->backwards = true;
	talk_settle(&t);
	assert_string_equal(talk_heard(&t),
	    "451 Server error\r\n250 Ok\r\n250 Ok\r\n");
	talk_end(&t);
}

static void
too_big_is_refused_at_the_end(void **state)
{
	static char line[1002];
	struct talk t;
	int i;

	talk_init(&t);
	talk_to(&t, DATA);
	talk_say(&t, "From: news@example.org\r\n\r\n");
	memset(line, 'x', 1000);
	memcpy(line + 1000, "\r\n", 2);
	for (i = 0; i < 1100; i++)
		talk_bytes(&t, line, sizeof(line));
	assert_int_equal(t.fake->aborts, 1);
	assert_string_equal(t.said, "");
	talk_say(&t, ".\r\n");
	assert_string_equal(talk_heard(&t), "552 Exceeds byte limit\r\n");
	talk_say(&t, SENDER);
	assert_string_equal(talk_heard(&t), "250 Ok\r\n");
	talk_end(&t);
}

static void
header_is_bounded(void **state)
{
	static char line[1002];
	struct talk t;
	int i;

	talk_init(&t);
	talk_to(&t, DATA);
	memset(line, 'x', 1000);
	memcpy(line, "X: ", 3);
	memcpy(line + 1000, "\r\n", 2);
	talk_say(&t, "From: news@example.org\r\n");
	for (i = 0; i < 300; i++)
		talk_bytes(&t, line, sizeof(line));
	talk_say(&t, "\r\n.\r\n");
	assert_string_equal(talk_heard(&t), "554 Message parse error\r\n");
	talk_end(&t);
}

static void
header_line_is_bounded(void **state)
{
	struct talk t;
	int i;

	talk_init(&t);
	talk_to(&t, DATA);
	talk_say(&t, "From: news@example.org\r\nX: ");
	for (i = 0; i < 3000; i++)
		talk_say(&t,
		    "0123456789012345678901234567890123456789"
		    "0123456789012345678901234567890123456789"
		    "01234567890123456789");
	talk_say(&t, "\r\n\r\n.\r\n");
	assert_string_equal(talk_heard(&t), "554 Message parse error\r\n");
	talk_end(&t);
}

static void
errors_are_bounded(void **state)
{
	struct talk t;
	unsigned i;

	talk_init(&t);
	for (i = 0; t.session != NULL && i < 10 * SMTPD_ERRORS_MAX; i++) {
		(void)talk_heard(&t);
		talk_say(&t, "FOO\r\n");
	}
	assert_true(i < 2 * SMTPD_ERRORS_MAX);
	assert_non_null(strstr(talk_heard(&t), ERRORS));
	talk_end(&t);
}

/* A message between them starts the count again. */
static void
junk_is_bounded(void **state)
{
	struct talk t;
	unsigned i;

	talk_init(&t);
	talk_to(&t, AUTHENTICATED);
	for (i = 0; i < 3 * SMTPD_JUNK_MAX; i++) {
		talk_say(&t, "RSET\r\n");
		if (i % SMTPD_JUNK_MAX != SMTPD_JUNK_MAX - 10)
			continue;
		talk_say(&t, SENDER "RCPT TO:<bob@example.net>\r\n");
		talk_say(&t, "DATA\r\n");
		talk_say(&t, "From: news@example.org\r\n\r\n.\r\n");
		assert_non_null(strstr(talk_heard(&t), QUEUED));
	}
	for (i = 0; t.session != NULL && i < 2 * SMTPD_JUNK_MAX; i++) {
		(void)talk_heard(&t);
		talk_say(&t, "RSET\r\n");
	}
	assert_null(t.session);
	assert_non_null(strstr(talk_heard(&t), ERRORS));
	talk_end(&t);
}

/* Octets come, but too few: the time of the client is over. */
static void
slow_clients_are_ended(void **state)
{
	struct talk t;

	talk_init(&t);
	talk_to(&t, DATA);
	t.session->pace.since -= 600;
	talk_say(&t, "From");
	assert_string_equal(talk_heard(&t), "");
	t.session->pace.since -= 1;
	t.session->pace.paused = 1;
	talk_say(&t, ": ");
	assert_string_equal(talk_heard(&t), "");
	t.session->pace.paused = 0;
	talk_say(&t, "x");
	assert_string_equal(talk_heard(&t), TIMEOUT);
	assert_null(t.session);
	talk_end(&t);
	talk_init(&t);
	talk_to(&t, AUTHENTICATED);
	t.session->pace.since -= 302;
	talk_say(&t, "NO");
	assert_string_equal(talk_heard(&t), TIMEOUT);
	talk_end(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(greeting),
		cmocka_unit_test(dialogues),
		cmocka_unit_test(dialogues_by_octets),
		cmocka_unit_test(auth_in_steps),
		cmocka_unit_test(auth_failures_end_the_session),
		cmocka_unit_test(message_reaches_the_queue),
		cmocka_unit_test(missing_fields_are_added),
		cmocka_unit_test(suppressed_only_goes_nowhere),
		cmocka_unit_test(suppressed_reply),
		cmocka_unit_test(recipients_answered_backwards),
		cmocka_unit_test(too_big_is_refused_at_the_end),
		cmocka_unit_test(header_is_bounded),
		cmocka_unit_test(header_line_is_bounded),
		cmocka_unit_test(errors_are_bounded),
		cmocka_unit_test(junk_is_bounded),
		cmocka_unit_test(slow_clients_are_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
