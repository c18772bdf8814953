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
 * What control said of the addresses that a session sends as, for a short
 * time, so that a client with many messages does not ask again and again.
 */
#ifndef SENDERS_H
#define SENDERS_H

#include <stdint.h>

struct address;
struct policy_auth_reply;
struct policy_sender_reply;
struct senders_entry;
struct submission_client;

struct senders {
	struct senders_entry *first; /* newest */
};

const struct policy_sender_reply *senders_find(struct senders *,
    const struct address *, int64_t now);
void senders_add(struct senders *, const struct address *,
    const struct policy_sender_reply *, int64_t now);
void senders_learn(struct senders *, const struct policy_auth_reply *,
    int64_t now);
uint64_t senders_ask(const struct submission_client *, const struct address *);
void senders_clear(struct senders *);
void senders_forget(void);
uint64_t senders_generation(void);

#endif /* SENDERS_H */
