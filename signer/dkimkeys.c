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
 * DKIM keys in memory, their making and their signatures (RFC 6376, RFC
 * 8463).
 */
#include "dkimkeys.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "key.h"
#include "proto_reseal.h"
#include "proto_sign.h"

/* RFC 8301: signers must use at least 1024, should 2048; less is refused. */
#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 4096

#define BUCKETS 1024u

struct dkimkey {
	struct dkimkey *next;
	uint64_t number;
	enum sign_algorithm algorithm;
	EVP_PKEY *key;
};

struct dkimkeys {
	struct dkimkey *bucket[BUCKETS];
	size_t count;
};

/* None; NULL without memory. */
struct dkimkeys *
dkimkeys_new(void)
{
	return calloc(1, sizeof(struct dkimkeys));
}

/* Free them all, wiped; NULL is allowed. */
void
dkimkeys_free(struct dkimkeys *d)
{
	struct dkimkey *k;
	size_t i;

	if (d == NULL)
		return;
	for (i = 0; i < BUCKETS; i++) {
		while ((k = d->bucket[i]) != NULL) {
			d->bucket[i] = k->next;
			EVP_PKEY_free(k->key);
			free(k);
		}
	}
	free(d);
}

/* How many are loaded. */
size_t
dkimkeys_count(const struct dkimkeys *d)
{
	return d->count;
}

/* Seal a new key and give its public half.  made->ok says whether. */
static void
hand_out(const struct conf_secret *secret, EVP_PKEY *key,
    struct sign_made *made)
{
	uint8_t *p = made->pub;
	int len;

	len = i2d_PUBKEY(key, NULL);
	if (len <= 0 || (size_t)len > sizeof(made->pub) ||
	    key_algorithm(key, &made->algorithm) == -1 ||
	    key_seal(key, secret, made->sealed, &made->sealed_len,
		sizeof(made->sealed)) == -1) {
		(void)snprintf(made->why, sizeof(made->why),
		    "the key cannot be sealed");
		return;
	}
	made->pub_len = (uint32_t)i2d_PUBKEY(key, &p);
	if (made->algorithm == SIGN_RSA_SHA256)
		made->bits = (uint32_t)EVP_PKEY_bits(key);
	made->ok = true;
}

/* Make a key and seal it. */
void
dkimkeys_make(const struct conf_secret *secret, const struct sign_make *make,
    struct sign_made *made)
{
	EVP_PKEY *key;

	memset(made, 0, sizeof(*made));
	key = key_make(make->algorithm, make->bits);
	if (key == NULL)
		(void)snprintf(made->why, sizeof(made->why),
		    "the key cannot be made");
	else
		hand_out(secret, key, made);
	EVP_PKEY_free(key);
}

/* Take over a key that was made elsewhere, and seal it. */
void
dkimkeys_import(const struct conf_secret *secret,
    const struct sign_import *import, struct sign_made *made)
{
	enum sign_algorithm algorithm;
	EVP_PKEY *key;
	int bits;

	memset(made, 0, sizeof(*made));
	key = key_from_pem(import->pem);
	bits = key == NULL ? 0 : EVP_PKEY_bits(key);
	if (key == NULL)
		(void)snprintf(made->why, sizeof(made->why),
		    "this is no private key in PEM without a passphrase");
	else if (key_algorithm(key, &algorithm) == -1)
		(void)snprintf(made->why, sizeof(made->why),
		    "the key is neither RSA nor Ed25519");
	else if (algorithm == SIGN_RSA_SHA256 &&
	    (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX))
		(void)snprintf(made->why, sizeof(made->why),
		    "an RSA key has %d to %d bits, this one has %d",
		    RSA_BITS_MIN, RSA_BITS_MAX, bits);
	else if (key_check(key) == -1)
		(void)snprintf(made->why, sizeof(made->why),
		    "the halves of the key do not belong together");
	else
		hand_out(secret, key, made);
	EVP_PKEY_free(key);
}

/* Seal a key anew: to the key of a backup, or under the newest secret. */
void
dkimkeys_reseal(const struct conf_secret *secret, const struct sign_reseal *q,
    struct sign_resealed *a)
{
	EVP_PKEY *key;

	memset(a, 0, sizeof(*a));
	key = key_open(secret, q->sealed, q->sealed_len);
	if (key == NULL)
		return;
	a->ok = (q->to_box ? key_box(key, q->box, a->sealed, &a->sealed_len,
				 sizeof(a->sealed)) :
			     key_seal(key, secret, a->sealed, &a->sealed_len,
				 sizeof(a->sealed))) == 0;
	EVP_PKEY_free(key);
}

/*
 * Take a key out of a backup and seal it; what opens its box is in a box that
 * transport opens.
 */
void
dkimkeys_unbox(const struct conf_secret *secret,
    const uint8_t transport[BOX_KEY_SIZE], const struct sign_unbox *q,
    struct sign_resealed *a)
{
	uint8_t opener[BOX_KEY_SIZE];
	EVP_PKEY *key;
	size_t len;

	memset(a, 0, sizeof(*a));
	if (box_open(transport, q->opener, q->opener_len, opener, &len,
		sizeof(opener)) == -1 ||
	    len != sizeof(opener))
		return;
	key = key_unbox(opener, q->boxed, q->boxed_len);
	explicit_bzero(opener, sizeof(opener));
	if (key == NULL)
		return;
	a->ok = key_check(key) == 0 &&
	    key_seal(key, secret, a->sealed, &a->sealed_len,
		sizeof(a->sealed)) == 0;
	EVP_PKEY_free(key);
}

static struct dkimkey **
find(struct dkimkeys *d, uint64_t number)
{
	struct dkimkey **p;

	p = &d->bucket[number % BUCKETS];
	while (*p != NULL && (*p)->number != number)
		p = &(*p)->next;
	return p;
}

/* Hold a sealed key ready, in place of one with that number.  0 or -1. */
int
dkimkeys_load(struct dkimkeys *d, const struct conf_secret *secret,
    const struct sign_load *load)
{
	struct dkimkey *k, **p;
	EVP_PKEY *key;

	key = key_open(secret, load->sealed, load->sealed_len);
	if (key == NULL)
		return -1;
	p = find(d, load->key);
	k = *p;
	if (k == NULL) {
		k = calloc(1, sizeof(*k));
		if (k == NULL) {
			EVP_PKEY_free(key);
			return -1;
		}
		k->number = load->key;
		*p = k;
		d->count++;
	}
	EVP_PKEY_free(k->key);
	k->key = key;
	return key_algorithm(key, &k->algorithm);
}

/* Forget a key. */
void
dkimkeys_drop(struct dkimkeys *d, unsigned long long number)
{
	struct dkimkey *k, **p;

	p = find(d, number);
	k = *p;
	if (k == NULL)
		return;
	*p = k->next;
	EVP_PKEY_free(k->key);
	free(k);
	d->count--;
}

/* RSASSA-PKCS1-v1_5 over a SHA-256 digest. */
static int
sign_rsa(EVP_PKEY *key, const uint8_t *digest, uint8_t *out, size_t *len)
{
	EVP_PKEY_CTX *ctx;
	int ok;

	ctx = EVP_PKEY_CTX_new(key, NULL);
	ok = ctx != NULL && EVP_PKEY_sign_init(ctx) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1 &&
	    EVP_PKEY_sign(ctx, out, len, digest, 32) == 1;
	EVP_PKEY_CTX_free(ctx);
	return ok;
}

/* PureEdDSA over the digest (RFC 8463 section 3). */
static int
sign_ed25519(EVP_PKEY *key, const uint8_t *digest, uint8_t *out, size_t *len)
{
	EVP_MD_CTX *ctx;
	int ok;

	ctx = EVP_MD_CTX_new();
	ok = ctx != NULL &&
	    EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1 &&
	    EVP_DigestSign(ctx, out, len, digest, 32) == 1;
	EVP_MD_CTX_free(ctx);
	return ok;
}

/* Sign a header hash.  0, or -1 if there is no such key of that kind. */
int
dkimkeys_sign(struct dkimkeys *d, const struct sign_dkim *q,
    struct sign_signature *s)
{
	struct dkimkey *k;
	size_t len = sizeof(s->signature);
	int ok;

	k = *find(d, q->key);
	if (k == NULL || k->algorithm != q->algorithm)
		return -1;
	if (k->algorithm == SIGN_RSA_SHA256)
		ok = sign_rsa(k->key, q->digest, s->signature, &len);
	else
		ok = sign_ed25519(k->key, q->digest, s->signature, &len);
	s->len = ok ? (uint32_t)len : 0;
	return ok ? 0 : -1;
}
