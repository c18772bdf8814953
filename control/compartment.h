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
 * Compartments: where senders, domains and suppressions live.  The root
 * compartment is the tenancy itself and has its id; the others are in it, or in
 * one another.
 */
#ifndef COMPARTMENT_H
#define COMPARTMENT_H

#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "store.h"

struct msgin;

#define COMPARTMENT_ROOT "root"

struct compartment {
	char id[OBJECT_ID_SIZE];
	char name[NAME_SIZE];
	char parent[OBJECT_ID_SIZE]; /* empty: the root, or nothing */
	int64_t created;
};

/* Below the root, as the service has them. */
#define COMPARTMENT_DEPTH_MAX 6u

/* A compartment and those that it is in, the root last. */
struct compartment_path {
	size_t n;
	const char *place[COMPARTMENT_DEPTH_MAX + 1];
	char id[COMPARTMENT_DEPTH_MAX + 1][OBJECT_ID_SIZE];
};

int compartment_decode(struct msgin *, struct compartment *);
enum store_status compartment_get(struct store *, const char *id,
    struct compartment *);
enum store_status compartment_find(struct store *, const char *name_or_id,
    struct compartment *);
enum store_status compartment_put(struct store *, const struct compartment *);
enum store_status compartment_del(struct store *, const struct compartment *);
enum store_status compartment_path(struct store *, const char *tenancy,
    const char *id, struct compartment_path *);
const char *compartment_in_use(struct store *, const struct compartment *);

#endif
