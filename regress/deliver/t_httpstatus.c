/* sources: deliver/httpstatus.c */
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
 * Answers of webhooks: whole, in pieces, and those that are no HTTP.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "httpstatus.h"

static const struct {
	const char *text;
	int status;
} answers[] = {
	{ "HTTP/1.1 200 OK\r\n\r\n", 200 },
	{ "HTTP/1.0 204 No Content\r\nX: y\r\n\r\n", 204 },
	{ "HTTP/1.1 503\r\n", 503 },
	{ "HTTP/1.1 500 x\n", 500 },
	{ "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\n", 201 },
	{ "HTTP/1.1 103 x\r\nLink: y\r\n\r\nHTTP/1.1 404 n\r\n", 404 },
	{ "HTTP/1.1 100 Continue\r\n\r\n", HTTPSTATUS_MORE },
	{ "HTTP/1.1 200 OK", HTTPSTATUS_MORE },
	{ "HTTP/1.", HTTPSTATUS_MORE },
	{ "", HTTPSTATUS_MORE },
	{ "HTTP/1.1 99 x\r\n", HTTPSTATUS_BAD },
	{ "HTTP/1.1 600 x\r\n", HTTPSTATUS_BAD },
	{ "HTTP/1.1 2000 x\r\n", HTTPSTATUS_BAD },
	{ "HTTP/2.0 200 OK\r\n", HTTPSTATUS_BAD },
	{ "220 mail.example ESMTP\r\n", HTTPSTATUS_BAD },
	{ "HTTP/1.1  200 OK\r\n", HTTPSTATUS_BAD },
	{ "HTTP/1.1 100 C\r\n\r\n220 x", HTTPSTATUS_BAD },
};

static void
test_answers(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (httpstatus_parse(answers[i].text,
			strlen(answers[i].text)) != answers[i].status)
			fail_msg("%s", answers[i].text);
}

static void
test_in_pieces(void **state)
{
	const char *text = "HTTP/1.1 102 P\r\n\r\nHTTP/1.1 202 A\r\n";
	size_t n;

	for (n = 0; n < strlen(text); n++)
		assert_int_equal(httpstatus_parse(text, n), HTTPSTATUS_MORE);
	assert_int_equal(httpstatus_parse(text, n), 202);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_in_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
