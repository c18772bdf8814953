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
 * Telling webhooks: events are taken from the journal at the place of each,
 * a batch is signed and sent, and only then the place moves on.  So nothing is
 * lost over a restart or while a receiver is down; what was sent and not
 * confirmed is sent again.
 */
#ifndef WEBHOOK_RUN_H
#define WEBHOOK_RUN_H

struct chan;
struct chan_rule;
struct control;
struct hook_posted;
struct job;
struct webhook;
struct webhooks;

typedef void (*webhook_test_cb)(const struct hook_posted *, void *);

struct webhooks *webhooks_new(struct control *);
void webhooks_free(struct webhooks *);
int webhooks_start(struct webhooks *);
void webhooks_changed(struct webhooks *, const char *id);
int webhooks_test(struct webhooks *, const struct webhook *, webhook_test_cb,
    void *);
void webhooks_test_cancel(struct webhooks *, const void *);
void webhooks_peer_up(struct webhooks *, struct chan *);
void webhooks_peer_down(struct webhooks *, const struct chan *);
const struct chan_rule *webhooks_rules(void);

#endif
