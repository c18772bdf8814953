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
 * From outcomes to marks.  A delivered recipient is marked at once; one that
 * failed for good is marked when the batch is over, in the commit that takes
 * the bounce.  What control should know goes there as a notice.
 */
#include "outcome.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bounce.h"
#include "clock.h"
#include "compat.h"
#include "crash.h"
#include "destination.h"
#include "envelope.h"
#include "filter.h"
#include "histogram.h"
#include "id.h"
#include "journal.h"
#include "log.h"
#include "notice.h"
#include "proto_notice.h"
#include "proto_submit.h"
#include "proto_work.h"
#include "provider.h"
#include "qbounds.h"
#include "queue.h"
#include "schedule.h"
#include "segment.h"
#include "spool.h"

struct batch_rcpt {
	uint32_t index;
	uint8_t notify;
	bool reported;
	bool late;   /* the sender hears of it now */
	bool failed; /* for good; bounced when the batch is over */
	bool stated; /* as in struct work_outcome, like these two */
	uint16_t code;
	char enhanced[16];
	char *address;
	char *orcpt;
	char *text; /* why it failed */
	char *host;
};

/* A batch of the task, with nobody in it yet; NULL without memory. */
struct batch *
batch_new(struct queue *q, struct task *t)
{
	struct batch *b;

	b = calloc(1, sizeof(*b));
	if (b == NULL)
		return NULL;
	b->queue = q;
	b->task = t;
	return b;
}

/* NULL is allowed. */
void
batch_free(struct batch *b)
{
	uint32_t i;

	if (b == NULL)
		return;
	for (i = 0; i < b->rcpts; i++) {
		free(b->rcpt[i].address);
		free(b->rcpt[i].orcpt);
		free(b->rcpt[i].text);
		free(b->rcpt[i].host);
	}
	free(b->rcpt);
	free(b);
}

/* Remember who is in it, copied.  -1 without memory. */
int
batch_take_rcpts(struct batch *b, const struct work_batch *wb)
{
	struct batch_rcpt *r;
	uint32_t i;

	b->rcpt = calloc(wb->rcpts, sizeof(*b->rcpt));
	if (b->rcpt == NULL)
		return -1;
	for (i = 0; i < wb->rcpts; i++) {
		r = &b->rcpt[i];
		b->rcpts++;
		r->index = wb->rcpt[i].index;
		r->notify = wb->rcpt[i].notify;
		r->address = strdup(wb->rcpt[i].address);
		r->orcpt = strdup(wb->rcpt[i].orcpt);
		if (r->address == NULL || r->orcpt == NULL)
			return -1;
	}
	b->left = b->rcpts;
	return 0;
}

static struct batch_rcpt *
find_rcpt(struct batch *b, uint32_t index)
{
	uint32_t i;

	for (i = 0; i < b->rcpts; i++)
		if (b->rcpt[i].index == index)
			return &b->rcpt[i];
	return NULL;
}

/* The envelope is in memory while a batch is under way; or empty strings. */
static void
envelope_of(struct batch *b, struct envelope *env)
{
	static const struct envelope none = { .sender = "",
		.return_path = "",
		.from = "",
		.message_id = "",
		.envid = "",
		.user = "",
		.compartment = "",
		.selector = "",
		.source = "",
		.sources = "" };
	struct message *m = task_message(b->task);

	if (spool_envelope(b->queue->spool, m) == -1 ||
	    envelope_decode(env, m->envelope, m->meta_len) == -1)
		*env = none;
}

static void
journal_outcome(struct batch *b, const char *event, const struct batch_rcpt *r,
    const struct work_outcome *o)
{
	struct journal *j = b->queue->journal;
	struct envelope env;

	envelope_of(b, &env);
	journal_begin(j, event, task_message(b->task)->id);
	journal_str(j, "recipient", r->address);
	journal_str(j, "sender", env.sender);
	journal_str(j, "from", env.from);
	journal_str(j, "messageId", env.message_id);
	journal_str(j, "user", env.user);
	journal_str(j, "compartment", env.compartment);
	if (o->code != 0)
		journal_num(j, "code", o->code);
	journal_str(j, "enhanced", o->enhanced);
	journal_str(j, "text", o->text);
	journal_str(j, "host", o->host);
	journal_str(j, "address", o->address);
	journal_str(j, "tls", o->tls);
	journal_num(j, "attempt", b->task->attempts + 1);
	journal_end(j);
}

/* How long the message took until it was relayed. */
static void
count_time(struct batch *b)
{
	const struct message *m = task_message(b->task);
	const char *name = b->task->destination->domain;
	enum provider p;

	p = provider_of(name, destination_domain_length(name));
	histogram_add(&b->queue->relayed[p],
	    (clock_now() - m->accepted) * 1000);
}

static void
mark_done(struct batch *b, uint32_t index)
{
	struct mark mark;

	memset(&mark, 0, sizeof(mark));
	mark.index = index;
	mark.state = RCPT_DONE;
	if (spool_mark(b->queue->spool, task_message(b->task), &mark) == -1)
		log_warn("marking a recipient done: it may get the message "
			 "again");
}

/* It failed for good: kept until the batch is over. */
static void
fail_rcpt(struct batch *b, struct batch_rcpt *r, const struct work_outcome *o)
{
	r->failed = true;
	r->code = o->code;
	r->stated = o->stated;
	memcpy(r->enhanced, o->enhanced, sizeof(r->enhanced));
	r->text = strdup(o->text);
	r->host = strdup(o->host);
}

/*
 * Tell control what is known of a recipient now: that it does not exist, could
 * not be reached this time, or was reached.
 */
static void
notify_control(struct batch *b, enum notice_kind kind,
    const struct batch_rcpt *r, const struct work_outcome *o)
{
	struct notice_bounce n;
	struct envelope env;

	envelope_of(b, &env);
	if ((task_message(b->task)->flags & MESSAGE_BOUNCE) != 0 ||
	    env.compartment[0] == '\0')
		return;
	memset(&n, 0, sizeof(n));
	n.kind = kind;
	n.message = task_message(b->task)->id;
	(void)strlcpy(n.compartment, env.compartment, sizeof(n.compartment));
	(void)strlcpy(n.rcpt, r->address, sizeof(n.rcpt));
	(void)strlcpy(n.message_id, env.message_id, sizeof(n.message_id));
	(void)strlcpy(n.host, o->host, sizeof(n.host));
	(void)strlcpy(n.text, o->text, sizeof(n.text));
	if (kind == NOTICE_DELIVERED)
		notices_delivered(b->queue->notices, &n);
	else
		notices_add(b->queue->notices, &n);
}

/* A reply to this recipient, and not to who sends or what. */
static bool
is_soft(const struct work_outcome *o)
{
	return o->outcome == OUTCOME_TEMPFAIL && o->code != 0 &&
	    o->failure != FAILURE_POLICY;
}

/* It failed for good: what that says of the recipient. */
static void
notify_permfail(struct batch *b, const struct batch_rcpt *r,
    const struct work_outcome *o)
{
	if (o->failure == FAILURE_UNKNOWN)
		notify_control(b, NOTICE_HARD, r, o);
	else if (o->failure == FAILURE_QUOTA)
		notify_control(b, NOTICE_SOFT, r, o);
}

static void
defer(struct batch *b, struct batch_rcpt *r, const struct work_outcome *o)
{
	struct queue *q = b->queue;
	char text[REPLY_SIZE];

	if (schedule_expired(q->schedule, task_message(b->task))) {
		q->stats.expired++;
		journal_outcome(b, "expired", r, o);
		if (is_soft(o))
			notify_control(b, NOTICE_SOFT, r, o);
		fail_rcpt(b, r, o);
		return;
	}
	q->stats.deferred++;
	journal_outcome(b, "deferred", r, o);
	bounce_reply(o->code, o->stated ? o->enhanced : "", o->text, text);
	destination_set_error(b->task->destination, text);
	/* The attempt is counted once, when the batch is over. */
	r->text = strdup(o->text);
	r->host = strdup(o->host);
	r->code = o->code;
	r->stated = o->stated;
	memcpy(r->enhanced, o->enhanced, sizeof(r->enhanced));
	b->tried = true;
}

/*
 * Say that it was relayed, if that was asked for and the receiver does not say
 * it; in the commit of the mark that ends the recipient.
 */
static void
report_success(struct batch *b, const struct batch_rcpt *r,
    const struct work_outcome *o)
{
	const struct bounce_rcpt one = { r->address, r->orcpt, o->enhanced,
		o->text, o->host, o->code, o->stated };

	if ((r->notify & NOTIFY_SUCCESS) != 0 && !o->dsn)
		bounce_send(b->queue, task_message(b->task), BOUNCE_RELAYED,
		    &one, 1);
}

/*
 * The outcome of one recipient.  -1 if it is nobody's in this batch: then
 * the worker is not to be trusted.
 */
int
batch_outcome(struct batch *b, const struct work_outcome *o)
{
	struct batch_rcpt *r;

	r = find_rcpt(b, o->index);
	if (r == NULL || r->reported)
		return -1;
	r->reported = true;
	b->left--;
	CRASH("outcome-told");
	switch (o->outcome) {
	case OUTCOME_DELIVERED:
		b->took = true;
		b->queue->stats.relayed++;
		count_time(b);
		journal_outcome(b, "relayed", r, o);
		report_success(b, r, o);
		if (notices_watch(b->queue->notices))
			notify_control(b, NOTICE_DELIVERED, r, o);
		mark_done(b, r->index);
		break;
	case OUTCOME_PERMFAIL:
		b->took = true;
		b->queue->stats.bounced++;
		journal_outcome(b, "bounced", r, o);
		notify_permfail(b, r, o);
		fail_rcpt(b, r, o);
		break;
	case OUTCOME_TEMPFAIL:
		b->took = true;
		defer(b, r, o);
		break;
	case OUTCOME_HOST_DOWN:
		b->down = true;
		defer(b, r, o);
		break;
	case OUTCOME_DAMAGED:
		/* It comes back at once, and is returned to its sender. */
		b->partial = true;
		spool_damaged(b->queue->spool, task_message(b->task));
		break;
	}
	return 0;
}

/* Bounce and mark all that failed for good. */
static void
report_failures(struct batch *b)
{
	struct bounce_rcpt *list;
	struct batch_rcpt *r;
	size_t n = 0;
	uint32_t i;

	list = calloc(b->rcpts == 0 ? 1 : b->rcpts, sizeof(*list));
	for (i = 0; i < b->rcpts && list != NULL; i++) {
		r = &b->rcpt[i];
		if (!r->failed || (r->notify & NOTIFY_NEVER) != 0 ||
		    (r->notify != 0 && (r->notify & NOTIFY_FAILURE) == 0))
			continue;
		list[n].address = r->address;
		list[n].orcpt = r->orcpt;
		list[n].enhanced = r->enhanced;
		list[n].text = r->text == NULL ? "" : r->text;
		list[n].host = r->host == NULL ? "" : r->host;
		list[n].code = r->code;
		list[n].stated = r->stated;
		n++;
	}
	bounce_send(b->queue, task_message(b->task), BOUNCE_FAILED, list, n);
	free(list);
	for (i = 0; i < b->rcpts; i++)
		if (b->rcpt[i].failed)
			mark_done(b, b->rcpt[i].index);
}

/*
 * Whether the sender is to hear now that a recipient waits: once, and if he
 * said which reports he wants, only if this is one of them.
 */
static bool
wants_delay(const struct batch *b, const struct batch_rcpt *r)
{
	const struct rcpt *rcpt;

	rcpt = message_find_rcpt(task_message(b->task), r->index);
	return rcpt != NULL && !rcpt->noticed &&
	    schedule_late(b->queue->schedule, task_message(b->task)) &&
	    (r->notify == 0 || (r->notify & NOTIFY_DELAY) != 0);
}

/* Tell of those whose text says why they wait. */
static void
report_delays(struct batch *b)
{
	struct bounce_rcpt *list;
	struct batch_rcpt *r;
	size_t n = 0;
	uint32_t i;

	list = calloc(b->rcpts == 0 ? 1 : b->rcpts, sizeof(*list));
	for (i = 0; i < b->rcpts && list != NULL; i++) {
		r = &b->rcpt[i];
		r->late = !r->failed && r->text != NULL && wants_delay(b, r);
		if (!r->late)
			continue;
		list[n].address = r->address;
		list[n].orcpt = r->orcpt;
		list[n].enhanced = r->enhanced;
		list[n].text = r->text;
		list[n].host = r->host == NULL ? "" : r->host;
		list[n].code = r->code;
		list[n].stated = r->stated;
		n++;
	}
	bounce_send(b->queue, task_message(b->task), BOUNCE_DELAYED, list, n);
	free(list);
}

/* Mark those that wait for another attempt; the attempt counts once. */
static void
mark_deferred(struct batch *b, int64_t next)
{
	struct queue *q = b->queue;
	struct task *t = b->task;
	const struct rcpt *rcpt;
	struct batch_rcpt *r;
	char text[REPLY_SIZE];
	struct mark mark;
	uint32_t i;

	if (!b->tried)
		return;
	report_delays(b);
	memset(&mark, 0, sizeof(mark));
	mark.state = RCPT_DEFERRED;
	mark.next = next;
	mark.attempts = (uint16_t)(t->attempts == UINT16_MAX ? UINT16_MAX :
							       t->attempts + 1);
	for (i = 0; i < b->rcpts; i++) {
		r = &b->rcpt[i];
		if (!r->reported || r->failed || r->text == NULL)
			continue;
		rcpt = message_find_rcpt(task_message(t), r->index);
		mark.index = r->index;
		bounce_reply(r->code, r->stated ? r->enhanced : "", r->text,
		    text);
		mark.text = text;
		mark.noticed = r->late || (rcpt != NULL && rcpt->noticed);
		if (spool_mark(q->spool, task_message(t), &mark) == -1)
			log_warn("marking a recipient deferred");
	}
}

/*
 * The batch has all its outcomes, or its worker is gone.  Frees it; what is
 * still open of its task goes back to the schedule.
 */
void
batch_over(struct batch *b)
{
	struct queue *q = b->queue;
	struct task *t = b->task;
	struct message *m = task_message(t);
	struct segment *s = m->segment;
	enum schedule_result result = SCHEDULE_RETURNED;

	report_failures(b);
	CRASH("bounce-made");
	if (b->left == 0 && b->down && !b->took)
		result = SCHEDULE_DOWN;
	else if (b->left == 0 && b->tried)
		result = SCHEDULE_LATER;
	else if (b->left == 0 && !b->partial)
		result = SCHEDULE_OK;
	mark_deferred(b, schedule_judge(q->schedule, t, result));
	CRASH("outcome-marked");
	m->inflight--;
	schedule_over(q->schedule, t, result);
	spool_envelope_drop(q->spool, m);
	spool_segment_release(q->spool, s);
	batch_free(b);
}

/* Open recipients of a task that end without another attempt. */
static int
collect_open(struct batch *b, const struct envelope *env,
    const struct filter *filter)
{
	struct task *t = b->task;
	struct rcpt *r = message_rcpt(task_message(t));
	struct envelope_rcpt er;
	struct batch_rcpt *br;
	struct cursor c;
	uint32_t place = 0, i = t->first;

	b->rcpt = calloc(t->count, sizeof(*b->rcpt));
	if (b->rcpt == NULL)
		return -1;
	envelope_first(env, &c);
	while (i < t->first + t->count && envelope_next(&c, &er) == 1) {
		if (place++ != r[i].index)
			continue;
		i++;
		if (filter == NULL ?
			!task_rcpt_is_open(t, i - 1) :
			!filter_rcpt(filter, task_message(t), i - 1))
			continue;
		br = &b->rcpt[b->rcpts++];
		br->index = r[i - 1].index;
		br->notify = er.notify;
		br->address = strdup(er.address);
		br->orcpt = strdup(er.orcpt);
		if (br->address == NULL || br->orcpt == NULL)
			return -1;
	}
	return 0;
}

/*
 * Bounce what is open of the task, or what the filter names of all that is not
 * done.
 */
static void
end_all(struct batch *b, const struct filter *filter, const char *event,
    const struct work_outcome *o, uint64_t *count)
{
	struct envelope env;
	uint32_t i;

	envelope_of(b, &env);
	if (env.rcpts == 0 || collect_open(b, &env, filter) == -1)
		return;
	for (i = 0; i < b->rcpts; i++) {
		(*count)++;
		journal_outcome(b, event, &b->rcpt[i], o);
		fail_rcpt(b, &b->rcpt[i], o);
	}
	report_failures(b);
}

/* All open recipients fail: their destination stayed down. */
void
batch_expire(struct batch *b)
{
	const char *error = b->task->destination->error;
	struct work_outcome o;

	memset(&o, 0, sizeof(o));
	o.outcome = OUTCOME_HOST_DOWN;
	o.failure = FAILURE_OTHER;
	(void)strlcpy(o.enhanced, "4.4.1", sizeof(o.enhanced));
	(void)strlcpy(o.text,
	    error != NULL ? error : "the destination could not be reached",
	    sizeof(o.text));
	end_all(b, NULL, "expired", &o, &b->queue->stats.expired);
}

/* All recipients fail, held ones too: there is no message any more. */
void
batch_damaged(struct batch *b)
{
	static const struct filter any;
	struct work_outcome o;

	memset(&o, 0, sizeof(o));
	o.outcome = OUTCOME_DAMAGED;
	o.failure = FAILURE_OTHER;
	(void)strlcpy(o.enhanced, "5.3.0", sizeof(o.enhanced));
	(void)strlcpy(o.text,
	    "the message was damaged in storage and could not be sent",
	    sizeof(o.text));
	end_all(b, &any, "bounced", &o, &b->queue->stats.bounced);
}

/*
 * An operator returns recipients of a task that the filter names; the task is
 * in no batch.
 */
void
batch_return(struct batch *b, const struct filter *filter)
{
	struct work_outcome o;

	memset(&o, 0, sizeof(o));
	o.outcome = OUTCOME_PERMFAIL;
	o.failure = FAILURE_OTHER;
	(void)strlcpy(o.enhanced, "5.7.1", sizeof(o.enhanced));
	(void)strlcpy(o.text, "returned by the administrator of this server",
	    sizeof(o.text));
	end_all(b, filter, "bounced", &o, &b->queue->stats.bounced);
}

/*
 * Tell the sender of a task that waits for its destination, without an attempt
 * of its own; what is not to be told is not looked at again.
 */
void
batch_late(struct batch *b)
{
	const struct destination *d = b->task->destination;
	struct message *m = task_message(b->task);
	struct envelope env;
	struct rcpt *rcpt;
	struct mark mark;
	uint32_t i;

	envelope_of(b, &env);
	if (env.rcpts == 0 || collect_open(b, &env, NULL) == -1)
		return;
	for (i = 0; i < b->rcpts; i++)
		b->rcpt[i].text = strdup(d->error != NULL ?
			d->error :
			"the destination cannot be reached");
	report_delays(b);
	for (i = 0; i < b->rcpts; i++) {
		rcpt = message_find_rcpt(m, b->rcpt[i].index);
		if (rcpt == NULL || rcpt->noticed)
			continue;
		rcpt->noticed = true;
		if (!b->rcpt[i].late)
			continue;
		memset(&mark, 0, sizeof(mark));
		mark.index = rcpt->index;
		mark.state = rcpt->state;
		mark.attempts = b->task->attempts;
		mark.next = task_next(b->task);
		mark.text = b->rcpt[i].text;
		mark.noticed = true;
		if (spool_mark(b->queue->spool, m, &mark) == -1)
			log_warn("marking a recipient noticed");
	}
}
