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
 * Keys and chunks of a backup's file.  Nothing of a file is believed before
 * its tag was checked; numbers of its header are bounded before they cost
 * anything.
 */
#include "backupfile.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <string.h>

#define HEAD_MAGIC_LEN 11u
#define HEAD_VERSION   1u
#define HEAD_SALT      32u
#define HEAD_CHECK     16u

/* Places in the header. */
#define AT_VERSION HEAD_MAGIC_LEN
#define AT_KDF	   12u
#define AT_LOG_N   13u
#define AT_R	   14u
#define AT_P	   15u
#define AT_SALT	   16u
#define AT_CHECK   48u

#define KDF_KEY	   0u
#define KDF_SCRYPT 1u

/*
 * scrypt: 64 MB and a fifth of a second to try a passphrase.  A file may ask
 * for up to 1 GB.
 */
#define SCRYPT_LOG_N	 16u
#define SCRYPT_R	 8u
#define SCRYPT_P	 1u
#define SCRYPT_LOG_N_MAX 20u
#define SCRYPT_R_MAX	 8u
#define SCRYPT_P_MAX	 16u
#define SCRYPT_MEMORY	 (UINT64_C(1100) * 1024 * 1024)

#define LENGTH_LAST 0x80000000u

static const char head_magic[HEAD_MAGIC_LEN + 1] = "edd backup\n";

/* A key for one purpose.  0 or -1. */
static int
subkey(const uint8_t *master, const char *purpose, uint8_t out[32])
{
	unsigned n;

	n = 32;
	return HMAC(EVP_sha256(), master, 32, (const uint8_t *)purpose,
		   strlen(purpose), out, &n) != NULL &&
		n == 32 ?
	    0 :
	    -1;
}

static int
master_make(const uint8_t *head, const void *secret, size_t len,
    uint8_t master[32])
{
	unsigned n;

	if (head[AT_KDF] == KDF_SCRYPT)
		return EVP_PBE_scrypt(secret, len, head + AT_SALT, HEAD_SALT,
			   UINT64_C(1) << head[AT_LOG_N], head[AT_R],
			   head[AT_P], SCRYPT_MEMORY, master, 32) == 1 ?
		    0 :
		    -1;
	n = 32;
	return HMAC(EVP_sha256(), head + AT_SALT, (int)HEAD_SALT, secret, len,
		   master, &n) != NULL &&
		n == 32 ?
	    0 :
	    -1;
}

/* All keys that come from the secret, and what tells a wrong one. */
static int
keys_derive(struct backup_keys *k, const void *secret, size_t len,
    uint8_t check[32])
{
	uint8_t master[32];
	int r;

	r = master_make(k->head, secret, len, master);
	if (r == 0 &&
	    (subkey(master, "edd backup chunks", k->chunk) == -1 ||
		subkey(master, "edd backup DKIM", k->opener) == -1 ||
		subkey(master, "edd backup check", check) == -1))
		r = -1;
	explicit_bzero(master, sizeof(master));
	return r;
}

/*
 * Header and keys of a new file, from a passphrase or the octets of a key
 * file.  0, or -1 if libcrypto fails; the caller wipes them.
 */
int
backup_keys_new(struct backup_keys *k, bool phrase, const void *secret,
    size_t len)
{
	uint8_t check[32];

	memset(k, 0, sizeof(*k));
	memcpy(k->head, head_magic, HEAD_MAGIC_LEN);
	k->head[AT_VERSION] = HEAD_VERSION;
	k->head[AT_KDF] = phrase ? KDF_SCRYPT : KDF_KEY;
	if (phrase) {
		k->head[AT_LOG_N] = SCRYPT_LOG_N;
		k->head[AT_R] = SCRYPT_R;
		k->head[AT_P] = SCRYPT_P;
	}
	if (RAND_bytes(k->head + AT_SALT, (int)HEAD_SALT) != 1 ||
	    keys_derive(k, secret, len, check) == -1)
		return -1;
	memcpy(k->head + AT_CHECK, check, HEAD_CHECK);
	return 0;
}

/*
 * What is wrong with a header, or NULL; phrase says whether the file wants a
 * passphrase, or else a key file.
 */
const char *
backup_head_check(const uint8_t head[BACKUP_HEAD], bool *phrase)
{
	if (memcmp(head, head_magic, HEAD_MAGIC_LEN) != 0)
		return "it is no backup of edd";
	if (head[AT_VERSION] != HEAD_VERSION)
		return "it is a backup of another version of edd";
	*phrase = head[AT_KDF] == KDF_SCRYPT;
	if (head[AT_KDF] == KDF_KEY && head[AT_LOG_N] == 0 && head[AT_R] == 0 &&
	    head[AT_P] == 0)
		return NULL;
	if (*phrase && head[AT_LOG_N] >= 1 &&
	    head[AT_LOG_N] <= SCRYPT_LOG_N_MAX && head[AT_R] >= 1 &&
	    head[AT_R] <= SCRYPT_R_MAX && head[AT_P] >= 1 &&
	    head[AT_P] <= SCRYPT_P_MAX)
		return NULL;
	return "its header is damaged";
}

/* Keys of a file whose header was checked.  NULL, or what is wrong. */
const char *
backup_keys_open(struct backup_keys *k, const uint8_t head[BACKUP_HEAD],
    const void *secret, size_t len)
{
	uint8_t check[32];

	memcpy(k->head, head, BACKUP_HEAD);
	if (keys_derive(k, secret, len, check) == -1)
		return "libcrypto cannot derive its key: out of memory?";
	if (CRYPTO_memcmp(check, head + AT_CHECK, HEAD_CHECK) == 0)
		return NULL;
	return head[AT_KDF] == KDF_SCRYPT ? "the passphrase is another one" :
					    "the key file is another one";
}

static void
chunk_nonce(uint64_t number, uint8_t nonce[12])
{
	unsigned i;

	memset(nonce, 0, 12);
	for (i = 0; i < 8; i++)
		nonce[4 + i] = (uint8_t)(number >> (8 * i));
}

/*
 * Seal a chunk of at most BACKUP_CHUNK octets into out, which has room for
 * BACKUP_OVERHEAD more.  0, or -1 if libcrypto fails.
 */
int
backup_chunk_seal(const struct backup_keys *k, uint64_t number, bool last,
    const uint8_t *in, size_t len, uint8_t *out)
{
	uint8_t nonce[12];
	EVP_CIPHER_CTX *ctx;
	uint32_t length;
	int n, ok;

	length = (uint32_t)len | (last ? LENGTH_LAST : 0);
	for (n = 0; n < (int)BACKUP_LENGTH; n++)
		out[n] = (uint8_t)(length >> (8 * n));
	chunk_nonce(number, nonce);
	ctx = EVP_CIPHER_CTX_new();
	ok = ctx != NULL &&
	    EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, k->chunk, nonce) ==
		1 &&
	    EVP_EncryptUpdate(ctx, NULL, &n, k->head, (int)BACKUP_HEAD) == 1 &&
	    EVP_EncryptUpdate(ctx, NULL, &n, out, (int)BACKUP_LENGTH) == 1 &&
	    EVP_EncryptUpdate(ctx, out + BACKUP_LENGTH, &n, in, (int)len) ==
		1 &&
	    EVP_EncryptFinal_ex(ctx, out + BACKUP_LENGTH + len, &n) == 1 &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, (int)BACKUP_TAG,
		out + BACKUP_LENGTH + len) == 1;
	EVP_CIPHER_CTX_free(ctx);
	return ok ? 0 : -1;
}

/* Octets of a chunk that begins so, without length and tag.  0 or -1. */
int
backup_chunk_size(const uint8_t length[BACKUP_LENGTH], size_t *len, bool *last)
{
	uint32_t n;

	n = (uint32_t)length[0] | (uint32_t)length[1] << 8 |
	    (uint32_t)length[2] << 16 | (uint32_t)length[3] << 24;
	*last = (n & LENGTH_LAST) != 0;
	*len = n & ~LENGTH_LAST;
	return *len <= BACKUP_CHUNK ? 0 : -1;
}

/*
 * Open a chunk: in has its octets and the tag.  0, or -1 if it is damaged or
 * not the one with this number.
 */
int
backup_chunk_open(const struct backup_keys *k, uint64_t number,
    const uint8_t length[BACKUP_LENGTH], const uint8_t *in, uint8_t *out)
{
	uint8_t nonce[12], tag[BACKUP_TAG];
	EVP_CIPHER_CTX *ctx;
	size_t len;
	bool last;
	int n, ok;

	if (backup_chunk_size(length, &len, &last) == -1)
		return -1;
	memcpy(tag, in + len, BACKUP_TAG);
	chunk_nonce(number, nonce);
	ctx = EVP_CIPHER_CTX_new();
	ok = ctx != NULL &&
	    EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, k->chunk, nonce) ==
		1 &&
	    EVP_DecryptUpdate(ctx, NULL, &n, k->head, (int)BACKUP_HEAD) == 1 &&
	    EVP_DecryptUpdate(ctx, NULL, &n, length, (int)BACKUP_LENGTH) == 1 &&
	    EVP_DecryptUpdate(ctx, out, &n, in, (int)len) == 1 &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, (int)BACKUP_TAG,
		tag) == 1 &&
	    EVP_DecryptFinal_ex(ctx, out + len, &n) == 1;
	EVP_CIPHER_CTX_free(ctx);
	return ok ? 0 : -1;
}
