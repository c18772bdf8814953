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
 * Lists of objects of a compartment, or of a domain: by time, name or id,
 * those that are deleted too if they are asked for.
 */
#ifndef MANAGE_LIST_H
#define MANAGE_LIST_H

#include <stdbool.h>

#include "bounds.h"
#include "store.h"

struct ask;
struct more_kind;

/* What a list may be sorted by. */
enum list_by {
	LIST_TIME,
	LIST_NAME,
	LIST_ID
};

struct list_kind {
	const struct more_kind *kind;
	const char *const *sorts; /* the API's words, as list_by; NULL ends */
	const char *ids;	  /* what ids of the kind begin with */
	bool array;		  /* with a page before, and a total */
	enum store_table names;	  /* by place and name; or STORE_CREATED */
	/* Fill the row with the record of a name in a place. */
	enum store_status (
	    *row)(struct ask *, const char *place, const char *name);
	/* Whether the row passes a filter of this kind alone, or NULL. */
	bool (*passes)(const struct ask *);
};

/* place NULL: all places in which he may look, in the order of ids. */
void list_answer(struct ask *, const struct list_kind *, const char *place);

#endif
