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
 * The binary header of the PROXY protocol, version 2: who a client is, in the
 * words of a proxy. Pure.
 */
#ifndef PROXY_H
#define PROXY_H

#include <sys/socket.h>

#include <stddef.h>
#include <stdint.h>

/* Octets that tell how many follow. */
#define PROXY_HEAD 16u

enum proxy_result {
	PROXY_OK,    /* a client; its address is known */
	PROXY_LOCAL, /* the proxy speaks for itself */
	PROXY_BAD
};

int proxy_rest(const uint8_t head[PROXY_HEAD], size_t *rest);
enum proxy_result proxy_parse(const uint8_t *, size_t,
    struct sockaddr_storage *);

#endif /* PROXY_H */
