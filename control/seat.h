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
 * Sessions that are logged in, over all processes, by user, by credential and
 * by whatever else has a limit of them: whether one more may begin.  It knows
 * neither store nor channel.
 */
#ifndef SEAT_H
#define SEAT_H

#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "netkey.h"

struct seats;

/* An id, and perhaps the address that the session comes from. */
#define SEAT_KEY_SIZE (OBJECT_ID_SIZE + 2 * NETKEY_SIZE + 1)

/* User, credential and tenancy, each over all and for one address. */
#define SEAT_CLAIMS_MAX 6u

/* What a session is counted for, and how many that may have. */
struct seat_claim {
	char key[SEAT_KEY_SIZE];
	uint32_t max; /* UINT32_MAX: any number */
};

enum seat_status {
	SEAT_TAKEN,
	SEAT_FULL, /* one of them has as many as it may */
	SEAT_NONE  /* no memory, or too many sessions in all */
};

struct seats *seats_new(void);
void seats_free(struct seats *);
void seat_key(char key[SEAT_KEY_SIZE], const char *id, const uint8_t *address);
enum seat_status seats_take(struct seats *, const void *owner, uint64_t session,
    const struct seat_claim *, size_t, size_t *full);
void seats_leave(struct seats *, const void *owner, uint64_t session);
void seats_gone(struct seats *, const void *owner);
uint32_t seats_count(const struct seats *, const char *key);

#endif
