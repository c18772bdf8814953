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
 * The addresses that control wants turned away, as this process was told.
 * Bounded; who is not in it is still refused by control when it logs in.
 */
#ifndef THROTTLED_H
#define THROTTLED_H

#include <stdbool.h>
#include <stdint.h>

struct policy_throttle;
struct throttled;

struct throttled *throttled_new(void);
void throttled_free(struct throttled *);
void throttled_set(struct throttled *, const struct policy_throttle *,
    int64_t now);
unsigned throttled_count(const struct throttled *);
bool throttled_holds(const struct throttled *, const char *source, int64_t now);

#endif /* THROTTLED_H */
