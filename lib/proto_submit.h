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
 * smtpd, httpd -> queue.  One message is:
 *
 *   OPEN -> OPENED     room for it? its message id
 *   DATA ...           header and body, in order, CRLF lines
 *   RCPT ...           each recipient that is to get it
 *   COMMIT -> DONE     answered when it is durable, or could not be made so
 *   ABORT              instead of COMMIT: forget it; no answer
 *
 * COMMIT may ask that DONE opens the next message, without OPEN.
 *
 * CLAIM -> CLAIMED      a retry token; see proto_claim.h
 *
 * EVENT                 a line for the journal that is no message (refused,
 *                       suppressed, warned); no answer
 *
 * STATE                 queue -> smtpd, httpd: whether mail is taken at all;
 *                       at the begin of a channel, and when it changes
 *
 * Several messages may be open on a channel; each carries its id.  A channel
 * that ends aborts what is open on it.
 */
#ifndef PROTO_SUBMIT_H
#define PROTO_SUBMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"

struct chan;
struct msgin;

enum submit_type {
	M_SUBMIT_OPEN = 1,
	M_SUBMIT_OPENED,
	M_SUBMIT_DATA,
	M_SUBMIT_RCPT,
	M_SUBMIT_COMMIT,
	M_SUBMIT_DONE,
	M_SUBMIT_ABORT,
	M_SUBMIT_EVENT,
	M_SUBMIT_STATE,
	M_SUBMIT_CLAIM,
	M_SUBMIT_CLAIMED
};

/* Largest DATA: a full message less what frames it. */
#define SUBMIT_DATA_MAX 32768u

enum submit_status {
	SUBMIT_OK = 1,
	SUBMIT_FULL,	 /* no room on disk: 452 */
	SUBMIT_TEMPFAIL, /* 451 */
	SUBMIT_STATUS_LAST = SUBMIT_TEMPFAIL
};

struct submit_opened {
	enum submit_status status;
	uint64_t message; /* message id */
};

/* RFC 3461 NOTIFY as bits; none set: FAILURE by default. */
#define NOTIFY_SUCCESS 0x01u
#define NOTIFY_FAILURE 0x02u
#define NOTIFY_DELAY   0x04u
#define NOTIFY_NEVER   0x08u
#define NOTIFY_ALL     0x0fu

struct submit_rcpt {
	uint64_t message;
	char address[ADDRESS_SIZE];
	uint8_t notify;
	char orcpt[ORCPT_SIZE]; /* as written: "type;xtext"; may be empty */
};

#define ENVELOPE_8BIT	  0x01u /* BODY=8BITMIME, or 8-bit octets seen */
#define ENVELOPE_UTF8	  0x02u /* RFC 6531 SMTPUTF8 */
#define ENVELOPE_RET_HDRS 0x04u /* RFC 3461 RET=HDRS */
#define ENVELOPE_RET_FULL 0x08u
#define ENVELOPE_LONGLINE 0x10u /* a line over MESSAGE_LINE_MAX */
#define ENVELOPE_BULK	  0x20u /* gives way to other mail */
#define ENVELOPE_ALL	  0x3fu

struct submit_commit {
	uint64_t message;
	char sender[ADDRESS_SIZE];	/* the client's reverse-path */
	char return_path[ADDRESS_SIZE]; /* what leaves; may be empty (null) */
	char from[ADDRESS_SIZE];	/* first header From */
	char message_id[MESSAGE_ID_SIZE];
	char envid[ENVID_SIZE]; /* as written: xtext; may be empty */
	char user[OBJECT_ID_SIZE];
	char compartment[OBJECT_ID_SIZE];
	char selector[SELECTOR_SIZE]; /* first DKIM selector, for the journal */
	char source[HOST_SIZE];	      /* client address */
	uint32_t flags;
	uint64_t size; /* octets given by DATA; checked by queue */
	uint32_t rcpts;
	bool next;	/* open one more */
	uint64_t claim; /* 0: none; else what is kept with its token: */
	uint64_t suppressed;
	uint8_t digest[RETRY_DIGEST_SIZE];
	uint32_t prefix_len; /* fields to stand before what DATA gave */
	uint8_t prefix[PREFIX_MAX];
	char sources[SOURCES_SIZE]; /* it leaves from; empty: any */
};

struct submit_done {
	enum submit_status status;
	uint64_t next; /* message id; 0: none was opened */
};

enum submit_event_kind {
	SUBMIT_EV_SUPPRESSED = 1,
	SUBMIT_EV_REJECTED,
	SUBMIT_EV_WARNED,  /* accepted, but an operator may want to know */
	SUBMIT_EV_REQUEST, /* accepted by HTTPS */
	SUBMIT_EV_LAST = SUBMIT_EV_REQUEST
};

struct submit_event {
	enum submit_event_kind kind;
	uint64_t message; /* 0 if none */
	char user[OBJECT_ID_SIZE];
	char compartment[OBJECT_ID_SIZE]; /* empty if not known */
	char source[HOST_SIZE];
	char sender[ADDRESS_SIZE];
	char rcpt[ADDRESS_SIZE];
	char text[REPLY_TEXT_SIZE];    /* the reply given */
	char request[REQUEST_ID_SIZE]; /* by HTTPS; else empty */
};

int submit_open_send(struct chan *, uint64_t, uint64_t size);
int submit_open_recv(struct msgin *, uint64_t *size);
int submit_opened_send(struct chan *, uint64_t, const struct submit_opened *);
int submit_opened_recv(struct msgin *, struct submit_opened *);
int submit_data_send(struct chan *, uint64_t message, const void *, size_t);
int submit_data_recv(struct msgin *, uint64_t *message, const uint8_t **,
    size_t *);
int submit_rcpt_send(struct chan *, const struct submit_rcpt *);
int submit_rcpt_recv(struct msgin *, struct submit_rcpt *);
int submit_commit_send(struct chan *, uint64_t, const struct submit_commit *);
int submit_commit_recv(struct msgin *, struct submit_commit *);
int submit_done_send(struct chan *, uint64_t, const struct submit_done *);
int submit_done_recv(struct msgin *, struct submit_done *);
int submit_abort_send(struct chan *, uint64_t message);
int submit_abort_recv(struct msgin *, uint64_t *message);
int submit_event_send(struct chan *, const struct submit_event *);
int submit_event_recv(struct msgin *, struct submit_event *);
int submit_state_send(struct chan *, bool open);
int submit_state_recv(struct msgin *, bool *open);

#endif
