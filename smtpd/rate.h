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
 * Rates as a transaction sees them: what it reserves with each recipient,
 * more when the message is larger than was said, and how that ends.  control
 * counts and decides.
 */
#ifndef RATE_H
#define RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "reply.h"

struct policy_rcpt_reply;
struct session;
struct session_answer;
struct session_env;
struct tx;

/* The number of a limit in a reply. */
#define RATE_TEXT_SIZE 16u

uint32_t rate_units(uint64_t size);
enum reply rate_refusal(const struct policy_rcpt_reply *);
void rate_text(uint32_t limit, char text[RATE_TEXT_SIZE]);
void rate_ask(struct session *);
void rate_answer(struct session *, const struct session_answer *);
void rate_accepted(struct session_env *, struct tx *);
void rate_release(struct session_env *, struct tx *);

#endif /* RATE_H */
