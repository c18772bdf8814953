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
 * The bytes of a connection: a non-blocking socket, plain or with libtls.
 * It moves them and says what it waits for; events, buffers for input and
 * time are tlsio's.
 *
 * Each direction is "blocked" or not, and what unblocks it is input or
 * output of the socket: TLS may need either for either.
 */
#ifndef WIRE_H
#define WIRE_H

#include <sys/types.h>

#include <stdbool.h>

struct evbuffer;
struct ssl_st;
struct tls;
struct tls_config;

/* Outcomes besides a number of octets; 0 is end of file, or done. */
#define WIRE_FAILED  (-1)
#define WIRE_BLOCKED (-2)

struct wire_direction {
	bool blocked;
	short on; /* EV_READ or EV_WRITE unblocks it */
};

struct wire {
	int fd;
	struct tls *tls;
	struct ssl_st *ssl; /* that tls is made of */
	char *error;
	struct wire_direction in;
	struct wire_direction out;
	bool secure;	/* the handshake is done, bytes go through tls */
	bool truncated; /* TLS ended without its close */
};

void wire_init(struct wire *, int);
void wire_clear(struct wire *);
void wire_block(struct wire_direction *, short);
void wire_unblock(struct wire *, short);
void wire_error(struct wire *, const char *);
int wire_accept(struct wire *, struct tls *);
int wire_connect(struct wire *, struct tls_config *, const char *);
ssize_t wire_connected(struct wire *);
ssize_t wire_handshake(struct wire *);
ssize_t wire_recv(struct wire *, struct evbuffer *);
ssize_t wire_send(struct wire *, struct evbuffer *);
ssize_t wire_close(struct wire *);
ssize_t wire_discard(struct wire *);

#endif
