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
 * Bodies of answers (https.md sections 3 and 4), and the id each has.
 */
#ifndef ANSWER_H
#define ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "httplimits.h"

/* Octets of chance in a request id. */
#define ANSWER_SEED 48u

struct email;
struct fault;
struct jsonout;

void answer_fault(struct jsonout *, const struct fault *);
void answer_email(struct jsonout *, const char *message_id,
    const char *envelope_id, const struct email *, const size_t *suppressed,
    size_t suppressed_len);
void answer_raw(struct jsonout *, const char *message_id,
    const char *envelope_id, const char *const *suppressed,
    size_t suppressed_len);
void answer_request_id(const char *client, const uint8_t seed[ANSWER_SEED],
    char[REQUEST_ID_SIZE]);

#endif
