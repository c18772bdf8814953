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

/* sources: lib/dkim_txt.c lib/base64.c */
/* libs: -lcrypto */

/*
 * DKIM key records: those of RFC 8463 appendix A.2, and records that are like
 * ours or not.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base64.h"
#include "dkim_txt.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

#define ED "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
#define RSA1                                                                   \
	"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTz"                     \
	"WRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi"                     \
	"0Qvx/byYzCNb3W91y3FutACD"
#define RSA2                                                                   \
	"fzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvH"                     \
	"O9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
#define RSA RSA1 RSA2

/* SubjectPublicKeyInfo of the keys of RFC 8463 appendix A.2. */
struct spki {
	uint8_t octets[256];
	size_t len;
};

static void
ed25519_key(struct spki *k)
{
	static const uint8_t prefix[] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
		0x2b, 0x65, 0x70, 0x03, 0x21, 0x00 };

	memcpy(k->octets, prefix, sizeof(prefix));
	assert_int_equal(0,
	    base64_decode(ED, strlen(ED), k->octets + sizeof(prefix),
		sizeof(k->octets) - sizeof(prefix), &k->len));
	k->len += sizeof(prefix);
}

static void
rsa_key(struct spki *k)
{
	assert_int_equal(0,
	    base64_decode(RSA, strlen(RSA), k->octets, sizeof(k->octets),
		&k->len));
}

static void
test_record(void **state)
{
	char txt[DKIM_TXT_SIZE];
	struct spki k;
	size_t n;

	ed25519_key(&k);
	assert_int_equal(0,
	    dkim_txt_record(DKIM_ED25519_SHA256, k.octets, k.len, txt,
		sizeof(txt)));
	assert_string_equal(txt, "v=DKIM1; k=ed25519; p=" ED);
	rsa_key(&k);
	assert_int_equal(0,
	    dkim_txt_record(DKIM_RSA_SHA256, k.octets, k.len, txt,
		sizeof(txt)));
	assert_string_equal(txt, "v=DKIM1; k=rsa; p=" RSA);
	for (n = 0; n <= strlen("v=DKIM1; k=rsa; p=" RSA); n++) {
		errno = 0;
		assert_int_equal(-1,
		    dkim_txt_record(DKIM_RSA_SHA256, k.octets, k.len, txt, n));
		assert_int_equal(errno, ERANGE);
	}
	assert_int_equal(0,
	    dkim_txt_record(DKIM_RSA_SHA256, k.octets, k.len, txt, n));
}

static void
test_not_a_key(void **state)
{
	char txt[DKIM_TXT_SIZE];
	uint8_t long_key[DKIM_KEY_MAX + 1];
	struct spki ed, rsa;
	size_t i;

	ed25519_key(&ed);
	rsa_key(&rsa);
	memset(long_key, 0x30, sizeof(long_key));
	const struct {
		enum dkim_algorithm algorithm;
		const uint8_t *octets;
		size_t len;
	} rows[] = {
		{ DKIM_RSA_SHA256, ed.octets, ed.len },
		{ DKIM_ED25519_SHA256, rsa.octets, rsa.len },
		{ DKIM_RSA_SHA256, rsa.octets, rsa.len - 1 },
		{ DKIM_RSA_SHA256, rsa.octets, rsa.len + 1 },
		{ DKIM_ED25519_SHA256, ed.octets + 12, 32 },
		{ DKIM_RSA_SHA256, rsa.octets, 0 },
		{ DKIM_RSA_SHA256, long_key, sizeof(long_key) },
	};
	for (i = 0; i < N(rows); i++) {
		errno = 0;
		assert_int_equal(-1,
		    dkim_txt_record(rows[i].algorithm, rows[i].octets,
			rows[i].len, txt, sizeof(txt)));
		assert_int_equal(errno, EINVAL);
	}
}

static const struct {
	const char *label, *txt;
	enum dkim_txt_result result;
} rsa_rows[] = {
	{ "ours", "v=DKIM1; k=rsa; p=" RSA, DKIM_TXT_OK },
	{ "key only", "p=" RSA, DKIM_TXT_OK },
	{ "last semicolon", "v=DKIM1;p=" RSA " ; ", DKIM_TXT_OK },
	{ "white space",
	    " v = DKIM1 ;\r\n\tk = rsa ; p = " RSA1 " \t\r\n " RSA2,
	    DKIM_TXT_OK },
	{ "other tags", "v=DKIM1; n=p=x; t=y:s; z=; p=" RSA, DKIM_TXT_OK },
	{ "hashes", "v=DKIM1; h=sha1 : sha256; p=" RSA, DKIM_TXT_OK },
	{ "services", "v=DKIM1; s=other:email; p=" RSA, DKIM_TXT_OK },
	{ "all services", "v=DKIM1; s=*; p=" RSA, DKIM_TXT_OK },
	{ "nothing", "", DKIM_TXT_SYNTAX },
	{ "text", "hello", DKIM_TXT_SYNTAX },
	{ "no key", "v=DKIM1; k=rsa", DKIM_TXT_SYNTAX },
	{ "no name", "v=DKIM1; =x; p=" RSA, DKIM_TXT_SYNTAX },
	{ "empty tag", "v=DKIM1;; p=" RSA, DKIM_TXT_SYNTAX },
	{ "no equals sign", "v=DKIM1; k; p=" RSA, DKIM_TXT_SYNTAX },
	{ "two keys", "v=DKIM1; p=" RSA "; p=" RSA, DKIM_TXT_SYNTAX },
	{ "key cut", "v=DKIM1; p=" RSA1 "A", DKIM_TXT_SYNTAX },
	{ "quotes left in", "v=DKIM1; p=\"" RSA "\"", DKIM_TXT_SYNTAX },
	{ "version last", "p=" RSA "; v=DKIM1", DKIM_TXT_VERSION },
	{ "version in lower case", "v=dkim1; p=" RSA, DKIM_TXT_VERSION },
	{ "version two", "v=DKIM2; p=" RSA, DKIM_TXT_VERSION },
	{ "SPF", "v=spf1 -all", DKIM_TXT_VERSION },
	{ "other kind", "v=DKIM1; k=ed25519; p=" RSA, DKIM_TXT_UNUSABLE },
	{ "SHA-1 only", "v=DKIM1; h=sha1; p=" RSA, DKIM_TXT_UNUSABLE },
	{ "no hash", "v=DKIM1; h=; p=" RSA, DKIM_TXT_UNUSABLE },
	{ "other service", "v=DKIM1; s=other; p=" RSA, DKIM_TXT_UNUSABLE },
	{ "revoked", "v=DKIM1; p=", DKIM_TXT_REVOKED },
	{ "revoked, white space", "v=DKIM1; p= ;", DKIM_TXT_REVOKED },
	{ "other key", "v=DKIM1; p=" RSA2, DKIM_TXT_OTHER },
	{ "longer key", "v=DKIM1; p=" RSA RSA RSA RSA RSA RSA, DKIM_TXT_OTHER },
};

static void
test_check(void **state)
{
	struct spki k;
	enum dkim_txt_result r;
	size_t i;

	rsa_key(&k);
	for (i = 0; i < N(rsa_rows); i++) {
		r = dkim_txt_check(rsa_rows[i].txt, strlen(rsa_rows[i].txt),
		    DKIM_RSA_SHA256, k.octets, k.len);
		if (r != rsa_rows[i].result)
			fail_msg("%s: %d", rsa_rows[i].label, (int)r);
	}
}

static void
test_check_ed25519(void **state)
{
	static const struct {
		const char *txt;
		enum dkim_txt_result result;
	} rows[] = {
		{ "v=DKIM1; k=ed25519; p=" ED, DKIM_TXT_OK },
		{ "v=DKIM1; p=" ED, DKIM_TXT_UNUSABLE },
		{ "v=DKIM1; k=rsa; p=" ED, DKIM_TXT_UNUSABLE },
		{ "v=DKIM1; k=ed25519; p=", DKIM_TXT_REVOKED },
		{ "v=DKIM1; k=ed25519; p=MCowBQYDK2VwAyEA", DKIM_TXT_OTHER },
	};
	struct spki k;
	size_t i;

	ed25519_key(&k);
	for (i = 0; i < N(rows); i++)
		assert_int_equal(rows[i].result,
		    dkim_txt_check(rows[i].txt, strlen(rows[i].txt),
			DKIM_ED25519_SHA256, k.octets, k.len));
	assert_int_equal(DKIM_TXT_OTHER,
	    dkim_txt_check(rows[0].txt, strlen(rows[0].txt),
		DKIM_ED25519_SHA256, k.octets, k.len - 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_record),
		cmocka_unit_test(test_not_a_key),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_check_ed25519),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
