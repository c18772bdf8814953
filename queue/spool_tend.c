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
 * What the spool does in the background: the index follows, checkpoints are
 * made, quiet segments end, and a nearly dead oldest segment is emptied by
 * copying what lives.  Every step is bounded; the loop goes on between.
 */
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "crash.h"
#include "crc32c.h"
#include "envelope.h"
#include "id.h"
#include "log.h"
#include "qbounds.h"
#include "spool_int.h"
#include "state.h"

/* Put up to limit messages of one segment into the index; how many. */
static size_t
index_segment(struct spool *sp, struct segment *s, size_t limit)
{
	struct message *m;
	size_t n = 0;

	while (n < limit && (m = LIST_FIRST(&s->fresh)) != NULL) {
		if (spool_index_update(sp, m, NULL, 0) == -1)
			return limit;
		n++;
	}
	return n;
}

/*
 * Put up to limit messages that no mark has put there into the index, oldest
 * segments first, the current one not.
 */
void
spool_index_all(struct spool *sp, size_t limit)
{
	struct segment *s;
	size_t n = 0;

	if (index_broken(sp->index) || index_begin(sp->index) == -1)
		return;
	TAILQ_FOREACH(s, &sp->logs, entry) {
		if (s == sp->current || n >= limit)
			break;
		n += index_segment(sp, s, limit - n);
	}
	(void)index_commit(sp->index);
}

/* The first log segment that a start must read. */
static uint64_t
first_needed(const struct spool *sp)
{
	struct segment *s;

	TAILQ_FOREACH(s, &sp->logs, entry) {
		if (s == sp->current || !LIST_EMPTY(&s->fresh))
			return s->number;
	}
	return sp->next_segment;
}

/*
 * Bring the index to disk with the position up to which it is complete.  It
 * knows what memory knows: the log must say no less.  Names of removed files are made durable before, since a start believes
 * every large message that it finds.  clean says that nothing more will be
 * written before the end.
 */
void
spool_checkpoint(struct spool *sp, bool clean)
{
	struct index_position pos;

	sp->checkpointed = clock_mono();
	if (index_broken(sp->index) || spool_commit(sp) == -1 ||
	    spool_sync_folder(sp) == -1 || spool_settle(sp) == -1)
		return;
	pos.segment = first_needed(sp);
	pos.next_segment = sp->next_segment;
	pos.next_id = sp->next_id;
	pos.clean = clean;
	if (index_begin(sp->index) == -1)
		return;
	CRASH("checkpoint-begun");
	(void)index_position_put(sp->index, &pos);
	if (index_commit(sp->index) == -1)
		return;
	CRASH("checkpoint-committed");
	if (index_checkpoint(sp->index) == 0)
		sp->index_dirty = false;
	CRASH("checkpoint-flushed");
}

/* Octets of sealed log segments, and of these the live ones. */
static void
measure(const struct spool *sp, uint64_t *bytes, uint64_t *live)
{
	struct segment *s;

	*bytes = *live = 0;
	TAILQ_FOREACH(s, &sp->logs, entry) {
		if (s == sp->current)
			continue;
		*bytes += s->size;
		*live += s->live;
	}
}

/* Put marks that say again what is known of a message.  0 or -1. */
int
spool_repeat_marks(struct spool *sp, struct message *m)
{
	struct blob store = { 0 };
	struct state st;
	struct mark mark;
	uint32_t i;
	int rc;

	rc = spool_state(sp, m, &st, &store);
	memset(&mark, 0, sizeof(mark));
	for (i = 0; rc == 0 && i < st.rcpts; i++) {
		mark.via = destination_via(st.rcpt[i].domain);
		mark.noticed = st.rcpt[i].noticed;
		if (st.rcpt[i].state == RCPT_WAITING && mark.via == NULL &&
		    !mark.noticed)
			continue;
		mark.index = i;
		mark.state = st.rcpt[i].state;
		mark.attempts = st.rcpt[i].attempts;
		mark.next = st.rcpt[i].next;
		mark.text = st.rcpt[i].text;
		rc = spool_mark(sp, m, &mark);
	}
	state_clear(&st);
	blob_free(&store);
	return rc;
}

/*
 * Read what of a record is covered by the checksum of its body into an entry.
 * 0, or -1 with errno; EBADMSG if it is damaged, and then all that is there
 * was read.
 */
static int
read_content(struct message *m, struct spool_entry *e)
{
	uint64_t off = spool_body_offset(m);
	uint32_t crc;
	uint8_t *prefix;

	e->body = calloc(1, m->body_len + 1);
	e->body_len = m->body_len;
	prefix = blob_reserve(&e->prefix, m->prefix_len);
	if (e->body == NULL || (prefix == NULL && m->prefix_len > 0)) {
		errno = ENOMEM;
		return -1;
	}
	if (m->prefix_len > 0)
		memset(prefix, 0, m->prefix_len);
	if (segment_read(m->segment, e->body, m->body_len, off) == -1 ||
	    segment_read(m->segment, prefix, m->prefix_len,
		off + m->body_len + m->meta_len) == -1)
		return -1;
	crc = crc32c(crc32c(0, e->body, e->body_len), e->prefix.data,
	    e->prefix.len);
	if (crc == m->body_crc)
		return 0;
	errno = EBADMSG;
	return -1;
}

/*
 * An entry that holds the same octets as the message's record, whose envelope
 * is in memory.  If the body is damaged, the copy's envelope says so.  NULL
 * with errno.
 */
static struct spool_entry *
copy_of(struct spool *sp, struct message *m)
{
	struct spool_entry *e;
	int saved;

	e = spool_entry_new(m->id);
	if (e == NULL)
		return NULL;
	blob_put_data(&e->meta, m->envelope, m->meta_len);
	if (e->meta.bad)
		errno = ENOMEM;
	else if (read_content(m, e) == 0)
		return e;
	else if (errno == EBADMSG) {
		spool_damaged(sp, m);
		envelope_set_damaged(e->meta.data);
		return e;
	}
	saved = errno;
	spool_entry_free(e);
	errno = saved;
	return NULL;
}

/* Queue a copy of a message for the next commit.  0 or -1 with errno. */
static int
move_message(struct spool *sp, struct message *m)
{
	struct spool_entry *e;

	if (spool_envelope(sp, m) == -1)
		return -1;
	e = copy_of(sp, m);
	spool_envelope_drop(sp, m);
	if (e == NULL)
		return -1;
	if (spool_repeat_marks(sp, m) == -1) {
		spool_entry_free(e);
		errno = ENOMEM;
		return -1;
	}
	CRASH("compact-read");
	e->moved = true;
	e->message = m;
	sp->moving++;
	STAILQ_INSERT_TAIL(&sp->waiting, e, entry);
	return 0;
}

/* A message cannot be moved: if it is damaged, nothing else can be done. */
static void
not_moved(struct spool *sp, struct message *m)
{
	char id[ID_TEXT_SIZE];

	if (errno == EBADMSG)
		spool_lose(sp, m, "damaged on disk");
	else if ((m->flags & MESSAGE_STUCK) == 0) {
		m->flags |= MESSAGE_STUCK;
		log_warn("%s: cannot be read, its segment stays",
		    id_format(m->id, id));
	}
}

/* Move some of a list; messages that deliver reads wait.  Octets moved. */
static uint64_t
move_some(struct spool *sp, struct message_list *list, uint64_t bytes)
{
	struct message *m;
	uint64_t moved = 0;

	LIST_FOREACH(m, list, entry) {
		if (moved >= bytes || sp->moving >= COMPACT_STEP_COUNT)
			break;
		if (m->inflight > 0 || m->marks > 0)
			continue;
		if (move_message(sp, m) == -1)
			not_moved(sp, m);
		else
			moved += message_size(m);
	}
	return moved;
}

/* Whether less than half of what sealed segments hold is still wanted. */
static bool
worth_compacting(const struct spool *sp)
{
	uint64_t bytes, live;

	measure(sp, &bytes, &live);
	return bytes > sp->segment_size && live < bytes / 2;
}

static void
compact_step(struct spool *sp)
{
	struct segment *s;
	uint64_t moved;

	s = TAILQ_FIRST(&sp->logs);
	if (s == NULL || s == sp->current) {
		sp->compacting = false;
		return;
	}
	moved = move_some(sp, &s->fresh, COMPACT_STEP_BYTES);
	if (moved < COMPACT_STEP_BYTES)
		moved += move_some(sp, &s->indexed, COMPACT_STEP_BYTES - moved);
	/* Before anything of them is sent: deliver reads where they were. */
	if (sp->moving > 0)
		(void)spool_commit(sp);
	spool_reclaim(sp);
	/* What cannot go now is looked at again with the next tick. */
	if (moved == 0 && s == TAILQ_FIRST(&sp->logs))
		sp->compacting = false;
	if (s != TAILQ_FIRST(&sp->logs))
		sp->compacting = worth_compacting(sp);
}

/* Whether a segment should be in the index by now. */
static bool
is_due(const struct spool *sp, const struct segment *s)
{
	return s != sp->current && !LIST_EMPTY(&s->fresh) &&
	    clock_mono() - s->written > INDEX_DELAY_MS;
}

/* Whether messages are missing in the index that should be there. */
static bool
index_behind(const struct spool *sp)
{
	struct segment *s;

	if (index_broken(sp->index))
		return false;
	TAILQ_FOREACH(s, &sp->logs, entry)
		if (is_due(sp, s))
			return true;
	return false;
}

/* One bounded step of what is to be done; again soon while there is more. */
void
spool_work_cb(int fd, short what, void *arg)
{
	struct timeval soon = { 0, 5000 };
	struct spool *sp = arg;

	if (sp->compacting)
		compact_step(sp);
	if (sp->indexing) {
		spool_index_all(sp, INDEX_STEP_COUNT);
		sp->indexing = index_behind(sp);
	}
	if (sp->compacting || sp->indexing)
		(void)evtimer_add(sp->work_ev, &soon);
}

/* Nothing of a segment is in the index any more. */
static void
forget_indexed(struct segment *s)
{
	struct message *m;

	while ((m = LIST_FIRST(&s->indexed)) != NULL) {
		LIST_REMOVE(m, entry);
		LIST_INSERT_HEAD(&s->fresh, m, entry);
		m->flags &= (uint8_t)~MESSAGE_INDEXED;
	}
}

/*
 * The index is out of use, perhaps for want of room: begin another, empty
 * one, that is filled again as time goes by.  Last errors are lost; all else
 * is in memory.
 */
void
spool_renew_index(struct spool *sp)
{
	struct segment_list *lists[2] = { &sp->logs, &sp->bigs };
	struct segment *s;
	unsigned i;

	index_close(sp->index);
	if (index_destroy(sp->index_path) == -1)
		log_warn("spool: removing the old index");
	for (i = 0; i < 2; i++)
		TAILQ_FOREACH(s, lists[i], entry)
			forget_indexed(s);
	sp->index = index_open(sp->index_path);
	if (sp->index == NULL)
		log_warnx("spool: going on without an index");
	else
		log_info("spool: the index is made again");
}

/* An index that broke is tried again at the time of a checkpoint. */
static void
mend_index(struct spool *sp)
{
	if (sp->hooks.room != NULL &&
	    !sp->hooks.room(INDEX_CACHE_SIZE, sp->hooks.arg))
		return;
	sp->checkpointed = clock_mono();
	spool_renew_index(sp);
}

/* What is over does not stay on the disk for ever, under no name. */
static void
forget_octets(struct spool *sp, int64_t now)
{
	struct segment *s = sp->current;

	if (sp->spare && now - sp->spare_since > SEGMENT_IDLE_MS)
		spool_drop_spare(sp);
	if (s != NULL && s->reused && !sp->busy && !sp->written.logged &&
	    now - s->begun > SEGMENT_IDLE_MS &&
	    segment_clean(s, sp->segment_size) == -1)
		log_warn("spool: segment %016llx",
		    (unsigned long long)s->number);
}

/* Every second: look for work. */
void
spool_tick_cb(int fd, short what, void *arg)
{
	struct spool *sp = arg;
	struct segment *s = sp->current;
	int64_t now = clock_mono();

	spool_settle_again(sp);
	if (s != NULL && !sp->busy && s->live == 0 && s->inflight == 0 &&
	    now - s->written > SEGMENT_IDLE_MS &&
	    s->size > SEGMENT_HEADER_SIZE && !spool_marks_needed(sp, s->number))
		spool_seal_current(sp);
	forget_octets(sp, now);
	if (now - sp->checkpointed > CHECKPOINT_MS && index_broken(sp->index))
		mend_index(sp);
	sp->indexing = sp->indexing || index_behind(sp);
	if (now - sp->checkpointed > CHECKPOINT_MS &&
	    (sp->index_dirty || sp->folder_dirty))
		spool_checkpoint(sp, false);
	sp->compacting = sp->compacting || worth_compacting(sp);
	if ((sp->compacting || sp->indexing) &&
	    !evtimer_pending(sp->work_ev, NULL))
		event_active(sp->work_ev, EV_TIMEOUT, 0);
}
