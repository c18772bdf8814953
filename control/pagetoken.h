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
 * Tokens of pages: where a list goes on, for nobody but control to read.
 */
#ifndef PAGETOKEN_H
#define PAGETOKEN_H

#include <stdint.h>

#include "bounds.h"
#include "store.h"

/* The list that a token is of. */
struct pagetoken_list {
	const uint8_t *secret; /* STORE_SUBKEY_SIZE octets */
	enum store_table table;
	const struct store_key *prefix; /* of all keys of the list */
};

void pagetoken_make(const struct pagetoken_list *, char direction,
    const struct store_key *, char token[MANAGE_PAGE_SIZE]);
int pagetoken_read(const struct pagetoken_list *, const char *token,
    struct store_key *);

#endif
