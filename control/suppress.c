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
 * The state of suppressions in memory, and the key of their hashes.
 */
#include "suppress.h"

#include <sys/random.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "msg.h"
#include "record.h"
#include "store.h"
#include "suppress_upgrade.h"

/* In STORE_META: the key of the hashes, which lives as long as the store. */
#define META_KEY "suppression key"

/* Nothing loaded yet; NULL without memory. */
struct suppress *
suppress_new(void)
{
	return calloc(1, sizeof(struct suppress));
}

/* NULL is allowed. */
void
suppress_free(struct suppress *sp)
{
	if (sp == NULL)
		return;
	explicit_bzero(sp, sizeof(*sp));
	free(sp);
}

static int
key_make(struct suppress *sp, const struct store_key *k)
{
	struct msgout m;
	enum store_status r;

	if (getrandom(sp->key, sizeof(sp->key), 0) != (ssize_t)sizeof(sp->key))
		return -1;
	memset(&m, 0, sizeof(m));
	m.secret = true;
	msg_put_data(&m, sp->key, sizeof(sp->key));
	r = STORE_FAIL;
	if (store_begin(sp->store) == 0) {
		r = store_put(sp->store, STORE_META, k, &m);
		if (r != STORE_OK)
			store_abort(sp->store);
		else if (store_commit(sp->store) == -1)
			r = STORE_FAIL;
	}
	msgout_free(&m);
	return r == STORE_OK ? 0 : -1;
}

static int
key_load(struct suppress *sp)
{
	struct store_key k;
	struct msgin m;
	enum store_status r;

	store_key(&k, META_KEY, NULL);
	r = store_get(sp->store, STORE_META, &k, &m);
	if (r == STORE_NOTFOUND)
		return key_make(sp, &k);
	if (r != STORE_OK)
		return -1;
	if (msg_get_data(&m, sp->key, sizeof(sp->key)) != sizeof(sp->key))
		m.bad = true;
	if (record_done(msg_end(&m), "key of suppressions") != STORE_OK)
		return -1;
	return 0;
}

/*
 * Use this store, which is open: the key of the hashes is read, or made in a
 * new store, and records of older versions are changed.  0, or -1 and it is
 * logged.
 */
int
suppress_load(struct suppress *sp, struct store *s)
{
	sp->store = s;
	return key_load(sp) == -1 ? -1 : suppress_upgrade(sp);
}

/* The hash of a folded address.  0, or -1 if libcrypto fails. */
int
suppress_hash(const struct suppress *sp, const char *address,
    char text[SUPPRESS_HASH_TEXT_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t hash[SUPPRESS_HASH_SIZE];
	const uint8_t *digest;
	unsigned i, n;

	n = sizeof(hash);
	digest = HMAC(EVP_sha256(), sp->key, sizeof(sp->key),
	    (const uint8_t *)address, strlen(address), hash, &n);
	if (digest == NULL || n != sizeof(hash))
		return -1;
	text[0] = SUPPRESS_HASH_MARK;
	for (i = 0; i < sizeof(hash); i++) {
		text[1 + 2 * i] = digits[hash[i] >> 4];
		text[2 + 2 * i] = digits[hash[i] & 15];
	}
	text[1 + 2 * sizeof(hash)] = '\0';
	return 0;
}
