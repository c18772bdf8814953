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
 * The table of owners, counted by reference.
 */
#include <stdlib.h>
#include <string.h>

#include "owner.h"

/* FNV-1a: names come from control, and collisions only cost time. */
uint32_t
owner_hash(const char *s)
{
	uint32_t h = 2166136261u;

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return h ^ h >> 15;
}

static int
grow(struct owners *t)
{
	struct owner **bucket, *o, *next;
	size_t buckets, i;

	buckets = t->buckets == 0 ? 64 : t->buckets * 2;
	bucket = calloc(buckets, sizeof(struct owner *));
	if (bucket == NULL)
		return t->buckets == 0 ? -1 : 0;
	for (i = 0; i < t->buckets; i++)
		for (o = t->bucket[i]; o != NULL; o = next) {
			next = o->chain;
			o->chain = bucket[o->hash & (buckets - 1)];
			bucket[o->hash & (buckets - 1)] = o;
		}
	free(t->bucket);
	t->bucket = bucket;
	t->buckets = buckets;
	return 0;
}

/*
 * The owner of that name, made if it is new, with one more reference.  NULL
 * without memory.
 */
struct owner *
owner_get(struct owners *t, const char *name)
{
	struct owner *o;
	uint32_t hash;
	size_t len;

	if (t->count >= t->buckets && grow(t) == -1)
		return NULL;
	hash = owner_hash(name);
	for (o = t->bucket[hash & (t->buckets - 1)]; o != NULL; o = o->chain)
		if (o->hash == hash && strcmp(o->name, name) == 0) {
			o->refs++;
			return o;
		}
	len = strlen(name);
	o = calloc(1, sizeof(*o) + len + 1);
	if (o == NULL)
		return NULL;
	memcpy(o->name, name, len + 1);
	o->hash = hash;
	o->refs = 1;
	o->chain = t->bucket[hash & (t->buckets - 1)];
	t->bucket[hash & (t->buckets - 1)] = o;
	t->count++;
	return o;
}

/* Give a reference back; the last one frees.  NULL is allowed. */
void
owner_put(struct owners *t, struct owner *o)
{
	struct owner **p;

	if (o == NULL || --o->refs > 0)
		return;
	p = &t->bucket[o->hash & (t->buckets - 1)];
	while (*p != o)
		p = &(*p)->chain;
	*p = o->chain;
	t->count--;
	free(o);
}

/* Free all, references or not: at the end of the process. */
void
owners_free(struct owners *t)
{
	struct owner *o;
	size_t i;

	for (i = 0; i < t->buckets; i++)
		while ((o = t->bucket[i]) != NULL) {
			t->bucket[i] = o->chain;
			free(o);
		}
	free(t->bucket);
	memset(t, 0, sizeof(*t));
}
