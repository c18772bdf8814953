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
 * The head of an HTTP/1.1 request (RFC 9112), fed as it comes. Strict: what
 * two programs could read in two ways is refused. Bytes in, a struct out; it
 * never sees the body and does not know which paths there are.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "httplimits.h"

struct fault;
struct request;

enum request_method {
	REQUEST_GET,
	REQUEST_HEAD,
	REQUEST_POST,
	REQUEST_PUT,
	REQUEST_DELETE,
	REQUEST_PATCH,
	REQUEST_OPTIONS,
	REQUEST_OTHER /* well-formed, and nothing that is served */
};

enum request_status {
	REQUEST_MORE,	/* head is not complete */
	REQUEST_READY,	/* it is; what was not used belongs to the body */
	REQUEST_REFUSED /* see request_fault(); close after the answer */
};

enum request_framing {
	REQUEST_NO_BODY,
	REQUEST_LENGTH, /* Content-Length, which may be 0 */
	REQUEST_CHUNKED
};

struct request *request_new(void);
void request_free(struct request *);
void request_reset(struct request *);

enum request_status request_feed(struct request *, const char *, size_t len,
    size_t *used);
bool request_begun(const struct request *);
const struct fault *request_fault(const struct request *);

/* All that follows: of a head that is ready. Strings belong to it. */
enum request_method request_method(const struct request *);
const char *request_method_name(const struct request *);
const char *request_target(const struct request *);
const char *request_query(const struct request *);
size_t request_segments(const struct request *);
const char *request_segment(const struct request *, size_t);
enum request_framing request_framing(const struct request *);
uint64_t request_length(const struct request *);
bool request_keep_alive(const struct request *);
bool request_expects(const struct request *);

const char *request_field(const struct request *, const char *name, size_t nth);
const char *request_value(const struct request *, const char *name);
bool request_type_is(const struct request *, const char *type);

#endif
