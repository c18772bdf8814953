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
 * One message that a client hands in: envelope, what is known of its content,
 * and what went wrong with it. Its fields are for recipient.c (envelope),
 * content.c (octets), units.c (rates) and commit.c (end), and to be read by
 * the front end, whose protocol is unknown here.
 */
#ifndef SUBMISSION_H
#define SUBMISSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "ahead.h"
#include "bounds.h"
#include "collect.h"
#include "data.h"
#include "proto_policy.h"

struct dkimsign;
struct recode;
struct submission_client;
struct submit_opened;

/* Why a message is refused; code and text are the front end's. */
enum submission_refusal {
	SUBMISSION_FINE,	 /* it is not, so far */
	SUBMISSION_GONE,	 /* a peer is not there */
	SUBMISSION_TEMPFAIL,	 /* something failed, and may do later */
	SUBMISSION_FULL,	 /* no room for it */
	SUBMISSION_THROTTLED,	 /* this client is to be turned away */
	SUBMISSION_UNAUTHORIZED, /* detail: the address of From */
	SUBMISSION_MINUTE,	 /* detail: the limit */
	SUBMISSION_DAY,		 /* the same */
	SUBMISSION_SIZE,
	SUBMISSION_FROM, /* detail: what From has instead of an address */
	SUBMISSION_PARSE
};

enum recipient_state {
	RECIPIENT_ASKED,      /* control was asked */
	RECIPIENT_OK,	      /* is to get the message */
	RECIPIENT_SUPPRESSED, /* is not; the message may go to others */
	RECIPIENT_REFUSED
};

struct recipient {
	char *address;
	char *orcpt; /* NULL: not given */
	uint8_t notify;
	uint64_t ask;
	enum recipient_state state;
	enum policy_status status; /* control's word */
	uint32_t limit;		   /* with POLICY_MINUTE and POLICY_DAY */
};

enum submission_phase {
	SUBMISSION_SENDERS, /* asking about the addresses of From */
	SUBMISSION_UNITS,   /* asking whether it may be so large */
	SUBMISSION_SIGNING,
	SUBMISSION_COMMITTING,
	SUBMISSION_SAFE
};

struct submission {
	const struct submission_client *client; /* outlives it */
	struct policy_sender_reply by; /* what control said of the sender */
	uint64_t number;	       /* control knows it by that */

	/* What the front end says of it before its content comes. */
	const char *sender;   /* envelope; outlives it */
	const char *envid;    /* RFC 3461, xtext; "": none */
	const char *protocol; /* for Received */
	uint64_t size;	      /* octets that are announced; 0: not */
	uint32_t ret;	      /* ENVELOPE_RET_FULL, _HDRS or 0 */
	bool binary;	      /* BINARYMIME */
	bool eight;	      /* 8BITMIME */
	bool may_utf8;	      /* SMTPUTF8 */
	bool utf8;	      /* an address of the envelope is not in ASCII */

	struct recipient *rcpts;
	size_t rcpts_len;
	size_t rcpts_cap;
	size_t answered; /* all before it are not RECIPIENT_ASKED */
	size_t live;	 /* RECIPIENT_OK */
	size_t suppressed;

	bool counted;	       /* control has reserved units for it */
	uint64_t policy_epoch; /* the life of control that has */
	uint64_t units_ask;    /* asked for more; 0: not waiting */

	bool open;	   /* with the queue */
	uint64_t open_ask; /* 0: not waiting */
	uint64_t epoch;
	uint64_t message; /* 0 if not open */
	uint64_t sent;	  /* octets given to the queue */

	/* A retry token that the front end has claimed; else 0. */
	uint64_t claim;
	uint64_t claim_epoch; /* the life of the queue that knows it */
	uint8_t digest[RETRY_DIGEST_SIZE]; /* of the request */

	struct data data;
	struct collect raw;	/* the header as the client wrote it */
	struct collect recoded; /* and as it is after recode */
	struct header *header;	/* the one that is sent; NULL so far */
	struct ahead ahead;
	struct recode *recode; /* NULL: nothing is re-encoded */
	uint32_t found;	       /* ENVELOPE_8BIT, _LONGLINE: in the content */
	struct dkimsign *sign;

	struct address *from; /* of the header */
	size_t from_len;
	size_t from_next; /* the one asked about */
	uint64_t from_ask;
	struct policy_sender_reply first; /* of from[0] */

	enum submission_phase phase;
	enum submission_refusal refusal; /* the first reason */
	char detail[ADDRESS_SIZE];	 /* of it */
};

void submission_init(struct submission *, const struct submission_client *,
    const struct policy_sender_reply *);
uint64_t submission_size_max(const struct submission *);
uint32_t submission_rcpt_max(const struct submission *, uint32_t);
void submission_clear(struct submission *);
bool submission_is_open(struct submission *);
int submission_open(struct submission *, uint64_t size);
enum submission_refusal submission_opened(struct submission *,
    const struct submit_opened *);
void submission_close(struct submission *);
void submission_unclaim(struct submission *);
void submission_refuse(struct submission *, enum submission_refusal,
    const char *detail);

#endif /* SUBMISSION_H */
