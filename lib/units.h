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
 * Rates as a submission sees them: what it reserves with each recipient, more
 * when the message is larger than was said, and how that ends.  control
 * counts and decides.
 */
#ifndef UNITS_H
#define UNITS_H

#include <stdint.h>

struct policy_rcpt_reply;
struct submission;

uint32_t units_of(uint64_t size);
void units_ask(struct submission *);
void units_answer(struct submission *, uint64_t id,
    const struct policy_rcpt_reply *);
void units_accepted(struct submission *);
void units_release(struct submission *);

#endif /* UNITS_H */
