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
 * Keys of the store: strings in order of their octets, so that all keys with
 * one first string lie together.  No database here.
 */
#include <string.h>

#include "store.h"

static void
key_append(struct store_key *k, const char *s, size_t len)
{
	if (k->bad || len > STORE_KEY_MAX - k->len) {
		k->bad = true;
		return;
	}
	memcpy(k->data + k->len, s, len);
	k->len += len;
	k->data[k->len] = '\0';
}

/* Make the key of one string, or of two; second may be NULL. */
void
store_key(struct store_key *k, const char *first, const char *second)
{
	k->len = 0;
	k->bad = false;
	key_append(k, first, strlen(first));
	if (second == NULL)
		return;
	key_append(k, "", 1);
	key_append(k, second, strlen(second));
}

/* Make the prefix of all keys of two strings that begin with first. */
void
store_key_prefix(struct store_key *k, const char *first)
{
	store_key(k, first, "");
}

/* The first string; it lives as long as the key. */
const char *
store_key_first(const struct store_key *k)
{
	return (const char *)k->data;
}

/* The second string, empty if there is none. */
const char *
store_key_second(const struct store_key *k)
{
	const uint8_t *p;

	p = memchr(k->data, '\0', k->len);
	return p == NULL ? "" : (const char *)p + 1;
}
