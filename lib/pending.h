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
 * The table of requests that wait for an answer: ids grow by one, answers
 * come mostly in order, so it is a ring by age.  It knows no channel.
 */
#ifndef PENDING_H
#define PENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct msgin;

/* One that waits; cb is NULL once it needs no answer. */
struct pending_entry {
	int (*cb)(struct msgin *, void *);
	void *arg;
};

struct pending {
	struct pending_entry *ring;
	size_t cap; /* 0 or a power of two */
	size_t head;
	size_t len;
	uint64_t first; /* id of the entry at head */
};

void pending_init(struct pending *);
void pending_clear(struct pending *);
uint64_t pending_add(struct pending *, int (*)(struct msgin *, void *), void *);
bool pending_take(struct pending *, uint64_t, struct pending_entry *);
bool pending_take_first(struct pending *, struct pending_entry *);
void pending_cancel(struct pending *, const void *);

#endif
