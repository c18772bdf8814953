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
 * One mail transaction: envelope, what is known of the message, and what went
 * wrong with it. Its fields are for content.c (bytes) and commit.c (end).
 */
#ifndef TX_H
#define TX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "ahead.h"
#include "bounds.h"
#include "collect.h"
#include "command.h"
#include "data.h"
#include "proto_policy.h"
#include "reply.h"

struct dkimsign;
struct recode;
struct session_env;

enum tx_rcpt_state {
	TX_RCPT_ASKED,	    /* control was asked */
	TX_RCPT_OK,	    /* is to get the message */
	TX_RCPT_SUPPRESSED, /* is not, but the client need not know */
	TX_RCPT_REFUSED	    /* the client was told */
};

struct tx_rcpt {
	char *address;
	char *orcpt; /* NULL: not given */
	uint8_t notify;
	uint64_t ask;
	enum tx_rcpt_state state;
	enum reply reply; /* to give when its turn comes */
	uint32_t limit;	  /* the number in it, if it has one */
};

enum tx_phase {
	TX_SENDERS, /* asking about the addresses of From */
	TX_RATES,   /* asking whether it may be so large */
	TX_SIGNING,
	TX_COMMITTING
};

struct tx {
	struct command_mail mail;
	struct policy_sender_reply by; /* what control said of the sender */
	bool utf8;	 /* an address of the envelope is not in ASCII */
	uint64_t number; /* control knows it by that */
	bool chunked;	 /* BDAT has begun */

	struct tx_rcpt *rcpts;
	size_t rcpts_len;
	size_t rcpts_cap;
	size_t replied; /* the first that has no reply yet */
	size_t live;	/* TX_RCPT_OK */
	size_t suppressed;

	bool counted;	       /* control has reserved units for it */
	uint64_t policy_epoch; /* the life of control that has */
	uint64_t rate_ask;     /* asked for more; 0: not waiting */

	bool open; /* with the queue */
	uint64_t epoch;
	uint64_t message; /* 0 if not open */
	uint64_t sent;	  /* octets given to the queue */

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

	enum tx_phase phase;
	enum reply refusal; /* the first reason; REPLY_NONE: none so far */
	char refusal_address[ADDRESS_SIZE];
};

struct tx *tx_new(const struct command_mail *,
    const struct policy_sender_reply *);
void tx_free(struct session_env *, struct tx *);
struct tx_rcpt *tx_add_rcpt(struct tx *, const struct command_rcpt *);
struct tx_rcpt *tx_find_ask(struct tx *, uint64_t id);
size_t tx_pending(const struct tx *);
size_t tx_accepted(const struct tx *);
void tx_close(struct session_env *, struct tx *);
void tx_refuse(struct session_env *, struct tx *, enum reply,
    const char *address);

#endif /* TX_H */
