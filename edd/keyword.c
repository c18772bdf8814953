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
 * Looking up words in a table.  Knows no particular word.
 */
#include "keyword.h"

#include <stddef.h>
#include <string.h>

#define WORD_MAX 32

/* The number of a word, or 0. */
int
keyword_find(const struct keyword *k, const char *word)
{
	for (; k->name != NULL; k++) {
		if (strcmp(k->name, word) == 0)
			return k->number;
	}
	return 0;
}

static unsigned
smallest(unsigned a, unsigned b, unsigned c)
{
	if (b < a)
		a = b;
	return c < a ? c : a;
}

/* Characters to insert, remove or change to make a into b (Levenshtein). */
static unsigned
distance(const char *a, const char *b)
{
	unsigned row[WORD_MAX + 1], above, corner;
	size_t i, j, len;

	len = strlen(b);
	if (len > WORD_MAX || strlen(a) > WORD_MAX)
		return WORD_MAX;
	for (j = 0; j <= len; j++)
		row[j] = (unsigned)j;
	for (i = 0; a[i] != '\0'; i++) {
		corner = row[0];
		row[0] = (unsigned)i + 1;
		for (j = 1; j <= len; j++) {
			above = row[j];
			row[j] = smallest(above + 1, row[j - 1] + 1,
			    corner + (a[i] != b[j - 1]));
			corner = above;
		}
	}
	return row[len];
}

/*
 * The word of the table that is nearest to a mistyped one: at most a third of
 * its characters, and at most two, are wrong.  NULL if there is none.
 */
const char *
keyword_nearest(const struct keyword *k, const char *word)
{
	const char *best;
	unsigned least, d;

	best = NULL;
	least = 3;
	for (; k->name != NULL; k++) {
		d = distance(word, k->name);
		if (d < least && d * 3 <= strlen(k->name)) {
			least = d;
			best = k->name;
		}
	}
	return best;
}
