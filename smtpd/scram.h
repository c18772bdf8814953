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
 * The messages of SCRAM-SHA-256 (RFC 5802, RFC 7677) as a server reads and
 * writes them.  It knows no key: control says what to ask and whether a proof
 * fits.  No channel binding: libtls gives nothing to bind to.
 */
#ifndef SCRAM_H
#define SCRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base64.h"
#include "bounds.h"
#include "proto_auth.h"
#include "proto_policy.h"
#include "reply.h"

/* Octets of the random part of a nonce; as Base64 in the message. */
#define SCRAM_RANDOM_SIZE 18u

/* "r=NONCE,s=SALT,i=N", and its Base64. */
#define SCRAM_SERVER_SIZE 256u
#define SCRAM_LINE_SIZE	  (BASE64_LEN(SCRAM_SERVER_SIZE) + 1)

struct scram {
	char login[LOGIN_SIZE];
	char header[LOGIN_SIZE + 8]; /* gs2-header, with its last comma */
	char bare[LOGIN_SIZE * 3 + 1024];
	char nonce[SCRAM_NONCE_MAX + BASE64_LEN(SCRAM_RANDOM_SIZE) + 1];
	char server[SCRAM_SERVER_SIZE]; /* server-first-message */
	bool asked;			/* the challenge was sent */
	bool proven;			/* waits for the last, empty, line */
	struct policy_auth_reply reply;
};

enum reply scram_first(struct scram *, const char *, size_t);
int scram_challenge(struct scram *, const struct policy_keys *,
    const uint8_t random[SCRAM_RANDOM_SIZE], char line[SCRAM_LINE_SIZE]);
enum reply scram_final(struct scram *, const char *, size_t,
    struct policy_proof *);
void scram_signature(const uint8_t[POLICY_PROOF_SIZE],
    char line[SCRAM_LINE_SIZE]);

#endif /* SCRAM_H */
