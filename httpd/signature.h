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
 * Verification of a signed request. Each check returns NULL, or what failed
 * for the debug log alone: a client is told the same of all (FAULT_AUTH).
 */
#ifndef SIGNATURE_H
#define SIGNATURE_H

#include <stddef.h>
#include <stdint.h>

#include "reqbody.h"

struct evp_pkey_st;
struct request;
struct sigheader;

const char *signature_check(const struct sigheader *, const struct request *,
    int64_t now);
const char *signature_verify(const struct sigheader *, const struct request *,
    struct evp_pkey_st *);
const char *signature_body(const struct request *, uint64_t size,
    const uint8_t digest[REQBODY_DIGEST]);
struct evp_pkey_st *signature_key(const uint8_t *der, size_t len);

#endif
