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
 * smtpd, httpd -> control.  Each request has one answer with its id; the first
 * seven are in proto_auth.h.
 *   AUTH   -> AUTH_REPLY     is this secret good, and whose
 *   SCRAM  -> KEYS           the salt of a login, and how often to hash
 *   PROOF  -> AUTH_REPLY     does this proof of SCRAM-SHA-256 fit
 *   KEY    -> KEY_REPLY      the public key that a signature has to fit
 *   KEY_USED                 one did, from this address
 *   SEEN   -> SEEN_REPLY     has a request with this signature come before
 *   FAIL                     one did not
 *   SENDER -> SENDER_REPLY   may this user send as this address
 *   RCPT   -> RCPT_REPLY     is this recipient suppressed; if not, units are
 *                            reserved for the transaction
 *   RESIZE -> RCPT_REPLY     reserve so many units in all
 *   COMMIT                   the message was accepted: so many units count
 *   RELEASE                  it was not
 *   LEAVE                    a session that asked AUTH is over
 *
 * A unit is one recipient times each started RATE_BLOCK of the message.
 * Sessions and transactions have numbers that the asker does not use again on
 * a channel; what it has not ended when the channel ends is released.
 *
 * control -> smtpd, httpd, without being asked:
 *   THROTTLE                 turn this address away for so long
 *   KEY_DROP                 to httpd: forget a key, or all of a user
 *   FORGET                   what was said of senders may not hold any more
 *
 * control checks every request as if its sender were taken over: a user id
 * is looked up, not believed.
 */
#ifndef PROTO_POLICY_H
#define PROTO_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"
#include "netkey.h"

struct chan;
struct msgin;
struct msgout;

enum policy_type {
	M_POLICY_AUTH = 1,
	M_POLICY_AUTH_REPLY,
	M_POLICY_SENDER,
	M_POLICY_SENDER_REPLY,
	M_POLICY_RCPT,
	M_POLICY_RCPT_REPLY,
	M_POLICY_THROTTLE,
	M_POLICY_RESIZE,
	M_POLICY_COMMIT,
	M_POLICY_RELEASE,
	M_POLICY_LEAVE,
	M_POLICY_SCRAM,
	M_POLICY_KEYS,
	M_POLICY_PROOF,
	M_POLICY_KEY,
	M_POLICY_KEY_REPLY,
	M_POLICY_KEY_USED,
	M_POLICY_KEY_DROP,
	M_POLICY_FAIL,
	M_POLICY_SEEN,
	M_POLICY_SEEN_REPLY,
	M_POLICY_FORGET
};

enum policy_status {
	POLICY_OK = 1,
	POLICY_NO,	  /* wrong secret, no key, not approved, suppressed */
	POLICY_TEMPFAIL,  /* the store cannot say now */
	POLICY_THROTTLED, /* too many failures of this address */
	POLICY_BUSY,	  /* too many sessions of this user */
	POLICY_MINUTE,	  /* over the limit of a minute */
	POLICY_DAY,	  /* over the limit of 24 hours */
	POLICY_STATUS_LAST = POLICY_DAY
};

struct policy_sender {
	char user[OBJECT_ID_SIZE];
	char credential[OBJECT_ID_SIZE]; /* empty: it was none */
	char source[HOST_SIZE];		 /* client address */
	char address[ADDRESS_SIZE];
};

enum sign_algorithm {
	SIGN_RSA_SHA256 = 1,
	SIGN_ED25519,
	SIGN_ALGORITHM_LAST = SIGN_ED25519
};

struct policy_dkim {
	uint64_t key;
	enum sign_algorithm algorithm;
	char selector[SELECTOR_SIZE];
};

/*
 * keys sign for the domain of the address that was asked about.  One that is
 * not approved has the compartment at most, for the journal.
 */
struct policy_sender_reply {
	enum policy_status status;
	char compartment[OBJECT_ID_SIZE];
	char return_path[ADDRESS_SIZE]; /* empty: the client's own */
	uint32_t keys;
	struct policy_dkim key[DKIM_KEYS_MAX];
	bool bulk;	   /* the user's mail gives way to that of others */
	uint64_t size_max; /* octets of a message; 0: no limit of his own */
	uint32_t rcpt_max; /* recipients of a message; 0: the same */
	char sources[SOURCES_SIZE]; /* it leaves from; empty: any */
	char compartment_name[NAME_SIZE];
	/* No limit counts what he sends; nobody is suppressed for its mail. */
	bool uncounted, unsuppressed;
};

struct policy_rcpt {
	char user[OBJECT_ID_SIZE];
	char credential[OBJECT_ID_SIZE];
	char compartment[OBJECT_ID_SIZE];
	char address[ADDRESS_SIZE];
	uint64_t transaction;
	uint32_t units;
};

struct policy_rcpt_reply {
	enum policy_status status;
	bool counted;	/* a limit holds: COMMIT or RELEASE is to come */
	uint32_t limit; /* with POLICY_MINUTE and POLICY_DAY */
};

/* RESIZE, COMMIT. */
struct policy_units {
	uint64_t transaction;
	uint32_t units;
};

/* RELEASE, LEAVE. */
struct policy_end {
	uint64_t number; /* of a transaction, or a session */
};

/* seconds 0: it is welcome again. */
struct policy_throttle {
	uint8_t key[NETKEY_SIZE];
	uint32_t seconds;
};

int policy_sender_send(struct chan *, uint64_t, const struct policy_sender *);
int policy_sender_recv(struct msgin *, struct policy_sender *);
void policy_sender_reply_put(struct msgout *,
    const struct policy_sender_reply *);
void policy_sender_reply_get(struct msgin *, struct policy_sender_reply *);
int policy_sender_reply_send(struct chan *, uint64_t,
    const struct policy_sender_reply *);
int policy_sender_reply_recv(struct msgin *, struct policy_sender_reply *);
int policy_rcpt_send(struct chan *, uint64_t, const struct policy_rcpt *);
int policy_rcpt_recv(struct msgin *, struct policy_rcpt *);
int policy_rcpt_reply_send(struct chan *, uint64_t,
    const struct policy_rcpt_reply *);
int policy_rcpt_reply_recv(struct msgin *, struct policy_rcpt_reply *);
int policy_resize_send(struct chan *, uint64_t, const struct policy_units *);
int policy_resize_recv(struct msgin *, struct policy_units *);
int policy_commit_send(struct chan *, const struct policy_units *);
int policy_commit_recv(struct msgin *, struct policy_units *);
int policy_release_send(struct chan *, const struct policy_end *);
int policy_release_recv(struct msgin *, struct policy_end *);
int policy_leave_send(struct chan *, const struct policy_end *);
int policy_leave_recv(struct msgin *, struct policy_end *);
int policy_throttle_send(struct chan *, const struct policy_throttle *);
int policy_throttle_recv(struct msgin *, struct policy_throttle *);

#endif
