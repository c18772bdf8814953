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
#include "proto_suppress.h"
#include "record.h"
#include "store.h"
#include "store_lock.h"
#include "suppress_hit.h"
#include "suppress_soft.h"
#include "suppress_tend.h"
#include "suppress_upgrade.h"

/* Records of a large change: a start reads 40 MB of the log. */
#define RELIEVE_RECORDS 40000u

/* In STORE_META: the key of the hashes, which lives as long as the store. */
#define META_KEY "suppression key"

/* Nothing loaded yet; NULL without memory. */
struct suppress *
suppress_new(void)
{
	struct suppress *sp;

	sp = calloc(1, sizeof(*sp));
	if (sp == NULL)
		return NULL;
	sp->hits = suppress_hits_new();
	sp->tend = suppress_tend_new(sp);
	if (sp->hits != NULL && sp->tend != NULL)
		return sp;
	suppress_free(sp);
	return NULL;
}

/* NULL is allowed. */
void
suppress_free(struct suppress *sp)
{
	if (sp == NULL)
		return;
	suppress_hits_free(sp->hits);
	suppress_tend_free(sp->tend);
	explicit_bzero(sp, sizeof(*sp));
	free(sp);
}

/* Keep to a configuration. */
void
suppress_set(struct suppress *sp, const struct conf_suppress *conf)
{
	sp->hash = conf->hash;
	sp->soft_limit = conf->soft_bounces;
	sp->soft_window = conf->soft_window;
	sp->soft_lifetime = conf->soft_lifetime;
	if (sp->store != NULL)
		suppress_tend_check(sp->tend);
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

/* Queue is not to know the key of the hashes. */
static int
watch_key(struct suppress *sp)
{
	uint8_t key[STORE_SUBKEY_SIZE];

	if (store_subkey(sp->key, sizeof(sp->key), "edd soft bounces", key) ==
	    -1)
		return -1;
	memcpy(sp->watch_key, key, sizeof(sp->watch_key));
	explicit_bzero(key, sizeof(key));
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
	if (key_load(sp) == -1 || watch_key(sp) == -1 ||
	    suppress_upgrade(sp) == -1 || suppress_soft_load(sp) == -1)
		return -1;
	suppress_tend_check(sp->tend);
	return 0;
}

/*
 * Call after each transaction of a large change.  Without a checkpoint now and
 * then, a start after a crash would read all that was logged of it.
 */
void
suppress_relieve(struct suppress *sp, uint32_t changed)
{
	sp->changed += changed;
	if (sp->changed < RELIEVE_RECORDS)
		return;
	(void)store_checkpoint(sp->store);
	sp->changed = 0;
}

/* The hash of a folded address.  0, or -1 if libcrypto fails. */
int
suppress_hash(const struct suppress *sp, const char *address,
    char text[SUPPRESS_HASH_TEXT_SIZE])
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint8_t hash[SUPPRESS_KEY_SIZE];
	const uint8_t *digest;
	unsigned i, n, used;
	uint64_t group;

	n = sizeof(hash);
	digest = HMAC(EVP_sha256(), sp->key, sizeof(sp->key),
	    (const uint8_t *)address, strlen(address), hash, &n);
	if (digest == NULL || n != sizeof(hash))
		return -1;
	used = 0;
	text[used++] = SUPPRESS_HASH_MARK;
	for (i = 0; i < SUPPRESS_HASH_SIZE; i += 5) {
		group = (uint64_t)hash[i] << 32 | (uint64_t)hash[i + 1] << 24 |
		    (uint64_t)hash[i + 2] << 16 | (uint64_t)hash[i + 3] << 8 |
		    hash[i + 4];
		for (n = 40; n > 0; n -= 5)
			text[used++] = digits[group >> (n - 5) & 31];
	}
	text[used] = '\0';
	return 0;
}
