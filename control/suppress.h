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
 * Suppressions beside the store: how they are kept, what is told of them by
 * configuration.  suppression.h has the records.
 */
#ifndef SUPPRESS_H
#define SUPPRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"

struct store;

/* HMAC-SHA256. */
#define SUPPRESS_HASH_SIZE 32u

/* A hash in text: "#", its digits, a NUL.  No address begins so. */
#define SUPPRESS_HASH_MARK	'#'
#define SUPPRESS_HASH_TEXT_SIZE (2 * SUPPRESS_HASH_SIZE + 2)

struct suppress {
	struct store *store; /* NULL until it is loaded */
	bool hash;	     /* what is new is stored under a hash */
	uint8_t key[SUPPRESS_HASH_SIZE];
};

struct suppress *suppress_new(void);
void suppress_free(struct suppress *);
int suppress_load(struct suppress *, struct store *);
int suppress_hash(const struct suppress *, const char *address,
    char text[SUPPRESS_HASH_TEXT_SIZE]);

#endif
