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
 * A walk over suppressions that a filter lets through, in the order of
 * compartments' ids and addresses, so many records at a time.  Between two
 * steps anything may change.
 */
#ifndef SUPPRESS_WALK_H
#define SUPPRESS_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"
#include "store.h"
#include "suppression.h"

struct suppress;

/* What is not set lets all through. */
struct suppress_filter {
	char compartment[OBJECT_ID_SIZE];
	char prefix[ADDRESS_SIZE]; /* folded */
	char domain[DOMAIN_SIZE];  /* folded, in its ASCII form */
	unsigned reason;	   /* enum suppression_reason, or 0 */
	int64_t older;		   /* made before that, or 0 */
	int64_t newer;		   /* made then or later, or 0 */
	bool expired;		   /* also those that hold no more */
};

struct suppress_walk {
	struct suppress *sp;
	struct suppress_filter filter;
	char compartment[OBJECT_ID_SIZE]; /* where it is; empty: not begun */
	char address[ADDRESS_SIZE];	  /* the last there; empty: none */
	bool over;			  /* of this compartment */
	bool done;
	uint64_t looked; /* at so many records */

	/* suppress_walk.c's own, during a step */
	unsigned left;
	suppression_cb cb;
	void *arg;
};

void suppress_walk_init(struct suppress_walk *, struct suppress *,
    const struct suppress_filter *);
enum store_status suppress_walk_step(struct suppress_walk *, unsigned records,
    suppression_cb, void *arg);
bool suppress_filter_match(const struct suppress_filter *,
    const struct suppression *);

#endif
