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
 * One connection: a socket on the event loop, plain or with libtls, with an
 * input and an output buffer.  Used by servers (smtpd) and clients
 * (deliver).  It knows nothing of SMTP.
 *
 * Reading is on from the start.  It stops while the input buffer holds
 * tlsio_input_max() octets or more, and goes on when the owner has drained
 * it: by itself if that was done in the callback, else with
 * tlsio_read_enable(t, true).  TLSIO_READ tells of new bytes only: who turned
 * reading off and left bytes in the buffer looks at them again himself.
 *
 * What is written in one callback leaves in one go when it returns.
 */
#ifndef TLSIO_H
#define TLSIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct evbuffer;
struct event_base;
struct tls;
struct tls_config;
struct tlsio;

enum tlsio_event {
	TLSIO_CONNECTED, /* a connect or a TLS handshake is complete */
	TLSIO_READ,	 /* new bytes in the input buffer */
	TLSIO_DRAINED,	 /* the output buffer went empty (or below low mark) */
	TLSIO_EOF,	 /* peer closed; no more input, output still goes */
	TLSIO_TIMEOUT,	 /* nothing happened for the time set */
	TLSIO_ERROR,	 /* tlsio_error() has the text; nothing more comes */
	TLSIO_CLOSED	 /* after tlsio_close(): free it now */
};

/* The callback may do anything to its tlsio, tlsio_free() included. */
typedef void (*tlsio_cb)(struct tlsio *, enum tlsio_event, void *);

struct tlsio *tlsio_new(struct event_base *, int, tlsio_cb, void *);
void tlsio_free(struct tlsio *);
void tlsio_close(struct tlsio *);
int tlsio_connecting(struct tlsio *);
int tlsio_start_server(struct tlsio *, struct tls *);
int tlsio_start_client(struct tlsio *, struct tls_config *, const char *);

struct evbuffer *tlsio_input(struct tlsio *);
int tlsio_write(struct tlsio *, const void *, size_t);
size_t tlsio_unsent(const struct tlsio *);
void tlsio_read_enable(struct tlsio *, bool);
void tlsio_input_max(struct tlsio *, size_t);
void tlsio_output_low(struct tlsio *, size_t);
void tlsio_timeout(struct tlsio *, unsigned seconds);
void tlsio_deadline(struct tlsio *, unsigned seconds);

int tlsio_fd(const struct tlsio *);
bool tlsio_is_tls(const struct tlsio *);
bool tlsio_is_truncated(const struct tlsio *);
const char *tlsio_version(const struct tlsio *);
const char *tlsio_cipher(const struct tlsio *);
struct tls *tlsio_tls(const struct tlsio *);
const char *tlsio_error(const struct tlsio *);

#endif
