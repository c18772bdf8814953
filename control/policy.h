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
 * The questions of smtpd and httpd: may this user send
 * as this address, is this recipient suppressed, is there room in the limits.
 * Each is a few look-ups in the store's cache; only a rate writes, rarely.
 * owner is the channel that asks.
 */
#ifndef POLICY_H
#define POLICY_H

#include "store.h"

struct chan_rule;
struct control;
struct policy_rcpt;
struct policy_rcpt_reply;
struct policy_sender;
struct policy_sender_reply;

const struct chan_rule *policy_rules(void);
enum store_status policy_find_sender(struct control *,
    const struct policy_sender *, struct policy_sender_reply *);
void policy_sender(struct control *, const struct policy_sender *,
    struct policy_sender_reply *);
void policy_rcpt(struct control *, const void *owner,
    const struct policy_rcpt *, struct policy_rcpt_reply *);

#endif
