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

#include "clock.h"
#include "crash.h"
#include "crc32c.h"
#include "id.h"
#include "log.h"
#include "qbounds.h"
#include "spool_int.h"

static const uint8_t zeros[RECORD_ALIGN];

static enum spool_status
status_of(int error)
{
	return error == ENOSPC || error == EDQUOT ? SPOOL_FULL : SPOOL_FAILED;
}

static int
add_iov(struct spool *sp, const void *data, size_t len)
{
	union {
		const void *in;
		void *out;
	} u;
	struct iovec *p;
	size_t cap;

	if (len == 0)
		return 0;
	if (sp->iov_count == sp->iov_cap) {
		cap = sp->iov_cap == 0 ? 64 : sp->iov_cap * 2;
		p = reallocarray(sp->iov, cap, sizeof(*p));
		if (p == NULL)
			return -1;
		sp->iov = p;
		sp->iov_cap = cap;
	}
	u.in = data;
	sp->iov[sp->iov_count].iov_base = u.out;
	sp->iov[sp->iov_count].iov_len = len;
	sp->iov_count++;
	return 0;
}

static void
describe(struct spool_entry *e, uint64_t tag, struct record *r)
{
	r->type = RECORD_MESSAGE;
	r->segment = tag;
	r->id = e->id;
	r->body_len = e->body_len;
	r->meta_len = (uint32_t)e->meta.len;
	r->prefix_len = (uint32_t)e->prefix.len;
	r->body_crc = e->big != NULL ? e->body_crc :
				       crc32c(0, e->body, e->body_len);
	r->body_crc = crc32c(r->body_crc, e->prefix.data, e->prefix.len);
	e->record_crc = r->body_crc;
	r->meta_crc = crc32c(0, e->meta.data, e->meta.len);
}

/* Add a message's record to what is written at off; its size, or 0. */
static uint64_t
gather_entry(struct spool *sp, struct spool_entry *e, uint64_t off)
{
	struct record r;

	describe(e, sp->current->tag, &r);
	record_encode(&r, e->header);
	e->offset = off;
	if (add_iov(sp, e->header, RECORD_HEADER_SIZE) == -1 ||
	    add_iov(sp, e->body, e->body_len) == -1 ||
	    add_iov(sp, e->meta.data, e->meta.len) == -1 ||
	    add_iov(sp, e->prefix.data, e->prefix.len) == -1 ||
	    add_iov(sp, zeros, record_padding(&r)) == -1)
		return 0;
	return record_size(&r);
}

/* Marks of one message that follow each other make one record. */
static size_t
gather_marks_of(struct spool *sp, size_t i)
{
	struct blob *b = &sp->mark_records;
	struct record r;
	size_t start = b->len;
	uint8_t *p;

	memset(&r, 0, sizeof(r));
	r.type = RECORD_MARK;
	r.segment = sp->current->tag;
	r.id = sp->mark[i].message->id;
	(void)blob_reserve(b, RECORD_HEADER_SIZE);
	do {
		mark_put(b, &sp->mark[i].mark);
		i++;
	} while (
	    i < sp->marks && sp->mark[i].message == sp->mark[i - 1].message);
	if (b->bad)
		return i;
	p = b->data + start;
	r.meta_len = (uint32_t)(b->len - start - RECORD_HEADER_SIZE);
	r.meta_crc = crc32c(0, p + RECORD_HEADER_SIZE, r.meta_len);
	record_encode(&r, p);
	blob_put_data(b, zeros, record_padding(&r));
	return i;
}

/* Everything for the log, as one vector.  -1 without memory. */
static int
gather(struct spool *sp, struct spool_entries *entries)
{
	struct spool_entry *e;
	uint64_t off = sp->current->size, size;
	size_t i;

	sp->iov_count = 0;
	blob_reset(&sp->mark_records);
	STAILQ_FOREACH(e, entries, entry) {
		if (e->big != NULL)
			continue;
		size = gather_entry(sp, e, off);
		if (size == 0)
			return -1;
		off += size;
	}
	for (i = 0; i < sp->marks;)
		i = gather_marks_of(sp, i);
	if (sp->mark_records.bad)
		return -1;
	return add_iov(sp, sp->mark_records.data, sp->mark_records.len);
}

/* A segment with room, made if there is none.  -1 with errno. */
static int
need_current(struct spool *sp)
{
	uint64_t ahead = sp->segment_size;
	struct segment *s;

	if (sp->current != NULL && sp->current->size >= sp->segment_size)
		spool_seal_current(sp);
	if (sp->current != NULL)
		return 0;
	if (sp->hooks.room != NULL &&
	    !sp->hooks.room(sp->segment_size, sp->hooks.arg))
		ahead = 0;
	s = segment_create(sp->segments_fd, sp->next_segment, SEGMENT_LOG,
	    ahead);
	sp->next_segment++;
	if (s == NULL)
		return -1;
	CRASH("segment-made");
	sp->folder_dirty = true;
	if (spool_sync_folder(sp) == -1) {
		(void)segment_remove(s);
		return -1;
	}
	s->written = clock_mono();
	TAILQ_INSERT_TAIL(&sp->logs, s, entry);
	sp->current = s;
	return 0;
}

/* After a failed write or sync: nothing of it may be found later. */
static void
undo(struct spool *sp, uint64_t size, bool usable)
{
	int saved = errno;

	log_warn("spool: segment %016llx",
	    (unsigned long long)sp->current->number);
	if (segment_cut(sp->current, size) == -1 || !usable) {
		(void)segment_sync(sp->current);
		spool_seal_current(sp);
	}
	errno = saved;
}

/* Steps 3 and 4 of spool_commit(). */
static int
write_log(struct spool *sp, struct spool_entries *entries)
{
	uint64_t size;

	if (need_current(sp) == -1 || gather(sp, entries) == -1)
		return -1;
	if (sp->iov_count == 0)
		return 0;
	size = sp->current->size;
	if (segment_append(sp->current, sp->iov, (int)sp->iov_count) == -1) {
		undo(sp, size, status_of(errno) == SPOOL_FULL);
		return -1;
	}
	CRASH("segment-written");
	CRASH_TORN(sp->current->fd, size, sp->current->size, 512);
	sp->stats.syncs++;
	if (segment_sync(sp->current) == -1) {
		undo(sp, size, false);
		return -1;
	}
	CRASH("segment-synced");
	sp->current->written = clock_mono();
	return 0;
}

/* Steps 1 of spool_commit(), for one message. */
static int
write_big(struct spool *sp, struct spool_entry *e)
{
	struct record r;
	uint64_t off;

	describe(e, e->big->tag, &r);
	record_encode(&r, e->header);
	e->offset = SEGMENT_HEADER_SIZE;
	off = e->offset + RECORD_HEADER_SIZE + e->body_len;
	if (segment_write_at(e->big, e->meta.data, e->meta.len, off) == -1 ||
	    segment_write_at(e->big, e->prefix.data, e->prefix.len,
		off + e->meta.len) == -1 ||
	    segment_write_at(e->big, e->header, RECORD_HEADER_SIZE,
		e->offset) == -1)
		return -1;
	e->big->size = e->offset + record_size(&r);
	CRASH("large-written");
	sp->stats.syncs++;
	if (segment_cut(e->big, e->big->size) == -1 ||
	    segment_sync(e->big) == -1)
		return -1;
	segment_seal(e->big);
	sp->folder_dirty = true;
	CRASH("large-synced");
	return 0;
}

/* The answer for an entry that did not get to disk. */
static void
refuse(struct spool *sp, struct spool_entry *e, enum spool_status status)
{
	if (e->keep) {
		STAILQ_INSERT_TAIL(&sp->waiting, e, entry);
		return;
	}
	if (e->done != NULL)
		e->done(NULL, status, e->arg);
	if (e->moved)
		sp->moving--;
	else
		message_free(&sp->destinations, e->message);
	e->message = NULL;
	spool_entry_free(e);
}

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

/* The entry is on disk. */
static void
accept_entry(struct spool *sp, struct spool_entry *e)
{
	struct message *m = e->message;
	struct segment *s = e->big != NULL ? e->big : sp->current;

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
		TAILQ_INSERT_TAIL(&sp->bigs, e->big, entry);
		e->big = NULL;
	}
	spool_link(sp, m, s);
	if (e->moved)
		(void)spool_index_update(sp, m, NULL, 0);
	else
		keep_envelope(sp, m, &e->meta, e->record_crc);
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
accept_marks(struct spool *sp)
{
	struct spool_waiting_mark *mark;
	struct message *m;
	size_t i, n, count = sp->marks;
	bool kept;

	mark = sp->mark;
	sp->mark = NULL;
	sp->marks = sp->marks_cap = 0;
	for (i = 0; i < count; i += n) {
		m = mark[i].message;
		kept = false;
		for (n = 0; i + n < count && mark[i + n].message == m; n++)
			if (mark[i + n].mark.state != RCPT_DONE)
				kept = true;
		m->marks -= (uint32_t)n;
		spool_marks_durable(sp, m->segment);
		CRASH("outcome-synced");
		if (m->open > 0 && (kept || (m->flags & MESSAGE_INDEXED) != 0))
			(void)spool_index_update(sp, m, mark + i, n);
		if (m->open == 0 && m->marks == 0)
			spool_forget(sp, m);
	}
	for (i = 0; i < count; i++) {
		free(mark[i].text);
		free(mark[i].via);
	}
	free(mark);
	spool_reclaim(sp);
}

/* Steps 1 and 2; what fails is refused and taken out of the list. */
static void
write_bigs(struct spool *sp, struct spool_entries *entries)
{
	struct spool_entries rest = STAILQ_HEAD_INITIALIZER(rest);
	struct spool_entry *e;
	int error;

	while ((e = STAILQ_FIRST(entries)) != NULL) {
		STAILQ_REMOVE_HEAD(entries, entry);
		if (e->big == NULL || write_big(sp, e) == 0) {
			STAILQ_INSERT_TAIL(&rest, e, entry);
			continue;
		}
		error = errno;
		log_warn("spool: large message %016llx",
		    (unsigned long long)e->id);
		refuse(sp, e, status_of(error));
	}
	STAILQ_CONCAT(entries, &rest);
}

static void
finish(struct spool *sp, struct spool_entries *entries, bool ok,
    enum spool_status status)
{
	struct spool_entry *e;

	while ((e = STAILQ_FIRST(entries)) != NULL) {
		STAILQ_REMOVE_HEAD(entries, entry);
		if (ok)
			accept_entry(sp, e);
		else
			refuse(sp, e, status);
	}
}

/*
 * Make durable all that waits, then answer:
 *
 *  1. Each large message: the rest of its own segment is written and synced.
 *     A crash leaves a file that is whole, and is delivered, or is not, and
 *     is removed at start.  Nobody was told 250.
 *  2. The folder is synced if a file was made.  A crash leaves, at worst,
 *     whole messages that nobody was told of.
 *  3. All small messages, then all marks, are appended to the log.  A crash
 *     leaves some of them; each has its CRC.  A mark is never there without
 *     the bounce that goes before it, or the bounce is made again.
 *  4. The log is synced.  A crash after this leaves all of it.
 *  5. Answers.  A crash between them: messages are here that their clients
 *     do not know of and may send again; that cannot be helped.
 *  6. The index follows.  A crash leaves it behind, and the log says more.
 *
 * Without room for marks, segments that hold nothing but finished messages
 * are emptied at once: that says the same.
 *
 * An error in 3 or 4 takes back what was written, and none of it counts;
 * marks, and messages that are to be kept, wait for the next try.  0 or -1.
 */
int
spool_commit(struct spool *sp)
{
	struct spool_entries entries = STAILQ_HEAD_INITIALIZER(entries);
	enum spool_status status = SPOOL_OK;
	bool ok, transaction;

	if (STAILQ_EMPTY(&sp->waiting) && sp->marks == 0)
		return 0;
	STAILQ_CONCAT(&entries, &sp->waiting);
	sp->stats.commits++;
	write_bigs(sp, &entries);
	ok = spool_sync_folder(sp) == 0 && write_log(sp, &entries) == 0;
	if (!ok) {
		status = status_of(errno);
		if (status != SPOOL_FULL || !sp->full)
			log_warn("spool: commit failed, trying again");
	}
	sp->full = status == SPOOL_FULL;
	CRASH("before-answers");
	transaction = index_begin(sp->index) == 0;
	finish(sp, &entries, ok, status);
	CRASH("answered");
	if (ok)
		accept_marks(sp);
	else if (sp->full)
		spool_make_room(sp);
	CRASH("index-put");
	if (transaction)
		(void)index_commit(sp->index);
	CRASH("index-transaction");
	return ok ? 0 : -1;
}
