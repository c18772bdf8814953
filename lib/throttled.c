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
 * A hash table of addresses, each with the time until which it is turned
 * away.  When it is full the one that was told first makes room.
 */
#include "throttled.h"

#include <sys/queue.h>
#include <sys/random.h>

#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "netkey.h"
#include "proto_policy.h"

struct entry {
	LIST_ENTRY(entry) chain;
	TAILQ_ENTRY(entry) order;
	uint8_t key[NETKEY_SIZE];
	int64_t until;
};

struct throttled {
	uint64_t seed;
	unsigned entries;
	TAILQ_HEAD(, entry) order;
	LIST_HEAD(, entry) chain[SOURCE_BUCKETS];
};

/* An empty table.  NULL without memory or randomness. */
struct throttled *
throttled_new(void)
{
	struct throttled *t;

	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	if (getrandom(&t->seed, sizeof(t->seed), 0) != sizeof(t->seed)) {
		free(t);
		return NULL;
	}
	TAILQ_INIT(&t->order);
	return t;
}

static void
entry_drop(struct throttled *t, struct entry *e)
{
	LIST_REMOVE(e, chain);
	TAILQ_REMOVE(&t->order, e, order);
	t->entries--;
	free(e);
}

/* Free; NULL is allowed. */
void
throttled_free(struct throttled *t)
{
	if (t == NULL)
		return;
	while (!TAILQ_EMPTY(&t->order))
		entry_drop(t, TAILQ_FIRST(&t->order));
	free(t);
}

static size_t
bucket(const struct throttled *t, const uint8_t key[NETKEY_SIZE])
{
	return (size_t)(netkey_hash(key, t->seed) % SOURCE_BUCKETS);
}

static struct entry *
find(const struct throttled *t, const uint8_t key[NETKEY_SIZE])
{
	struct entry *e;

	LIST_FOREACH(e, &t->chain[bucket(t, key)], chain) {
		if (memcmp(e->key, key, NETKEY_SIZE) == 0)
			return e;
	}
	return NULL;
}

/*
 * Turn an address away for the seconds that control said from now on, or with
 * 0 no more.  Without memory nothing is changed.
 */
void
throttled_set(struct throttled *t, const struct policy_throttle *said,
    int64_t now)
{
	struct entry *e;

	e = find(t, said->key);
	if (e != NULL)
		entry_drop(t, e);
	while ((e = TAILQ_FIRST(&t->order)) != NULL &&
	    (e->until <= now || t->entries >= THROTTLE_MAX))
		entry_drop(t, e);
	if (said->seconds == 0 || (e = calloc(1, sizeof(*e))) == NULL)
		return;
	memcpy(e->key, said->key, NETKEY_SIZE);
	e->until = now + (int64_t)said->seconds;
	LIST_INSERT_HEAD(&t->chain[bucket(t, said->key)], e, chain);
	TAILQ_INSERT_TAIL(&t->order, e, order);
	t->entries++;
}

/* Whether an address, in text, is to be turned away now. */
bool
throttled_holds(const struct throttled *t, const char *source, int64_t now)
{
	const struct entry *e;
	uint8_t key[NETKEY_SIZE];

	if (t->entries == 0 || netkey_parse(source, key) == -1)
		return false;
	e = find(t, key);
	return e != NULL && e->until > now;
}

/* How many addresses it has, those whose time is over among them. */
unsigned
throttled_count(const struct throttled *t)
{
	return t->entries;
}
