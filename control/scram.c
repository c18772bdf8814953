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
 * SCRAM-SHA-256 keys and proofs:
 *
 *	SaltedPassword  := Hi(password, salt, i)
 *	ClientKey       := HMAC(SaltedPassword, "Client Key")
 *	StoredKey       := H(ClientKey)
 *	ServerKey       := HMAC(SaltedPassword, "Server Key")
 *	ClientSignature := HMAC(StoredKey, AuthMessage)
 *	ClientProof     := ClientKey XOR ClientSignature
 *	ServerSignature := HMAC(ServerKey, AuthMessage)
 *
 * (RFC 5802 section 3.)
 */
#include "scram.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

/* HMAC-SHA-256 of a string.  0, or -1 if libcrypto fails. */
int
scram_hmac(const uint8_t *key, size_t len, const char *text,
    uint8_t out[SCRAM_KEY_SIZE])
{
	unsigned n;

	n = SCRAM_KEY_SIZE;
	if (HMAC(EVP_sha256(), key, (int)len, (const uint8_t *)text,
		strlen(text), out, &n) == NULL)
		return -1;
	return n == SCRAM_KEY_SIZE ? 0 : -1;
}

static int
hash(const uint8_t in[SCRAM_KEY_SIZE], uint8_t out[SCRAM_KEY_SIZE])
{
	unsigned n;

	n = SCRAM_KEY_SIZE;
	if (EVP_Digest(in, SCRAM_KEY_SIZE, out, &n, EVP_sha256(), NULL) != 1)
		return -1;
	return n == SCRAM_KEY_SIZE ? 0 : -1;
}

/*
 * Make the keys of a secret, of letters and digits, with the salt and the
 * iterations that are set.  0, or -1 if libcrypto fails.
 */
int
scram_derive(const char *secret, struct scram_keys *k)
{
	uint8_t salted[SCRAM_KEY_SIZE], client[SCRAM_KEY_SIZE];
	int r;

	r = -1;
	if (PKCS5_PBKDF2_HMAC(secret, (int)strlen(secret), k->salt,
		sizeof(k->salt), (int)k->iterations, EVP_sha256(),
		sizeof(salted), salted) == 1 &&
	    scram_hmac(salted, sizeof(salted), "Client Key", client) == 0 &&
	    hash(client, k->stored) == 0 &&
	    scram_hmac(salted, sizeof(salted), "Server Key", k->server) == 0)
		r = 0;
	explicit_bzero(salted, sizeof(salted));
	explicit_bzero(client, sizeof(client));
	return r;
}

/*
 * Check a client's proof over the AuthMessage, and sign that as the server.
 * 1 if it is good, 0 if it is not, -1 if libcrypto fails.  The signature is
 * for who has proved himself only.
 */
int
scram_verify(const struct scram_keys *k, const char *message,
    const uint8_t proof[SCRAM_KEY_SIZE], uint8_t signature[SCRAM_KEY_SIZE])
{
	uint8_t client[SCRAM_KEY_SIZE], stored[SCRAM_KEY_SIZE];
	size_t i;
	int good;

	if (scram_hmac(k->stored, sizeof(k->stored), message, client) == -1 ||
	    scram_hmac(k->server, sizeof(k->server), message, signature) == -1)
		return -1;
	for (i = 0; i < SCRAM_KEY_SIZE; i++)
		client[i] ^= proof[i];
	if (hash(client, stored) == -1)
		return -1;
	good = CRYPTO_memcmp(stored, k->stored, sizeof(stored)) == 0;
	explicit_bzero(client, sizeof(client));
	return good;
}
