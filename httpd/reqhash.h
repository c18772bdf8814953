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
 * SHA-256 over parts of a request, each ended so that no two run together.
 */
#ifndef REQHASH_H
#define REQHASH_H

#include <openssl/evp.h>
#include <stddef.h>
#include <stdint.h>

#define REQHASH_SIZE 32u

struct request;

EVP_MD_CTX *reqhash_new(void);
int reqhash_data(EVP_MD_CTX *, const void *, size_t);
int reqhash_text(EVP_MD_CTX *, const char *);
int reqhash_fields(EVP_MD_CTX *, const struct request *,
    const char *const *names);
int reqhash_end(EVP_MD_CTX *, int result, uint8_t digest[REQHASH_SIZE]);

#endif /* REQHASH_H */
