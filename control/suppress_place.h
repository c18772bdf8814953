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
 * Compartments that have suppressions: a short number that stands for each in
 * keys, and how many suppressions there are.  A number is never given twice.
 */
#ifndef SUPPRESS_PLACE_H
#define SUPPRESS_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"
#include "store.h"

/* A 32-bit number in digits. */
#define SUPPRESS_PLACE_SIZE 11u

struct suppress_place {
	char number[SUPPRESS_PLACE_SIZE];
	char compartment[OBJECT_ID_SIZE];
	uint64_t plain;	 /* suppressions under an address */
	uint64_t hashed; /* and under a hash */
};

/* Stops the scan by returning false. */
typedef bool (*suppress_place_cb)(const struct suppress_place *, void *arg);

enum store_status suppress_place_get(struct store *, const char *compartment,
    struct suppress_place *);
enum store_status suppress_place_number(struct store *, const char *number,
    struct suppress_place *);
enum store_status suppress_place_make(struct store *, const char *compartment,
    struct suppress_place *);
enum store_status suppress_place_put(struct store *,
    const struct suppress_place *);
enum store_status suppress_place_each(struct store *, const char *after,
    suppress_place_cb, void *arg);

#endif
