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
 * The body of a request, by Content-Length or chunked (RFC 9112 sections 6
 * and 7): framing taken off, size bounded, SHA-256 kept. It holds no content.
 */
#ifndef REQBODY_H
#define REQBODY_H

#include <stddef.h>
#include <stdint.h>

#include "request.h"

#define REQBODY_DIGEST 32u

struct fault;
struct reqbody;

enum reqbody_status {
	REQBODY_MORE,
	REQBODY_DONE,	/* what was not used is the next request */
	REQBODY_REFUSED /* the fault says why; close after the answer */
};

/* A run of content, never empty; -1 ends it all with FAULT_INTERNAL. */
typedef int (*reqbody_cb)(void *, const char *, size_t);

struct reqbody *reqbody_new(enum request_framing, uint64_t length, uint64_t max,
    reqbody_cb, void *arg, struct fault *);
int reqbody_hash(struct reqbody *);
void reqbody_free(struct reqbody *);
enum reqbody_status reqbody_feed(struct reqbody *, const char *, size_t,
    size_t *used, struct fault *);
uint64_t reqbody_size(const struct reqbody *);
int reqbody_digest(struct reqbody *, uint8_t digest[REQBODY_DIGEST]);

#endif
