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
 * The messages of proto_policy.h that log in: AUTH and AUTH_REPLY; for
 * SCRAM-SHA-256 SCRAM, KEYS and PROOF; for signed requests KEY, KEY_REPLY,
 * KEY_USED, KEY_DROP, FAIL, and SEEN with its reply.
 *
 * A key that KEY_REPLY gave may be kept, with POLICY_OK only, until KEY_DROP
 * names it or the channel ends; control sends KEY_DROP before the operator is
 * told that it is gone.  An asker that keeps a key sends KEY_USED for it once
 * a minute at most.  KEY_REPLY with POLICY_NO was counted as a failure of the
 * address already; FAIL counts one where the key is known and the signature
 * does not fit.
 */
#ifndef PROTO_AUTH_H
#define PROTO_AUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"
#include "proto_policy.h"

struct chan;
struct msgin;

/* SHA-256; and the salts that control makes. */
#define POLICY_PROOF_SIZE 32u
#define POLICY_SALT_SIZE  16u

struct policy_scram {
	char login[LOGIN_SIZE];
	char source[HOST_SIZE]; /* client address */
};

struct policy_keys {
	enum policy_status status;
	uint8_t salt[POLICY_SALT_SIZE];
	uint32_t iterations;
};

struct policy_proof {
	char login[LOGIN_SIZE];
	char source[HOST_SIZE];
	uint64_t session;
	char message[SCRAM_MESSAGE_SIZE]; /* AuthMessage of RFC 5802 */
	uint8_t proof[POLICY_PROOF_SIZE];
};

struct policy_auth {
	char login[LOGIN_SIZE];
	char secret[SECRET_SIZE];
	char source[HOST_SIZE]; /* client address */
	uint64_t session;
};

/*
 * With POLICY_OK also what SENDER would be answered for the address that the
 * credential sent as last, so that most sessions need not ask.
 */
struct policy_auth_reply {
	enum policy_status status;
	char user[OBJECT_ID_SIZE];
	char credential[OBJECT_ID_SIZE];
	char sender[ADDRESS_SIZE]; /* empty: none */
	struct policy_sender_reply by;
	bool has_signature; /* to PROOF, if it fits */
	uint8_t signature[POLICY_PROOF_SIZE];
};

/* As "keyId" of a signed request has it. */
struct policy_key {
	char tenancy[OBJECT_ID_SIZE];
	char user[OBJECT_ID_SIZE];
	char fingerprint[FINGERPRINT_SIZE];
	char source[HOST_SIZE]; /* client address */
};

/* With POLICY_OK the user's id, and the key as a SubjectPublicKeyInfo. */
struct policy_key_reply {
	enum policy_status status;
	char user[OBJECT_ID_SIZE];
	uint32_t len;
	uint8_t der[PUBKEY_MAX];
};

struct policy_key_used {
	char user[OBJECT_ID_SIZE];
	char fingerprint[FINGERPRINT_SIZE];
	char source[HOST_SIZE];
};

struct policy_key_drop {
	char user[OBJECT_ID_SIZE];	    /* empty: of all users */
	char fingerprint[FINGERPRINT_SIZE]; /* empty: all of the user */
};

/*
 * A signature that fits, for all httpd together: one that came before is a
 * replay.
 */
struct policy_seen {
	int64_t date;  /* that was signed */
	uint64_t hash; /* of the signature */
	char user[OBJECT_ID_SIZE];
};

struct policy_seen_reply {
	enum policy_status
	    status; /* NO: it came before; BUSY: too many of the user */
};

struct policy_fail {
	char source[HOST_SIZE];
};

int policy_auth_send(struct chan *, uint64_t, const struct policy_auth *);
int policy_auth_recv(struct msgin *, struct policy_auth *);
int policy_auth_reply_send(struct chan *, uint64_t,
    const struct policy_auth_reply *);
int policy_auth_reply_recv(struct msgin *, struct policy_auth_reply *);
int policy_scram_send(struct chan *, uint64_t, const struct policy_scram *);
int policy_scram_recv(struct msgin *, struct policy_scram *);
int policy_keys_send(struct chan *, uint64_t, const struct policy_keys *);
int policy_keys_recv(struct msgin *, struct policy_keys *);
int policy_proof_send(struct chan *, uint64_t, const struct policy_proof *);
int policy_proof_recv(struct msgin *, struct policy_proof *);
int policy_key_send(struct chan *, uint64_t, const struct policy_key *);
int policy_key_recv(struct msgin *, struct policy_key *);
int policy_key_reply_send(struct chan *, uint64_t,
    const struct policy_key_reply *);
int policy_key_reply_recv(struct msgin *, struct policy_key_reply *);
int policy_key_used_send(struct chan *, const struct policy_key_used *);
int policy_key_used_recv(struct msgin *, struct policy_key_used *);
int policy_key_drop_send(struct chan *, const struct policy_key_drop *);
int policy_key_drop_recv(struct msgin *, struct policy_key_drop *);
int policy_forget_send(struct chan *);
int policy_forget_recv(struct msgin *);
int policy_seen_send(struct chan *, uint64_t, const struct policy_seen *);
int policy_seen_recv(struct msgin *, struct policy_seen *);
int policy_seen_reply_send(struct chan *, uint64_t,
    const struct policy_seen_reply *);
int policy_seen_reply_recv(struct msgin *, struct policy_seen_reply *);
int policy_fail_send(struct chan *, const struct policy_fail *);
int policy_fail_recv(struct msgin *, struct policy_fail *);

#endif
