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
 * edctl finds rows bad while it reads the file, control while it takes them in
 * the order of their addresses.  They are kept up to a bound, and told of
 * sorted; of more than that, so many at a time are.
 */
#include "badrows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rows that are kept: a file with more of them is none of addresses. */
#define BADROWS_MAX 10000u

struct bad {
	uint64_t number;
	char *address;
	char *why; /* behind the address, in its memory */
};

struct badrows {
	badrows_cb cb;
	void *arg;
	size_t n;
	struct bad bad[BADROWS_MAX];
};

/* None yet, to be told to cb; NULL without memory. */
struct badrows *
badrows_new(badrows_cb cb, void *arg)
{
	struct badrows *b;

	b = calloc(1, sizeof(*b));
	if (b == NULL)
		return NULL;
	b->cb = cb;
	b->arg = arg;
	return b;
}

/* Those that were not told of are forgotten; NULL is allowed. */
void
badrows_free(struct badrows *b)
{
	size_t i;

	for (i = 0; b != NULL && i < b->n; i++)
		free(b->bad[i].address);
	free(b);
}

static int
compare(const void *a, const void *b)
{
	const struct bad *p, *q;

	p = a;
	q = b;
	return p->number < q->number ? -1 : p->number > q->number;
}

/* Tell of all that are kept, and forget them.  0, or -1 without memory. */
int
badrows_tell(struct badrows *b)
{
	size_t i;
	int r;

	qsort(b->bad, b->n, sizeof(b->bad[0]), compare);
	r = 0;
	for (i = 0; i < b->n; i++) {
		if (r == 0)
			r = b->cb(b->bad[i].number, b->bad[i].address,
			    b->bad[i].why, b->arg);
		free(b->bad[i].address);
	}
	b->n = 0;
	return r;
}

/* Keep a row to tell of; those before may be told.  0, or -1: no memory. */
int
badrows_add(struct badrows *b, uint64_t number, const char *address,
    const char *why)
{
	size_t address_size, why_size;
	struct bad *bad;

	if (b->n == BADROWS_MAX && badrows_tell(b) == -1)
		return -1;
	address_size = strlen(address) + 1;
	why_size = strlen(why) + 1;
	bad = &b->bad[b->n];
	bad->number = number;
	bad->address = malloc(address_size + why_size);
	if (bad->address == NULL)
		return -1;
	memcpy(bad->address, address, address_size);
	bad->why = bad->address + address_size;
	memcpy(bad->why, why, why_size);
	b->n++;
	return 0;
}
