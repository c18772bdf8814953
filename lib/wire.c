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
 * libtls and plain calls on one socket.  It must not know what the bytes
 * mean, must not block, and calls nobody back.
 */
#include "wire.h"

#include <sys/socket.h>

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <tls.h>
#include <unistd.h>

#include "bounds.h"

/* One for all connections: nothing stays in it between calls. */
static uint8_t chunk[TLSIO_CHUNK];

/* Take fd over.  Failing to switch off Nagle only costs time. */
void
wire_init(struct wire *w, int fd)
{
	int on;

	memset(w, 0, sizeof(*w));
	w->fd = fd;
	w->in.on = EV_READ;
	w->out.on = EV_WRITE;
	on = 1;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

/* Close at once and release. */
void
wire_clear(struct wire *w)
{
	tls_free(w->tls);
	(void)close(w->fd);
	free(w->error);
}

/* A direction waits for an event of the socket. */
void
wire_block(struct wire_direction *d, short on)
{
	d->blocked = true;
	d->on = on;
}

/* These events of the socket came. */
void
wire_unblock(struct wire *w, short events)
{
	if ((events & w->in.on) != 0)
		w->in.blocked = false;
	if ((events & w->out.on) != 0)
		w->out.blocked = false;
}

/* Keep the reason of a failure; the first one is the cause of the others. */
void
wire_error(struct wire *w, const char *text)
{
	if (w->error == NULL)
		w->error = strdup(text == NULL ? "unknown error" : text);
}

/* Translate what libtls returned; d is what it was tried for. */
static ssize_t
tls_outcome(struct wire *w, struct wire_direction *d, ssize_t n)
{
	if (n == TLS_WANT_POLLIN || n == TLS_WANT_POLLOUT) {
		wire_block(d, n == TLS_WANT_POLLIN ? EV_READ : EV_WRITE);
		return WIRE_BLOCKED;
	}
	if (n == -1) {
		wire_error(w, tls_error(w->tls));
		return WIRE_FAILED;
	}
	return n;
}

/* The same for a system call that waits for one thing only. */
static ssize_t
plain_outcome(struct wire *w, struct wire_direction *d, short on, ssize_t n)
{
	if (n >= 0)
		return n;
	if (errno == EAGAIN || errno == EINTR) {
		wire_block(d, on);
		return WIRE_BLOCKED;
	}
	wire_error(w, strerror(errno));
	return WIRE_FAILED;
}

/* The SSL that was made last. */
static SSL *made;

/*
 * OpenSSL gives the 32 KB of an idle connection's buffers back, and reads what
 * there is at once instead of the head of each record and then the rest.
 */
static void
ssl_new_cb(void *parent, void *ptr, CRYPTO_EX_DATA *ad, int idx, long argl,
    void *argp)
{
	made = parent;
	(void)SSL_set_mode(parent, SSL_MODE_RELEASE_BUFFERS);
	SSL_set_read_ahead(parent, 1);
#ifdef SSL_OP_CLEANSE_PLAINTEXT
	/* Passwords and keys come in. */
	(void)SSL_set_options(parent, SSL_OP_CLEANSE_PLAINTEXT);
#endif
}

/* libtls has no call for it, so it is done to each SSL as it is made. */
static void
tls_prepare(void)
{
	static bool done;

	if (!done)
		(void)SSL_get_ex_new_index(0, NULL, ssl_new_cb, NULL, NULL);
	done = true;
}

/* Be a TLS server from the next wire_handshake() on.  0 or -1. */
int
wire_accept(struct wire *w, struct tls *server)
{
	tls_prepare();
	if (tls_accept_socket(server, &w->tls, w->fd) == -1) {
		wire_error(w, tls_error(server));
		return -1;
	}
	w->ssl = made;
	return 0;
}

/* Be a TLS client from the next wire_handshake() on.  0 or -1. */
int
wire_connect(struct wire *w, struct tls_config *config, const char *name)
{
	tls_prepare();
	w->tls = tls_client();
	if (w->tls == NULL) {
		wire_error(w, "out of memory");
		return -1;
	}
	if (tls_configure(w->tls, config) == -1 ||
	    tls_connect_socket(w->tls, w->fd, name) == -1) {
		wire_error(w, tls_error(w->tls));
		return -1;
	}
	w->ssl = made;
	return 0;
}

/* The outcome of connect(2), once output is not blocked: 0 or failed. */
ssize_t
wire_connected(struct wire *w)
{
	socklen_t len;
	int error;

	len = sizeof(error);
	if (getsockopt(w->fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
		error = errno;
	if (error == 0)
		return 0;
	wire_error(w, strerror(error));
	return WIRE_FAILED;
}

/* Go on with the handshake; w->in is what blocks.  0 when it is done. */
ssize_t
wire_handshake(struct wire *w)
{
	ssize_t n;

	n = tls_outcome(w, &w->in, tls_handshake(w->tls));
	if (n == 0) {
		w->secure = true;
		w->in.blocked = w->out.blocked = false;
	}
	return n;
}

/* Input to chunk. */
static ssize_t
chunk_recv(struct wire *w)
{
	ssize_t n;
	char c;

	if (!w->secure) {
		n = read(w->fd, chunk, sizeof(chunk));
		n = plain_outcome(w, &w->in, EV_READ, n);
		if (n > 0 && (size_t)n < sizeof(chunk))
			wire_block(&w->in, EV_READ);
		return n;
	}
	n = tls_read(w->tls, chunk, sizeof(chunk));
	n = tls_outcome(w, &w->in, n);
	if (n == WIRE_FAILED &&
	    recv(w->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) == 0) {
		w->truncated = true;
		return 0;
	}
	if (n > 0 && (size_t)n < sizeof(chunk) && !SSL_has_pending(w->ssl))
		wire_block(&w->in, EV_READ);
	return n;
}

/* Append at most TLSIO_CHUNK octets of input.  Through chunk: reading into
 * reserved space of an evbuffer was measured to cost four times as much. */
ssize_t
wire_recv(struct wire *w, struct evbuffer *to)
{
	ssize_t n;
	int rc;

	n = chunk_recv(w);
	if (n <= 0)
		return n;
	rc = evbuffer_add(to, chunk, (size_t)n);
	explicit_bzero(chunk, (size_t)n);
	if (rc == -1) {
		wire_error(w, "out of memory");
		return WIRE_FAILED;
	}
	return n;
}

/* One record's worth of output, gathered if it lies in pieces. */
static ssize_t
record_send(struct wire *w, struct evbuffer *from)
{
	struct evbuffer_iovec piece;
	const void *data;
	size_t len;
	ssize_t n;

	len = evbuffer_get_length(from);
	if (len > sizeof(chunk))
		len = sizeof(chunk);
	(void)evbuffer_peek(from, (ev_ssize_t)len, NULL, &piece, 1);
	data = piece.iov_base;
	if (piece.iov_len < len) {
		(void)evbuffer_copyout(from, chunk, len);
		data = chunk;
	}
	n = tls_outcome(w, &w->out, tls_write(w->tls, data, len));
	if (n > 0)
		(void)evbuffer_drain(from, (size_t)n);
	return n;
}

/*
 * Send from the front of a buffer that is not empty, and drain it of that.
 * Octets may be appended between tries, but not taken away.
 */
ssize_t
wire_send(struct wire *w, struct evbuffer *from)
{
	ssize_t n;

	if (w->secure)
		return record_send(w, from);
	n = evbuffer_write(from, w->fd);
	return plain_outcome(w, &w->out, EV_WRITE, n);
}

/* Say that no more comes: TLS's close if there is TLS, then TCP's.  0 done. */
ssize_t
wire_close(struct wire *w)
{
	ssize_t n;

	if (w->secure) {
		n = tls_outcome(w, &w->out, tls_close(w->tls));
		if (n != 0)
			return n;
	}
	if (shutdown(w->fd, SHUT_WR) == -1)
		return WIRE_FAILED;
	wire_block(&w->in, EV_READ);
	return 0;
}

/* Throw input away, below TLS.  0 when the peer has closed. */
ssize_t
wire_discard(struct wire *w)
{
	ssize_t n;

	n = read(w->fd, chunk, sizeof(chunk));
	return plain_outcome(w, &w->in, EV_READ, n);
}
