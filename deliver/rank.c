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
 * Who is next.  Destinations that have only bulk get one turn of
 * RANK_BULK_TURNS while others wait, and those that were slow one of
 * RANK_TURNS, so that they neither hold the others up nor wait for ever.
 */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "destination.h"
#include "limits.h"
#include "rank.h"

/* Begin with nothing. */
void
rank_init(struct rank *r)
{
	size_t i;

	memset(r, 0, sizeof(*r));
	for (i = 0; i < RANK_PLACES; i++)
		TAILQ_INIT(&r->list[i]);
}

static bool
is_starved(enum rank_place place)
{
	return place == RANK_STARVED || place == RANK_BULK ||
	    place == RANK_SLOW;
}

static void
insert(struct rank *r, struct destination *d, enum rank_place place)
{
	d->place = place;
	TAILQ_INSERT_TAIL(&r->list[place], d, rank);
	if (is_starved(place))
		r->starved++;
}

/* Take it out of the list it is in, if any. */
void
rank_remove(struct rank *r, struct destination *d)
{
	if (d->place == RANK_NONE)
		return;
	if (is_starved(d->place))
		r->starved--;
	TAILQ_REMOVE(&r->list[d->place], d, rank);
	d->place = RANK_NONE;
}

/*
 * It waits for a connection; one that did before keeps its place, unless it had
 * only bulk then.
 */
void
rank_starve(struct rank *r, struct destination *d)
{
	if (is_starved(d->place) && (d->place != RANK_BULK || d->urgent == 0))
		return;
	rank_remove(r, d);
	insert(r, d,
	    d->slow	       ? RANK_SLOW :
		d->urgent == 0 ? RANK_BULK :
				 RANK_STARVED);
}

/*
 * Take out the one whose turn it is, or NULL; of those only that may use the
 * reserve, if there is nothing else.
 */
struct destination *
rank_next(struct rank *r, bool reserve)
{
	struct destination *d = TAILQ_FIRST(&r->list[RANK_STARVED]);
	struct destination *bulk = TAILQ_FIRST(&r->list[RANK_BULK]);
	struct destination *slow = TAILQ_FIRST(&r->list[RANK_SLOW]);

	if (!reserve &&
	    (d == NULL ||
		(bulk != NULL && ++r->bulk_turn % RANK_BULK_TURNS == 0)))
		d = bulk;
	if (!reserve &&
	    (d == NULL || (slow != NULL && ++r->turn % RANK_TURNS == 0)))
		d = slow;
	if (d != NULL)
		rank_remove(r, d);
	return d;
}

/* It is unused: keep what is known of it for a while. */
void
rank_keep(struct rank *r, struct destination *d, int64_t now)
{
	if (d->place == RANK_KEPT)
		return;
	rank_remove(r, d);
	d->kept_at = now;
	insert(r, d, RANK_KEPT);
}

/* Take out one that was unused for DESTINATION_KEEP seconds, or NULL. */
struct destination *
rank_expired(struct rank *r, int64_t now)
{
	struct destination *d = TAILQ_FIRST(&r->list[RANK_KEPT]);

	if (d == NULL || now - d->kept_at < (int64_t)DESTINATION_KEEP)
		return NULL;
	rank_remove(r, d);
	return d;
}
