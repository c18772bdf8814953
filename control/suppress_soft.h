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
 * Soft bounces: recipients that could not be reached for a message, and have
 * not been reached since.  After some in a while they are suppressed.
 */
#ifndef SUPPRESS_SOFT_H
#define SUPPRESS_SOFT_H

#include <stdbool.h>
#include <stdint.h>

#include "store.h"

struct suppress;
struct suppression;

/* Called for what is watched; see proto_notice.h. */
typedef void (*suppress_soft_cb)(uint64_t hash, void *arg);

int suppress_soft_load(struct suppress *);
enum store_status suppress_soft_count(struct suppress *, struct suppression *,
    uint64_t hash, bool *suppressed);
enum store_status suppress_soft_forget(struct suppress *,
    const char *compartment, const char *address);
enum store_status suppress_soft_each(struct suppress *, suppress_soft_cb,
    void *arg);
enum store_status suppress_soft_sweep(struct suppress *, unsigned records);

#endif
