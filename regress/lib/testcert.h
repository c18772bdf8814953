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
 * Self-signed certificates and their keys for tests, made on the spot.  Not
 * for anything that listens beyond a test.
 */
#ifndef TESTCERT_H
#define TESTCERT_H

struct tls;
struct tls_config;

struct testcert {
	char *cert; /* PEM */
	char *key;  /* PEM, PKCS#8 */
};

/* kind: "EC" (P-256), "RSA" (2048). */
void testcert_make(struct testcert *, const char *kind, const char *name);
void testcert_free(struct testcert *);
struct tls *testcert_server(const struct testcert *, const char *protocols);
struct tls_config *testcert_client(const char *protocols);

#endif
