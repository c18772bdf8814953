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
 * Base64 (RFC 4648 section 4), strict: no white space, padding required, no
 * stray bits. It must stay free of line folding; who folds is the caller.
 */
#ifndef BASE64_H
#define BASE64_H

#include <stddef.h>
#include <stdint.h>

/* Characters, without NUL, that n octets become. */
#define BASE64_LEN(n) (((n) + 2) / 3 * 4)
/* Octets that n characters hold at most. */
#define BASE64_OCTETS(n) ((n) / 4 * 3)

int base64_encode(const void *in, size_t inlen, char *out, size_t outsize);
int base64_decode(const char *in, size_t inlen, uint8_t *out, size_t outsize,
    size_t *outlen);

#endif /* BASE64_H */
