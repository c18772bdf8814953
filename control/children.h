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
 * The daemon as a whole: which processes run, and what is asked of edd.
 */
#ifndef CHILDREN_H
#define CHILDREN_H

#include <stddef.h>

#include "proto_setup.h"

struct children;
struct msgin;

typedef void (*children_cb)(const struct setup_answer *, void *);

/* A child has become ready. */
typedef void (*children_ready_cb)(const struct setup_child *, void *);

struct children *children_new(children_ready_cb, void *);
void children_free(struct children *);
int children_message(struct children *, struct msgin *);
const struct setup_child *children_at(const struct children *, size_t);
int children_request(struct children *, enum setup_request_kind, children_cb,
    void *);
void children_cancel(struct children *, const void *arg);

#endif
