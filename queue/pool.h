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
 * Memory for very many objects of one size: no header each, and no holes
 * that other sizes leave between them.
 */
#ifndef POOL_H
#define POOL_H

#include <sys/queue.h>

#include <stddef.h>

struct slab;
LIST_HEAD(slab_list, slab);

/* All zero is empty; the first pool_get() says the size. */
struct pool {
	struct slab_list room; /* slabs that are not full */
	struct slab_list full;
	struct slab *spare; /* one that is empty, or NULL */
};

void *pool_get(struct pool *, size_t size);
void pool_put(struct pool *, void *, size_t size);
void pool_free(struct pool *);

#endif
