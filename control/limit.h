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
 * Limits of the tenancy, a compartment, a user or a credential, as an operator
 * set them.  Storage only; what is used of them is in rate.h and seat.h.
 */
#ifndef LIMIT_H
#define LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "store.h"

struct msgin;

/* Octets: larger mail is refused nearly everywhere. */
#define LIMIT_SIZE_MAX (1ull << 30)

/* 0: no such limit. */
struct limit {
	uint32_t minute;     /* units in a minute */
	uint32_t day;	     /* units in 24 hours */
	uint32_t sessions;   /* at once */
	uint32_t from;	     /* sessions at once from one address */
	uint32_t recipients; /* of a message */
	uint64_t size;	     /* octets of a message */
};

int limit_decode(struct msgin *, struct limit *);
enum store_status limit_get(struct store *, const char *id, struct limit *);
enum store_status limit_put(struct store *, const char *id,
    const struct limit *);
enum store_status limit_del(struct store *, const char *id);
bool limit_is_none(const struct limit *);
void limit_tighten(struct limit *, const struct limit *);

#endif
