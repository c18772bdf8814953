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
 * What the mechanisms of AUTH share: how it ends, and the exchange of
 * SCRAM-SHA-256, which has lines of its own.
 */
#ifndef CMD_AUTH_H
#define CMD_AUTH_H

#include <stddef.h>

#include "proto_auth.h"
#include "proto_policy.h"
#include "reply.h"

struct session;
struct session_answer;

void auth_accept(struct session *, const struct policy_auth_reply *);
void auth_failed(struct session *, enum reply);
void auth_refused(struct session *, enum policy_status);
void auth_scram_line(struct session *, const char *, size_t);
void auth_scram_keys(struct session *, const struct session_answer *);
void auth_scram_proven(struct session *, const struct policy_auth_reply *);

#endif /* CMD_AUTH_H */
