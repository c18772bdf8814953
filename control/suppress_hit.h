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
 * When suppressions last stopped a message, until it is written.
 */
#ifndef SUPPRESS_HIT_H
#define SUPPRESS_HIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct suppress;
struct suppress_hits;

struct suppress_hits *suppress_hits_new(void);
void suppress_hits_free(struct suppress_hits *);
void suppress_hit(struct suppress_hits *, uint64_t number, int64_t when);
size_t suppress_hits_waiting(const struct suppress_hits *);
int suppress_hits_write(struct suppress *, size_t most);

#endif
