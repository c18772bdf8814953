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
 * store verify: one table after the other, each in a thread of its own, so
 * that others are served meanwhile.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "checker.h"
#include "control.h"
#include "job.h"
#include "log.h"
#include "row.h"
#include "store.h"
#include "turn.h"
#include "verb_backup.h"

/* Looks at a table that is written to again and again. */
#define CHECK_TRIES 10u

/* What goes on; its thread may outlive the job. */
struct check {
	struct control *control;
	struct job *job; /* NULL: it has ended */
	struct turn *turn;
	bool runs;	/* the thread */
	unsigned table; /* this one */
	unsigned tries; /* of it */
	unsigned damaged;
	unsigned unknown;
};

static void
check_free(struct check *c)
{
	c->control->check = NULL;
	turn_free(c->turn);
	free(c);
}

/* Nobody waits; a thread that runs is heard of all the same. */
static void
check_cancel(struct job *j)
{
	struct check *c;

	c = j->work;
	j->work = NULL;
	j->cancel = NULL;
	c->job = NULL;
	if (!c->runs)
		check_free(c);
}

static void
check_end(struct job *j)
{
	struct check *c;
	unsigned damaged, unknown;

	c = j->work;
	damaged = c->damaged;
	unknown = c->unknown;
	check_cancel(j);
	if (damaged > 0)
		job_fail(j,
		    "stop edd, then put back a copy of the folder of the "
		    "store, or begin with an empty one and \"edctl restore\" a "
		    "backup",
		    "%u of %u tables of the policy store are damaged", damaged,
		    (unsigned)STORE_TABLES);
	else if (unknown > 0)
		job_fail(j, "look at the log, and try again",
		    "%u of %u tables could not be looked at", unknown,
		    (unsigned)STORE_TABLES);
	else
		job_ok(j);
}

/* What is known of this table; then the next. */
static void
check_row(struct job *j, const char *state, const char *why)
{
	struct admin_progress progress;
	struct check *c;
	const char *name;

	c = j->work;
	name = store_table_name((enum store_table)c->table);
	if (why[0] != '\0')
		log_warnx("store: %s is %s: %s", name, state, why);
	row_str(j->row, "table", name);
	row_str(j->row, "state", state);
	row_str(j->row, "why", why);
	job_send(j);
	c->tries = 0;
	progress.done = ++c->table;
	progress.total = STORE_TABLES;
	job_progress(j, &progress);
	if (c->table < STORE_TABLES)
		turn_next(c->turn);
	else
		check_end(j);
}

static void
check_unknown(struct job *j, const char *why)
{
	((struct check *)j->work)->unknown++;
	check_row(j, "unknown", why);
}

static void
checked_cb(struct store_check *check, void *arg)
{
	enum store_check_result result;
	char why[ERROR_SIZE];
	struct check *c;

	c = arg;
	c->runs = false;
	result = store_check_end(check, why, sizeof(why));
	if (c->job == NULL) {
		check_free(c);
		return;
	}
	switch (result) {
	case STORE_CHECK_GOOD:
		check_row(c->job, "good", "");
		return;
	case STORE_CHECK_DAMAGED:
		c->damaged++;
		check_row(c->job, "damaged", why);
		return;
	case STORE_CHECK_CHANGED:
		if (c->tries < CHECK_TRIES)
			turn_next(c->turn);
		else
			check_unknown(c->job,
			    "it is written to all the time: try again later");
		return;
	case STORE_CHECK_UNKNOWN:
		break;
	}
	check_unknown(c->job, why);
}

static void
check_step(struct job *j)
{
	struct store_check *check;
	char why[ERROR_SIZE];
	struct check *c;

	c = j->work;
	if (store_transaction(j->control->store) != 0) {
		turn_next(c->turn);
		return;
	}
	c->tries++;
	check = store_check_begin(j->control->store, (enum store_table)c->table,
	    why, sizeof(why));
	if (check == NULL) {
		check_unknown(j, why);
		return;
	}
	if (checker_start(check, checked_cb, c) == 0) {
		c->runs = true;
		return;
	}
	log_warn("store: no thread to look at it");
	(void)store_check_end(check, why, sizeof(why));
	check_unknown(j, "no thread for it");
}

/* store verify: one at a time, for it reads all of the disk. */
void
verb_store_verify(struct job *j)
{
	struct check *c;

	if (j->control->check != NULL) {
		job_fail(j, "wait until that is done",
		    "another \"store verify\" is going on");
		return;
	}
	c = calloc(1, sizeof(*c));
	if (c == NULL || (c->turn = turn_new(j, check_step)) == NULL) {
		free(c);
		job_fail(j, NULL, "out of memory");
		return;
	}
	c->control = j->control;
	c->job = j;
	j->work = j->control->check = c;
	j->cancel = check_cancel;
	turn_next(c->turn);
}
