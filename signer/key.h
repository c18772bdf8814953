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
 * Private keys: from PEM, made, sealed and opened again.  What leaves this
 * process is sealed with AES-256-GCM under a key that only it has.
 */
#ifndef KEY_H
#define KEY_H

#include <openssl/types.h>

#include <stddef.h>
#include <stdint.h>

#include "box.h"
#include "proto_policy.h"

struct conf_secret;

int key_memory(void);
EVP_PKEY *key_from_pem(const char *);
int key_fits(const char *pem, const char *cert);
int key_check(EVP_PKEY *);
EVP_PKEY *key_make(enum sign_algorithm, unsigned bits);
int key_algorithm(const EVP_PKEY *, enum sign_algorithm *);
int key_seal(EVP_PKEY *, const struct conf_secret *, uint8_t *, uint32_t *,
    size_t);
int key_box(EVP_PKEY *, const uint8_t box[BOX_KEY_SIZE], uint8_t *, uint32_t *,
    size_t);
EVP_PKEY *key_unbox(const uint8_t opener[BOX_KEY_SIZE], const uint8_t *,
    size_t);
EVP_PKEY *key_open(const struct conf_secret *, const uint8_t *, size_t);

#endif
