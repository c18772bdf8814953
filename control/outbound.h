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
 * Addresses that mail leaves from: in which pool each is.  One that was never
 * in any has no record.
 */
#ifndef OUTBOUND_H
#define OUTBOUND_H

#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"
#include "ipaddr.h"
#include "store.h"

struct outbound {
	char address[IPADDR_SIZE];
	char pool[OBJECT_ID_SIZE]; /* empty: none */
	int64_t leaves;		   /* the pool, at this moment; 0: stays */
	int64_t left;		   /* the last one; 0: never */
};

enum store_status outbound_get(struct store *, const char *address, int64_t now,
    struct outbound *);
enum store_status outbound_put(struct store *, const struct outbound *);
enum store_status outbound_each(struct store *, int64_t now,
    bool (*)(const struct outbound *, void *), void *);
enum store_status outbound_pool(struct store *, const char *pool, int64_t now,
    struct outbound[SOURCES_MAX], uint32_t *);

#endif
