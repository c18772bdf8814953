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

/* sources: httpd/raw.c httpd/request.c httpd/reqcheck.c httpd/fault.c */
/* sources: httpd/percent.c lib/address.c */

/*
 * The header fields of SubmitRawEmail.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fault.h"
#include "raw.h"
#include "request.h"

#define TYPE   "content-type: message/rfc822\r\n"
#define GLOBAL "content-type: message/global\r\n"
#define COMP   "compartment-id: ocid1.c\r\n"
#define SENDER "sender: a@example.com\r\n"
#define RCPTS  "recipients: b@example.net,c@example.net\r\n"

static const struct {
	const char *label;
	const char *fields;
	const char *joined; /* recipients, each with ";"; NULL: refused */
	const char *code;
	const char *message;
} rows[] = {
	{ "as the SDK sends it", TYPE COMP SENDER RCPTS,
	    "b@example.net;c@example.net;", NULL, NULL },
	{ "one", TYPE COMP SENDER "recipients: b@example.net\r\n",
	    "b@example.net;", NULL, NULL },
	{ "white space",
	    TYPE COMP SENDER "recipients: b@example.net ,\tc@example.net\r\n",
	    "b@example.net;c@example.net;", NULL, NULL },
	{ "comma in quotes",
	    TYPE COMP SENDER "recipients: \"a,\\\"b\"@c.d,e@f.g\r\n",
	    "\"a,\\\"b\"@c.d;e@f.g;", NULL, NULL },
	{ "parameters of the type",
	    "content-type: Message/RFC822; charset=x\r\n" COMP SENDER RCPTS,
	    "b@example.net;c@example.net;", NULL, NULL },
	{ "UTF-8 in message/global",
	    GLOBAL COMP "sender: gr\xc3\xbc@example.com\r\n"
			"recipients: \xc3\xa9@example.net\r\n",
	    "\xc3\xa9@example.net;", NULL, NULL },
	{ "UTF-8 in message/rfc822",
	    TYPE COMP SENDER "recipients: \xc3\xa9@example.net\r\n", NULL,
	    "InvalidParameter",
	    "Invalid Internet Address : \xc3\xa9@example.net" },
	{ "Latin-1", TYPE COMP "sender: gr\xfc@example.com\r\n" RCPTS, NULL,
	    "InvalidParameter",
	    "Invalid Internet Address : gr\xef\xbf\xbd@example.com" },
	{ "Latin-1 in message/global",
	    GLOBAL COMP "sender: gr\xfc@example.com\r\n" RCPTS, NULL,
	    "InvalidParameter",
	    "Invalid Internet Address : gr\xef\xbf\xbd@example.com" },
	{ "no type", COMP SENDER RCPTS, NULL, "InvalidParameter",
	    "content-type must be message/rfc822 or message/global" },
	{ "another type", "content-type: text/plain\r\n" COMP SENDER RCPTS,
	    NULL, "InvalidParameter",
	    "content-type must be message/rfc822 or message/global" },
	{ "no compartment", TYPE SENDER RCPTS, NULL, "MissingParameter",
	    "Required attribute sender compartmentId cannot be empty or "
	    "null." },
	{ "compartment empty", TYPE "compartment-id:\r\n" SENDER RCPTS, NULL,
	    "MissingParameter",
	    "Required attribute sender compartmentId cannot be empty or "
	    "null." },
	{ "no sender", TYPE COMP RCPTS, NULL, "MissingParameter",
	    "Required attribute sender can't be empty or null." },
	{ "sender empty", TYPE COMP "sender: \r\n" RCPTS, NULL,
	    "MissingParameter",
	    "Required attribute sender can't be empty or null." },
	{ "bad sender", TYPE COMP "sender: a\r\n" RCPTS, NULL,
	    "InvalidParameter", "Invalid Internet Address : a" },
	{ "sender with a name", TYPE COMP "sender: A <a@example.com>\r\n" RCPTS,
	    NULL, "InvalidParameter",
	    "Invalid Internet Address : A <a@example.com>" },
	{ "two senders", TYPE COMP "sender: a@b.c,d@e.f\r\n" RCPTS, NULL,
	    "InvalidParameter", "Invalid Internet Address : a@b.c,d@e.f" },
	{ "no recipients", TYPE COMP SENDER, NULL, "MissingParameter",
	    "Required attribute recipients must contain either to , cc or bcc "
	    "recipients." },
	{ "recipients empty", TYPE COMP SENDER "recipients:\r\n", NULL,
	    "MissingParameter",
	    "Required attribute recipients must contain either to , cc or bcc "
	    "recipients." },
	{ "comma last", TYPE COMP SENDER "recipients: b@c.d,\r\n", NULL,
	    "InvalidParameter", "Email Address can't be null or empty." },
	{ "comma first", TYPE COMP SENDER "recipients: ,b@c.d\r\n", NULL,
	    "InvalidParameter", "Email Address can't be null or empty." },
	{ "bad recipient", TYPE COMP SENDER "recipients: b@c.d,e\r\n", NULL,
	    "InvalidParameter", "Invalid Internet Address : e" },
	{ "quotes that do not end",
	    TYPE COMP SENDER "recipients: \"b@c.d,e@f.g\\\r\n", NULL,
	    "InvalidParameter", "Invalid Internet Address : \"b@c.d,e@f.g\\" },
};

/* The request with these fields, read. */
static int
read_fields(const char *fields, struct request *r, struct raw *raw,
    struct fault *f)
{
	char head[REQUEST_HEAD_MAX];
	size_t used;
	int n;

	request_reset(r);
	n = snprintf(head, sizeof(head), "POST / HTTP/1.1\r\nhost: a\r\n%s\r\n",
	    fields);
	assert_true(n > 0 && (size_t)n < sizeof(head));
	assert_int_equal(REQUEST_READY,
	    request_feed(r, head, (size_t)n, &used));
	return raw_read(r, raw, f);
}

static void
test_rows(void **state)
{
	struct request *r;
	struct fault f;
	struct raw raw;
	char joined[256];
	size_t i, j;
	int rc;

	r = request_new();
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rc = read_fields(rows[i].fields, r, &raw, &f);
		joined[0] = '\0';
		for (j = 0; rc == 0 && j < raw.rcpts_len; j++)
			(void)snprintf(joined + strlen(joined),
			    sizeof(joined) - strlen(joined), "%s;",
			    raw.rcpts[j].mailbox);
		if (rows[i].joined != NULL ?
			rc != 0 || strcmp(joined, rows[i].joined) != 0 :
			rc != -1 || strcmp(fault_code(&f), rows[i].code) != 0 ||
			    strcmp(f.text, rows[i].message) != 0)
			fail_msg("%s: %s %s", rows[i].label, joined, f.text);
	}
	request_free(r);
}

/* 50 of the longest that fit, and 51. */
static void
test_count(void **state)
{
	char fields[REQUEST_HEAD_MAX], *p;
	struct request *r;
	struct fault f;
	struct raw raw;
	int count, i;

	r = request_new();
	for (count = 50; count <= 51; count++) {
		p = fields + sprintf(fields, TYPE COMP SENDER "recipients: ");
		for (i = 0; i < count; i++)
			p += sprintf(p, "%su%063d@example.net",
			    i > 0 ? "," : "", i);
		(void)sprintf(p, "\r\n");
		if (count == 50) {
			assert_int_equal(0, read_fields(fields, r, &raw, &f));
			assert_int_equal(raw.rcpts_len, 50);
			assert_string_equal(raw.compartment, "ocid1.c");
			assert_string_equal(raw.sender.mailbox,
			    "a@example.com");
			continue;
		}
		assert_int_equal(-1, read_fields(fields, r, &raw, &f));
		assert_int_equal(f.kind, FAULT_RCPTS);
	}
	request_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
