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
 * One request and its answer, between a connection and an operation. The
 * connection feeds it octets and sends what it says; who asks is found out
 * here; what is done is the operation's.
 */
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "fault.h"
#include "httplimits.h"
#include "senders.h"

struct evbuffer;
struct exchange;
struct frontconf;
struct httpd;
struct jsonout;
struct op;
struct reqbody;
struct request;
struct sigheader;

enum exchange_state {
	EXCHANGE_HEAD,	  /* its head is being read */
	EXCHANGE_AUTH,	  /* waits for control: who is it */
	EXCHANGE_BEGIN,	  /* waits for its operation, before the body */
	EXCHANGE_BODY,	  /* reads the body */
	EXCHANGE_RUN,	  /* waits for its operation */
	EXCHANGE_ANSWERED /* all is said, and is in out */
};

/* Answers of peers; the reply is NULL if the peer is gone. */
enum exchange_event {
	EXCHANGE_EV_AUTH,
	EXCHANGE_EV_KEY,
	EXCHANGE_EV_SEEN,
	EXCHANGE_EV_SENDER,
	EXCHANGE_EV_RCPT,
	EXCHANGE_EV_OPENED,
	EXCHANGE_EV_CLAIMED,
	EXCHANGE_EV_SIGNATURE,
	EXCHANGE_EV_DONE,
	EXCHANGE_EV_MANAGE,
	EXCHANGE_EV_ROOM /* the queue takes octets again, or is gone */
};

struct exchange {
	struct httpd *httpd;
	struct frontconf *conf;
	const char *source; /* the connection's, as the three below */
	const char *tls;
	struct evbuffer *out;
	uint64_t session;
	void (*changed)(void *); /* after exchange_event() */
	void *arg;

	enum exchange_state state; /* only exchange_enter() changes it */
	struct request *request;
	struct reqbody *reading;
	const struct op *op;
	void *data; /* the operation's */
	char id[REQUEST_ID_SIZE];
	bool close;	/* the connection ends with the answer */
	bool replayed;	/* this very request came before */
	bool logged_in; /* control was asked: it may count the session */

	uint64_t ask;	       /* what auth.c has asked control */
	struct sigheader *sig; /* of a signed request; NULL: it is none */
	char user[OBJECT_ID_SIZE];
	char credential[OBJECT_ID_SIZE]; /* of Basic; else empty */

	struct senders senders; /* approved, of the user below */
	char senders_user[OBJECT_ID_SIZE];
	char senders_credential[OBJECT_ID_SIZE];

	uint8_t body_digest[32]; /* SHA-256, of a body that is complete,
				  * signed or with a retry token */
	char *body; /* whole, unless the operation takes it as it comes */
	size_t body_len;
	size_t body_size;
	size_t held; /* octets that it holds, in the count of httpd */
	struct evbuffer *fields; /* more header fields of the answer */
};

/* For the connection. */
int exchange_init(struct exchange *);
void exchange_clear(struct exchange *);
void exchange_next(struct exchange *);
void exchange_begin(struct exchange *);
size_t exchange_body(struct exchange *, const char *, size_t);
bool exchange_is_held_up(const struct exchange *);
void exchange_event(struct exchange *, enum exchange_event, uint64_t id,
    const void *reply);

/* For auth.c. */
void exchange_enter(struct exchange *, enum exchange_state);
void exchange_known(struct exchange *);

/* For operations. */
bool exchange_is_json(struct exchange *);
int exchange_hold(struct exchange *, size_t);
void exchange_ready(struct exchange *);
void exchange_field(struct exchange *, const char *name, const char *value);
void exchange_answer(struct exchange *, int status, struct jsonout *);
void exchange_fail(struct exchange *, const struct fault *);
void exchange_refuse(struct exchange *, enum fault_kind, const char *detail);

#endif /* EXCHANGE_H */
