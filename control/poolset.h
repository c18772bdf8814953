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
 * Addresses that go into a pool or leave it, for edctl and the management API
 * alike.
 */
#ifndef POOLSET_H
#define POOLSET_H

#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"
#include "outbound.h"
#include "store.h"

struct control;
struct fault;
struct pool;

/* Addresses of this host, as the store has them. */
struct poolset {
	uint32_t n;
	struct outbound out[SOURCES_MAX];
};

int poolset_name(struct control *, const char *compartment, const char *name,
    struct fault *);
bool poolset_is_source(const struct control *, const char *address);
int poolset_parse(struct control *, const char *text, bool former,
    struct poolset *, struct fault *);
int poolset_free(const struct poolset *, const char *pool, struct fault *);
enum store_status poolset_put(struct store *, struct poolset *,
    const char *pool);
int poolset_usable(const struct control *, const struct pool *, struct fault *);
int poolset_removable(const struct control *, const struct poolset *,
    const struct pool *, struct fault *);
enum store_status poolset_take(struct control *, struct poolset *,
    const struct pool *);
enum store_status poolset_unknown(const struct control *, const char *pool,
    char text[SOURCES_SIZE]);
void poolset_warn(struct control *);

#endif
