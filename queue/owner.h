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
 * Owners: the users whose messages are queued, each name once.  Holds what
 * is known of each; fairness between them is schedule's business.
 */
#ifndef OWNER_H
#define OWNER_H

#include <stddef.h>
#include <stdint.h>

struct turn;

struct owner {
	struct owner *chain; /* in its bucket */
	size_t refs;	     /* messages that point here */
	struct turn *turns;  /* flow's: what of it may go now */
	unsigned fresh[2];   /* places held for new destinations, by class */
	int pace;	     /* how many more than at first may be */
	uint32_t hash;
	char name[]; /* id of the user; may be empty */
};

struct owners {
	struct owner **bucket;
	size_t buckets;
	size_t count;
};

uint32_t owner_hash(const char *);
struct owner *owner_get(struct owners *, const char *);
void owner_put(struct owners *, struct owner *);
void owners_free(struct owners *);

#endif
