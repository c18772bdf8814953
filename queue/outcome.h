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
 * A batch at a deliver worker and what becomes of its recipients: marks,
 * events, notices, one bounce for those that failed.
 */
#ifndef OUTCOME_H
#define OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

struct batch_rcpt;
struct filter;
struct queue;
struct task;
struct work_batch;
struct work_outcome;

struct batch {
	uint64_t id;
	struct queue *queue;
	struct task *task;
	bool partial; /* more of the task than fits into one */
	uint32_t rcpts;
	uint32_t left; /* without an outcome */
	bool took;     /* something was delivered or refused for itself */
	bool down;     /* the destination could not be reached */
	bool tried;    /* at least one attempt to be counted */
	struct batch_rcpt *rcpt;
};

struct batch *batch_new(struct queue *, struct task *);
void batch_free(struct batch *);
int batch_take_rcpts(struct batch *, const struct work_batch *);
int batch_outcome(struct batch *, const struct work_outcome *);
void batch_over(struct batch *);
void batch_expire(struct batch *);
void batch_late(struct batch *);
void batch_damaged(struct batch *);
void batch_return(struct batch *, const struct filter *);

#endif
