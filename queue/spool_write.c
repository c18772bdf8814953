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
 * What waits is written: into the batch that is synced next.  Nothing of it
 * counts before that.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "crash.h"
#include "crc32c.h"
#include "log.h"
#include "qbounds.h"
#include "spool_int.h"

static const uint8_t zeros[RECORD_ALIGN];

/* What an error of the disk means for a message. */
enum spool_status
spool_status_of(int error)
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
	const struct spool_marks *w = &sp->marks;
	struct record r;
	size_t start = b->len;
	uint8_t *p;

	memset(&r, 0, sizeof(r));
	r.type = RECORD_MARK;
	r.segment = sp->current->tag;
	r.id = w->mark[i].message->id;
	(void)blob_reserve(b, RECORD_HEADER_SIZE);
	do {
		mark_put(b, &w->mark[i].mark);
		i++;
	} while (i < w->count && w->mark[i].message == w->mark[i - 1].message);
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
	for (i = 0; i < sp->marks.count;)
		i = gather_marks_of(sp, i);
	if (sp->mark_records.bad)
		return -1;
	return add_iov(sp, sp->mark_records.data, sp->mark_records.len);
}

/* Room for so many more, grown by halves.  0, or -1 without memory. */
int
spool_marks_reserve(struct spool_marks *w, size_t more)
{
	struct spool_waiting_mark *p;
	size_t cap = w->cap;

	if (w->count + more <= cap)
		return 0;
	cap += cap / 2 + SPOOL_MARKS_FIRST;
	if (cap < w->count + more)
		cap = w->count + more;
	p = reallocarray(w->mark, cap, sizeof(*p));
	if (p == NULL)
		return -1;
	w->mark = p;
	w->cap = cap;
	return 0;
}

/* All of from behind those of to.  -1 without memory, nothing changed. */
int
spool_marks_join(struct spool_marks *to, struct spool_marks *from)
{
	struct spool_marks swap;

	if (from->count == 0)
		return 0;
	if (to->count == 0) {
		swap = *to;
		*to = *from;
		*from = swap;
		return 0;
	}
	if (spool_marks_reserve(to, from->count) == -1)
		return -1;
	memcpy(to->mark + to->count, from->mark,
	    from->count * sizeof(*to->mark));
	to->count += from->count;
	from->count = 0;
	return 0;
}

/* Forget them all. */
void
spool_marks_free(struct spool_marks *w)
{
	size_t i;

	for (i = 0; i < w->count; i++) {
		free(w->mark[i].text);
		free(w->mark[i].via);
	}
	free(w->mark);
	memset(w, 0, sizeof(*w));
}

/* The answer for an entry that did not get to disk. */
void
spool_refuse(struct spool *sp, struct spool_entry *e, enum spool_status status)
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
	/* Its file may be whole: it must not be back after a crash. */
	if (e->big != NULL)
		sp->folder_dirty = true;
	spool_entry_free(e);
}

/*
 * A segment for the log, in the file that waits for it if there is one.  Files
 * that its marks were for must be gone before it is written over.
 */
static struct segment *
make_segment(struct spool *sp)
{
	uint64_t ahead = sp->segment_size;
	struct segment *s;

	if (sp->spare) {
		s = NULL;
		if (spool_sync_folder(sp) == 0)
			s = segment_reuse(sp->segments_fd, sp->next_segment);
		if (s != NULL) {
			sp->spare = false;
			return s;
		}
		log_warn("spool: segments/" SEGMENT_SPARE);
		spool_drop_spare(sp);
	}
	if (sp->hooks.room != NULL &&
	    !sp->hooks.room(sp->segment_size, sp->hooks.arg))
		ahead = 0;
	return segment_create(sp->segments_fd, sp->next_segment, SEGMENT_LOG,
	    ahead);
}

/*
 * A segment with room, made if there is none.  Its name is synced before
 * anything in it counts.  -1 with errno.
 */
static int
need_current(struct spool *sp)
{
	struct segment *s;

	if (sp->current != NULL &&
	    (sp->spoilt || sp->current->size >= sp->segment_size))
		spool_seal_current(sp);
	if (sp->current != NULL)
		return 0;
	sp->spoilt = false;
	s = make_segment(sp);
	sp->next_segment++;
	if (s == NULL)
		return -1;
	CRASH("segment-made");
	sp->folder_dirty = true;
	s->written = s->begun = clock_mono();
	TAILQ_INSERT_TAIL(&sp->logs, s, entry);
	sp->current = s;
	return 0;
}

static uint64_t
iov_size(const struct spool *sp)
{
	uint64_t size = 0;
	size_t i;

	for (i = 0; i < sp->iov_count; i++)
		size += sp->iov[i].iov_len;
	return size;
}

static int
add_zeros(struct spool *sp, size_t len)
{
	static uint8_t page[16384];
	size_t n;

	for (; len > 0; len -= n) {
		n = len < sizeof(page) ? len : sizeof(page);
		if (add_iov(sp, page, n) == -1)
			return -1;
	}
	return 0;
}

/* Append to the log what waits for it: one write.  0 or -1 with errno. */
static int
write_log(struct spool *sp, struct spool_entries *entries)
{
	struct segment *s;
	uint64_t size;
	size_t ahead;
	int error;

	if (need_current(sp) == -1 || gather(sp, entries) == -1)
		return -1;
	if (sp->iov_count == 0)
		return 0;
	s = sp->current;
	size = s->size;
	ahead = segment_zeros(s, iov_size(sp));
	if (add_zeros(sp, ahead) == -1 ||
	    segment_append(s, sp->iov, (int)sp->iov_count, ahead) == -1) {
		error = errno;
		log_warn("spool: segment %016llx",
		    (unsigned long long)s->number);
		/* Nothing of it may be found later. */
		if (segment_cut(s, size) == -1 ||
		    spool_status_of(error) != SPOOL_FULL)
			sp->spoilt = true;
		errno = error;
		return -1;
	}
	CRASH("segment-written");
	CRASH_TORN(s->fd, size, s->size, 512);
	s->written = clock_mono();
	if (!sp->written.logged)
		sp->written.from = size;
	sp->written.logged = true;
	return 0;
}

/* The rest of a large message, in its own segment.  0 or -1 with errno. */
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
	return segment_cut(e->big, e->big->size);
}

/* What fails is refused and taken out of the list. */
static void
write_bigs(struct spool *sp, struct spool_entries *entries)
{
	struct spool_entries rest = STAILQ_HEAD_INITIALIZER(rest);
	struct spool_entry *e;
	int error;

	while ((e = STAILQ_FIRST(entries)) != NULL) {
		STAILQ_REMOVE_HEAD(entries, entry);
		if (e->big == NULL || write_big(sp, e) == 0) {
			if (e->big != NULL)
				sp->folder_dirty = true;
			STAILQ_INSERT_TAIL(&rest, e, entry);
			continue;
		}
		error = errno;
		log_warn("spool: large message %016llx",
		    (unsigned long long)e->id);
		spool_refuse(sp, e, spool_status_of(error));
	}
	STAILQ_CONCAT(entries, &rest);
}

/* A segment that is full, or spoilt, ends when nothing of it is under way. */
static bool
may_write(const struct spool *sp)
{
	if (!sp->busy && !sp->written.logged)
		return true;
	return sp->current != NULL && !sp->spoilt &&
	    sp->current->size < sp->segment_size;
}

/*
 * Write all that waits and add it to the batch "written"; if that is not
 * possible before a sync has ended, nothing happens.  An error takes back
 * what was written, and the messages are refused with it, but for those that
 * are to be kept; they and the marks wait.
 */
enum spool_status
spool_write(struct spool *sp)
{
	struct spool_entries entries = STAILQ_HEAD_INITIALIZER(entries);
	enum spool_status status;
	struct spool_entry *e;

	if ((STAILQ_EMPTY(&sp->waiting) && sp->marks.count == 0) ||
	    !may_write(sp))
		return SPOOL_OK;
	STAILQ_CONCAT(&entries, &sp->waiting);
	write_bigs(sp, &entries);
	if (spool_marks_reserve(&sp->written.marks, sp->marks.count) == 0 &&
	    write_log(sp, &entries) == 0) {
		(void)spool_marks_join(&sp->written.marks, &sp->marks);
		STAILQ_CONCAT(&sp->written.entries, &entries);
		return SPOOL_OK;
	}
	status = spool_status_of(errno);
	while ((e = STAILQ_FIRST(&entries)) != NULL) {
		STAILQ_REMOVE_HEAD(&entries, entry);
		spool_refuse(sp, e, status);
	}
	return status;
}
