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
 * A hash table of source addresses that have connections. It sets no limit.
 */
#include "source.h"

#include <sys/queue.h>
#include <sys/random.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"

#define KEY_SIZE 16

struct source {
	LIST_ENTRY(source) next;
	uint8_t key[KEY_SIZE];
	unsigned count;
};

struct sources {
	uint64_t seed; /* so that nobody chooses the bucket */
	LIST_HEAD(, source) buckets[SOURCE_BUCKETS];
};

/* An empty table. NULL without memory or randomness. */
struct sources *
sources_new(void)
{
	struct sources *t;

	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	if (getrandom(&t->seed, sizeof(t->seed), 0) != sizeof(t->seed)) {
		free(t);
		return NULL;
	}
	return t;
}

/* Free it; all sources were dropped. */
void
sources_free(struct sources *t)
{
	free(t);
}

/* The IPv4 address in an IPv6 one (RFC 4291 section 2.5.5.2), or NULL. */
static const uint8_t *
source_mapped(const struct sockaddr_in6 *six)
{
	return IN6_IS_ADDR_V4MAPPED(&six->sin6_addr) ?
	    six->sin6_addr.s6_addr + 12 :
	    NULL;
}

/* What connections of one source have in common. */
static void
source_key(const struct sockaddr *sa, uint8_t key[KEY_SIZE])
{
	const struct sockaddr_in6 *six;
	const struct sockaddr_in *four;

	memset(key, 0, KEY_SIZE);
	if (sa->sa_family == AF_INET) {
		four = (const struct sockaddr_in *)(const void *)sa;
		memcpy(key + 12, &four->sin_addr, 4);
	} else if (sa->sa_family == AF_INET6) {
		six = (const struct sockaddr_in6 *)(const void *)sa;
		if (source_mapped(six) != NULL)
			memcpy(key + 12, source_mapped(six), 4);
		else
			memcpy(key, six->sin6_addr.s6_addr, 8);
	}
}

/* A mix of the key and the seed (multiply and fold, as in splitmix64). */
static size_t
source_bucket(const struct sources *t, const uint8_t key[KEY_SIZE])
{
	uint64_t h, part;
	size_t i;

	h = t->seed;
	for (i = 0; i < KEY_SIZE; i += sizeof(part)) {
		memcpy(&part, key + i, sizeof(part));
		h ^= part;
		h *= UINT64_C(0xbf58476d1ce4e5b9);
		h ^= h >> 31;
	}
	return (size_t)(h % SOURCE_BUCKETS);
}

/*
 * Count a connection more from an address. The result is the table's, until
 * source_drop() for each source_add(). NULL without memory.
 */
struct source *
source_add(struct sources *t, const struct sockaddr *sa)
{
	uint8_t key[KEY_SIZE];
	struct source *s;
	size_t bucket;

	source_key(sa, key);
	bucket = source_bucket(t, key);
	LIST_FOREACH(s, &t->buckets[bucket], next) {
		if (memcmp(s->key, key, KEY_SIZE) == 0)
			break;
	}
	if (s == NULL) {
		s = calloc(1, sizeof(*s));
		if (s == NULL)
			return NULL;
		memcpy(s->key, key, KEY_SIZE);
		LIST_INSERT_HEAD(&t->buckets[bucket], s, next);
	}
	s->count++;
	return s;
}

/* Connections that were added and not dropped. */
unsigned
source_count(const struct source *s)
{
	return s->count;
}

/* One connection less; the last frees it. */
void
source_drop(struct sources *t, struct source *s)
{
	if (--s->count > 0)
		return;
	LIST_REMOVE(s, next);
	free(s);
}

/* The address as text, an IPv4 one in its own form. -1 if it has none. */
int
source_text(const struct sockaddr *sa, char *out, size_t size)
{
	const struct sockaddr_in6 *six;
	const struct sockaddr_in *four;
	const char *r;

	r = NULL;
	if (sa->sa_family == AF_INET) {
		four = (const struct sockaddr_in *)(const void *)sa;
		r = inet_ntop(AF_INET, &four->sin_addr, out, (socklen_t)size);
	} else if (sa->sa_family == AF_INET6) {
		six = (const struct sockaddr_in6 *)(const void *)sa;
		r = source_mapped(six) != NULL ?
		    inet_ntop(AF_INET, source_mapped(six), out,
			(socklen_t)size) :
		    inet_ntop(AF_INET6, &six->sin6_addr, out, (socklen_t)size);
	}
	return r == NULL ? -1 : 0;
}
