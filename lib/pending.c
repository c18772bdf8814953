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
 * Requests that wait, in a ring by age.
 */
#include "pending.h"

#include <stdlib.h>
#include <string.h>

#define PENDING_FIRST_CAP 16u

/* An empty table; the first id is 1. */
void
pending_init(struct pending *p)
{
	memset(p, 0, sizeof(*p));
	p->first = 1;
}

/* Forget all and release the memory; ids go on growing. */
void
pending_clear(struct pending *p)
{
	free(p->ring);
	p->first += p->len;
	p->ring = NULL;
	p->cap = p->head = p->len = 0;
}

static struct pending_entry *
pending_at(const struct pending *p, size_t i)
{
	return &p->ring[(p->head + i) & (p->cap - 1)];
}

/* Entries at the head that need no answer go. */
static void
pending_trim(struct pending *p)
{
	while (p->len > 0 && p->ring[p->head].cb == NULL) {
		p->head = (p->head + 1) & (p->cap - 1);
		p->len--;
		p->first++;
	}
}

static int
pending_grow(struct pending *p)
{
	struct pending_entry *ring;
	size_t cap, i;

	cap = p->cap == 0 ? PENDING_FIRST_CAP : p->cap * 2;
	ring = calloc(cap, sizeof(*ring));
	if (ring == NULL)
		return -1;
	for (i = 0; i < p->len; i++)
		ring[i] = *pending_at(p, i);
	free(p->ring);
	p->ring = ring;
	p->cap = cap;
	p->head = 0;
	return 0;
}

/* Add a request.  Returns its id, or 0 without memory. */
uint64_t
pending_add(struct pending *p, int (*cb)(struct msgin *, void *), void *arg)
{
	struct pending_entry *e;

	if (p->len == p->cap && pending_grow(p) == -1)
		return 0;
	e = pending_at(p, p->len++);
	e->cb = cb;
	e->arg = arg;
	return p->first + p->len - 1;
}

/* Take the request of that id out.  false if there is none. */
bool
pending_take(struct pending *p, uint64_t id, struct pending_entry *out)
{
	struct pending_entry *e;

	if (id < p->first || id - p->first >= p->len)
		return false;
	e = pending_at(p, (size_t)(id - p->first));
	*out = *e;
	e->cb = NULL;
	pending_trim(p);
	return out->cb != NULL;
}

/* Take the oldest request out.  false if none waits. */
bool
pending_take_first(struct pending *p, struct pending_entry *out)
{
	pending_trim(p);
	return p->len > 0 && pending_take(p, p->first, out);
}

/* Requests with this arg need no answer any more. */
void
pending_cancel(struct pending *p, const void *arg)
{
	struct pending_entry *e;
	size_t i;

	for (i = 0; i < p->len; i++) {
		e = pending_at(p, i);
		if (e->arg == arg)
			e->cb = NULL;
	}
	pending_trim(p);
}
