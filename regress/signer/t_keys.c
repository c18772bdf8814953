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
 * Private keys: made, imported, sealed, opened, and what they sign.
 *
 * sources: signer/key.c signer/tlskeys.c signer/dkimkeys.c
 * sources: lib/box.c lib/log.c lib/logsock.c lib/compat.c
 * sources: lib/sandbox_linux.c
 * sources: regress/lib/testcert.c
 * libs: -ltls -lssl -lcrypto -lseccomp
 */
#include <sys/wait.h>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bounds.h"
#include "dkimkeys.h"
#include "key.h"
#include "proto_conf.h"
#include "proto_reseal.h"
#include "proto_secret.h"
#include "proto_sign.h"
#include "sandbox.h"
#include "testcert.h"
#include "tlskeys.h"

static const struct conf_secret secret = {
	.key = "0123456789abcdef0123456789abcde"
};
static const struct conf_secret other = {
	.key = "0123456789abcdef0123456789abcdX"
};
static struct sign_made rsa, ed;

static void
make(struct sign_made *made, enum sign_algorithm algorithm, uint32_t bits)
{
	struct sign_make q;

	q.algorithm = algorithm;
	q.bits = bits;
	dkimkeys_make(&secret, &q, made);
	assert_true(made->ok);
	assert_int_equal(made->algorithm, algorithm);
	assert_int_equal(made->bits, bits);
	assert_int_equal(made->why[0], '\0');
}

static EVP_PKEY *
public_half(const struct sign_made *made)
{
	const uint8_t *p;
	EVP_PKEY *key;

	p = made->pub;
	key = d2i_PUBKEY(NULL, &p, (long)made->pub_len);
	assert_non_null(key);
	assert_ptr_equal(p, made->pub + made->pub_len);
	return key;
}

static int
load(struct dkimkeys *d, const struct conf_secret *s, uint64_t number,
    const struct sign_made *made)
{
	static struct sign_load l;

	l.key = number;
	l.sealed_len = made->sealed_len;
	memcpy(l.sealed, made->sealed, sizeof(l.sealed));
	return dkimkeys_load(d, s, &l);
}

static bool
verifies(const struct sign_made *made, const struct sign_dkim *q,
    const struct sign_signature *s)
{
	EVP_PKEY *pub;
	EVP_PKEY_CTX *ctx;
	EVP_MD_CTX *md;
	int ok;

	pub = public_half(made);
	if (made->algorithm == SIGN_ED25519) {
		md = EVP_MD_CTX_new();
		ok = EVP_DigestVerifyInit(md, NULL, NULL, NULL, pub) == 1 &&
		    EVP_DigestVerify(md, s->signature, s->len, q->digest,
			sizeof(q->digest)) == 1;
		EVP_MD_CTX_free(md);
	} else {
		ctx = EVP_PKEY_CTX_new(pub, NULL);
		ok = EVP_PKEY_verify_init(ctx) == 1 &&
		    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
		    EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1 &&
		    EVP_PKEY_verify(ctx, s->signature, s->len, q->digest,
			sizeof(q->digest)) == 1;
		EVP_PKEY_CTX_free(ctx);
	}
	EVP_PKEY_free(pub);
	return ok;
}

static void
test_dkim_signatures_verify(void **state)
{
	struct sign_signature s;
	struct sign_dkim q;
	struct dkimkeys *d;

	d = dkimkeys_new();
	assert_int_equal(load(d, &secret, 1, &rsa), 0);
	assert_int_equal(load(d, &secret, 1025, &ed), 0);
	assert_int_equal(dkimkeys_count(d), 2);
	memset(&q, 0x5a, sizeof(q));
	q.key = 1;
	q.algorithm = SIGN_RSA_SHA256;
	assert_int_equal(dkimkeys_sign(d, &q, &s), 0);
	assert_int_equal(s.len, 256);
	assert_true(verifies(&rsa, &q, &s));
	q.digest[0] ^= 1;
	assert_false(verifies(&rsa, &q, &s));
	q.key = 1025;
	assert_int_equal(dkimkeys_sign(d, &q, &s), -1);
	q.algorithm = SIGN_ED25519;
	assert_int_equal(dkimkeys_sign(d, &q, &s), 0);
	assert_int_equal(s.len, 64);
	assert_true(verifies(&ed, &q, &s));
	q.key = 2;
	assert_int_equal(dkimkeys_sign(d, &q, &s), -1);
	dkimkeys_free(d);
}

static void
test_load_replaces_and_drop_forgets(void **state)
{
	struct sign_signature s;
	struct sign_dkim q;
	struct dkimkeys *d;

	d = dkimkeys_new();
	memset(&q, 0x5a, sizeof(q));
	q.key = 7;
	q.algorithm = SIGN_ED25519;
	assert_int_equal(load(d, &secret, 7, &rsa), 0);
	assert_int_equal(dkimkeys_sign(d, &q, &s), -1);
	assert_int_equal(load(d, &secret, 7, &ed), 0);
	assert_int_equal(dkimkeys_count(d), 1);
	assert_int_equal(dkimkeys_sign(d, &q, &s), 0);
	/* One that cannot be opened leaves the one that is there. */
	assert_int_equal(load(d, &other, 7, &rsa), -1);
	assert_int_equal(dkimkeys_sign(d, &q, &s), 0);
	dkimkeys_drop(d, 8);
	dkimkeys_drop(d, 7 + 1024);
	assert_int_equal(dkimkeys_count(d), 1);
	dkimkeys_drop(d, 7);
	assert_int_equal(dkimkeys_count(d), 0);
	assert_int_equal(dkimkeys_sign(d, &q, &s), -1);
	dkimkeys_free(d);
}

static void
test_seal_opens_with_its_secret_only(void **state)
{
	EVP_PKEY *key, *pub;

	key = key_open(&secret, rsa.sealed, rsa.sealed_len);
	assert_non_null(key);
	pub = public_half(&rsa);
	assert_int_equal(EVP_PKEY_eq(key, pub), 1);
	EVP_PKEY_free(key);
	EVP_PKEY_free(pub);
	assert_null(key_open(&other, rsa.sealed, rsa.sealed_len));
}

static void
test_changed_seal_does_not_open(void **state)
{
	static uint8_t sealed[SEALED_KEY_MAX + 1];
	uint32_t i;

	memcpy(sealed, ed.sealed, ed.sealed_len);
	for (i = 0; i < ed.sealed_len; i++) {
		sealed[i] ^= 1;
		assert_null(key_open(&secret, sealed, ed.sealed_len));
		sealed[i] ^= 1;
		assert_null(key_open(&secret, sealed, i));
	}
	assert_null(key_open(&secret, sealed, ed.sealed_len + 1));
	/* The algorithm of the other kind is no way in. */
	sealed[1] = SIGN_RSA_SHA256;
	assert_null(key_open(&secret, sealed, ed.sealed_len));
}

static void
test_seals_differ_and_hide_the_key(void **state)
{
	static uint8_t again[SEALED_KEY_MAX];
	EVP_PKEY *key;
	uint8_t raw[32];
	uint32_t len;
	size_t n;

	key = key_open(&secret, ed.sealed, ed.sealed_len);
	assert_non_null(key);
	assert_int_equal(key_seal(key, &secret, again, &len, sizeof(again)), 0);
	assert_int_equal(len, ed.sealed_len);
	assert_memory_not_equal(again + 2, ed.sealed + 2, 12);
	n = sizeof(raw);
	assert_int_equal(EVP_PKEY_get_raw_private_key(key, raw, &n), 1);
	assert_null(memmem(ed.sealed, ed.sealed_len, raw, n));
	assert_int_equal(key_seal(key, &secret, again, &len, 40), -1);
	EVP_PKEY_free(key);
}

static char *
pem_of(EVP_PKEY *key, const EVP_CIPHER *cipher, bool traditional)
{
	static const unsigned char password[] = "edd";
	char *data, *s;
	BIO *bio;
	long len;
	int ok;

	bio = BIO_new(BIO_s_mem());
	if (traditional)
		ok = PEM_write_bio_PrivateKey_traditional(bio, key, cipher,
		    NULL, 0, NULL, NULL);
	else
		ok = PEM_write_bio_PrivateKey(bio, key, cipher,
		    cipher == NULL ? NULL : password, cipher == NULL ? 0 : 3,
		    NULL, NULL);
	assert_int_equal(ok, 1);
	len = BIO_get_mem_data(bio, &data);
	s = strndup(data, (size_t)len);
	assert_non_null(s);
	BIO_free(bio);
	return s;
}

/* Import a PEM text: NULL if it is taken, else why not. */
static const char *
import_text(const char *pem, struct sign_made *made)
{
	static struct sign_import q;

	assert_true(strlen(pem) < sizeof(q.pem));
	(void)strcpy(q.pem, pem);
	dkimkeys_import(&secret, &q, made);
	return made->ok ? NULL : made->why;
}

/* Takes the key over. */
static const char *
import_key(EVP_PKEY *key, const EVP_CIPHER *cipher, bool traditional,
    struct sign_made *made)
{
	const char *why;
	char *pem;

	assert_non_null(key);
	pem = pem_of(key, cipher, traditional);
	why = import_text(pem, made);
	free(pem);
	EVP_PKEY_free(key);
	return why;
}

static void
test_import_takes_both_forms(void **state)
{
	static struct sign_made made;

	assert_null(import_key(key_open(&secret, rsa.sealed, rsa.sealed_len),
	    NULL, true, &made));
	assert_int_equal(made.algorithm, SIGN_RSA_SHA256);
	assert_int_equal(made.bits, 2048);
	assert_int_equal(made.pub_len, rsa.pub_len);
	assert_memory_equal(made.pub, rsa.pub, rsa.pub_len);
	assert_null(import_key(key_open(&secret, rsa.sealed, rsa.sealed_len),
	    NULL, false, &made));
	assert_null(import_key(key_open(&secret, ed.sealed, ed.sealed_len),
	    NULL, false, &made));
	assert_int_equal(made.algorithm, SIGN_ED25519);
	assert_int_equal(made.bits, 0);
}

static EVP_PKEY *
rsa_of_parts(EVP_PKEY *from, bool spoil)
{
	OSSL_PARAM *params;
	const OSSL_PARAM *d;
	EVP_PKEY_CTX *ctx;
	EVP_PKEY *key;

	assert_int_equal(EVP_PKEY_todata(from, EVP_PKEY_KEYPAIR, &params), 1);
	d = OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_RSA_D);
	assert_non_null(d);
	if (spoil)
		((uint8_t *)d->data)[9] ^= 2;
	key = NULL;
	ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params),
	    1);
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	return key;
}

static void
test_import_refuses(void **state)
{
	static struct sign_made made;
	EVP_PKEY *key;

	assert_string_equal(import_text("", &made),
	    "this is no private key in PEM without a passphrase");
	assert_string_equal(import_text("-----BEGIN PRIVATE KEY-----\n", &made),
	    "this is no private key in PEM without a passphrase");
	assert_string_equal(
	    import_key(key_open(&secret, rsa.sealed, rsa.sealed_len),
		EVP_aes_256_cbc(), false, &made),
	    "this is no private key in PEM without a passphrase");
	assert_string_equal(
	    import_key(EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"), NULL,
		false, &made),
	    "the key is neither RSA nor Ed25519");
	assert_string_equal(import_key(EVP_PKEY_Q_keygen(NULL, NULL, "ED448"),
				NULL, false, &made),
	    "the key is neither RSA nor Ed25519");
	assert_string_equal(
	    import_key(EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024), NULL,
		false, &made),
	    "an RSA key has 2048 to 4096 bits, this one has 1024");
	key = key_open(&secret, rsa.sealed, rsa.sealed_len);
	assert_null(import_key(rsa_of_parts(key, false), NULL, false, &made));
	assert_string_equal(
	    import_key(rsa_of_parts(key, true), NULL, false, &made),
	    "the halves of the key do not belong together");
	EVP_PKEY_free(key);
	assert_int_equal(made.sealed_len, 0);
	assert_int_equal(made.pub_len, 0);
}

struct tls_row {
	const char *label;
	const char *pki;
	enum sign_padding padding;
	enum sign_digest md;
	uint32_t digest_len;
	bool ok;
};

static const struct tls_row tls_rows[] = {
	{ "PSS SHA-256", "rsa", SIGN_PAD_PSS, SIGN_MD_SHA256, 32, true },
	{ "PSS SHA-512", "rsa", SIGN_PAD_PSS, SIGN_MD_SHA512, 64, true },
	{ "PKCS1 SHA-384", "rsa", SIGN_PAD_PKCS1, SIGN_MD_SHA384, 48, true },
	{ "ECDSA SHA-256", "ec", SIGN_PAD_NONE, SIGN_MD_SHA256, 32, true },
	{ "raw RSA", "rsa", SIGN_PAD_NONE, SIGN_MD_SHA256, 32, false },
	{ "padding for ECDSA", "ec", SIGN_PAD_PSS, SIGN_MD_SHA256, 32, false },
	{ "PKCS1 for ECDSA", "ec", SIGN_PAD_PKCS1, SIGN_MD_SHA256, 32, false },
	{ "short digest", "rsa", SIGN_PAD_PSS, SIGN_MD_SHA256, 31, false },
	{ "long digest", "ec", SIGN_PAD_NONE, SIGN_MD_SHA256, 48, false },
	{ "no such key", "none", SIGN_PAD_PSS, SIGN_MD_SHA256, 32, false },
	{ "no name", "", SIGN_PAD_PSS, SIGN_MD_SHA256, 32, false },
};

static void
test_tls_signs_what_fits_the_key(void **state)
{
	struct testcert c[2];
	struct tlskeys *t;
	struct sign_tls q;
	struct sign_signature s;
	char why[ERROR_SIZE];
	size_t i;
	int r;

	testcert_make(&c[0], "RSA", "mx.example.org");
	testcert_make(&c[1], "EC", "mx.example.org");
	t = tlskeys_new();
	assert_int_equal(tlskeys_add(t, "rsa", c[0].key, why, sizeof(why)), 0);
	assert_int_equal(tlskeys_add(t, "ec", c[1].key, why, sizeof(why)), 0);
	for (i = 0; i < sizeof(tls_rows) / sizeof(tls_rows[0]); i++) {
		memset(&q, 0x33, sizeof(q));
		(void)strcpy(q.pki, tls_rows[i].pki);
		q.padding = tls_rows[i].padding;
		q.md = tls_rows[i].md;
		q.digest_len = tls_rows[i].digest_len;
		r = tlskeys_sign(t, &q, &s);
		if ((r == 0) != tls_rows[i].ok)
			fail_msg("%s: %d", tls_rows[i].label, r);
	}
	tlskeys_free(t);
	testcert_free(&c[0]);
	testcert_free(&c[1]);
}

static void
test_tls_key_must_be_usable(void **state)
{
	struct tlskeys *t;
	EVP_PKEY *key;
	char why[ERROR_SIZE], *pem;

	t = tlskeys_new();
	why[0] = '\0';
	assert_int_equal(tlskeys_add(t, "mx", "nothing", why, sizeof(why)), -1);
	assert_string_equal(why,
	    "pki mx: no RSA or ECDSA private key in PEM "
	    "without a passphrase");
	key = key_open(&secret, ed.sealed, ed.sealed_len);
	pem = pem_of(key, NULL, false);
	assert_int_equal(tlskeys_add(t, "mx", pem, why, sizeof(why)), -1);
	free(pem);
	EVP_PKEY_free(key);
	tlskeys_free(t);
}

/* Private numbers are in the memory that is locked. */
static void
test_private_numbers_are_in_secure_memory(void **state)
{
	struct dkimkeys *d;
	size_t before;

	before = CRYPTO_secure_used();
	d = dkimkeys_new();
	assert_int_equal(load(d, &secret, 1, &rsa), 0);
	assert_true(CRYPTO_secure_used() >= before + 640);
	dkimkeys_free(d);
	assert_int_equal(CRYPTO_secure_used(), before);
}

/* All that signer does after its start; 0 if all of it went well. */
static int
work_in_sandbox(const struct testcert *c)
{
	static struct sign_made made;
	struct sign_signature s;
	struct sign_tls tls = { 0 };
	struct sign_dkim dkim = { 0 };
	struct dkimkeys *d;
	struct tlskeys *t;
	char why[ERROR_SIZE];

	if (sandbox_enter("signer") == -1)
		return 1;
	t = tlskeys_new();
	if (tlskeys_add(t, "mx", c->key, why, sizeof(why)) == -1)
		return 2;
	(void)strcpy(tls.pki, "mx");
	tls.padding = SIGN_PAD_PSS;
	tls.md = SIGN_MD_SHA256;
	tls.digest_len = 32;
	if (tlskeys_sign(t, &tls, &s) == -1)
		return 3;
	make(&made, SIGN_RSA_SHA256, 2048);
	d = dkimkeys_new();
	if (load(d, &secret, 1, &made) == -1)
		return 4;
	dkim.key = 1;
	dkim.algorithm = SIGN_RSA_SHA256;
	if (dkimkeys_sign(d, &dkim, &s) == -1)
		return 5;
	if (import_text(c->key, &made) != NULL)
		return 6;
	if (import_text("nothing", &made) == NULL)
		return 7;
	dkimkeys_free(d);
	tlskeys_free(t);
	return 0;
}

static void
test_profile_allows_the_work(void **state)
{
	struct testcert c;
	pid_t pid;
	int status;

	testcert_make(&c, "RSA", "mx.example.org");
	pid = fork();
	if (pid == 0)
		_exit(work_in_sandbox(&c));
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	testcert_free(&c);
}

/* Whether a sealed key is that public half. */
static bool
opens_as(const struct conf_secret *s, const uint8_t *sealed, uint32_t len,
    const struct sign_made *made)
{
	EVP_PKEY *key, *pub;
	bool same;

	key = key_open(s, sealed, len);
	pub = public_half(made);
	same = key != NULL && EVP_PKEY_eq(key, pub) == 1;
	EVP_PKEY_free(key);
	EVP_PKEY_free(pub);
	return same;
}

static void
test_next_secret_seals_and_both_open(void **state)
{
	static struct sign_resealed a;
	static struct sign_reseal q;
	struct conf_secret both;

	both = secret;
	both.has_next = true;
	memcpy(both.next, other.key, sizeof(both.next));
	q.to_box = false;
	q.sealed_len = ed.sealed_len;
	memcpy(q.sealed, ed.sealed, ed.sealed_len);
	dkimkeys_reseal(&both, &q, &a);
	assert_true(a.ok);
	assert_true(opens_as(&both, ed.sealed, ed.sealed_len, &ed));
	assert_true(opens_as(&both, a.sealed, a.sealed_len, &ed));
	assert_true(opens_as(&other, a.sealed, a.sealed_len, &ed));
	assert_false(opens_as(&secret, a.sealed, a.sealed_len, &ed));
	dkimkeys_reseal(&secret, &q, &a);
	assert_true(opens_as(&secret, a.sealed, a.sealed_len, &ed));
	dkimkeys_reseal(&other, &q, &a);
	assert_false(a.ok);
}

/* A key goes to another machine in a box that control cannot open. */
static void
test_keys_move_in_boxes(void **state)
{
	uint8_t opener[BOX_KEY_SIZE], transport[BOX_KEY_SIZE];
	uint8_t public[BOX_KEY_SIZE];
	static struct sign_resealed a, b;
	static struct sign_reseal q;
	static struct sign_unbox u;
	const struct sign_made *made[] = { &rsa, &ed };
	size_t i, len;

	assert_int_equal(box_make(opener, q.box), 0);
	assert_int_equal(box_make(transport, public), 0);
	assert_int_equal(box_seal(public, opener, sizeof(opener), u.opener,
			     &len, sizeof(u.opener)),
	    0);
	u.opener_len = (uint32_t)len;
	q.to_box = true;
	for (i = 0; i < 2; i++) {
		q.sealed_len = made[i]->sealed_len;
		memcpy(q.sealed, made[i]->sealed, q.sealed_len);
		dkimkeys_reseal(&secret, &q, &a);
		assert_true(a.ok);
		assert_null(key_open(&secret, a.sealed, a.sealed_len));
		u.boxed_len = a.sealed_len;
		memcpy(u.boxed, a.sealed, a.sealed_len);
		dkimkeys_unbox(&other, transport, &u, &b);
		assert_true(b.ok);
		assert_true(opens_as(&other, b.sealed, b.sealed_len, made[i]));
		dkimkeys_unbox(&other, opener, &u, &b);
		assert_false(b.ok);
		u.boxed[a.sealed_len / 2] ^= 1;
		dkimkeys_unbox(&other, transport, &u, &b);
		assert_false(b.ok);
		u.boxed[a.sealed_len / 2] ^= 1;
		u.boxed_len--;
		dkimkeys_unbox(&other, transport, &u, &b);
		assert_false(b.ok);
	}
}

static void
test_box_opens_whole_or_not(void **state)
{
	uint8_t private[BOX_KEY_SIZE], public[BOX_KEY_SIZE];
	uint8_t box[64 + BOX_OVERHEAD], out[64];
	size_t i, len, n;

	assert_int_equal(box_make(private, public), 0);
	memset(out, 7, sizeof(out));
	assert_int_equal(box_seal(public, out, 5, box, &len, sizeof(box)), 0);
	assert_int_equal(len, 5 + BOX_OVERHEAD);
	assert_int_equal(box_seal(public, out, 64, box, &n, sizeof(box) - 1),
	    -1);
	assert_int_equal(box_open(private, box, len, out, &n, 4), -1);
	assert_int_equal(box_open(private, box, len, out, &n, 5), 0);
	assert_int_equal(n, 5);
	assert_int_equal(out[4], 7);
	for (i = 0; i < len; i++) {
		box[i] ^= 0x10;
		assert_int_equal(box_open(private, box, len, out, &n, 5), -1);
		box[i] ^= 0x10;
		assert_int_equal(box_open(private, box, i, out, &n, 5), -1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_next_secret_seals_and_both_open),
		cmocka_unit_test(test_keys_move_in_boxes),
		cmocka_unit_test(test_box_opens_whole_or_not),
		cmocka_unit_test(test_dkim_signatures_verify),
		cmocka_unit_test(test_load_replaces_and_drop_forgets),
		cmocka_unit_test(test_seal_opens_with_its_secret_only),
		cmocka_unit_test(test_changed_seal_does_not_open),
		cmocka_unit_test(test_seals_differ_and_hide_the_key),
		cmocka_unit_test(test_import_takes_both_forms),
		cmocka_unit_test(test_import_refuses),
		cmocka_unit_test(test_tls_signs_what_fits_the_key),
		cmocka_unit_test(test_tls_key_must_be_usable),
		cmocka_unit_test(test_private_numbers_are_in_secure_memory),
		cmocka_unit_test(test_profile_allows_the_work),
	};

	if (key_memory() == -1)
		return 1;
	make(&rsa, SIGN_RSA_SHA256, 2048);
	make(&ed, SIGN_ED25519, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
