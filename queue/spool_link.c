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
 * Messages and segments: who lives where, when a segment may go, and what
 * the index knows of a message.  Decides nothing about deliveries.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "crash.h"
#include "log.h"
#include "qbounds.h"
#include "spool_int.h"
#include "state.h"

/*
 * A message is in a segment now, at m->offset.  A new one joins the table;
 * a large one is put into the index at once, so that the position of the
 * index need not wait for segments of large messages.
 */
void
spool_link(struct spool *sp, struct message *m, struct segment *s)
{
	bool is_new = m->segment == NULL;

	if (is_new)
		(void)messages_add(&sp->messages, m);
	m->segment = s;
	s->live += message_size(m);
	if ((m->flags & MESSAGE_INDEXED) != 0)
		LIST_INSERT_HEAD(&s->indexed, m, entry);
	else
		LIST_INSERT_HEAD(&s->fresh, m, entry);
	if (is_new && s->kind == SEGMENT_BIG &&
	    (m->flags & MESSAGE_INDEXED) == 0)
		(void)spool_index_update(sp, m, NULL, 0);
}

/* It leaves its segment; it is in no list until spool_link(). */
void
spool_unlink(struct message *m)
{
	LIST_REMOVE(m, entry);
	m->segment->live -= message_size(m);
}

/* Make names of files that were made or removed durable.  0 or -1. */
int
spool_sync_folder(struct spool *sp)
{
	if (!sp->folder_dirty)
		return 0;
	sp->stats.syncs++;
	if (fsync(sp->segments_fd) == -1)
		return -1;
	CRASH("folder-synced");
	sp->folder_dirty = false;
	return 0;
}

/* Nothing more is written to the current segment. */
void
spool_seal_current(struct spool *sp)
{
	if (sp->current == NULL)
		return;
	segment_seal(sp->current);
	sp->current = NULL;
	spool_reclaim(sp);
}

/*
 * What a start reads of the log is to become less: what was told of it must
 * be durable elsewhere.  A large message was told of when it was not in the
 * index yet, and that is durable at once.  -1: it is not durable, and all
 * that a start reads must stay.
 */
int
spool_settle(struct spool *sp)
{
	if (sp->hooks.settle == NULL)
		return 0;
	sp->unsettled = sp->hooks.settle(sp->hooks.arg) == -1;
	if (sp->unsettled)
		return -1;
	sp->big_owing = false;
	return 0;
}

/* The same for a large message; if it fails, they all stay. */
void
spool_settle_big(struct spool *sp)
{
	if (spool_settle(sp) == -1)
		sp->big_owing = true;
}

/* The file that waits for the next segment goes. */
void
spool_drop_spare(struct spool *sp)
{
	if (!sp->spare)
		return;
	sp->spare = false;
	if (segment_drop_spare(sp->segments_fd) == -1)
		log_warn("spool: segments/" SEGMENT_SPARE);
	sp->folder_dirty = true;
}

/*
 * Whether the file of a segment is kept for the next one: there is none yet,
 * it is as long as segments are, and the disk has room for as much again.
 */
static bool
is_wanted(const struct spool *sp, const struct segment *s)
{
	return s->kind == SEGMENT_LOG && !sp->spare &&
	    s->size >= sp->segment_size &&
	    (sp->hooks.room == NULL ||
		sp->hooks.room(sp->segment_size, sp->hooks.arg));
}

/* The file of a segment goes, or is kept for the next one. */
static void
free_file(struct spool *sp, struct segment *s)
{
	bool keep = is_wanted(sp, s);
	int rc;

	rc = keep ? segment_retire(s) : segment_remove(s);
	sp->folder_dirty = true;
	if (rc == -1)
		log_warn("spool: removing a segment");
	else if (keep) {
		sp->spare = true;
		sp->spare_since = clock_mono();
	}
}

/*
 * Remove a segment that nobody needs, when no batch reads it any more and what
 * was told of it is durable elsewhere.  -1: it is there still.
 */
int
spool_condemn(struct spool *sp, struct segment *s)
{
	s->condemned = true;
	if (s->inflight > 0)
		return -1;
	if ((s->kind == SEGMENT_LOG || sp->big_owing) && spool_settle(sp) == -1)
		return -1;
	if (sp->hooks.closed != NULL)
		sp->hooks.closed(s, sp->hooks.arg);
	TAILQ_REMOVE(s->kind == SEGMENT_BIG ? &sp->bigs : &sp->logs, s, entry);
	CRASH("segment-to-free");
	free_file(sp, s);
	CRASH("segment-freed");
	/* There is room now, which nobody has taken yet. */
	if (sp->unsettled)
		(void)spool_settle(sp);
	return 0;
}

/* Every second: once more what failed; what had to stay for it may go. */
void
spool_settle_again(struct spool *sp)
{
	struct segment *s, *next;

	if (!sp->unsettled || spool_settle(sp) == -1)
		return;
	for (s = TAILQ_FIRST(&sp->bigs); s != NULL; s = next) {
		next = TAILQ_NEXT(s, entry);
		if (s->condemned)
			(void)spool_condemn(sp, s);
	}
	spool_reclaim(sp);
}

/* The message in a segment of its own, or NULL. */
static struct message *
large_message(const struct segment *s)
{
	struct message *m;

	m = LIST_FIRST(&s->fresh);
	return m != NULL ? m : LIST_FIRST(&s->indexed);
}

/*
 * Whether marks of large messages are in the log up to that segment: they
 * must not go before their message.
 */
bool
spool_marks_needed(const struct spool *sp, uint64_t number)
{
	struct segment *s;

	TAILQ_FOREACH(s, &sp->bigs, entry)
		if (s->marks_from != 0 && s->marks_from <= number)
			return true;
	return false;
}

/*
 * Marks of a large message became durable in the current segment.  While some
 * still wait, those that repeat older ones may be among them.
 */
void
spool_marks_durable(struct spool *sp, struct segment *s)
{
	const struct message *m;

	if (s->kind != SEGMENT_BIG)
		return;
	m = large_message(s);
	if (s->repeating && m != NULL && m->marks > 0)
		return;
	if (s->marks_from == 0 || s->repeating)
		s->marks_from = sp->current->number;
	s->repeating = false;
}

/* Have the marks that stand in the way repeated at the end of the log. */
static void
repeat_needed(struct spool *sp, uint64_t number)
{
	struct segment *s;
	struct message *m;

	TAILQ_FOREACH(s, &sp->bigs, entry) {
		m = large_message(s);
		if (s->marks_from == 0 || s->marks_from > number ||
		    s->repeating || m == NULL)
			continue;
		s->repeating = spool_repeat_marks(sp, m) == 0;
		/* Nothing is known of it that a mark could say. */
		if (s->repeating && m->marks == 0) {
			s->repeating = false;
			s->marks_from = 0;
		}
	}
}

/*
 * Free log segments in order, oldest first: a mark goes only after all that
 * it could end.
 */
void
spool_reclaim(struct spool *sp)
{
	struct segment *s;

	while (!sp->announcing && (s = TAILQ_FIRST(&sp->logs)) != NULL &&
	    s != sp->current && LIST_EMPTY(&s->fresh) &&
	    LIST_EMPTY(&s->indexed) && s->inflight == 0) {
		if (spool_marks_needed(sp, s->number)) {
			repeat_needed(sp, s->number);
			if (spool_marks_needed(sp, s->number))
				return;
		}
		if (spool_condemn(sp, s) == -1)
			return;
	}
}

/* Whether all messages of a list are done, marked or not, and none is owed. */
static bool
all_done(const struct message_list *list)
{
	struct message *m;

	LIST_FOREACH(m, list, entry)
		if (m->open > 0 || m->owed > 0)
			return false;
	return true;
}

static bool
is_finished(const struct segment *s)
{
	return s->inflight == 0 && all_done(&s->fresh) && all_done(&s->indexed);
}

/*
 * The disk is full, and marks cannot be written that would free it: take the
 * octets of what is done.  After a crash an empty file holds no message that
 * could be sent again.  Of the log only the oldest segments, in order, since
 * later ones hold marks that they need.
 */
void
spool_make_room(struct spool *sp)
{
	struct segment *s;

	spool_drop_spare(sp);
	if (sp->big_owing && spool_settle(sp) == -1)
		return;
	TAILQ_FOREACH(s, &sp->bigs, entry)
		if (is_finished(s) && segment_discard(s) == -1)
			log_warn("spool: emptying a segment");
	if (spool_settle(sp) == -1)
		return;
	TAILQ_FOREACH(s, &sp->logs, entry) {
		if (s == sp->current || !is_finished(s) ||
		    spool_marks_needed(sp, s->number))
			break;
		if (segment_discard(s) == -1)
			log_warn("spool: emptying a segment");
	}
}

/* A message is done, and that is durable: free it and what it held. */
void
spool_forget(struct spool *sp, struct message *m)
{
	struct segment *s = m->segment;

	if (sp->hooks.gone != NULL)
		sp->hooks.gone(m, sp->hooks.arg);
	if ((m->flags & MESSAGE_INDEXED) != 0) {
		(void)index_remove(sp->index, m->id);
		sp->index_dirty = true;
	}
	spool_unlink(m);
	messages_remove(&sp->messages, m);
	if (m->envelope != NULL)
		sp->messages.hot -= m->meta_len;
	message_free(&sp->destinations, m);
	if (s->kind == SEGMENT_BIG)
		(void)spool_condemn(sp, s);
	spool_reclaim(sp);
}

/*
 * Put what is known of a message into the index, with n marks that memory
 * has already and whose texts it has not.  -1 if the index cannot take it;
 * the message then stays among those that a start reads from the log.
 */
int
spool_index_update(struct spool *sp, struct message *m,
    const struct spool_waiting_mark *marks, size_t n)
{
	struct blob store = { 0 }, entry = { 0 };
	struct state st;
	size_t i;
	int rc;

	if (index_broken(sp->index))
		return -1;
	rc = spool_state(sp, m, &st, &store);
	if (rc == 0) {
		for (i = 0; i < n; i++)
			state_apply(&st, &marks[i].mark);
		state_encode(&entry, &st);
		rc = entry.bad ? -1 : index_put(sp->index, m->id, &entry);
	}
	if (rc == 0 && (m->flags & MESSAGE_INDEXED) == 0) {
		LIST_REMOVE(m, entry);
		LIST_INSERT_HEAD(&m->segment->indexed, m, entry);
		m->flags |= MESSAGE_INDEXED;
	}
	sp->index_dirty = true;
	state_clear(&st);
	blob_free(&store);
	blob_free(&entry);
	return rc;
}

/* A worker is gone, and with it the descriptors that it had. */
void
spool_lane_reset(struct spool *sp, unsigned lane)
{
	struct segment_list *lists[2] = { &sp->logs, &sp->bigs };
	struct segment *s;
	unsigned i;

	for (i = 0; i < 2; i++)
		TAILQ_FOREACH(s, lists[i], entry) {
			s->sent &= ~(UINT64_C(1) << lane);
		}
}
