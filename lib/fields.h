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
 * What a submission server does to a message header (RFC 6409 section 8):
 * checks it, adds what is missing, takes out what others must not see. Pure.
 */
#ifndef FIELDS_H
#define FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"

struct header;

enum fields_status {
	FIELDS_OK,
	FIELDS_PARSE, /* it cannot be sent */
	FIELDS_FROM   /* nor what From has, which bad quotes */
};

/* For Received, Date and Message-ID; a NULL is left out. */
struct fields_trace {
	const char *hostname;
	const char *protocol; /* as "with" has it, never NULL */
	const char *helo;
	const char *source; /* client address */
	const char *tls;
	const char *rcpt;   /* only if there is one recipient */
	const char *sender; /* only if From has several addresses */
	uint64_t id;
	int64_t now;
	int offset_minutes;
};

enum fields_status fields_from(const struct header *, bool utf8,
    struct address **from, size_t *count, char bad[ADDRESS_SIZE]);
int fields_complete(struct header *, const struct fields_trace *);
void fields_copy_id(const struct header *, char *, size_t);

#endif /* FIELDS_H */
