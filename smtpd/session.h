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
 * One SMTP session: order of commands, limits, and what it waits for. Bytes
 * come in one evbuffer and go out in another; it has no socket. Its fields
 * are for the files of its commands (cmd_NAME.c, tx.c, content.c, commit.c).
 */
#ifndef SESSION_H
#define SESSION_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stdint.h>

#include "address.h"
#include "bounds.h"
#include "command.h"
#include "frontstats.h"
#include "line.h"
#include "pace.h"
#include "reply.h"
#include "sasl.h"
#include "senders.h"
#include "submitter.h"

struct frontconf;
struct evbuffer;
struct session;
struct throttled;
struct tx;

enum session_state {
	SESSION_NEW,	 /* nothing said yet */
	SESSION_COMMAND, /* reads commands */
	SESSION_AUTH,	 /* reads a response for AUTH */
	SESSION_TLS,	 /* handshake after STARTTLS */
	SESSION_ASK,	 /* one command waits for a peer */
	SESSION_DATA,	 /* reads a message */
	SESSION_CHUNK,	 /* reads a chunk of one */
	SESSION_COMMIT,	 /* message complete, waits for peers */
	SESSION_CLOSING	 /* last words are in the output */
};

enum session_event {
	SESSION_EV_GO,	    /* go on with what is there */
	SESSION_EV_START,   /* connected (and TLS is up on a TLS port) */
	SESSION_EV_INPUT,   /* more input, or room for output again */
	SESSION_EV_TLS_UP,  /* handshake complete */
	SESSION_EV_EOF,	    /* no more input will come */
	SESSION_EV_TIMEOUT, /* the time of session_timeout() is over */
	SESSION_EV_STOP,    /* the process is to end */
	SESSION_EV_ROOM,    /* the queue takes bytes again, or is gone */
	SESSION_EV_AUTH,    /* answers of peers */
	SESSION_EV_KEYS,
	SESSION_EV_SENDER,
	SESSION_EV_RCPT,
	SESSION_EV_OPENED,
	SESSION_EV_SIGNATURE,
	SESSION_EV_DONE
};

/* Which request an answer belongs to; reply NULL: that peer is gone. */
struct session_answer {
	uint64_t id;
	const void *reply;
};

/* What a session waits for; its owner turns it into socket calls. */
enum want {
	WANT_AGAIN, /* nothing: only between the steps of a session */
	WANT_READ,
	WANT_WRITE, /* output to drain */
	WANT_PEER,  /* an answer; input may wait */
	WANT_TLS,   /* send the output, then shake hands */
	WANT_CLOSE  /* send the output, then close */
};

/* What all sessions of the process share. */
struct session_env {
	struct submission_env sub;
	struct throttled *throttled;
	struct frontstats stats;
	TAILQ_HEAD(session_blocked, session)
	blocked; /* the queue's channel is full */
};

typedef void (*session_owner_cb)(struct session *, enum want, void *);

struct session {
	struct session_env *env;
	struct frontconf *conf;
	session_owner_cb owner;
	void *owner_arg;
	enum session_state state; /* only session_enter() changes it */
	uint64_t number;	  /* for the debug log */
	struct evbuffer *in;	  /* the owner's */
	struct evbuffer *out;
	struct line line;
	struct tx *tx;
	struct submission_client client; /* for it */
	struct senders senders;
	struct command_mail asked;     /* MAIL: what control is asked about */
	char asked_in[OBJECT_ID_SIZE]; /* its compartment, if known */
	uint64_t ask;		       /* id of the request in SESSION_ASK */
	struct sasl sasl;
	bool stopping;
	bool is_blocked;
	struct command_chunk chunk;
	struct pace pace;
	enum reply late; /* to a bad line, after the answers before it */
	bool late_close;
	TAILQ_ENTRY(session) blocked;
	unsigned have; /* HAVE_EHLO, HAVE_TLS, HAVE_AUTH */
	bool esmtp;
	unsigned errors; /* since the last accepted message */
	unsigned junk;	 /* commands that send nothing, since then */
	char helo[DOMAIN_SIZE];
	char user[OBJECT_ID_SIZE];
	char credential[OBJECT_ID_SIZE];
	char source[HOST_SIZE];
	char tls[SMTPD_TLS_SIZE]; /* "TLSv1.3 CIPHER" */
};

struct session *session_new(struct session_env *, struct frontconf *,
    struct evbuffer *in, const char *source, session_owner_cb, void *);
void session_free(struct session *);
void session_event(struct session *, enum session_event,
    const struct session_answer *);
void session_enter(struct session *, enum session_state);
unsigned session_timeout(const struct session *);
bool session_receives(const struct session *);
void session_set_tls(struct session *, const char *version, const char *cipher);
void session_reply(struct session *, enum reply, const char *first,
    const char *second);
void session_refuse(struct session *, enum reply, const char *first,
    const char *second, const char *rcpt);
void session_cancel(struct session *);
void session_reset(struct session *);

#endif /* SESSION_H */
