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
 * Commands in the hands of other processes.  A process that ends, or says
 * nothing for a while, ends its commands with an error.
 */
#include "relay.h"

#include <sys/queue.h>

#include <event2/event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chan.h"
#include "control.h"
#include "msg.h"
#include "proc.h"
#include "proto_admin.h"
#include "row.h"

/* Seconds without a row. */
#define RELAY_TIMEOUT 10

static const struct timeval relay_timeout = { RELAY_TIMEOUT, 0 };

struct relay_op {
	LIST_ENTRY(relay_op) entry;
	struct relay *relay;
	struct chan *chan;
	struct event *timer;
	uint64_t id;
	struct relay_to to;
	bool held;
	uint32_t rows; /* that came and were not asked for again */
};

struct relay {
	struct row *row;
	LIST_HEAD(, relay_op) ops;
};

/* An empty relay, or NULL without memory. */
struct relay *
relay_new(void)
{
	struct relay *r;

	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return NULL;
	LIST_INIT(&r->ops);
	r->row = row_new();
	if (r->row == NULL) {
		free(r);
		return NULL;
	}
	return r;
}

static void
op_free(struct relay_op *op)
{
	if (op->held && !op->to.counts)
		chan_hold(op->chan, false);
	chan_cancel(op->chan, op);
	if (op->timer != NULL)
		event_free(op->timer);
	LIST_REMOVE(op, entry);
	free(op);
}

/* Free; callbacks do not run.  NULL is allowed. */
void
relay_free(struct relay *r)
{
	struct relay_op *op;

	if (r == NULL)
		return;
	while ((op = LIST_FIRST(&r->ops)) != NULL)
		op_free(op);
	row_free(r->row);
	free(r);
}

static void
op_finish(struct relay_op *op, const struct admin_end *end)
{
	struct relay_to to;

	to = op->to;
	op_free(op);
	to.end(end, to.arg);
}

static void
op_fail(struct relay_op *op, const char *why)
{
	struct admin_end end;

	memset(&end, 0, sizeof(end));
	(void)snprintf(end.why, sizeof(end.why), "%s %s", chan_name(op->chan),
	    why);
	(void)snprintf(end.hint, sizeof(end.hint),
	    "look at the log, and at \"edctl show status\"");
	op_finish(op, &end);
}

static void
op_timeout_cb(evutil_socket_t fd, short what, void *arg)
{
	struct relay_op *op;

	op = arg;
	if (op->to.counts)
		(void)admin_cancel_send(op->chan, op->id);
	op_fail(op, "does not answer");
}

static int
end_cb(struct msgin *m, void *arg)
{
	struct admin_end end;

	if (m == NULL) {
		op_fail(arg, "ended before it answered");
		return 0;
	}
	if (admin_end_recv(m, &end) == -1) {
		op_fail(arg, "answered nonsense");
		return -1;
	}
	op_finish(arg, &end);
	return 0;
}

static struct relay_op *
op_find(struct relay *r, const struct chan *chan, uint64_t id)
{
	struct relay_op *op;

	LIST_FOREACH(op, &r->ops, entry) {
		if (op->chan == chan && op->id == id)
			return op;
	}
	return NULL;
}

/* It said something; its time begins again unless we make it wait. */
static void
op_alive(struct relay_op *op)
{
	if (!op->held)
		(void)evtimer_add(op->timer, &relay_timeout);
}

/* Half of what may be under way was taken: ask for as much again. */
static void
op_ask_more(struct relay_op *op)
{
	if (!op->to.counts || op->held || op->rows < ADMIN_ROWS_AHEAD / 2)
		return;
	(void)admin_more_send(op->chan, op->id, op->rows);
	op->rows = 0;
}

/* A row of a command that was cancelled is dropped. */
static int
row_cb(struct chan *chan, struct msgin *m, void *arg)
{
	struct control *c;
	struct relay_op *op;

	c = arg;
	if (admin_row_recv(m, c->relay->row) == -1)
		return -1;
	op = op_find(c->relay, chan, m->id);
	if (op == NULL)
		return 0;
	op->rows++;
	op_alive(op);
	op->to.row(c->relay->row, op->to.arg);
	/* The reader may have gone, or be full now. */
	op = op_find(c->relay, chan, m->id);
	if (op != NULL)
		op_ask_more(op);
	return 0;
}

static int
progress_cb(struct chan *chan, struct msgin *m, void *arg)
{
	struct admin_progress progress;
	struct control *c;
	struct relay_op *op;

	c = arg;
	if (admin_progress_recv(m, &progress) == -1)
		return -1;
	op = op_find(c->relay, chan, m->id);
	if (op == NULL)
		return 0;
	op_alive(op);
	if (op->to.progress != NULL)
		op->to.progress(&progress, op->to.arg);
	return 0;
}

static void
op_send(struct relay_op *op, const char *const *words, size_t n)
{
	struct admin_command command;
	size_t i;

	memset(&command, 0, sizeof(command));
	for (i = 0; i < n && i < ADMIN_WORDS_MAX; i++) {
		command.word[i] = strdup(words[i]);
		if (command.word[i] == NULL)
			break;
		command.words++;
	}
	(void)admin_command_send(op->chan, op->id, &command);
	admin_command_clear(&command);
}

/*
 * Send words to a process.  to->row and to->end run later, end once, unless
 * cancelled.  0, or -1 without memory.
 */
int
relay_start(struct relay *r, struct chan *chan, const char *const *words,
    size_t n, const struct relay_to *to)
{
	struct relay_op *op;

	op = calloc(1, sizeof(*op));
	if (op == NULL)
		return -1;
	op->relay = r;
	op->chan = chan;
	op->to = *to;
	LIST_INSERT_HEAD(&r->ops, op, entry);
	op->timer = evtimer_new(proc_base(), op_timeout_cb, op);
	op->id = chan_request(chan, end_cb, op);
	if (op->timer == NULL || op->id == 0 ||
	    evtimer_add(op->timer, &relay_timeout) == -1) {
		op_free(op);
		return -1;
	}
	op_send(op, words, n);
	return 0;
}

/*
 * The receiver of the rows cannot take more now, or can again.  Meanwhile
 * nothing more is asked for, and that process has no time limit.
 */
void
relay_hold(struct relay *r, const void *arg, bool hold)
{
	struct relay_op *op;

	LIST_FOREACH(op, &r->ops, entry) {
		if (op->to.arg != arg || op->held == hold)
			continue;
		op->held = hold;
		if (hold)
			(void)evtimer_del(op->timer);
		else
			(void)evtimer_add(op->timer, &relay_timeout);
		if (!op->to.counts)
			chan_hold(op->chan, hold);
		else if (!hold)
			op_ask_more(op);
	}
}

/* No callback with this arg runs any more. */
void
relay_cancel(struct relay *r, const void *arg)
{
	struct relay_op *op, *next;

	for (op = LIST_FIRST(&r->ops); op != NULL; op = next) {
		next = LIST_NEXT(op, entry);
		if (op->to.arg != arg)
			continue;
		if (op->to.counts)
			(void)admin_cancel_send(op->chan, op->id);
		op_free(op);
	}
}

/* A process is gone, or about to be replaced; its channel still exists. */
void
relay_peer_down(struct relay *r, struct chan *chan)
{
	struct relay_op *op, *next;

	for (op = LIST_FIRST(&r->ops); op != NULL; op = next) {
		next = LIST_NEXT(op, entry);
		if (op->chan != chan)
			continue;
		op_fail(op, "was restarted before it answered");
		next = LIST_FIRST(&r->ops);
	}
}

/* What other processes may send here; the channel's arg is struct control. */
const struct chan_rule *
relay_rules(void)
{
	static const struct chan_rule rules[] = {
		{ M_ADMIN_ROW, 0, "row", row_cb },
		{ M_ADMIN_PROGRESS, 0, "progress", progress_cb },
		{ M_ADMIN_END, CHAN_REPLY, "end", NULL },
		{ 0, 0, NULL, NULL },
	};

	return rules;
}
