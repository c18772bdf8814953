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
 */
#include "seen.h"

#include <stdbool.h>
#include <stdlib.h>

/* Dates of one set; sets: the skew both ways, and one at each end. */
#define SLOT_SECONDS 60
#define SLOTS	     (2 * SEEN_SKEW / SLOT_SECONDS + 2)

/* First size of a set; a power of two, as all that follow. */
#define SLOT_FIRST 64u

/* Hashes, with 0 for an empty place; at most half of it is used. */
struct slot {
	int64_t minute; /* date / SLOT_SECONDS */
	uint64_t *table;
	uint32_t size;
	uint32_t used;
};

struct seen {
	uint32_t count;
	struct slot slot[SLOTS];
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
	size_t i;

	for (i = 0; s != NULL && i < SLOTS; i++)
		free(s->slot[i].table);
	free(s);
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

/*
 * A request with that date was signed; hash is of its signature. Whether it is
 * the first with it.
 */
enum seen_result
seen_add(struct seen *s, int64_t date, uint64_t hash, int64_t now)
{
	struct slot *slot;
	uint64_t *at;

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
	if (s->count >= SEEN_MAX)
		seen_forget(s, now);
	if (s->count >= SEEN_MAX || !slot_grow(slot))
		return SEEN_FULL;
	at = place(slot->table, slot->size, hash);
	*at = hash;
	slot->used++;
	s->count++;
	return SEEN_NEW;
}

/* How many are remembered. */
uint32_t
seen_count(const struct seen *s)
{
	return s->count;
}
