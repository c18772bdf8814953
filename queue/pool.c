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
 * Slabs of equal objects.  A slab begins at a multiple of its size, so an
 * object's address tells its slab.  With sanitizers each object is malloc's,
 * so that they see one that is used after its end.
 */
#include <sys/mman.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pool.h"
#include "qbounds.h"

#ifdef EDD_SANITIZE
#define POOLED false
#else
#define POOLED true
#endif

/* What is free is a chain through the objects themselves. */
struct hole {
	struct hole *next;
};

struct slab {
	LIST_ENTRY(slab) entry;
	struct hole *hole;
	size_t used;
	size_t fresh; /* octets from the begin that were ever used */
};

#define SLAB_HEADER ((sizeof(struct slab) + 15) & ~(size_t)15)

static struct slab *
slab_of(void *object)
{
	char *p = object;

	return (struct slab *)(void *)(p -
	    ((uintptr_t)object & (POOL_SLAB_SIZE - 1)));
}

static bool
is_full(const struct slab *s, size_t size)
{
	return s->hole == NULL && POOL_SLAB_SIZE - s->fresh < size;
}

/* Memory for one, from the system: twice as much, less both ends. */
static struct slab *
slab_map(void)
{
	uintptr_t at, begin;
	char *p;
	void *map;

	map = mmap(NULL, 2 * POOL_SLAB_SIZE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (map == MAP_FAILED)
		return NULL;
	p = map;
	begin = (uintptr_t)p;
	at = (begin + POOL_SLAB_SIZE - 1) & ~(uintptr_t)(POOL_SLAB_SIZE - 1);
	if (at > begin)
		(void)munmap(p, at - begin);
	p += at - begin;
	(void)munmap(p + POOL_SLAB_SIZE, begin + POOL_SLAB_SIZE - at);
	return (struct slab *)(void *)p;
}

static void
slab_unmap(struct slab *s)
{
	if (s != NULL)
		(void)munmap(s, POOL_SLAB_SIZE);
}

/* A slab with room: the first, the spare one, or a new one. */
static struct slab *
slab_get(struct pool *p)
{
	struct slab *s;

	s = LIST_FIRST(&p->room);
	if (s != NULL)
		return s;
	s = p->spare;
	p->spare = NULL;
	if (s == NULL)
		s = slab_map();
	if (s == NULL)
		return NULL;
	memset(s, 0, sizeof(*s));
	s->fresh = SLAB_HEADER;
	LIST_INSERT_HEAD(&p->room, s, entry);
	return s;
}

/*
 * An object of that size, the same for each of a pool and at most a quarter
 * of POOL_SLAB_SIZE, all zero.  NULL without memory.
 */
void *
pool_get(struct pool *p, size_t size)
{
	struct slab *s;
	void *object;

	if (!POOLED)
		return calloc(1, size);
	size = (size + sizeof(struct hole) - 1) & ~(sizeof(struct hole) - 1);
	s = slab_get(p);
	if (s == NULL)
		return NULL;
	if (s->hole != NULL) {
		object = s->hole;
		s->hole = s->hole->next;
	} else {
		object = (char *)s + s->fresh;
		s->fresh += size;
	}
	s->used++;
	if (is_full(s, size)) {
		LIST_REMOVE(s, entry);
		LIST_INSERT_HEAD(&p->full, s, entry);
	}
	return memset(object, 0, size);
}

/* Give back an object that pool_get() made with that size. */
void
pool_put(struct pool *p, void *object, size_t size)
{
	struct hole *hole = object;
	struct slab *s;

	if (!POOLED) {
		free(object);
		return;
	}
	size = (size + sizeof(struct hole) - 1) & ~(sizeof(struct hole) - 1);
	s = slab_of(object);
	if (is_full(s, size)) {
		LIST_REMOVE(s, entry);
		LIST_INSERT_HEAD(&p->room, s, entry);
	}
	hole->next = s->hole;
	s->hole = hole;
	if (--s->used > 0)
		return;
	LIST_REMOVE(s, entry);
	slab_unmap(p->spare);
	p->spare = s;
}

static void
list_free(struct slab_list *list)
{
	struct slab *s;

	while ((s = LIST_FIRST(list)) != NULL) {
		LIST_REMOVE(s, entry);
		slab_unmap(s);
	}
}

/* Free all slabs, and with them all objects. */
void
pool_free(struct pool *p)
{
	list_free(&p->room);
	list_free(&p->full);
	slab_unmap(p->spare);
	memset(p, 0, sizeof(*p));
}
