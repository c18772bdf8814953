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
 * The start of a spool: what the index knows, then what the log's tail says
 * since; damage is put aside.  After it nothing acknowledged is missing.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "corrupt.h"
#include "crash.h"
#include "envelope.h"
#include "id.h"
#include "log.h"
#include "qbounds.h"
#include "spool_int.h"
#include "state.h"

/* Entries of the index whose message is not there any more. */
struct orphan {
	uint64_t id;
	uint64_t segment;
	bool large; /* it was in a segment of its own */
};

struct orphans {
	struct spool *sp;
	struct orphan *orphan;
	struct segment *last; /* found */
	size_t count;
	size_t cap;
	bool failed;
};

/* Messages that follow each other mostly lie in the same segment: *last. */
static struct segment *
find_segment(struct spool *sp, uint64_t number, struct segment **last)
{
	struct segment_list *lists[2] = { &sp->logs, &sp->bigs };
	struct segment *s = *last;
	unsigned i;

	if (s != NULL && s->number == number)
		return s;
	for (i = 0; i < 2; i++)
		TAILQ_FOREACH(s, lists[i], entry) {
			if (s->number == number)
				return *last = s;
		}
	return NULL;
}

static void
orphan_add(struct orphans *o, uint64_t id, uint64_t segment, bool large)
{
	struct orphan *p;

	if (o->count == o->cap) {
		o->cap = o->cap == 0 ? 64 : o->cap * 2;
		p = reallocarray(o->orphan, o->cap, sizeof(*p));
		if (p == NULL) {
			o->failed = true;
			return;
		}
		o->orphan = p;
	}
	o->orphan[o->count].id = id;
	o->orphan[o->count].large = large;
	o->orphan[o->count++].segment = segment;
}

static int
load_entry(uint64_t id, const void *data, size_t len, void *arg)
{
	struct orphans *o = arg;
	struct spool *sp = o->sp;
	struct message *m = NULL;
	struct segment *s = NULL;
	struct state st;
	uint64_t number = 0;
	bool large = false;

	if (state_decode(&st, data, len) == 0) {
		number = st.segment;
		large = st.body_len > SPOOL_BIG_SIZE;
		s = find_segment(sp, number, &o->last);
		if (s != NULL)
			m = state_message(&st, &sp->destinations, id);
	}
	state_clear(&st);
	if (m == NULL) {
		/* The tail of the log may still know it. */
		orphan_add(o, id, number, large);
		return o->failed ? -1 : 0;
	}
	if (id >= sp->next_id)
		sp->next_id = id + 1;
	if (id > sp->highest)
		sp->highest = id;
	sp->messages.rcpts += m->open;
	/* Where its marks are is not known: in any log segment. */
	if (s->kind == SEGMENT_BIG)
		s->marks_from = 1;
	spool_link(sp, m, s);
	return 0;
}

/* Open the index; one that is damaged is dropped, the log rebuilds it. */
static int
open_index(struct spool *sp, struct orphans *o, struct index_position *pos)
{
	memset(pos, 0, sizeof(*pos));
	sp->index = index_open(sp->index_path);
	if (sp->index != NULL && index_position_get(sp->index, pos) != -1 &&
	    index_each(sp->index, load_entry, o) == 0)
		return 0;
	log_warnx("spool: the index is not usable; "
		  "it is made again from the segments");
	index_close(sp->index);
	sp->index = NULL;
	return 1;
}

/* Forget what a broken index said, and begin with an empty one. */
static int
renew_index(struct spool *sp, struct index_position *pos)
{
	struct segment_list *lists[2] = { &sp->logs, &sp->bigs };
	struct segment *s;
	unsigned i;

	for (i = 0; i < 2; i++)
		TAILQ_FOREACH(s, lists[i], entry) {
			LIST_INIT(&s->fresh);
			LIST_INIT(&s->indexed);
			s->live = 0;
			s->marks_from = 0;
		}
	messages_free(&sp->messages, &sp->destinations);
	memset(pos, 0, sizeof(*pos));
	if (index_destroy(sp->index_path) == -1)
		log_warn("spool: removing the old index");
	sp->index = index_open(sp->index_path);
	if (sp->index == NULL)
		log_warnx("spool: going on without an index");
	return 0;
}

/*
 * Tell of a retry token, if there is one.  Whether the record is for that
 * alone.
 */
static bool
found_retry(struct spool *sp, const struct record *r, const uint8_t *meta)
{
	struct envelope env;

	if (!envelope_has_retry(meta, r->meta_len) ||
	    envelope_decode(&env, meta, r->meta_len) == -1)
		return false;
	if (sp->hooks.retry != NULL)
		sp->hooks.retry(r->id, &env, sp->hooks.arg);
	if (env.rcpts == 0 && r->id >= sp->next_id)
		sp->next_id = r->id + 1;
	return env.rcpts == 0;
}

/* A message record: new, or a newer place of one that is known. */
static int
found_message(struct spool *sp, struct segment *s, uint64_t off,
    const struct record *r, const uint8_t *meta)
{
	struct envelope env;
	struct message *m;

	if (found_retry(sp, r, meta))
		return 0;
	/* Ids grow: one above all so far is new. */
	m = NULL;
	if (r->id <= sp->highest)
		m = messages_find(&sp->messages, r->id);
	else
		sp->highest = r->id;
	if (m != NULL) {
		if (m->segment == s && m->offset == off)
			return 0;
		spool_unlink(m);
	} else {
		if (envelope_decode(&env, meta, r->meta_len) == -1) {
			corrupt_save(sp->corrupt_fd, s, off, record_size(r),
			    r->id);
			return 0;
		}
		m = message_from_envelope(&sp->destinations, r->id, &env);
		if (m == NULL)
			return -1;
		if (sp->hooks.fresh != NULL && env.kind == ENVELOPE_MAIL)
			sp->hooks.fresh(r->id, s->kind == SEGMENT_BIG,
			    sp->hooks.arg);
		sp->messages.rcpts += m->open;
	}
	m->offset = (uint32_t)off;
	m->body_len = (uint32_t)r->body_len;
	m->meta_len = r->meta_len;
	m->prefix_len = r->prefix_len;
	if (r->id >= sp->next_id)
		sp->next_id = r->id + 1;
	spool_link(sp, m, s);
	/* What the index has of it is older than this. */
	if ((m->flags & MESSAGE_INDEXED) != 0)
		(void)spool_index_update(sp, m, NULL, 0);
	return 0;
}

/*
 * Marks that the index may not have had yet: it gets them, or a later start,
 * which does not read them here any more, would believe what it says.
 */
static void
marks_to_index(struct spool *sp, struct message *m, struct cursor c)
{
	struct spool_waiting_mark *list = NULL, *p;
	struct mark mark;
	size_t n = 0;

	if ((m->flags & MESSAGE_INDEXED) == 0 || m->open == 0)
		return;
	while (mark_get(&c, &mark) == 1) {
		p = reallocarray(list, n + 1, sizeof(*p));
		if (p == NULL)
			break;
		list = p;
		memset(&list[n], 0, sizeof(list[n]));
		list[n].message = m;
		list[n++].mark = mark;
	}
	(void)spool_index_update(sp, m, list, n);
	free(list);
}

static int
found_record(struct segment *s, uint64_t off, const struct record *r,
    const uint8_t *meta, void *arg)
{
	struct spool *sp = arg;
	struct message *m;
	struct cursor c, again;
	struct mark mark;
	uint32_t open;

	if (r->type == RECORD_MESSAGE)
		return found_message(sp, s, off, r, meta);
	m = messages_find(&sp->messages, r->id);
	if (m == NULL)
		return 0;
	open = m->open;
	cursor_init(&c, meta, r->meta_len);
	again = c;
	while (mark_get(&c, &mark) == 1)
		message_apply(&sp->destinations, m, &mark);
	marks_to_index(sp, m, again);
	if (m->segment->kind == SEGMENT_BIG && m->segment->marks_from == 0)
		m->segment->marks_from = s->number;
	sp->messages.rcpts -= open - m->open;
	return 0;
}

/* A message that the index knew, and whose record is lost, is given up. */
static void
give_up(struct spool *sp, struct segment *s, const struct segment_hurt *hurt)
{
	char text[ID_TEXT_SIZE];
	struct message *m;

	LIST_FOREACH(m, &s->indexed, entry) {
		if (m->offset < hurt->off ||
		    m->offset >= hurt->off + hurt->len ||
		    (m->flags & MESSAGE_DAMAGED) != 0)
			continue;
		log_warnx("%s: record damaged, message given up",
		    id_format(m->id, text));
		if (m->open > 0)
			spool_tell_lost(sp, m, "damaged on disk");
		sp->messages.rcpts -= m->open;
		m->open = 0;
	}
}

/*
 * Damage is kept for a person.  If only the body suffered, the message stays:
 * it is not sent, but its sender is told.
 */
static void
found_damage(struct segment *s, const struct segment_hurt *hurt, void *arg)
{
	struct spool *sp = arg;
	struct message *m;
	char text[ID_TEXT_SIZE];
	uint64_t len = hurt->len;

	/* What others have left behind the last record is over. */
	if (s->reused && hurt->off + len >= s->size)
		len = segment_older(s, hurt->off) - hurt->off;
	log_warnx("%s: segment %016llx at %llu: %s",
	    hurt->id == 0 ? "message unknown" : id_format(hurt->id, text),
	    (unsigned long long)s->number, (unsigned long long)hurt->off,
	    segment_damage_text(hurt->what));
	corrupt_save(sp->corrupt_fd, s, hurt->off, len, hurt->id);
	if (hurt->what == SEGMENT_BODY_HURT && hurt->meta != NULL &&
	    hurt->record->type == RECORD_MESSAGE &&
	    found_message(sp, s, hurt->off, hurt->record, hurt->meta) == 0) {
		m = messages_find(&sp->messages, hurt->id);
		if (m != NULL)
			m->flags |= MESSAGE_DAMAGED;
	}
	give_up(sp, s, hurt);
}

/*
 * Whether the header of a large message's record, which is written last, is
 * not there at all: it was still being received.
 */
static bool
is_unfinished(struct segment *s)
{
	static const uint8_t zeros[RECORD_HEADER_SIZE];
	uint8_t header[RECORD_HEADER_SIZE];

	if (s->size < SEGMENT_HEADER_SIZE + RECORD_HEADER_SIZE)
		return true;
	return segment_read(s, header, sizeof(header), SEGMENT_HEADER_SIZE) ==
	    0 &&
	    memcmp(header, zeros, sizeof(zeros)) == 0;
}

/* Large messages: each a file. */
static int
scan_bigs(struct spool *sp, const struct segment_visitor *v)
{
	struct segment *s, *next;
	uint64_t off;

	for (s = TAILQ_FIRST(&sp->bigs); s != NULL; s = next) {
		next = TAILQ_NEXT(s, entry);
		off = 0;
		if (LIST_EMPTY(&s->indexed) && !is_unfinished(s) &&
		    segment_scan(s, &off, UINT64_MAX, SEGMENT_SEALED, v) == -1)
			return -1;
		segment_rest(s);
		if (LIST_EMPTY(&s->fresh) && LIST_EMPTY(&s->indexed))
			(void)spool_condemn(sp, s);
	}
	return 0;
}

/*
 * The last run may have ended before it synced the end of the log and names,
 * and what is there now is believed: it is made durable before anything that
 * it has ended goes.
 */
static void
sync_tail(struct spool *sp)
{
	struct segment *s = TAILQ_LAST(&sp->logs, segment_list);

	sp->folder_dirty = true;
	if (spool_sync_folder(sp) == -1)
		log_warn("spool: segments");
	if (s != NULL && segment_settle(s) == -1)
		log_warn("spool: segment %016llx",
		    (unsigned long long)s->number);
}

/*
 * The log from a segment on.  After an orderly end all is sealed; otherwise
 * the last one may end anywhere.
 */
static int
scan_logs(struct spool *sp, const struct index_position *pos,
    const struct segment_visitor *v)
{
	enum segment_how how;
	struct segment *s;
	uint64_t off;

	TAILQ_FOREACH(s, &sp->logs, entry) {
		if (s->number < pos->segment)
			continue;
		off = 0;
		how = TAILQ_NEXT(s, entry) == NULL && !pos->clean ?
		    SEGMENT_TAIL :
		    SEGMENT_SEALED;
		if (segment_scan(s, &off, UINT64_MAX, how, v) == -1)
			return -1;
	}
	return 0;
}

/*
 * Whether the segment that an orphan was in should be there: after an orderly
 * end each should, and otherwise those of the log between others, as they go in
 * order.  One of a large message goes with it.
 */
static bool
is_missing(const struct spool *sp, const struct index_position *pos,
    const struct orphan *o)
{
	struct segment *s;

	s = TAILQ_FIRST(&sp->logs);
	return pos->clean || (!o->large && s != NULL && o->segment > s->number);
}

/* Orphans that the log did not bring back are lost, or long done. */
static void
drop_orphans(struct spool *sp, struct orphans *o,
    const struct index_position *pos)
{
	char text[ID_TEXT_SIZE];
	size_t i, done = 0;

	for (i = 0; i < o->count; i++) {
		if (messages_find(&sp->messages, o->orphan[i].id) != NULL) {
			/* The log has it, elsewhere; it is indexed anew. */
			(void)index_remove(sp->index, o->orphan[i].id);
			continue;
		}
		if (is_missing(sp, pos, &o->orphan[i])) {
			log_warnx("%s: its segment %016llx is missing, message "
				  "given up",
			    id_format(o->orphan[i].id, text),
			    (unsigned long long)o->orphan[i].segment);
			if (sp->hooks.lost != NULL)
				sp->hooks.lost(o->orphan[i].id, NULL,
				    "missing on disk", sp->hooks.arg);
		} else
			done++;
		(void)index_remove(sp->index, o->orphan[i].id);
	}
	if (done > 0)
		log_info("spool: %zu messages of the index were done since",
		    done);
}

/* Tell of the messages of a list; those that marks have ended go. */
static void
announce_list(struct spool *sp, struct message_list *list)
{
	struct message *m, *next;

	for (m = LIST_FIRST(list); m != NULL; m = next) {
		next = LIST_NEXT(m, entry);
		if (m->open == 0)
			spool_forget(sp, m);
		else if (sp->hooks.found != NULL)
			sp->hooks.found(m, sp->hooks.arg);
	}
}

/* Tell of all messages, about in the order in which they came. */
static void
announce(struct spool *sp)
{
	struct segment *s, *next;

	sp->announcing = true;
	TAILQ_FOREACH(s, &sp->logs, entry) {
		announce_list(sp, &s->indexed);
		announce_list(sp, &s->fresh);
	}
	for (s = TAILQ_FIRST(&sp->bigs); s != NULL; s = next) {
		next = TAILQ_NEXT(s, entry);
		/* It holds one message, and goes with it. */
		announce_list(sp,
		    LIST_EMPTY(&s->indexed) ? &s->fresh : &s->indexed);
	}
	sp->announcing = false;
	spool_reclaim(sp);
}

/*
 * Bring the spool to life.  Large messages come before the log, since marks
 * in the log may speak of them.  0, or -1 with errno if it cannot be read.
 */
int
spool_recover(struct spool *sp)
{
	struct segment_visitor v = { found_record, found_damage, sp };
	struct orphans o = { .sp = sp };
	struct index_position pos;
	int64_t start = clock_mono();
	int rc;

	if (spool_list_segments(sp) == -1)
		return -1;
	rc = open_index(sp, &o, &pos);
	if (rc == 1) {
		o.count = 0;
		rc = renew_index(sp, &pos);
	}
	if (pos.next_segment > sp->next_segment)
		sp->next_segment = pos.next_segment;
	if (pos.next_id > sp->next_id)
		sp->next_id = pos.next_id;
	if (index_begin(sp->index) == -1)
		log_debug("spool: recovering without an index");
	if (rc == 0)
		rc = scan_bigs(sp, &v);
	if (rc == 0)
		rc = scan_logs(sp, &pos, &v);
	if (rc == 0 && !pos.clean)
		sync_tail(sp);
	CRASH("recover-read");
	if (rc == 0 && !pos.clean && sp->hooks.seen != NULL)
		sp->hooks.seen(sp, sp->hooks.arg);
	if (rc == 0) {
		drop_orphans(sp, &o, &pos);
		announce(sp);
	}
	(void)index_commit(sp->index);
	CRASH("recover-done");
	free(o.orphan);
	/* From here on an end may not be orderly. */
	if (rc == 0 && pos.clean)
		spool_checkpoint(sp, false);
	if (rc == 0)
		log_info("spool: %zu messages, %llu recipients, read in "
			 "%lld ms",
		    sp->messages.count, (unsigned long long)sp->messages.rcpts,
		    (long long)(clock_mono() - start));
	return rc;
}
