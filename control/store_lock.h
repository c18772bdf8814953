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
 * What belongs to a store beside its database: the keys made from its one
 * secret, and the lock file that tells whether a secret fits, so that a wrong
 * one is found before the database is touched.
 */
#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* SHA-256; as hexadecimal digits with NUL. */
#define STORE_SUBKEY_SIZE 32u
#define STORE_PHRASE_SIZE (2 * STORE_SUBKEY_SIZE + 1)

int store_subkey(const uint8_t *secret, size_t, const char *purpose,
    uint8_t out[STORE_SUBKEY_SIZE]);
int store_phrase(const uint8_t *secret, size_t, char out[STORE_PHRASE_SIZE]);
bool store_lock_fits(const char *dir, const uint8_t *secret, size_t);
int store_lock_check(const char *dir, const uint8_t *secret, size_t, char *why,
    size_t);

#endif
