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

/* sources: lib/mailbox.c lib/address.c */

/*
 * Address lists: which addresses are found, and what is refused and where.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bounds.h"
#include "mailbox.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

#define G MAILBOX_GROUPS
#define S MAILBOX_SINGLE
#define U MAILBOX_UTF8

/* Found addresses, a semicolon after each. */
struct found {
	char text[1024];
	int stop_after;
};

static int
found_cb(const struct address *a, void *arg)
{
	struct found *f = arg;

	assert_true(strlen(f->text) + a->len + 2 < sizeof(f->text));
	strcat(f->text, a->mailbox);
	strcat(f->text, ";");
	return --f->stop_after == 0;
}

static const struct {
	const char *label, *body;
	unsigned flags;
	const char *found;
} rows[] = {
	{ "bare", " a@b.example", 0, "a@b.example;" },
	{ "no space", "a@b.example", 0, "a@b.example;" },
	{ "line end last", " a@b.example\r\n", 0, "a@b.example;" },
	{ "angle", " <a@b.example>", 0, "a@b.example;" },
	{ "name", " Ann B <a@b.example>", 0, "a@b.example;" },
	{ "name, no space", "Ann<a@b.example>", 0, "a@b.example;" },
	{ "name with dots", " Ann B. C. <a@b.example>", 0, "a@b.example;" },
	{ "name, dot last", " Dr. <a@b.example>", 0, "a@b.example;" },
	{ "quoted name", " \"B, Ann\" <a@b.example>", 0, "a@b.example;" },
	{ "address in quoted name", " \"x@y.example\" <a@b.example>", 0,
	    "a@b.example;" },
	{ "brackets in quoted name", " \"<x@y.example>\" <a@b.example>", 0,
	    "a@b.example;" },
	{ "escapes in quoted name", " \"a\\\"<x@y>\\\\\" <a@b.example>", 0,
	    "a@b.example;" },
	{ "encoded word", " =?utf-8?Q?D=C3=B6?= <a@b.example>", 0,
	    "a@b.example;" },
	{ "8-bit name", " D\xc3\xb6rte <a@b.example>", 0, "a@b.example;" },
	{ "8-bit quoted name", " \"D\xf6rte\" <a@b.example>", 0,
	    "a@b.example;" },
	{ "two", " a@b.example, c@d.example", 0, "a@b.example;c@d.example;" },
	{ "two of each kind", " a@b.example,X <c@d.example> ,<e@f.example>", 0,
	    "a@b.example;c@d.example;e@f.example;" },
	{ "folded", " Ann\r\n B\r\n\t<a@b.example>,\r\n c@d.example", 0,
	    "a@b.example;c@d.example;" },
	{ "folded twice", " a@b.example,\r\n \r\n c@d.example", 0,
	    "a@b.example;c@d.example;" },
	{ "folded quoted name", " \"Ann\r\n B\" <a@b.example>", 0,
	    "a@b.example;" },
	{ "comment first", " (Ann) a@b.example", 0, "a@b.example;" },
	{ "comment last", " a@b.example (Ann)", 0, "a@b.example;" },
	{ "comment with address", " a@b.example (<x@y.example>)", 0,
	    "a@b.example;" },
	{ "comment nested", " a@b.example (x (y (z)) w)", 0, "a@b.example;" },
	{ "comment with escapes", " (\\)\\(\\\\) a@b.example", 0,
	    "a@b.example;" },
	{ "comment folded", " (x\r\n y) a@b.example", 0, "a@b.example;" },
	{ "comment between", " a@b.example (x), (y) (z)c@d.example", 0,
	    "a@b.example;c@d.example;" },
	{ "comments about at", " a(x)@(y)b.example", 0, "a@b.example;" },
	{ "comments in angle", " X <(x)a@b.example(y)>", 0, "a@b.example;" },
	{ "spaces in angle", " X < a@b.example >", 0, "a@b.example;" },
	{ "spaces about at", " a @ b.example", 0, "a@b.example;" },
	{ "quoted local part", " \"a b\"@b.example", 0, "\"a b\"@b.example;" },
	{ "quoted comma", " X <\"a,b\"@b.example>", 0, "\"a,b\"@b.example;" },
	{ "quoted folded local part", " \"a\r\n b\"@b.example", 0,
	    "\"a b\"@b.example;" },
	{ "literal", " a@[192.0.2.1], b@[IPv6:2001:db8::1]", 0,
	    "a@[192.0.2.1];b@[IPv6:2001:db8::1];" },
	{ "domain lower case", " A@B.Example", 0, "A@b.example;" },
	{ "empty elements", " ,a@b.example, ,, c@d.example,", 0,
	    "a@b.example;c@d.example;" },
	{ "single", " Ann <a@b.example>", S, "a@b.example;" },
	{ "group", " all: a@b.example, X <c@d.example>;", G,
	    "a@b.example;c@d.example;" },
	{ "group and more", " x@y.example, all:a@b.example;, c@d.example", G,
	    "x@y.example;a@b.example;c@d.example;" },
	{ "two groups", " a:b@c.example;,d e:;", G, "b@c.example;" },
	{ "group comments", " a(x):(y)b@c.example(z);(w)", G, "b@c.example;" },
	{ "group quoted name", " \"a: b\":b@c.example;", G, "b@c.example;" },
	{ "UTF-8", " d\xc3\xb6@b\xc3\xbc.example", U,
	    "d\xc3\xb6@b\xc3\xbc.example;" },
};

static const struct {
	const char *label, *body;
	unsigned flags;
	enum mailbox_result result;
	enum address_result address;
	size_t position;
} bad[] = {
	{ "nothing", "", 0, MAILBOX_EMPTY, 0, 0 },
	{ "space", " ", 0, MAILBOX_EMPTY, 0, 1 },
	{ "line end", "\r\n", 0, MAILBOX_EMPTY, 0, 0 },
	{ "comma", ",", 0, MAILBOX_EMPTY, 0, 1 },
	{ "comment only", " (x)", 0, MAILBOX_EMPTY, 0, 4 },
	{ "empty group", "a:;", G, MAILBOX_EMPTY, 0, 3 },
	{ "name only", " Ann", 0, MAILBOX_ADDRESS, ADDRESS_NO_AT, 0 },
	{ "name only second", "a@b.example, x y", 0, MAILBOX_ADDRESS,
	    ADDRESS_NO_AT, 12 },
	{ "empty angle", " <>", 0, MAILBOX_ADDRESS, ADDRESS_EMPTY, 2 },
	{ "no at in angle", " <a>", 0, MAILBOX_ADDRESS, ADDRESS_NO_AT, 3 },
	{ "no domain", " a@", 0, MAILBOX_ADDRESS, ADDRESS_DOMAIN_EMPTY, 3 },
	{ "no domain in list", " a@, b@c.example", 0, MAILBOX_ADDRESS,
	    ADDRESS_DOMAIN_EMPTY, 3 },
	{ "underscore", " a@b_c.example", 0, MAILBOX_ADDRESS,
	    ADDRESS_DOMAIN_CHAR, 14 },
	{ "dots", " a..b@c.example", 0, MAILBOX_ADDRESS, ADDRESS_LOCAL_DOT,
	    15 },
	{ "dot last", " a.@c.example", 0, MAILBOX_ADDRESS, ADDRESS_LOCAL_DOT,
	    13 },
	{ "dot first", " .a@c.example", 0, MAILBOX_SYNTAX, 0, 1 },
	{ "no local part", " @b.example", 0, MAILBOX_ADDRESS,
	    ADDRESS_LOCAL_EMPTY, 11 },
	{ "mixed words", " \"a\".b@c.example", 0, MAILBOX_ADDRESS,
	    ADDRESS_LOCAL_CHAR, 16 },
	{ "8-bit address", " d\xc3\xb6@b.example", 0, MAILBOX_ADDRESS,
	    ADDRESS_NOT_ASCII, 14 },
	{ "bad UTF-8", " d\xf6@b.example", U, MAILBOX_ADDRESS, ADDRESS_BAD_UTF8,
	    13 },
	{ "tab in quoted local part", " \"a\tb\"@c.example", 0, MAILBOX_ADDRESS,
	    ADDRESS_QUOTE_CHAR, 16 },
	{ "two in Sender", " a@b.example, c@d.example", S, MAILBOX_MANY, 0,
	    25 },
	{ "no comma", " a@b.example c@d.example", 0, MAILBOX_SYNTAX, 0, 13 },
	{ "semicolon list", " a@b.example; c@d.example", 0, MAILBOX_SYNTAX, 0,
	    12 },
	{ "two angles", " <a@b.example> <c@d.example>", 0, MAILBOX_SYNTAX, 0,
	    15 },
	{ "address then angle", " a@b.example <c@d.example>", 0, MAILBOX_SYNTAX,
	    0, 13 },
	{ "text after angle", " <a@b.example> x", 0, MAILBOX_SYNTAX, 0, 15 },
	{ "at in name", " x y@z.example <a@b.example>", 0, MAILBOX_SYNTAX, 0,
	    4 },
	{ "two at", " a@b@c.example", 0, MAILBOX_SYNTAX, 0, 4 },
	{ "space about dot", " a . b@c.example", 0, MAILBOX_SYNTAX, 0, 6 },
	{ "comment about dot", " a.(x)b@c.example", 0, MAILBOX_SYNTAX, 0, 7 },
	{ "space in domain", " a@b. example", 0, MAILBOX_ADDRESS,
	    ADDRESS_LABEL_EMPTY, 6 },
	{ "words in angle", " <a b@c.example>", 0, MAILBOX_SYNTAX, 0, 5 },
	{ "quote joined", " a\"b\"@c.example", 0, MAILBOX_SYNTAX, 0, 5 },
	{ "closing bracket", " a@b.example>", 0, MAILBOX_SYNTAX, 0, 12 },
	{ "backslash", " a\\@b@c.example", 0, MAILBOX_SYNTAX, 0, 2 },
	{ "closing parenthesis", " a@b.example)", 0, MAILBOX_SYNTAX, 0, 12 },
	{ "literal name", " [a] <a@b.example>", 0, MAILBOX_SYNTAX, 0, 1 },
	{ "control", " a\x01@b.example", 0, MAILBOX_SYNTAX, 0, 2 },
	{ "comment open", " a@b.example (x", 0, MAILBOX_COMMENT_OPEN, 0, 15 },
	{ "comment open, escape", " a@b.example (x\\)", 0, MAILBOX_COMMENT_OPEN,
	    0, 17 },
	{ "comment open at escape", " (\\", 0, MAILBOX_COMMENT_OPEN, 0, 3 },
	{ "quote open", " \"Ann <a@b.example>", 0, MAILBOX_QUOTE_OPEN, 0, 19 },
	{ "quote open at escape", " \"\\", 0, MAILBOX_QUOTE_OPEN, 0, 3 },
	{ "angle open", " X <a@b.example", 0, MAILBOX_ANGLE_OPEN, 0, 15 },
	{ "angle open, comma", " X <a@b.example,c@d.example>", 0,
	    MAILBOX_SYNTAX, 0, 15 },
	{ "angle in angle", " X <<a@b.example>>", 0, MAILBOX_SYNTAX, 0, 4 },
	{ "literal open", " a@[192.0.2.1", 0, MAILBOX_SYNTAX, 0, 13 },
	{ "route", " <@x.example:a@b.example>", 0, MAILBOX_ROUTE, 0, 2 },
	{ "group not allowed", " all:a@b.example;", 0, MAILBOX_GROUP, 0, 4 },
	{ "group nested", " a:b:c@d.example;;", G, MAILBOX_GROUP, 0, 4 },
	{ "group open", " a:b@c.example", G, MAILBOX_GROUP, 0, 14 },
	{ "group open at once", " a:", G, MAILBOX_GROUP, 0, 3 },
	{ "group without name", " :a@b.example;", G, MAILBOX_SYNTAX, 0, 1 },
	{ "group closed twice", " a:b@c.example;;", G, MAILBOX_SYNTAX, 0, 15 },
	{ "group without comma", " a:b@c.example; d@e.example", G,
	    MAILBOX_SYNTAX, 0, 16 },
	{ "LF", " a@b.example,\n c@d.example", 0, MAILBOX_FOLDING, 0, 13 },
	{ "CR", " a@b.example,\r c@d.example", 0, MAILBOX_FOLDING, 0, 13 },
	{ "line end, no space", " a@b.example,\r\nc@d.example", 0,
	    MAILBOX_FOLDING, 0, 13 },
	{ "two line ends", " a@b.example\r\n\r\n", 0, MAILBOX_FOLDING, 0, 12 },
	{ "LF in quotes", " \"a\nb\" <a@b.example>", 0, MAILBOX_FOLDING, 0, 3 },
	{ "escaped LF in quotes", " \"a\\\nb\" <a@b.example>", 0,
	    MAILBOX_FOLDING, 0, 4 },
	{ "LF in comment", " (a\nb) a@b.example", 0, MAILBOX_FOLDING, 0, 3 },
	{ "escaped CR in comment", " (a\\\r\n b) a@b.example", 0,
	    MAILBOX_FOLDING, 0, 4 },
	{ "LF in literal", " a@[192.0.2.1\n]", 0, MAILBOX_FOLDING, 0, 13 },
};

static void
test_found(void **state)
{
	enum mailbox_result r;
	struct mailbox_error e;
	struct found f;
	size_t i;

	for (i = 0; i < N(rows); i++) {
		memset(&f, 0, sizeof(f));
		r = mailbox_parse(rows[i].body, strlen(rows[i].body),
		    rows[i].flags, found_cb, &f, &e);
		if (r != MAILBOX_OK)
			fail_msg("%s: %s at %zu", rows[i].label,
			    mailbox_strerror(r), e.position);
		if (strcmp(f.text, rows[i].found) != 0)
			fail_msg("%s: %s", rows[i].label, f.text);
		assert_int_equal(MAILBOX_OK,
		    mailbox_parse(rows[i].body, strlen(rows[i].body),
			rows[i].flags, NULL, NULL, NULL));
	}
}

static void
test_refused(void **state)
{
	enum mailbox_result r;
	struct mailbox_error e;
	size_t i;

	for (i = 0; i < N(bad); i++) {
		r = mailbox_parse(bad[i].body, strlen(bad[i].body),
		    bad[i].flags, NULL, NULL, &e);
		if (r != bad[i].result || e.position != bad[i].position)
			fail_msg("%s: %s at %zu (%s)", bad[i].label,
			    mailbox_strerror(r), e.position,
			    address_strerror(e.address));
		if (r == MAILBOX_ADDRESS && e.address != bad[i].address)
			fail_msg("%s: %s", bad[i].label,
			    address_strerror(e.address));
	}
}

static void
test_nul(void **state)
{
	static const char *const in[] = { " ?a@b.example", " a?@b.example",
		" a@b?.example", " \"?\" <a@b.example>", " (?) a@b.example",
		" \"\\?\" <a@b.example>", " (\\?) a@b.example",
		" a@[192.0.2.1?]", " a@b.example?", " a@b.example,?",
		" <a@b.example>?", " <?a@b.example>", " <a@b.example?>" };
	char body[64];
	size_t i, len;

	for (i = 0; i < N(in); i++) {
		len = strlen(in[i]);
		memcpy(body, in[i], len);
		*(char *)memchr(body, '?', len) = '\0';
		assert_int_equal(MAILBOX_FOLDING,
		    mailbox_parse(body, len, 0, NULL, NULL, NULL));
	}
}

static void
test_comment_depth(void **state)
{
	char body[2 * MAILBOX_COMMENT_DEPTH + 32];
	size_t n;

	n = MAILBOX_COMMENT_DEPTH;
	memset(body, '(', n);
	memset(body + n, ')', n);
	memcpy(body + 2 * n, "a@b.example", 11);
	assert_int_equal(MAILBOX_OK,
	    mailbox_parse(body, 2 * n + 11, 0, NULL, NULL, NULL));
	memset(body, '(', n + 1);
	memset(body + n + 1, ')', n + 1);
	memcpy(body + 2 * n + 2, "a@b.example", 11);
	assert_int_equal(MAILBOX_COMMENT_DEEP,
	    mailbox_parse(body, 2 * n + 13, 0, NULL, NULL, NULL));
}

/* A display name may be longer than any address, an address may not. */
static void
test_long_words(void **state)
{
	char body[2000];
	struct found f;
	struct mailbox_error e;

	memset(body, 'x', sizeof(body));
	memcpy(body + sizeof(body) - 14, " <a@b.example>", 14);
	memset(&f, 0, sizeof(f));
	assert_int_equal(MAILBOX_OK,
	    mailbox_parse(body, sizeof(body), 0, found_cb, &f, NULL));
	assert_string_equal(f.text, "a@b.example;");
	memcpy(body + sizeof(body) - 14, "xxxa@b.example", 14);
	assert_int_equal(MAILBOX_ADDRESS,
	    mailbox_parse(body, sizeof(body), 0, found_cb, &f, &e));
	assert_int_equal(e.address, ADDRESS_TOO_LONG);
}

static void
test_callback_stops(void **state)
{
	static const char body[] = "a@b.example, c@d.example, e@f.example";
	struct found f;

	memset(&f, 0, sizeof(f));
	f.stop_after = 2;
	assert_int_equal(MAILBOX_STOPPED,
	    mailbox_parse(body, strlen(body), 0, found_cb, &f, NULL));
	assert_string_equal(f.text, "a@b.example;c@d.example;");
}

/* Whatever the length given, nothing behind it is read (for sanitizers). */
static void
test_every_length(void **state)
{
	char *copy;
	size_t i, n;

	for (i = 0; i < N(rows); i++) {
		for (n = 0; n < strlen(rows[i].body); n++) {
			copy = malloc(n + 1);
			assert_non_null(copy);
			memcpy(copy + 1, rows[i].body, n);
			(void)mailbox_parse(copy + 1, n, rows[i].flags, NULL,
			    NULL, NULL);
			free(copy);
		}
	}
}

static void
test_strerror(void **state)
{
	int r;

	for (r = MAILBOX_OK; r <= MAILBOX_STOPPED; r++)
		assert_string_not_equal(
		    mailbox_strerror((enum mailbox_result)r), "unknown error");
	assert_string_equal(mailbox_strerror((enum mailbox_result)r),
	    "unknown error");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_comment_depth),
		cmocka_unit_test(test_long_words),
		cmocka_unit_test(test_callback_stops),
		cmocka_unit_test(test_every_length),
		cmocka_unit_test(test_strerror),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
