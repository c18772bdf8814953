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
 * Retry tokens of submission.  Of the requests of a user with the same token
 * one is claimed at a time, and the first whose message is durable is the last:
 * what it came to is kept for a day.
 *
 * What is kept goes with the message: its envelope has it, in the record that
 * makes it durable, so that there is no moment at which one is there and not
 * the other.  Files in the folder retry follow, unsynced, for a record of the
 * spool is gone long before a day is over: retry_settle() makes them durable
 * before anything goes that a start would read, and at a start what the spool
 * reads is put again.
 */
#ifndef RETRY_H
#define RETRY_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stdint.h>

#include "retryhour.h"

struct envelope;
struct event_base;
struct retry;

/* A request that is being worked on; its id is the peer's name for it. */
struct claim {
	LIST_ENTRY(claim) entry; /* the caller's, until it is released */
	LIST_ENTRY(claim) chain;
	uint64_t id;
	uint8_t key[RETRY_KEY_SIZE];
};
LIST_HEAD(claim_list, claim);

enum retry_status {
	RETRY_NEW,   /* the claim is the caller's */
	RETRY_AGAIN, /* the record says what it came to */
	RETRY_BUSY,  /* another claim is there */
	RETRY_MANY,  /* that user has as many tokens as one may have */
	RETRY_FULL,  /* all together have as many as there may be */
	RETRY_FAILED
};

struct retry *retry_new(struct event_base *, const char *folder, int64_t now);
void retry_free(struct retry *);
void retry_bound(struct retry *, size_t all, size_t of_user);
enum retry_status retry_claim(struct retry *, const uint8_t key[RETRY_KEY_SIZE],
    const char *user, int64_t now, struct claim **, struct retry_record *);
void retry_release(struct retry *, struct claim *);
void retry_put(struct retry *, const struct retry_record *, int64_t now);
void retry_put_envelope(struct retry *, uint64_t id, const struct envelope *,
    int64_t now);
int retry_settle(struct retry *);
void retry_tend(struct retry *, int64_t now);

#endif
