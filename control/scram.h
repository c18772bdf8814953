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
 * The keys of SCRAM-SHA-256 (RFC 5802 section 3, RFC 7677).  One derivation
 * for control, which keeps them, and for its tests; no exchange here.
 */
#ifndef SCRAM_H
#define SCRAM_H

#include <stddef.h>
#include <stdint.h>

#define SCRAM_KEY_SIZE	32u
#define SCRAM_SALT_SIZE 16u

/*
 * RFC 7677 section 4 asks for 4096 at least.  Secrets are generated, with more
 * than 200 random bits: more would cost clients time and no attacker any.
 */
#define SCRAM_ITERATIONS 4096u

struct scram_keys {
	uint8_t salt[SCRAM_SALT_SIZE];
	uint32_t iterations; /* 0: there are none */
	uint8_t stored[SCRAM_KEY_SIZE];
	uint8_t server[SCRAM_KEY_SIZE];
};

int scram_hmac(const uint8_t *key, size_t, const char *text,
    uint8_t out[SCRAM_KEY_SIZE]);
int scram_derive(const char *secret, struct scram_keys *);
int scram_verify(const struct scram_keys *, const char *message,
    const uint8_t proof[SCRAM_KEY_SIZE], uint8_t signature[SCRAM_KEY_SIZE]);

#endif
