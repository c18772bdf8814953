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
 * A submitting client of the benchmark: one SMTP session after another over
 * a socket that does not block, plain or with STARTTLS and AUTH PLAIN, or
 * one HTTPS connection after another.  It counts and times nothing itself;
 * its owner does, in the hooks.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include <sys/socket.h>

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client;
struct web;

/* What all clients of a run share; the counts at first 0. */
struct client_conf {
	unsigned greetings; /* connections that wait for theirs */
	unsigned waiting;   /* clients that wait to connect */
	struct sockaddr_in to;
	SSL_CTX *tls;	  /* NULL: no STARTTLS */
	struct web *web;  /* NULL: SMTP */
	const char *auth; /* "AUTH PLAIN ..." with CRLF, or NULL */
	const char *sender;
	const char *domain; /* of recipients */
	const char *body;   /* of every message, with the final dot */
	size_t body_len;
	unsigned per_connection; /* messages; 0: no limit */
	bool idle;		 /* stop before MAIL and stay */
	int epoll;
	/* The next message's number, or -1: none is left. */
	long (*next)(void *arg);
	/* The server took it, after so many nanoseconds. */
	void (*accepted)(int64_t took, void *arg);
	/* An idle client has got as far as it goes. */
	void (*ready)(void *arg);
	/* A session ended before its time; a message in it is not counted. */
	void (*failed)(const char *step, const char *reply, void *arg);
	/* This client has no more to do. */
	void (*finished)(void *arg);
	void *arg;
};

struct client *client_new(struct client_conf *);
void client_free(struct client *);
void client_event(struct client *, uint32_t events);
void client_tick(struct client *, int64_t now);
int64_t client_now(void);

#endif /* CLIENT_H */
