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
 * One outgoing SMTP connection as a state machine: events in, bytes out, and
 * what to wait for next.  No socket.
 */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>

#include "output.h"
#include "proto_work.h"

struct job;
struct reply;
struct session;

enum session_event {
	SESSION_EV_CONNECTED,
	SESSION_EV_LINE,    /* struct reply: a line of several */
	SESSION_EV_REPLY,   /* struct reply: the whole */
	SESSION_EV_TLS,	    /* char *: "TLSv1.3 CIPHER" */
	SESSION_EV_DRAINED, /* room in the output buffer */
	SESSION_EV_JOB,	    /* struct job: only after SESSION_JOB */
	SESSION_EV_QUIT,    /* no more jobs: only after SESSION_JOB */
	SESSION_EV_GARBAGE, /* what came is no reply */
	SESSION_EV_TIMEOUT,
	SESSION_EV_LOST,  /* char *: closed, or an error */
	SESSION_EV_YIELD, /* end if session_may_yield() */
	SESSION_EV_ABORT  /* stop at once */
};

enum session_want {
	SESSION_CONNECT,
	SESSION_REPLY,
	SESSION_TLS, /* start the handshake */
	SESSION_DRAIN,
	SESSION_JOB,	/* ready: a job, or QUIT, or nothing for a while */
	SESSION_GOODBYE /* send what is written, then close */
};

enum session_end {
	SESSION_END_NONE,
	SESSION_END_DONE,  /* in peace, or lost after it had served */
	SESSION_END_HOST,  /* this host cannot be used now: try another */
	SESSION_END_YIELD, /* in favour of others */
	SESSION_END_TLS	   /* TLS did not work: try again without */
};

struct session_conf {
	const char *hostname;	   /* our name, for EHLO */
	bool tls;		   /* STARTTLS where it is offered */
	bool trusted;		   /* may be this very host */
	struct work_outcome where; /* host and address, for outcomes */
};

struct session *session_new(const struct session_conf *, const struct output *);
void session_free(struct session *);
enum session_want session_event(struct session *, enum session_event,
    const void *);
unsigned session_timeout(const struct session *);
bool session_may_yield(const struct session *);
bool session_is_sending(const struct session *);
enum session_end session_end(const struct session *);
const struct work_outcome *session_failure(const struct session *);
struct job *session_take_back(struct session *);

#endif
