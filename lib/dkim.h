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
 * DKIM, the signing side (RFC 6376, RFC 8463), relaxed/relaxed only. It hashes
 * and writes the field; it never has a private key: the digest it makes is
 * signed elsewhere.
 */
#ifndef DKIM_H
#define DKIM_H

#include <stddef.h>
#include <stdint.h>

#define DKIM_DIGEST_LEN 32 /* SHA-256 */

struct dkim_body;
struct dkim_field;
struct header;

enum dkim_algorithm {
	DKIM_RSA_SHA256 = 1, /* RSASSA-PKCS1-v1_5 over the digest */
	DKIM_ED25519_SHA256  /* PureEdDSA over the 32 octets of the digest */
};

/* What a signature says. The strings are copied by dkim_sign_input. */
struct dkim_params {
	enum dkim_algorithm algorithm;
	const char *domain;   /* d=, an A-label domain */
	const char *selector; /* s= */
	int64_t timestamp;    /* t=, seconds since 1970, UTC */
	const uint8_t *bh;    /* DKIM_DIGEST_LEN octets of dkim_body_final */
};

struct dkim_body *dkim_body_new(void);
int dkim_body_update(struct dkim_body *, const void *, size_t);
int dkim_body_final(struct dkim_body *, uint8_t bh[DKIM_DIGEST_LEN]);
void dkim_body_free(struct dkim_body *);

struct dkim_field *dkim_sign_input(const struct header *,
    const struct dkim_params *, uint8_t digest[DKIM_DIGEST_LEN]);
int dkim_field_finish(const struct dkim_field *, const uint8_t *sig,
    size_t siglen, char **out, size_t *outlen);
void dkim_field_free(struct dkim_field *);

#endif /* DKIM_H */
