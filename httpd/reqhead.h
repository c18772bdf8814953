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
 * What a head consists of, for request.c, which reads it, and reqcheck.c,
 * which says what it means. Nobody else's.
 */
#ifndef REQHEAD_H
#define REQHEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fault.h"
#include "request.h"

/* Offsets into the head; both parts end with a NUL. */
struct reqhead_field {
	uint16_t name;
	uint16_t value;
};

struct request {
	enum request_status status;
	struct fault fault;

	char *buf; /* the head so far */
	size_t len;
	size_t size;
	size_t line;  /* where the line that is read begins */
	bool started; /* the request line was read */
	bool padded;  /* an empty line came before it */

	enum request_method method;
	uint16_t method_name;
	uint16_t target;
	int minor; /* HTTP/1.x */
	struct reqhead_field fields[REQUEST_FIELDS_MAX];
	size_t fields_len;

	char *path; /* decoded, NUL after each segment */
	uint16_t segments[REQUEST_SEGMENTS_MAX];
	size_t segments_len;
	const char *query;

	enum request_framing framing;
	uint64_t length;
	bool keep_alive;
	bool expects;
};

int reqhead_check(struct request *);

#endif
