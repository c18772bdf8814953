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
 * How often something happened in the last minute, hour and day.  Pure; who
 * counts says what time it is.
 */
#ifndef WINDOW_H
#define WINDOW_H

#include <stdint.h>

#define WINDOW_SLOTS 60u

/* A ring of slots of some seconds each; the sum goes with them. */
struct window_ring {
	int64_t at; /* number of the newest slot since 1970 */
	uint64_t sum;
	uint32_t slot[WINDOW_SLOTS];
};

struct window {
	struct window_ring minute; /* 60 of 1 s */
	struct window_ring hour;   /* 60 of 60 s */
	struct window_ring day;	   /* 60 of 24 minutes */
};

void window_count(struct window *, int64_t now);
void window_pass(struct window *, int64_t now);

#endif
