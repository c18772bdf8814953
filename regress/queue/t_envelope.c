/* sources: lib/idn.c lib/address.c lib/compat.c */
/* libs: -lidn2 */
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
 * Envelopes as they are stored: what is written reads back, and so does what
 * an older version wrote.
 *
 * sources: queue/envelope.c queue/blob.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "blob.h"
#include "envelope.h"

/* One of version 2, or as version 1 has it: without sources. */
static void
make(struct blob *b, unsigned version)
{
	struct envelope_rcpt r = { 0, "a@example.net", "" };
	struct blob rcpts = { 0 };

	envelope_put_rcpt(&rcpts, &r);
	blob_put_u8(b, (uint8_t)version);
	blob_put_u8(b, ENVELOPE_MAIL);
	blob_put_u64(b, 1700000000000);
	blob_put_u32(b, 0);
	blob_put_str(b, "news@example.org");
	blob_put_str(b, "news@bounce.example.org");
	blob_put_str(b, "news@example.org");
	blob_put_str(b, "<1@example.org>");
	blob_put_str(b, "envid");
	blob_put_str(b, "user");
	blob_put_str(b, "compartment");
	blob_put_str(b, "s1");
	blob_put_str(b, "192.0.2.1");
	if (version > 1)
		blob_put_str(b, "192.0.2.9");
	blob_put_u32(b, 1);
	blob_put_data(b, rcpts.data, rcpts.len);
	assert_false(rcpts.bad || b->bad);
	blob_free(&rcpts);
}

static void
versions_are_read(void **state)
{
	struct blob b = { 0 }, again = { 0 };
	struct envelope e;
	unsigned version;

	for (version = 1; version <= 2; version++) {
		make(&b, version);
		assert_int_equal(envelope_decode(&e, b.data, b.len), 0);
		assert_string_equal(e.source, "192.0.2.1");
		assert_string_equal(e.sources, version == 1 ? "" : "192.0.2.9");
		assert_int_equal(e.rcpts, 1);
		/* What is written is of the newest version. */
		envelope_encode(&again, &e);
		assert_int_equal(again.data[0], 2);
		assert_true(version == 1 ||
		    (again.len == b.len &&
			memcmp(again.data, b.data, b.len) == 0));
		blob_free(&again);
		blob_free(&b);
		memset(&again, 0, sizeof(again));
		memset(&b, 0, sizeof(b));
	}
}

static void
others_are_refused(void **state)
{
	struct blob b = { 0 };
	struct envelope e;
	size_t len;

	make(&b, 2);
	for (len = 0; len < b.len; len++)
		assert_int_equal(envelope_decode(&e, b.data, len), -1);
	b.data[0] = 0;
	assert_int_equal(envelope_decode(&e, b.data, b.len), -1);
	b.data[0] = 3;
	assert_int_equal(envelope_decode(&e, b.data, b.len), -1);
	blob_free(&b);
}

static void
test_destination_of_an_address(void **state)
{
	static const char *const rows[][2] = {
		{ "a@Example.ORG", "example.org" },
		{ "a@b@example.org", "example.org" },
		{ "a@[192.0.2.1]", "[192.0.2.1]" },
		{ "a@B\303\274cher.Example", "xn--bcher-kva.example" },
		{ "a@XN--BCHER-KVA.example", "xn--bcher-kva.example" },
	};
	char domain[256], small[8];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
		    envelope_domain(rows[i][0], domain, sizeof(domain)), 0);
		assert_string_equal(domain, rows[i][1]);
	}
	assert_int_equal(envelope_domain("a", domain, sizeof(domain)), -1);
	assert_int_equal(envelope_domain("a@", domain, sizeof(domain)), -1);
	assert_int_equal(envelope_domain("a@b c", domain, sizeof(domain)), -1);
	assert_int_equal(envelope_domain("a@example.org", small, sizeof(small)),
	    -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_destination_of_an_address),
		cmocka_unit_test(versions_are_read),
		cmocka_unit_test(others_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
