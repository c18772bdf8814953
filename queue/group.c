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
 * The table of groups.
 */
#include "group.h"

#include <stdlib.h>
#include <string.h>

#include "owner.h"
#include "qbounds.h"

#define BUCKETS 4096u
#define OTHERS	"(others)"

static struct group *
find(const struct groups *t, const char *name, uint32_t hash)
{
	struct group *g;

	for (g = t->bucket[hash % BUCKETS]; g != NULL; g = g->chain)
		if (g->hash == hash && strcmp(g->name, name) == 0)
			return g;
	return NULL;
}

/* The group of that name, made if it is new.  NULL without memory. */
struct group *
group_get(struct groups *t, const char *name)
{
	struct group *g;
	uint32_t hash;
	size_t len;

	if (t->bucket == NULL)
		t->bucket = calloc(BUCKETS, sizeof(struct group *));
	if (t->bucket == NULL)
		return NULL;
	hash = owner_hash(name);
	g = find(t, name, hash);
	if (g == NULL && t->count >= GROUPS_MAX) {
		name = OTHERS;
		hash = owner_hash(name);
		g = find(t, name, hash);
	}
	if (g != NULL)
		return g;
	len = strlen(name);
	g = calloc(1, sizeof(*g) + len + 1);
	if (g == NULL)
		return NULL;
	memcpy(g->name, name, len + 1);
	g->hash = hash;
	g->chain = t->bucket[hash % BUCKETS];
	t->bucket[hash % BUCKETS] = g;
	t->count++;
	return g;
}

/* Most recipients first; equal ones by name. */
static int
compare(const void *a, const void *b)
{
	struct group *const *x = a;
	struct group *const *y = b;

	if ((*x)->rcpts != (*y)->rcpts)
		return (*x)->rcpts > (*y)->rcpts ? -1 : 1;
	return strcmp((*x)->name, (*y)->name);
}

/* No more are counted: put them in order for group_next(). */
void
groups_sort(struct groups *t)
{
	struct group *g;
	size_t i, n = 0;

	if (t->count == 0)
		return;
	t->sorted = calloc(t->count, sizeof(struct group *));
	if (t->sorted == NULL)
		return;
	for (i = 0; i < BUCKETS; i++)
		for (g = t->bucket[i]; g != NULL; g = g->chain)
			t->sorted[n++] = g;
	qsort(t->sorted, n, sizeof(struct group *), compare);
}

/* The next one, or NULL. */
struct group *
group_next(struct groups *t)
{
	if (t->sorted == NULL || t->next == t->count)
		return NULL;
	return t->sorted[t->next++];
}

/* Free what belongs to them. */
void
groups_clear(struct groups *t)
{
	struct group *g;
	size_t i;

	for (i = 0; t->bucket != NULL && i < BUCKETS; i++)
		while ((g = t->bucket[i]) != NULL) {
			t->bucket[i] = g->chain;
			free(g->error);
			free(g);
		}
	free(t->bucket);
	free(t->sorted);
	memset(t, 0, sizeof(*t));
}
