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
 * Limits in memory, and rates: units that were accepted, and units that
 * transactions which are not at their end have reserved, of all that has one.  One process
 * decides, so that limits are exact however many sessions there are.
 *
 * What a crash may lose was written before it was promised: the count after
 * it is never too low.
 */
#ifndef RATE_H
#define RATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "limit.h"

struct rate;
struct store;

/* Credential, user, compartment and those that it is in. */
#define RATE_LEVELS_MAX 10u

/* Whom a message counts for. */
struct rate_who {
	const char *id[RATE_LEVELS_MAX];
	size_t n;
};

/* A transaction: its channel, and the number that the other end gave it. */
struct rate_tx {
	const void *owner;
	uint64_t number;
};

enum rate_status {
	RATE_FREE, /* no limit holds: nothing to commit or release */
	RATE_OK,
	RATE_MINUTE,
	RATE_DAY,
	RATE_FAIL /* cannot be said or written now */
};

/* What "limits show" shows. */
struct rate_use {
	uint64_t minute;
	uint64_t day;
	uint64_t reserved;
};

/* What has a limit; use is all 0 where neither minute nor day has one. */
typedef void (*rate_cb)(const char *id, const struct limit *,
    const struct rate_use *, void *);

struct rate *rate_new(void);
void rate_free(struct rate *);
int rate_load(struct rate *, struct store *, int64_t now);
int rate_set(struct rate *, const char *id, const struct limit *, int64_t now);
void rate_forget(struct rate *, const char *id);
enum rate_status rate_reserve(struct rate *, const struct rate_tx *,
    const struct rate_who *, uint32_t units, int64_t now, uint32_t *limit);
enum rate_status rate_resize(struct rate *, const struct rate_tx *,
    uint32_t units, int64_t now, uint32_t *limit);
void rate_commit(struct rate *, const struct rate_tx *, uint32_t units,
    int64_t now);
void rate_release(struct rate *, const struct rate_tx *);
void rate_gone(struct rate *, const void *owner);
const struct limit *rate_limit(const struct rate *, const char *id);
void rate_each(struct rate *, int64_t now, rate_cb, void *);
void rate_use(struct rate *, const char *id, int64_t now, struct rate_use *);
int rate_flush(struct rate *, bool last);

#endif
