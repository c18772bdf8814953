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
 * A chunk: rows in the form in which they are sent, one behind the other, and
 * where each begins.
 */
#include "chunk.h"

#include <stdlib.h>
#include <string.h>

#include "msg.h"
#include "proto_ctl.h"
#include "proto_import.h"

/* Octets and rows of a chunk: a million plain addresses make two. */
#define CHUNK_OCTETS (32u * 1024 * 1024)
#define CHUNK_ROWS   1048576u

/* Where the address begins in a row: behind a bitmap, a number, a length. */
#define CHUNK_ADDRESS 13u

struct chunk {
	uint8_t *octets;
	uint32_t *start; /* of each row; one more, of the next */
	size_t rows;
	size_t sent;
	struct msgout out;
	uint8_t block[CTL_DATA_MAX];
};

/* An empty chunk; NULL without memory. */
struct chunk *
chunk_new(void)
{
	struct chunk *c;

	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	c->octets = malloc(CHUNK_OCTETS);
	c->start = calloc(2 * CHUNK_ROWS, sizeof(*c->start));
	if (c->octets != NULL && c->start != NULL)
		return c;
	chunk_free(c);
	return NULL;
}

/* NULL is allowed. */
void
chunk_free(struct chunk *c)
{
	if (c == NULL)
		return;
	msgout_free(&c->out);
	free(c->octets);
	free(c->start);
	free(c);
}

/* Rows lie one behind the other as they came; start has pairs. */
static uint32_t
row_end(const struct chunk *c)
{
	return c->rows == 0 ?
	    0 :
	    c->start[2 * c->rows - 2] + c->start[2 * c->rows - 1];
}

/* Whether another row may not have room. */
bool
chunk_is_full(const struct chunk *c)
{
	return c->rows == CHUNK_ROWS ||
	    CHUNK_OCTETS - row_end(c) < IMPORT_ROW_MAX;
}

/*
 * Add a row to a chunk that is not full, and of which nothing was sent since
 * it was empty.  0, or -1 without memory.
 */
int
chunk_add(struct chunk *c, const struct import_row *row)
{
	uint32_t at;

	at = row_end(c);
	msgout_reset(&c->out);
	import_row_put(&c->out, row);
	if (c->out.bad || c->out.len > CHUNK_OCTETS - at)
		return -1;
	memcpy(c->octets + at, c->out.data, c->out.len);
	c->start[2 * c->rows] = at;
	c->start[2 * c->rows + 1] = (uint32_t)c->out.len;
	c->rows++;
	return 0;
}

static const uint8_t *sort_octets;

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

/* The address of a row and its length. */
static const uint8_t *
address(uint32_t start, uint32_t *len)
{
	const uint8_t *p;

	p = sort_octets + start + CHUNK_ADDRESS;
	*len = (uint32_t)p[-4] | (uint32_t)p[-3] << 8 | (uint32_t)p[-2] << 16 |
	    (uint32_t)p[-1] << 24;
	return p;
}

static int
compare(const void *a, const void *b)
{
	const uint8_t *p, *q;
	uint32_t i, m, n;

	p = address(*(const uint32_t *)a, &m);
	q = address(*(const uint32_t *)b, &n);
	for (i = 0; i < m && i < n; i++) {
		if (lower(p[i]) != lower(q[i]))
			return lower(p[i]) - lower(q[i]);
	}
	return m < n ? -1 : m > n;
}

/* Sort by address, whatever its case. */
void
chunk_sort(struct chunk *c)
{
	sort_octets = c->octets;
	qsort(c->start, c->rows, 2 * sizeof(*c->start), compare);
}

/*
 * The next rows, as a block that lives until the next call; 0: no more.  With
 * the last of them the chunk is empty, and takes rows again.
 */
size_t
chunk_block(struct chunk *c, const uint8_t **block, unsigned *rows)
{
	size_t used;
	uint32_t len;

	used = 0;
	for (*rows = 0; c->sent < c->rows && *rows < IMPORT_ROWS_MAX;
	     (*rows)++) {
		len = c->start[2 * c->sent + 1];
		if (len > sizeof(c->block) - used)
			break;
		memcpy(c->block + used, c->octets + c->start[2 * c->sent], len);
		used += len;
		c->sent++;
	}
	if (c->sent == c->rows)
		c->rows = c->sent = 0;
	*block = c->block;
	return used;
}
