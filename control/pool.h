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
 * Pools of source addresses: mail of a sender that has one leaves from its
 * addresses.
 */
#ifndef POOL_H
#define POOL_H

#include <stdint.h>

#include "bounds.h"
#include "store.h"

/* Hours that the last address stays, if nothing is said; and at most. */
#define POOL_DRAIN     24u
#define POOL_DRAIN_MAX 720u
#define POOL_NAME_SIZE 64u

struct pool {
	char id[OBJECT_ID_SIZE];
	char name[POOL_NAME_SIZE];
	char compartment[OBJECT_ID_SIZE];
	int64_t created;
	uint32_t drain; /* hours until the last address has left */
};

const char *pool_name_error(const char *);
enum store_status pool_get(struct store *, const char *id, struct pool *);
enum store_status pool_find(struct store *, const char *compartment,
    const char *name, struct pool *);
enum store_status pool_put(struct store *, const struct pool *);
enum store_status pool_move(struct store *, struct pool *,
    const char *compartment);
enum store_status pool_del(struct store *, const struct pool *);
enum store_status pool_of_sender(struct store *, const char *sender,
    char id[OBJECT_ID_SIZE]);
enum store_status pool_bind(struct store *, const char *sender, const char *id);
enum store_status pool_addresses(struct store *, const char *id,
    char text[SOURCES_SIZE]);
enum store_status pool_sources(struct store *, const char *sender,
    char sources[SOURCES_SIZE]);

#endif
