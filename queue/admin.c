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
 * "statistics", "queue list", "trace WORD": each answer is made a piece at a
 * time and waits while the channel is full.
 */
#include "admin.h"

#include <sys/queue.h>

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chan.h"
#include "clock.h"
#include "envelope.h"
#include "id.h"
#include "intake.h"
#include "journal.h"
#include "log.h"
#include "msg.h"
#include "notice.h"
#include "proc.h"
#include "proto_admin.h"
#include "qbounds.h"
#include "queue.h"
#include "row.h"
#include "schedule.h"
#include "spool.h"
#include "state.h"
#include "trace.h"
#include "work.h"

/* An answer that is being given. */
struct answer {
	LIST_ENTRY(answer) entry;
	struct admin *admin;
	uint64_t request;
	struct event *ev; /* next piece of a list */
	struct trace *trace;
	char *word;
	uint64_t *id; /* messages of a list */
	size_t ids;
	size_t at;
};

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
	trace_free(a->trace);
	free(a->word);
	free(a->id);
	free(a);
}

static struct answer *
answer_new(struct admin *admin, uint64_t request)
{
	struct answer *a;

	a = calloc(1, sizeof(*a));
	if (a == NULL)
		return NULL;
	a->admin = admin;
	a->request = request;
	LIST_INSERT_HEAD(&admin->answers, a, entry);
	return a;
}

static void
send_end(struct admin *admin, uint64_t id, const char *why, const char *hint)
{
	struct admin_end end;

	memset(&end, 0, sizeof(end));
	end.ok = why == NULL;
	if (why != NULL)
		(void)snprintf(end.why, sizeof(end.why), "%s", why);
	if (hint != NULL)
		(void)snprintf(end.hint, sizeof(end.hint), "%s", hint);
	(void)admin_end_send(admin->chan, id, &end);
}

static void
send_number(struct admin *admin, uint64_t id, const char *name, uint64_t v)
{
	struct row *row;

	row = row_new();
	if (row == NULL)
		return;
	row_str(row, "name", name);
	row_num(row, "value", (int64_t)v);
	(void)admin_row_send(admin->chan, id, row);
	row_free(row);
}

static void
statistics(struct admin *admin, uint64_t id)
{
	struct queue *q = admin->queue;
	struct schedule_stats sched;
	struct spool_stats spool;

	spool_get_stats(q->spool, &spool);
	schedule_get_stats(q->schedule, &sched);
	send_number(admin, id, "messages", q->stats.messages);
	send_number(admin, id, "accepted", q->stats.accepted);
	send_number(admin, id, "relayed", q->stats.relayed);
	send_number(admin, id, "deferred", q->stats.deferred);
	send_number(admin, id, "bounced", q->stats.bounced);
	send_number(admin, id, "expired", q->stats.expired);
	send_number(admin, id, "suppressed", q->stats.suppressed);
	send_number(admin, id, "rejected", q->stats.rejected);
	send_number(admin, id, "queued messages",
	    spool_messages(q->spool)->count);
	send_number(admin, id, "queued recipients",
	    spool_messages(q->spool)->rcpts);
	send_number(admin, id, "in flight", sched.inflight);
	send_number(admin, id, "waiting for retry", sched.waiting);
	send_number(admin, id, "destinations down", sched.down);
	send_number(admin, id, "being received", intake_open(q->intake));
	send_number(admin, id, "notices waiting", notices_waiting(q->notices));
	send_number(admin, id, "segments", spool.segments);
	send_number(admin, id, "octets on disk", spool.bytes);
	send_number(admin, id, "octets live", spool.live);
	send_number(admin, id, "commits", spool.commits);
	send_number(admin, id, "syncs", spool.syncs);
	send_end(admin, id, NULL, NULL);
}

static const char *
state_name(enum rcpt_state state, const struct task *t)
{
	if (state == RCPT_HELD)
		return "held";
	if (t->state == TASK_INFLIGHT)
		return "in flight";
	return state == RCPT_DEFERRED ? "deferred" : "waiting";
}

static void
list_rcpt(struct answer *a, struct message *m, const struct envelope *env,
    const char *address, const struct state_rcpt *r)
{
	struct task *t;
	struct row *row;
	struct rcpt *rcpt;
	char id[ID_TEXT_SIZE];

	rcpt = message_find_rcpt(m, (uint32_t)(a->at & 0xffffffffu));
	if (rcpt == NULL || r->state == RCPT_DONE)
		return;
	t = message_task_of(m, (uint32_t)(rcpt - message_rcpt(m)));
	row = row_new();
	if (row == NULL)
		return;
	row_str(row, "id", id_format(m->id, id));
	row_str(row, "sender", env->sender);
	row_str(row, "recipient", address);
	row_str(row, "state", state_name(r->state, t));
	row_num(row, "attempts", r->attempts);
	row_time(row, "next", r->attempts == 0 ? 0 : r->next);
	row_time(row, "queued", m->accepted / 1000);
	row_num(row, "size", (int64_t)(m->body_len + m->prefix_len));
	row_str(row, "error", r->text);
	(void)admin_row_send(a->admin->chan, a->request, row);
	row_free(row);
}

/* The rows of one message.  Its envelope is read if it is not in memory. */
static size_t
list_message(struct answer *a, struct message *m)
{
	struct spool *spool = a->admin->queue->spool;
	struct blob store = { 0 };
	struct envelope env;
	struct envelope_rcpt er;
	struct cursor c;
	struct state st;
	size_t at = a->at;
	uint32_t i;

	if (m->open == 0 || spool_envelope(spool, m) == -1 ||
	    envelope_decode(&env, m->envelope, m->meta_len) == -1 ||
	    spool_state(spool, m, &st, &store) == -1)
		return 1;
	envelope_first(&env, &c);
	for (i = 0; i < st.rcpts && envelope_next(&c, &er) == 1; i++) {
		a->at = i;
		list_rcpt(a, m, &env, er.address, &st.rcpt[i]);
	}
	a->at = at;
	i = st.rcpts;
	state_clear(&st);
	blob_free(&store);
	if (m->inflight == 0)
		spool_envelope_drop(spool, m);
	return i;
}

static void
list_cb(int fd, short what, void *arg)
{
	struct answer *a = arg;
	struct message *m;
	size_t rows = 0;

	while (a->at < a->ids && rows < LIST_STEP_ROWS &&
	    !chan_is_full(a->admin->chan)) {
		m = spool_find(a->admin->queue->spool, a->id[a->at]);
		a->at++;
		if (m != NULL)
			rows += list_message(a, m);
	}
	if (a->at < a->ids) {
		if (!chan_is_full(a->admin->chan))
			event_active(a->ev, EV_TIMEOUT, 0);
		return;
	}
	send_end(a->admin, a->request, NULL, NULL);
	answer_free(a);
}

static void
list(struct admin *admin, uint64_t id)
{
	struct answer *a;

	a = answer_new(admin, id);
	if (a == NULL) {
		send_end(admin, id, "out of memory", NULL);
		return;
	}
	a->id = messages_ids(spool_messages(admin->queue->spool), &a->ids);
	a->ev = event_new(proc_base(), -1, 0, list_cb, a);
	if (a->ev == NULL) {
		send_end(admin, id, "out of memory", NULL);
		answer_free(a);
		return;
	}
	event_active(a->ev, EV_TIMEOUT, 0);
}

static void
trace_row(const struct row *row, void *arg)
{
	struct answer *a = arg;

	(void)admin_row_send(a->admin->chan, a->request, row);
}

static void
trace_over(unsigned long events, void *arg)
{
	struct answer *a = arg;
	char why[ERROR_SIZE];

	(void)snprintf(why, sizeof(why), "no events of \"%.200s\"", a->word);
	if (events == 0)
		send_end(a->admin, a->request, why,
		    "give a message id, a Message-ID or a recipient; events "
		    "are kept for \"journal keep\"");
	else
		send_end(a->admin, a->request, NULL, NULL);
	answer_free(a);
}

static void
trace(struct admin *admin, uint64_t id, const char *word)
{
	struct answer *a;

	journal_flush(admin->queue->journal);
	a = answer_new(admin, id);
	if (a != NULL) {
		a->word = strdup(word);
		if (a->word != NULL)
			a->trace = trace_start(proc_base(),
			    journal_folder(admin->queue->journal), word,
			    trace_row, trace_over, a);
		if (a->trace != NULL)
			return;
		answer_free(a);
	}
	send_end(admin, id, "the journal cannot be read", NULL);
}

static int
command_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct admin *admin = arg;
	struct admin_command cmd;

	if (admin_command_recv(m, &cmd) == -1)
		return -1;
	if (cmd.words == 1 && strcmp(cmd.word[0], "statistics") == 0)
		statistics(admin, m->id);
	else if (cmd.words == 2 && strcmp(cmd.word[0], "queue") == 0 &&
	    strcmp(cmd.word[1], "list") == 0)
		list(admin, m->id);
	else if (cmd.words == 2 && strcmp(cmd.word[0], "trace") == 0)
		trace(admin, m->id, cmd.word[1]);
	else
		send_end(admin, m->id, "queue does not know this command",
		    NULL);
	admin_command_clear(&cmd);
	return 0;
}

static int
event_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct admin *admin = arg;
	struct row *row;
	int rc;

	row = row_new();
	if (row == NULL)
		return 0;
	rc = admin_event_recv(m, row);
	if (rc == 0)
		journal_row(admin->queue->journal, "admin", row);
	row_free(row);
	return rc;
}

static const struct chan_rule rules[] = {
	{ M_ADMIN_COMMAND, 0, "command", command_cb },
	{ M_ADMIN_EVENT, 0, "event", event_cb },
	{ 0, 0, NULL, NULL },
};

static void
admin_drop(struct admin *admin)
{
	chan_free(admin->chan);
	admin->chan = NULL;
	while (!LIST_EMPTY(&admin->answers))
		answer_free(LIST_FIRST(&admin->answers));
}

static void
down_cb(struct chan *c, void *arg)
{
	admin_drop(arg);
}

/* Room again, or none: lists and traces wait meanwhile. */
static void
full_cb(struct chan *c, bool full, void *arg)
{
	struct admin *admin = arg;
	struct answer *a;

	LIST_FOREACH(a, &admin->answers, entry) {
		if (a->trace != NULL)
			trace_hold(a->trace, full);
		else if (!full)
			event_active(a->ev, EV_TIMEOUT, 0);
	}
}

/* Without a channel yet; NULL without memory. */
struct admin *
admin_new(struct queue *q)
{
	struct admin *admin;

	admin = calloc(1, sizeof(*admin));
	if (admin != NULL)
		admin->queue = q;
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
