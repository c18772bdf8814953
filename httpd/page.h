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
 * Tokens by which a list goes on where its last page ended: opaque to the
 * client, and of no use for another list than the one it was given for.
 */
#ifndef PAGE_H
#define PAGE_H

#include <stdint.h>

#include "httplimits.h"

/* Start of a hash over all that the order of a list depends on. */
#define PAGE_ORDER 0u

uint32_t page_order(uint32_t, const char *);
int page_token(uint32_t order, const char *key, char[PAGE_TOKEN_SIZE]);
int page_parse(const char *token, uint32_t order, char key[PAGE_KEY_MAX + 1]);

#endif
