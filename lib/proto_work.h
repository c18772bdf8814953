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
 * queue <-> deliver.
 *
 *   queue -> deliver:
 *     SEGMENT +fd     a segment of the spool, read-only, under a number
 *     SEGMENT_CLOSE   no work refers to it any more
 *     BATCH           a message and its recipients at one destination
 *   deliver -> queue:
 *     OUTCOME         one recipient of a batch; exactly one for each
 *
 * The bytes of a message are prefix, then body, both read from the segment.
 * A channel that ends gives all its batches back to the schedule.
 */
#ifndef PROTO_WORK_H
#define PROTO_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"

struct chan;
struct msgin;

enum work_type {
	M_WORK_SEGMENT = 1,
	M_WORK_SEGMENT_CLOSE,
	M_WORK_BATCH,
	M_WORK_OUTCOME
};

struct work_rcpt {
	uint32_t index; /* of the recipient in its message */
	uint8_t notify; /* NOTIFY_*, for receivers that offer DSN */
	char address[ADDRESS_SIZE];
	char orcpt[ORCPT_SIZE];
};

struct work_batch {
	uint64_t batch;	  /* names this attempt in OUTCOME */
	uint64_t message; /* message id */
	char destination[DOMAIN_SIZE];
	char via[HOST_SIZE]; /* an operator's route for it; empty: none */
	uint16_t via_port;
	char return_path[ADDRESS_SIZE];
	char envid[ENVID_SIZE];
	uint32_t flags; /* ENVELOPE_* */
	uint64_t segment;
	uint64_t prefix_off;
	uint32_t prefix_len;
	uint64_t body_off;
	uint64_t body_len;
	uint32_t crc; /* CRC-32C of body, then prefix */
	uint32_t rcpts;
	struct work_rcpt *rcpt;	    /* rcpts of them */
	char sources[SOURCES_SIZE]; /* it leaves from; empty: any */
};

enum outcome {
	OUTCOME_DELIVERED = 1,
	OUTCOME_TEMPFAIL,  /* this recipient or message: try again */
	OUTCOME_PERMFAIL,  /* for good: bounce */
	OUTCOME_HOST_DOWN, /* the destination cannot be reached now */
	OUTCOME_DAMAGED,   /* crc does not fit what was read: nothing sent */
	OUTCOME_LAST = OUTCOME_DAMAGED
};

/* What a failure says of the recipient; only UNKNOWN suppresses. */
enum failure {
	FAILURE_NONE = 1,
	FAILURE_UNKNOWN, /* no such mailbox */
	FAILURE_QUOTA,
	FAILURE_POLICY, /* spam, block list, authentication */
	FAILURE_OTHER,
	FAILURE_LAST = FAILURE_OTHER
};

struct work_outcome {
	uint64_t batch;
	uint32_t index;
	enum outcome outcome;
	enum failure failure;
	uint16_t code;	   /* reply code; 0: none was received */
	char enhanced[16]; /* "5.1.1"; from the reply, or made by deliver */
	char text[REPLY_TEXT_SIZE]; /* reply, or what went wrong */
	char host[HOST_SIZE];	    /* MX name, may be empty */
	char address[HOST_SIZE];    /* its address, may be empty */
	char tls[64];		    /* "TLSv1.3 CIPHER", empty: plain */
	/*
	 * Only of a delivery: the server offers DSN and was given what the
	 * sender asked for, so the report of success is its duty (RFC 3461
	 * section 5.2.1).  Else it is ours, as "relayed" (5.2.2).
	 */
	bool dsn;
	bool stated; /* enhanced is in the reply */
};

int work_segment_send(struct chan *, uint64_t segment, int fd);
int work_segment_recv(struct msgin *, uint64_t *segment);
int work_segment_close_send(struct chan *, uint64_t segment);
int work_segment_close_recv(struct msgin *, uint64_t *segment);
int work_batch_send(struct chan *, const struct work_batch *);
/* Allocates rcpt, at most WORK_RCPT_MAX; free with work_batch_clear(). */
int work_batch_recv(struct msgin *, struct work_batch *);
void work_batch_clear(struct work_batch *);
int work_outcome_send(struct chan *, const struct work_outcome *);
int work_outcome_recv(struct msgin *, struct work_outcome *);

#endif
