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
 * Parsed public keys by keyId, the ones used last kept. What the owner knows
 * of a key's user goes with it. A key is dropped when it was revoked.
 */
#ifndef KEYCACHE_H
#define KEYCACHE_H

#include <stddef.h>
#include <stdint.h>

struct evp_pkey_st;
struct keycache;

struct keycache_entry {
	struct evp_pkey_st *key; /* holds until the next put or drop */
	void *data;		 /* of the owner; may be NULL */
};

/* Frees an entry's data. */
typedef void (*keycache_free_cb)(void *);

struct keycache *keycache_new(size_t max, int64_t seconds, keycache_free_cb);
void keycache_free(struct keycache *);
const struct keycache_entry *keycache_get(struct keycache *, const char *key_id,
    int64_t now);
int keycache_put(struct keycache *, const char *key_id, struct evp_pkey_st *,
    void *data, int64_t now);
size_t keycache_drop(struct keycache *, const char *user,
    const char *fingerprint);
void keycache_clear(struct keycache *);
size_t keycache_count(const struct keycache *);

#endif
