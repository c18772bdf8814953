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
 * References to private keys that are in another process: a name and the
 * public half, as a PEM text that libtls can be given for a key.
 */
#ifndef KEYREF_H
#define KEYREF_H

#include <openssl/types.h>
#include <stddef.h>

#include "bounds.h"

struct keyref {
	int refs;
	char name[NAME_SIZE]; /* empty: a public key only, to compare with */
	EVP_PKEY *pub;
};

struct keyref *keyref_new(void);
struct keyref *keyref_hold(struct keyref *);
void keyref_free(struct keyref *);
struct keyref *keyref_parse(const char *, size_t);
BIO *keyref_make(const char *pki, const char *pem);

#endif
