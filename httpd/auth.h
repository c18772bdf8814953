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
 * Who asks: Basic with an SMTP credential, or a signature by an API key.
 */
#ifndef AUTH_H
#define AUTH_H

#include <stdint.h>

#include "exchange.h"

struct httpd;
struct policy_key_drop;

void auth_begin(struct exchange *);
void auth_event(struct exchange *, enum exchange_event, uint64_t id,
    const void *reply);
void auth_refuse(struct exchange *, const char *why);
void auth_refuse_replay(struct exchange *);
int auth_open(struct httpd *);
void auth_drop(struct httpd *, const struct policy_key_drop *);

#endif /* AUTH_H */
