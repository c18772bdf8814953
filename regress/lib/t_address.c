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

/* sources: lib/address.c */

/*
 * Mailbox addresses and domains: tables of what is accepted, with its stored
 * form, and of what is refused, with the rule.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "address.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* 63 and 64 octets. */
#define L63 "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0"
#define L64 L63 "1"

static const struct {
	const char *label, *in;
	unsigned flags;
	const char *out;   /* stored */
	const char *local; /* its local part */
} paths[] = {
	{ "plain", "<a@b.example>", 0, "a@b.example", "a" },
	{ "domain lower case", "<Ab.C@EXAMPLE.Org>", 0, "Ab.C@example.org",
	    "Ab.C" },
	{ "every atext", "<!#$%&'*+-/=?^_`{|}~@b.example>", 0,
	    "!#$%&'*+-/=?^_`{|}~@b.example", "!#$%&'*+-/=?^_`{|}~" },
	{ "quoted", "<\"a b\"@b.example>", 0, "\"a b\"@b.example", "\"a b\"" },
	{ "quoted brackets", "<\"<@>\"@b.example>", 0, "\"<@>\"@b.example",
	    "\"<@>\"" },
	{ "quoted pair", "<\"a\\\"b\\\\\"@b.example>", 0,
	    "\"a\\\"b\\\\\"@b.example", "\"a\\\"b\\\\\"" },
	{ "quoted nothing", "<\"\"@b.example>", 0, "\"\"@b.example", "\"\"" },
	{ "local part of 64", "<" L64 "@b.example>", 0, L64 "@b.example", L64 },
	{ "label of 63", "<a@" L63 ".example>", 0, "a@" L63 ".example", "a" },
	{ "one label", "<a@localhost>", 0, "a@localhost", "a" },
	{ "digits first", "<a@3com.example>", 0, "a@3com.example", "a" },
	{ "A-label", "<a@xn--bcher-kva.example>", 0, "a@xn--bcher-kva.example",
	    "a" },
	{ "IPv4", "<a@[192.0.2.1]>", 0, "a@[192.0.2.1]", "a" },
	{ "IPv6", "<a@[ipv6:2001:DB8::1]>", 0, "a@[IPv6:2001:db8::1]", "a" },
	{ "IPv6 with IPv4", "<a@[IPv6:::ffff:192.0.2.1]>", 0,
	    "a@[IPv6:::ffff:192.0.2.1]", "a" },
	{ "route of one", "<@x.example:a@b.example>", 0, "a@b.example", "a" },
	{ "route of two", "<@x.example,@[192.0.2.1]:a@b.example>", 0,
	    "a@b.example", "a" },
	{ "null", "<>", ADDRESS_ALLOW_NULL, "", "" },
	{ "not null but allowed", "<a@b.example>", ADDRESS_ALLOW_NULL,
	    "a@b.example", "a" },
	{ "UTF-8",
	    "<d\xc3\xb6rte@b\xc3\xbc"
	    "cher.example>",
	    ADDRESS_UTF8,
	    "d\xc3\xb6rte@b\xc3\xbc"
	    "cher.example",
	    "d\xc3\xb6rte" },
	{ "UTF-8 quoted", "<\"\xe2\x82\xac \xf0\x9f\x93\xa7\"@b.example>",
	    ADDRESS_UTF8, "\"\xe2\x82\xac \xf0\x9f\x93\xa7\"@b.example",
	    "\"\xe2\x82\xac \xf0\x9f\x93\xa7\"" },
};

static const struct {
	const char *label, *in;
	unsigned flags;
	enum address_result result;
} bad_paths[] = {
	{ "nothing", "", 0, ADDRESS_EMPTY },
	{ "no bracket", "a@b.example", 0, ADDRESS_NO_OPEN },
	{ "space first", " <a@b.example>", 0, ADDRESS_NO_OPEN },
	{ "null refused", "<>", 0, ADDRESS_NULL },
	{ "null with space", "< >", ADDRESS_ALLOW_NULL, ADDRESS_LOCAL_CHAR },
	{ "open only", "<", ADDRESS_ALLOW_NULL, ADDRESS_NO_CLOSE },
	{ "not closed", "<a@b.example", 0, ADDRESS_NO_CLOSE },
	{ "not closed, parameter", "<a@b.example SIZE=1", 0, ADDRESS_NO_CLOSE },
	{ "trailing", "<a@b.example>x", 0, ADDRESS_TRAILING },
	{ "two brackets", "<<a@b.example>>", 0, ADDRESS_LOCAL_CHAR },
	{ "no at", "<a>", 0, ADDRESS_NO_AT },
	{ "no at, end", "<a", 0, ADDRESS_NO_AT },
	{ "postmaster alone", "<postmaster>", 0, ADDRESS_NO_AT },
	{ "at only", "<@>", 0, ADDRESS_ROUTE },
	{ "no local part", "<@b.example>", 0, ADDRESS_ROUTE },
	{ "no domain", "<foo@>", 0, ADDRESS_DOMAIN_EMPTY },
	{ "two at", "<a@b@c.example>", 0, ADDRESS_DOMAIN_CHAR },
	{ "dot first", "<.a@b.example>", 0, ADDRESS_LOCAL_DOT },
	{ "dot last", "<a.@b.example>", 0, ADDRESS_LOCAL_DOT },
	{ "dots", "<a..b@b.example>", 0, ADDRESS_LOCAL_DOT },
	{ "space in local part", "<a b@b.example>", 0, ADDRESS_LOCAL_CHAR },
	{ "comment", "<a(c)@b.example>", 0, ADDRESS_LOCAL_CHAR },
	{ "control", "<a\x01@b.example>", 0, ADDRESS_LOCAL_CHAR },
	{ "line end", "<a\r\n@b.example>", 0, ADDRESS_LOCAL_CHAR },
	{ "mixed words", "<\"a\".b@b.example>", 0, ADDRESS_LOCAL_CHAR },
	{ "quote inside", "<a\"b\"@b.example>", 0, ADDRESS_LOCAL_CHAR },
	{ "quote open", "<\"a@b.example>", 0, ADDRESS_QUOTE_OPEN },
	{ "quote open at pair", "<\"a\\", 0, ADDRESS_QUOTE_OPEN },
	{ "quoted then end", "<\"a\"", 0, ADDRESS_NO_AT },
	{ "tab in quotes", "<\"a\tb\"@b.example>", 0, ADDRESS_QUOTE_CHAR },
	{ "line end in quotes", "<\"a\r\nb\"@b.example>", 0,
	    ADDRESS_QUOTE_CHAR },
	{ "escaped line end", "<\"a\\\nb\"@b.example>", 0, ADDRESS_QUOTE_CHAR },
	{ "escaped DEL",
	    "<\"a\\\x7f"
	    "b\"@b.example>",
	    0, ADDRESS_QUOTE_CHAR },
	{ "local part of 65", "<" L64 "a@b.example>", 0, ADDRESS_LOCAL_LONG },
	{ "label of 64", "<a@" L64 ".example>", 0, ADDRESS_LABEL_LONG },
	{ "domain too long", "<a@" L63 "." L63 "." L63 "." L63 ".example>", 0,
	    ADDRESS_DOMAIN_LONG },
	{ "mailbox too long", "<" L64 "@" L63 "." L63 "." L63 ".example>", 0,
	    ADDRESS_TOO_LONG },
	{ "path too long by its route",
	    "<@" L63 "." L63 ":" L63 "@" L63 ".example>", 0, ADDRESS_TOO_LONG },
	{ "underscore", "<a@b_c.example>", 0, ADDRESS_DOMAIN_CHAR },
	{ "space in domain", "<a@b .example>", 0, ADDRESS_DOMAIN_CHAR },
	{ "parameter inside", "<a@b.example SIZE=1>", 0, ADDRESS_DOMAIN_CHAR },
	{ "hyphen first", "<a@-b.example>", 0, ADDRESS_LABEL_HYPHEN },
	{ "hyphen last", "<a@b-.example>", 0, ADDRESS_LABEL_HYPHEN },
	{ "hyphen only", "<a@-.example>", 0, ADDRESS_LABEL_HYPHEN },
	{ "domain dot first", "<a@.b.example>", 0, ADDRESS_LABEL_EMPTY },
	{ "domain dot last", "<a@b.example.>", 0, ADDRESS_LABEL_EMPTY },
	{ "domain dots", "<a@b..example>", 0, ADDRESS_LABEL_EMPTY },
	{ "domain a dot", "<a@.>", 0, ADDRESS_LABEL_EMPTY },
	{ "IPv4 without brackets", "<a@192.0.2.1>", 0, ADDRESS_DOMAIN_NUMERIC },
	{ "a number", "<a@3232235777>", 0, ADDRESS_DOMAIN_NUMERIC },
	{ "literal empty", "<a@[]>", 0, ADDRESS_LITERAL },
	{ "literal open", "<a@[192.0.2.1>", 0, ADDRESS_LITERAL_OPEN },
	{ "literal trailing", "<a@[192.0.2.1]x>", 0, ADDRESS_NO_CLOSE },
	{ "literal IPv4 over 255", "<a@[192.0.2.256]>", 0, ADDRESS_LITERAL },
	{ "literal IPv4 short", "<a@[192.0.2]>", 0, ADDRESS_LITERAL },
	{ "literal IPv4 octal", "<a@[192.0.2.01]>", 0, ADDRESS_LITERAL },
	{ "literal IPv4 space", "<a@[ 192.0.2.1]>", 0, ADDRESS_LITERAL },
	{ "literal IPv6 untagged", "<a@[2001:db8::1]>", 0, ADDRESS_LITERAL },
	{ "literal IPv6 two gaps", "<a@[IPv6:1::2::3]>", 0, ADDRESS_LITERAL },
	{ "literal IPv6 scope", "<a@[IPv6:fe80::1%eth0]>", 0, ADDRESS_LITERAL },
	{ "literal IPv6 tag only", "<a@[IPv6:]>", 0, ADDRESS_LITERAL },
	{ "literal other tag", "<a@[x:y]>", 0, ADDRESS_LITERAL },
	{ "literal long",
	    "<a@[IPv6:0000000000000000000000000000000000000000000000000]>", 0,
	    ADDRESS_LITERAL },
	{ "route no colon", "<@x.example>", 0, ADDRESS_ROUTE },
	{ "route no at", "<@x.example,y.example:a@b.example>", 0,
	    ADDRESS_ROUTE },
	{ "route comma last", "<@x.example,:a@b.example>", 0, ADDRESS_ROUTE },
	{ "route bad domain", "<@x_y.example:a@b.example>", 0, ADDRESS_ROUTE },
	{ "route only", "<@x.example:>", 0, ADDRESS_NO_AT },
	{ "route then end", "<@x.example:", 0, ADDRESS_NO_CLOSE },
	{ "8-bit", "<d\xc3\xb6@b.example>", 0, ADDRESS_NOT_ASCII },
	{ "8-bit domain", "<d@b\xc3\xbc.example>", 0, ADDRESS_NOT_ASCII },
	{ "8-bit quoted", "<\"\xc3\xb6\"@b.example>", 0, ADDRESS_NOT_ASCII },
	{ "Latin-1", "<d\xf6@b.example>", ADDRESS_UTF8, ADDRESS_BAD_UTF8 },
	{ "overlong dot", "<a\xc0\xae@b.example>", ADDRESS_UTF8,
	    ADDRESS_BAD_UTF8 },
	{ "overlong of three", "<a\xe0\x80\xaf@b.example>", ADDRESS_UTF8,
	    ADDRESS_BAD_UTF8 },
	{ "overlong of four", "<a\xf0\x8f\xbf\xbf@b.example>", ADDRESS_UTF8,
	    ADDRESS_BAD_UTF8 },
	{ "surrogate", "<a\xed\xa0\x80@b.example>", ADDRESS_UTF8,
	    ADDRESS_BAD_UTF8 },
	{ "over U+10FFFF", "<a\xf4\x90\x80\x80@b.example>", ADDRESS_UTF8,
	    ADDRESS_BAD_UTF8 },
	{ "C1 control", "<a\xc2\x85@b.example>", ADDRESS_UTF8,
	    ADDRESS_BAD_UTF8 },
	{ "sequence cut", "<a\xe2\x82@b.example>", ADDRESS_UTF8,
	    ADDRESS_BAD_UTF8 },
	{ "sequence cut by the end", "<a@b\xe2\x82>", ADDRESS_UTF8,
	    ADDRESS_BAD_UTF8 },
};

static void
test_paths(void **state)
{
	struct address a;
	enum address_result r;
	const char *local;
	size_t i, len;

	for (i = 0; i < N(paths); i++) {
		r = address_parse_path(paths[i].in, strlen(paths[i].in),
		    paths[i].flags, &a, NULL);
		if (r != ADDRESS_OK)
			fail_msg("%s: %s", paths[i].label, address_strerror(r));
		assert_string_equal(a.mailbox, paths[i].out);
		assert_int_equal(a.len, strlen(paths[i].out));
		local = address_local(&a, &len);
		assert_int_equal(len, strlen(paths[i].local));
		assert_memory_equal(local, paths[i].local, len);
		if (a.len > 0)
			assert_string_equal(address_domain(&a),
			    paths[i].out + len + 1);
	}
}

static void
test_bad_paths(void **state)
{
	struct address a;
	enum address_result r;
	size_t i;

	for (i = 0; i < N(bad_paths); i++) {
		r = address_parse_path(bad_paths[i].in, strlen(bad_paths[i].in),
		    bad_paths[i].flags, &a, NULL);
		if (r != bad_paths[i].result)
			fail_msg("%s: %s, expected %s", bad_paths[i].label,
			    address_strerror(r),
			    address_strerror(bad_paths[i].result));
		assert_true(address_is_null(&a));
		assert_string_equal(address_domain(&a), "");
	}
}

/* The mailbox of a path alone gives the same. */
static void
test_mailbox(void **state)
{
	struct address a;
	size_t i;

	for (i = 0; i < N(paths); i++) {
		if (paths[i].out[0] == '\0' || paths[i].in[1] == '@')
			continue;
		assert_int_equal(ADDRESS_OK,
		    address_parse_mailbox(paths[i].in + 1,
			strlen(paths[i].in) - 2, paths[i].flags, &a));
		assert_string_equal(a.mailbox, paths[i].out);
	}
}

static void
test_bad_mailbox(void **state)
{
	static const struct {
		const char *label, *in;
		enum address_result result;
	} rows[] = {
		{ "nothing", "", ADDRESS_EMPTY },
		{ "no local part", "@b.example", ADDRESS_LOCAL_EMPTY },
		{ "brackets", "<a@b.example>", ADDRESS_LOCAL_CHAR },
		{ "closing bracket", "a@b.example>", ADDRESS_DOMAIN_CHAR },
		{ "space last", "a@b.example ", ADDRESS_DOMAIN_CHAR },
		{ "line end last", "a@b.example\n", ADDRESS_DOMAIN_CHAR },
		{ "comma", "a@b.example,c@d.example", ADDRESS_DOMAIN_CHAR },
		{ "literal and more", "a@[192.0.2.1]x", ADDRESS_TRAILING },
		{ "no at", "a", ADDRESS_NO_AT },
	};
	struct address a;
	enum address_result r;
	size_t i;

	for (i = 0; i < N(rows); i++) {
		r = address_parse_mailbox(rows[i].in, strlen(rows[i].in), 0,
		    &a);
		if (r != rows[i].result)
			fail_msg("%s: %s", rows[i].label, address_strerror(r));
		assert_true(address_is_null(&a));
	}
}

/* What follows the path is left to the caller. */
static void
test_used(void **state)
{
	static const char in[] = "<\"x> \"@b.example> SIZE=100 BODY=8BITMIME";
	struct address a;
	size_t used;

	assert_int_equal(ADDRESS_OK,
	    address_parse_path(in, strlen(in), 0, &a, &used));
	assert_string_equal(in + used, " SIZE=100 BODY=8BITMIME");
	assert_int_equal(ADDRESS_OK,
	    address_parse_path("<> X", 4, ADDRESS_ALLOW_NULL, &a, &used));
	assert_int_equal(used, 2);
	assert_true(address_is_null(&a));
}

/* A NUL inside is a character like others, and is refused everywhere. */
static void
test_nul(void **state)
{
	static const char *const rows[] = { "<a?@b.example>", "<a@b?.example>",
		"<\"?\"@b.example>", "<\"\\?\"@b.example>", "<a@[192.0.2.1?]>",
		"<?a@b.example>", "<a@b.example?>", "<@x?:a@b.example>" };
	struct address a;
	char in[64];
	size_t i, len;

	for (i = 0; i < N(rows); i++) {
		len = strlen(rows[i]);
		memcpy(in, rows[i], len);
		*(char *)memchr(in, '?', len) = '\0';
		assert_int_not_equal(ADDRESS_OK,
		    address_parse_path(in, len, 0, &a, NULL));
	}
}

/* Whatever the length given, nothing behind it is read (for sanitizers). */
static void
test_every_length(void **state)
{
	struct address a;
	size_t i, n;
	char *copy;

	for (i = 0; i < N(paths); i++) {
		for (n = 0; n < strlen(paths[i].in); n++) {
			copy = malloc(n + 1);
			assert_non_null(copy);
			memcpy(copy + 1, paths[i].in, n);
			assert_int_not_equal(ADDRESS_OK,
			    address_parse_path(copy + 1, n, paths[i].flags, &a,
				NULL));
			free(copy);
		}
	}
}

/* 256 octets of path, 254 of mailbox are the most. */
static void
test_longest(void **state)
{
	struct address a;
	char in[300];
	int n;

	n = snprintf(in, sizeof(in), "<%s@%s.%s.%.61s>", L64, L63, L63, L63);
	assert_int_equal(n, 256);
	assert_int_equal(ADDRESS_OK,
	    address_parse_path(in, (size_t)n, 0, &a, NULL));
	assert_int_equal(a.len, ADDRESS_MAILBOX_MAX);
	n = snprintf(in, sizeof(in), "<%s@%s.%s.%.62s>", L64, L63, L63, L63);
	assert_int_equal(ADDRESS_TOO_LONG,
	    address_parse_path(in, (size_t)n, 0, &a, NULL));
}

static void
test_fold(void **state)
{
	static const struct {
		const char *label, *in, *key;
	} rows[] = {
		{ "lower case", "Ab.C@B.Example", "ab.c@b.example" },
		{ "quotes not needed", "\"Abc\"@b.example", "abc@b.example" },
		{ "pairs not needed", "\"a\\b\\c\"@b.example",
		    "abc@b.example" },
		{ "dot string", "\"a.b\"@b.example", "a.b@b.example" },
		{ "dots keep quotes", "\"a..b\"@b.example",
		    "\"a..b\"@b.example" },
		{ "dot first keeps quotes", "\".a\"@b.example",
		    "\".a\"@b.example" },
		{ "dot last keeps quotes", "\"a.\"@b.example",
		    "\"a.\"@b.example" },
		{ "space keeps quotes", "\"A\\ b\"@b.example",
		    "\"a b\"@b.example" },
		{ "quote stays escaped", "\"a\\\"\\\\\"@b.example",
		    "\"a\\\"\\\\\"@b.example" },
		{ "at stays quoted", "\"a@b\"@b.example", "\"a@b\"@b.example" },
		{ "nothing stays quoted", "\"\"@b.example", "\"\"@b.example" },
		{ "literal", "A@[IPv6:2001:DB8::1]", "a@[ipv6:2001:db8::1]" },
	};
	char key[ADDRESS_SIZE], again[ADDRESS_SIZE];
	struct address a;
	size_t i;

	for (i = 0; i < N(rows); i++) {
		assert_int_equal(ADDRESS_OK,
		    address_parse_mailbox(rows[i].in, strlen(rows[i].in), 0,
			&a));
		address_fold(&a, key);
		if (strcmp(key, rows[i].key) != 0)
			fail_msg("%s: %s", rows[i].label, key);
		assert_int_equal(ADDRESS_OK,
		    address_parse_mailbox(key, strlen(key), 0, &a));
		address_fold(&a, again);
		assert_string_equal(key, again);
	}
	memset(&a, 0, sizeof(a));
	address_fold(&a, key);
	assert_string_equal(key, "");
}

static void
test_domain(void **state)
{
	static const struct {
		const char *label, *in;
		unsigned flags;
		enum address_result result;
		const char *out;
	} rows[] = {
		{ "plain", "Example.ORG", 0, ADDRESS_OK, "example.org" },
		{ "trailing dot", "example.org.", 0, ADDRESS_OK,
		    "example.org" },
		{ "single refused", "localhost", 0, ADDRESS_DOMAIN_SINGLE,
		    NULL },
		{ "single with dot refused", "org.", 0, ADDRESS_DOMAIN_SINGLE,
		    NULL },
		{ "single allowed", "localhost", ADDRESS_SINGLE_LABEL,
		    ADDRESS_OK, "localhost" },
		{ "numeric refused", "192.0.2.1", 0, ADDRESS_DOMAIN_NUMERIC,
		    NULL },
		{ "numeric allowed", "2026",
		    ADDRESS_SINGLE_LABEL | ADDRESS_NUMERIC, ADDRESS_OK,
		    "2026" },
		{ "digits within", "1.2.example", 0, ADDRESS_OK,
		    "1.2.example" },
		{ "nothing", "", 0, ADDRESS_DOMAIN_EMPTY, NULL },
		{ "dot", ".", 0, ADDRESS_LABEL_EMPTY, NULL },
		{ "two dots last", "example.org..", 0, ADDRESS_LABEL_EMPTY,
		    NULL },
		{ "literal", "[192.0.2.1]", 0, ADDRESS_DOMAIN_CHAR, NULL },
		{ "address", "a@b.example", 0, ADDRESS_DOMAIN_CHAR, NULL },
		{ "wildcard", "*.example.org", 0, ADDRESS_DOMAIN_CHAR, NULL },
		{ "space", "example.org ", 0, ADDRESS_DOMAIN_CHAR, NULL },
		{ "label of 64 last", "a." L64, 0, ADDRESS_LABEL_LONG, NULL },
		{ "256 octets", L63 "." L63 "." L63 "." L64, 0,
		    ADDRESS_DOMAIN_LONG, NULL },
		{ "U-label refused",
		    "b\xc3\xbc"
		    "cher.example",
		    0, ADDRESS_NOT_ASCII, NULL },
		{ "U-label allowed",
		    "b\xc3\xbc"
		    "cher.example",
		    ADDRESS_UTF8, ADDRESS_OK,
		    "b\xc3\xbc"
		    "cher.example" },
	};
	char out[ADDRESS_DOMAIN_SIZE];
	enum address_result r;
	size_t i;

	for (i = 0; i < N(rows); i++) {
		r = address_domain_valid(rows[i].in, strlen(rows[i].in),
		    rows[i].flags, out, sizeof(out));
		if (r != rows[i].result)
			fail_msg("%s: %s", rows[i].label, address_strerror(r));
		if (r == ADDRESS_OK)
			assert_string_equal(out, rows[i].out);
		assert_int_equal(r,
		    address_domain_valid(rows[i].in, strlen(rows[i].in),
			rows[i].flags, NULL, 0));
	}
}

static void
test_domain_bounds(void **state)
{
	char in[300], out[ADDRESS_DOMAIN_SIZE];
	int n;

	n = snprintf(in, sizeof(in), "%s.%s.%s.%.61s.", L63, L63, L63, L63);
	assert_int_equal(n, ADDRESS_DOMAIN_MAX + 1);
	assert_int_equal(ADDRESS_OK,
	    address_domain_valid(in, (size_t)n, 0, out, sizeof(out)));
	assert_int_equal(strlen(out), ADDRESS_DOMAIN_MAX);
	n = snprintf(in, sizeof(in), "%s.%s.%s.%.62s", L63, L63, L63, L63);
	assert_int_equal(ADDRESS_DOMAIN_LONG,
	    address_domain_valid(in, (size_t)n, 0, out, sizeof(out)));
	assert_int_equal(ADDRESS_OK,
	    address_domain_valid("a.example", 9, 0, out, 10));
	assert_int_equal(ADDRESS_DOMAIN_LONG,
	    address_domain_valid("a.example", 9, 0, out, 9));
}

static void
test_strerror(void **state)
{
	int r;

	for (r = ADDRESS_OK; r <= ADDRESS_BAD_UTF8; r++) {
		assert_non_null(address_strerror((enum address_result)r));
		assert_string_not_equal(
		    address_strerror((enum address_result)r), "unknown error");
	}
	assert_string_equal(address_strerror((enum address_result)r),
	    "unknown error");
}

static void
test_literal(void **state)
{
	struct address a;

	assert_int_equal(ADDRESS_OK,
	    address_parse_mailbox("a@[192.0.2.1]", 13, 0, &a));
	assert_true(address_is_literal(&a));
	assert_int_equal(ADDRESS_OK,
	    address_parse_mailbox("\"[\"@b.example", 13, 0, &a));
	assert_false(address_is_literal(&a));
	memset(&a, 0, sizeof(a));
	assert_false(address_is_literal(&a));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_bad_paths),
		cmocka_unit_test(test_mailbox),
		cmocka_unit_test(test_bad_mailbox),
		cmocka_unit_test(test_used),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_every_length),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_domain),
		cmocka_unit_test(test_domain_bounds),
		cmocka_unit_test(test_strerror),
		cmocka_unit_test(test_literal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
