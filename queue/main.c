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
 * queue: the spool, the schedule, bounces and the event journal.  It has no
 * network and no keys.
 */
#include <event2/event.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "accepted.h"
#include "admin.h"
#include "allocator.h"
#include "chan.h"
#include "clock.h"
#include "disk.h"
#include "intake.h"
#include "journal.h"
#include "log.h"
#include "message.h"
#include "msg.h"
#include "notice.h"
#include "proc.h"
#include "proto_conf.h"
#include "proto_setup.h"
#include "qbounds.h"
#include "queue.h"
#include "retry.h"
#include "schedule.h"
#include "spool.h"
#include "steer.h"
#include "untold.h"
#include "work.h"

/* What a new configuration is gathered in until it is complete. */
struct pending_conf {
	struct conf_global global;
	struct conf_queue queue;
	bool has_global;
	bool has_queue;
};

struct process {
	struct queue queue;
	struct pending_conf next;
	struct event *orphan; /* while deliver ends without edd */
	int64_t orphan_end;   /* of clock_mono() */
};

static void
conf_begin(void *arg)
{
	struct process *p = arg;

	memset(&p->next, 0, sizeof(p->next));
}

static int
conf_item(struct msgin *m, void *arg)
{
	struct process *p = arg;

	switch (m->type) {
	case M_CONF_GLOBAL:
		p->next.has_global = true;
		return conf_global_recv(m, &p->next.global);
	case M_CONF_QUEUE:
		p->next.has_queue = true;
		return conf_queue_recv(m, &p->next.queue);
	default:
		return -1;
	}
}

static int
conf_end(char *why, size_t size, void *arg)
{
	struct process *p = arg;
	struct queue *q = &p->queue;

	if (!p->next.has_global || !p->next.has_queue) {
		(void)snprintf(why, size, "queue: incomplete configuration");
		return -1;
	}
	q->global = p->next.global;
	q->conf = p->next.queue;
	schedule_conf(q->schedule, &q->conf);
	if (q->journal != NULL)
		journal_keep(q->journal, q->conf.journal_keep);
	return 0;
}

/* spool's hook: at start, each message that is queued. */
static void
message_found(struct message *m, void *arg)
{
	struct queue *q = arg;

	schedule_add(q->schedule, m);
}

static void
message_gone(struct message *m, void *arg)
{
	struct queue *q = arg;

	schedule_remove(q->schedule, m);
}

/* spool's hook: a message that nobody can ever send; the journal knows. */
static void
message_lost(uint64_t id, const char *user, const char *why, void *arg)
{
	struct queue *q = arg;

	journal_begin(q->journal, "removed", id);
	if (user != NULL)
		journal_str(q->journal, "user", user);
	journal_str(q->journal, "text", why);
	journal_end(q->journal);
}

/* No new batches while outcomes cannot be written. */
static bool
stuffed(void *arg)
{
	struct queue *q = arg;

	return spool_marks_waiting(q->spool) > MARKS_WAITING_MAX;
}

/* spool's hook: a segment's room is asked for only above the reserve. */
static bool
room_in_advance(uint64_t size, void *arg)
{
	struct queue *q = arg;

	return disk_has_room(&q->disk, &q->conf, size, 0);
}

/* spool's hook: nothing is being received. */
static bool
intake_is_idle(void *arg)
{
	struct queue *q = arg;

	return intake_open(q->intake) == 0;
}

/* spool's hook: at start, a message with a retry token. */
static void
retry_found(uint64_t id, const struct envelope *env, void *arg)
{
	struct queue *q = arg;

	retry_put_envelope(q->retry, id, env, clock_seconds());
}

/* spool's hook: at start, one that may be new to the journal. */
static void
message_fresh(uint64_t id, bool large, void *arg)
{
	struct queue *q = arg;

	untold_found(q->untold, id, large);
}

/* What was accepted, and an event of it was lost. */
struct recovery {
	struct queue *queue;
	struct spool *spool;
	unsigned long told;
};

static void
tell_late(uint64_t id, uint32_t there, void *arg)
{
	struct recovery *r = arg;
	struct message *m;

	m = spool_find(r->spool, id);
	if (m == NULL)
		return;
	if (accepted_tell(r->queue->journal, r->spool, m, there,
		"found at a start after a crash") > 0)
		r->told++;
	spool_envelope_drop(r->spool, m);
}

/* spool's hook: at start, all messages are there, also those that are done. */
static void
messages_seen(struct spool *spool, void *arg)
{
	struct recovery r = { arg, spool, 0 };

	untold_each(r.queue->untold, tell_late, &r);
	if (r.told > 0)
		log_info("journal: %lu messages were accepted before a crash "
			 "that lost that event",
		    r.told);
}

/* spool's hook: who is done must not be so without an event that says how. */
static void
before_marks(void *arg)
{
	struct queue *q = arg;

	journal_flush(q->journal);
}

/* spool's hook: a start will not find these messages. */
static int
retry_behind(void *arg)
{
	struct queue *q = arg;

	return retry_settle(q->retry);
}

/*
 * In its folder, before the sandbox: recover.  The spool calls back with
 * what it finds before it is there itself.
 */
static int
start(void *arg)
{
	struct process *p = arg;
	struct queue *q = &p->queue;
	struct spool_hooks hooks = {
		.found = message_found,
		.fresh = message_fresh,
		.seen = messages_seen,
		.gone = message_gone,
		.lost = message_lost,
		.closed = work_segment_closed,
		.room = room_in_advance,
		.alone = intake_is_idle,
		.retry = retry_found,
		.settle = retry_behind,
		.marking = before_marks,
		.arg = q,
	};

	clock_keep("clock");
	if (steer_load(q->steer) == -1)
		return -1;
	schedule_steer(q->schedule, q->steer);
	/* Peers may have come before. */
	intake_tell(q->intake);
	q->journal = journal_new(proc_base(), "journal");
	if (q->journal == NULL)
		return -1;
	journal_keep(q->journal, q->conf.journal_keep);
	q->retry = retry_new(proc_base(), "retry", clock_seconds());
	if (q->retry == NULL)
		return -1;
	q->untold = untold_new(journal_folder(q->journal));
	q->spool = spool_open(".", proc_base(), SEGMENT_SIZE_DEFAULT, &hooks);
	untold_free(q->untold);
	q->untold = NULL;
	if (q->spool == NULL)
		return -1;
	schedule_use(q->schedule, spool_destinations(q->spool));
	schedule_kick(q->schedule);
	return 0;
}

static void
peer(enum proc_conv conv, enum proc_kind kind, unsigned instance, int fd,
    void *arg)
{
	struct process *p = arg;
	struct queue *q = &p->queue;

	switch (conv) {
	case CONV_SUBMIT:
		intake_peer(q->intake, kind, instance, fd);
		break;
	case CONV_WORK:
		work_peer(q->work, instance, fd);
		break;
	case CONV_NOTICE:
		notices_peer(q->notices, fd);
		break;
	case CONV_ADMIN:
		admin_peer(q->admin, fd);
		break;
	default:
		fatalx("channel for %s", proc_conv_name(conv));
	}
}

/* Everything that waits is committed. */
static void __attribute__((noreturn)) finish(struct queue *q)
{
	spool_close(q->spool);
	(void)retry_settle(q->retry);
	journal_flush(q->journal);
	proc_exit();
}

static void
orphan_cb(evutil_socket_t fd, short what, void *arg)
{
	struct process *p = arg;

	if (work_inflight(p->queue.work) == 0 || clock_mono() >= p->orphan_end)
		finish(&p->queue);
}

/* Look now and then whether deliver is done.  0 or -1. */
static int
await_deliver(struct process *p)
{
	static const struct timeval often = { 0, ORPHAN_LOOK_MS * 1000 };

	p->orphan_end = clock_mono() + ORPHAN_WAIT_MS;
	p->orphan = event_new(proc_base(), -1, EV_PERSIST, orphan_cb, p);
	return p->orphan == NULL ? -1 : event_add(p->orphan, &often);
}

/*
 * deliver is gone by then, unless edd is: then what it is doing comes to an
 * end, so that nothing goes out twice.
 */
static void
stop(void *arg)
{
	struct process *p = arg;
	struct queue *q = &p->queue;

	q->stopping = true;
	schedule_stop(q->schedule);
	if (proc_parent() != NULL || work_inflight(q->work) == 0 ||
	    await_deliver(p) == -1)
		finish(q);
}

/* The parts that need no files exist before the first message of edd. */
static int
make_parts(void *arg)
{
	struct process *p = arg;
	struct queue *q = &p->queue;
	struct schedule_hooks sched = { work_send, work_expire, work_late,
		stuffed, q };

	clock_boot();
	q->schedule = schedule_new(proc_base(), &sched);
	q->work = work_new(q);
	q->intake = intake_new(q);
	q->notices = notices_new();
	q->admin = admin_new(q);
	q->steer = steer_new();
	q->started = time(NULL);
	return q->schedule == NULL || q->work == NULL || q->intake == NULL ||
		q->notices == NULL || q->admin == NULL || q->steer == NULL ?
	    -1 :
	    0;
}

static const struct proc_hooks hooks = {
	.name = "queue",
	.kind = PROC_QUEUE,
	.profile = "queue",
	.open = make_parts,
	.conf_begin = conf_begin,
	.conf_item = conf_item,
	.conf_end = conf_end,
	.start = start,
	.peer = peer,
	.stop = stop,
};

int
main(int argc, char **argv)
{
	static struct process process;

	allocator_keep();
	return proc_main(argc, argv, &hooks, &process);
}
