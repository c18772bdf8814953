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
 * Lists of suppressions.  There may be millions: a few are looked at in a
 * turn, and the reader sets the pace.
 */
#include "suppress_list.h"

#include <stdlib.h>
#include <string.h>

#include "compartment.h"
#include "control.h"
#include "id.h"
#include "job.h"
#include "row.h"
#include "turn.h"

/* Records of a turn: a millisecond or two. */
#define LIST_TURN 500u

struct list {
	struct turn *turn;
	struct suppress_walk walk;
	struct compartment place; /* of the row that was sent last */
};

/* Fill the row of a suppression. */
void
suppress_row(struct job *j, const struct suppression *s,
    const char *compartment)
{
	char id[OBJECT_ID_SIZE], message[ID_TEXT_SIZE];

	suppression_id(s, id);
	row_str(j->row, "address", s->address);
	row_str(j->row, "compartment", compartment);
	row_str(j->row, "reason", suppression_reason_name(s->reason));
	row_time(j->row, "created", s->created);
	row_time(j->row, "expires", s->expires);
	row_time(j->row, "suppressed", s->suppressed);
	row_str(j->row, "message",
	    s->message == 0 ? "" : id_format(s->message, message));
	row_str(j->row, "messageId", s->message_id);
	row_str(j->row, "host", s->host);
	row_str(j->row, "text", s->text);
	row_str(j->row, "id", id);
}

static void
list_free(struct job *j)
{
	struct list *l;

	l = j->work;
	j->work = NULL;
	j->resume = j->cancel = NULL;
	turn_free(l->turn);
	free(l);
}

static void
list_resume(struct job *j)
{
	struct list *l;

	l = j->work;
	turn_next(l->turn);
}

static bool
list_cb(const struct suppression *s, void *arg)
{
	struct list *l;
	struct job *j;

	j = arg;
	l = j->work;
	if (strcmp(l->place.id, s->compartment) != 0 &&
	    compartment_get(j->control->store, s->compartment, &l->place) !=
		STORE_OK)
		return true;
	suppress_row(j, s, l->place.name);
	job_send(j);
	return !job_is_full(j);
}

/* Some more rows; the next when there is room for them. */
static void
list_step(struct job *j)
{
	enum store_status r;
	struct list *l;

	l = j->work;
	r = suppress_walk_step(&l->walk, LIST_TURN, list_cb, j);
	if (r == STORE_OK && !l->walk.done) {
		if (!job_is_full(j))
			turn_next(l->turn);
		return;
	}
	list_free(j);
	if (r == STORE_OK)
		job_ok(j);
	else
		job_fail_store(j);
}

static void
list_start(struct job *j, const struct suppress_args *at)
{
	struct suppress_filter filter;
	struct list *l;

	if (suppress_need_filter(j, at, &filter) == -1)
		return;
	l = calloc(1, sizeof(*l));
	if (l == NULL || (l->turn = turn_new(j, list_step)) == NULL) {
		free(l);
		job_fail(j, NULL, "out of memory");
		return;
	}
	suppress_walk_init(&l->walk, j->control->suppress, &filter);
	j->work = l;
	j->resume = list_resume;
	j->cancel = list_free;
	list_step(j);
}

/*
 * suppression list [compartment NAME] [prefix TEXT] [domain DOMAIN]
 * [reason REASON] [older TIME] [newer TIME]
 */
void
verb_suppression_list(struct job *j)
{
	static const struct suppress_args at = { 0, 1, 2, 3, 4, 5 };

	list_start(j, &at);
}

/*
 * suppression export [FILE] [format FORMAT] and the same; the first two are
 * edctl's own.
 */
void
verb_suppression_export(struct job *j)
{
	static const struct suppress_args at = { 2, 3, 4, 5, 6, 7 };

	list_start(j, &at);
}
