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
 * The operations that there are: one table, by method and path.
 */
#ifndef DISPATCH_H
#define DISPATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exchange.h"
#include "request.h"

/*
 * One operation. Of the functions only run and body_max must be there; each
 * may answer, and nothing is called after that but end.
 *
 *   begin   who asks is known, nothing of the body was read: may wait for
 *           peers; then exchange_ready()
 *   take    a run of the body; without it the body is collected; -1: it has
 *           answered
 *   run     the body is complete, and is what was signed
 *   event   a peer has answered what was asked with the exchange as who
 *   end     the exchange is over, answered or not: frees its data
 */
struct op {
	enum request_method method;
	const char *path; /* "/a/{}/b": "{}" is any segment, not empty */
	uint64_t (*body_max)(const struct exchange *);
	void (*begin)(struct exchange *);
	int (*take)(struct exchange *, const char *, size_t);
	void (*run)(struct exchange *);
	void (*event)(struct exchange *, enum exchange_event, uint64_t id,
	    const void *reply);
	void (*end)(struct exchange *);
	/* header fields that say what it does and that clients do not sign;
	 * ends with NULL, and NULL: none */
	const char *const *unsigned_fields;
	/* a replay with a retry token is its own to refuse */
	bool repeats;
};

/* The methods of a path, for Allow. */
#define DISPATCH_ALLOW_SIZE 64u

enum dispatch_result {
	DISPATCH_OK,
	DISPATCH_NO_PATH,
	DISPATCH_NO_METHOD
};

enum dispatch_result dispatch_find(const struct request *, const struct op **,
    char allow[DISPATCH_ALLOW_SIZE]);

#endif /* DISPATCH_H */
