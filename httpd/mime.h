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
 * An email struct as a message (RFC 5322, RFC 2045 to 2047): what a program
 * would have handed in by SMTP. Date, Received and a missing Message-ID are
 * left to the submission pipeline.
 */
#ifndef MIME_H
#define MIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct email;

/* Octets of chance that a boundary is made of. */
#define MIME_SEED 16u

/* A piece of the message; -1 ends it. */
typedef int (*mime_out)(void *, const void *, size_t);

/*
 * utf8: header fields as RFC 6532 has them, for receivers that all can; else
 * ASCII alone. 0, or -1 if the function given failed.
 */
int mime_build(const struct email *, bool utf8, const uint8_t seed[MIME_SEED],
    mime_out, void *arg);

#endif
