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
 * Eight octets of each signature in two tables. The younger takes new ones;
 * when it is as old as a date may be off both ways together, it becomes the
 * elder and the elder is forgotten. So each is remembered for that long, and
 * nothing is ever deleted from a table.
 *
 * Only signatures that were verified come in here: nobody can fill the tables
 * who has no key, and to be taken for another costs a collision of 64 bits.
 */
#include "replay.h"

#include <sys/random.h>

#include <stdlib.h>
#include <string.h>

#include "httplimits.h"

/* Slots of a new table; a power of two, as all are. */
#define SLOTS_FIRST 1024u

/* What can still be accepted was signed within this time: early, late. */
#define GENERATION (2 * SIGNATURE_SKEW)

struct table {
	uint64_t *slots; /* 0: free */
	size_t size;
	size_t used;
	int64_t since;
};

struct replay {
	size_t max; /* signatures of one table */
	uint64_t seed;
	struct table young;
	struct table old;
};

/*
 * Remember at most twice max signatures; with more than max in the time that
 * one is dangerous, the oldest are forgotten early. NULL without memory.
 */
struct replay *
replay_new(size_t max)
{
	struct replay *r;

	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return NULL;
	r->max = max;
	if (getrandom(&r->seed, sizeof(r->seed), 0) !=
	    (ssize_t)sizeof(r->seed)) {
		free(r);
		return NULL;
	}
	r->seed |= 1;
	return r;
}

/* Free it; NULL is allowed. */
void
replay_free(struct replay *r)
{
	if (r == NULL)
		return;
	free(r->young.slots);
	free(r->old.slots);
	free(r);
}

/* The slot that has the key, or the free one where it would be. */
static uint64_t *
slot_of(const struct replay *r, const struct table *t, uint64_t key)
{
	size_t i;

	i = (size_t)(key * r->seed >> 32) & (t->size - 1);
	while (t->slots[i] != 0 && t->slots[i] != key)
		i = (i + 1) & (t->size - 1);
	return &t->slots[i];
}

static bool
has(const struct replay *r, const struct table *t, uint64_t key)
{
	return t->used > 0 && *slot_of(r, t, key) == key;
}

/* Room for one more: at most half of the slots are used. */
static int
reserve(const struct replay *r, struct table *t)
{
	struct table bigger = *t;
	size_t i;

	if (t->size > 0 && t->used < t->size / 2)
		return 0;
	bigger.size = t->size == 0 ? SLOTS_FIRST : t->size * 2;
	bigger.slots = calloc(bigger.size, sizeof(*bigger.slots));
	if (bigger.slots == NULL)
		return -1;
	for (i = 0; i < t->size; i++) {
		if (t->slots[i] != 0)
			*slot_of(r, &bigger, t->slots[i]) = t->slots[i];
	}
	free(t->slots);
	*t = bigger;
	return 0;
}

/* The younger table becomes the elder if it is full or has had its time. */
static void
turn(struct replay *r, int64_t now)
{
	if (r->young.used > 0 && r->young.used < r->max &&
	    now - r->young.since <= GENERATION)
		return;
	if (r->young.used > 0) {
		free(r->old.slots);
		r->old = r->young;
		memset(&r->young, 0, sizeof(r->young));
	}
	r->young.since = now;
	if (now - r->old.since > 2 * GENERATION) {
		free(r->old.slots);
		memset(&r->old, 0, sizeof(r->old));
	}
}

/* Eight octets of a signature, which are as good as chance; never 0. */
static uint64_t
key_of(const uint8_t *signature, size_t len)
{
	uint64_t key = 0;

	memcpy(&key, signature, len < sizeof(key) ? len : sizeof(key));
	return key == 0 ? 1 : key;
}

/*
 * Whether this signature came before; from now on it did. Without memory it
 * did too: what cannot be remembered is not let in.
 */
bool
replay_seen(struct replay *r, const uint8_t *signature, size_t len, int64_t now)
{
	uint64_t key;

	key = key_of(signature, len);
	turn(r, now);
	if (has(r, &r->young, key) || has(r, &r->old, key) ||
	    reserve(r, &r->young) == -1)
		return true;
	*slot_of(r, &r->young, key) = key;
	r->young.used++;
	return false;
}

/* How many are remembered. */
size_t
replay_count(const struct replay *r)
{
	return r->young.used + r->old.used;
}
