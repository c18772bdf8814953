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
 * What all records of the store have in common: a version in front, a name
 * that an operator chose, a state.  Knows no kind of object.
 */
#ifndef RECORD_H
#define RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store.h"

struct msgin;
struct msgout;

/* Names of compartments and users: what fits a column and a DNS label. */
#define RECORD_NAME_MAX 63u

enum record_state {
	RECORD_ACTIVE = 1,
	RECORD_INACTIVE,
	RECORD_STATE_LAST = RECORD_INACTIVE
};

void record_begin(struct msgout *, uint8_t version);
int record_open(struct msgin *, uint8_t version);
enum store_status record_done(int, const char *what);
enum store_status record_put_id(struct store *, enum store_table,
    const char *first, const char *second, const char *id);
enum store_status record_get_id(struct store *, enum store_table,
    const char *name, char *id, size_t);
enum store_status record_del(struct store *, enum store_table,
    const char *first, const char *second);
enum store_status record_count(struct store *, enum store_table,
    const char *first, unsigned *);
enum store_status record_any(struct store *, enum store_table,
    const char *first);
const char *record_state_name(enum record_state);
int record_state_parse(const char *, enum record_state *);
const char *record_name_error(const char *);
uint32_t record_hash(const char *);
int record_fold(const char *, char *, size_t);

#endif
