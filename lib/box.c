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
 * Boxes.  The key of one is HMAC-SHA256, under what both sides agree on, of a
 * label and the public keys; it is used once, so that the nonce can be zero.
 */
#include "box.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <limits.h>
#include <string.h>

#define BOX_VERSION 1u
#define BOX_TAG	    16u
#define BOX_HEAD    (1u + BOX_KEY_SIZE)

static const char box_label[] = "edd box 1";

#define BOX_LABEL_LEN (sizeof(box_label) - 1)

/* A key pair.  0, or -1 without randomness; the caller wipes it. */
int
box_make(uint8_t private[BOX_KEY_SIZE], uint8_t public[BOX_KEY_SIZE])
{
	if (RAND_bytes(private, (int)BOX_KEY_SIZE) != 1)
		return -1;
	return box_public(private, public);
}

/* The public half of a private key, which is any 32 octets.  0 or -1. */
int
box_public(const uint8_t private[BOX_KEY_SIZE], uint8_t public[BOX_KEY_SIZE])
{
	EVP_PKEY *key;
	size_t len;
	int ok;

	len = BOX_KEY_SIZE;
	key = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, private,
	    BOX_KEY_SIZE);
	ok = key != NULL &&
	    EVP_PKEY_get_raw_public_key(key, public, &len) == 1 &&
	    len == BOX_KEY_SIZE;
	EVP_PKEY_free(key);
	return ok ? 0 : -1;
}

/* What the owners of two key pairs agree on.  0 or -1. */
static int
agree(const uint8_t *private, const uint8_t *public, uint8_t *shared)
{
	EVP_PKEY *ours, *theirs;
	EVP_PKEY_CTX *ctx;
	size_t len;
	int ok;

	len = BOX_KEY_SIZE;
	ours = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, private,
	    BOX_KEY_SIZE);
	theirs = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, public,
	    BOX_KEY_SIZE);
	ctx = ours == NULL ? NULL : EVP_PKEY_CTX_new(ours, NULL);
	ok = ctx != NULL && theirs != NULL && EVP_PKEY_derive_init(ctx) == 1 &&
	    EVP_PKEY_derive_set_peer(ctx, theirs) == 1 &&
	    EVP_PKEY_derive(ctx, shared, &len) == 1 && len == BOX_KEY_SIZE;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(theirs);
	EVP_PKEY_free(ours);
	return ok ? 0 : -1;
}

/* The key of the box with public key own that is sealed to public key to. */
static int
box_key(const uint8_t *private, const uint8_t *public, const uint8_t *own,
    const uint8_t *to, uint8_t *key)
{
	uint8_t text[BOX_LABEL_LEN + 2 * BOX_KEY_SIZE], shared[BOX_KEY_SIZE];
	unsigned len;
	int r;

	if (agree(private, public, shared) == -1)
		return -1;
	memcpy(text, box_label, BOX_LABEL_LEN);
	memcpy(text + BOX_LABEL_LEN, own, BOX_KEY_SIZE);
	memcpy(text + BOX_LABEL_LEN + BOX_KEY_SIZE, to, BOX_KEY_SIZE);
	len = BOX_KEY_SIZE;
	r = HMAC(EVP_sha256(), shared, (int)sizeof(shared), text, sizeof(text),
		key, &len) != NULL &&
		len == BOX_KEY_SIZE ?
	    0 :
	    -1;
	explicit_bzero(shared, sizeof(shared));
	return r;
}

static int
encrypt(const uint8_t *key, uint8_t *box, const uint8_t *in, int len)
{
	static const uint8_t nonce[12];
	EVP_CIPHER_CTX *ctx;
	int n, ok;

	ctx = EVP_CIPHER_CTX_new();
	ok = ctx != NULL &&
	    EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, nonce) == 1 &&
	    EVP_EncryptUpdate(ctx, NULL, &n, box, (int)BOX_HEAD) == 1 &&
	    EVP_EncryptUpdate(ctx, box + BOX_OVERHEAD, &n, in, len) == 1 &&
	    EVP_EncryptFinal_ex(ctx, box + BOX_OVERHEAD + n, &n) == 1 &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, (int)BOX_TAG,
		box + BOX_HEAD) == 1;
	EVP_CIPHER_CTX_free(ctx);
	return ok ? 0 : -1;
}

static int
decrypt(const uint8_t *key, const uint8_t *box, int len, uint8_t *out)
{
	static const uint8_t nonce[12];
	EVP_CIPHER_CTX *ctx;
	uint8_t tag[BOX_TAG];
	int n, ok;

	memcpy(tag, box + BOX_HEAD, BOX_TAG);
	ctx = EVP_CIPHER_CTX_new();
	ok = ctx != NULL &&
	    EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, nonce) == 1 &&
	    EVP_DecryptUpdate(ctx, NULL, &n, box, (int)BOX_HEAD) == 1 &&
	    EVP_DecryptUpdate(ctx, out, &n, box + BOX_OVERHEAD, len) == 1 &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, (int)BOX_TAG, tag) ==
		1 &&
	    EVP_DecryptFinal_ex(ctx, out + n, &n) == 1;
	EVP_CIPHER_CTX_free(ctx);
	return ok ? 0 : -1;
}

/*
 * Seal octets, which become BOX_OVERHEAD more, into out of size octets.  0,
 * or -1 if they do not fit or libcrypto fails.
 */
int
box_seal(const uint8_t public[BOX_KEY_SIZE], const uint8_t *in, size_t len,
    uint8_t *out, size_t *outlen, size_t size)
{
	uint8_t key[BOX_KEY_SIZE], private[BOX_KEY_SIZE];
	int r;

	if (len > INT_MAX - BOX_OVERHEAD || BOX_OVERHEAD + len > size)
		return -1;
	out[0] = BOX_VERSION;
	r = box_make(private, out + 1);
	if (r == 0)
		r = box_key(private, public, out + 1, public, key);
	if (r == 0)
		r = encrypt(key, out, in, (int)len);
	*outlen = BOX_OVERHEAD + len;
	explicit_bzero(private, sizeof(private));
	explicit_bzero(key, sizeof(key));
	return r;
}

/*
 * Open a box into out of size octets.  0, or -1 if it was sealed to another
 * key or changed, or is too large; then out is wiped.
 */
int
box_open(const uint8_t private[BOX_KEY_SIZE], const uint8_t *in, size_t len,
    uint8_t *out, size_t *outlen, size_t size)
{
	uint8_t key[BOX_KEY_SIZE], public[BOX_KEY_SIZE];
	int r;

	if (len < BOX_OVERHEAD || len > INT_MAX || len - BOX_OVERHEAD > size ||
	    in[0] != BOX_VERSION)
		return -1;
	r = box_public(private, public);
	if (r == 0)
		r = box_key(private, in + 1, in + 1, public, key);
	if (r == 0)
		r = decrypt(key, in, (int)(len - BOX_OVERHEAD), out);
	*outlen = len - BOX_OVERHEAD;
	if (r == -1)
		explicit_bzero(out, *outlen);
	explicit_bzero(key, sizeof(key));
	return r;
}
