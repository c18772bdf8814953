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
 * SCRAM-SHA-256 keys and proofs, with the exchange of RFC 7677 section 3.
 *
 * sources: control/scram.c lib/base64.c
 * libs: -lcrypto
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base64.h"
#include "scram.h"

#define MESSAGE                                                                \
	"n=user,r=rOprNGfwEbeRWgbNEkqO,"                                       \
	"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"                \
	"s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"                                   \
	"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"

static void
decode(const char *text, uint8_t *out, size_t size)
{
	size_t n;

	assert_int_equal(base64_decode(text, strlen(text), out, size, &n), 0);
	assert_int_equal(n, size);
}

static void
rfc_7677(void **state)
{
	uint8_t proof[SCRAM_KEY_SIZE], signature[SCRAM_KEY_SIZE];
	uint8_t want[SCRAM_KEY_SIZE];
	struct scram_keys k;

	decode("W22ZaJ0SNY7soEsUEjb6gQ==", k.salt, sizeof(k.salt));
	k.iterations = 4096;
	assert_int_equal(scram_derive("pencil", &k), 0);
	decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", proof,
	    sizeof(proof));
	assert_int_equal(scram_verify(&k, MESSAGE, proof, signature), 1);
	decode("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", want,
	    sizeof(want));
	assert_memory_equal(signature, want, sizeof(want));
	assert_int_equal(scram_verify(&k, MESSAGE "x", proof, signature), 0);
	proof[31] ^= 1;
	assert_int_equal(scram_verify(&k, MESSAGE, proof, signature), 0);
	proof[31] ^= 1;
	assert_int_equal(scram_derive("pencils", &k), 0);
	assert_int_equal(scram_verify(&k, MESSAGE, proof, signature), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc_7677),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
