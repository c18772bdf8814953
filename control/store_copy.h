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
 * A copy of a store that is in use, made in steps between which it goes on
 * being used: what changes meanwhile is changed in the copy too, so that at
 * the end both are the same.
 */
#ifndef STORE_COPY_H
#define STORE_COPY_H

#include <stddef.h>
#include <stdint.h>

#include "store.h"
#include "store_place.h"

struct store_copy;

enum store_copy_state {
	STORE_COPY_MORE,
	STORE_COPY_DONE,
	STORE_COPY_FAIL /* logged */
};

struct store_copy *store_copy_new(struct store *, const char *dir,
    const uint8_t secret[STORE_SECRET_SIZE], char *why, size_t);
enum store_copy_state store_copy_step(struct store_copy *);
uint64_t store_copy_rows(const struct store_copy *);
struct store *store_copy_store(struct store_copy *);
void store_copy_part(struct store_copy *);
int store_copy_use(struct store_copy *);
void store_copy_free(struct store_copy *);

#endif
