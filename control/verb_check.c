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
 * store verify: each table in its turn, so that others are served between.
 */
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "job.h"
#include "log.h"
#include "row.h"
#include "turn.h"
#include "verb_backup.h"
#include "verb_need.h"

struct check {
	struct turn *turn;
	unsigned table; /* the next one */
	unsigned damaged;
	unsigned unknown;
};

static void
check_free(struct job *j)
{
	struct check *c;

	c = j->work;
	if (j->control->checker == j)
		j->control->checker = NULL;
	turn_free(c->turn);
	free(c);
	j->work = NULL;
	j->cancel = NULL;
}

static void
check_end(struct job *j)
{
	struct check *c;
	unsigned damaged, unknown;

	c = j->work;
	damaged = c->damaged;
	unknown = c->unknown;
	check_free(j);
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

static void
check_row(struct job *j, enum store_table table, const char *state,
    const char *why)
{
	row_str(j->row, "table", store_table_name(table));
	row_str(j->row, "state", state);
	row_str(j->row, "why", why);
	job_send(j);
}

static void
check_step(struct job *j)
{
	struct admin_progress progress;
	enum store_table table;
	char why[ERROR_SIZE];
	struct check *c;

	c = j->work;
	if (store_transaction(j->control->store) != 0) {
		turn_next(c->turn);
		return;
	}
	table = (enum store_table)c->table++;
	switch (store_check(j->control->store, table, why, sizeof(why))) {
	case STORE_OK:
		check_row(j, table, "good", "");
		break;
	case STORE_NOTFOUND:
		log_warnx("store: %s is damaged: %s", store_table_name(table),
		    why);
		check_row(j, table, "damaged", why);
		c->damaged++;
		break;
	case STORE_FAIL:
		check_row(j, table, "unknown", why);
		c->unknown++;
		break;
	}
	progress.done = c->table;
	progress.total = STORE_TABLES;
	job_progress(j, &progress);
	if (c->table < STORE_TABLES)
		turn_next(c->turn);
	else
		check_end(j);
}

/*
 * store verify: nobody is served while a table is read; so there is one at a
 * time, and it is not for those who only administer.
 */
void
verb_store_verify(struct job *j)
{
	struct check *c;

	if (need_owner(j, "others wait while it reads") == -1)
		return;
	if (j->control->checker != NULL) {
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
	j->work = c;
	j->cancel = check_free;
	j->control->checker = j;
	turn_next(c->turn);
}
