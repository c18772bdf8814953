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

/* sources: httpd/email.c httpd/json.c httpd/jsonscan.c httpd/fault.c */
/* sources: httpd/percent.c lib/address.c */
/* libs: -ljson-c */

/*
 * SubmitEmailDetails: the rows of the table of errors, and what else is
 * refused.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "email.h"
#include "fault.h"

#define SENDER                                                                 \
	"\"sender\":{\"senderAddress\":{\"email\":\"a@example.com\"},"         \
	"\"compartmentId\":\"ocid1.c\"}"
#define RCPT	 "\"recipients\":{\"to\":[{\"email\":\"b@example.net\"}]}"
#define SUBJECT	 "\"subject\":\"s\""
#define TEXT	 "\"bodyText\":\"t\""
#define ALL	 SENDER "," RCPT "," SUBJECT "," TEXT
#define FIELD(s) "{" ALL ",\"headerFields\":{" s "}}"
#define ID(s)	 "{" ALL ",\"messageId\":\"" s "\"}"
#define TO(s)                                                                  \
	"{" SENDER ",\"recipients\":{\"to\":[" s "]}," SUBJECT "," TEXT "}"
#define BAD_ID "Message ID not formed according to RFCs."

static const struct {
	const char *label;
	const char *body;
	int status;
	const char *code;
	const char *message; /* NULL: it is accepted */
} rows[] = {
	{ "least", "{" ALL "}", 0, NULL, NULL },
	{ "unknown fields", "{\"x\":[{}]," ALL ",\"y\":{\"z\":1}}", 0, NULL,
	    NULL },
	{ "null is absent",
	    "{" ALL ",\"bodyHtml\":null,\"replyTo\":null,"
	    "\"headerFields\":null,\"messageId\":null}",
	    0, NULL, NULL },
	{ "nothing", "", 400, "MissingParameter",
	    "Required attribute sender can't be empty or null." },
	{ "empty object", "{}", 400, "MissingParameter",
	    "Required attribute sender can't be empty or null." },
	{ "sender null", "{\"sender\":null," RCPT "}", 400, "MissingParameter",
	    "Required attribute sender can't be empty or null." },
	{ "sender a string", "{\"sender\":\"a@b\"}", 400, "InvalidParameter",
	    "sender must be an object" },
	{ "sender without address",
	    "{\"sender\":{\"compartmentId\":\"c\"}," RCPT "}", 400,
	    "MissingParameter",
	    "Required attribute sender can't be empty or null." },
	{ "sender address without email",
	    "{\"sender\":{\"senderAddress\":{},\"compartmentId\":\"c\"}}", 400,
	    "InvalidParameter", "Email Address can't be null or empty." },
	{ "no compartment",
	    "{\"sender\":{\"senderAddress\":{\"email\":\"a@example.com\"}}}",
	    400, "MissingParameter",
	    "Required attribute sender compartmentId cannot be empty or "
	    "null." },
	{ "compartment empty",
	    "{\"sender\":{\"senderAddress\":{\"email\":\"a@example.com\"},"
	    "\"compartmentId\":\"\"}}",
	    400, "MissingParameter",
	    "Required attribute sender compartmentId cannot be empty or "
	    "null." },
	{ "compartment with LF",
	    "{\"sender\":{\"senderAddress\":{\"email\":\"a@example.com\"},"
	    "\"compartmentId\":\"a\\nb\"}}",
	    400, "InvalidParameter",
	    "sender.compartmentId must not contain control characters" },
	{ "no recipients", "{" SENDER "}", 400, "MissingParameter",
	    "Required attribute recipients must contain either to , cc or bcc "
	    "recipients." },
	{ "recipients empty",
	    "{" SENDER ",\"recipients\":{\"to\":[],\"cc\":null}}", 400,
	    "MissingParameter",
	    "Required attribute recipients must contain either to , cc or bcc "
	    "recipients." },
	{ "recipients a list", "{" SENDER ",\"recipients\":[]}", 400,
	    "InvalidParameter", "recipients must be an object" },
	{ "to a string", "{" SENDER ",\"recipients\":{\"to\":\"b@c\"}}", 400,
	    "InvalidParameter", "recipients.to must be an array" },
	{ "to of strings", TO("\"b@example.net\""), 400, "InvalidParameter",
	    "recipients.to[0] must be an object" },
	{ "to of null", TO("{\"email\":\"b@example.net\"},null"), 400,
	    "InvalidParameter", "Email Address can't be null or empty." },
	{ "email empty", TO("{\"email\":\"\"}"), 400, "InvalidParameter",
	    "Email Address can't be null or empty." },
	{ "email null", TO("{\"email\":null}"), 400, "InvalidParameter",
	    "Email Address can't be null or empty." },
	{ "email a number",
	    TO("{\"email\":\"b@example.net\"},{\"email\":\"b@example.net\"},"
	       "{\"email\":\"b@example.net\"},{\"email\":1}"),
	    400, "InvalidParameter",
	    "recipients.to[3].email must be a string" },
	{ "no at sign", TO("{\"email\":\"example.net\"}"), 400,
	    "InvalidParameter", "Invalid Internet Address : example.net" },
	{ "not ASCII", TO("{\"email\":\"gr\xc3\xbc\xc3\x9f@example.net\"}"),
	    400, "InvalidParameter",
	    "Invalid Internet Address : gr\xc3\xbc\xc3\x9f@example.net" },
	{ "address with LF", TO("{\"email\":\"b@example.net\\r\\nBcc: x@y\"}"),
	    400, "InvalidParameter",
	    "Invalid Internet Address : b@example.net??Bcc: x@y" },
	{ "address with brackets", TO("{\"email\":\"<b@example.net>\"}"), 400,
	    "InvalidParameter", "Invalid Internet Address : <b@example.net>" },
	{ "two addresses in one", TO("{\"email\":\"b@c.d,e@f.g\"}"), 400,
	    "InvalidParameter", "Invalid Internet Address : b@c.d,e@f.g" },
	{ "name a number", TO("{\"email\":\"b@example.net\",\"name\":5}"), 400,
	    "InvalidParameter", "recipients.to[0].name must be a string" },
	{ "name with CR",
	    TO("{\"email\":\"b@example.net\",\"name\":\"a\\rb\"}"), 400,
	    "InvalidParameter",
	    "recipients.to[0].name must not contain control characters" },
	{ "name with LF in bcc",
	    "{" SENDER ",\"recipients\":{\"bcc\":[{\"email\":\"b@c.d\","
	    "\"name\":\"a\\nb\"}]}}",
	    400, "InvalidParameter",
	    "recipients.bcc[0].name must not contain control characters" },
	{ "name with a C1 control",
	    TO("{\"email\":\"b@example.net\",\"name\":\"a\\u0085b\"}"), 400,
	    "InvalidParameter",
	    "recipients.to[0].name must not contain control characters" },
	{ "name with NUL",
	    TO("{\"email\":\"b@example.net\",\"name\":\"a\\u0000b\"}"), 400,
	    "CannotParseRequest",
	    "The request body is not valid JSON: recipients.to[0].name: NUL in "
	    "a string" },
	{ "no subject", "{" SENDER "," RCPT "," TEXT "}", 400,
	    "MissingParameter",
	    "Required attribute subject can't be empty or null." },
	{ "subject empty", "{" SENDER "," RCPT ",\"subject\":\"\"," TEXT "}",
	    400, "MissingParameter",
	    "Required attribute subject can't be empty or null." },
	{ "subject with CRLF",
	    "{" SENDER "," RCPT ",\"subject\":\"a\\r\\nBcc: x@y.z\"," TEXT "}",
	    400, "InvalidParameter",
	    "subject must not contain control characters" },
	{ "subject with a tab",
	    "{" SENDER "," RCPT ",\"subject\":\"a\\tb\"," TEXT "}", 0, NULL,
	    NULL },
	{ "no body", "{" SENDER "," RCPT "," SUBJECT "}", 400,
	    "MissingParameter",
	    "Required attribute body(html/text) is missing. Request must "
	    "contain either bodyText or bodyHtml" },
	{ "bodies empty",
	    "{" SENDER "," RCPT "," SUBJECT
	    ",\"bodyText\":\"\",\"bodyHtml\":\"\"}",
	    400, "MissingParameter",
	    "Required attribute body(html/text) is missing. Request must "
	    "contain either bodyText or bodyHtml" },
	{ "body a list",
	    "{" SENDER "," RCPT "," SUBJECT ",\"bodyText\":[\"a\"]}", 400,
	    "InvalidParameter", "bodyText must be a string" },
	{ "html alone",
	    "{" SENDER "," RCPT "," SUBJECT ",\"bodyHtml\":\"<b>\"}", 0, NULL,
	    NULL },
	{ "bad replyTo", "{" ALL ",\"replyTo\":[{\"email\":\"x\"}]}", 400,
	    "InvalidParameter", "Invalid Internet Address : x" },
	{ "replyTo an object", "{" ALL ",\"replyTo\":{\"email\":\"x@y\"}}", 400,
	    "InvalidParameter", "replyTo must be an array" },
	{ "replyTo with LF",
	    "{" ALL ",\"replyTo\":[{\"email\":\"x@y.z\",\"name\":\"\\n\"}]}",
	    400, "InvalidParameter",
	    "replyTo[0].name must not contain control characters" },
	{ "field", FIELD("\"X-A\":\"b\",\"List-Unsubscribe\":\"<https://x>\""),
	    0, NULL, NULL },
	{ "field key empty", FIELD("\"\":\"b\""), 400, "InvalidParameter",
	    "Header Key can't be null or empty" },
	{ "field key not ASCII", FIELD("\"X-\xc3\xa9\":\"b\""), 400,
	    "InvalidParameter",
	    "Custom Mail Header Keys should be ASCII only X-\xc3\xa9" },
	{ "reserved", FIELD("\"Subject\":\"b\""), 400, "InvalidParameter",
	    "Subject is a reserved mail header which is not allowed" },
	{ "reserved in capitals", FIELD("\"FROM\":\"b\""), 400,
	    "InvalidParameter",
	    "FROM is a reserved mail header which is not allowed" },
	{ "reserved bcc", FIELD("\"bcc\":\"b\""), 400, "InvalidParameter",
	    "bcc is a reserved mail header which is not allowed" },
	{ "reserved prefix", FIELD("\"Resent-Bcc\":\"b\""), 400,
	    "InvalidParameter",
	    "Resent-Bcc is a reserved mail header which is not allowed" },
	{ "reserved content", FIELD("\"content-type\":\"b\""), 400,
	    "InvalidParameter",
	    "content-type is a reserved mail header which is not allowed" },
	{ "reserved signature", FIELD("\"DKIM-Signature\":\"b\""), 400,
	    "InvalidParameter",
	    "DKIM-Signature is a reserved mail header which is not allowed" },
	{ "begins like a reserved one", FIELD("\"To-Do\":\"b\""), 0, NULL,
	    NULL },
	{ "key with a colon", FIELD("\"X:\":\"b\""), 400, "InvalidParameter",
	    "headerFields.X: is no name of a header field, or too long" },
	{ "key with a space", FIELD("\"X Y\":\"b\""), 400, "InvalidParameter",
	    "headerFields.X Y is no name of a header field, or too long" },
	{ "key with LF", FIELD("\"X\\nBcc\":\"b\""), 400, "InvalidParameter",
	    "headerFields.X?Bcc is no name of a header field, or too long" },
	{ "value with CRLF", FIELD("\"X-A\":\"b\\r\\nBcc: c@d.e\""), 400,
	    "InvalidParameter",
	    "headerFields.X-A must not contain control characters" },
	{ "value a number", FIELD("\"X-A\":1"), 400, "InvalidParameter",
	    "headerFields.X-A must be a string" },
	{ "value null", FIELD("\"X-A\":null"), 400, "InvalidParameter",
	    "headerFields.X-A must be a string" },
	{ "key twice in other case", FIELD("\"X-A\":\"b\",\"x-a\":\"b\""), 400,
	    "InvalidParameter", "headerFields.x-a occurs twice" },
	{ "key twice", FIELD("\"X-A\":\"b\",\"X-A\":\"b\""), 400,
	    "CannotParseRequest",
	    "The request body is not valid JSON: headerFields.X-A: this field "
	    "occurs twice" },
	{ "fields a list", "{" ALL ",\"headerFields\":[]}", 400,
	    "InvalidParameter", "headerFields must be an object" },
	{ "message id", ID("sdiofu234qwermls24fd@mail.example.com"), 0, NULL,
	    NULL },
	{ "message id with a literal", ID("a.b@[::1]"), 0, NULL, NULL },
	{ "message id in brackets", ID("<a@b.c>"), 400, "InvalidParameter",
	    BAD_ID },
	{ "message id empty", ID(""), 400, "InvalidParameter", BAD_ID },
	{ "message id without at", ID("abc"), 400, "InvalidParameter", BAD_ID },
	{ "message id with a space", ID("a b@c"), 400, "InvalidParameter",
	    BAD_ID },
	{ "message id with CRLF", ID("a@b\\r\\nBcc: c@d"), 400,
	    "InvalidParameter", BAD_ID },
	{ "message id with two at", ID("a@b@c"), 400, "InvalidParameter",
	    BAD_ID },
	{ "message id with dots", ID("a..b@c"), 400, "InvalidParameter",
	    BAD_ID },
	{ "message id with a dot last", ID("a.@c"), 400, "InvalidParameter",
	    BAD_ID },
	{ "message id not ASCII", ID("\xc3\xa9@c"), 400, "InvalidParameter",
	    BAD_ID },
	{ "message id a number", "{" ALL ",\"messageId\":5}", 400,
	    "InvalidParameter", "messageId must be a string" },
};

static void
test_rows(void **state)
{
	struct email *e;
	struct fault f;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fault_clear(&f);
		e = email_read(rows[i].body, strlen(rows[i].body), &f);
		if (rows[i].message == NULL ?
			e == NULL :
			e != NULL || fault_status(&f) != rows[i].status ||
			    strcmp(fault_code(&f), rows[i].code) != 0 ||
			    strcmp(f.text, rows[i].message) != 0)
			fail_msg("%s: %d %s %s", rows[i].label,
			    fault_status(&f), fault_code(&f), f.text);
		email_free(e);
	}
}

/* The body of https.md, as the SDK sends it. */
static void
test_observed(void **state)
{
	static const char body[] =
	    "{\"messageId\":\"abc@example.com\",\"sender\":{\"senderAddress\":"
	    "{\"email\":\"a@example.com\",\"name\":\"Gr\xc3\xb6\xc3\x9f"
	    "e\"},\"compartmentId\":\"ocid1.compartment.oc1..c\"},"
	    "\"recipients\":{\"to\":[{\"email\":\"b@example.net\",\"name\":"
	    "\"B\"}],\"cc\":[{\"email\":\"c@example.net\"}],\"bcc\":[]},"
	    "\"subject\":\"\xc3\x9c"
	    "bersicht\",\"bodyHtml\":\"<b>x</b>\",\"bodyText\":\"x\","
	    "\"replyTo\":[{\"email\":\"r@example.com\"}],\"headerFields\":"
	    "{\"X-Campaign\":\"42\"}}";
	struct email *e;
	struct fault f;

	assert_int_equal(sizeof(body) - 1, 378);
	e = email_read(body, sizeof(body) - 1, &f);
	assert_non_null(e);
	assert_string_equal(e->sender.address.mailbox, "a@example.com");
	assert_string_equal(e->sender.name.s,
	    "Gr\xc3\xb6\xc3\x9f"
	    "e");
	assert_string_equal(e->compartment.s, "ocid1.compartment.oc1..c");
	assert_int_equal(email_rcpts(e), 2);
	assert_string_equal(e->rcpts[0].address.mailbox, "b@example.net");
	assert_string_equal(e->rcpts[0].name.s, "B");
	assert_string_equal(e->rcpts[1].address.mailbox, "c@example.net");
	assert_null(e->rcpts[1].name.s);
	assert_int_equal(e->to_len, 1);
	assert_int_equal(e->cc_len, 1);
	assert_int_equal(e->bcc_len, 0);
	assert_string_equal(e->html.s, "<b>x</b>");
	assert_string_equal(e->text.s, "x");
	assert_int_equal(e->reply_to_len, 1);
	assert_int_equal(e->fields_len, 1);
	assert_string_equal(e->fields[0].name, "X-Campaign");
	assert_string_equal(e->fields[0].value.s, "42");
	assert_string_equal(e->message_id.s, "abc@example.com");
	email_free(e);
}

/* 50 recipients in all are taken, 51 are not. */
static void
test_recipients(void **state)
{
	char body[16384];
	struct email *e;
	struct fault f;
	size_t count, len, i;

	for (count = 50; count <= 51; count++) {
		len = (size_t)sprintf(body,
		    "{" SENDER "," SUBJECT "," TEXT
		    ",\"recipients\":{\"to\":[");
		for (i = 0; i < count; i++) {
			if (i == 20)
				len += (size_t)sprintf(body + len,
				    "],\"cc\":[");
			else if (i == 40)
				len += (size_t)sprintf(body + len,
				    "],\"bcc\":[");
			else if (i > 0)
				len += (size_t)sprintf(body + len, ",");
			len += (size_t)sprintf(body + len,
			    "{\"email\":\"u%zu@example.net\"}", i);
		}
		len += (size_t)sprintf(body + len, "]}}");
		e = email_read(body, len, &f);
		if (count == 50) {
			assert_non_null(e);
			assert_int_equal(email_rcpts(e), 50);
			assert_int_equal(e->bcc_len, 10);
			assert_string_equal(e->rcpts[49].address.mailbox,
			    "u49@example.net");
			email_free(e);
			continue;
		}
		assert_null(e);
		assert_int_equal(f.kind, FAULT_RCPTS);
		assert_string_equal(f.text,
		    "maxItems: 50, for recipients across the To:, CC: and "
		    "BCC: fields.");
	}
}

/* Fields of one's own that are too many, or too long all together. */
static void
test_fields(void **state)
{
	static const struct {
		size_t count, len;
		const char *why; /* NULL: accepted */
	} sets[] = {
		{ EMAIL_FIELDS_MAX, 10, NULL },
		{ EMAIL_FIELDS_MAX + 1, 10,
		    "headerFields has too many fields" },
		{ 30, EMAIL_WORD_MAX, "headerFields is too long" },
	};
	char *body;
	struct email *e;
	struct fault f;
	size_t i, j, len;

	body = malloc(200000);
	assert_non_null(body);
	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		len = (size_t)sprintf(body, "{" ALL ",\"headerFields\":{");
		for (j = 0; j < sets[i].count; j++)
			len += (size_t)sprintf(body + len,
			    "%s\"X-%zu\":\"%0*d\"", j > 0 ? "," : "", j,
			    (int)sets[i].len, 0);
		len += (size_t)sprintf(body + len, "}}");
		e = email_read(body, len, &f);
		if (sets[i].why == NULL)
			assert_non_null(e);
		else
			assert_string_equal(f.text, sets[i].why);
		email_free(e);
	}
	free(body);
}

/* Text that is too long: the field is named, nothing is echoed at length. */
static void
expect_long(const char *before, size_t len, const char *after, const char *why)
{
	char *body;
	struct email *e;
	struct fault f;
	int n;

	body = malloc(len + 4096);
	assert_non_null(body);
	n = sprintf(body, "{%s", before);
	memset(body + n, 'a', len);
	n += (int)len;
	n += sprintf(body + n, "%s}", after);
	e = email_read(body, (size_t)n, &f);
	assert_null(e);
	if (strstr(f.text, why) == NULL)
		fail_msg("%s: %s", why, f.text);
	free(body);
}

static void
test_long(void **state)
{
	expect_long(SENDER "," RCPT "," TEXT ",\"subject\":\"",
	    EMAIL_SUBJECT_MAX + 1, "\"", "subject is too long");
	expect_long(ALL ",\"headerFields\":{\"X\":\"", EMAIL_WORD_MAX + 1,
	    "\"}", "headerFields.X has too long a word");
	expect_long(ALL ",\"headerFields\":{\"X\":\"",
	    EMAIL_FIELD_VALUE_MAX + 1, "\"}", "headerFields.X is too long");
	expect_long(ALL ",\"headerFields\":{\"", EMAIL_FIELD_NAME_MAX + 1,
	    "\":\"\"}", "is no name of a header field, or too long");
	expect_long(ALL ",\"messageId\":\"", EMAIL_MESSAGE_ID_MAX, "@a\"",
	    BAD_ID);
	expect_long(ALL ",\"replyTo\":[{\"email\":\"x@y.z\",\"name\":\"",
	    EMAIL_NAME_MAX + 1, "\"}]", "replyTo[0].name is too long");
	expect_long(SENDER ",\"recipients\":{\"to\":[{\"email\":\"", 100000,
	    "@a.b\"}]}", "aaaa...");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_observed),
		cmocka_unit_test(test_recipients),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
