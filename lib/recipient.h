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
 * Recipients of a submission, and what control says of them.
 */
#ifndef RECIPIENT_H
#define RECIPIENT_H

#include <stdint.h>

struct address;
struct policy_rcpt_reply;
struct recipient;
struct submission;

struct recipient *recipient_add(struct submission *, const struct address *,
    const char *orcpt, uint8_t notify);
int recipient_ask(struct submission *, struct recipient *,
    const struct address *ascii);
struct recipient *recipient_answer(struct submission *, uint64_t id,
    const struct policy_rcpt_reply *);
void recipient_suppress(struct submission *, struct recipient *);

#endif /* RECIPIENT_H */
