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

/* sources: lib/mime_field.c */

/*
 * Content-Type and Content-Transfer-Encoding, well-formed and as found.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "mime_field.h"

static const struct {
	const char *label, *body;
	const char *type; /* NULL: refused */
	const char *boundary;
} types[] = {
	{ "plain", " text/plain", "text/plain", "" },
	{ "case", "TEXT/Html; charset=x", "text/html", "" },
	{ "comments", "(a(b\\))) text (c) / (d) plain (e)", "text/plain", "" },
	{ "boundary", "multipart/mixed; boundary=abc", "multipart/mixed",
	    "abc" },
	{ "quoted", "multipart/mixed; boundary=\"a b\\\"c\"", "multipart/mixed",
	    "a b\"c" },
	{ "folded", "multipart/mixed;\r\n\tboundary=\"ab\r\n c\"\r\n",
	    "multipart/mixed", "ab c" },
	{ "not first", "multipart/x; charset=\"boundary=no\"; BOUNDARY=yes",
	    "multipart/x", "yes" },
	{ "in a comment", "multipart/x (; boundary=no); boundary=yes",
	    "multipart/x", "yes" },
	{ "unquoted specials", "multipart/x; boundary=----=_a/b:c?",
	    "multipart/x", "----=_a/b:c?" },
	{ "spaces around =", "multipart/x; boundary = \"a\" ; x=y",
	    "multipart/x", "a" },
	{ "space at the end", "multipart/x; boundary=\"a  \"", "multipart/x",
	    "a" },
	{ "the first counts", "multipart/x; boundary=a; boundary=b",
	    "multipart/x", "a" },
	{ "RFC 2231 extended", "multipart/x; boundary*=us-ascii'en'a%2Fb%",
	    "multipart/x", "a/b%" },
	{ "RFC 2231 sections, any order",
	    "multipart/x; boundary*1=\"c;d\"; boundary*0=ab; boundary*2*=%65",
	    "multipart/x", "abc;de" },
	{ "a section is missing", "multipart/x; boundary*1=b", "multipart/x",
	    "" },
	{ "no value", "multipart/x; boundary", "multipart/x", "" },
	{ "quote does not end", "multipart/x; boundary=\"ab", "multipart/x",
	    "ab" },
	{ "control in it", "multipart/x; boundary=\"a\tb\"", "multipart/x",
	    "" },
	{ "comment does not end", "text/plain (; boundary=a", "text/plain",
	    "" },
	{ "no slash", "text; boundary=a", NULL, "" },
	{ "no subtype", "text/; boundary=a", NULL, "" },
	{ "empty", "", NULL, "" },
	{ "only comment", "(text/plain)", NULL, "" },
};

static const struct {
	const char *body;
	enum mime_cte cte;
} encodings[] = {
	{ "", MIME_CTE_NONE },
	{ " \r\n", MIME_CTE_NONE },
	{ " 7bit\r\n", MIME_CTE_7BIT },
	{ " 8BIT (so) \r\n", MIME_CTE_8BIT },
	{ "(x)binary;", MIME_CTE_BINARY },
	{ "Quoted-Printable", MIME_CTE_QP },
	{ "base64", MIME_CTE_BASE64 },
	{ "base64 base64", MIME_CTE_OTHER },
	{ "8 bit", MIME_CTE_OTHER },
	{ "x-uuencode", MIME_CTE_OTHER },
	{ "\"base64\"", MIME_CTE_OTHER },
};

static void
test_types(void **state)
{
	struct mime_type t;
	char name[2 * MIME_NAME_SIZE + 1];
	size_t i;
	int rc;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		print_message("# %s\n", types[i].label);
		rc = mime_type_parse(types[i].body, strlen(types[i].body), &t);
		assert_int_equal(rc, types[i].type == NULL ? -1 : 0);
		if (types[i].type == NULL)
			continue;
		(void)snprintf(name, sizeof(name), "%s/%s", t.type, t.subtype);
		assert_string_equal(name, types[i].type);
		assert_int_equal(t.boundary_len, strlen(types[i].boundary));
		assert_memory_equal(t.boundary, types[i].boundary,
		    t.boundary_len);
	}
}

/* Nothing is read beyond the length given. */
static void
test_cut_anywhere(void **state)
{
	struct mime_type t;
	size_t i, n, len;
	char *copy;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		len = strlen(types[i].body);
		for (n = 0; n <= len; n++) {
			copy = test_malloc(n + 1);
			memcpy(copy, types[i].body, n);
			(void)mime_type_parse(copy, n, &t);
			(void)mime_cte_parse(copy, n);
			test_free(copy);
		}
	}
}

static void
test_boundary_too_long(void **state)
{
	struct mime_type t;
	char body[512] = "multipart/mixed; boundary=";
	size_t len = strlen(body);

	memset(body + len, 'x', MIME_BOUNDARY_MAX);
	assert_int_equal(mime_type_parse(body, len + MIME_BOUNDARY_MAX, &t), 0);
	assert_int_equal(t.boundary_len, MIME_BOUNDARY_MAX);
	body[len + MIME_BOUNDARY_MAX] = 'x';
	assert_int_equal(mime_type_parse(body, len + MIME_BOUNDARY_MAX + 1, &t),
	    0);
	assert_int_equal(t.boundary_len, 0);
}

static void
test_encodings(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++)
		assert_int_equal(mime_cte_parse(encodings[i].body,
				     strlen(encodings[i].body)),
		    encodings[i].cte);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_boundary_too_long),
		cmocka_unit_test(test_encodings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
