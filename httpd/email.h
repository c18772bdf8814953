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
 * SubmitEmailDetails (https.md section 2.1): JSON in, a checked struct out.
 * Whether the sender may send, it does not ask.
 */
#ifndef EMAIL_H
#define EMAIL_H

#include <stddef.h>

#include "address.h"
#include "httplimits.h"
#include "json.h"

struct fault;
struct json_object;

struct email_address {
	struct address address; /* ASCII */
	struct json_text name;	/* s is NULL: none */
};

/* A field of the client's own; neither part can break a header. */
struct email_field {
	const char *name;
	struct json_text value;
};

/* Strings belong to the document that it was read from, which it holds. */
struct email {
	struct json_object *document;
	struct email_address sender;
	struct json_text compartment;
	struct email_address rcpts[EMAIL_RCPTS_MAX]; /* to, cc, bcc in turn */
	size_t to_len;
	size_t cc_len;
	size_t bcc_len;
	struct email_address reply_to[EMAIL_REPLYTO_MAX];
	size_t reply_to_len;
	struct json_text subject;
	struct json_text html; /* s is NULL: none; one of the two is there */
	struct json_text text;
	struct email_field fields[EMAIL_FIELDS_MAX];
	size_t fields_len;
	struct json_text message_id; /* without brackets; NULL: none */
};

struct email *email_read(const char *, size_t len, struct fault *);
void email_free(struct email *);
size_t email_rcpts(const struct email *);

#endif
