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
 * TLS server keys that are elsewhere: libtls is given a reference instead of
 * a private key, and each handshake signature is asked of signer over a
 * blocking channel.  One file per mechanism behind this header.
 */
#ifndef TLSKEY_H
#define TLSKEY_H

struct tls_config;

/* Once, before the first tls_config.  0 or -1. */
int tlskey_init(void);

/* The blocking socket to signer (CONV_SIGN_SYNC); -1: there is none now. */
void tlskey_set_signer(int fd);

/*
 * Load a certificate chain (PEM) with a reference to the key of pki name.
 * 0, or -1 and tls_config_error() or errno says why.
 */
int tlskey_config(struct tls_config *, const char *pki, const char *pem);

#endif
