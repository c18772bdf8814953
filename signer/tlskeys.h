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
 * The private keys of the TLS listeners, by the name of their pki.  They
 * sign handshakes and nothing else.
 */
#ifndef TLSKEYS_H
#define TLSKEYS_H

#include <stddef.h>

struct sign_signature;
struct sign_tls;
struct tlskeys;

struct tlskeys *tlskeys_new(void);
void tlskeys_free(struct tlskeys *);
int tlskeys_add(struct tlskeys *, const char *name, const char *pem, char *why,
    size_t);
int tlskeys_sign(struct tlskeys *, const struct sign_tls *,
    struct sign_signature *);

#endif
