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
 * Replies of servers and their answers to EHLO, well-formed and not.
 *
 * sources: deliver/reply.c deliver/ehlo.c
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ehlo.h"
#include "reply.h"

static const struct {
	const char *label;
	const char *bytes;
	enum reply_result result;
	unsigned code;
	const char *enhanced;
	const char *text;
} rows[] = {
	{ "one line", "250 Ok\r\n", REPLY_DONE, 250, "", "Ok" },
	{ "code alone", "354\r\n", REPLY_DONE, 354, "", "" },
	{ "code and space", "220 \r\n", REPLY_DONE, 220, "", "" },
	{ "bare LF", "250 Ok\n", REPLY_DONE, 250, "", "Ok" },
	{ "enhanced", "550 5.1.1 No such user\r\n", REPLY_DONE, 550, "5.1.1",
	    "No such user" },
	{ "enhanced alone", "250 2.0.0\r\n", REPLY_DONE, 250, "2.0.0", "" },
	{ "long enhanced", "550 5.123.123 x\r\n", REPLY_DONE, 550, "5.123.123",
	    "x" },
	{ "enhanced with four digits", "550 5.1234.1 x\r\n", REPLY_DONE, 550,
	    "", "5.1234.1 x" },
	{ "enhanced of another class", "450 5.1.1 x\r\n", REPLY_DONE, 450, "",
	    "5.1.1 x" },
	{ "an address is no code", "550 5.1.1.9 x\r\n", REPLY_DONE, 550, "",
	    "5.1.1.9 x" },
	{ "several lines",
	    "550-5.7.1 First\r\n550-5.7.1 second\r\n550 5.7.1 third\r\n",
	    REPLY_DONE, 550, "5.7.1", "First second third" },
	{ "empty line within", "250-a\r\n250-\r\n250 b\r\n", REPLY_DONE, 250,
	    "", "a b" },
	{ "controls", "550 a\001b\tc\xc3\xa4\r\n", REPLY_DONE, 550, "",
	    "a?b?c??" },
	{ "not whole", "250 Ok", REPLY_MORE, 0, "", "" },
	{ "not all lines", "250-Ok\r\n", REPLY_MORE, 250, "", "Ok" },
	{ "nothing", "", REPLY_MORE, 0, "", "" },
	{ "codes differ", "250-a\r\n251 b\r\n", REPLY_BAD, 250, "", "a" },
	{ "empty line", "\r\n", REPLY_BAD, 0, "", "" },
	{ "two digits", "25 x\r\n", REPLY_BAD, 0, "", "" },
	{ "1yz", "150 x\r\n", REPLY_BAD, 0, "", "" },
	{ "6yz", "650 x\r\n", REPLY_BAD, 0, "", "" },
	{ "no separator", "250x\r\n", REPLY_BAD, 0, "", "" },
	{ "HTTP", "HTTP/1.1 400 Bad Request\r\n", REPLY_BAD, 0, "", "" },
	{ "SSH", "SSH-2.0-OpenSSH_9.2\r\n", REPLY_BAD, 0, "", "" },
};

/* All lines, until something else than REPLY_LINE. */
static enum reply_result
parse(struct reply *r, const char *bytes, size_t len)
{
	enum reply_result result;
	size_t used;

	reply_reset(r);
	do {
		result = reply_parse(r, bytes, len, &used);
		bytes += used;
		len -= used;
	} while (result == REPLY_LINE);
	return result;
}

static void
test_rows(void **state)
{
	struct reply r;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("# %s\n", rows[i].label);
		assert_int_equal(
		    parse(&r, rows[i].bytes, strlen(rows[i].bytes)),
		    rows[i].result);
		assert_int_equal(r.code, rows[i].code);
		assert_string_equal(r.enhanced, rows[i].enhanced);
		assert_string_equal(r.text, rows[i].text);
	}
}

static void
test_line_length(void **state)
{
	char line[REPLY_LINE_MAX + 2];
	struct reply r;

	memset(line, 'x', sizeof(line));
	memcpy(line, "250 ", 4);
	assert_int_equal(parse(&r, line, REPLY_LINE_MAX - 1), REPLY_MORE);
	assert_int_equal(parse(&r, line, REPLY_LINE_MAX), REPLY_BAD);
	line[REPLY_LINE_MAX - 1] = '\n';
	assert_int_equal(parse(&r, line, REPLY_LINE_MAX), REPLY_DONE);
	assert_int_equal(strlen(r.text), REPLY_TEXT_SIZE - 1);
}

static void
test_too_many_lines(void **state)
{
	char text[REPLY_LINES_MAX * 8 + 16] = "";
	struct reply r;
	size_t i;

	for (i = 0; i < REPLY_LINES_MAX; i++)
		memcpy(text + i * 7, "250-x\r\n", 8);
	assert_int_equal(parse(&r, text, strlen(text)), REPLY_BAD);
	memcpy(text + (REPLY_LINES_MAX - 1) * 7, "250 x\r\n", 8);
	assert_int_equal(parse(&r, text, strlen(text)), REPLY_DONE);
}

static void
line(struct ehlo *e, const char *text)
{
	ehlo_line(e, text, strlen(text));
}

static void
test_ehlo(void **state)
{
	struct ehlo e;

	ehlo_reset(&e);
	ehlo_greeting(&e, "mx.example.org at your service", 30);
	assert_string_equal(e.name, "mx.example.org");
	line(&e, "size 52428800 ");
	line(&e, "StartTLS");
	line(&e, "PIPELINING");
	line(&e, "8BITMIME");
	line(&e, "DSN");
	line(&e, "SMTPUTF8");
	line(&e, "AUTH PLAIN LOGIN");
	line(&e, "");
	assert_true(e.size && e.starttls && e.pipelining && e.eightbit);
	assert_true(e.dsn && e.smtputf8);
	assert_int_equal(e.size_max, 52428800);
	assert_false(e.chunking || e.binarymime);
	line(&e, "CHUNKING");
	line(&e, "BINARYMIME");
	assert_true(e.chunking && e.binarymime);
}

static void
test_limits(void **state)
{
	struct ehlo e;

	ehlo_reset(&e);
	line(&e, "LIMITS");
	line(&e, "LIMITS  X=1 rcptmax=20  MAILMAX=5 RCPTDOMAINMAX=1 ");
	assert_int_equal(e.rcpt_max, 20);
	assert_int_equal(e.mail_max, 5);
	line(&e, "LIMITS RCPTMAX=1000000 MAILMAX=-1");
	assert_int_equal(e.rcpt_max, 0);
	assert_int_equal(e.mail_max, 0);
	line(&e, "LIMITS RCPTMAX= MAILMAX=1x");
	assert_int_equal(e.rcpt_max, 0);
	assert_int_equal(e.mail_max, 0);
}

static void
test_ehlo_not_taken(void **state)
{
	struct ehlo e;

	ehlo_reset(&e);
	line(&e, "XSTARTTLS");
	line(&e, "STARTTLSX");
	line(&e, "PIPELINING=YES");
	line(&e, "SIZE 99999999999999999999999");
	assert_false(e.starttls);
	assert_false(e.pipelining);
	assert_true(e.size);
	assert_int_equal(e.size_max, 0);
	line(&e, "SIZE 12x");
	assert_int_equal(e.size_max, 0);
	line(&e, "SIZE");
	assert_int_equal(e.size_max, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_line_length),
		cmocka_unit_test(test_too_many_lines),
		cmocka_unit_test(test_ehlo),
		cmocka_unit_test(test_ehlo_not_taken),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
