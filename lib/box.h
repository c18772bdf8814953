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
 * Octets sealed to a public key: whoever has the private half can open the
 * box, whoever seals it cannot any more.  X25519 with a key pair for this one
 * box, AES-256-GCM.
 */
#ifndef BOX_H
#define BOX_H

#include <stddef.h>
#include <stdint.h>

#define BOX_KEY_SIZE 32u

/* Version, the box's own public key, tag. */
#define BOX_OVERHEAD (1u + BOX_KEY_SIZE + 16u)

int box_make(uint8_t private[BOX_KEY_SIZE], uint8_t public[BOX_KEY_SIZE]);
int box_public(const uint8_t private[BOX_KEY_SIZE],
    uint8_t public[BOX_KEY_SIZE]);
int box_seal(const uint8_t public[BOX_KEY_SIZE], const uint8_t *, size_t,
    uint8_t *out, size_t *outlen, size_t size);
int box_open(const uint8_t private[BOX_KEY_SIZE], const uint8_t *, size_t,
    uint8_t *out, size_t *outlen, size_t size);

#endif
