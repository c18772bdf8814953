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
 * smtpd, httpd -> signer:
 *   TLS  -> SIGNATURE    (CONV_SIGN_SYNC) one handshake signature
 *   DKIM -> SIGNATURE    (CONV_SIGN) one DKIM signature over a digest
 * control -> signer (CONV_SIGN):
 *   MAKE, IMPORT -> MADE   a sealed private key and its public half
 *   LOAD -> LOADED         hold this sealed key ready under this id
 *   DROP                   forget it; no answer
 *   RESEAL, UNBOX, TRANSPORT -> RESEALED   proto_reseal.h
 *
 * Each kind of peer may send only its own rows.  signer computes what it is
 * asked over digests it checks for their length; it never sees a message.
 */
#ifndef PROTO_SIGN_H
#define PROTO_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "proto_policy.h"

struct chan;
struct msgin;
struct msgout;

enum sign_type {
	M_SIGN_TLS = 1,
	M_SIGN_DKIM,
	M_SIGN_SIGNATURE,
	M_SIGN_MAKE,
	M_SIGN_IMPORT,
	M_SIGN_MADE,
	M_SIGN_LOAD,
	M_SIGN_LOADED,
	M_SIGN_DROP,
	M_SIGN_RESEAL,
	M_SIGN_UNBOX,
	M_SIGN_TRANSPORT,
	M_SIGN_RESEALED
};

enum sign_padding {
	SIGN_PAD_NONE = 1, /* ECDSA */
	SIGN_PAD_PKCS1,
	SIGN_PAD_PSS, /* salt as long as the digest */
	SIGN_PAD_LAST = SIGN_PAD_PSS
};

enum sign_digest {
	SIGN_MD_SHA1 = 1, /* 20; TLS 1.2 clients may still ask */
	SIGN_MD_SHA224,
	SIGN_MD_SHA256,
	SIGN_MD_SHA384,
	SIGN_MD_SHA512,
	SIGN_MD_LAST = SIGN_MD_SHA512
};

struct sign_tls {
	char pki[NAME_SIZE];
	enum sign_padding padding;
	enum sign_digest md;
	uint32_t digest_len;
	uint8_t digest[DIGEST_MAX];
};

struct sign_dkim {
	uint64_t key;
	enum sign_algorithm algorithm;
	uint8_t digest[32]; /* SHA-256 of the header hash input */
};

struct sign_signature {
	bool ok;
	uint32_t len;
	uint8_t signature[SIGNATURE_MAX];
};

struct sign_make {
	enum sign_algorithm algorithm;
	uint32_t bits; /* RSA: 2048 or 4096; else 0 */
};

struct sign_import {
	char pem[PEM_MAX]; /* private key, PKCS#1 or PKCS#8, no passphrase */
};

struct sign_made {
	bool ok;
	char why[ERROR_SIZE];
	enum sign_algorithm algorithm;
	uint32_t bits;
	uint32_t sealed_len;
	uint8_t sealed[SEALED_KEY_MAX];
	uint32_t pub_len;
	uint8_t pub[PUBKEY_MAX]; /* DER SubjectPublicKeyInfo */
};

struct sign_load {
	uint64_t key;
	uint32_t sealed_len;
	uint8_t sealed[SEALED_KEY_MAX];
};

struct sign_loaded {
	bool ok;
};

void sign_tls_put(struct msgout *, const struct sign_tls *);
int sign_tls_send(struct chan *, uint64_t, const struct sign_tls *);
int sign_tls_recv(struct msgin *, struct sign_tls *);
int sign_dkim_send(struct chan *, uint64_t, const struct sign_dkim *);
int sign_dkim_recv(struct msgin *, struct sign_dkim *);
int sign_signature_send(struct chan *, uint64_t, const struct sign_signature *);
int sign_signature_recv(struct msgin *, struct sign_signature *);
int sign_make_send(struct chan *, uint64_t, const struct sign_make *);
int sign_make_recv(struct msgin *, struct sign_make *);
int sign_import_send(struct chan *, uint64_t, const struct sign_import *);
int sign_import_recv(struct msgin *, struct sign_import *);
int sign_made_send(struct chan *, uint64_t, const struct sign_made *);
int sign_made_recv(struct msgin *, struct sign_made *);
int sign_load_send(struct chan *, uint64_t, const struct sign_load *);
int sign_load_recv(struct msgin *, struct sign_load *);
int sign_loaded_send(struct chan *, uint64_t, const struct sign_loaded *);
int sign_loaded_recv(struct msgin *, struct sign_loaded *);
int sign_drop_send(struct chan *, uint64_t key);
int sign_drop_recv(struct msgin *, uint64_t *key);

#endif
