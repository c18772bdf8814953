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
 * TLS keys in memory and their signatures over digests.
 */
#include "tlskeys.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "key.h"
#include "proto_sign.h"

struct tlskey {
	struct tlskey *next;
	char name[NAME_SIZE];
	EVP_PKEY *key;
};

struct tlskeys {
	struct tlskey *first;
};

/* None; NULL without memory. */
struct tlskeys *
tlskeys_new(void)
{
	return calloc(1, sizeof(struct tlskeys));
}

/* Free them all; NULL is allowed. */
void
tlskeys_free(struct tlskeys *t)
{
	struct tlskey *k;

	if (t == NULL)
		return;
	while ((k = t->first) != NULL) {
		t->first = k->next;
		EVP_PKEY_free(k->key);
		free(k);
	}
	free(t);
}

/* Add a key from its PEM text.  0, or -1 with the reason. */
int
tlskeys_add(struct tlskeys *t, const char *name, const char *pem, char *why,
    size_t size)
{
	struct tlskey *k;

	k = calloc(1, sizeof(*k));
	if (k == NULL) {
		(void)snprintf(why, size, "out of memory");
		return -1;
	}
	k->key = key_from_pem(pem);
	if (k->key == NULL ||
	    (!EVP_PKEY_is_a(k->key, "RSA") && !EVP_PKEY_is_a(k->key, "EC"))) {
		(void)snprintf(why, size,
		    "pki %.100s: no RSA or ECDSA private key in PEM without "
		    "a passphrase",
		    name);
		EVP_PKEY_free(k->key);
		free(k);
		return -1;
	}
	(void)snprintf(k->name, sizeof(k->name), "%s", name);
	k->next = t->first;
	t->first = k;
	return 0;
}

static const EVP_MD *
md_of(enum sign_digest md)
{
	switch (md) {
	case SIGN_MD_SHA1:
		return EVP_sha1();
	case SIGN_MD_SHA224:
		return EVP_sha224();
	case SIGN_MD_SHA256:
		return EVP_sha256();
	case SIGN_MD_SHA384:
		return EVP_sha384();
	case SIGN_MD_SHA512:
		return EVP_sha512();
	}
	return NULL;
}

/* The padding fits the kind of key. */
static bool
padding_allowed(const EVP_PKEY *key, enum sign_padding padding)
{
	if (EVP_PKEY_is_a(key, "RSA"))
		return padding == SIGN_PAD_PKCS1 || padding == SIGN_PAD_PSS;
	return padding == SIGN_PAD_NONE;
}

static int
set_padding(EVP_PKEY_CTX *ctx, enum sign_padding padding)
{
	if (padding == SIGN_PAD_NONE)
		return 1;
	if (padding == SIGN_PAD_PKCS1)
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING);
	if (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) != 1)
		return 0;
	return EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST);
}

static struct tlskey *
find(struct tlskeys *t, const char *name)
{
	struct tlskey *k;

	for (k = t->first; k != NULL; k = k->next)
		if (strcmp(k->name, name) == 0)
			return k;
	return NULL;
}

/*
 * Sign a digest for a handshake.  0, or -1 if there is no such key, or the
 * question does not fit it.
 */
int
tlskeys_sign(struct tlskeys *t, const struct sign_tls *q,
    struct sign_signature *s)
{
	const EVP_MD *md = md_of(q->md);
	struct tlskey *k;
	EVP_PKEY_CTX *ctx;
	size_t len = sizeof(s->signature);
	int ok;

	k = find(t, q->pki);
	if (k == NULL || md == NULL ||
	    q->digest_len != (uint32_t)EVP_MD_size(md) ||
	    !padding_allowed(k->key, q->padding))
		return -1;
	ctx = EVP_PKEY_CTX_new(k->key, NULL);
	ok = ctx != NULL && EVP_PKEY_sign_init(ctx) == 1 &&
	    set_padding(ctx, q->padding) == 1 &&
	    EVP_PKEY_CTX_set_signature_md(ctx, md) == 1 &&
	    EVP_PKEY_sign(ctx, s->signature, &len, q->digest, q->digest_len) ==
		1;
	EVP_PKEY_CTX_free(ctx);
	s->len = ok ? (uint32_t)len : 0;
	return ok ? 0 : -1;
}
