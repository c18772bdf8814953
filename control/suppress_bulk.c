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
 * suppression count and remove.  Removing many is some in a turn, each turn a
 * transaction that does not wait for the disk; the record of the change at the
 * end does, and with it all before.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "compartment.h"
#include "control.h"
#include "job.h"
#include "row.h"
#include "store.h"
#include "suppress.h"
#include "suppress_list.h"
#include "turn.h"
#include "verb_need.h"

/* Records of a turn that are looked at, and that are removed. */
#define BULK_LOOK   2000u
#define BULK_REMOVE 200u

struct bulk {
	struct turn *turn;
	struct suppress_walk walk;
	char what[ERROR_SIZE]; /* is removed, for the audit */
	uint64_t n;
	unsigned found;
	struct suppression *list; /* of those to remove; NULL: they count */
};

static void
bulk_free(struct job *j)
{
	struct bulk *b;

	b = j->work;
	j->work = NULL;
	j->resume = j->cancel = NULL;
	turn_free(b->turn);
	free(b->list);
	free(b);
}

static void
bulk_resume(struct job *j)
{
	turn_next(((struct bulk *)j->work)->turn);
}

/* Begin; NULL and the job has ended. */
static struct bulk *
bulk_new(struct job *j, const struct suppress_filter *filter,
    void (*step)(struct job *))
{
	struct bulk *b;

	b = calloc(1, sizeof(*b));
	if (b == NULL || (b->turn = turn_new(j, step)) == NULL) {
		free(b);
		job_fail(j, NULL, "out of memory");
		return NULL;
	}
	suppress_walk_init(&b->walk, j->control->suppress, filter);
	j->work = b;
	j->resume = bulk_resume;
	j->cancel = bulk_free;
	return b;
}

/* A sign of life for one who waits. */
static void
bulk_progress(struct job *j, uint64_t done)
{
	struct admin_progress progress = { done, 0 };

	job_progress(j, &progress);
}

static void
bulk_answer(struct job *j, const char *name, uint64_t n)
{
	bulk_free(j);
	row_num(j->row, name, (int64_t)n);
	job_send(j);
	job_ok(j);
}

static bool
count_cb(const struct suppression *s, void *arg)
{
	((struct bulk *)arg)->n++;
	return true;
}

static void
count_step(struct job *j)
{
	struct bulk *b;

	b = j->work;
	if (suppress_walk_step(&b->walk, BULK_LOOK, count_cb, b) != STORE_OK) {
		bulk_free(j);
		job_fail_store(j);
		return;
	}
	if (b->walk.done) {
		bulk_answer(j, "count", b->n);
		return;
	}
	bulk_progress(j, b->walk.looked);
	turn_next(b->turn);
}

/*
 * suppression count [compartment NAME] [prefix TEXT] [domain DOMAIN]
 * [reason REASON] [older TIME] [newer TIME]
 */
void
verb_suppression_count(struct job *j)
{
	static const struct suppress_args at = { 0, 1, 2, 3, 4, 5 };
	struct suppress_filter filter;

	if (suppress_need_filter(j, &at, &filter) == -1 ||
	    bulk_new(j, &filter, count_step) == NULL)
		return;
	count_step(j);
}

static bool
remove_cb(const struct suppression *s, void *arg)
{
	struct bulk *b;

	b = arg;
	b->list[b->found++] = *s;
	return b->found < BULK_REMOVE;
}

/* Those that were found, in one transaction.  0 or -1. */
static int
remove_found(struct job *j, struct bulk *b)
{
	struct suppression_tx tx;
	enum store_status r;
	unsigned i;

	if (b->found == 0)
		return 0;
	if (store_begin(j->control->store) == -1)
		return -1;
	suppression_tx_init(&tx, j->control->suppress);
	r = STORE_OK;
	for (i = 0; i < b->found && r != STORE_FAIL; i++)
		r = suppression_tx_del(&tx, &b->list[i]);
	if (r == STORE_FAIL || suppression_tx_end(&tx) != STORE_OK) {
		store_abort(j->control->store);
		return -1;
	}
	if (store_commit_lazy(j->control->store) == -1)
		return -1;
	suppress_relieve(j->control->suppress, b->found);
	b->n += b->found;
	b->found = 0;
	return 0;
}

/* The record of what was removed, in the open transaction or without one. */
static void
remove_audit(struct job *j, const struct bulk *b)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "%" PRIu64 " suppressions", b->n);
	job_audit(j, b->what, text, NULL);
}

/* What was removed is in the audit, also if nobody waits for the end. */
static int
remove_sync(struct job *j, const struct bulk *b)
{
	if (b->n == 0)
		return 0;
	if (store_begin(j->control->store) == -1)
		return -1;
	remove_audit(j, b);
	if (audit_commit(j->control->audit) == 0)
		return 0;
	store_abort(j->control->store);
	return -1;
}

/* The same, as soon as the store takes it. */
static void
remove_settle(struct job *j, const struct bulk *b)
{
	if (remove_sync(j, b) == -1)
		remove_audit(j, b);
}

static void
remove_cancel(struct job *j)
{
	remove_settle(j, j->work);
	bulk_free(j);
}

static void
remove_fail(struct job *j)
{
	char text[ERROR_SIZE];
	const char *why;
	uint64_t n;

	why = store_why(j->control->store);
	n = ((struct bulk *)j->work)->n;
	remove_settle(j, j->work);
	bulk_free(j);
	j->control->failures++;
	(void)snprintf(text, sizeof(text),
	    "%" PRIu64 " suppressions were removed before that", n);
	job_fail(j, text, "%s", why);
}

static void
remove_step(struct job *j)
{
	struct bulk *b;

	b = j->work;
	if (suppress_walk_step(&b->walk, BULK_LOOK, remove_cb, b) != STORE_OK ||
	    remove_found(j, b) == -1 ||
	    (b->walk.done && remove_sync(j, b) == -1)) {
		remove_fail(j);
		return;
	}
	if (b->walk.done) {
		bulk_answer(j, "removed", b->n);
		return;
	}
	bulk_progress(j, b->walk.looked);
	turn_next(b->turn);
}

static void
remove_one(struct job *j)
{
	struct suppression s;
	struct compartment c;

	if (suppress_need(j, j->arg[1], &s, &c) == -1 || need_begin(j) == -1)
		return;
	if (suppression_del(j->control->suppress, &s) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	job_audit(j, s.address, c.name, NULL);
	if (job_commit(j) == -1)
		return;
	job_ok(j);
}

/* The conditions in words. */
static void
remove_describe(const struct job *j, char *text, size_t size)
{
	size_t i, len;

	(void)snprintf(text, size, "all");
	for (i = 1; i < VERB_ARGS_MAX; i++) {
		if (j->arg[i] == NULL)
			continue;
		len = strlen(text);
		(void)snprintf(text + len, size - len, " %s %s",
		    j->verb->arg[i].keyword, j->arg[i]);
	}
}

/*
 * suppression remove [ADDRESS|all] [compartment NAME] [prefix TEXT]
 * [domain DOMAIN] [reason REASON] [older TIME] [newer TIME]: one, or all that
 * every condition holds for.
 */
void
verb_suppression_remove(struct job *j)
{
	static const struct suppress_args at = { 1, 2, 3, 4, 5, 6 };
	struct suppress_filter filter;
	struct bulk *b;
	bool all, given;

	given = suppress_filter_given(j, &at);
	all = j->arg[0] != NULL && strcmp(j->arg[0], "all") == 0;
	if (j->arg[0] == NULL && !given) {
		job_fail(j, "give an address, a condition, or \"all\"",
		    "which suppressions?");
		return;
	}
	if (j->arg[0] != NULL && !all) {
		if (given)
			job_fail(j, NULL,
			    "an address, or conditions: not both");
		else
			remove_one(j);
		return;
	}
	if (suppress_need_filter(j, &at, &filter) == -1)
		return;
	filter.expired = true;
	b = bulk_new(j, &filter, remove_step);
	if (b == NULL)
		return;
	j->cancel = remove_cancel;
	remove_describe(j, b->what, sizeof(b->what));
	b->list = calloc(BULK_REMOVE, sizeof(*b->list));
	if (b->list == NULL) {
		bulk_free(j);
		job_fail(j, NULL, "out of memory");
		return;
	}
	remove_step(j);
}
