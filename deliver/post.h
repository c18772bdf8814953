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
 * Requests to webhooks: one connection each, the request of control, and the
 * status of the answer.
 */
#ifndef POST_H
#define POST_H

#include <stddef.h>
#include <stdint.h>

struct chan;
struct event_base;
struct hook_post;
struct posts;
struct resolver;

struct posts *posts_new(struct event_base *);
void posts_configure(struct posts *, struct resolver *);
int posts_trust(struct posts *, const uint8_t *pem, size_t);
void posts_ask(struct posts *, struct chan *, uint64_t id,
    const struct hook_post *);
void posts_forget(struct posts *, const struct chan *);

#endif
