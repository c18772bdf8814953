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
smaller(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/*
 * Characters to insert, remove, change, or swap with their neighbour to make
 * a into b (optimal string alignment).
 */
static unsigned
distance(const char *a, const char *b)
{
	unsigned d[WORD_MAX + 1][WORD_MAX + 1];
	size_t i, j, m, n;

	m = strlen(a);
	n = strlen(b);
	if (m > WORD_MAX || n > WORD_MAX)
		return WORD_MAX;
	for (i = 0; i <= m; i++)
		d[i][0] = (unsigned)i;
	for (j = 0; j <= n; j++)
		d[0][j] = (unsigned)j;
	for (i = 1; i <= m; i++) {
		for (j = 1; j <= n; j++) {
			d[i][j] = smaller(d[i - 1][j], d[i][j - 1]) + 1;
			d[i][j] = smaller(d[i][j],
			    d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				d[i][j] = smaller(d[i][j], d[i - 2][j - 2] + 1);
		}
	}
	return d[m][n];
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
