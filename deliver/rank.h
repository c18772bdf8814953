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
 * Destinations in order: those that wait for a connection, and those that are
 * unused and remembered.  A destination is in one list at most.
 */
#ifndef RANK_H
#define RANK_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct destination;

TAILQ_HEAD(rank_list, destination);

enum rank_place {
	RANK_NONE,
	RANK_STARVED, /* batches wait, and there is no connection */
	RANK_BULK,    /* the same, and all of them are bulk */
	RANK_SLOW,    /* the same, and it was slow the last time */
	RANK_KEPT,    /* unused since kept_at */
	RANK_PLACES
};

struct rank {
	struct rank_list list[RANK_PLACES]; /* that of NONE is empty */
	size_t starved;			    /* of all three kinds */
	unsigned turn;
	unsigned bulk_turn;
};

void rank_init(struct rank *);
void rank_remove(struct rank *, struct destination *);
void rank_starve(struct rank *, struct destination *);
struct destination *rank_next(struct rank *, bool reserve);
void rank_keep(struct rank *, struct destination *, int64_t now);
struct destination *rank_expired(struct rank *, int64_t now);

#endif
