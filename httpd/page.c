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
 * Page tokens: order, key and a sum over both, in hexadecimal, which no
 * client encodes or alters on its way through a query. They grant nothing: a
 * forged one is a position in a list that its client may read.
 */
#include "page.h"

#include <stdio.h>
#include <string.h>

#include "crc32c.h"
#include "percent.h"

/* Order and sum. */
#define PAGE_HEAD_OCTETS 8u

_Static_assert(PAGE_TOKEN_SIZE > 2 * (PAGE_HEAD_OCTETS + PAGE_KEY_MAX),
    "the longest key fits");

/* Mix one more thing into what a list depends on; NULL: it is not given. */
uint32_t
page_order(uint32_t order, const char *what)
{
	char given = what != NULL;

	order = crc32c(order, &given, 1);
	return what == NULL ? order : crc32c(order, what, strlen(what) + 1);
}

/* Make a token. 0, or -1 if the key is too long. */
int
page_token(uint32_t order, const char *key, char token[PAGE_TOKEN_SIZE])
{
	size_t i, len = strlen(key);

	if (len > PAGE_KEY_MAX)
		return -1;
	(void)snprintf(token, PAGE_TOKEN_SIZE, "%08x%08x", order,
	    crc32c(order, key, len));
	for (i = 0; i < len; i++)
		(void)snprintf(token + 2 * (PAGE_HEAD_OCTETS + i), 3, "%02x",
		    (unsigned)(unsigned char)key[i]);
	return 0;
}

/* Read one made for that order. 0, or -1 if it was not. */
int
page_parse(const char *token, uint32_t order, char key[PAGE_KEY_MAX + 1])
{
	char again[PAGE_TOKEN_SIZE];
	size_t i, len;
	int high, low;

	len = strlen(token);
	if (len < 2 * PAGE_HEAD_OCTETS || len % 2 != 0 ||
	    len / 2 - PAGE_HEAD_OCTETS > PAGE_KEY_MAX)
		return -1;
	len = len / 2 - PAGE_HEAD_OCTETS;
	for (i = 0; i < len; i++) {
		high = percent_hex(token[2 * (PAGE_HEAD_OCTETS + i)]);
		low = percent_hex(token[2 * (PAGE_HEAD_OCTETS + i) + 1]);
		if (high == -1 || low == -1 || (high == 0 && low == 0))
			return -1;
		key[i] = (char)(high << 4 | low);
	}
	key[len] = '\0';
	if (page_token(order, key, again) == -1)
		return -1;
	return strcmp(again, token) == 0 ? 0 : -1;
}
