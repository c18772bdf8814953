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
 * The envelope of a message as it is stored: what COMMIT and RCPT of
 * proto_submit.h said.  Pure: a blob in, pointers into it out.
 */
#ifndef ENVELOPE_H
#define ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "blob.h"
#include "bounds.h"

/* Of the flags, besides those of proto_submit.h: a retry token is there. */
#define ENVELOPE_RETRY 0x40u

/* On disk only, beside those of proto_submit.h: the body is not as it was. */
#define ENVELOPE_DAMAGED 0x80000000u

enum envelope_kind {
	ENVELOPE_MAIL = 1,
	ENVELOPE_BOUNCE, /* made here; its failures end silently */
	ENVELOPE_KIND_LAST = ENVELOPE_BOUNCE
};

/* What is kept with a retry token; see retry.h. */
struct envelope_retry {
	uint8_t key[RETRY_KEY_SIZE];
	uint8_t digest[RETRY_DIGEST_SIZE];
	uint64_t suppressed;
};

/* Strings are the blob's, or the caller's when encoding; never NULL. */
struct envelope {
	enum envelope_kind kind;
	int64_t accepted; /* unix milliseconds */
	uint32_t flags;	  /* ENVELOPE_8BIT and so on */
	const char *sender;
	const char *return_path;
	const char *from;
	const char *message_id;
	const char *envid;
	const char *user;
	const char *compartment;
	const char *selector;
	const char *source;
	const char *sources; /* addresses that it leaves from; may be empty */
	const struct envelope_retry *retry; /* NULL: none */
	struct envelope_retry retry_read;   /* where decoding puts it */
	uint32_t rcpts;	     /* 0 only with retry: it is kept for itself */
	const uint8_t *rcpt; /* encoded recipients */
	size_t rcpt_len;
};

struct envelope_rcpt {
	uint8_t notify;
	const char *address;
	const char *orcpt;
};

void envelope_encode(struct blob *, const struct envelope *);
void envelope_set_damaged(uint8_t *);
int envelope_decode(struct envelope *, const void *, size_t);
void envelope_put_rcpt(struct blob *, const struct envelope_rcpt *);
bool envelope_has_retry(const void *, size_t);
void envelope_first(const struct envelope *, struct cursor *);
int envelope_next(struct cursor *, struct envelope_rcpt *);
int envelope_domain(const char *address, char *, size_t);

#endif
