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
 * Taking messages in.  Small ones are gathered in memory, large ones stream
 * to a segment of their own.  Nothing a peer says is believed: ids must be
 * its own, sizes and counts must agree.  The answer to COMMIT is given by
 * the spool, when the message is durable.
 */
#include "intake.h"

#include <sys/queue.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "accepted.h"
#include "blob.h"
#include "chan.h"
#include "claim.h"
#include "clock.h"
#include "compat.h"
#include "crc32c.h"
#include "disk.h"
#include "envelope.h"
#include "id.h"
#include "journal.h"
#include "log.h"
#include "msg.h"
#include "proto_submit.h"
#include "qbounds.h"
#include "queue.h"
#include "retry.h"
#include "schedule.h"
#include "spool.h"
#include "steer.h"

/* A message that is being received. */
struct incoming {
	LIST_ENTRY(incoming) entry;
	uint64_t id;
	struct blob body;
	struct segment *big;
	uint64_t size;
	size_t announced; /* of it, for memory; not to be believed */
	uint32_t crc;	  /* of what is in big */
	struct blob rcpts;
	uint32_t rcpt_count;
	enum submit_status status;
	bool spilled; /* to big before its time */
	bool spare;   /* its peer has said nothing of it */
};
LIST_HEAD(incoming_list, incoming);

/* One peer. */
struct producer {
	LIST_ENTRY(producer) entry;
	struct intake *intake;
	enum proc_kind kind;
	unsigned instance;
	struct chan *chan; /* NULL: gone, but commits of it are under way */
	struct incoming_list open[INTAKE_BUCKETS];
	struct incoming *last; /* of the latest DATA */
	struct claim_list claims;
	size_t commits;
};

/* A COMMIT that waits for the disk. */
struct committing {
	struct producer *producer;
	uint64_t request;
	size_t memory;	  /* that it takes until then */
	bool next;	  /* one more is to be opened with the answer */
	struct kept kept; /* with a retry token */
};

struct intake {
	struct queue *queue;
	LIST_HEAD(, producer) producers;
	size_t open;
	size_t spares; /* of these */
	size_t memory;
	size_t spilled; /* messages that have a file for want of memory */
	bool full;	/* there are too many, and that was said */
};

/* Ids are moments: those near one another differ in their last bits. */
static struct incoming_list *
bucket(struct producer *p, uint64_t id)
{
	return &p->open[(id ^ id >> 8) % INTAKE_BUCKETS];
}

/* Something is said of it. */
static void
incoming_begin(struct producer *p, struct incoming *in)
{
	if (in->spare)
		p->intake->spares--;
	in->spare = false;
}

static void
incoming_free(struct producer *p, struct incoming *in)
{
	incoming_begin(p, in);
	LIST_REMOVE(in, entry);
	if (p->last == in)
		p->last = NULL;
	p->intake->open--;
	p->intake->memory -= in->body.len;
	p->intake->spilled -= in->spilled;
	spool_big_drop(in->big);
	blob_free(&in->body);
	blob_free(&in->rcpts);
	free(in);
}

static struct incoming *
incoming_find(struct producer *p, uint64_t id)
{
	struct incoming *in;

	in = p->last;
	if (in == NULL || in->id != id)
		LIST_FOREACH(in, bucket(p, id), entry) {
			if (in->id == id)
				break;
		}
	if (in == NULL)
		return NULL;
	p->last = in;
	incoming_begin(p, in);
	return in;
}

static void
incoming_add(struct producer *p, struct incoming *in, uint64_t id)
{
	in->id = id;
	in->status = SUBMIT_OK;
	LIST_INSERT_HEAD(bucket(p, id), in, entry);
	p->last = in;
	p->intake->open++;
}

/* A new message, if there is room for one. */
static enum submit_status
incoming_new(struct producer *p, uint64_t size, uint64_t *id)
{
	struct intake *intake = p->intake;
	struct queue *q = intake->queue;
	struct incoming *in;

	if (q->stopping || steer_is_draining(q->steer) ||
	    intake->open >= INTAKE_OPEN_MAX ||
	    intake->memory >= INTAKE_MEMORY_MAX)
		return SUBMIT_TEMPFAIL;
	if (!disk_has_room(&q->disk, &q->conf, size + intake->memory,
		spool_room(q->spool)))
		return SUBMIT_FULL;
	in = calloc(1, sizeof(*in));
	if (in == NULL)
		return SUBMIT_TEMPFAIL;
	in->announced = size < SPOOL_BIG_SIZE ? (size_t)size : 0;
	*id = spool_new_id(q->spool);
	incoming_add(p, in, *id);
	return SUBMIT_OK;
}

/* One more for the peer, of no size yet: its id, or 0. */
static uint64_t
incoming_ahead(struct producer *p)
{
	uint64_t id;

	if (incoming_new(p, 0, &id) != SUBMIT_OK)
		return 0;
	p->last->spare = true;
	p->intake->spares++;
	return id;
}

/* What is kept for its retry token alone; it is never opened. */
static struct incoming *
incoming_for_nobody(struct producer *p, uint64_t id)
{
	struct incoming *in;

	in = calloc(1, sizeof(*in));
	if (in != NULL)
		incoming_add(p, in, id);
	return in;
}

static int
open_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct submit_opened opened;
	uint64_t size;

	if (submit_open_recv(m, &size) == -1)
		return -1;
	memset(&opened, 0, sizeof(opened));
	opened.status = incoming_new(arg, size, &opened.message);
	(void)submit_opened_send(c, m->id, &opened);
	return 0;
}

/* It cannot be kept; the rest of it is still read, then refused. */
static void
incoming_fail(struct producer *p, struct incoming *in, int error)
{
	p->intake->spilled -= in->spilled;
	in->spilled = false;
	in->status = error == ENOSPC || error == EDQUOT ? SUBMIT_FULL :
							  SUBMIT_TEMPFAIL;
	p->intake->memory -= in->body.len;
	blob_free(&in->body);
	spool_big_drop(in->big);
	in->big = NULL;
}

/* The message outgrew memory: it goes to a segment of its own. */
static void
incoming_spill(struct producer *p, struct incoming *in)
{
	struct queue *q = p->intake->queue;

	in->big = spool_big_new(q->spool);
	if (in->big == NULL ||
	    spool_big_write(in->big, in->body.data, in->body.len, 0) == -1) {
		log_warn("large message");
		incoming_fail(p, in, errno);
		return;
	}
	in->crc = crc32c(0, in->body.data, in->body.len);
	p->intake->memory -= in->body.len;
	blob_free(&in->body);
}

static void
incoming_write_big(struct producer *p, struct incoming *in, const uint8_t *data,
    size_t len)
{
	struct queue *q = p->intake->queue;

	if (!disk_has_room(&q->disk, &q->conf, len, 0))
		errno = ENOSPC;
	else if (spool_big_write(in->big, data, len, in->size) == 0) {
		in->crc = crc32c(in->crc, data, len);
		return;
	} else
		log_warn("large message");
	incoming_fail(p, in, errno);
}

/*
 * Room for a body at its first piece: as much as is announced, or if the piece
 * is large, for those that follow it, instead of a copy at each doubling.
 */
static void
incoming_expect(struct incoming *in, size_t piece)
{
	size_t size = in->announced;

	if (size < INTAKE_LARGE && piece >= INTAKE_LARGE_PIECE)
		size = INTAKE_LARGE;
	if (size > piece && blob_reserve(&in->body, size) != NULL)
		in->body.len = 0;
}

/* Whether so much more of a message is not to be in memory. */
static bool
must_spill(const struct intake *intake, const struct incoming *in, size_t len)
{
	size_t memory = intake->memory + len;

	return in->size + len > SPOOL_BIG_SIZE || memory > INTAKE_MEMORY_MAX ||
	    (memory > INTAKE_MEMORY_MAX / 2 &&
		in->size + len >= INTAKE_SPILL_SIZE);
}

/* A file for a message that is not large; there are not many of these. */
static void
spill_early(struct producer *p, struct incoming *in)
{
	struct intake *intake = p->intake;

	if (intake->spilled >= INTAKE_SPILLED_MAX) {
		if (!intake->full)
			log_warnx("too much is being received at once, some "
				  "messages are refused");
		intake->full = true;
		incoming_fail(p, in, ENOMEM);
		return;
	}
	intake->full = false;
	in->spilled = true;
	intake->spilled++;
	incoming_spill(p, in);
}

static void
incoming_write(struct producer *p, struct incoming *in, const uint8_t *data,
    size_t len)
{
	if (in->status == SUBMIT_OK && in->big == NULL &&
	    must_spill(p->intake, in, len)) {
		if (in->size + len > SPOOL_BIG_SIZE)
			incoming_spill(p, in);
		else
			spill_early(p, in);
	}
	if (in->status == SUBMIT_OK && in->big != NULL)
		incoming_write_big(p, in, data, len);
	else if (in->status == SUBMIT_OK) {
		if (in->body.cap == 0)
			incoming_expect(in, len);
		p->intake->memory -= in->body.len;
		blob_put_data(&in->body, data, len);
		p->intake->memory += in->body.len;
		if (in->body.bad)
			incoming_fail(p, in, ENOMEM);
	}
	in->size += len;
}

static int
data_cb(struct chan *c, struct msgin *m, void *arg)
{
	const uint8_t *data;
	struct incoming *in;
	uint64_t id;
	size_t len;

	if (submit_data_recv(m, &id, &data, &len) == -1)
		return -1;
	in = incoming_find(arg, id);
	if (in == NULL || in->size + len > BODY_SIZE_MAX)
		return -1;
	incoming_write(arg, in, data, len);
	return 0;
}

static int
rcpt_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct submit_rcpt rcpt;
	struct envelope_rcpt r;
	struct incoming *in;

	if (submit_rcpt_recv(m, &rcpt) == -1)
		return -1;
	in = incoming_find(arg, rcpt.message);
	if (in == NULL || in->rcpt_count >= RECORD_RCPTS_MAX)
		return -1;
	r.notify = rcpt.notify;
	r.address = rcpt.address;
	r.orcpt = rcpt.orcpt;
	envelope_put_rcpt(&in->rcpts, &r);
	in->rcpt_count++;
	return 0;
}

static int
abort_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct producer *p = arg;
	struct incoming *in;
	uint64_t id;

	if (submit_abort_recv(m, &id) == -1)
		return -1;
	in = incoming_find(p, id);
	if (in == NULL)
		return claims_abort(p->intake->queue, &p->claims, id);
	incoming_free(p, in);
	return 0;
}

static int
claim_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct producer *p = arg;

	return claims_ask(p->intake->queue, &p->claims, c, m);
}

static void
producer_release(struct producer *p)
{
	if (p->chan != NULL || p->commits > 0)
		return;
	LIST_REMOVE(p, entry);
	free(p);
}

/* The spool has it, or could not take it: answer. */
static void
committed_cb(struct message *m, enum spool_status status, void *arg)
{
	struct committing *w = arg;
	struct producer *p = w->producer;
	struct queue *q = p->intake->queue;
	struct submit_done done;

	memset(&done, 0, sizeof(done));
	kept_end(q, &w->kept, status == SPOOL_OK);
	done.status = SUBMIT_TEMPFAIL;
	if (status == SPOOL_OK)
		done.status = SUBMIT_OK;
	else if (status == SPOOL_FULL)
		done.status = SUBMIT_FULL;
	if (p->chan != NULL) {
		if (w->next && status == SPOOL_OK)
			done.next = incoming_ahead(p);
		(void)submit_done_send(p->chan, w->request, &done);
		/* No other answer will go with it soon. */
		if (intake_open(p->intake) == 0 && p->commits == 1)
			chan_push(p->chan);
	}
	if (m != NULL) {
		q->stats.messages++;
		q->stats.accepted += m->rcpts;
		(void)accepted_tell(q->journal, q->spool, m, 0, NULL);
		schedule_add(q->schedule, m);
		/* Its memory is for those that go at once. */
		if (message_rests(m))
			spool_envelope_drop(q->spool, m);
	}
	p->intake->memory -= w->memory;
	p->commits--;
	producer_release(p);
	free(w);
}

static void
make_envelope(struct blob *b, struct committing *w,
    const struct submit_commit *commit, const struct incoming *in)
{
	struct envelope_retry retry;
	struct envelope env;

	memset(&env, 0, sizeof(env));
	env.kind = ENVELOPE_MAIL;
	env.accepted = clock_now();
	if (w->kept.claim != NULL) {
		kept_make(&w->kept, commit, env.accepted, &retry);
		env.retry = &retry;
	}
	env.flags = commit->flags;
	env.sender = commit->sender;
	env.return_path = commit->return_path;
	env.from = commit->from;
	env.message_id = commit->message_id;
	env.envid = commit->envid;
	env.user = commit->user;
	env.compartment = commit->compartment;
	env.selector = commit->selector;
	env.source = commit->source;
	env.sources = commit->sources;
	env.rcpts = in->rcpt_count;
	env.rcpt = in->rcpts.data;
	env.rcpt_len = in->rcpts.len;
	envelope_encode(b, &env);
}

/* Hand a message over to the spool.  -1: it could not be. */
static int
incoming_commit(struct producer *p, struct incoming *in,
    const struct submit_commit *commit, struct claim *claim, uint64_t request)
{
	struct spool *spool = p->intake->queue->spool;
	struct committing *w;
	struct spool_entry *e;

	w = calloc(1, sizeof(*w));
	e = w == NULL ? NULL : spool_entry_new(in->id);
	if (e == NULL) {
		free(w);
		return -1;
	}
	w->producer = p;
	w->request = request;
	w->next = commit->next;
	w->kept.claim = claim;
	w->kept.large = in->big != NULL;
	make_envelope(&e->meta, w, commit, in);
	blob_put_data(&e->prefix, commit->prefix, commit->prefix_len);
	e->body_len = in->size;
	e->big = in->big;
	e->body_crc = in->crc;
	in->big = NULL;
	e->body = blob_take(&in->body, &w->memory);
	e->done = committed_cb;
	e->arg = w;
	p->commits++;
	if (spool_put(spool, e) == -1) {
		p->intake->memory -= w->memory;
		p->commits--;
		free(w);
		return -1;
	}
	return 0;
}

/* Others took room since it was opened, or it grew beyond its word. */
static bool
commit_has_room(struct producer *p, const struct incoming *in)
{
	struct queue *q = p->intake->queue;

	return disk_has_room(&q->disk, &q->conf, in->big == NULL ? in->size : 0,
	    spool_room(q->spool));
}

static int
commit_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct producer *p = arg;
	struct submit_commit commit;
	struct submit_done done;
	struct incoming *in;
	struct claim *claim;

	if (submit_commit_recv(m, &commit) == -1)
		return -1;
	in = commit.rcpts == 0 ? incoming_for_nobody(p, commit.message) :
				 incoming_find(p, commit.message);
	if (in == NULL || in->size != commit.size ||
	    in->rcpt_count != commit.rcpts ||
	    claims_take(&p->claims, commit.claim, &claim) == -1)
		return -1;
	memset(&done, 0, sizeof(done));
	done.status = in->rcpts.bad ? SUBMIT_TEMPFAIL : in->status;
	if (done.status == SUBMIT_OK && !commit_has_room(arg, in))
		done.status = SUBMIT_FULL;
	if (done.status == SUBMIT_OK &&
	    incoming_commit(arg, in, &commit, claim, m->id) == -1)
		done.status = SUBMIT_TEMPFAIL;
	if (done.status != SUBMIT_OK && claim != NULL)
		retry_release(p->intake->queue->retry, claim);
	if (done.status != SUBMIT_OK)
		(void)submit_done_send(c, m->id, &done);
	incoming_free(arg, in);
	return 0;
}

static int
event_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct producer *p = arg;
	struct queue *q = p->intake->queue;
	struct submit_event ev;
	const char *name;

	if (submit_event_recv(m, &ev) == -1)
		return -1;
	if (ev.kind == SUBMIT_EV_SUPPRESSED) {
		q->stats.suppressed++;
		name = "suppressed";
	} else if (ev.kind == SUBMIT_EV_WARNED) {
		name = "warned";
	} else if (ev.kind == SUBMIT_EV_REQUEST) {
		name = "request";
	} else {
		q->stats.rejected++;
		name = "rejected";
	}
	journal_begin(q->journal, name, ev.message);
	journal_str(q->journal, "recipient", ev.rcpt);
	journal_str(q->journal, "sender", ev.sender);
	journal_str(q->journal, "user", ev.user);
	journal_str(q->journal, "compartment", ev.compartment);
	journal_str(q->journal, "source", ev.source);
	journal_str(q->journal, "text", ev.text);
	journal_str(q->journal, "request", ev.request);
	journal_end(q->journal);
	return 0;
}

static const struct chan_rule rules[] = {
	{ M_SUBMIT_OPEN, 0, "open", open_cb },
	{ M_SUBMIT_DATA, 0, "data", data_cb },
	{ M_SUBMIT_RCPT, 0, "rcpt", rcpt_cb },
	{ M_SUBMIT_COMMIT, 0, "commit", commit_cb },
	{ M_SUBMIT_ABORT, 0, "abort", abort_cb },
	{ M_SUBMIT_EVENT, 0, "event", event_cb },
	{ M_SUBMIT_CLAIM, 0, "claim", claim_cb },
	{ 0, 0, NULL, NULL },
};

/* The worker is gone: what it had not committed is forgotten. */
static void
producer_gone(struct producer *p)
{
	struct incoming *in;
	unsigned i;

	chan_free(p->chan);
	p->chan = NULL;
	claims_clear(p->intake->queue, &p->claims);
	for (i = 0; i < INTAKE_BUCKETS; i++)
		while ((in = LIST_FIRST(&p->open[i])) != NULL)
			incoming_free(p, in);
	producer_release(p);
}

static void
down_cb(struct chan *c, void *arg)
{
	producer_gone(arg);
}

/* Nothing open; NULL without memory. */
struct intake *
intake_new(struct queue *q)
{
	struct intake *intake;

	intake = calloc(1, sizeof(*intake));
	if (intake == NULL)
		return NULL;
	intake->queue = q;
	LIST_INIT(&intake->producers);
	return intake;
}

/* A channel to a worker; it takes the place of that worker's older one. */
void
intake_peer(struct intake *intake, enum proc_kind kind, unsigned instance,
    int fd)
{
	struct producer *p, *old, *next;
	unsigned i;

	for (old = LIST_FIRST(&intake->producers); old != NULL; old = next) {
		next = LIST_NEXT(old, entry);
		if (old->chan != NULL && old->kind == kind &&
		    old->instance == instance)
			producer_gone(old);
	}
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		fatal("intake");
	p->intake = intake;
	p->kind = kind;
	p->instance = instance;
	for (i = 0; i < INTAKE_BUCKETS; i++)
		LIST_INIT(&p->open[i]);
	LIST_INIT(&p->claims);
	LIST_INSERT_HEAD(&intake->producers, p, entry);
	p->chan = chan_new(proc_base(), fd, "submit", rules, p);
	if (p->chan == NULL)
		fatal("intake");
	chan_on_down(p->chan, down_cb);
	(void)submit_state_send(p->chan,
	    !steer_is_draining(intake->queue->steer));
}

/* Tell all peers whether mail is taken. */
void
intake_tell(struct intake *intake)
{
	struct producer *p;

	LIST_FOREACH(p, &intake->producers, entry) {
		if (p->chan != NULL)
			(void)submit_state_send(p->chan,
			    !steer_is_draining(intake->queue->steer));
	}
}

/* Messages that are being received; not those that may come. */
size_t
intake_open(const struct intake *intake)
{
	return intake->open - intake->spares;
}
