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
 * A table with open addressing and linear probing; 0 is an empty place.
 */
#include "watch.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "proto_notice.h"
#include "qbounds.h"

struct watch {
	uint8_t key[SIPHASH_KEY_SIZE];
	uint32_t count;
	bool full;	 /* that was logged */
	uint64_t *place; /* WATCH_PLACES; NULL until one is needed */
};

/* An empty set; NULL without memory. */
struct watch *
watch_new(void)
{
	return calloc(1, sizeof(struct watch));
}

/* NULL is allowed. */
void
watch_free(struct watch *w)
{
	if (w == NULL)
		return;
	free(w->place);
	free(w);
}

static size_t
home(uint64_t hash)
{
	return (size_t)(hash % WATCH_PLACES);
}

/* Where the hash is, or the empty place where it would be. */
static size_t
find(const struct watch *w, uint64_t hash)
{
	size_t i;

	for (i = home(hash); w->place[i] != 0 && w->place[i] != hash;)
		i = (i + 1) % WATCH_PLACES;
	return i;
}

static void
add(struct watch *w, uint64_t hash)
{
	size_t i;

	i = find(w, hash);
	if (hash == 0 || w->place[i] == hash)
		return;
	if (w->count < NOTICE_SOFT_MAX) {
		w->place[i] = hash;
		w->count++;
	} else if (!w->full) {
		w->full = true;
		log_warnx("more recipients with soft bounces than can be "
			  "watched");
	}
}

/* Add recipients to those that are watched. */
void
watch_add(struct watch *w, const struct notice_watch *s)
{
	uint32_t i;

	memcpy(w->key, s->key, sizeof(w->key));
	if (w->place == NULL && s->n > 0)
		w->place = calloc(WATCH_PLACES, sizeof(*w->place));
	if (w->place == NULL)
		return;
	for (i = 0; i < s->n; i++)
		add(w, s->hash[i]);
}

/* Empty a place; what stands behind it moves up, lest it is not found. */
static void
drop(struct watch *w, size_t i)
{
	size_t next;

	w->count--;
	w->place[i] = 0;
	for (next = (i + 1) % WATCH_PLACES; w->place[next] != 0;
	     next = (next + 1) % WATCH_PLACES) {
		/* It may move if its home is not between the two. */
		if ((next - home(w->place[next])) % WATCH_PLACES <
		    (next - i) % WATCH_PLACES)
			continue;
		w->place[i] = w->place[next];
		w->place[next] = 0;
		i = next;
	}
}

/* Whether anybody is watched. */
bool
watch_any(const struct watch *w)
{
	return w->count > 0;
}

/* Whether the recipient is watched; it is no more after that. */
bool
watch_take(struct watch *w, const char *compartment, const char *rcpt)
{
	uint64_t hash;
	size_t i;

	if (w->count == 0)
		return false;
	hash = notice_watch_hash(w->key, compartment, rcpt);
	i = find(w, hash);
	if (hash == 0 || w->place[i] != hash)
		return false;
	drop(w, i);
	return true;
}
