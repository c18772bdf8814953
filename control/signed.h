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
 * Signed requests: which key a signature has to fit, and who has to forget a
 * key.  The signature itself is checked by httpd.
 */
#ifndef SIGNED_H
#define SIGNED_H

struct chan;
struct control;
struct msgin;
struct policy_key;
struct policy_key_reply;

void signed_key(struct control *, const struct policy_key *,
    struct policy_key_reply *);
void signed_drop(struct control *, const char *user, const char *fingerprint);
int signed_key_cb(struct chan *, struct msgin *, void *);
int signed_used_cb(struct chan *, struct msgin *, void *);
int signed_fail_cb(struct chan *, struct msgin *, void *);
int signed_seen_cb(struct chan *, struct msgin *, void *);

#endif
