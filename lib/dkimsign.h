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
 * The DKIM signatures of one message: hashes its body as it passes, asks
 * signer for one signature per key, and makes the fields that go on top.
 */
#ifndef DKIMSIGN_H
#define DKIMSIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dkimsign;
struct header;
struct peers;
struct policy_sender_reply;
struct sign_signature;

struct dkimsign *dkimsign_new(void);
void dkimsign_free(struct dkimsign *);
void dkimsign_update(struct dkimsign *, const void *, size_t);
int dkimsign_ask(struct dkimsign *, const struct header *, const char *domain,
    const struct policy_sender_reply *, int64_t now, struct peers *, void *who);
int dkimsign_answer(struct dkimsign *, uint64_t id,
    const struct sign_signature *);
bool dkimsign_waits(const struct dkimsign *);
int dkimsign_fields(const struct dkimsign *, uint8_t *, size_t size,
    uint32_t *len);

#endif /* DKIMSIGN_H */
