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
 * Limits of which much is used: what "status" warns of.
 */
#ifndef NEAR_H
#define NEAR_H

#include <stddef.h>
#include <stdint.h>

#include "subject.h"

struct control;

/* As many as fit into one screen, and the part that is much. */
#define NEAR_MAX     10u
#define NEAR_PERCENT 80u

struct near {
	struct subject subject;
	const char *limit; /* "minute", "day", "sessions" */
	uint64_t used;
	uint64_t max;
};

size_t near_find(struct control *, int64_t now, struct near near[NEAR_MAX]);

#endif
