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
 * What extensions of SMTP give to the queue: parameters of MAIL and RCPT, and
 * chunks of BDAT.
 *
 * sources: smtpd/scram.c smtpd/cmd_auth_scram.c
 * sources: lib/mime_code.c lib/mime_field.c
 * sources: lib/collect.c lib/ahead.c lib/recode.c lib/mime_walk.c
 * sources: smtpd/command.c smtpd/path.c smtpd/cmd_ehlo.c smtpd/cmd_simple.c
 * sources: smtpd/cmd_starttls.c smtpd/cmd_mail.c smtpd/cmd_rcpt.c
 * sources: smtpd/cmd_data.c smtpd/cmd_auth.c smtpd/cmd_auth_scram.c smtpd/scram.c
 * sources: smtpd/sasl.c smtpd/reply.c
 * sources: smtpd/session.c smtpd/tx.c lib/submission.c lib/recipient.c lib/content.c lib/commit.c
 * sources: lib/fields.c lib/printable.c lib/dkimsign.c lib/senders.c smtpd/line.c
 * sources: lib/histogram.c lib/data.c lib/monotime.c lib/address.c lib/base64.c
 * sources: lib/compat.c lib/date.c lib/dkim.c lib/header.c lib/id.c lib/log.c lib/logsock.c
 * sources: smtpd/cmd_bdat.c lib/pace.c lib/idn.c lib/throttled.c lib/units.c lib/netkey.c
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

#define HEAD   "From: news@example.org\r\nSubject: x\r\n\r\n" /* 38 octets */
#define SENDER "MAIL FROM:<news@example.org>\r\n"
#define BEGUN  "503 BDAT has begun, no other command can complete it\r\n"
#define PARSE  "554 Message parse error\r\n"

static const struct {
	const char *label;
	enum prelude prelude;
	const char *in, *out;
	bool closed;
	const char *body; /* what the queue got; NULL: nothing */
} rows[] = {
	{ "one chunk", RCPT, "BDAT 42 LAST\r\n" HEAD "Hi\r\n", QUEUED, false,
	    "Hi\r\n" },
	{ "two chunks", RCPT, "BDAT 39\r\n" HEAD "HBDAT 3 LAST\r\ni\r\n",
	    "250 39 octets received\r\n" QUEUED, false, "Hi\r\n" },
	{ "an empty last chunk", RCPT,
	    "BDAT 42\r\n" HEAD "Hi\r\nBDAT 0 LAST\r\n",
	    "250 42 octets received\r\n" QUEUED, false, "Hi\r\n" },
	{ "cut in a CRLF of the header", RCPT,
	    "BDAT 23\r\nFrom: news@example.org\rBDAT 16 LAST\r\n"
	    "\nSubject: x\r\n\r\nH",
	    "250 23 octets received\r\n" QUEUED, false, "H\r\n" },
	{ "no CRLF at the end", RCPT, "BDAT 40 LAST\r\n" HEAD "Hi", QUEUED,
	    false, "Hi\r\n" },
	{ "dots are text", RCPT, "BDAT 45 LAST\r\n" HEAD ".\r\n..\r\n", QUEUED,
	    false, ".\r\n..\r\n" },
	{ "commands are text", RCPT, "BDAT 44 LAST\r\n" HEAD "QUIT\r\nNOOP\r\n",
	    QUEUED "250 Ok\r\n", false, "QUIT\r\n" },
	{ "all in one group", AUTHENTICATED,
	    SENDER "RCPT TO:<bob@example.net>\r\nBDAT 38\r\n" HEAD
		   "BDAT 2\r\nHiBDAT 0 LAST\r\nQUIT\r\n",
	    "250 Ok\r\n250 Ok\r\n250 38 octets received\r\n"
	    "250 2 octets received\r\n" QUEUED "221 Bye\r\n",
	    true, "Hi\r\n" },
	{ "before MAIL", AUTHENTICATED, "BDAT 6\r\nQUIT\r\nNOOP\r\n",
	    "503 Need MAIL command\r\n250 Ok\r\n", false, NULL },
	{ "before RCPT", MAIL,
	    "BDAT 6 LAST\r\nQUIT\r\nRCPT TO:<bob@example.net>\r\n",
	    "503 Need RCPT command\r\n250 Ok\r\n", false, NULL },
	{ "before AUTH", SECURE, "BDAT 6\r\nQUIT\r\nNOOP\r\n",
	    "535 Authentication required\r\n", true, NULL },
	{ "before TLS", GREETED, "BDAT 6\r\nQUIT\r\nNOOP\r\n",
	    "530 Must issue a STARTTLS command first\r\n", true, NULL },
	{ "ill-formed", RCPT, "BDAT x\r\nNOOP\r\n",
	    "501 Syntax: BDAT size [LAST]\r\n", true, NULL },
	{ "after a sender that was refused", AUTHENTICATED,
	    "MAIL FROM:<eve@example.org>\r\nRCPT TO:<bob@example.net>\r\n"
	    "BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n",
	    "535 Authorization failed: address eve@example.org not "
	    "authorized\r\n503 Need MAIL command\r\n"
	    "503 Need MAIL command\r\n250 Ok\r\n",
	    false, NULL },
	{ "DATA after it", RCPT, "BDAT 38\r\n" HEAD "DATA\r\n",
	    "250 38 octets received\r\n" BEGUN, false, NULL },
	{ "RCPT after it", RCPT,
	    "BDAT 38\r\n" HEAD "RCPT TO:<a@example.net>\r\n",
	    "250 38 octets received\r\n" BEGUN, false, NULL },
	{ "MAIL after it", RCPT, "BDAT 38\r\n" HEAD SENDER,
	    "250 38 octets received\r\n503 Sender already specified\r\n", false,
	    NULL },
	{ "RSET after it", RCPT, "BDAT 38\r\n" HEAD "RSET\r\nDATA\r\n",
	    "250 38 octets received\r\n250 Ok\r\n503 Need MAIL command\r\n",
	    false, NULL },
	{ "chunks after a bad one", RCPT,
	    "BDAT 40\r\n" HEAD "a\nBDAT 6 LAST\r\nQUIT\r\n",
	    PARSE "503 Need MAIL command\r\n", false, NULL },
	{ "bare CR between chunks", RCPT,
	    "BDAT 39\r\n" HEAD "\rBDAT 1 LAST\r\na",
	    "250 39 octets received\r\n" PARSE, false, NULL },
	{ "bare CR at the end", RCPT, "BDAT 39 LAST\r\n" HEAD "\r", PARSE,
	    false, NULL },
	{ "no header", RCPT, "BDAT 4 LAST\r\ntext", PARSE, false, NULL },
	{ "nothing", RCPT, "BDAT 0 LAST\r\n", PARSE, false, NULL },
	{ "another From", RCPT,
	    "BDAT 25\r\nFrom: eve@example.org\r\n\r\nBDAT 0 LAST\r\n",
	    "250 25 octets received\r\n535 Authorization failed: address "
	    "eve@example.org not authorized\r\n",
	    false, NULL },
	{ "a chunk nobody waits for", RCPT, "BDAT 99999999999 LAST\r\nNOOP\r\n",
	    "552 Exceeds byte limit\r\n", true, NULL },
};

static void
check_body(struct talk *t, const char *body)
{
	const char *p, *end;
	size_t len;

	assert_int_equal(t->fake->commits, body == NULL ? 0 : 1);
	if (body == NULL)
		return;
	len = evbuffer_get_length(t->fake->data);
	p = (const char *)evbuffer_pullup(t->fake->data, -1);
	end = memmem(p, len, "\r\n\r\n", 4);
	assert_non_null(end);
	assert_int_equal(p + len - end - 4, strlen(body));
	assert_memory_equal(end + 4, body, strlen(body));
}

static void
check_row(size_t i, size_t step)
{
	const char *in;
	struct talk t;
	size_t at, n, len;

	in = rows[i].in;
	len = strlen(in);
	talk_init(&t);
	talk_to(&t, rows[i].prelude);
	for (at = 0; at < len && t.session != NULL; at += n) {
		n = step < len - at ? step : len - at;
		talk_bytes(&t, in + at, n);
	}
	if (strcmp(talk_heard(&t), rows[i].out) != 0)
		fail_msg("%s: %s", rows[i].label, t.said);
	assert_int_equal(t.session == NULL, rows[i].closed);
	check_body(&t, rows[i].body);
	talk_end(&t);
}

/* Each dialogue at once, in pieces, and octet by octet. */
static void
chunks(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check_row(i, SIZE_MAX);
		check_row(i, 7);
		check_row(i, 1);
	}
}

/* Over SIZE: read to the end of the chunk, then refused. */
static void
chunks_over_size(void **state)
{
	static char big[900000];
	struct talk t;

	memset(big, 'x', sizeof(big));
	talk_init(&t);
	talk_to(&t, RCPT);
	talk_say(&t, "BDAT 38\r\n" HEAD "BDAT 900000\r\n");
	talk_bytes(&t, big, sizeof(big));
	talk_say(&t, "BDAT 900000\r\n");
	talk_bytes(&t, big, sizeof(big));
	talk_say(&t, "BDAT 0 LAST\r\nNOOP\r\n");
	assert_string_equal(talk_heard(&t),
	    "250 38 octets received\r\n250 900000 octets received\r\n"
	    "552 Exceeds byte limit\r\n503 Need MAIL command\r\n250 Ok\r\n");
	assert_int_equal(t.fake->commits, 0);
	assert_int_equal(t.fake->aborts, 1);
	talk_end(&t);
}

/* No room: the chunk is read, then refused, and the session goes on. */
static void
chunks_without_room(void **state)
{
	struct talk t;

	talk_init(&t);
	t.fake->open_status = SUBMIT_FULL;
	talk_to(&t, RCPT);
	talk_say(&t, "BDAT 38 LAST\r\n" HEAD SENDER);
	assert_string_equal(talk_heard(&t),
	    "452 System storage error\r\n250 Ok\r\n");
	talk_end(&t);
}

/* An answer about From that comes between chunks, or after RSET. */
static void
answers_between_chunks(void **state)
{
	struct talk t;

	talk_init(&t);
	talk_to(&t, RCPT);
	talk_say(&t, "BDAT 20\r\nFrom: eve@example.or");
	t.hold = true;
	talk_say(&t, "BDAT 5\r\ng\r\n\r\n");
	t.hold = false;
	talk_settle(&t);
	talk_say(&t, "BDAT 0\r\n");
	assert_non_null(strstr(talk_heard(&t), "535 Authorization failed"));
	talk_to(&t, GREETED);
	talk_say(&t, SENDER "RCPT TO:<bob@example.net>\r\n");
	talk_say(&t, "BDAT 20\r\nFrom: eve@example.or");
	t.hold = true;
	talk_say(&t, "BDAT 5\r\ng\r\n\r\nRSET\r\n");
	t.hold = false;
	talk_settle(&t);
	(void)talk_heard(&t);
	talk_say(&t, SENDER);
	assert_string_equal(talk_heard(&t), "250 Ok\r\n");
	talk_end(&t);
}

#define BINARY "MAIL FROM:<news@example.org> BODY=BINARYMIME\r\n"
#define MIME                                                                   \
	"From: news@example.org\r\nMIME-Version: 1.0\r\n"                      \
	"Content-Type: application/octet-stream\r\n"                           \
	"Content-Transfer-Encoding: binary\r\n\r\n"

/* What the queue got, as one string with its length. */
static const char *
stored(struct talk *t, size_t *len)
{
	*len = evbuffer_get_length(t->fake->data);
	return (const char *)evbuffer_pullup(t->fake->data, -1);
}

static bool
stored_has(struct talk *t, const char *text)
{
	const char *p;
	size_t len;

	p = stored(t, &len);
	return memmem(p, len, text, strlen(text)) != NULL;
}

/* BINARYMIME becomes Base64 on its way, in whatever pieces it comes. */
static void
binary_is_encoded(void **state)
{
	static const char body[] = "a\0b\rc\nd\r\n.\r\nQUIT\r\n";
	char chunk[sizeof(MIME) + sizeof(body) + 64];
	struct talk t;
	size_t n, at, step;

	n = (size_t)snprintf(chunk, sizeof(chunk), "BDAT %zu LAST\r\n%s",
	    sizeof(MIME) - 1 + sizeof(body) - 1, MIME);
	memcpy(chunk + n, body, sizeof(body) - 1);
	n += sizeof(body) - 1;
	for (step = 1; step < n; step += 7) {
		talk_init(&t);
		talk_to(&t, AUTHENTICATED);
		talk_say(&t, BINARY "RCPT TO:<bob@example.net>\r\n");
		(void)talk_heard(&t);
		for (at = 0; at < n; at += step)
			talk_bytes(&t, chunk + at,
			    step < n - at ? step : n - at);
		assert_string_equal(talk_heard(&t), QUEUED);
		assert_true(
		    stored_has(&t, "Content-Transfer-Encoding: base64\r\n"));
		assert_true(
		    stored_has(&t, "\r\n\r\nYQBiDWMKZA0KLg0KUVVJVA0K\r\n"));
		assert_int_equal(t.fake->commit.flags, 0);
		talk_end(&t);
	}
}

static void
binary_by_data_is_refused(void **state)
{
	struct talk t;

	talk_init(&t);
	talk_to(&t, AUTHENTICATED);
	talk_say(&t, BINARY "RCPT TO:<bob@example.net>\r\n");
	(void)talk_heard(&t);
	talk_say(&t, "DATA\r\n");
	assert_string_equal(talk_heard(&t), "503 BINARYMIME needs BDAT\r\n");
	talk_end(&t);
}

/* A header is lines, in BINARYMIME too. */
static void
binary_header_is_strict(void **state)
{
	static const char *const bad[] = {
		"From: news@example.org\nX: y\r\n\r\n",
		"From: news@example.org\rX: y\r\n\r\n",
		"From: news@example.org\n\n",
		"From: news@example.org",
	};
	char line[64];
	struct talk t;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		talk_init(&t);
		talk_to(&t, AUTHENTICATED);
		talk_say(&t, BINARY "RCPT TO:<bob@example.net>\r\n");
		(void)talk_heard(&t);
		(void)snprintf(line, sizeof(line), "BDAT %zu LAST\r\n",
		    strlen(bad[i]));
		talk_say(&t, line);
		talk_say(&t, bad[i]);
		assert_string_equal(talk_heard(&t), i == 3 ? QUEUED : PARSE);
		talk_end(&t);
	}
}

/* Send a body that begins with so many octets of short lines, then a long. */
static void
long_line_after(struct talk *t, size_t before)
{
	static const char line[] = "0123456789012345678901234567890123456\r\n";
	char x[1500];
	size_t n;

	memset(x, 'x', sizeof(x));
	talk_init(t);
	t->fake->keys = 1;
	talk_to(t, DATA);
	talk_say(t, "From: news@example.org\r\n\r\n");
	for (n = 0; n < before; n += sizeof(line) - 1)
		talk_say(t, line);
	talk_bytes(t, x, sizeof(x));
	talk_say(t, "\r\n.\r\n");
	assert_string_equal(talk_heard(t), QUEUED);
}

/* Re-encoded while nothing of it is signed; later it is only noted. */
static void
long_lines(void **state)
{
	struct talk t;

	long_line_after(&t, 0);
	assert_true(
	    stored_has(&t, "Content-Transfer-Encoding: quoted-printable"));
	assert_int_equal(t.fake->commit.flags, 0);
	talk_end(&t);
	long_line_after(&t, RECODE_WINDOW - 4000);
	assert_true(
	    stored_has(&t, "Content-Transfer-Encoding: quoted-printable"));
	talk_end(&t);
	long_line_after(&t, RECODE_WINDOW + 4000);
	assert_false(stored_has(&t, "Content-Transfer-Encoding"));
	assert_int_equal(t.fake->commit.flags, ENVELOPE_LONGLINE);
	talk_end(&t);
}

/* The longest line there may be stays as it is. */
static void
longest_line_stays(void **state)
{
	char x[MESSAGE_LINE_MAX + 1];
	struct talk t;
	size_t n;

	for (n = MESSAGE_LINE_MAX; n <= MESSAGE_LINE_MAX + 1; n++) {
		memset(x, 'x', sizeof(x));
		talk_init(&t);
		talk_to(&t, DATA);
		talk_say(&t, "From: news@example.org\r\n\r\n");
		talk_bytes(&t, x, n);
		talk_say(&t, "\r\n.\r\n");
		assert_int_equal(stored_has(&t, "quoted-printable"),
		    n > MESSAGE_LINE_MAX);
		talk_end(&t);
	}
}

/* A field that is too long is folded where it has white space. */
static void
long_fields_are_folded(void **state)
{
	char x[600];
	struct talk t;

	memset(x, 'x', sizeof(x));
	talk_init(&t);
	talk_to(&t, DATA);
	talk_say(&t, "From: news@example.org\r\nSubject: ");
	talk_bytes(&t, x, sizeof(x));
	talk_say(&t, " ");
	talk_bytes(&t, x, sizeof(x));
	talk_say(&t, "\r\n\r\nHi\r\n.\r\n");
	assert_string_equal(talk_heard(&t), QUEUED);
	assert_true(stored_has(&t, "x\r\n x"));
	assert_true(stored_has(&t, "\r\n\r\nHi\r\n"));
	talk_end(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parameters_reach_the_queue),
		cmocka_unit_test(ascii_needs_no_smtputf8),
		cmocka_unit_test(chunks),
		cmocka_unit_test(chunks_over_size),
		cmocka_unit_test(chunks_without_room),
		cmocka_unit_test(answers_between_chunks),
		cmocka_unit_test(binary_is_encoded),
		cmocka_unit_test(binary_by_data_is_refused),
		cmocka_unit_test(binary_header_is_strict),
		cmocka_unit_test(long_lines),
		cmocka_unit_test(longest_line_stays),
		cmocka_unit_test(long_fields_are_folded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
