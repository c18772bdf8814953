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
 * queue -> control: what deliveries taught about recipients.
 *
 *   BOUNCE -> TAKEN     a recipient does not exist, or could not be reached
 *                       until the message expired, or was reached again.  Sent
 *                       again to a new control until it is taken.
 *
 * control -> queue:
 *
 *   WATCH               these recipients have soft bounces: tell when one of
 *                       them is reached.  Hashes under the key that is with
 *                       them, which holds also for those sent before.
 */
#ifndef PROTO_NOTICE_H
#define PROTO_NOTICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "siphash.h"

struct chan;
struct msgin;

/* Recipients with soft bounces that are counted, and watched. */
#define NOTICE_SOFT_MAX 98304u

/* Hashes of one WATCH. */
#define NOTICE_WATCH_MAX 4096u

enum notice_type {
	M_NOTICE_BOUNCE = 1,
	M_NOTICE_TAKEN,
	M_NOTICE_WATCH
};

enum notice_kind {
	NOTICE_HARD = 1,
	NOTICE_SOFT,
	NOTICE_DELIVERED,
	NOTICE_KIND_LAST = NOTICE_DELIVERED
};

struct notice_bounce {
	enum notice_kind kind;
	uint64_t message;
	char compartment[OBJECT_ID_SIZE];
	char rcpt[ADDRESS_SIZE];
	char message_id[MESSAGE_ID_SIZE];
	char host[HOST_SIZE];
	char text[REPLY_TEXT_SIZE];
};

struct notice_taken {
	bool ok;
};

struct notice_watch {
	uint8_t key[SIPHASH_KEY_SIZE];
	uint32_t n;
	uint64_t hash[NOTICE_WATCH_MAX];
};

int notice_bounce_send(struct chan *, uint64_t, const struct notice_bounce *);
int notice_bounce_recv(struct msgin *, struct notice_bounce *);
int notice_taken_send(struct chan *, uint64_t, const struct notice_taken *);
int notice_taken_recv(struct msgin *, struct notice_taken *);
int notice_watch_send(struct chan *, const struct notice_watch *);
int notice_watch_recv(struct msgin *, struct notice_watch *);
uint64_t notice_watch_hash(const uint8_t key[SIPHASH_KEY_SIZE],
    const char *compartment, const char *rcpt);

#endif
