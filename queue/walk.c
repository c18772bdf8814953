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
 * A walk.  Few messages are met in the order of their ids; of many, some ids
 * are taken at a time from the table, in whatever order it has them.
 */
#include "walk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "clock.h"
#include "envelope.h"
#include "id.h"
#include "message.h"
#include "proto_admin.h"
#include "qbounds.h"
#include "queue.h"
#include "spool.h"

static void
walk_free(void *arg)
{
	struct walk *w = arg;

	free(w->id);
	if (w->arg_free != NULL)
		w->arg_free(w->arg);
	else
		free(w->arg);
	free(w);
}

/*
 * A walk for a command whose filter begins at word first.  NULL: the answer
 * has ended, with what is wrong.
 */
struct walk *
walk_new(struct answer *a, const struct admin_command *cmd, uint32_t first)
{
	char why[ERROR_SIZE];
	struct filter f;
	struct walk *w;

	if (filter_parse(&f, cmd->word + first, cmd->words - first, why,
		sizeof(why)) == -1) {
		answer_fail(a, "see \"edctl help queue\"", "%s", why);
		return NULL;
	}
	w = calloc(1, sizeof(*w));
	if (w == NULL) {
		answer_fail(a, NULL, "queue is out of memory");
		return NULL;
	}
	w->answer = a;
	w->filter = f;
	return w;
}

/* The next ids.  false: there are none. */
static bool
refill(struct walk *w)
{
	struct messages *all = spool_messages(w->answer->queue->spool);

	w->next = 0;
	if (w->at == UINT64_MAX)
		w->ids = 0;
	else
		w->ids = messages_some(all, &w->at, w->id, WALK_IDS);
	return w->ids > 0;
}

/* Who sent it and to whom cannot be told.  false: not done with it. */
static bool
unread(struct walk *w, struct message *m, int error)
{
	/* Nobody knows whether it is of that sender. */
	if (w->unread == NULL || filter_needs_envelope(&w->filter))
		return true;
	return w->unread(w, m, error);
}

/* false: visit is not done with it. */
static bool
meet(struct walk *w, struct message *m)
{
	struct spool *spool = w->answer->queue->spool;
	struct envelope env;
	bool done = true;

	if (!filter_message(&w->filter, m))
		return true;
	if (!w->envelopes && !filter_needs_envelope(&w->filter))
		return w->visit(w, m, NULL);
	if (spool_envelope(spool, m) == -1)
		return unread(w, m, errno);
	if (envelope_decode(&env, m->envelope, m->meta_len) == -1)
		done = unread(w, m, EBADMSG);
	else if (filter_envelope(&w->filter, &env))
		done = w->visit(w, m, &env);
	spool_envelope_drop(spool, m);
	return done;
}

static void
step(struct answer *a)
{
	struct spool *spool = a->queue->spool;
	struct walk *w = a->work;
	struct message *m;
	int64_t end = clock_mono() + ADMIN_STEP_MS;

	/* What it marks must get to disk as fast as it is marked. */
	if (spool_marks_waiting(spool) > WALK_MARKS_MAX) {
		answer_later(a, MARK_DELAY_MS);
		return;
	}
	while (answer_has_room(a) && clock_mono() < end) {
		if (w->next == w->ids && !refill(w)) {
			w->over(w);
			return;
		}
		m = spool_find(spool, w->id[w->next]);
		if (m != NULL && !meet(w, m))
			break;
		w->place = 0;
		w->next++;
		w->met++;
	}
	answer_progress(a, w->met, w->total);
	answer_go(a);
}

/* Begin; over is called in the end unless the answer is cancelled. */
void
walk_start(struct walk *w)
{
	struct answer *a = w->answer;
	struct messages *all = spool_messages(a->queue->spool);
	struct message *m;
	char id[ID_TEXT_SIZE];

	w->at = UINT64_MAX;
	w->total = all->count;
	if (w->filter.id != 0) {
		m = spool_find(a->queue->spool, w->filter.id);
		if (m == NULL || m->open == 0) {
			answer_wrong(a, ADMIN_NOTHING);
			answer_fail(a,
			    "it was delivered or ended; \"edctl trace\" tells",
			    "no message %s in the queue",
			    id_format(w->filter.id, id));
			walk_free(w);
			return;
		}
		w->total = w->ids = 1;
		w->id = malloc(sizeof(*w->id));
		if (w->id != NULL)
			w->id[0] = w->filter.id;
	} else if (all->count <= LIST_SORTED_MAX)
		w->id = messages_ids(all, &w->ids);
	else {
		w->at = 0;
		w->id = calloc(WALK_IDS, sizeof(*w->id));
	}
	if (w->id == NULL && all->count > 0) {
		answer_fail(a, NULL, "queue is out of memory");
		walk_free(w);
		return;
	}
	answer_start(a, step, w, walk_free);
}
