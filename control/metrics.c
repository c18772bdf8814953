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
 * Each process is asked in turn, for its counters and its times; one that does
 * not answer is passed over.
 */
#include "metrics.h"

#include <sys/queue.h>

#include <stdlib.h>
#include <string.h>

#include "certs.h"
#include "children.h"
#include "control.h"
#include "peers.h"
#include "proto_admin.h"
#include "relay.h"
#include "row.h"

static const char *const questions[] = { "statistics", "times" };

/* Watchers that are answered at a time. */
#define METRICS_AT_ONCE 16u

#define QUESTIONS (sizeof(questions) / sizeof(questions[0]))

struct gathering {
	LIST_ENTRY(gathering) entry;
	struct control *control;
	struct metrics_to to;
	struct row *row;
	size_t next;	 /* peer to be asked */
	size_t question; /* that it is to be asked */
	enum proc_kind kind;
	unsigned instance;
};

static void ask_next(struct gathering *);

static void
gathering_free(struct gathering *g)
{
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
	struct gathering *g = arg;
	const struct row_field *f;
	size_t i;

	of_process(g, g->kind, g->instance);
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
peer_end(const struct admin_end *end, void *arg)
{
	ask_next(arg);
}

static void
finish(struct gathering *g)
{
	struct metrics_to to = g->to;

	gathering_free(g);
	to.end(to.arg);
}

/* The next question to the next process. */
static void
ask_next(struct gathering *g)
{
	const struct relay_to to = { true, peer_row, NULL, peer_end, g };
	struct relay_to plain = to;
	const struct peer *p;
	const char *word;

	while ((p = peers_at(g->control->peers, g->next)) != NULL) {
		word = questions[g->question++];
		if (g->question == QUESTIONS) {
			g->question = 0;
			g->next++;
		}
		if (p->conv != CONV_ADMIN)
			continue;
		g->kind = p->kind;
		g->instance = p->instance;
		plain.counts = p->kind == PROC_QUEUE;
		if (relay_start(g->control->relay, p->chan, &word, 1, &plain) ==
		    0)
			return;
	}
	finish(g);
}

/*
 * Gather.  row runs now and later, end once later, unless cancelled.  0, or -1
 * if METRICS_AT_ONCE are at it already, or without memory.
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
	LIST_INSERT_HEAD(&c->gatherings, g, entry);
	g->row = row_new();
	if (g->row == NULL) {
		gathering_free(g);
		return -1;
	}
	own(g);
	ask_next(g);
	return 0;
}

/* Nobody with this arg waits any more. */
void
metrics_cancel(struct control *c, const void *arg)
{
	struct gathering *g, *next;

	for (g = LIST_FIRST(&c->gatherings); g != NULL; g = next) {
		next = LIST_NEXT(g, entry);
		if (g->to.arg != arg)
			continue;
		relay_cancel(c->relay, g);
		gathering_free(g);
	}
}
