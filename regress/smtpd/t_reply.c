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
 * Reply lines: plain and enhanced, cut to length, and never split.
 *
 * sources: smtpd/reply.c lib/printable.c
 * libs: -levent
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "reply.h"

static const struct {
	enum reply reply;
	bool enhanced;
	const char *first, *second, *line;
} rows[] = {
	{ REPLY_OK, false, NULL, NULL, "250 Ok" },
	{ REPLY_OK, true, NULL, NULL, "250 2.0.0 Ok" },
	{ REPLY_GREETING, true, "H", NULL, "220 H ESMTP smtp-in" },
	{ REPLY_SUPPRESSED, false, "u", "r",
	    "254 4.7.1 Suppression for user "
	    "u to r" },
	{ REPLY_PROBLEM, true, NULL, NULL,
	    "421 4.4.0 Problem attempting to execute commands. Please try "
	    "again later" },
	{ REPLY_RCPT_BAD, false, "a\r\n250 Ok\t\x80", NULL,
	    "553 <a?\?250 Ok?\?> Invalid email address" },
	{ REPLY_SENDER_BAD, true, "%1%2", NULL,
	    "553 5.1.7 <%1%2> Invalid email address" },
};

static void
lines(void **state)
{
	char line[REPLY_LINE_SIZE];
	size_t i, len;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		len = reply_format(rows[i].reply, rows[i].enhanced,
		    rows[i].first, rows[i].second, line);
		assert_string_equal(line, rows[i].line);
		assert_int_equal(len, strlen(line));
	}
}

/* Every reply there is, with arguments longer than a line. */
static void
every_reply(void **state)
{
	static char argument[2000];
	char line[REPLY_LINE_SIZE];
	unsigned r;
	size_t len;

	memset(argument, 'x', sizeof(argument) - 1);
	for (r = REPLY_GREETING; r <= REPLY_LAST; r++) {
		assert_in_range(reply_code(r), 200, 599);
		len = reply_format(r, true, argument, argument, line);
		assert_in_range(len, 4, REPLY_LINE_SIZE - 3);
	}
}

/*
 * RFC 2034 section 4: a code of the same class in every reply but the greeting
 * and those that are not final. 254 is not sent where there are codes.
 */
static void
every_reply_has_its_code(void **state)
{
	char line[REPLY_LINE_SIZE];
	unsigned r;

	for (r = REPLY_GREETING; r <= REPLY_LAST; r++) {
		if (r == REPLY_GREETING || r == REPLY_SUPPRESSED ||
		    reply_code(r) / 100 == 3)
			continue;
		(void)reply_format(r, true, "a", "b", line);
		if (line[4] != line[0] || line[5] != '.')
			fail_msg("%s", line);
		assert_int_equal(strspn(line + 6, "0123456789"), 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(every_reply),
		cmocka_unit_test(every_reply_has_its_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
