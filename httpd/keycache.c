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
 * Keys by keyId: a table of chains for finding, a list by last use for
 * forgetting. Only keys that exist come in here, so nobody chooses the chains.
 */
#include "keycache.h"

#include <sys/queue.h>

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct node {
	struct keycache_entry entry;
	int64_t until;
	LIST_ENTRY(node) chain;
	TAILQ_ENTRY(node) use;
	char key_id[];
};

LIST_HEAD(chain, node);
TAILQ_HEAD(use_list, node);

struct keycache {
	struct chain *chains;
	size_t max; /* of nodes, and the number of chains */
	size_t count;
	int64_t seconds;
	keycache_free_cb free_cb;
	struct use_list uses; /* the one used last is the first */
};

/*
 * A cache of at most max keys, each for so many seconds after it was put in;
 * then its owner is to ask again. NULL without memory. free_cb may be NULL.
 */
struct keycache *
keycache_new(size_t max, int64_t seconds, keycache_free_cb free_cb)
{
	struct keycache *c;

	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	c->chains = calloc(max, sizeof(*c->chains));
	if (c->chains == NULL) {
		free(c);
		return NULL;
	}
	c->max = max;
	c->seconds = seconds;
	c->free_cb = free_cb;
	TAILQ_INIT(&c->uses);
	return c;
}

/* Free it with all keys; NULL is allowed. */
void
keycache_free(struct keycache *c)
{
	if (c == NULL)
		return;
	keycache_clear(c);
	free(c->chains);
	free(c);
}

/* The chain of a name: FNV-1a. */
static struct chain *
chain_of(struct keycache *c, const char *key_id)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (; *key_id != '\0'; key_id++) {
		h ^= (unsigned char)*key_id;
		h *= UINT64_C(1099511628211);
	}
	return &c->chains[h % c->max];
}

static struct node *
find(struct keycache *c, const char *key_id)
{
	struct node *n;

	LIST_FOREACH(n, chain_of(c, key_id), chain) {
		if (strcmp(n->key_id, key_id) == 0)
			return n;
	}
	return NULL;
}

static void
drop(struct keycache *c, struct node *n)
{
	LIST_REMOVE(n, chain);
	TAILQ_REMOVE(&c->uses, n, use);
	c->count--;
	EVP_PKEY_free(n->entry.key);
	if (c->free_cb != NULL)
		c->free_cb(n->entry.data);
	free(n);
}

/* A key and what is known of it, or NULL. Holds until the next put or drop. */
const struct keycache_entry *
keycache_get(struct keycache *c, const char *key_id, int64_t now)
{
	struct node *n;

	n = find(c, key_id);
	if (n == NULL)
		return NULL;
	if (now >= n->until) {
		drop(c, n);
		return NULL;
	}
	TAILQ_REMOVE(&c->uses, n, use);
	TAILQ_INSERT_HEAD(&c->uses, n, use);
	return &n->entry;
}

/*
 * Put a key in, in place of one of the same name; it and the data are the
 * cache's from then on. The one not used for longest gives way. -1 without
 * memory: then they stay the caller's.
 */
int
keycache_put(struct keycache *c, const char *key_id, struct evp_pkey_st *key,
    void *data, int64_t now)
{
	struct node *n, *old;
	size_t size = strlen(key_id) + 1;

	n = calloc(1, sizeof(*n) + size);
	if (n == NULL)
		return -1;
	memcpy(n->key_id, key_id, size);
	n->entry.key = key;
	n->entry.data = data;
	n->until = now + c->seconds;
	old = find(c, key_id);
	if (old == NULL && c->count == c->max)
		old = TAILQ_LAST(&c->uses, use_list);
	if (old != NULL)
		drop(c, old);
	LIST_INSERT_HEAD(chain_of(c, key_id), n, chain);
	TAILQ_INSERT_HEAD(&c->uses, n, use);
	c->count++;
	return 0;
}

/*
 * Whether a part of "tenancy/user/fingerprint", which begins at at, is that
 * word; "" is any.
 */
static bool
part_is(const char *at, const char *word)
{
	size_t len = strlen(word);

	return len == 0 ||
	    (strncmp(at, word, len) == 0 && strchr("/", at[len]) != NULL);
}

/*
 * Drop the keys of that user with that fingerprint; "" stands for all. How
 * many it were.
 */
size_t
keycache_drop(struct keycache *c, const char *user, const char *fingerprint)
{
	struct node *n, *next;
	const char *first, *second;
	size_t dropped = 0;

	for (n = TAILQ_FIRST(&c->uses); n != NULL; n = next) {
		next = TAILQ_NEXT(n, use);
		first = strchr(n->key_id, '/');
		second = strrchr(n->key_id, '/');
		if (first != NULL && part_is(first + 1, user) &&
		    part_is(second + 1, fingerprint)) {
			drop(c, n);
			dropped++;
		}
	}
	return dropped;
}

/* Drop all: nobody knows what has changed. */
void
keycache_clear(struct keycache *c)
{
	struct node *n;

	while ((n = TAILQ_FIRST(&c->uses)) != NULL)
		drop(c, n);
}

/* How many there are. */
size_t
keycache_count(const struct keycache *c)
{
	return c->count;
}
