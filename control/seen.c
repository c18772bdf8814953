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
 * One set for each minute of dates. A replay has the date that was signed, so
 * it is looked for in one set; a set whose minute is over is dropped whole.
 * What a user has in each set is counted, so that nobody takes all the room.
 */
#include "seen.h"

#include <sys/queue.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "compat.h"
#include "record.h"

/* Dates of one set; sets: the skew both ways, and one at each end. */
#define SLOT_SECONDS 60
#define SLOTS	     (2 * SEEN_SKEW / SLOT_SECONDS + 2)

/* First size of a set; a power of two, as all that follow. */
#define SLOT_FIRST 64u

/* Chains of users that have signatures. */
#define TALLY_CHAINS 1024u

/* Hashes, with 0 for an empty place; at most half of it is used. */
struct slot {
	int64_t minute; /* date / SLOT_SECONDS */
	uint64_t *table;
	uint32_t size;
	uint32_t used;
};

/* How many a user has, in all and in each set; not there if it has none. */
struct tally {
	LIST_ENTRY(tally) chain;
	char user[OBJECT_ID_SIZE];
	uint32_t count;
	uint32_t in[SLOTS];
};

struct seen {
	uint32_t count;
	struct slot slot[SLOTS];
	LIST_HEAD(, tally) tallies[TALLY_CHAINS];
};

/* Nothing was seen. NULL without memory. */
struct seen *
seen_new(void)
{
	return calloc(1, sizeof(struct seen));
}

/* Free it; NULL is allowed. */
void
seen_free(struct seen *s)
{
	struct tally *t;
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < SLOTS; i++)
		free(s->slot[i].table);
	for (i = 0; i < TALLY_CHAINS; i++) {
		while ((t = LIST_FIRST(&s->tallies[i])) != NULL) {
			LIST_REMOVE(t, chain);
			free(t);
		}
	}
	free(s);
}

/* What a user has; NULL: nothing, or no memory to make it. */
static struct tally *
tally_find(struct seen *s, const char *user, bool make)
{
	struct tally *t;
	size_t i;

	i = record_hash(user) % TALLY_CHAINS;
	LIST_FOREACH(t, &s->tallies[i], chain) {
		if (strcmp(t->user, user) == 0)
			return t;
	}
	t = make ? calloc(1, sizeof(*t)) : NULL;
	if (t == NULL)
		return NULL;
	(void)strlcpy(t->user, user, sizeof(t->user));
	LIST_INSERT_HEAD(&s->tallies[i], t, chain);
	return t;
}

/* Nobody has anything in a set any more. */
static void
tally_drop(struct seen *s, size_t set)
{
	struct tally *t, *next;
	size_t i;

	for (i = 0; i < TALLY_CHAINS; i++) {
		for (t = LIST_FIRST(&s->tallies[i]); t != NULL; t = next) {
			next = LIST_NEXT(t, chain);
			t->count -= t->in[set];
			t->in[set] = 0;
			if (t->count > 0)
				continue;
			LIST_REMOVE(t, chain);
			free(t);
		}
	}
}

/* The place of a hash in a table, or the empty one where it would be. */
static uint64_t *
place(uint64_t *table, uint32_t size, uint64_t hash)
{
	uint32_t i;

	for (i = (uint32_t)hash & (size - 1);; i = (i + 1) & (size - 1)) {
		if (table[i] == hash || table[i] == 0)
			return &table[i];
	}
}

/* Room for one hash more. false without memory. */
static bool
slot_grow(struct slot *slot)
{
	uint64_t *table;
	uint32_t size, i;

	if (slot->used + 1 <= slot->size / 2)
		return true;
	size = slot->size == 0 ? SLOT_FIRST : slot->size * 2;
	table = calloc(size, sizeof(*table));
	if (table == NULL)
		return false;
	for (i = 0; i < slot->size; i++) {
		if (slot->table[i] != 0)
			*place(table, size, slot->table[i]) = slot->table[i];
	}
	free(slot->table);
	slot->table = table;
	slot->size = size;
	return true;
}

static void
slot_drop(struct seen *s, struct slot *slot)
{
	if (slot->used > 0)
		tally_drop(s, (size_t)(slot - s->slot));
	s->count -= slot->used;
	free(slot->table);
	slot->table = NULL;
	slot->size = slot->used = 0;
}

/* Drop the sets of dates that are not taken any more. */
static void
seen_forget(struct seen *s, int64_t now)
{
	struct slot *slot;
	size_t i;

	for (i = 0; i < SLOTS; i++) {
		slot = &s->slot[i];
		if (slot->table != NULL &&
		    (slot->minute + 1) * SLOT_SECONDS + SEEN_SKEW < now)
			slot_drop(s, slot);
	}
}

/* Whether there is no room for one more, of anybody or of that user. */
static enum seen_result
seen_room(struct seen *s, const char *user, int64_t now)
{
	const struct tally *t;

	t = tally_find(s, user, false);
	if (s->count >= SEEN_MAX || (t != NULL && t->count >= SEEN_USER_MAX)) {
		seen_forget(s, now);
		t = tally_find(s, user, false);
	}
	if (t != NULL && t->count >= SEEN_USER_MAX)
		return SEEN_MANY;
	return s->count >= SEEN_MAX ? SEEN_FULL : SEEN_NEW;
}

/*
 * A request of a user with that date was signed; hash is of its signature.
 * Whether it is the first with it.
 */
enum seen_result
seen_add(struct seen *s, const char *user, int64_t date, uint64_t hash,
    int64_t now)
{
	enum seen_result room;
	struct slot *slot;
	struct tally *t;

	if (date < now - SEEN_SKEW || date > now + SEEN_SKEW || date < 0)
		return SEEN_AGAIN;
	if (hash == 0)
		hash = 1;
	slot = &s->slot[date / SLOT_SECONDS % SLOTS];
	if (slot->minute != date / SLOT_SECONDS) {
		seen_forget(s, now);
		slot_drop(s, slot);
		slot->minute = date / SLOT_SECONDS;
	}
	if (slot->size > 0 && *place(slot->table, slot->size, hash) == hash)
		return SEEN_AGAIN;
	room = seen_room(s, user, now);
	if (room != SEEN_NEW)
		return room;
	if (!slot_grow(slot) || (t = tally_find(s, user, true)) == NULL)
		return SEEN_FULL;
	*place(slot->table, slot->size, hash) = hash;
	slot->used++;
	t->in[slot - s->slot]++;
	t->count++;
	s->count++;
	return SEEN_NEW;
}

/* How many are remembered. */
uint32_t
seen_count(const struct seen *s)
{
	return s->count;
}
