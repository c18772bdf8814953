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
 * A token is a letter for the direction and, in hexadecimal, a nonce, what of a
 * key comes behind the prefix of its list, and a tag: AES-256-GCM.  The key of
 * the list may be of an object that the client may not see, which is passed
 * over; and a token leads into no other list, for the tag covers which it is.
 */
#include "pagetoken.h"

#include <sys/random.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>

#include "store_lock.h"

/* Octets around what is encrypted. */
#define NONCE_SIZE 12u
#define TAG_SIZE   16u
#define OVERHEAD   (NONCE_SIZE + TAG_SIZE)

/* Octets of the longest token without its letter: 483 of a key. */
#define RAW_MAX ((MANAGE_PAGE_SIZE - 2) / 2)

/* A cipher with the key of tokens, or NULL. */
static EVP_CIPHER_CTX *
begin(const struct pagetoken_list *l, const uint8_t *nonce, bool seal)
{
	uint8_t key[STORE_SUBKEY_SIZE];
	EVP_CIPHER_CTX *ctx;

	if (store_subkey(l->secret, STORE_SUBKEY_SIZE, "edd page token", key) ==
	    -1)
		return NULL;
	ctx = EVP_CIPHER_CTX_new();
	if (ctx != NULL &&
	    EVP_CipherInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, nonce, seal) !=
		1) {
		EVP_CIPHER_CTX_free(ctx);
		ctx = NULL;
	}
	OPENSSL_cleanse(key, sizeof(key));
	return ctx;
}

/* Add what the tag covers besides: direction and list. */
static bool
cover(EVP_CIPHER_CTX *ctx, const struct pagetoken_list *l, char direction)
{
	uint8_t head[2];
	int n;

	head[0] = (uint8_t)direction;
	head[1] = (uint8_t)l->table;
	return EVP_CipherUpdate(ctx, NULL, &n, head, sizeof(head)) == 1 &&
	    (l->prefix->len == 0 ||
		EVP_CipherUpdate(ctx, NULL, &n, l->prefix->data,
		    (int)l->prefix->len) == 1);
}

/* Encrypt len octets to OVERHEAD more. */
static bool
seal(const struct pagetoken_list *l, char direction, const uint8_t *in,
    size_t len, uint8_t *raw)
{
	EVP_CIPHER_CTX *ctx;
	bool ok;
	int n;

	if (getrandom(raw, NONCE_SIZE, 0) != (ssize_t)NONCE_SIZE)
		return false;
	ctx = begin(l, raw, true);
	raw += NONCE_SIZE;
	ok = ctx != NULL && cover(ctx, l, direction) &&
	    EVP_CipherUpdate(ctx, raw, &n, in, (int)len) == 1 &&
	    EVP_CipherFinal_ex(ctx, raw + len, &n) == 1 &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, (int)TAG_SIZE,
		raw + len) == 1;
	EVP_CIPHER_CTX_free(ctx);
	return ok;
}

/* The opposite: raw has len octets behind the nonce, and then the tag. */
static bool
unseal(const struct pagetoken_list *l, char direction, uint8_t *raw, size_t len,
    uint8_t *out)
{
	EVP_CIPHER_CTX *ctx;
	bool ok;
	int n;

	ctx = begin(l, raw, false);
	raw += NONCE_SIZE;
	ok = ctx != NULL && cover(ctx, l, direction) &&
	    EVP_CipherUpdate(ctx, out, &n, raw, (int)len) == 1 &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, (int)TAG_SIZE,
		raw + len) == 1 &&
	    EVP_CipherFinal_ex(ctx, out + len, &n) == 1;
	EVP_CIPHER_CTX_free(ctx);
	return ok;
}

/*
 * Make the token of a key of the list, "n" for what comes behind it, "p" for
 * what comes before; empty if the key is too long, or libcrypto fails.
 */
void
pagetoken_make(const struct pagetoken_list *l, char direction,
    const struct store_key *k, char token[MANAGE_PAGE_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t raw[RAW_MAX];
	size_t i, len;

	token[0] = '\0';
	len = k->len - l->prefix->len;
	if (len + OVERHEAD > sizeof(raw) ||
	    !seal(l, direction, k->data + l->prefix->len, len, raw))
		return;
	*token++ = direction;
	for (i = 0; i < len + OVERHEAD; i++) {
		*token++ = digits[raw[i] >> 4];
		*token++ = digits[raw[i] & 15];
	}
	*token = '\0';
}

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Read the key of a token of this list.  0, or -1: it is none. */
int
pagetoken_read(const struct pagetoken_list *l, const char *token,
    struct store_key *k)
{
	uint8_t raw[RAW_MAX];
	int high, low;
	size_t i, len;
	char direction;

	direction = *token++;
	len = strlen(token);
	if ((direction != 'n' && direction != 'p') || len % 2 != 0 ||
	    len / 2 < OVERHEAD || len / 2 > sizeof(raw))
		return -1;
	for (i = 0; i < len / 2; i++) {
		high = digit(token[2 * i]);
		low = digit(token[2 * i + 1]);
		if (high == -1 || low == -1)
			return -1;
		raw[i] = (uint8_t)(high << 4 | low);
	}
	len = i - OVERHEAD;
	*k = *l->prefix;
	if (k->len + len > STORE_KEY_MAX ||
	    !unseal(l, direction, raw, len, k->data + k->len))
		return -1;
	k->len += len;
	k->data[k->len] = '\0';
	return 0;
}
