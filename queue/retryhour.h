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
 * The retry tokens of one hour: a file of records, the truth, and a table in
 * memory that finds them. What a record means is retry.c's.
 *
 * The file begins with eight octets that name its kind; records follow. One
 * that a crash has cut, or that is damaged, is passed over.
 */
#ifndef RETRYHOUR_H
#define RETRYHOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retryrecord.h"
#include "siphash.h"

/* Seconds of a file. */
#define RETRY_HOUR 3600

struct retryhour;

struct retryhour *retryhour_open(int folder, int64_t start,
    const uint8_t seed[SIPHASH_KEY_SIZE]);
void retryhour_free(struct retryhour *);
int64_t retryhour_start(const struct retryhour *);
int retryhour_get(struct retryhour *, const uint8_t key[RETRY_KEY_SIZE],
    struct retry_record *);
int retryhour_put(struct retryhour *, const struct retry_record *);
int retryhour_flush(struct retryhour *);
int retryhour_sync(struct retryhour *);
bool retryhour_made(struct retryhour *);
size_t retryhour_waiting(const struct retryhour *);
size_t retryhour_count(const struct retryhour *);
size_t retryhour_count_of(struct retryhour *, const char *user);

#endif
