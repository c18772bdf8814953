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

/* sources: httpd/reqbody.c httpd/fault.c httpd/percent.c lib/address.c */
/* libs: -lcrypto */

/*
 * Bodies that are read and that are refused, whole and an octet at a time.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fault.h"
#include "reqbody.h"

#define MAX 100u

struct got {
	char s[256];
	size_t len;
};

static int
got_cb(void *arg, const char *s, size_t len)
{
	struct got *got = arg;

	assert_true(len > 0 && got->len + len < sizeof(got->s));
	memcpy(got->s + got->len, s, len);
	got->len += len;
	return 0;
}

static int
fail_cb(void *arg, const char *s, size_t len)
{
	return -1;
}

static enum reqbody_status
feed_all(struct reqbody *b, const char *s, size_t step, size_t *total,
    struct fault *f)
{
	enum reqbody_status status = REQBODY_MORE;
	size_t used, n, len = strlen(s);

	for (*total = 0; status == REQBODY_MORE && *total < len;
	     *total += used) {
		n = len - *total < step ? len - *total : step;
		status = reqbody_feed(b, s + *total, n, &used, f);
	}
	return status;
}

static const struct {
	const char *label;
	const char *body;
	enum reqbody_status status;
	enum fault_kind kind;
	const char *content;
	size_t rest; /* octets not used */
} chunked[] = {
	{ "nothing", "0\r\n\r\n", REQBODY_DONE, FAULT_NONE, "", 0 },
	{ "one", "3\r\nabc\r\n0\r\n\r\nGET", REQBODY_DONE, FAULT_NONE, "abc",
	    3 },
	{ "two", "3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n", REQBODY_DONE,
	    FAULT_NONE, "abc0123456789", 0 },
	{ "zeros before", "0003\r\nabc\r\n000\r\n\r\n", REQBODY_DONE,
	    FAULT_NONE, "abc", 0 },
	{ "small letters", "a\r\n0123456789\r\n0\r\n\r\n", REQBODY_DONE,
	    FAULT_NONE, "0123456789", 0 },
	{ "extension", "3;a=\"b\"\r\nabc\r\n0 ;c\r\n\r\n", REQBODY_DONE,
	    FAULT_NONE, "abc", 0 },
	{ "trailers", "3\r\nabc\r\n0\r\nA: b\r\nC:\r\n\r\nx", REQBODY_DONE,
	    FAULT_NONE, "abc", 1 },
	{ "line ends in content", "4\r\n\r\n\r\n\r\n0\r\n\r\n", REQBODY_DONE,
	    FAULT_NONE, "\r\n\r\n", 0 },
	{ "more to come", "3\r\nab", REQBODY_MORE, FAULT_NONE, "ab", 0 },
	{ "size of the limit and one", "65\r\n", REQBODY_REFUSED, FAULT_TOOBIG,
	    "", 0 },
	{ "sum over the limit", "3\r\nabc\r\n62\r\n", REQBODY_REFUSED,
	    FAULT_TOOBIG, "abc", 0 },
	{ "size of 64 bits", "ffffffffffffffff\r\n", REQBODY_REFUSED,
	    FAULT_TOOBIG, "", 0 },
	{ "size of 65 bits", "1000000000000003\r\nabc", REQBODY_REFUSED,
	    FAULT_TOOBIG, "", 3 },
	{ "size of 68 bits", "10000000000000003\r\nabc", REQBODY_REFUSED,
	    FAULT_TOOBIG, "", 3 },
	{ "no size", "\r\nabc", REQBODY_REFUSED, FAULT_PARSE, "", 3 },
	{ "negative size", "-3\r\nabc", REQBODY_REFUSED, FAULT_PARSE, "", 3 },
	{ "0x", "0x3\r\nabc", REQBODY_REFUSED, FAULT_PARSE, "", 3 },
	{ "space first", " 3\r\nabc", REQBODY_REFUSED, FAULT_PARSE, "", 3 },
	{ "size and word", "3 a\r\nabc", REQBODY_REFUSED, FAULT_PARSE, "", 3 },
	{ "bare LF after the size", "3\nabc", REQBODY_REFUSED, FAULT_PARSE, "",
	    3 },
	{ "bare CR in the size", "3\r;a\r\nabc", REQBODY_REFUSED, FAULT_PARSE,
	    "", 6 },
	{ "bare LF after content", "3\r\nabc\n0\r\n\r\n", REQBODY_REFUSED,
	    FAULT_PARSE, "abc", 5 },
	{ "content too long", "3\r\nabcd\r\n0\r\n\r\n", REQBODY_REFUSED,
	    FAULT_PARSE, "abc", 7 },
	{ "content too short", "4\r\nabc\r\n0\r\n\r\n", REQBODY_REFUSED,
	    FAULT_PARSE, "abc\r", 5 },
	{ "control in an extension", "3;a\001\r\nabc", REQBODY_REFUSED,
	    FAULT_PARSE, "", 5 },
	{ "trailer that is folded", "0\r\nA: b\r\n c:d\r\n\r\n",
	    REQBODY_REFUSED, FAULT_PARSE, "", 2 },
	{ "trailer without a colon", "0\r\nabc\r\n\r\n", REQBODY_REFUSED,
	    FAULT_PARSE, "", 2 },
	{ "trailer with a bare LF", "0\r\nA: b\n\r\n", REQBODY_REFUSED,
	    FAULT_PARSE, "", 2 },
};

static void
test_chunked(void **state)
{
	struct reqbody *b;
	struct fault f;
	struct got got;
	enum reqbody_status status;
	size_t i, step, total;

	for (i = 0; i < sizeof(chunked) / sizeof(chunked[0]); i++) {
		for (step = 1; step < 1000; step += 998) {
			got.len = 0;
			fault_clear(&f);
			b = reqbody_new(REQUEST_CHUNKED, 0, MAX, got_cb, &got,
			    &f);
			assert_non_null(b);
			status = feed_all(b, chunked[i].body, step, &total, &f);
			if (status != chunked[i].status ||
			    f.kind != chunked[i].kind ||
			    got.len != strlen(chunked[i].content) ||
			    memcmp(got.s, chunked[i].content, got.len) != 0 ||
			    (step > 1 &&
				total !=
				    strlen(chunked[i].body) - chunked[i].rest))
				fail_msg("%s: %d, %zu used, %zu got, %s",
				    chunked[i].label, (int)status, total,
				    got.len, f.text);
			assert_int_equal(reqbody_size(b), got.len);
			reqbody_free(b);
		}
	}
}

/* One that grows without end in framing alone. */
static void
expect_end(const char *begin, const char *again, size_t most)
{
	struct reqbody *b;
	struct fault f;
	struct got got = { .len = 0 };
	enum reqbody_status status = REQBODY_MORE;
	size_t used, sent;

	b = reqbody_new(REQUEST_CHUNKED, 0, UINT64_MAX, got_cb, &got, &f);
	assert_non_null(b);
	(void)reqbody_feed(b, begin, strlen(begin), &used, &f);
	for (sent = used; status == REQBODY_MORE; sent += used) {
		got.len = 0;
		status = reqbody_feed(b, again, strlen(again), &used, &f);
	}
	assert_int_equal(status, REQBODY_REFUSED);
	assert_int_equal(f.kind, FAULT_PARSE);
	assert_true(sent <= most);
	reqbody_free(b);
}

static void
test_bounds(void **state)
{
	expect_end("", "0", REQBODY_LINE_MAX + 2);
	expect_end("1;", "a", REQBODY_LINE_MAX + 2);
	expect_end("", "1;aaaaaaaaaaaaaaaa\r\nb\r\n",
	    2 * REQBODY_EXTENSIONS_MAX);
	expect_end("0\r\n", "a: b\r\n", 2 * REQBODY_TRAILERS_MAX);
}

static const uint8_t empty[] = { 0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14,
	0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4,
	0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8,
	0x55 };
static const uint8_t abc[] = { 0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea,
	0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3,
	0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15,
	0xad };

static void
test_length(void **state)
{
	uint8_t digest[REQBODY_DIGEST];
	struct got got = { .len = 0 };
	struct reqbody *b;
	struct fault f;
	size_t used;

	b = reqbody_new(REQUEST_LENGTH, 3, MAX, got_cb, &got, &f);
	assert_int_equal(0, reqbody_hash(b));
	assert_int_equal(REQBODY_MORE, reqbody_feed(b, "a", 1, &used, &f));
	assert_int_equal(REQBODY_DONE, reqbody_feed(b, "bcdef", 5, &used, &f));
	assert_int_equal(used, 2);
	assert_int_equal(REQBODY_DONE, reqbody_feed(b, "def", 3, &used, &f));
	assert_int_equal(used, 0);
	assert_int_equal(0, reqbody_digest(b, digest));
	assert_memory_equal(digest, abc, sizeof(abc));
	reqbody_free(b);

	b = reqbody_new(REQUEST_LENGTH, 0, MAX, got_cb, &got, &f);
	assert_int_equal(0, reqbody_hash(b));
	assert_int_equal(REQBODY_DONE, reqbody_feed(b, "", 0, &used, &f));
	assert_int_equal(0, reqbody_digest(b, digest));
	assert_memory_equal(digest, empty, sizeof(empty));
	reqbody_free(b);

	b = reqbody_new(REQUEST_NO_BODY, 0, MAX, got_cb, &got, &f);
	assert_int_equal(REQBODY_DONE, reqbody_feed(b, "GET", 3, &used, &f));
	assert_int_equal(used, 0);
	assert_int_equal(-1, reqbody_digest(b, digest)); /* not asked for */
	reqbody_free(b);

	b = reqbody_new(REQUEST_LENGTH, MAX, MAX, got_cb, &got, &f);
	assert_non_null(b);
	reqbody_free(b);
	assert_null(
	    reqbody_new(REQUEST_LENGTH, MAX + 1, MAX, got_cb, &got, &f));
	assert_int_equal(f.kind, FAULT_TOOBIG);
	assert_string_equal(f.text,
	    "Message exceeds byte limit : limit is 100");
}

static void
test_owner_fails(void **state)
{
	struct reqbody *b;
	struct fault f;
	size_t used;

	b = reqbody_new(REQUEST_LENGTH, 3, MAX, fail_cb, NULL, &f);
	assert_int_equal(REQBODY_REFUSED, reqbody_feed(b, "a", 1, &used, &f));
	assert_int_equal(f.kind, FAULT_INTERNAL);
	reqbody_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chunked),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_owner_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
