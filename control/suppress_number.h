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
 * Numbers of suppressions: the second when it was made, and a sequence that
 * makes it unique; in order of time.  The store finds a suppression by it.
 */
#ifndef SUPPRESS_NUMBER_H
#define SUPPRESS_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"
#include "store.h"
#include "suppress_place.h"

/* Times that a number can hold: from 1970, for two thousand years. */
#define SUPPRESS_TIME_MAX (((int64_t)1 << 36) - 1)

/* What a number stands for. */
struct suppress_ref {
	uint64_t number;
	char place[SUPPRESS_PLACE_SIZE];
	char name[ADDRESS_SIZE]; /* an address or a hash */
};

/* Stops the scan by returning false. */
typedef bool (*suppress_ref_cb)(const struct suppress_ref *, void *arg);

uint64_t suppress_number_make(int64_t created, uint64_t sequence);
int64_t suppress_number_time(uint64_t);
void suppress_number_id(uint64_t, char id[OBJECT_ID_SIZE]);
int suppress_number_parse(const char *id, uint64_t *);
int suppress_ref_decode(const struct store_key *, struct msgin *,
    struct suppress_ref *);
enum store_status suppress_ref_get(struct store *, uint64_t,
    struct suppress_ref *);
enum store_status suppress_ref_put(struct store *, const struct suppress_ref *);
enum store_status suppress_ref_del(struct store *, uint64_t);
enum store_status suppress_ref_scan(struct store *, uint64_t after,
    suppress_ref_cb, void *arg);
enum store_status suppress_sequence_get(struct store *, uint64_t *);
enum store_status suppress_sequence_put(struct store *, uint64_t);

#endif
