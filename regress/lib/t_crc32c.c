/* sources: lib/crc32c.c */
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
 * CRC-32C: what the RFC says, piece by piece, and the processor's instruction
 * against the tables, at all lengths and places about its lanes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "crc32c.h"

static uint8_t data[20000];

/* RFC 3720, appendix B.4. */
static void
test_of_the_rfc(void **state)
{
	uint8_t v[32];
	unsigned i;

	memset(v, 0, sizeof(v));
	assert_int_equal(crc32c(0, v, sizeof(v)), 0x8a9136aa);
	memset(v, 0xff, sizeof(v));
	assert_int_equal(crc32c(0, v, sizeof(v)), 0x62a8ab43);
	for (i = 0; i < sizeof(v); i++)
		v[i] = (uint8_t)i;
	assert_int_equal(crc32c(0, v, sizeof(v)), 0x46dd794e);
	assert_int_equal(crc32c(0, "123456789", 9), 0xe3069283);
}

static void
test_same_as_tables(void **state)
{
	size_t len, off;
	uint32_t before;

	for (len = 0; len < 13000; len += len < 100 ? 1 : 97) {
		off = len % 19;
		before = (uint32_t)(len * 2654435761u);
		assert_int_equal(crc32c(before, data + off, len),
		    crc32c_portable(before, data + off, len));
	}
}

static void
test_in_pieces(void **state)
{
	uint32_t whole, sum;
	size_t off, piece;

	whole = crc32c(0, data, sizeof(data));
	for (piece = 1; piece < 9000; piece += 1 + piece / 2) {
		sum = 0;
		for (off = 0; off + piece <= sizeof(data); off += piece)
			sum = crc32c(sum, data + off, piece);
		sum = crc32c(sum, data + off, sizeof(data) - off);
		assert_int_equal(sum, whole);
	}
}

static int
fill(void **state)
{
	uint32_t x = 1;
	size_t i;

	for (i = 0; i < sizeof(data); i++) {
		x = x * 1664525 + 1013904223;
		data[i] = (uint8_t)(x >> 24);
	}
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_of_the_rfc),
		cmocka_unit_test(test_same_as_tables),
		cmocka_unit_test(test_in_pieces),
	};

	return cmocka_run_group_tests(tests, fill, NULL);
}
