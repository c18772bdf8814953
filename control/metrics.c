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
 * All processes are asked at once, for their counters and their times.  Who has
 * not answered when the time is over is told, and not waited for.
 */
#include "metrics.h"

#include <sys/queue.h>

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "certs.h"
#include "children.h"
#include "control.h"
#include "peers.h"
#include "proc.h"
#include "proto_admin.h"
#include "relay.h"
#include "row.h"

static const char *const questions[] = { "statistics", "times" };

/* Watchers that are answered at a time. */
#define METRICS_AT_ONCE 16u

/* Seconds for all answers. */
#define METRICS_SECONDS 5

#define QUESTIONS (sizeof(questions) / sizeof(questions[0]))

/* A process that has not answered everything. */
struct asked {
	LIST_ENTRY(asked) entry;
	struct gathering *gathering;
	enum proc_kind kind;
	unsigned instance;
	size_t left; /* answers that are to come */
};

struct gathering {
	LIST_ENTRY(gathering) entry;
	struct control *control;
	struct metrics_to to;
	struct row *row;
	struct event *deadline;
	LIST_HEAD(, asked) asked;
};

static void
asked_free(struct asked *a)
{
	relay_cancel(a->gathering->control->relay, a);
	LIST_REMOVE(a, entry);
	free(a);
}

static void
gathering_free(struct gathering *g)
{
	struct asked *a;

	while ((a = LIST_FIRST(&g->asked)) != NULL)
		asked_free(a);
	if (g->deadline != NULL)
		event_free(g->deadline);
	row_free(g->row);
	LIST_REMOVE(g, entry);
	free(g);
}

static void
send_row(struct gathering *g)
{
	g->to.row(g->row, g->to.arg);
	row_clear(g->row);
}

static void
of_process(struct gathering *g, enum proc_kind kind, unsigned instance)
{
	row_str(g->row, "process", proc_kind_name(kind));
	row_num(g->row, "instance", instance);
}

static void
counter(struct gathering *g, const char *name, uint64_t value)
{
	of_process(g, PROC_CONTROL, 0);
	row_str(g->row, "name", name);
	row_num(g->row, "value", (int64_t)value);
	send_row(g);
}

/* What this process knows itself. */
static void
own(struct gathering *g)
{
	const struct control *c = g->control;
	const struct setup_child *child;
	int64_t cpu, memory;
	size_t i;

	counter(g, "logins", c->auth_ok);
	counter(g, "logins refused", c->auth_no);
	counter(g, "senders approved", c->sender_ok);
	counter(g, "senders refused", c->sender_no);
	counter(g, "recipients suppressed", c->rcpt_suppressed);
	counter(g, "recipients over a limit", c->rcpt_limited);
	counter(g, "bounces taken", c->bounces);
	counter(g, "failures", c->failures);
	admin_self(&cpu, &memory);
	of_process(g, PROC_CONTROL, 0);
	row_num(g->row, "cpuMs", cpu);
	row_num(g->row, "memoryKiB", memory);
	send_row(g);
	for (i = 0; (child = children_at(c->children, i)) != NULL; i++) {
		of_process(g, child->kind, child->instance);
		row_num(g->row, "pid", child->pid);
		row_num(g->row, "state", child->state);
		row_num(g->row, "since", child->since);
		row_num(g->row, "restarts", child->restarts);
		send_row(g);
	}
	for (i = 0; i < c->certs.n; i++) {
		row_str(g->row, "certificate", c->certs.cert[i].name);
		row_num(g->row, "expires", c->certs.cert[i].expires);
		send_row(g);
	}
}

/* A row of a process, with which one it is in front. */
static void
peer_row(const struct row *row, void *arg)
{
	const struct asked *a = arg;
	struct gathering *g = a->gathering;
	const struct row_field *f;
	size_t i;

	of_process(g, a->kind, a->instance);
	for (i = 0; i < row_count(row); i++) {
		f = row_at(row, i);
		if (f->kind == ROW_NUMBER)
			row_num(g->row, f->name, strtoll(f->value, NULL, 10));
		else
			row_str(g->row, f->name, f->value);
	}
	send_row(g);
}

static void
finish(struct gathering *g)
{
	struct metrics_to to = g->to;

	gathering_free(g);
	to.end(to.arg);
}

/* An answer is complete, or will not come since the process ended. */
static void
peer_end(const struct admin_end *end, void *arg)
{
	struct asked *a = arg;
	struct gathering *g = a->gathering;

	if (--a->left > 0)
		return;
	asked_free(a);
	if (LIST_EMPTY(&g->asked))
		finish(g);
}

/* The time is over: tell who has not answered. */
static void
deadline_cb(evutil_socket_t fd, short what, void *arg)
{
	struct gathering *g = arg;
	struct asked *a;

	LIST_FOREACH(a, &g->asked, entry) {
		of_process(g, a->kind, a->instance);
		row_num(g->row, "answers", 0);
		send_row(g);
	}
	finish(g);
}

/* Ask a process everything.  0, or -1 without memory. */
static int
ask(struct gathering *g, const struct peer *p)
{
	struct relay_to to = { true, peer_row, NULL, peer_end, NULL };
	struct asked *a;

	a = calloc(1, sizeof(*a));
	if (a == NULL)
		return -1;
	a->gathering = g;
	a->kind = p->kind;
	a->instance = p->instance;
	LIST_INSERT_HEAD(&g->asked, a, entry);
	to.counts = p->kind == PROC_QUEUE;
	to.arg = a;
	for (; a->left < QUESTIONS; a->left++)
		if (relay_start(g->control->relay, p->chan, &questions[a->left],
			1, &to) == -1)
			return -1;
	return 0;
}

/* Ask all that are there.  0, or -1 without memory. */
static int
ask_all(struct gathering *g)
{
	const struct timeval time = { METRICS_SECONDS, 0 };
	const struct peer *p;
	size_t i;

	for (i = 0; (p = peers_at(g->control->peers, i)) != NULL; i++)
		if (p->conv == CONV_ADMIN && ask(g, p) == -1)
			return -1;
	g->deadline = evtimer_new(proc_base(), deadline_cb, g);
	return g->deadline == NULL ? -1 : evtimer_add(g->deadline, &time);
}

/*
 * Gather.  row runs now and later, end once, later if anybody is there to be
 * asked, unless cancelled.  0, or -1 if METRICS_AT_ONCE are at it already, or
 * without memory.
 */
int
metrics_start(struct control *c, const struct metrics_to *to)
{
	struct gathering *g;
	unsigned n = 0;

	LIST_FOREACH(g, &c->gatherings, entry)
		n++;
	g = n >= METRICS_AT_ONCE ? NULL : calloc(1, sizeof(*g));
	if (g == NULL)
		return -1;
	g->control = c;
	g->to = *to;
	LIST_INIT(&g->asked);
	LIST_INSERT_HEAD(&c->gatherings, g, entry);
	g->row = row_new();
	if (g->row == NULL || ask_all(g) == -1) {
		gathering_free(g);
		return -1;
	}
	own(g);
	if (LIST_EMPTY(&g->asked))
		finish(g);
	return 0;
}

/* Nobody with this arg waits any more. */
void
metrics_cancel(struct control *c, const void *arg)
{
	struct gathering *g, *next;

	for (g = LIST_FIRST(&c->gatherings); g != NULL; g = next) {
		next = LIST_NEXT(g, entry);
		if (g->to.arg == arg)
			gathering_free(g);
	}
}
