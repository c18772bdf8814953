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
 * What a peer has claimed of retry tokens, for intake.c: a claim lives until
 * its COMMIT or ABORT, or the end of its peer.
 */
#ifndef CLAIM_H
#define CLAIM_H

#include <stdbool.h>
#include <stdint.h>

#include "retry.h"

struct chan;
struct envelope_retry;
struct msgin;
struct queue;
struct submit_commit;

/* What a COMMIT with a claim keeps; without one only claim counts, NULL. */
struct kept {
	struct claim *claim;
	bool large; /* the message is in a segment of its own */
	struct retry_record record;
};

int claims_ask(struct queue *, struct claim_list *, struct chan *,
    struct msgin *);
int claims_take(struct claim_list *, uint64_t id, struct claim **);
int claims_abort(struct queue *, struct claim_list *, uint64_t id);
void claims_clear(struct queue *, struct claim_list *);
void kept_make(struct kept *, const struct submit_commit *, int64_t accepted,
    struct envelope_retry *);
void kept_end(struct queue *, struct kept *, bool durable);

#endif
