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
 * Abbreviations and mistakes.  Works on short words; longer ones are just
 * not found.
 */
#include "suggest.h"

#include <stdio.h>
#include <string.h>

/* The longest word that is compared for mistakes. */
#define SUGGEST_WORD_MAX 31u

/*
 * Find the word that is given in full, or of which alone it is a beginning.
 * *found is set with SUGGEST_FOUND only.
 */
enum suggest_result
suggest_find(const char *const *words, size_t n, const char *given,
    size_t *found)
{
	size_t i, len, matches;

	len = strlen(given);
	matches = 0;
	for (i = 0; i < n; i++) {
		if (strcmp(words[i], given) == 0) {
			*found = i;
			return SUGGEST_FOUND;
		}
		if (len > 0 && strncmp(words[i], given, len) == 0) {
			if (matches == 0)
				*found = i;
			matches++;
		}
	}
	if (matches == 1)
		return SUGGEST_FOUND;
	return matches == 0 ? SUGGEST_NONE : SUGGEST_AMBIGUOUS;
}

static unsigned
least(unsigned a, unsigned b, unsigned c)
{
	if (b < a)
		a = b;
	return c < a ? c : a;
}

/* Letters to add, take away, change, or swap with their neighbour. */
static unsigned
distance(const char *a, size_t m, const char *b, size_t n)
{
	unsigned d[SUGGEST_WORD_MAX + 1][SUGGEST_WORD_MAX + 1];
	unsigned change;
	size_t i, j;

	for (i = 0; i <= m; i++)
		d[i][0] = (unsigned)i;
	for (j = 0; j <= n; j++)
		d[0][j] = (unsigned)j;
	for (i = 1; i <= m; i++) {
		for (j = 1; j <= n; j++) {
			change = a[i - 1] == b[j - 1] ? 0 : 1;
			d[i][j] = least(d[i - 1][j] + 1, d[i][j - 1] + 1,
			    d[i - 1][j - 1] + change);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] &&
			    d[i - 2][j - 2] + 1 < d[i][j])
				d[i][j] = d[i - 2][j - 2] + 1;
		}
	}
	return d[m][n];
}

/*
 * The word that was probably meant: at most a third of its letters wrong.
 * NULL if none is near.
 */
const char *
suggest_nearest(const char *const *words, size_t n, const char *given)
{
	const char *best;
	size_t i, len, word_len;
	unsigned d, least_d;

	best = NULL;
	least_d = 0;
	len = strlen(given);
	if (len > SUGGEST_WORD_MAX)
		return NULL;
	for (i = 0; i < n; i++) {
		word_len = strlen(words[i]);
		if (word_len > SUGGEST_WORD_MAX)
			continue;
		d = distance(words[i], word_len, given, len);
		if (d <= (word_len + 2) / 3 && (best == NULL || d < least_d)) {
			best = words[i];
			least_d = d;
		}
	}
	return best;
}

/* List the words that begin with prefix, with commas between, each once. */
void
suggest_join(const char *const *words, size_t n, const char *prefix, char *out,
    size_t size)
{
	size_t i, len;

	out[0] = '\0';
	for (i = 0; i < n; i++) {
		if (strncmp(words[i], prefix, strlen(prefix)) != 0)
			continue;
		len = strlen(out);
		(void)snprintf(out + len, size - len, "%s%s",
		    len == 0 ? "" : ", ", words[i]);
	}
}
