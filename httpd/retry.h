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
 * opc-retry-token: what of a request tells the queue whether it came before.
 */
#ifndef RETRY_H
#define RETRY_H

#include <stdint.h>

#include "bounds.h"

struct exchange;
struct fault;
struct request;
struct submit_claimed;

/* What a request has of its token; begins as zeros. */
struct retry {
	uint64_t ask;
	uint64_t claim; /* it is the only one with that token; or 0 */
	uint64_t epoch; /* the life of the queue that knows the claim */
	struct submit_claimed *again; /* what it came to before; or NULL */
};

enum retry_result {
	RETRY_NONE,   /* there is no token */
	RETRY_ASKED,  /* the queue will answer */
	RETRY_NEW,    /* nothing is known of it */
	RETRY_AGAIN,  /* again says what it came to */
	RETRY_REFUSED /* the fault says why */
};

int retry_token(const struct request *, const char **token, struct fault *);
enum retry_result retry_ask(struct retry *, struct exchange *, struct fault *);
enum retry_result retry_answer(struct retry *, const struct submit_claimed *,
    struct fault *);
int retry_check(const struct retry *, const struct exchange *, struct fault *);
void retry_drop(struct retry *, struct exchange *);
void retry_clear(struct retry *, struct exchange *);
int retry_digest(const struct exchange *, uint8_t digest[RETRY_DIGEST_SIZE]);

#endif /* RETRY_H */
