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
 * Objects of a kind in the order in which they were made, in each place by
 * itself: a compartment, or a domain.
 */
#ifndef CREATED_H
#define CREATED_H

#include <stdint.h>

#include "store.h"

/* Hexadecimal seconds and a blank stand before the name. */
#define CREATED_NAME 17u

/* What of an entry tells it from the others, in its place and time. */
struct created {
	const char *kind;
	const char *place;
	int64_t when;
	const char *name;
};

void created_key(struct store_key *, const struct created *);
enum store_status created_put(struct store *, const struct created *);
enum store_status created_del(struct store *, const struct created *);
void created_prefix(struct store_key *, const char *kind, const char *place);
void created_from(struct store_key *, const char *kind, const char *place,
    int64_t when);
const char *created_name(const struct store_key *);
enum store_status created_count(struct store *, const char *kind,
    const char *place, uint64_t *);

#endif
