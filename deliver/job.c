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
 * Batches.  This file sees to it that each recipient has exactly one outcome.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "id.h"
#include "job.h"
#include "log.h"
#include "outcome.h"
#include "reader.h"

/*
 * Make a job of a batch and its segment, both of which it takes over on
 * success.  NULL without memory.
 */
struct job *
job_new(struct work_batch *batch, struct segment *segment, job_sink sink,
    void *arg)
{
	struct job *job;

	job = calloc(1, sizeof(*job));
	if (job == NULL)
		return NULL;
	job->state = calloc(batch->rcpts, sizeof(*job->state));
	if (job->state == NULL) {
		free(job);
		return NULL;
	}
	job->batch = *batch;
	job->segment = segment;
	job->open = batch->rcpts;
	job->sink = sink;
	job->arg = arg;
	return job;
}

/*
 * Free a job; NULL is allowed.  Recipients without an outcome stay without
 * one: only for a job that queue has back, because its channel ended.
 */
void
job_free(struct job *job)
{
	if (job == NULL)
		return;
	work_batch_clear(&job->batch);
	segment_put(job->segment);
	free(job->state);
	free(job);
}

/* The outcome of the i-th recipient; a second one is not taken. */
void
job_outcome(struct job *job, uint32_t i, const struct work_outcome *what)
{
	struct work_outcome out = *what;

	if (job->state[i] == JOB_DONE)
		return;
	job->state[i] = JOB_DONE;
	job->open--;
	out.batch = job->batch.batch;
	out.index = job->batch.rcpt[i].index;
	job->sink(job, &out, job->arg);
}

/* The same outcome for all recipients that have none. */
void
job_outcome_all(struct job *job, const struct work_outcome *what)
{
	uint32_t i;

	for (i = 0; i < job->batch.rcpts; i++)
		job_outcome(job, i, what);
}

/* The same for those that the server has accepted. */
void
job_outcome_accepted(struct job *job, const struct work_outcome *what)
{
	uint32_t i;

	for (i = 0; i < job->batch.rcpts; i++)
		if (job->state[i] == JOB_ACCEPTED)
			job_outcome(job, i, what);
}

/* One line for the operator: what became of a recipient. */
void
job_log_outcome(const struct job *job, const struct work_outcome *out)
{
	char id[ID_TEXT_SIZE];
	const char *rcpt = "";
	uint32_t i;

	for (i = 0; i < job->batch.rcpts; i++)
		if (job->batch.rcpt[i].index == out->index)
			rcpt = job->batch.rcpt[i].address;
	log_info("%s to=<%s> outcome=%s failure=%s code=%u enhanced=%s "
		 "host=%s address=%s tls=\"%s\" text=\"%s\"",
	    id_format(job->batch.message, id), rcpt, outcome_name(out->outcome),
	    failure_name(out->failure), out->code, out->enhanced, out->host,
	    out->address, out->tls, out->text);
}

/* Octets of the message. */
uint64_t
job_size(const struct job *job)
{
	return job->batch.prefix_len + job->batch.body_len;
}
