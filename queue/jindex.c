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
 * Runs of the journal's index: gathering, writing, reading.
 */
#include "jindex.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blob.h"
#include "crc32c.h"
#include "qbounds.h"

#define JINDEX_MAGIC 0x58444a45u

/* Entries of the largest run that is believed: what a writer makes, twice. */
#define JINDEX_ENTRIES_MAX (JINDEX_EVENTS * 6u)

/*
 * FNV-1a without regard to case, and of a Message-ID without its brackets:
 * as a trace compares.
 */
uint32_t
jindex_hash(enum jindex_kind kind, const char *text)
{
	uint32_t h = 2166136261u ^ (uint32_t)kind * 0x9e3779b9u;
	size_t len = strlen(text), i;

	if (kind == JINDEX_MESSAGE_ID && len > 2 && text[0] == '<' &&
	    text[len - 1] == '>') {
		text++;
		len -= 2;
	}
	for (i = 0; i < len; i++)
		h = (h ^ (uint32_t)tolower((unsigned char)text[i])) * 16777619u;
	return h ^ h >> 15;
}

/* Begin a run at that place of the journal; what was gathered is dropped. */
void
jindex_start(struct jindex *x, uint64_t begin)
{
	x->count = x->events = 0;
	x->begin = x->end = begin;
	x->bad = false;
}

/* A line at that offset has something with that hash. */
void
jindex_add(struct jindex *x, uint32_t hash, uint64_t offset)
{
	struct jindex_entry *p;
	size_t cap;

	if (x->count == x->cap && !x->bad) {
		cap = x->cap == 0 ? 1024 : x->cap * 2;
		p = reallocarray(x->entry, cap, sizeof(*p));
		if (p == NULL)
			x->bad = true;
		else {
			x->entry = p;
			x->cap = cap;
		}
	}
	if (x->bad || offset - x->begin > UINT32_MAX) {
		x->bad = true;
		return;
	}
	x->entry[x->count].hash = hash;
	x->entry[x->count].offset = (uint32_t)(offset - x->begin);
	x->count++;
}

static int
compare(const void *a, const void *b)
{
	const struct jindex_entry *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* Append the run to its file, and begin another where it ends.  0 or -1. */
int
jindex_write(struct jindex *x, int fd)
{
	struct blob b = { 0 };
	uint8_t *p;
	size_t i;
	int rc = -1;

	if (x->count == 0 || x->bad) {
		jindex_start(x, x->end);
		return 0;
	}
	qsort(x->entry, x->count, sizeof(*x->entry), compare);
	p = blob_reserve(&b, JINDEX_HEADER_SIZE + x->count * 8);
	if (p != NULL) {
		store_u32(p, JINDEX_MAGIC);
		store_u32(p + 4, (uint32_t)x->count);
		store_u64(p + 8, x->begin);
		store_u64(p + 16, x->end);
		for (i = 0; i < x->count; i++) {
			store_u32(p + JINDEX_HEADER_SIZE + i * 8,
			    x->entry[i].hash);
			store_u32(p + JINDEX_HEADER_SIZE + i * 8 + 4,
			    x->entry[i].offset);
		}
		store_u32(p + 24,
		    crc32c(0, p + JINDEX_HEADER_SIZE, x->count * 8));
		store_u32(p + 28, crc32c(0, p, 28));
		rc = write(fd, b.data, b.len) == (ssize_t)b.len ? 0 : -1;
	}
	blob_free(&b);
	jindex_start(x, x->end);
	return rc;
}

/*
 * The header of the run at that place of an index file: what it covers, and
 * how many entries follow.  0, or -1: there is none that can be believed.
 */
int
jindex_head(int fd, uint64_t at, struct jindex *x)
{
	uint8_t head[JINDEX_HEADER_SIZE];

	if (pread(fd, head, sizeof(head), (off_t)at) != (ssize_t)sizeof(head) ||
	    load_u32(head) != JINDEX_MAGIC ||
	    load_u32(head + 28) != crc32c(0, head, 28))
		return -1;
	x->count = load_u32(head + 4);
	x->begin = load_u64(head + 8);
	x->end = load_u64(head + 16);
	return x->count > JINDEX_ENTRIES_MAX || x->begin > x->end ? -1 : 0;
}

/* The entries of the run whose header was read there.  0 or -1. */
int
jindex_read(int fd, uint64_t at, struct jindex *x)
{
	size_t size = x->count * sizeof(*x->entry), i;
	uint8_t head[JINDEX_HEADER_SIZE], *p;
	struct jindex_entry *entry;

	entry = reallocarray(x->entry, x->count == 0 ? 1 : x->count,
	    sizeof(*entry));
	if (entry == NULL)
		return -1;
	x->entry = entry;
	p = (uint8_t *)entry;
	if (pread(fd, head, sizeof(head), (off_t)at) != (ssize_t)sizeof(head) ||
	    pread(fd, p, size, (off_t)(at + JINDEX_HEADER_SIZE)) !=
		(ssize_t)size ||
	    crc32c(0, p, size) != load_u32(head + 24))
		return -1;
	for (i = 0; i < x->count; i++) {
		const struct jindex_entry e = { load_u32(p + i * 8),
			load_u32(p + i * 8 + 4) };

		entry[i] = e;
	}
	return 0;
}

/* The entries with that hash: how many, from *first on. */
size_t
jindex_find(const struct jindex *x, uint32_t hash, size_t *first)
{
	size_t low = 0, high = x->count, mid, n;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (x->entry[mid].hash < hash)
			low = mid + 1;
		else
			high = mid;
	}
	*first = low;
	for (n = 0; low + n < x->count && x->entry[low + n].hash == hash; n++)
		;
	return n;
}

/* Free what belongs to it. */
void
jindex_clear(struct jindex *x)
{
	free(x->entry);
	memset(x, 0, sizeof(*x));
}
