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
 * Keys and seals.  A seal is: version, algorithm, nonce, tag, ciphertext of
 * the PKCS#8 DER; version and algorithm are authenticated too.
 */
#include "key.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bounds.h"
#include "box.h"
#include "log.h"
#include "proto_conf.h"
#include "proto_secret.h"

#define SEAL_VERSION 1u
#define SEAL_AAD     2u /* version and algorithm */
#define SEAL_NONCE   12u
#define SEAL_TAG     16u
#define SEAL_HEAD    (SEAL_AAD + SEAL_NONCE + SEAL_TAG)

/* Smallest piece of the locked memory: half a number of RSA-2048. */
#define SIGNER_HEAP_UNIT 64

/*
 * Before the sandbox, once: private numbers live in memory of their own that
 * is locked, left out of core dumps and wiped when freed.  Only the locking
 * may be refused, to an unprivileged user.  libcrypto reads its
 * configuration and seeds its random numbers now, while it may.  0 or -1.
 */
int
key_memory(void)
{
	uint8_t seed;
	int r;

	r = CRYPTO_secure_malloc_init(SIGNER_HEAP, SIGNER_HEAP_UNIT);
	if (r == 0)
		return -1;
	if (r == 2 && geteuid() == 0)
		log_warnx("private keys are not locked in memory and may be "
			  "swapped out: allow %u MB of locked memory "
			  "(ulimit -l)",
		    SIGNER_HEAP >> 20);
	return RAND_bytes(&seed, sizeof(seed)) == 1 ? 0 : -1;
}

/* A PEM private key without passphrase, or NULL.  The caller checks it. */
EVP_PKEY *
key_from_pem(const char *pem)
{
	EVP_PKEY *key;
	BIO *bio;
	char none[] = "";

	bio = BIO_new_mem_buf(pem, -1);
	if (bio == NULL)
		return NULL;
	key = PEM_read_bio_PrivateKey(bio, NULL, NULL, none);
	BIO_free(bio);
	return key;
}

/*
 * Whether a key in PEM is that of the first certificate in cert.  0, or -1
 * also if it is none.
 */
int
key_fits(const char *pem, const char *cert)
{
	EVP_PKEY *key;
	X509 *x;
	BIO *bio;
	int ok;

	key = key_from_pem(pem);
	bio = BIO_new_mem_buf(cert, -1);
	x = bio == NULL ? NULL : PEM_read_bio_X509(bio, NULL, NULL, NULL);
	ok = key != NULL && x != NULL && X509_check_private_key(x, key) == 1;
	X509_free(x);
	BIO_free(bio);
	EVP_PKEY_free(key);
	return ok ? 0 : -1;
}

/*
 * The numbers of a key from elsewhere belong together; a wrong one could be
 * worked out from its signatures.  0 or -1.
 */
int
key_check(EVP_PKEY *key)
{
	EVP_PKEY_CTX *ctx;
	int ok;

	ctx = EVP_PKEY_CTX_new(key, NULL);
	ok = ctx != NULL && EVP_PKEY_pairwise_check(ctx) == 1;
	EVP_PKEY_CTX_free(ctx);
	return ok ? 0 : -1;
}

/*
 * Make a key.  RSA of 2048 bits was measured to take 0.15 s and at most 0.3,
 * of 4096 bits 1.1 s and at most 2.5, in which no handshake is signed; it is
 * done by hand and seldom, and is within TLSKEY_WAIT_MS.
 */
EVP_PKEY *
key_make(enum sign_algorithm algorithm, unsigned bits)
{
	EVP_PKEY_CTX *ctx;
	EVP_PKEY *key = NULL;
	int ok;

	ctx = EVP_PKEY_CTX_new_id(
	    algorithm == SIGN_ED25519 ? EVP_PKEY_ED25519 : EVP_PKEY_RSA, NULL);
	ok = ctx != NULL && EVP_PKEY_keygen_init(ctx) == 1;
	if (ok && algorithm == SIGN_RSA_SHA256)
		ok = EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, (int)bits) == 1;
	if (ok && EVP_PKEY_keygen(ctx, &key) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	return key;
}

/* Which DKIM algorithm a key is for.  0, or -1 for none. */
int
key_algorithm(const EVP_PKEY *key, enum sign_algorithm *algorithm)
{
	switch (EVP_PKEY_base_id(key)) {
	case EVP_PKEY_RSA:
		*algorithm = SIGN_RSA_SHA256;
		return 0;
	case EVP_PKEY_ED25519:
		*algorithm = SIGN_ED25519;
		return 0;
	default:
		return -1;
	}
}

static int
encrypt(const uint8_t *secret, uint8_t *out, const uint8_t *der, int len)
{
	EVP_CIPHER_CTX *ctx;
	int n, ok;

	ctx = EVP_CIPHER_CTX_new();
	ok = ctx != NULL &&
	    EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, secret,
		out + SEAL_AAD) == 1 &&
	    EVP_EncryptUpdate(ctx, NULL, &n, out, SEAL_AAD) == 1 &&
	    EVP_EncryptUpdate(ctx, out + SEAL_HEAD, &n, der, len) == 1 &&
	    EVP_EncryptFinal_ex(ctx, out + SEAL_HEAD + n, &n) == 1 &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, SEAL_TAG,
		out + SEAL_AAD + SEAL_NONCE) == 1;
	EVP_CIPHER_CTX_free(ctx);
	return ok ? 0 : -1;
}

/*
 * Seal a key into out of size octets, under the newest secret.  0, or -1 if it
 * cannot be.
 */
int
key_seal(EVP_PKEY *key, const struct conf_secret *secret, uint8_t *out,
    uint32_t *outlen, size_t size)
{
	enum sign_algorithm algorithm;
	uint8_t *der = NULL;
	int len, rc;

	if (key_algorithm(key, &algorithm) == -1)
		return -1;
	len = i2d_PrivateKey(key, &der);
	if (len <= 0)
		return -1;
	if (SEAL_HEAD + (size_t)len > size) {
		OPENSSL_clear_free(der, (size_t)len);
		return -1;
	}
	out[0] = SEAL_VERSION;
	out[1] = (uint8_t)algorithm;
	rc = RAND_bytes(out + SEAL_AAD, SEAL_NONCE) == 1 ?
	    encrypt(secret->has_next ? secret->next : secret->key, out, der,
		len) :
	    -1;
	*outlen = SEAL_HEAD + (uint32_t)len;
	OPENSSL_clear_free(der, (size_t)len);
	return rc;
}

static int
decrypt(const uint8_t *secret, const uint8_t *in, size_t len, uint8_t *der,
    int *derlen)
{
	EVP_CIPHER_CTX *ctx;
	uint8_t tag[SEAL_TAG];
	int n, ok;

	memcpy(tag, in + SEAL_AAD + SEAL_NONCE, SEAL_TAG);
	ctx = EVP_CIPHER_CTX_new();
	ok = ctx != NULL &&
	    EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, secret,
		in + SEAL_AAD) == 1 &&
	    EVP_DecryptUpdate(ctx, NULL, &n, in, SEAL_AAD) == 1 &&
	    EVP_DecryptUpdate(ctx, der, derlen, in + SEAL_HEAD,
		(int)(len - SEAL_HEAD)) == 1 &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, SEAL_TAG, tag) ==
		1 &&
	    EVP_DecryptFinal_ex(ctx, der + *derlen, &n) == 1;
	EVP_CIPHER_CTX_free(ctx);
	return ok ? 0 : -1;
}

/* Open a seal; NULL if it was not made with this secret, or was changed. */
EVP_PKEY *
key_open(const struct conf_secret *secret, const uint8_t *in, size_t len)
{
	enum sign_algorithm algorithm;
	const uint8_t *p;
	EVP_PKEY *key = NULL;
	uint8_t *der;
	int derlen = 0;

	if (len <= SEAL_HEAD || len > INT_MAX || in[0] != SEAL_VERSION)
		return NULL;
	der = OPENSSL_secure_malloc(len);
	if (der == NULL)
		return NULL;
	if (decrypt(secret->key, in, len, der, &derlen) == 0 ||
	    (secret->has_next &&
		decrypt(secret->next, in, len, der, &derlen) == 0)) {
		p = der;
		key = d2i_AutoPrivateKey(NULL, &p, derlen);
	}
	OPENSSL_secure_clear_free(der, len);
	if (key != NULL &&
	    (key_algorithm(key, &algorithm) == -1 || algorithm != in[1])) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	return key;
}

/* A key for a backup: its PKCS#8 DER in a box.  0 or -1. */
int
key_box(EVP_PKEY *key, const uint8_t box[BOX_KEY_SIZE], uint8_t *out,
    uint32_t *outlen, size_t size)
{
	uint8_t *der = NULL;
	size_t n;
	int len, rc;

	len = i2d_PrivateKey(key, &der);
	if (len <= 0)
		return -1;
	rc = box_seal(box, der, (size_t)len, out, &n, size);
	*outlen = (uint32_t)n;
	OPENSSL_clear_free(der, (size_t)len);
	return rc;
}

/*
 * A key from a backup, by the private key that opens its box.  NULL if it
 * does not, or no key of DKIM is in it.  The caller checks it.
 */
EVP_PKEY *
key_unbox(const uint8_t opener[BOX_KEY_SIZE], const uint8_t *in, size_t len)
{
	enum sign_algorithm algorithm;
	const uint8_t *p;
	EVP_PKEY *key = NULL;
	uint8_t *der;
	size_t derlen;

	der = OPENSSL_secure_malloc(len);
	if (der == NULL)
		return NULL;
	if (box_open(opener, in, len, der, &derlen, len) == 0) {
		p = der;
		key = d2i_AutoPrivateKey(NULL, &p, (long)derlen);
	}
	OPENSSL_secure_clear_free(der, len);
	if (key != NULL && key_algorithm(key, &algorithm) == -1) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	return key;
}
