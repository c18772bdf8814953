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
 * The commit: everything that waits goes to disk together, then everybody
 * is answered.  The order of steps here is what a 250 rests on.
 */
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "log.h"
#include "qbounds.h"
#include "spool_int.h"

/* Keep the envelope for the answer and the first attempt. */
static void
keep_envelope(struct spool *sp, struct message *m, struct blob *meta,
    uint32_t body_crc)
{
	size_t len;

	if (m->envelope != NULL)
		return;
	m->envelope = blob_take(meta, &len);
	if (m->envelope != NULL)
		sp->messages.hot += len;
	m->body_crc = body_crc;
}

/* It is on disk for itself, and for nobody. */
static void
accept_record(struct spool_entry *e)
{
	if (e->done != NULL)
		e->done(NULL, SPOOL_OK, e->arg);
	spool_entry_free(e);
}

/* The entry is on disk. */
static void
accept_entry(struct spool *sp, struct spool_entry *e, struct segment *log)
{
	struct message *m = e->message, *owed;
	struct segment *s = e->big != NULL ? e->big : log;

	if (m == NULL) {
		accept_record(e);
		return;
	}
	if (e->moved) {
		CRASH("compact-synced");
		spool_unlink(m);
		sp->moving--;
	} else {
		m->body_len = (uint32_t)e->body_len;
		m->meta_len = (uint32_t)e->meta.len;
		m->prefix_len = (uint32_t)e->prefix.len;
		sp->messages.rcpts += m->open;
	}
	m->offset = (uint32_t)e->offset;
	if (e->big != NULL) {
		segment_seal(e->big);
		TAILQ_INSERT_TAIL(&sp->bigs, e->big, entry);
		e->big = NULL;
	}
	spool_link(sp, m, s);
	if (e->moved)
		(void)spool_index_update(sp, m, NULL, 0);
	else
		keep_envelope(sp, m, &e->meta, e->record_crc);
	owed = e->owed == 0 ? NULL : spool_find(sp, e->owed);
	if (owed != NULL)
		owed->owed--;
	if (e->done != NULL)
		e->done(m, SPOOL_OK, e->arg);
	/* There is a lot of mail: the first attempt reads it again. */
	if (!e->moved && sp->messages.hot > ENVELOPE_HOT_MAX)
		spool_envelope_drop(sp, m);
	e->message = NULL;
	spool_entry_free(e);
}

/* The marks are on disk: the index follows, and who is done goes. */
static void
accept_marks(struct spool *sp, struct spool_marks *w)
{
	struct message *m;
	size_t i, n;
	bool kept;

	for (i = 0; i < w->count; i += n) {
		m = w->mark[i].message;
		kept = false;
		for (n = 0; i + n < w->count && w->mark[i + n].message == m;
		     n++)
			if (w->mark[i + n].mark.state != RCPT_DONE)
				kept = true;
		m->marks -= (uint32_t)n;
		spool_marks_durable(sp, m->segment);
		CRASH("outcome-synced");
		if (m->open > 0 && (kept || (m->flags & MESSAGE_INDEXED) != 0))
			(void)spool_index_update(sp, m, w->mark + i, n);
		if (m->open == 0 && m->marks == 0)
			spool_forget(sp, m);
	}
	spool_marks_free(w);
	spool_reclaim(sp);
}

/* The marks of a batch that failed wait again, before those that came since. */
static void
return_marks(struct spool *sp, struct spool_marks *w)
{
	if (spool_marks_join(w, &sp->marks) == -1)
		fatal("spool: marks that could not be written");
	free(sp->marks.mark);
	sp->marks = *w;
	memset(w, 0, sizeof(*w));
}

static bool
is_empty(const struct spool_batch *b)
{
	return STAILQ_EMPTY(&b->entries) && b->marks.count == 0;
}

/* Give what a batch holds to another one, which is empty. */
static void
batch_move(struct spool_batch *to, struct spool_batch *from)
{
	*to = *from;
	STAILQ_INIT(&to->entries);
	STAILQ_CONCAT(&to->entries, &from->entries);
	memset(from, 0, sizeof(*from));
	STAILQ_INIT(&from->entries);
}

/*
 * What is to be synced of the batch that is written, in this order: large
 * messages, names of files, the log.  -1 without memory.
 */
static int
list_items(struct spool *sp, struct spool_batch *b)
{
	struct spool_entry *e;
	struct sync_item *item;
	size_t n = 0;

	STAILQ_FOREACH(e, &b->entries, entry)
		if (e->big != NULL)
			n++;
	item = calloc(n + 2, sizeof(*item));
	if (item == NULL)
		return -1;
	b->item = item;
	STAILQ_FOREACH(e, &b->entries, entry)
		if (e->big != NULL)
			(item++)->fd = e->big->fd;
	b->bigs = n;
	if (sp->folder_dirty) {
		item->folder = b->folder = true;
		(item++)->fd = sp->segments_fd;
		sp->folder_dirty = false;
	}
	if (b->logged)
		(item++)->fd = sp->current->fd;
	b->items = (size_t)(item - b->item);
	sp->stats.syncs += b->items;
	return 0;
}

/* What became of the sync of names and of the log: 0, or errno. */
static int
batch_error(const struct spool_batch *b)
{
	size_t i;

	for (i = b->bigs; i < b->items; i++)
		if (b->item[i].error != 0)
			return b->item[i].error;
	return 0;
}

/* A large message that could not be synced is refused alone. */
static void
refuse_bigs(struct spool *sp, struct spool_batch *b)
{
	struct spool_entries rest = STAILQ_HEAD_INITIALIZER(rest);
	struct spool_entry *e;
	size_t i = 0;
	int error;

	while ((e = STAILQ_FIRST(&b->entries)) != NULL) {
		STAILQ_REMOVE_HEAD(&b->entries, entry);
		error = e->big == NULL ? 0 : b->item[i++].error;
		if (error == 0) {
			STAILQ_INSERT_TAIL(&rest, e, entry);
			continue;
		}
		errno = error;
		log_warn("spool: large message %016llx",
		    (unsigned long long)e->id);
		spool_refuse(sp, e, spool_status_of(error));
	}
	STAILQ_CONCAT(&b->entries, &rest);
}

/* Something could not be written: once more later; with room made, if so. */
static void
commit_failed(struct spool *sp, enum spool_status status)
{
	struct timeval again = { COMMIT_RETRY_MS / 1000,
		(COMMIT_RETRY_MS % 1000) * 1000 };

	if (status != SPOOL_FULL || !sp->full)
		log_warnx("spool: commit failed, trying again");
	sp->full = status == SPOOL_FULL;
	if (sp->full)
		spool_make_room(sp);
	(void)evtimer_add(sp->mark_ev, &again);
}

static void
refuse_batch(struct spool *sp, struct spool_batch *b, int error)
{
	struct spool_entry *e;

	if (b->folder)
		sp->folder_dirty = true;
	while ((e = STAILQ_FIRST(&b->entries)) != NULL) {
		STAILQ_REMOVE_HEAD(&b->entries, entry);
		spool_refuse(sp, e, spool_status_of(error));
	}
	return_marks(sp, &b->marks);
	b->logged = false;
}

/*
 * After a failed sync nothing of the batch may be found later, nor what was
 * written behind it.
 */
static void
fail_batch(struct spool *sp, struct spool_batch *b, int error)
{
	errno = error;
	log_warn("spool: sync");
	if (b->logged) {
		if (segment_cut(sp->current, b->from) == -1 ||
		    segment_sync(sp->current) == -1)
			log_warn("spool: segment %016llx",
			    (unsigned long long)sp->current->number);
		sp->spoilt = true;
		if (b != &sp->written)
			refuse_batch(sp, &sp->written, error);
	}
	refuse_batch(sp, b, error);
	commit_failed(sp, spool_status_of(error));
}

/* All of it is on disk: answers, then the index. */
static void
accept_batch(struct spool *sp, struct spool_batch *b)
{
	struct segment *log = sp->current;
	struct spool_entry *e;
	bool transaction;

	if (b->bigs > 0)
		CRASH("large-synced");
	if (b->folder)
		CRASH("folder-synced");
	if (b->logged)
		CRASH("segment-synced");
	sp->full = false;
	CRASH("before-answers");
	transaction = index_begin(sp->index) == 0;
	while ((e = STAILQ_FIRST(&b->entries)) != NULL) {
		STAILQ_REMOVE_HEAD(&b->entries, entry);
		accept_entry(sp, e, log);
	}
	CRASH("answered");
	accept_marks(sp, &b->marks);
	CRASH("index-put");
	if (transaction)
		(void)index_commit(sp->index);
	CRASH("index-transaction");
}

/* The sync of a batch is over.  0, or -1 if it or a part of it failed. */
static int
end_batch(struct spool *sp, struct spool_batch *b)
{
	int error;
	size_t i;

	sp->stats.commits++;
	error = batch_error(b);
	for (i = 0; i < b->bigs; i++)
		if (b->item[i].error != 0)
			break;
	if (i < b->bigs)
		refuse_bigs(sp, b);
	if (error == 0)
		accept_batch(sp, b);
	else
		fail_batch(sp, b, error);
	free(b->item);
	memset(b, 0, sizeof(*b));
	STAILQ_INIT(&b->entries);
	return error == 0 ? 0 : -1;
}

/* Have the thread sync what is written.  Whether there was something. */
static bool
start_sync(struct spool *sp)
{
	if (is_empty(&sp->written))
		return false;
	if (list_items(sp, &sp->written) == -1) {
		fail_batch(sp, &sp->written, ENOMEM);
		return false;
	}
	batch_move(&sp->syncing, &sp->written);
	sp->busy = true;
	syncer_start(sp->syncer, sp->syncing.item, sp->syncing.items);
	return true;
}

/* Write what waits.  0, or -1 if it is tried again later. */
static int
write_waiting(struct spool *sp)
{
	enum spool_status status;

	if (sp->marks.count > 0 && sp->hooks.marking != NULL)
		sp->hooks.marking(sp->hooks.arg);
	status = spool_write(sp);
	if (status == SPOOL_OK)
		return 0;
	commit_failed(sp, status);
	return -1;
}

/* Whether messages wait, or marks that have waited long enough. */
static bool
is_due(const struct spool *sp)
{
	return !STAILQ_EMPTY(&sp->waiting) ||
	    (sp->marks.count > 0 && !evtimer_pending(sp->mark_ev, NULL));
}

/*
 * The thread is done: the disk gets its next batch, then this one is
 * answered.
 */
void
spool_synced_cb(void *arg)
{
	struct spool *sp = arg;
	struct spool_batch done;
	bool ok, next = false;

	batch_move(&done, &sp->syncing);
	ok = batch_error(&done) == 0;
	if (ok) {
		/* What was written before must not wait for what cannot be. */
		if (is_due(sp))
			(void)write_waiting(sp);
		next = start_sync(sp);
	}
	(void)end_batch(sp, &done);
	/* That failed, without what is behind it. */
	if (!ok)
		next = start_sync(sp);
	if (next)
		return;
	sp->busy = false;
	if (ok && is_due(sp))
		spool_schedule_commit(sp);
}

/* Wait for the batch at the thread, then end it.  0 or -1. */
static int
wait_sync(struct spool *sp)
{
	struct spool_batch done;
	int rc;

	syncer_wait(sp->syncer);
	batch_move(&done, &sp->syncing);
	rc = end_batch(sp, &done);
	sp->busy = false;
	return rc;
}

/* Sync what is written, here.  0 or -1. */
static int
sync_here(struct spool *sp)
{
	if (list_items(sp, &sp->written) == -1) {
		fail_batch(sp, &sp->written, ENOMEM);
		return -1;
	}
	sync_items(sp->written.item, sp->written.items);
	return end_batch(sp, &sp->written);
}

/*
 * Make durable all that waits, then answer:
 *
 *  1. The rest of each large message is written to its own segment.  A crash
 *     leaves a file that is whole, and is delivered, or is not, and is
 *     removed at start.  Nobody was told 250.
 *  2. All small messages, then all marks, are appended to the log.  A crash
 *     leaves some of them; each has its CRC.  A mark is never there without
 *     the bounce that goes before it, or the bounce is made again.
 *  3. Large messages are synced, then the folder if a file was made or
 *     removed, then the log.  A crash leaves, at worst, whole messages that
 *     nobody was told of; after the last, all of it.
 *  4. Answers.  A crash between them: messages are here that their clients
 *     do not know of and may send again; that cannot be helped.
 *  5. The index follows.  A crash leaves it behind, and the log says more.
 *
 * Step 3 is a thread's in daily work: what comes meanwhile is written (1, 2)
 * as the next batch, which is synced after it.  No step of a batch comes
 * before that of an older one.
 *
 * Without room for marks, segments that hold nothing but finished messages
 * are emptied at once: that says the same.
 *
 * An error in 2 or 3 takes back what was written, and none of it counts, nor
 * of the batch behind it; marks, and messages that are to be kept, wait for
 * the next try.  Here all is over on return: 0, or -1 if something failed.
 */
int
spool_commit(struct spool *sp)
{
	int rc = 0;

	if (sp->busy)
		rc = wait_sync(sp);
	do {
		if (write_waiting(sp) == -1)
			rc = -1;
		if (is_empty(&sp->written))
			return rc;
	} while (sync_here(sp) == 0 && rc == 0);
	return -1;
}

/*
 * Whether nothing is gained by a thread: one message waits, and no other one
 * is on its way.
 */
static bool
is_alone(const struct spool *sp)
{
	const struct spool_entry *e = STAILQ_FIRST(&sp->waiting);

	return !sp->busy && e != NULL && STAILQ_NEXT(e, entry) == NULL &&
	    sp->hooks.alone != NULL && sp->hooks.alone(sp->hooks.arg);
}

/* Begin a commit of what waits; what must be kept is tried again. */
void
spool_commit_cb(int fd, short what, void *arg)
{
	struct spool *sp = arg;

	(void)event_del(sp->commit_ev);
	(void)evtimer_del(sp->late_ev);
	(void)evtimer_del(sp->mark_ev);
	if (is_alone(sp)) {
		(void)spool_commit(sp);
		return;
	}
	(void)write_waiting(sp);
	if (!sp->busy)
		(void)start_sync(sp);
}

/*
 * Commit when there is nothing more to take in, so that what waits in sockets
 * shares the sync, but not much later.
 */
void
spool_schedule_commit(struct spool *sp)
{
	struct timeval delay = { 0, COMMIT_DELAY_MS * 1000 };

	event_active(sp->commit_ev, EV_TIMEOUT, 0);
	if (!evtimer_pending(sp->late_ev, NULL))
		(void)evtimer_add(sp->late_ev, &delay);
}
