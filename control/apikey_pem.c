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
 * What an API key is: one RSA public key in PEM form.  Says what is wrong with
 * anything else, in words that help who brought the wrong file.
 */
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "apikey.h"

/* MD5 of the key, as pairs of hex digits with colons between.  0 or -1. */
static int
take_fingerprint(struct apikey *k)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned i, n;

	if (EVP_Digest(k->der, k->len, digest, &n, EVP_md5(), NULL) != 1 ||
	    n * 3 != sizeof(k->fingerprint))
		return -1;
	for (i = 0; i < n; i++)
		(void)snprintf(k->fingerprint + 3 * i, 4, "%02x%s", digest[i],
		    i + 1 < n ? ":" : "");
	return 0;
}

/* Whether the numbers can be those of an RSA key. */
static bool
is_sound(EVP_PKEY *key)
{
	EVP_PKEY_CTX *ctx;
	bool good;

	ctx = EVP_PKEY_CTX_new(key, NULL);
	good = ctx != NULL && EVP_PKEY_public_check(ctx) == 1;
	EVP_PKEY_CTX_free(ctx);
	return good;
}

static const char *
check_key(EVP_PKEY *key, struct apikey *k)
{
	int bits;

	switch (EVP_PKEY_base_id(key)) {
	case EVP_PKEY_RSA:
		break;
	case EVP_PKEY_ED25519:
		return "an Ed25519 key; requests are signed with RSA only "
		       "(rsa-sha256)";
	case EVP_PKEY_EC:
		return "an ECDSA key; requests are signed with RSA only "
		       "(rsa-sha256)";
	default:
		return "not an RSA key; requests are signed with rsa-sha256";
	}
	bits = EVP_PKEY_bits(key);
	if (bits < APIKEY_BITS_MIN)
		return "an RSA key of fewer than 2048 bits";
	if (bits > APIKEY_BITS_MAX)
		return "an RSA key of more than 8192 bits";
	if (!is_sound(key))
		return "an RSA key that cannot be one: its modulus or "
		       "exponent is bad";
	k->bits = (uint32_t)bits;
	return NULL;
}

/* The key as it is written in one way only, so that it has one fingerprint. */
static const char *
take_key(const uint8_t *data, long len, struct apikey *k)
{
	const uint8_t *in;
	const char *why;
	EVP_PKEY *key;
	uint8_t *out;
	int n;

	in = data;
	key = d2i_PUBKEY(NULL, &in, len);
	if (key == NULL)
		return "damaged: not a public key under its first line";
	why = in == data + len ? check_key(key, k) :
				 "damaged: there is more than a key";
	n = i2d_PUBKEY(key, NULL);
	if (why == NULL && (n <= 0 || (size_t)n > sizeof(k->der)))
		why = "a key that is too long";
	if (why == NULL) {
		out = k->der;
		k->len = (uint32_t)i2d_PUBKEY(key, &out);
		if (take_fingerprint(k) == -1)
			why = "not to be used: libcrypto has no MD5";
	}
	EVP_PKEY_free(key);
	return why;
}

/* What else there is in PEM form. */
static const char *
check_label(const char *label)
{
	if (strcmp(label, "PUBLIC KEY") == 0)
		return NULL;
	if (strstr(label, "PRIVATE KEY") != NULL)
		return "a private key, which its owner keeps; give the public "
		       "one: openssl pkey -in FILE -pubout";
	if (strstr(label, "CERTIFICATE") != NULL)
		return "a certificate; give its key: openssl x509 -in FILE "
		       "-pubkey -noout";
	if (strcmp(label, "RSA PUBLIC KEY") == 0)
		return "a key in the old form; convert it: openssl rsa "
		       "-RSAPublicKey_in -in FILE -pubout";
	return "not a public key (-----BEGIN PUBLIC KEY-----)";
}

/*
 * Take a public key, its length and its fingerprint from a file's text.  NULL,
 * or what the file is instead.
 */
const char *
apikey_parse(const char *pem, struct apikey *k)
{
	char *label, *header;
	const char *why;
	uint8_t *data;
	BIO *bio;
	long len;

	label = header = NULL;
	data = NULL;
	bio = BIO_new_mem_buf(pem, -1);
	if (bio == NULL)
		return "not read: out of memory";
	if (PEM_read_bio(bio, &label, &header, &data, &len) == 1) {
		why = check_label(label);
		if (why == NULL)
			why = take_key(data, len, k);
	} else if (strncmp(pem, "ssh-", 4) == 0)
		why = "a key of OpenSSH; convert it: ssh-keygen -e -m PKCS8 "
		      "-f FILE";
	else
		why = "not in PEM form (-----BEGIN PUBLIC KEY-----)";
	OPENSSL_free(label);
	OPENSSL_free(header);
	OPENSSL_clear_free(data, data == NULL ? 0 : (size_t)len);
	BIO_free(bio);
	return why;
}
