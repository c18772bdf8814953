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
 * Command lines to structs: verbs, paths, parameters, and when a command is
 * allowed. The handlers are not called; they are here for the table.
 *
 * sources: lib/mime_code.c lib/mime_field.c
 * sources: lib/collect.c lib/ahead.c lib/recode.c lib/mime_walk.c
 * sources: smtpd/command.c smtpd/path.c smtpd/cmd_ehlo.c smtpd/cmd_simple.c
 * sources: smtpd/cmd_starttls.c smtpd/cmd_mail.c smtpd/cmd_rcpt.c
 * sources: smtpd/cmd_data.c smtpd/cmd_auth.c smtpd/cmd_auth_scram.c smtpd/scram.c smtpd/sasl.c smtpd/reply.c
 * sources: smtpd/session.c smtpd/tx.c lib/submission.c lib/recipient.c lib/content.c lib/commit.c
 * sources: lib/fields.c lib/printable.c lib/dkimsign.c lib/senders.c smtpd/line.c
 * sources: lib/histogram.c lib/data.c lib/monotime.c lib/address.c lib/base64.c
 * sources: lib/compat.c lib/date.c lib/dkim.c lib/header.c lib/id.c lib/log.c lib/logsock.c
 * sources: smtpd/cmd_bdat.c lib/pace.c lib/idn.c lib/throttled.c lib/units.c lib/netkey.c
 * sources: lib/mailbox.c regress/smtpd/fake_peers.c
 * libs: -levent -lcrypto -lidn2
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <event2/buffer.h>

#include "bounds.h"
#include "command.h"
#include "proto_conf.h"

#define A64  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A256 A64 A64 A64 A64
#define A100 A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const char *line;
	enum reply reply;
	const char *quoted; /* c.bad; NULL: not looked at */
} rows[] = {
	{ "", REPLY_UNKNOWN, NULL },
	{ " NOOP", REPLY_UNKNOWN, NULL },
	{ "GET / HTTP/1.1", REPLY_UNKNOWN, NULL },
	{ "MAILFROM:<a@example.org>", REPLY_UNKNOWN, NULL },
	{ "XCLIENT NAME=x", REPLY_UNKNOWN, NULL },
	{ "noop", REPLY_NONE, NULL },
	{ "NoOp with text", REPLY_NONE, NULL },
	{ "QUIT  ", REPLY_NONE, NULL },
	{ "QUIT now", REPLY_SYNTAX, NULL },
	{ "RSET x", REPLY_SYNTAX, NULL },
	{ "DATA x", REPLY_SYNTAX, NULL },
	{ "STARTTLS x", REPLY_SYNTAX, NULL },
	{ "NOOP " A256 A256, REPLY_LINE_LONG, NULL },
	{ "EHLO client.example.org", REPLY_NONE, NULL },
	{ "EHLO [192.0.2.1]", REPLY_NONE, NULL },
	{ "EHLO [IPv6:2001:db8::1]", REPLY_NONE, NULL },
	{ "EHLO my_host", REPLY_NONE, NULL },
	{ "EHLO", REPLY_SYNTAX, NULL },
	{ "EHLO ", REPLY_SYNTAX, NULL },
	{ "EHLO two words", REPLY_SYNTAX, NULL },
	{ "EHLO a(comment)", REPLY_SYNTAX, NULL },
	{ "EHLO \xc3\xa4", REPLY_SYNTAX, NULL },
	{ "EHLO " A256, REPLY_SYNTAX, NULL },
	{ "MAIL FROM:<a@example.org>", REPLY_NONE, NULL },
	{ "mail from:<a@example.org>", REPLY_NONE, NULL },
	{ "MAIL FROM: <a@example.org>", REPLY_NONE, NULL },
	{ "MAIL FROM:<>", REPLY_NONE, NULL },
	{ "MAIL FROM:<a@example.org> SIZE=1000", REPLY_NONE, NULL },
	{ "MAIL FROM:<a@example.org> BODY=8BITMIME size=1", REPLY_NONE, NULL },
	{ "MAIL FROM:<a@example.org> BODY=7BIT AUTH=<>", REPLY_NONE, NULL },
	{ "MAIL FROM:<a@example.org> SIZE=18446744073709551615", REPLY_NONE,
	    NULL },
	{ "MAIL FROM:<a@example.org> SIZE=18446744073709551616", REPLY_SIZE,
	    NULL },
	{ "MAIL FROM:<a@example.org> SIZE=99999999999999999999", REPLY_SIZE,
	    NULL },
	{ "MAIL FROM:<a@example.org> SIZE=999999999999999999999", REPLY_SYNTAX,
	    NULL },
	{ "MAIL FROM:<a@example.org> SIZE=", REPLY_SYNTAX, NULL },
	{ "MAIL FROM:<a@example.org> SIZE", REPLY_SYNTAX, NULL },
	{ "MAIL FROM:<a@example.org> SIZE=-1", REPLY_SYNTAX, NULL },
	{ "MAIL FROM:<a@example.org> BODY=BINARYMIME", REPLY_NONE, NULL },
	{ "MAIL FROM:<a@example.org> BODY=9BIT", REPLY_SYNTAX, NULL },
	{ "MAIL FROM:<a@example.org> =1", REPLY_SYNTAX, NULL },
	{ "MAIL FROM:<a@example.org> A=B=C", REPLY_SYNTAX, NULL },
	{ "MAIL FROM:<a@example.org> RET=FULL", REPLY_NONE, NULL },
	{ "MAIL FROM:<a@example.org> ret=hdrs ENVID=a+2Bb+20c", REPLY_NONE,
	    NULL },
	{ "MAIL FROM:<a@example.org> RET", REPLY_SYNTAX, NULL },
	{ "MAIL FROM:<a@example.org> RET=NONE", REPLY_SYNTAX, NULL },
	{ "MAIL FROM:<a@example.org> RET=FULL RET=FULL", REPLY_SYNTAX, NULL },
	{ "MAIL FROM:<a@example.org> ENVID", REPLY_SYNTAX, NULL },
	{ "MAIL FROM:<a@example.org> ENVID=a+b", REPLY_SYNTAX, NULL },
	{ "MAIL FROM:<a@example.org> ENVID=a+2b", REPLY_SYNTAX, NULL },
	{ "MAIL FROM:<a@example.org> ENVID=a+0D+0A", REPLY_SYNTAX, NULL },
	{ "MAIL FROM:<a@example.org> ENVID=a+7F", REPLY_SYNTAX, NULL },
	{ "MAIL FROM:<a@example.org> ENVID=+C3+A4", REPLY_NONE, NULL },
	{ "MAIL FROM:<a@example.org> ENVID=a+2", REPLY_SYNTAX, NULL },
	{ "MAIL FROM:<a@example.org> ENVID=" A100, REPLY_NONE, NULL },
	{ "MAIL FROM:<a@example.org> ENVID=" A100 "a", REPLY_SYNTAX, NULL },
	{ "MAIL FROM:<a@example.org> SIZE=1 SIZE=1", REPLY_SYNTAX, NULL },
	{ "MAIL FROM:<\xc3\xa4@example.org> SMTPUTF8", REPLY_NONE, NULL },
	{ "MAIL FROM:<a@example.org> SMTPUTF8=1", REPLY_SYNTAX, NULL },
	{ "MAIL FROM:<\xc3@example.org> SMTPUTF8", REPLY_SENDER_BAD,
	    "?@example.org" },
	{ "MAIL FROM:<a@example.org> FUTURE=1", REPLY_PARAMETER, "FUTURE" },
	{ "MAIL FROM:<a@example.org>SIZE=1", REPLY_SYNTAX, NULL },
	{ "MAIL FROM", REPLY_SYNTAX, NULL },
	{ "MAIL", REPLY_SYNTAX, NULL },
	{ "MAIL TO:<a@example.org>", REPLY_SYNTAX, NULL },
	{ "MAIL FROM:a@example.org", REPLY_SYNTAX, NULL },
	{ "MAIL FROM:<foo@>", REPLY_SENDER_BAD, "foo@" },
	{ "MAIL FROM:<foo>", REPLY_SENDER_BAD, "foo" },
	{ "MAIL FROM:<a@b@example.org>", REPLY_SENDER_BAD, "a@b@example.org" },
	{ "MAIL FROM:<a\x01@example.org>", REPLY_SENDER_BAD, "a?@example.org" },
	{ "MAIL FROM:<a@example.org", REPLY_SENDER_BAD, "a@example.org" },
	{ "RCPT TO:<a@example.org>", REPLY_NONE, NULL },
	{ "RCPT TO:<\"a b\"@example.org>", REPLY_NONE, NULL },
	{ "RCPT TO:<>", REPLY_RCPT_BAD, "" },
	{ "RCPT TO:<a@>", REPLY_RCPT_BAD, "a@" },
	{ "RCPT TO:<a@example.org> NOTIFY=NEVER", REPLY_NONE, NULL },
	{ "RCPT TO:<a@example.org> notify=success,Failure,DELAY", REPLY_NONE,
	    NULL },
	{ "RCPT TO:<a@example.org> NOTIFY=NEVER,SUCCESS", REPLY_SYNTAX, NULL },
	{ "RCPT TO:<a@example.org> NOTIFY=SUCCESS,", REPLY_SYNTAX, NULL },
	{ "RCPT TO:<a@example.org> NOTIFY=", REPLY_SYNTAX, NULL },
	{ "RCPT TO:<a@example.org> NOTIFY", REPLY_SYNTAX, NULL },
	{ "RCPT TO:<a@example.org> NOTIFY=NO", REPLY_SYNTAX, NULL },
	{ "RCPT TO:<a@example.org> NOTIFY=NEVER NOTIFY=NEVER", REPLY_SYNTAX,
	    NULL },
	{ "RCPT TO:<a@example.org> ORCPT=rfc822;b+2B@example.net", REPLY_NONE,
	    NULL },
	{ "RCPT TO:<a@example.org> ORCPT=rfc822;", REPLY_SYNTAX, NULL },
	{ "RCPT TO:<a@example.org> ORCPT=;b@example.net", REPLY_SYNTAX, NULL },
	{ "RCPT TO:<a@example.org> ORCPT=b@example.net", REPLY_SYNTAX, NULL },
	{ "RCPT TO:<a@example.org> ORCPT=rfc822;a+0Ab", REPLY_SYNTAX, NULL },
	{ "RCPT TO:<a@example.org> ORCPT=rfc822;" A256 A256, REPLY_SYNTAX,
	    NULL },
	{ "RCPT TO:<a@example.org> RET=FULL", REPLY_PARAMETER, "RET" },
	{ "RCPT FROM:<a@example.org>", REPLY_SYNTAX, NULL },
	{ "BDAT 0", REPLY_NONE, NULL },
	{ "BDAT 1000 last", REPLY_NONE, NULL },
	{ "BDAT 18446744073709551615 LAST", REPLY_NONE, NULL },
	{ "BDAT 18446744073709551616", REPLY_SYNTAX, NULL },
	{ "BDAT 000000000000000000001", REPLY_SYNTAX, NULL },
	{ "BDAT", REPLY_SYNTAX, NULL },
	{ "BDAT LAST", REPLY_SYNTAX, NULL },
	{ "BDAT -1", REPLY_SYNTAX, NULL },
	{ "BDAT +1", REPLY_SYNTAX, NULL },
	{ "BDAT 0x10", REPLY_SYNTAX, NULL },
	{ "BDAT 10 FIRST", REPLY_SYNTAX, NULL },
	{ "BDAT 10  LAST", REPLY_SYNTAX, NULL },
	{ "BDAT 10 LAST LAST", REPLY_SYNTAX, NULL },
	{ "AUTH", REPLY_SYNTAX, NULL },
	{ "AUTH PLAIN", REPLY_NONE, NULL },
	{ "AUTH PLAIN AHVzZXIAc2VjcmV0", REPLY_NONE, NULL },
	{ "AUTH PLAIN =", REPLY_NONE, NULL },
	{ "AUTH PLAIN a b", REPLY_MISMATCH, NULL },
	{ "AUTH P!AIN", REPLY_MISMATCH, NULL },
	{ "AUTH XOAUTH2 abc", REPLY_METHOD, NULL },
	{ "VRFY anyone", REPLY_NONE, NULL },
	{ "EXPN list", REPLY_UNKNOWN, NULL },
};

static void
lines(void **state)
{
	struct command c;
	enum reply r;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		r = command_parse(rows[i].line, strlen(rows[i].line), &c);
		if (r != rows[i].reply)
			print_error("%s: %d\n", rows[i].line, (int)r);
		assert_int_equal(r, rows[i].reply);
		if (rows[i].quoted != NULL)
			assert_string_equal(c.bad, rows[i].quoted);
	}
}

static void
mail_arguments(void **state)
{
	static const char line[] =
	    "MAIL FROM:<News@Example.ORG> SIZE=12345 BODY=8BITMIME";
	struct command c;

	assert_int_equal(command_parse(line, sizeof(line) - 1, &c), REPLY_NONE);
	assert_string_equal(c.row->verb, "MAIL");
	assert_string_equal(c.u.mail.path.mailbox, "News@example.org");
	assert_int_equal(c.u.mail.size, 12345);
	assert_int_equal(c.u.mail.body, COMMAND_BODY_8BIT);
}

/* Every octet in every place, cut at every length: no verdict but a reply. */
static void
any_octet(void **state)
{
	static const char line[] = "MAIL FROM:<a@example.org> SIZE=1";
	char copy[sizeof(line)];
	struct command c;
	size_t i, len;
	int octet;

	for (len = 0; len < sizeof(line); len++) {
		for (i = 0; i < len; i++) {
			for (octet = 0; octet < 256; octet++) {
				memcpy(copy, line, sizeof(line));
				copy[i] = (char)octet;
				(void)command_parse(copy, len, &c);
			}
		}
	}
}

#define READY (HAVE_TLS | HAVE_EHLO | HAVE_AUTH)

static const struct {
	const char *line;
	unsigned have;
	enum reply reply;
} orders[] = {
	{ "EHLO x", 0, REPLY_NONE },
	{ "EHLO x", READY | HAVE_MAIL, REPLY_NONE },
	{ "STARTTLS", 0, REPLY_NONE },
	{ "STARTTLS", HAVE_TLS, REPLY_TLS_AGAIN },
	{ "AUTH PLAIN", HAVE_EHLO, REPLY_NEED_TLS },
	{ "AUTH PLAIN", HAVE_TLS, REPLY_NEED_EHLO },
	{ "AUTH PLAIN", HAVE_TLS | HAVE_EHLO, REPLY_NONE },
	{ "AUTH PLAIN", READY, REPLY_AUTH_AGAIN },
	{ "MAIL FROM:<>", 0, REPLY_NEED_TLS },
	{ "MAIL FROM:<>", HAVE_TLS | HAVE_EHLO, REPLY_NEED_AUTH },
	{ "MAIL FROM:<>", READY, REPLY_NONE },
	{ "MAIL FROM:<>", READY | HAVE_MAIL, REPLY_SENDER_AGAIN },
	{ "RCPT TO:<a@example.org>", READY, REPLY_NEED_MAIL },
	{ "RCPT TO:<a@example.org>", READY | HAVE_MAIL, REPLY_NONE },
	{ "DATA", READY, REPLY_NEED_MAIL },
	{ "DATA", READY | HAVE_MAIL, REPLY_NEED_RCPT },
	{ "DATA", READY | HAVE_MAIL | HAVE_RCPT, REPLY_NONE },
	{ "VRFY x", HAVE_TLS | HAVE_EHLO, REPLY_NEED_AUTH },
	{ "NOOP", 0, REPLY_NONE },
	{ "QUIT", 0, REPLY_NONE },
	{ "RSET", 0, REPLY_NONE },
	{ "HELP", 0, REPLY_NONE },
};

static void
order(void **state)
{
	struct command c;
	enum reply r;
	size_t i;

	for (i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		r = command_parse(orders[i].line, strlen(orders[i].line), &c);
		assert_int_equal(r, REPLY_NONE);
		r = command_allowed(c.row, orders[i].have);
		if (r != orders[i].reply)
			print_error("%s with %#x\n", orders[i].line,
			    orders[i].have);
		assert_int_equal(r, orders[i].reply);
	}
}

static void
ehlo_lists_what_is_allowed(void **state)
{
	struct evbuffer *out;
	struct conf_smtp smtp = { .message_size = 1000, .rcpt_max = 7 };
	const char *text;

	out = evbuffer_new();
	command_print_ehlo(out, "H", &smtp,
	    LISTEN_AUTH_PLAIN | LISTEN_AUTH_LOGIN, HAVE_EHLO);
	assert_int_equal(evbuffer_add(out, "", 1), 0);
	text = (const char *)evbuffer_pullup(out, -1);
	assert_string_equal(text, "250-H\r\n250-STARTTLS\r\n250 Ok\r\n");
	(void)evbuffer_drain(out, evbuffer_get_length(out));
	command_print_ehlo(out, "H", &smtp,
	    LISTEN_AUTH_PLAIN | LISTEN_AUTH_LOGIN, HAVE_EHLO | HAVE_TLS);
	assert_int_equal(evbuffer_add(out, "", 1), 0);
	text = (const char *)evbuffer_pullup(out, -1);
	assert_string_equal(text,
	    "250-H\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SIZE 1000\r\n"
	    "250-SMTPUTF8\r\n250-DSN\r\n250-LIMITS RCPTMAX=7\r\n"
	    "250-CHUNKING\r\n250-BINARYMIME\r\n250-AUTH PLAIN LOGIN\r\n250 Ok\r\n");
	evbuffer_free(out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(mail_arguments),
		cmocka_unit_test(any_octet),
		cmocka_unit_test(order),
		cmocka_unit_test(ehlo_lists_what_is_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
