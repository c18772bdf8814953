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
 * Octets of requests that are in memory, in all and of each user. Pure.
 */
#ifndef HELD_H
#define HELD_H

#include <stddef.h>

struct held;

enum held_result {
	HELD_OK,
	HELD_USER, /* the user's others have its share */
	HELD_ALL   /* all have, or there is no memory */
};

struct held *held_new(size_t all, size_t user);
void held_free(struct held *);
enum held_result held_take(struct held *, const char *user, size_t own,
    size_t more);
void held_give(struct held *, const char *user, size_t own);
size_t held_total(const struct held *);

#endif /* HELD_H */
