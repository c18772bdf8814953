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
 * A batch of queue's and what has become of each of its recipients.
 */
#ifndef JOB_H
#define JOB_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stdint.h>

#include "proto_work.h"

struct job;
struct segment;

enum job_rcpt {
	JOB_OPEN,     /* no outcome yet */
	JOB_ACCEPTED, /* by the server, in the running transaction */
	JOB_DONE      /* has its outcome */
};

/* Called once for each recipient. */
typedef void (
    *job_sink)(const struct job *, const struct work_outcome *, void *);

struct job {
	TAILQ_ENTRY(job) entry;
	struct work_batch batch;
	struct segment *segment;
	enum job_rcpt *state; /* batch.rcpts of them */
	uint32_t open;	      /* recipients without an outcome */
	unsigned returns;     /* connections that were lost under it */
	job_sink sink;
	void *arg;
};

TAILQ_HEAD(job_list, job);

struct job *job_new(struct work_batch *, struct segment *, job_sink, void *);
void job_free(struct job *);
void job_outcome(struct job *, uint32_t, const struct work_outcome *);
void job_outcome_all(struct job *, const struct work_outcome *);
void job_outcome_accepted(struct job *, const struct work_outcome *);
void job_log_outcome(const struct job *, const struct work_outcome *);
uint64_t job_size(const struct job *);

#endif
