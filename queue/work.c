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
 * Sending batches and taking outcomes.  A batch ends when every recipient of
 * it has an outcome, or its worker is gone; only then are failures marked,
 * together with the bounce that reports them.
 */
#include "work.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chan.h"
#include "clock.h"
#include "compat.h"
#include "envelope.h"
#include "id.h"
#include "log.h"
#include "msg.h"
#include "outcome.h"
#include "proc.h"
#include "proto_work.h"
#include "qbounds.h"
#include "queue.h"
#include "schedule.h"
#include "segment.h"
#include "spool.h"

/* What a batch may take of a message between processes. */
#define BATCH_ROOM (MSG_PAYLOAD_MAX - 4096u)

struct worker {
	struct work *work;
	unsigned lane;
	struct chan *chan;
	struct batch *slot[LANE_BATCHES_MAX];
	uint64_t serial;		  /* of batches */
	uint16_t spare[LANE_BATCHES_MAX]; /* slots that were given back */
	unsigned spares;
	unsigned used; /* slots that ever were in use */
};

struct work {
	struct queue *queue;
	struct worker *worker[LANES_MAX];
	size_t inflight;
};

/* A free slot for a batch, or -1. */
static int
slot_take(struct worker *w)
{
	_Static_assert(LANE_BATCHES_MAX <= UINT16_MAX, "slots have 16 bits");
	if (w->spares > 0)
		return w->spare[--w->spares];
	return w->used < LANE_BATCHES_MAX ? (int)w->used++ : -1;
}

static void
slot_give(struct worker *w, unsigned slot)
{
	w->slot[slot] = NULL;
	w->spare[w->spares++] = (uint16_t)slot;
}

static int
outcome_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct worker *w = arg;
	struct work_outcome o;
	struct batch *b;
	unsigned slot;

	if (work_outcome_recv(m, &o) == -1)
		return -1;
	slot = o.batch & 0xffff;
	b = slot < LANE_BATCHES_MAX ? w->slot[slot] : NULL;
	if (b == NULL || b->id != o.batch) {
		log_debug("outcome of a batch that is over");
		return 0;
	}
	if (batch_outcome(b, &o) == -1)
		return -1;
	if (b->left == 0) {
		slot_give(w, slot);
		w->work->inflight--;
		batch_over(b);
	}
	return 0;
}

static const struct chan_rule rules[] = {
	{ M_WORK_OUTCOME, 0, "outcome", outcome_cb },
	{ 0, 0, NULL, NULL },
};

/* The worker is gone: its batches go back, and nothing of it is open. */
static void
worker_gone(struct worker *w)
{
	struct queue *q = w->work->queue;
	struct batch *b;
	unsigned i;

	chan_free(w->chan);
	w->chan = NULL;
	schedule_lane_down(q->schedule, w->lane);
	spool_lane_reset(q->spool, w->lane);
	for (i = 0; i < LANE_BATCHES_MAX; i++) {
		b = w->slot[i];
		if (b == NULL)
			continue;
		slot_give(w, i);
		w->work->inflight--;
		batch_over(b);
	}
}

static void
down_cb(struct chan *c, void *arg)
{
	worker_gone(arg);
}

static void
full_cb(struct chan *c, bool full, void *arg)
{
	struct worker *w = arg;

	if (!full)
		schedule_kick(w->work->queue->schedule);
}

/* Nobody to work for yet; NULL without memory. */
struct work *
work_new(struct queue *q)
{
	struct work *work;

	work = calloc(1, sizeof(*work));
	if (work != NULL)
		work->queue = q;
	return work;
}

/* A channel to a deliver worker; an older one of it is given up. */
void
work_peer(struct work *work, unsigned instance, int fd)
{
	struct worker *w;

	if (instance >= LANES_MAX)
		fatalx("deliver worker %u", instance);
	w = work->worker[instance];
	if (w == NULL) {
		w = calloc(1, sizeof(*w));
		if (w == NULL)
			fatal("work");
		w->work = work;
		w->lane = instance;
		work->worker[instance] = w;
	} else if (w->chan != NULL)
		worker_gone(w);
	w->chan = chan_new(proc_base(), fd, "deliver", rules, w);
	if (w->chan == NULL)
		fatal("work");
	chan_on_down(w->chan, down_cb);
	chan_on_full(w->chan, CHAN_HIGH, CHAN_LOW, full_cb);
	schedule_lane_up(work->queue->schedule, instance);
}

/* The worker can read the segment. */
static int
need_segment(struct worker *w, struct segment *s)
{
	uint64_t bit = UINT64_C(1) << w->lane;
	int fd;

	if ((s->sent & bit) != 0)
		return 0;
	fd = segment_descriptor(s);
	if (fd == -1)
		return -1;
	if (work_segment_send(w->chan, s->number, fd) == -1)
		return -1;
	s->sent |= bit;
	return 0;
}

/* The open recipients of a task, as many as a message holds. */
static int
fill_rcpts(struct task *t, const struct envelope *env, struct work_batch *wb)
{
	struct envelope_rcpt er;
	struct cursor c;
	struct rcpt *r = message_rcpt(task_message(t));
	size_t room = BATCH_ROOM, need;
	uint32_t place = 0, i = t->first, end = t->first + t->count;

	envelope_first(env, &c);
	while (i < end && envelope_next(&c, &er) == 1) {
		if (place++ != r[i].index)
			continue;
		need = strlen(er.address) + strlen(er.orcpt) + 16;
		if (!task_rcpt_is_open(t, i++))
			continue;
		if (need > room)
			return 1;
		room -= need;
		wb->rcpt[wb->rcpts].index = r[i - 1].index;
		wb->rcpt[wb->rcpts].notify = er.notify;
		(void)strlcpy(wb->rcpt[wb->rcpts].address, er.address,
		    sizeof(wb->rcpt[0].address));
		(void)strlcpy(wb->rcpt[wb->rcpts].orcpt, er.orcpt,
		    sizeof(wb->rcpt[0].orcpt));
		wb->rcpts++;
	}
	return 0;
}

/*
 * Where it goes: "DOMAIN", or "DOMAIN via HOST port N".  -1 if a route on disk
 * is none.
 */
static int
fill_destination(const char *name, struct work_batch *wb)
{
	const char *via, *port, *error;

	(void)snprintf(wb->destination, sizeof(wb->destination), "%.*s",
	    (int)destination_domain_length(name), name);
	via = destination_via(name);
	if (via == NULL)
		return 0;
	port = strstr(via, " port ");
	if (port == NULL)
		return -1;
	(void)snprintf(wb->via, sizeof(wb->via), "%.*s", (int)(port - via),
	    via);
	wb->via_port = (uint16_t)strtonum(port + strlen(" port "), 1,
	    UINT16_MAX, &error);
	return error == NULL && wb->via[0] != '\0' ? 0 : -1;
}

static int
send_batch(struct worker *w, struct batch *b, const struct envelope *env)
{
	static struct work_rcpt rcpt[WORK_RCPT_MAX];
	struct message *m = task_message(b->task);
	struct work_batch wb;
	int rc;

	memset(&wb, 0, sizeof(wb));
	memset(rcpt, 0, b->task->count * sizeof(rcpt[0]));
	wb.rcpt = rcpt;
	rc = fill_rcpts(b->task, env, &wb);
	if (rc == 1)
		b->partial = true;
	if (wb.rcpts == 0)
		return 1;
	wb.batch = b->id;
	wb.message = m->id;
	if (fill_destination(b->task->destination->domain, &wb) == -1) {
		log_warnx("\"%s\" is no route; it is passed over",
		    b->task->destination->domain);
		wb.via[0] = '\0';
		wb.via_port = 0;
	}
	(void)strlcpy(wb.return_path, env->return_path, sizeof(wb.return_path));
	(void)strlcpy(wb.envid, env->envid, sizeof(wb.envid));
	(void)strlcpy(wb.sources, env->sources, sizeof(wb.sources));
	wb.flags = env->flags;
	wb.segment = m->segment->number;
	wb.body_off = spool_body_offset(m);
	wb.body_len = m->body_len;
	wb.prefix_off = wb.body_off + m->body_len + m->meta_len;
	wb.prefix_len = m->prefix_len;
	wb.crc = m->body_crc;
	if (batch_take_rcpts(b, &wb) == -1)
		return -1;
	return work_batch_send(w->chan, &wb);
}

/* The record is damaged: the message is given up, and that is said. */
static void
lose(struct queue *q, struct task *t)
{
	if (task_message(t)->inflight == 0)
		spool_lose(q->spool, task_message(t), "damaged on disk");
	else
		schedule_remove(q->schedule, task_message(t));
}

/* Its body is damaged: it is not sent, and its sender is told. */
static void
give_back(struct queue *q, struct task *t)
{
	struct batch *b;

	b = batch_new(q, t);
	if (b == NULL)
		return;
	batch_damaged(b);
	batch_free(b);
	spool_envelope_drop(q->spool, task_message(t));
}

/* schedule's hook: send what is open of a task. */
int
work_send(struct task *t, unsigned lane, void *arg)
{
	struct queue *q = arg;
	struct worker *w = q->work->worker[lane];
	struct message *m = task_message(t);
	struct envelope env;
	struct batch *b;
	int slot, rc;

	if (w == NULL || w->chan == NULL || chan_is_full(w->chan))
		return -1;
	if (spool_envelope(q->spool, m) == -1 && errno != EBADMSG)
		return -1;
	if (m->envelope == NULL ||
	    envelope_decode(&env, m->envelope, m->meta_len) == -1) {
		lose(q, t);
		return 1;
	}
	if ((m->flags & MESSAGE_DAMAGED) != 0) {
		give_back(q, t);
		return 1;
	}
	if (need_segment(w, m->segment) == -1)
		return -1;
	b = batch_new(q, t);
	slot = b == NULL ? -1 : slot_take(w);
	if (slot == -1) {
		batch_free(b);
		return -1;
	}
	/* A late outcome of an earlier use of the slot does not fit. */
	b->id = ++w->serial << 16 | (uint64_t)slot;
	rc = send_batch(w, b, &env);
	if (rc != 0) {
		slot_give(w, (unsigned)slot);
		batch_free(b);
		return rc;
	}
	w->slot[slot] = b;
	q->work->inflight++;
	m->inflight++;
	spool_segment_hold(m->segment);
	return 0;
}

/* schedule's hook: a task waits so long that its sender may want to know. */
void
work_late(struct task *t, void *arg)
{
	struct queue *q = arg;
	struct batch *b;

	b = batch_new(q, t);
	if (b == NULL)
		return;
	batch_late(b);
	batch_free(b);
	spool_envelope_drop(q->spool, task_message(t));
}

/* schedule's hook: the time of a task's recipients is over. */
void
work_expire(struct task *t, void *arg)
{
	struct batch *b;

	b = batch_new(arg, t);
	if (b == NULL)
		return;
	batch_expire(b);
	batch_free(b);
}

/* spool's hook: a segment goes. */
void
work_segment_closed(struct segment *s, void *arg)
{
	struct queue *q = arg;
	struct worker *w;
	unsigned i;

	if (q->work == NULL)
		return;
	for (i = 0; i < LANES_MAX; i++) {
		w = q->work->worker[i];
		if (w != NULL && w->chan != NULL &&
		    (s->sent & UINT64_C(1) << i) != 0)
			(void)work_segment_close_send(w->chan, s->number);
	}
}

/* Batches at deliver. */
size_t
work_inflight(const struct work *work)
{
	return work->inflight;
}
