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
 * Commands that change what is in the queue: hold, release, flush, remove,
 * bounce, reroute.  Recipients in a batch are left alone and counted: their
 * outcome is on its way.  What is changed is durable with the commit of its
 * mark, and an event says it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "clock.h"
#include "compat.h"
#include "envelope.h"
#include "journal.h"
#include "log.h"
#include "message.h"
#include "outcome.h"
#include "proto_admin.h"
#include "qbounds.h"
#include "queue.h"
#include "row.h"
#include "schedule.h"
#include "spool.h"
#include "state.h"
#include "walk.h"

enum act_kind {
	ACT_HOLD = 1,
	ACT_RELEASE,
	ACT_FLUSH,
	ACT_REMOVE,
	ACT_BOUNCE,
	ACT_REROUTE
};

/* What is done, and how often it was. */
struct act {
	enum act_kind kind;
	const char *event;
	char via[MARK_VIA_MAX + 1];
	uint64_t messages;
	uint64_t rcpts;
	uint64_t inflight;
	uint64_t hurt;	 /* messages that are damaged */
	uint64_t unread; /* others that cannot be read, for this reason */
	int error;
};

static const struct {
	const char *word;
	const char *event;
	enum act_kind kind;
} kinds[] = {
	{ "hold", "held", ACT_HOLD },
	{ "release", "released", ACT_RELEASE },
	{ "flush", NULL, ACT_FLUSH },
	{ "remove", "removed", ACT_REMOVE },
	{ "bounce", "bounced", ACT_BOUNCE },
	{ "reroute", "rerouted", ACT_REROUTE },
};

/* Whether this does anything to a recipient in that state. */
static bool
act_applies(const struct act *act, enum filter_state state)
{
	switch (act->kind) {
	case ACT_HOLD:
	case ACT_FLUSH:
		return state != FILTER_HELD;
	case ACT_RELEASE:
		return state == FILTER_HELD;
	default:
		return true;
	}
}

static void
tell(struct walk *w, struct message *m, const struct envelope *env,
    const char *address)
{
	struct journal *j = w->answer->queue->journal;
	const struct act *act = w->arg;

	journal_begin(j, act->event, m->id);
	journal_str(j, "recipient", address);
	journal_str(j, "sender", env->sender);
	journal_str(j, "messageId", env->message_id);
	journal_str(j, "user", env->user);
	journal_str(j, "compartment", env->compartment);
	if (act->kind == ACT_REROUTE)
		journal_str(j, "via",
		    act->via[0] == '\0' ? "default" : act->via);
	journal_end(j);
}

/* The mark for one recipient. */
static void
make_mark(const struct act *act, const struct state_rcpt *r, struct mark *mark)
{
	mark->state = r->state;
	mark->attempts = r->attempts;
	mark->next = r->next;
	mark->text = r->text;
	mark->noticed = r->noticed;
	switch (act->kind) {
	case ACT_HOLD:
		mark->state = RCPT_HELD;
		break;
	case ACT_RELEASE:
		mark->state = r->attempts == 0 ? RCPT_WAITING : RCPT_DEFERRED;
		mark->next = clock_seconds();
		break;
	case ACT_REMOVE:
		mark->state = RCPT_DONE;
		break;
	case ACT_REROUTE:
		mark->via = act->via;
		mark->next = clock_seconds();
		break;
	case ACT_FLUSH:
	case ACT_BOUNCE:
		break;
	}
}

/* Mark each recipient that is meant and not in a batch. */
static void
mark_rcpts(struct walk *w, struct message *m, const struct envelope *env)
{
	struct spool *spool = w->answer->queue->spool;
	const struct act *act = w->arg;
	struct blob store = { 0 };
	struct envelope_rcpt er;
	enum filter_state state;
	struct cursor c;
	struct mark mark;
	struct rcpt *rcpt;
	struct state st;
	uint32_t i, position;

	if (spool_state(spool, m, &st, &store) == -1)
		return;
	envelope_first(env, &c);
	for (i = 0; i < st.rcpts && envelope_next(&c, &er) == 1; i++) {
		rcpt = message_find_rcpt(m, i);
		if (rcpt == NULL)
			continue;
		position = (uint32_t)(rcpt - message_rcpt(m));
		state = filter_state_of(m, position);
		if (!filter_rcpt(&w->filter, m, position) ||
		    !act_applies(act, state) ||
		    message_task_of(m, position)->state == TASK_INFLIGHT)
			continue;
		memset(&mark, 0, sizeof(mark));
		mark.index = i;
		make_mark(act, &st.rcpt[i], &mark);
		if (spool_mark(spool, m, &mark) == 0)
			tell(w, m, env, er.address);
		else
			log_warn("marking a recipient %s", act->event);
	}
	state_clear(&st);
	blob_free(&store);
}

static void
bounce_rcpts(struct walk *w, struct message *m)
{
	struct batch *b;
	unsigned i;

	for (i = 0; i < m->tasks; i++) {
		if (m->task[i].state == TASK_INFLIGHT)
			continue;
		b = batch_new(w->answer->queue, &m->task[i]);
		if (b != NULL)
			batch_return(b, &w->filter);
		batch_free(b);
	}
}

/* Count what is meant of a message; how many that can be changed. */
static uint64_t
count(struct walk *w, struct message *m)
{
	struct act *act = w->arg;
	enum filter_state state;
	uint64_t n = 0;
	uint32_t i;

	for (i = 0; i < m->rcpts; i++) {
		state = filter_state_of(m, i);
		if (!filter_rcpt(&w->filter, m, i) || !act_applies(act, state))
			continue;
		/* A held one may stand in a task that is in flight. */
		if (message_task_of(m, i)->state == TASK_INFLIGHT)
			act->inflight++;
		else
			n++;
	}
	act->rcpts += n;
	act->messages += n > 0;
	return n;
}

/* Try the tasks now that have a recipient that is meant. */
static void
flush(struct walk *w, struct message *m)
{
	uint32_t i;

	for (i = 0; i < m->rcpts; i++)
		if (filter_rcpt(&w->filter, m, i))
			schedule_flush(w->answer->queue->schedule,
			    message_task_of(m, i));
}

static bool
act_visit(struct walk *w, struct message *m, const struct envelope *env)
{
	struct schedule *schedule = w->answer->queue->schedule;
	const struct act *act = w->arg;

	if (count(w, m) == 0)
		return true;
	if (act->kind == ACT_FLUSH) {
		flush(w, m);
		return true;
	}
	schedule_remove(schedule, m);
	if (act->kind == ACT_BOUNCE)
		bounce_rcpts(w, m);
	else
		mark_rcpts(w, m, env);
	schedule_add(schedule, m);
	return true;
}

/*
 * One whose envelope cannot be read.  If it is damaged it can only be removed;
 * to have it stay for ever would be no answer to a release or a bounce.
 */
static bool
act_unread(struct walk *w, struct message *m, int error)
{
	struct act *act = w->arg, before = *act;

	if (count(w, m) == 0)
		return true;
	if (error != EBADMSG) {
		*act = before;
		act->unread++;
		act->error = error;
		return true;
	}
	act->hurt++;
	if (m->inflight == 0 && act->kind != ACT_HOLD &&
	    act->kind != ACT_REROUTE)
		spool_lose(w->answer->queue->spool, m, "damaged on disk");
	return true;
}

/* Whether something could not be done as it was asked for. */
static bool
act_failed(struct walk *w)
{
	const struct act *act = w->arg;
	const char *given_up = "given up; what is left of them is in the "
			       "folder corrupt of the spool";

	if (act->unread > 0)
		answer_fail(w->answer, NULL, "%llu messages cannot be read: %s",
		    (unsigned long long)act->unread, strerror(act->error));
	else if (act->hurt > 0 && act->kind != ACT_REMOVE) {
		answer_wrong(w->answer, ADMIN_DAMAGED);
		answer_fail(w->answer,
		    "\"edctl queue verify\" tells which; look at the disk",
		    "%llu of these messages are damaged on disk and %s",
		    (unsigned long long)act->hurt,
		    act->kind == ACT_HOLD || act->kind == ACT_REROUTE ?
			"stay as they are" :
			given_up);
	} else
		return false;
	return true;
}

static void
act_over(struct walk *w)
{
	struct act *act = w->arg;
	struct row *row;

	row = row_new();
	if (row != NULL) {
		row_num(row, "recipients", (int64_t)act->rcpts);
		row_num(row, "messages", (int64_t)act->messages);
		row_num(row, "inflight", (int64_t)act->inflight);
		if (act->hurt > 0)
			row_num(row, "damaged", (int64_t)act->hurt);
		answer_row(w->answer, row);
	}
	row_free(row);
	if (!act_failed(w))
		answer_ok(w->answer);
}

/* Whether a route's host is a name or an address that can be. */
static bool
host_is_valid(const char *host)
{
	const char *p;

	for (p = host; *p != '\0'; p++)
		if (strchr("abcdefghijklmnopqrstuvwxyz"
			   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:",
			*p) == NULL)
			return false;
	return p > host && p - host < (ptrdiff_t)HOST_SIZE;
}

/* "via HOST [port N]", which the filter does not know, out of the words. */
static int
take_route(struct act *act, const struct admin_command *cmd, uint32_t *words)
{
	const char *host = NULL, *port = "25", *error;
	uint32_t n;
	long long number;

	for (n = cmd->words; n >= 4; n -= 2) {
		if (strcmp(cmd->word[n - 2], "via") == 0)
			host = cmd->word[n - 1];
		else if (strcmp(cmd->word[n - 2], "port") == 0)
			port = cmd->word[n - 1];
		else
			break;
	}
	*words = n;
	number = strtonum(port, 1, UINT16_MAX, &error);
	if (host == NULL || error != NULL || !host_is_valid(host))
		return -1;
	if (strcmp(host, "default") != 0)
		(void)snprintf(act->via, sizeof(act->via), "%s port %lld", host,
		    number);
	return 0;
}

static struct act *
act_new(const char *word)
{
	struct act *act;
	size_t i;

	act = calloc(1, sizeof(*act));
	for (i = 0; act != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].word, word) == 0) {
			act->kind = kinds[i].kind;
			act->event = kinds[i].event;
		}
	return act;
}

static void
act(struct answer *a, const struct admin_command *cmd)
{
	struct admin_command rest = *cmd;
	struct act *act;
	struct walk *w;

	act = act_new(cmd->word[1]);
	if (act == NULL) {
		answer_fail(a, NULL, "queue is out of memory");
		return;
	}
	if (act->kind == ACT_REROUTE &&
	    take_route(act, cmd, &rest.words) == -1) {
		answer_fail(a,
		    "via is followed by a host name, an IP address or "
		    "\"default\"; port by a number from 1 to 65535",
		    "no such route");
		free(act);
		return;
	}
	w = walk_new(a, &rest, 2);
	if (w == NULL) {
		free(act);
		return;
	}
	w->arg = act;
	if (w->filter.empty) {
		answer_wrong(a, ADMIN_ALL);
		answer_fail(a,
		    "give an id, a condition such as \"domain example.org\", "
		    "or the word \"all\"",
		    "this would %s everything in the queue", cmd->word[1]);
		free(act);
		free(w);
		return;
	}
	w->visit = act_visit;
	w->unread = act_unread;
	w->over = act_over;
	w->envelopes = act->kind != ACT_FLUSH;
	walk_start(w);
}

/* What this file answers. */
const struct admin_verb *
admin_act_verbs(void)
{
	static const struct admin_verb verbs[] = {
		{ { "queue", "hold" }, act },
		{ { "queue", "release" }, act },
		{ { "queue", "flush" }, act },
		{ { "queue", "remove" }, act },
		{ { "queue", "bounce" }, act },
		{ { "queue", "reroute" }, act },
		{ { NULL, NULL }, NULL },
	};

	return verbs;
}
