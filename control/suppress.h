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
#include "siphash.h"
#include "store.h"

struct conf_suppress;
struct suppress_hits;
struct suppress_tend;

/* HMAC-SHA256, of which 160 bits are kept (RFC 2104 section 5). */
#define SUPPRESS_KEY_SIZE  32u
#define SUPPRESS_HASH_SIZE 20u

/* A hash in text: "#", 32 digits in base 32, a NUL.  No address is like it. */
#define SUPPRESS_HASH_MARK	'#'
#define SUPPRESS_HASH_TEXT_SIZE (SUPPRESS_HASH_SIZE / 5 * 8 + 2)

struct suppress {
	struct store *store; /* NULL until it is loaded */
	uint8_t key[SUPPRESS_KEY_SIZE];
	uint8_t watch_key[SIPHASH_KEY_SIZE]; /* of what queue watches */

	bool hash;		/* what is new is stored under a hash */
	uint32_t soft_limit;	/* soft bounces that suppress; 0: none do */
	uint32_t soft_window;	/* seconds in which they count */
	uint32_t soft_lifetime; /* seconds of what they make; 0: for ever */

	uint32_t
	    changed; /* records, since the last checkpoint of a large change */
	uint32_t softs; /* recipients that have soft bounces */
	struct store_key soft_swept;
	struct suppress_hits *hits;
	struct suppress_tend *tend;
};

struct suppress *suppress_new(void);
void suppress_free(struct suppress *);
void suppress_set(struct suppress *, const struct conf_suppress *);
int suppress_load(struct suppress *, struct store *);
void suppress_relieve(struct suppress *, uint32_t changed);
int suppress_hash(const struct suppress *, const char *address,
    char text[SUPPRESS_HASH_TEXT_SIZE]);

#endif
