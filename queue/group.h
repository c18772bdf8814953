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
 * Counters under names, for tables of what is in the queue.  There is an end
 * to how many names are told apart: more are counted under "(others)".
 */
#ifndef GROUP_H
#define GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "filter.h"

struct group {
	struct group *chain;
	uint32_t hash;
	uint64_t rcpts;
	uint64_t messages;
	uint64_t last; /* id of the message that was counted last */
	uint64_t octets;
	uint64_t state[FILTER_STATE_LAST + 1];
	uint64_t paused; /* of those that wait, kept by an operator */
	int64_t since;	 /* unix seconds, the first of them; 0: none is */
	int64_t next;	 /* try, unix seconds; 0: not known, or now */
	bool down;	 /* a destination of it is */
	char *error;	 /* of one that is down, if one is; may be NULL */
	char name[];
};

/* Zeroed: none yet. */
struct groups {
	struct group **bucket;
	struct group **sorted;
	size_t count;
	size_t next; /* of sorted */
};

struct group *group_get(struct groups *, const char *);
void groups_sort(struct groups *);
struct group *group_next(struct groups *);
void groups_clear(struct groups *);

#endif
