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
 * The channel to control and the answers that are being given on it.  What a
 * command does is in the other files admin_*.c.
 */
#include "admin.h"

#include <event2/event.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "chan.h"
#include "clock.h"
#include "journal.h"
#include "log.h"
#include "msg.h"
#include "proc.h"
#include "proto_admin.h"
#include "qbounds.h"
#include "queue.h"
#include "row.h"

struct admin {
	struct queue *queue;
	struct chan *chan;
	LIST_HEAD(, answer) answers;
};

static void
answer_free(struct answer *a)
{
	LIST_REMOVE(a, entry);
	if (a->ev != NULL)
		event_free(a->ev);
	if (a->clear != NULL && a->work != NULL)
		a->clear(a->work);
	free(a);
}

static void
step_cb(int fd, short what, void *arg)
{
	struct answer *a = arg;

	a->step(a);
}

static struct answer *
answer_new(struct admin *admin, uint64_t request)
{
	struct answer *a;

	a = calloc(1, sizeof(*a));
	if (a == NULL)
		return NULL;
	a->ev = evtimer_new(proc_base(), step_cb, a);
	if (a->ev == NULL) {
		free(a);
		return NULL;
	}
	a->admin = admin;
	a->queue = admin->queue;
	a->request = request;
	a->credit = ADMIN_ROWS_AHEAD;
	a->told = clock_mono();
	LIST_INSERT_HEAD(&admin->answers, a, entry);
	return a;
}

/*
 * Go on with step at the next turn of the loop.  work is cleared when the
 * answer ends, whoever ends it.
 */
void
answer_start(struct answer *a, void (*step)(struct answer *), void *work,
    void (*clear)(void *))
{
	a->step = step;
	a->work = work;
	a->clear = clear;
	answer_go(a);
}

/* Whether a row can be sent. */
bool
answer_has_room(const struct answer *a)
{
	return a->credit > 0 && !chan_is_full(a->admin->chan);
}

/*
 * Call the step again, when there is room and others had their turn: an event
 * made active would run in this one.
 */
void
answer_go(struct answer *a)
{
	a->waits = !answer_has_room(a);
	if (!a->waits)
		answer_later(a, 0);
}

/* Call it again after so many milliseconds. */
void
answer_later(struct answer *a, int ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	(void)evtimer_add(a->ev, &tv);
}

/* Send a row that stays as it is. */
void
answer_copy(struct answer *a, const struct row *row)
{
	if (admin_row_send(a->admin->chan, a->request, row) == 0 &&
	    a->credit > 0)
		a->credit--;
}

/* Send a row, and empty it. */
void
answer_row(struct answer *a, struct row *row)
{
	answer_copy(a, row);
	row_clear(row);
}

/* Say how far it is, not more than once a second. */
void
answer_progress(struct answer *a, uint64_t done, uint64_t total)
{
	const struct admin_progress p = { done, total };
	int64_t now = clock_mono();

	if (now - a->told < ADMIN_PROGRESS_MS)
		return;
	a->told = now;
	(void)admin_progress_send(a->admin->chan, a->request, &p);
}

static void
answer_end(struct answer *a, const struct admin_end *end)
{
	(void)admin_end_send(a->admin->chan, a->request, end);
	answer_free(a);
}

/* End well.  The answer is gone after that: last in a function. */
void
answer_ok(struct answer *a)
{
	struct admin_end end;

	memset(&end, 0, sizeof(end));
	end.ok = true;
	answer_end(a, &end);
}

/* What answer_fail() is to say it is, for the exit status of edctl. */
void
answer_wrong(struct answer *a, enum admin_wrong wrong)
{
	a->wrong = wrong;
}

/* End with what is wrong and, unless NULL, what to do about it. */
void
answer_fail(struct answer *a, const char *hint, const char *fmt, ...)
{
	struct admin_end end;
	va_list ap;

	memset(&end, 0, sizeof(end));
	end.wrong = a->wrong;
	va_start(ap, fmt);
	(void)vsnprintf(end.why, sizeof(end.why), fmt, ap);
	va_end(ap);
	if (hint != NULL)
		(void)snprintf(end.hint, sizeof(end.hint), "%s", hint);
	answer_end(a, &end);
}

static const struct admin_verb *
find_verb(const struct admin_command *cmd)
{
	const struct admin_verb *tables[] = { admin_queue_verbs(),
		admin_act_verbs(), admin_group_verbs(), admin_misc_verbs(),
		admin_events_verbs(), admin_journal_verbs(),
		admin_verify_verbs(), admin_oldest_verbs() };
	const struct admin_verb *v;
	size_t i;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (v = tables[i]; v->run != NULL; v++)
			if (strcmp(cmd->word[0], v->word[0]) == 0 &&
			    (v->word[1] == NULL ||
				(cmd->words > 1 &&
				    strcmp(cmd->word[1], v->word[1]) == 0)))
				return v;
	return NULL;
}

static int
command_cb(struct chan *c, struct msgin *m, void *arg)
{
	const struct admin_verb *v;
	struct admin *admin = arg;
	struct admin_command cmd;
	struct admin_end end;
	struct answer *a;

	if (admin_command_recv(m, &cmd) == -1)
		return -1;
	v = find_verb(&cmd);
	a = v == NULL ? NULL : answer_new(admin, m->id);
	if (a != NULL)
		v->run(a, &cmd);
	else {
		memset(&end, 0, sizeof(end));
		(void)snprintf(end.why, sizeof(end.why), "%s",
		    v == NULL ? "queue does not know this command" :
				"queue is out of memory");
		(void)admin_end_send(c, m->id, &end);
	}
	admin_command_clear(&cmd);
	return 0;
}

/* The answer to that request, or NULL: it has ended meanwhile. */
static struct answer *
answer_find(struct admin *admin, uint64_t request)
{
	struct answer *a;

	LIST_FOREACH(a, &admin->answers, entry) {
		if (a->request == request)
			return a;
	}
	return NULL;
}

static int
more_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct answer *a;
	uint32_t rows;

	if (admin_more_recv(m, &rows) == -1)
		return -1;
	a = answer_find(arg, m->id);
	if (a == NULL)
		return 0;
	if (rows > ADMIN_ROWS_AHEAD - a->credit)
		return -1;
	a->credit += rows;
	if (a->waits)
		answer_go(a);
	return 0;
}

static int
cancel_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct answer *a;

	if (admin_cancel_recv(m) == -1)
		return -1;
	a = answer_find(arg, m->id);
	if (a != NULL)
		answer_free(a);
	return 0;
}

static int
event_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct admin *admin = arg;
	const char *event;
	struct row *row;
	int rc;

	row = row_new();
	if (row == NULL)
		return 0;
	rc = admin_event_recv(m, row);
	event = row_value(row, "event");
	if (event == NULL || strcmp(event, ADMIN_EVENT_COMPLAINT) != 0)
		event = "admin";
	if (rc == 0)
		journal_row(admin->queue->journal, event, row);
	row_free(row);
	return rc;
}

static const struct chan_rule rules[] = {
	{ M_ADMIN_COMMAND, 0, "command", command_cb },
	{ M_ADMIN_EVENT, 0, "event", event_cb },
	{ M_ADMIN_MORE, 0, "more", more_cb },
	{ M_ADMIN_CANCEL, 0, "cancel", cancel_cb },
	{ 0, 0, NULL, NULL },
};

static void
admin_drop(struct admin *admin)
{
	while (!LIST_EMPTY(&admin->answers))
		answer_free(LIST_FIRST(&admin->answers));
	chan_free(admin->chan);
	admin->chan = NULL;
}

static void
down_cb(struct chan *c, void *arg)
{
	admin_drop(arg);
}

/* Room again: answers that wait go on. */
static void
full_cb(struct chan *c, bool full, void *arg)
{
	struct admin *admin = arg;
	struct answer *a;

	if (full)
		return;
	LIST_FOREACH(a, &admin->answers, entry) {
		if (a->waits)
			answer_go(a);
	}
}

/* Without a channel yet; NULL without memory. */
struct admin *
admin_new(struct queue *q)
{
	struct admin *admin;

	admin = calloc(1, sizeof(*admin));
	if (admin == NULL)
		return NULL;
	admin->queue = q;
	LIST_INIT(&admin->answers);
	return admin;
}

/* A channel to control, in place of an older one. */
void
admin_peer(struct admin *admin, int fd)
{
	admin_drop(admin);
	admin->chan = chan_new(proc_base(), fd, "control admin", rules, admin);
	if (admin->chan == NULL)
		fatal("admin");
	chan_on_down(admin->chan, down_cb);
	chan_on_full(admin->chan, CHAN_HIGH, CHAN_LOW, full_cb);
}
