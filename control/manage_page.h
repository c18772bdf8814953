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
 * Pages of lists.  A page goes on where the one before ended, at a key; a
 * page that would have to read too many records that the filters pass over
 * ends early, and may be empty while more follow.
 */
#ifndef MANAGE_PAGE_H
#define MANAGE_PAGE_H

#include <stdbool.h>

#include "store.h"

struct ask;
struct msgin;

/* What becomes of a record. */
enum page_take {
	PAGE_TAKE, /* the ask's row is filled with it */
	PAGE_PASS, /* not asked for */
	PAGE_STOP, /* neither this nor any that follows */
	PAGE_FAIL  /* the store failed */
};

struct page {
	enum store_table table;
	struct store_key prefix; /* of the keys of the list */
	bool back;		 /* descending */
	bool prev;		 /* says where the page before is */
	bool total;		 /* says how many there are, if few are read */
	struct store_key start;	 /* where the first page begins; len 0: not */
	enum page_take (
	    *take)(struct ask *, const struct store_key *, struct msgin *);
};

void page_answer(struct ask *, const struct page *);

#endif
