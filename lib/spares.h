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
 * Messages that the queue has opened before anybody wanted them.
 */
#ifndef SPARES_H
#define SPARES_H

#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"

struct spare {
	uint64_t message;
	int64_t until; /* of monotime() */
};

struct spares {
	struct spare spare[SPARES_MAX]; /* the newest last */
	unsigned count;
	unsigned asked; /* more that may come */
};

bool spares_want(struct spares *);
void spares_come(struct spares *, uint64_t message, int64_t now);
uint64_t spares_take(struct spares *, int64_t now);
uint64_t spares_drop(struct spares *);
void spares_forget(struct spares *);

#endif /* SPARES_H */
