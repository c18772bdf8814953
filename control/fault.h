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
 * What is wrong with a request, for edctl and the management API alike.
 */
#ifndef FAULT_H
#define FAULT_H

#include "bounds.h"

enum fault_kind {
	FAULT_NONE = 0,
	FAULT_INVALID, /* what was asked for can never be */
	FAULT_MISSING, /* it needs something that there is not */
	FAULT_EXISTS,  /* it is there already */
	FAULT_STATE,   /* not now, or not while something else is there */
	FAULT_LATER,   /* the same, and to be tried again when that is gone */
	FAULT_LIMIT,   /* there are too many */
	FAULT_BUSY,    /* nobody is there to do it */
	FAULT_STORE    /* the store failed, which is in the log */
};

struct fault {
	enum fault_kind kind;
	char why[ERROR_SIZE];
	char hint[ERROR_SIZE]; /* what to do with edctl, may be empty */
};

int fault_set(struct fault *, enum fault_kind, const char *hint, const char *,
    ...) __attribute__((format(printf, 4, 5)));
int fault_store(struct fault *);

#endif
