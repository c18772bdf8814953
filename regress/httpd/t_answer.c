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

/* sources: httpd/answer.c httpd/email.c httpd/json.c httpd/jsonscan.c */
/* sources: httpd/jsonout.c httpd/fault.c httpd/percent.c */
/* sources: lib/address.c lib/date.c */
/* libs: -ljson-c */

/*
 * Bodies of answers, and the table of errors as a client sees it.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "answer.h"
#include "email.h"
#include "fault.h"
#include "jsonout.h"

/* The rows of https.md section 4 and the general codes. */
static const struct {
	enum fault_kind kind;
	const char *detail;
	int status;
	const char *body;
} rows[] = {
	{ FAULT_MESSAGE_ID, NULL, 400,
	    "{\"code\":\"InvalidParameter\",\"message\":\"Message ID not "
	    "formed according to RFCs.\"}" },
	{ FAULT_ADDRESS_EMPTY, NULL, 400,
	    "{\"code\":\"InvalidParameter\",\"message\":\"Email Address can't "
	    "be null or empty.\"}" },
	{ FAULT_ADDRESS, "x\"y", 400,
	    "{\"code\":\"InvalidParameter\",\"message\":\"Invalid Internet "
	    "Address : x\\\"y\"}" },
	{ FAULT_RCPTS, NULL, 400,
	    "{\"code\":\"InvalidParameter\",\"message\":\"maxItems: 50, for "
	    "recipients across the To:, CC: and BCC: fields.\"}" },
	{ FAULT_KEY_EMPTY, NULL, 400,
	    "{\"code\":\"InvalidParameter\",\"message\":\"Header Key can't be "
	    "null or empty\"}" },
	{ FAULT_KEY_ASCII, "\xc3\xa9", 400,
	    "{\"code\":\"InvalidParameter\",\"message\":\"Custom Mail Header "
	    "Keys should be ASCII only \xc3\xa9\"}" },
	{ FAULT_KEY_RESERVED, "From", 400,
	    "{\"code\":\"InvalidParameter\",\"message\":\"From is a reserved "
	    "mail header which is not allowed\"}" },
	{ FAULT_NO_COMPARTMENT, NULL, 400,
	    "{\"code\":\"MissingParameter\",\"message\":\"Required attribute "
	    "sender compartmentId cannot be empty or null.\"}" },
	{ FAULT_NO_SUBJECT, NULL, 400,
	    "{\"code\":\"MissingParameter\",\"message\":\"Required attribute "
	    "subject can't be empty or null.\"}" },
	{ FAULT_NO_SENDER, NULL, 400,
	    "{\"code\":\"MissingParameter\",\"message\":\"Required attribute "
	    "sender can't be empty or null.\"}" },
	{ FAULT_NO_RCPTS, NULL, 400,
	    "{\"code\":\"MissingParameter\",\"message\":\"Required attribute "
	    "recipients must contain either to , cc or bcc recipients.\"}" },
	{ FAULT_NO_BODY, NULL, 400,
	    "{\"code\":\"MissingParameter\",\"message\":\"Required attribute "
	    "body(html/text) is missing. Request must contain either bodyText "
	    "or bodyHtml\"}" },
	{ FAULT_PER_MINUTE, "10", 400,
	    "{\"code\":\"LimitExceeded\",\"message\":\"Maximum messages sent "
	    "per minute reached : limit is 10\"}" },
	{ FAULT_PER_DAY, "200", 400,
	    "{\"code\":\"LimitExceeded\",\"message\":\"Maximum messages sent "
	    "per day reached : limit is 200\"}" },
	{ FAULT_SENDER, "a@b.c", 404,
	    "{\"code\":\"NotAuthorizedOrNotFound\",\"message\":\"Authorization "
	    "failed: address a@b.c not authorized or not found\"}" },
	{ FAULT_LOCKED, NULL, 409,
	    "{\"code\":\"ResourceLocked\",\"message\":\"The requested resource "
	    "is locked. It is in active use, or the change would break another "
	    "resource.\"}" },
	{ FAULT_TOOBIG, "2097152", 413,
	    "{\"code\":\"PayloadTooLarge\",\"message\":\"Message exceeds byte "
	    "limit : limit is 2097152\"}" },
	{ FAULT_BUSY, NULL, 429,
	    "{\"code\":\"TooManyRequests\",\"message\":\"Too many requests "
	    "received. Wait and try again.\"}" },
	{ FAULT_TOKENS, NULL, 429,
	    "{\"code\":\"TooManyRequests\",\"message\":\"All places for "
	    "retry tokens are used. Send without opc-retry-token, or wait and "
	    "try again.\"}" },
	{ FAULT_INTERNAL, "secret", 500,
	    "{\"code\":\"InternalServerError\",\"message\":\"Internal Server "
	    "Error\"}" },
	{ FAULT_AUTH, "secret", 401,
	    "{\"code\":\"NotAuthenticated\",\"message\":\"The required "
	    "information to complete authentication was not provided or was "
	    "incorrect.\"}" },
	{ FAULT_METHOD, "PATCH", 405,
	    "{\"code\":\"MethodNotAllowed\",\"message\":\"The method PATCH is "
	    "not allowed here.\"}" },
};

static void
test_faults(void **state)
{
	struct jsonout o;
	struct fault f;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(-1,
		    fault_set(&f, rows[i].kind, rows[i].detail));
		assert_int_equal(fault_status(&f), rows[i].status);
		jsonout_init(&o);
		answer_fault(&o, &f);
		assert_string_equal(o.s, rows[i].body);
		jsonout_free(&o);
	}
}

/* Every row has a code, a text and a reason, and takes any detail. */
static void
test_all_rows(void **state)
{
	char detail[2000];
	struct fault f;
	int kind;

	memset(detail, '\xc3', sizeof(detail));
	detail[sizeof(detail) - 1] = '\0';
	for (kind = FAULT_NONE + 1; kind < FAULT_KINDS; kind++) {
		(void)fault_set(&f, (enum fault_kind)kind, detail);
		(void)fault_setf(&f, (enum fault_kind)kind, "%s", detail);
		(void)fault_set(&f, (enum fault_kind)kind, NULL);
		assert_true(fault_status(&f) >= 400);
		assert_true(fault_code(&f)[0] != '\0');
		assert_true(f.text[0] != '\0');
		assert_string_not_equal(fault_reason(fault_status(&f)),
		    "Unknown");
	}
}

static void
test_submitted(void **state)
{
	static const char body[] =
	    "{\"sender\":{\"senderAddress\":{\"email\":\"a@b.c\"},"
	    "\"compartmentId\":\"c\"},\"recipients\":{\"to\":[{\"email\":"
	    "\"d@e.f\"},{\"email\":\"g@h.i\",\"name\":\"\xc3\xa9\"}]},"
	    "\"subject\":\"s\",\"bodyText\":\"t\"}";
	static const size_t places[] = { 0, 1 };
	static const char *const addresses[] = { "d@e.f" };
	struct jsonout o;
	struct email *e;
	struct fault f;

	e = email_read(body, sizeof(body) - 1, &f);
	assert_non_null(e);
	jsonout_init(&o);
	answer_email(&o, "x@y", "env", e, places, 0);
	assert_string_equal(o.s,
	    "{\"messageId\":\"x@y\",\"envelopeId\":\"env\","
	    "\"suppressedRecipients\":[]}");
	jsonout_free(&o);
	answer_email(&o, "x@y", "env", e, places, 2);
	assert_string_equal(o.s,
	    "{\"messageId\":\"x@y\",\"envelopeId\":\"env\","
	    "\"suppressedRecipients\":[{\"email\":\"d@e.f\"},"
	    "{\"email\":\"g@h.i\",\"name\":\"\xc3\xa9\"}]}");
	jsonout_free(&o);
	answer_raw(&o, NULL, "env", addresses, 1);
	assert_string_equal(o.s,
	    "{\"envelopeId\":\"env\",\"suppressedRecipients\":[\"d@e.f\"]}");
	jsonout_free(&o);
	email_free(e);
}

#define PARTS                                                                  \
	"/101112131415161718191A1B1C1D1E1F"                                    \
	"/202122232425262728292A2B2C2D2E2F"
#define FIRST "000102030405060708090A0B0C0D0E0F"

static void
test_request_id(void **state)
{
	static const struct {
		const char *client, *id;
	} ids[] = {
		{ "930AEAC0E82B-11F1-9519-BF5CF760B006",
		    "930AEAC0E82B-11F1-9519-BF5CF760B006" PARTS },
		{ NULL, FIRST PARTS },
		{ "", FIRST PARTS },
		{ "a b", FIRST PARTS },
		{ "a/b", "a/b" PARTS },
		{ "a\tb", FIRST PARTS },
		{ "a=b", FIRST PARTS },
		{ "\xc3\xa9", FIRST PARTS },
	};
	uint8_t seed[ANSWER_SEED];
	char id[REQUEST_ID_SIZE], client[REQUEST_ID_MAX + 2];
	size_t i;

	for (i = 0; i < sizeof(seed); i++)
		seed[i] = (uint8_t)i;
	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		answer_request_id(ids[i].client, seed, id);
		assert_string_equal(id, ids[i].id);
	}
	memset(client, 'a', sizeof(client));
	client[REQUEST_ID_MAX] = '\0';
	answer_request_id(client, seed, id);
	assert_int_equal(strlen(id), REQUEST_ID_SIZE - 1);
	client[REQUEST_ID_MAX] = 'a';
	client[REQUEST_ID_MAX + 1] = '\0';
	answer_request_id(client, seed, id);
	assert_string_equal(id, FIRST PARTS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_all_rows),
		cmocka_unit_test(test_submitted),
		cmocka_unit_test(test_request_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
