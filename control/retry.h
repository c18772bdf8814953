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
 * Retry tokens of the management API: what a request with one made is kept
 * for a day, so that the same request again makes nothing and is answered as
 * the first time.
 */
#ifndef RETRY_H
#define RETRY_H

#include <stdint.h>

#include "bounds.h"
#include "store.h"

/* Seconds that a token is good for, as the service has it. */
#define RETRY_KEPT 86400

struct retry {
	uint64_t hash; /* of what was asked */
	int64_t made;
	char object[OBJECT_ID_SIZE];
	char work[OBJECT_ID_SIZE];
};

enum store_status retry_get(struct store *, const char *user, const char *token,
    int64_t now, struct retry *);
enum store_status retry_put(struct store *, const char *user, const char *token,
    const struct retry *);

#endif
