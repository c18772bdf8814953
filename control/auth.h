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
 * Logins: is this secret good, does this proof show that its sender knows the
 * secret.  Whether a login exists shows neither in an answer nor in its time.
 */
#ifndef AUTH_H
#define AUTH_H

#include "proto_auth.h"
#include "proto_policy.h"

struct chan;
struct control;
struct msgin;

void policy_auth(struct control *, const void *owner,
    const struct policy_auth *, struct policy_auth_reply *);
void policy_scram(struct control *, const struct policy_scram *,
    struct policy_keys *);
void policy_proof(struct control *, const void *owner,
    const struct policy_proof *, struct policy_auth_reply *);
enum policy_status auth_failure(struct control *, const char *source);
int auth_secret_cb(struct chan *, struct msgin *, void *);
int auth_scram_cb(struct chan *, struct msgin *, void *);
int auth_proof_cb(struct chan *, struct msgin *, void *);

#endif
