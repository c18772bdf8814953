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
 * httpd -> queue, on the channel of proto_submit.h: retry tokens.
 *
 *   CLAIM -> CLAIMED   is a request with this token new? Then its claim ends
 *                      with the COMMIT that names it, or with ABORT of its
 *                      number; and with the channel
 *
 * A COMMIT whose message is the number of its claim is for nobody: without
 * OPEN, it stores what the request came to.
 */
#ifndef PROTO_CLAIM_H
#define PROTO_CLAIM_H

#include <stdint.h>

#include "bounds.h"

struct chan;
struct msgin;

struct submit_claim {
	uint8_t key[RETRY_KEY_SIZE]; /* of user, operation and token */
	char user[OBJECT_ID_SIZE];
};

enum submit_claim_status {
	CLAIM_NEW = 1,
	CLAIM_AGAIN, /* the rest says what the first request came to */
	CLAIM_BUSY,  /* one with this token is under way */
	CLAIM_MANY,  /* this user has too many tokens */
	CLAIM_FULL,  /* all users together */
	CLAIM_TEMPFAIL,
	CLAIM_STATUS_LAST = CLAIM_TEMPFAIL
};

struct submit_claimed {
	enum submit_claim_status status;
	uint64_t message; /* with NEW the claim's number */
	uint8_t digest[RETRY_DIGEST_SIZE];
	uint64_t suppressed; /* bit n: recipient n of the request */
	char message_id[MESSAGE_ID_SIZE];
};

int submit_claim_send(struct chan *, uint64_t, const struct submit_claim *);
int submit_claim_recv(struct msgin *, struct submit_claim *);
int submit_claimed_send(struct chan *, uint64_t, const struct submit_claimed *);
int submit_claimed_recv(struct msgin *, struct submit_claimed *);

#endif
