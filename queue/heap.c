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
 * A binary heap.  Knows nothing of clocks and of what is in it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "heap.h"

static void
place(struct heap *h, size_t i, struct heapnode *n)
{
	h->node[i - 1] = n;
	n->place = (uint32_t)i;
}

static void
sift_up(struct heap *h, size_t i, struct heapnode *n)
{
	while (i > 1 && h->node[i / 2 - 1]->when > n->when) {
		place(h, i, h->node[i / 2 - 1]);
		i /= 2;
	}
	place(h, i, n);
}

static void
sift_down(struct heap *h, size_t i, struct heapnode *n)
{
	size_t child;

	while ((child = 2 * i) <= h->count) {
		if (child < h->count &&
		    h->node[child]->when < h->node[child - 1]->when)
			child++;
		if (h->node[child - 1]->when >= n->when)
			break;
		place(h, i, h->node[child - 1]);
		i = child;
	}
	place(h, i, n);
}

/* Put in a node that is in no heap.  -1 without memory. */
int
heap_put(struct heap *h, struct heapnode *n)
{
	struct heapnode **p;
	size_t cap;

	if (h->count == h->cap) {
		cap = h->cap == 0 ? 64 : h->cap * 2;
		if (cap > UINT32_MAX)
			return -1;
		p = reallocarray(h->node, cap, sizeof(*p));
		if (p == NULL)
			return -1;
		h->node = p;
		h->cap = cap;
	}
	h->count++;
	sift_up(h, h->count, n);
	return 0;
}

/* Take a node out; nothing happens if it is in no heap. */
void
heap_remove(struct heap *h, struct heapnode *n)
{
	struct heapnode *last;
	size_t i = n->place;

	if (i == 0)
		return;
	n->place = 0;
	last = h->node[h->count - 1];
	h->count--;
	if (last == n)
		return;
	if (i > 1 && h->node[i / 2 - 1]->when > last->when)
		sift_up(h, i, last);
	else
		sift_down(h, i, last);
}

/* The node that is due first, or NULL; it stays in. */
struct heapnode *
heap_first(const struct heap *h)
{
	return h->count == 0 ? NULL : h->node[0];
}

/* Free the array; nodes are not touched. */
void
heap_free(struct heap *h)
{
	free(h->node);
	memset(h, 0, sizeof(*h));
}
