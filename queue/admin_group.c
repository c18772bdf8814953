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
 * "queue count" and "queue summary": what is in the queue, counted by groups.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "clock.h"
#include "envelope.h"
#include "group.h"
#include "message.h"
#include "owner.h"
#include "proto_admin.h"
#include "queue.h"
#include "row.h"
#include "schedule.h"
#include "spool.h"
#include "steer.h"
#include "walk.h"

enum by {
	BY_NOTHING = 1,
	BY_DESTINATION,
	BY_SENDER,
	BY_USER,
	BY_STATE,
	BY_AGE
};

static const struct {
	const char *word;
	enum by by;
} keys[] = {
	{ "destination", BY_DESTINATION },
	{ "sender", BY_SENDER },
	{ "user", BY_USER },
	{ "state", BY_STATE },
	{ "age", BY_AGE },
};

struct counting {
	enum by by;
	const char *name; /* of the key */
	bool summary;
	struct groups groups;
};

/* The group of ages that a message belongs to. */
static const char *
age_of(const struct message *m)
{
	static const struct {
		int64_t seconds;
		const char *name;
	} ages[] = { { 60, "under 1m" }, { 600, "1m to 10m" },
		{ 3600, "10m to 1h" }, { 21600, "1h to 6h" },
		{ 86400, "6h to 1d" }, { 259200, "1d to 3d" } };
	int64_t age;
	size_t i;

	age = (clock_now() - m->accepted) / 1000;
	for (i = 0; i < sizeof(ages) / sizeof(ages[0]); i++)
		if (age < ages[i].seconds)
			return ages[i].name;
	return "over 3d";
}

static const char *
key_of(enum by by, struct message *m, const struct envelope *env, uint32_t i,
    char name[DESTINATION_NAME_SIZE])
{
	switch (by) {
	case BY_DESTINATION:
		destination_shown(message_task_of(m, i)->destination->domain,
		    name);
		return name;
	case BY_SENDER:
		return env == NULL ? "(damaged)" : env->sender;
	case BY_USER:
		return m->owner == NULL ? "" : m->owner->name;
	case BY_STATE:
		return filter_state_name(filter_state_of(m, i));
	case BY_AGE:
		return age_of(m);
	case BY_NOTHING:
		break;
	}
	return "";
}

/* When something of the group is tried next, the first of all. */
static void
note_next(struct group *g, const struct queue *q, const struct task *t)
{
	int64_t next;

	next = schedule_task_next(q->schedule, t);
	if (g->next == 0 || (next != 0 && next < g->next))
		g->next = next;
}

/*
 * What is known of the destination.  One line may be of several: mail leaves
 * from different addresses.
 */
static void
note_destination(struct group *g, const struct destination *d)
{
	if (d->error != NULL && (g->error == NULL || (d->down && !g->down))) {
		free(g->error);
		g->error = strdup(d->error);
	}
	g->down = g->down || d->down;
}

/* Whether it waits for an operator, and since when. */
static void
note_pause(struct group *g, const struct queue *q, const struct task *t)
{
	const struct owner *o = task_message(t)->owner;
	int64_t since;

	since = steer_keeps(q->steer, t->destination->domain,
	    o == NULL ? "" : o->name);
	if (since == 0)
		return;
	g->paused++;
	if (g->since == 0 || since < g->since)
		g->since = since;
}

static bool
count_visit(struct walk *w, struct message *m, const struct envelope *env)
{
	char name[DESTINATION_NAME_SIZE];
	struct counting *c = w->arg;
	struct group *g;
	enum filter_state state;
	uint32_t i;

	for (i = 0; i < m->rcpts; i++) {
		if (!filter_rcpt(&w->filter, m, i))
			continue;
		g = group_get(&c->groups, key_of(c->by, m, env, i, name));
		if (g == NULL)
			continue;
		state = filter_state_of(m, i);
		g->rcpts++;
		g->state[state]++;
		if (state == FILTER_WAITING || state == FILTER_DEFERRED)
			note_next(g, w->answer->queue, message_task_of(m, i));
		if (c->summary &&
		    (state == FILTER_WAITING || state == FILTER_DEFERRED))
			note_pause(g, w->answer->queue, message_task_of(m, i));
		if (c->summary)
			note_destination(g, message_task_of(m, i)->destination);
		if (g->last == m->id)
			continue;
		g->messages++;
		g->octets += m->body_len + m->prefix_len;
		g->last = m->id;
	}
	return true;
}

/* Its sender is not known, but it is there. */
static bool
count_unread(struct walk *w, struct message *m, int error)
{
	return count_visit(w, m, NULL);
}

static void
summary_row(const struct group *g, struct row *row)
{
	row_str(row, "destination", g->name);
	row_num(row, "waiting", (int64_t)g->state[FILTER_WAITING]);
	row_num(row, "inflight", (int64_t)g->state[FILTER_INFLIGHT]);
	row_num(row, "deferred", (int64_t)g->state[FILTER_DEFERRED]);
	row_num(row, "held", (int64_t)g->state[FILTER_HELD]);
	row_num(row, "paused", (int64_t)g->paused);
	row_time(row, "since", g->since);
	row_bool(row, "down", g->down);
	row_time(row, "next",
	    g->next == 0 ? 0 : clock_date(g->next * 1000) / 1000);
	row_str(row, "error", g->error == NULL ? "" : g->error);
}

/* One group a row, while there is room. */
static void
group_step(struct answer *a)
{
	struct walk *w = a->work;
	struct counting *c = w->arg;
	struct group *g;
	struct row *row;

	row = row_new();
	while (row != NULL && answer_has_room(a) &&
	    (g = group_next(&c->groups)) != NULL) {
		if (c->summary)
			summary_row(g, row);
		else {
			if (c->name != NULL)
				row_str(row, c->name, g->name);
			row_num(row, "recipients", (int64_t)g->rcpts);
			row_num(row, "messages", (int64_t)g->messages);
			row_num(row, "octets", (int64_t)g->octets);
		}
		answer_row(a, row);
	}
	row_free(row);
	if (answer_has_room(a))
		answer_ok(a);
	else
		answer_go(a);
}

/* All are counted: tell, the largest first. */
static void
count_over(struct walk *w)
{
	struct counting *c = w->arg;

	if (c->by == BY_NOTHING)
		(void)group_get(&c->groups, "");
	groups_sort(&c->groups);
	w->answer->step = group_step;
	answer_go(w->answer);
}

static void
counting_free(void *arg)
{
	struct counting *c = arg;

	groups_clear(&c->groups);
	free(c);
}

static void
start(struct answer *a, const struct admin_command *cmd, struct counting *c)
{
	struct admin_command rest = *cmd;
	struct walk *w;
	size_t i;

	if (rest.words >= 4 && strcmp(rest.word[rest.words - 2], "by") == 0) {
		for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			if (strcmp(keys[i].word, rest.word[rest.words - 1]) ==
			    0) {
				c->by = keys[i].by;
				c->name = keys[i].word;
			}
		if (c->name == NULL) {
			answer_fail(a,
			    "it is destination, sender, user, state or age",
			    "cannot count by \"%.100s\"",
			    rest.word[rest.words - 1]);
			free(c);
			return;
		}
		rest.words -= 2;
	}
	w = walk_new(a, &rest, 2);
	if (w == NULL) {
		free(c);
		return;
	}
	w->arg = c;
	w->arg_free = counting_free;
	w->visit = count_visit;
	w->unread = count_unread;
	w->over = count_over;
	w->envelopes = c->by == BY_SENDER;
	walk_start(w);
}

static void
count(struct answer *a, const struct admin_command *cmd)
{
	struct counting *c;

	c = calloc(1, sizeof(*c));
	if (c == NULL) {
		answer_fail(a, NULL, "queue is out of memory");
		return;
	}
	c->summary = strcmp(cmd->word[1], "summary") == 0;
	c->by = c->summary ? BY_DESTINATION : BY_NOTHING;
	start(a, cmd, c);
}

/* What this file answers. */
const struct admin_verb *
admin_group_verbs(void)
{
	static const struct admin_verb verbs[] = {
		{ { "queue", "count" }, count },
		{ { "queue", "summary" }, count },
		{ { NULL, NULL }, NULL },
	};

	return verbs;
}
