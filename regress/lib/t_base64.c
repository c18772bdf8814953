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

/* sources: lib/base64.c */

/*
 * Base64: the vectors of RFC 4648 section 10, and what must be refused.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base64.h"

static const struct {
	const char *plain, *encoded;
} vectors[] = {
	{ "", "" },
	{ "f", "Zg==" },
	{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
	{ "\xff\xff\xff\xfb\xf0", "////+/A=" },
};

static const struct {
	const char *label, *text;
} refused[] = {
	{ "no padding", "Zg" },
	{ "half padding", "Zg=" },
	{ "one character", "Z" },
	{ "padding only", "====" },
	{ "three of padding", "Z===" },
	{ "padding inside", "Zg==Zg==" },
	{ "padding before data", "Zg=v" },
	{ "stray bits after one octet", "Zh==" },
	{ "stray bits after two octets", "Zm9=" },
	{ "space", "Zm 9" },
	{ "line end", "Zm9v\r\n" },
	{ "line end of four", "\r\n\r\n" },
	{ "URL alphabet", "-_-_" },
	{ "8-bit", "Zm9\xe9" },
};

static void
test_vectors(void **state)
{
	uint8_t octets[16];
	char text[32];
	size_t i, len, n;

	for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		n = strlen(vectors[i].plain);
		assert_int_equal(0,
		    base64_encode(vectors[i].plain, n, text, sizeof(text)));
		assert_string_equal(text, vectors[i].encoded);
		assert_int_equal(BASE64_LEN(n), strlen(text));
		assert_int_equal(0,
		    base64_decode(text, strlen(text), octets, sizeof(octets),
			&len));
		assert_int_equal(len, n);
		assert_memory_equal(octets, vectors[i].plain, n);
	}
}

static void
test_refused(void **state)
{
	uint8_t octets[16];
	size_t i, len;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		errno = 0;
		if (base64_decode(refused[i].text, strlen(refused[i].text),
			octets, sizeof(octets), &len) != -1)
			fail_msg("accepted: %s", refused[i].label);
		assert_int_equal(errno, EINVAL);
	}
}

static void
test_nul_refused(void **state)
{
	uint8_t octets[16];
	size_t len;

	assert_int_equal(-1,
	    base64_decode("Zm\0v", 4, octets, sizeof(octets), &len));
}

/* Exactly enough is enough, one less is an error and not an overrun. */
static void
test_bounds(void **state)
{
	uint8_t octets[4] = { 0, 0, 0, 0x55 };
	char text[] = "xxxxxxxxx";
	size_t len;

	assert_int_equal(0, base64_encode("foobar", 6, text, 9));
	memset(text, 'x', 9);
	errno = 0;
	assert_int_equal(-1, base64_encode("foobar", 6, text, 8));
	assert_int_equal(errno, ERANGE);
	assert_string_equal(text, "xxxxxxxxx");
	assert_int_equal(0, base64_decode("Zm9v", 4, octets, 3, &len));
	assert_int_equal(octets[3], 0x55);
	errno = 0;
	assert_int_equal(-1, base64_decode("Zm9v", 4, octets, 2, &len));
	assert_int_equal(errno, ERANGE);
	assert_int_equal(0, base64_decode("", 0, octets, 0, &len));
	assert_int_equal(len, 0);
}

static void
test_every_octet(void **state)
{
	uint8_t in[256], out[256];
	char text[BASE64_LEN(256) + 1];
	size_t i, len;

	for (i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)i;
	for (i = 0; i <= sizeof(in); i++) {
		assert_int_equal(0, base64_encode(in, i, text, sizeof(text)));
		assert_int_equal(0,
		    base64_decode(text, strlen(text), out, i, &len));
		assert_int_equal(len, i);
		assert_memory_equal(in, out, i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_nul_refused),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_every_octet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
