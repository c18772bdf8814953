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
 * A bounded table by number.  A message that is stopped costs a look into it;
 * the store hears of it once a minute, however many there were.  A crash loses
 * that minute.
 */
#include "suppress_hit.h"

#include <stdlib.h>
#include <string.h>

#include "store.h"
#include "suppress.h"
#include "suppress_number.h"
#include "suppression.h"

/* Places, a power of two; more than that in a minute are not noted. */
#define HITS_PLACES 16384u
#define HITS_MAX    (HITS_PLACES / 4 * 3)

struct hit {
	uint64_t number; /* 0: an empty place */
	int64_t when;
	bool waits; /* to be written */
};

struct suppress_hits {
	size_t used;
	size_t waiting;
	size_t next; /* place that is written next */
	struct hit hit[HITS_PLACES];
};

/* An empty table, or NULL without memory. */
struct suppress_hits *
suppress_hits_new(void)
{
	return calloc(1, sizeof(struct suppress_hits));
}

/* Free, without writing; NULL is allowed. */
void
suppress_hits_free(struct suppress_hits *h)
{
	free(h);
}

/* How many were not written yet. */
size_t
suppress_hits_waiting(const struct suppress_hits *h)
{
	return h->waiting;
}

/* A number's lower bits are a sequence. */
static struct hit *
find(struct suppress_hits *h, uint64_t number)
{
	size_t i;

	i = (size_t)(number % HITS_PLACES);
	while (h->hit[i].number != 0 && h->hit[i].number != number)
		i = (i + 1) % HITS_PLACES;
	return &h->hit[i];
}

/* A suppression has stopped a message. */
void
suppress_hit(struct suppress_hits *h, uint64_t number, int64_t when)
{
	struct hit *hit;

	hit = find(h, number);
	if (hit->number == 0 && h->used < HITS_MAX) {
		hit->number = number;
		h->used++;
	}
	if (hit->number != number)
		return;
	hit->when = when;
	if (!hit->waits)
		h->waiting++;
	hit->waits = true;
}

/* One that is gone by now is passed over. */
static enum store_status
hit_write(struct suppression_tx *tx, const struct hit *hit)
{
	char id[OBJECT_ID_SIZE];
	struct suppression s;
	enum store_status r;

	suppress_number_id(hit->number, id);
	r = suppression_get_id(tx->sp, id, &s);
	if (r != STORE_OK)
		return r == STORE_NOTFOUND ? STORE_OK : r;
	s.suppressed = hit->when;
	return suppression_tx_put(tx, &s, NULL);
}

static enum store_status
hits_write(struct suppress *sp, size_t most, size_t *next)
{
	struct suppress_hits *h;
	struct suppression_tx tx;
	enum store_status r;
	size_t n;

	h = sp->hits;
	suppression_tx_init(&tx, sp);
	r = STORE_OK;
	n = 0;
	for (*next = h->next; *next < HITS_PLACES && n < most; (*next)++) {
		if (!h->hit[*next].waits)
			continue;
		r = hit_write(&tx, &h->hit[*next]);
		if (r != STORE_OK)
			return r;
		n++;
	}
	return suppression_tx_end(&tx);
}

/* Those up to next are written; the table is empty when all are. */
static void
hits_done(struct suppress_hits *h, size_t next)
{
	for (; h->next < next; h->next++) {
		if (!h->hit[h->next].waits)
			continue;
		h->hit[h->next].waits = false;
		h->waiting--;
	}
	if (next < HITS_PLACES)
		return;
	h->next = 0;
	if (h->waiting == 0)
		memset(h, 0, sizeof(*h));
}

/*
 * Write some, in a transaction that does not wait for the disk.  0, or -1 and
 * they are kept.
 */
int
suppress_hits_write(struct suppress *sp, size_t most)
{
	size_t next;

	if (sp->hits->waiting == 0)
		return 0;
	if (store_begin(sp->store) == -1)
		return -1;
	if (hits_write(sp, most, &next) != STORE_OK) {
		store_abort(sp->store);
		return -1;
	}
	if (store_commit_lazy(sp->store) == -1)
		return -1;
	hits_done(sp->hits, next);
	return 0;
}
