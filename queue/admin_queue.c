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
 * "queue list" and "queue show": what is in the queue, a row a recipient.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "clock.h"
#include "envelope.h"
#include "id.h"
#include "message.h"
#include "proto_admin.h"
#include "proto_submit.h"
#include "queue.h"
#include "row.h"
#include "schedule.h"
#include "spool.h"
#include "state.h"
#include "walk.h"

/* Where mail for a recipient goes, if not where its domain says. */
static const char *
via_of(const struct task *t)
{
	const char *via;

	via = destination_via(t->destination->domain);
	return via == NULL ? "" : via;
}

/* Why an envelope could not be read. */
static const char *
why_unread(int error)
{
	return error == EBADMSG ? "damaged on disk" : strerror(error);
}

/* A moment of the schedule, unix seconds, as a date; 0: none. */
static void
put_time(struct row *row, const char *name, int64_t when)
{
	row_time(row, name, when == 0 ? 0 : clock_date(when * 1000) / 1000);
}

static void
list_rcpt(struct walk *w, struct message *m, const struct envelope *env,
    const char *address, uint32_t position, const struct state_rcpt *r,
    struct row *row)
{
	struct queue *q = w->answer->queue;
	struct task *t;
	char id[ID_TEXT_SIZE];

	t = message_task_of(m, position);
	row_str(row, "id", id_format(m->id, id));
	row_str(row, "user", env->user);
	row_str(row, "sender", env->sender);
	row_str(row, "recipient", address);
	row_str(row, "state", filter_state_name(filter_state_of(m, position)));
	row_num(row, "attempts", r->attempts);
	put_time(row, "next", schedule_task_next(q->schedule, t));
	put_time(row, "queued", m->accepted / 1000);
	row_num(row, "size", (int64_t)(m->body_len + m->prefix_len));
	row_str(row, "via", via_of(t));
	row_str(row, "error", r->text);
	answer_row(w->answer, row);
}

/* Rows of one message's recipients, as far as there is room. */
static bool
list_rcpts(struct walk *w, struct message *m, const struct envelope *env)
{
	struct spool *spool = w->answer->queue->spool;
	struct blob store = { 0 };
	struct envelope_rcpt er;
	struct cursor c;
	struct state st;
	struct rcpt *rcpt;
	struct row *row;
	uint32_t i, position;
	bool hurt = w->error != 0;

	row = row_new();
	if (row == NULL || spool_state(spool, m, &st, &store) == -1) {
		row_free(row);
		return true;
	}
	er.address = "";
	envelope_first(env, &c);
	for (i = 0; i < st.rcpts && (hurt || envelope_next(&c, &er) == 1);
	     i++) {
		rcpt = message_find_rcpt(m, i);
		if (i < w->place || rcpt == NULL)
			continue;
		if (!answer_has_room(w->answer))
			break;
		position = (uint32_t)(rcpt - message_rcpt(m));
		if (hurt)
			st.rcpt[i].text = why_unread(w->error);
		if (filter_rcpt(&w->filter, m, position))
			list_rcpt(w, m, env, er.address, position, &st.rcpt[i],
			    row);
	}
	w->place = i;
	i = st.rcpts;
	row_free(row);
	state_clear(&st);
	blob_free(&store);
	return w->place >= i;
}

static bool
list_visit(struct walk *w, struct message *m, const struct envelope *env)
{
	w->error = 0;
	return list_rcpts(w, m, env);
}

/* An envelope of which only the user is known. */
static void
make_unknown(struct envelope *env, const struct message *m)
{
	memset(env, 0, sizeof(*env));
	env->sender = env->return_path = env->from = env->message_id =
	    env->envid = env->compartment = env->selector = env->source =
		env->sources = "";
	env->user = m->owner == NULL ? "" : m->owner->name;
}

/* What memory and the index have of one whose envelope cannot be read. */
static bool
list_unread(struct walk *w, struct message *m, int error)
{
	struct envelope env;

	w->error = error;
	make_unknown(&env, m);
	return list_rcpts(w, m, &env);
}

static void
list_over(struct walk *w)
{
	answer_ok(w->answer);
}

static void
list(struct answer *a, const struct admin_command *cmd)
{
	struct walk *w;

	w = walk_new(a, cmd, 2);
	if (w == NULL)
		return;
	w->visit = list_visit;
	w->unread = list_unread;
	w->over = list_over;
	w->envelopes = true;
	walk_start(w);
}

static void
show_message(struct answer *a, struct message *m, const struct envelope *env,
    struct row *row)
{
	char id[ID_TEXT_SIZE];

	row_str(row, "id", id_format(m->id, id));
	row_str(row, "kind",
	    (m->flags & MESSAGE_BOUNCE) != 0 ? "report" : "mail");
	row_str(row, "class",
	    (m->flags & MESSAGE_BULK) != 0 ? "bulk" : "transactional");
	row_str(row, "sender", env->sender);
	row_str(row, "returnPath", env->return_path);
	row_str(row, "from", env->from);
	row_str(row, "messageId", env->message_id);
	row_str(row, "envid", env->envid);
	row_str(row, "user", env->user);
	row_str(row, "compartment", env->compartment);
	row_str(row, "dkimSelector", env->selector);
	row_str(row, "source", env->source);
	row_str(row, "leavesFrom", env->sources);
	row_num(row, "size", (int64_t)(m->body_len + m->prefix_len));
	row_num(row, "recipients", m->rcpts);
	row_num(row, "open", m->open);
	put_time(row, "queued", m->accepted / 1000);
	put_time(row, "expires", m->accepted / 1000 + a->queue->conf.expire);
	answer_row(a, row);
}

static void
show_first(struct walk *w, struct message *m, const struct envelope *env)
{
	struct row *row;

	if (w->place > 0)
		return;
	row = row_new();
	if (row != NULL)
		show_message(w->answer, m, env, row);
	row_free(row);
}

/* The message, then its recipients. */
static bool
show_visit(struct walk *w, struct message *m, const struct envelope *env)
{
	show_first(w, m, env);
	return list_visit(w, m, env);
}

static bool
show_unread(struct walk *w, struct message *m, int error)
{
	struct envelope env;

	make_unknown(&env, m);
	show_first(w, m, &env);
	return list_unread(w, m, error);
}

static void
show_over(struct walk *w)
{
	if (w->error == 0) {
		answer_ok(w->answer);
		return;
	}
	if (w->error == EBADMSG)
		answer_wrong(w->answer, ADMIN_DAMAGED);
	answer_fail(w->answer,
	    w->error == EBADMSG ?
		"\"edctl queue remove\" gives it up, and what is left of it is "
		"copied to the folder corrupt of the spool" :
		NULL,
	    "the envelope cannot be read: %s", why_unread(w->error));
}

static void
show(struct answer *a, const struct admin_command *cmd)
{
	struct walk *w;

	w = walk_new(a, cmd, 2);
	if (w == NULL)
		return;
	w->visit = show_visit;
	w->unread = show_unread;
	w->over = show_over;
	w->envelopes = true;
	if (w->filter.id == 0) {
		answer_fail(a, "see \"edctl queue list\"",
		    "the id of a message is needed");
		free(w);
		return;
	}
	walk_start(w);
}

/* What this file answers. */
const struct admin_verb *
admin_queue_verbs(void)
{
	static const struct admin_verb verbs[] = {
		{ { "queue", "list" }, list },
		{ { "queue", "show" }, show },
		{ { NULL, NULL }, NULL },
	};

	return verbs;
}
