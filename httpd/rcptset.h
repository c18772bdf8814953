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
 * Recipients of a request, of which each is one however often it was given.
 */
#ifndef RCPTSET_H
#define RCPTSET_H

#include <stdbool.h>
#include <stddef.h>

#include "address.h"
#include "httplimits.h"

/* Begins as zeros; the addresses given outlive it. */
struct rcptset {
	const struct address *given[EMAIL_RCPTS_MAX]; /* as it came first */
	struct address ascii[EMAIL_RCPTS_MAX];
	size_t len;
	size_t place[EMAIL_RCPTS_MAX]; /* of each that came, in those two */
	size_t places;
};

int rcptset_add(struct rcptset *, const struct address *);
bool rcptset_first(const struct rcptset *, size_t rcpt, size_t *place);

#endif /* RCPTSET_H */
