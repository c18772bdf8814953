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
 * The spool's face: opening, closing, putting, marking, finding.  What
 * happens at a commit is in spool_commit.c, after a crash in
 * spool_recover.c, in the background in spool_compact.c.
 */
#include "spool.h"

#include <sys/stat.h>

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "corrupt.h"
#include "crc32c.h"
#include "envelope.h"
#include "id.h"
#include "log.h"
#include "proc.h"
#include "qbounds.h"
#include "spool_int.h"
#include "state.h"

/* At the end of a run, at most so many messages are still put in the index. */
#define CLOSE_INDEX_MAX 20000u

static int
make_folder(const char *root, const char *name)
{
	char path[4096];
	int n;

	n = snprintf(path, sizeof(path), "%s/%s", root, name);
	if (n < 0 || (size_t)n >= sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (mkdir(path, 0700) == -1 && errno != EEXIST)
		return -1;
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int
make_events(struct spool *sp, struct event_base *base)
{
	struct timeval second = { 1, 0 };

	sp->base = base;
	sp->commit_ev = event_new(base, -1, 0, spool_commit_cb, sp);
	sp->late_ev = evtimer_new(base, spool_commit_cb, sp);
	sp->mark_ev = evtimer_new(base, spool_commit_cb, sp);
	sp->tick_ev = event_new(base, -1, EV_PERSIST, spool_tick_cb, sp);
	sp->work_ev = evtimer_new(base, spool_work_cb, sp);
	sp->syncer = syncer_new(base, spool_synced_cb, sp);
	if (sp->syncer == NULL || sp->commit_ev == NULL ||
	    sp->late_ev == NULL || sp->mark_ev == NULL || sp->tick_ev == NULL ||
	    sp->work_ev == NULL)
		return -1;
	/* On a base without priorities it runs in its turn. */
	(void)event_priority_set(sp->commit_ev, PROC_PRIORITY_IDLE);
	return evtimer_add(sp->tick_ev, &second);
}

static int
make_folders(struct spool *sp, const char *root)
{
	size_t size;

	sp->segments_fd = make_folder(root, "segments");
	sp->corrupt_fd = make_folder(root, "corrupt");
	size = strlen(root) + sizeof("/index");
	sp->index_path = malloc(size);
	if (sp->segments_fd == -1 || sp->corrupt_fd == -1 ||
	    sp->index_path == NULL)
		return -1;
	(void)snprintf(sp->index_path, size, "%s/index", root);
	return 0;
}

/*
 * Open the spool below root, made if it is not there, with all that a crash
 * may have left; hooks->found is called for each message.  NULL with the
 * reason logged.
 */
struct spool *
spool_open(const char *root, struct event_base *base, uint64_t segment_size,
    const struct spool_hooks *hooks)
{
	struct spool *sp;

	sp = calloc(1, sizeof(*sp));
	if (sp == NULL)
		return NULL;
	sp->hooks = *hooks;
	sp->segments_fd = sp->corrupt_fd = -1;
	sp->segment_size = segment_size;
	sp->next_segment = 1;
	TAILQ_INIT(&sp->logs);
	TAILQ_INIT(&sp->bigs);
	STAILQ_INIT(&sp->waiting);
	STAILQ_INIT(&sp->written.entries);
	STAILQ_INIT(&sp->syncing.entries);
	if (make_folders(sp, root) == -1 || make_events(sp, base) == -1 ||
	    spool_recover(sp) == -1) {
		log_warn("spool: %s", root);
		spool_abandon(sp);
		return NULL;
	}
	return sp;
}

static void
free_segments(struct segment_list *list)
{
	struct segment *s;

	while ((s = TAILQ_FIRST(list)) != NULL) {
		TAILQ_REMOVE(list, s, entry);
		segment_free(s);
	}
}

static void
free_entries(struct spool *sp, struct spool_entries *entries)
{
	struct spool_entry *e;

	while ((e = STAILQ_FIRST(entries)) != NULL) {
		STAILQ_REMOVE_HEAD(entries, entry);
		if (!e->moved)
			message_free(&sp->destinations, e->message);
		spool_entry_free(e);
	}
}

static void
free_batch(struct spool *sp, struct spool_batch *b)
{
	free_entries(sp, &b->entries);
	spool_marks_free(&b->marks);
	free(b->item);
}

/*
 * Free everything without writing anything more: after an error, and in
 * tests in place of a crash.  NULL is allowed.
 */
void
spool_abandon(struct spool *sp)
{
	if (sp == NULL)
		return;
	syncer_free(sp->syncer);
	free_entries(sp, &sp->waiting);
	spool_marks_free(&sp->marks);
	free_batch(sp, &sp->written);
	free_batch(sp, &sp->syncing);
	free(sp->iov);
	blob_free(&sp->mark_records);
	messages_free(&sp->messages, &sp->destinations);
	destinations_free(&sp->destinations);
	free_segments(&sp->logs);
	free_segments(&sp->bigs);
	index_close(sp->index);
	if (sp->commit_ev != NULL)
		event_free(sp->commit_ev);
	if (sp->late_ev != NULL)
		event_free(sp->late_ev);
	if (sp->mark_ev != NULL)
		event_free(sp->mark_ev);
	if (sp->tick_ev != NULL)
		event_free(sp->tick_ev);
	if (sp->work_ev != NULL)
		event_free(sp->work_ev);
	if (sp->segments_fd != -1)
		(void)close(sp->segments_fd);
	if (sp->corrupt_fd != -1)
		(void)close(sp->corrupt_fd);
	free(sp->index_path);
	free(sp);
}

/* Commit what waits, bring the index up to date, and free. */
void
spool_close(struct spool *sp)
{
	bool clean;

	if (sp == NULL)
		return;
	clean = spool_commit(sp) == 0;
	if (!clean)
		log_warnx("spool: what waited could not be written");
	spool_seal_current(sp);
	spool_reclaim(sp);
	spool_drop_spare(sp);
	spool_index_all(sp, CLOSE_INDEX_MAX);
	spool_checkpoint(sp, clean);
	spool_abandon(sp);
}

/* A new message id: above every older one, and about microseconds. */
uint64_t
spool_new_id(struct spool *sp)
{
	uint64_t now;

	now = (uint64_t)clock_wall() * 1000;
	if (sp->next_id < now)
		sp->next_id = now;
	return sp->next_id++;
}

/* An entry for the caller to fill and give to spool_put(); NULL: memory. */
struct spool_entry *
spool_entry_new(uint64_t id)
{
	struct spool_entry *e;

	e = calloc(1, sizeof(*e));
	if (e != NULL)
		e->id = id;
	return e;
}

/* Free an entry that is not put, with its file if it has one. */
void
spool_entry_free(struct spool_entry *e)
{
	if (e == NULL)
		return;
	spool_big_drop(e->big);
	free(e->body);
	blob_free(&e->meta);
	blob_free(&e->prefix);
	free(e);
}

/*
 * Let a message wait for the next commit; its done is called then.  The
 * entry is the spool's in any case.  -1 if the envelope is unfit or without
 * memory; done is not called then.
 */
int
spool_put(struct spool *sp, struct spool_entry *e)
{
	struct envelope env;
	struct message *owed;

	memset(&env, 0, sizeof(env));
	if (e->meta.bad || e->prefix.bad || e->meta.len > ENVELOPE_SIZE_MAX ||
	    e->body_len > BODY_SIZE_MAX ||
	    envelope_decode(&env, e->meta.data, e->meta.len) == -1)
		goto fail;
	if (env.rcpts == 0) /* a record for itself: no message comes of it */
		goto wait;
	e->message = message_from_envelope(&sp->destinations, e->id, &env);
	if (e->message == NULL)
		goto fail;
	if (messages_add(&sp->messages, e->message) == -1) {
		message_free(&sp->destinations, e->message);
		goto fail;
	}
	owed = e->owed == 0 ? NULL : spool_find(sp, e->owed);
	if (owed != NULL)
		owed->owed++;
	/* Counted only from the commit on; until then it cannot be found. */
	messages_remove(&sp->messages, e->message);
wait:
	STAILQ_INSERT_TAIL(&sp->waiting, e, entry);
	spool_schedule_commit(sp);
	return 0;
fail:
	spool_entry_free(e);
	return -1;
}

/*
 * A segment for one large message; spool_big_write() its body, then put an
 * entry with it, or drop it.  NULL with errno.
 */
struct segment *
spool_big_new(struct spool *sp)
{
	return segment_create(sp->segments_fd, sp->next_segment++, SEGMENT_BIG,
	    0);
}

/* Write body octets at off of the body.  0 or -1 with errno. */
int
spool_big_write(struct segment *s, const void *data, size_t len, uint64_t off)
{
	return segment_write_at(s, data, len,
	    SEGMENT_HEADER_SIZE + RECORD_HEADER_SIZE + off);
}

/* Remove it; NULL is allowed. */
void
spool_big_drop(struct segment *s)
{
	if (s != NULL && segment_remove(s) == -1)
		log_warn("spool: removing an unfinished message");
}

static int
push_mark(struct spool *sp, struct message *m, const struct mark *mark)
{
	struct spool_marks *w = &sp->marks;
	struct spool_waiting_mark *p;

	if (spool_marks_reserve(w, 1) == -1)
		return -1;
	p = &w->mark[w->count];
	p->message = m;
	p->mark = *mark;
	p->text = NULL;
	if (mark->text != NULL && mark->text[0] != '\0') {
		p->text = strndup(mark->text, MARK_TEXT_MAX);
		if (p->text == NULL)
			return -1;
	}
	p->mark.text = p->text == NULL ? "" : p->text;
	p->via = NULL;
	if (mark->via != NULL) {
		p->via = strndup(mark->via, MARK_VIA_MAX);
		if (p->via == NULL) {
			free(p->text);
			return -1;
		}
	}
	p->mark.via = p->via;
	w->count++;
	m->marks++;
	return 0;
}

/*
 * Note what became of a recipient: true in memory at once, on disk with the
 * next commit, at most MARK_DELAY_MS later.  When all of a message are done
 * it is freed at that commit.  -1 without memory, and nothing changed then.
 */
int
spool_mark(struct spool *sp, struct message *m, const struct mark *mark)
{
	struct timeval delay = { 0, MARK_DELAY_MS * 1000 };
	uint32_t open = m->open;

	if (push_mark(sp, m, mark) == -1)
		return -1;
	message_apply(&sp->destinations, m, mark);
	sp->messages.rcpts -= open - m->open;
	if (!evtimer_pending(sp->mark_ev, NULL))
		(void)evtimer_add(sp->mark_ev, &delay);
	return 0;
}

/* Marks that are not durable yet. */
size_t
spool_marks_waiting(const struct spool *sp)
{
	return sp->marks.count + sp->written.marks.count +
	    sp->syncing.marks.count;
}

/* The message with that id, or NULL. */
struct message *
spool_find(struct spool *sp, uint64_t id)
{
	return messages_find(&sp->messages, id);
}

/* All messages that are durable. */
struct messages *
spool_messages(struct spool *sp)
{
	return &sp->messages;
}

/* The destinations that their tasks point to. */
struct destinations *
spool_destinations(struct spool *sp)
{
	return &sp->destinations;
}

/* Where a message's body begins in its segment. */
uint64_t
spool_body_offset(const struct message *m)
{
	return m->offset + RECORD_HEADER_SIZE;
}

/* Whether the record is where memory says, for that message. */
static int
check_header(struct message *m, struct record *r)
{
	uint8_t header[RECORD_HEADER_SIZE];

	if (segment_read(m->segment, header, sizeof(header), m->offset) == -1)
		return -1;
	if (record_decode(r, header) == -1 || r->id != m->id ||
	    r->segment != m->segment->tag || r->meta_len != m->meta_len ||
	    r->body_len != m->body_len || r->prefix_len != m->prefix_len) {
		errno = EBADMSG;
		return -1;
	}
	return 0;
}

/*
 * The checksum that the body, with the prefix after it, had when it was
 * written.  0, or -1 with errno, EBADMSG if that is not known any more.
 */
int
spool_body_crc(struct spool *sp, struct message *m, uint32_t *crc)
{
	struct record r;

	if (check_header(m, &r) == -1)
		return -1;
	*crc = r.body_crc;
	return 0;
}

/*
 * See to it that m->envelope is in memory.  0, or -1 with errno; EBADMSG if
 * it is damaged.
 */
int
spool_envelope(struct spool *sp, struct message *m)
{
	struct record r;
	uint8_t *data;
	int rc;

	if (m->envelope != NULL)
		return 0;
	data = malloc(m->meta_len);
	if (data == NULL)
		return -1;
	rc = check_header(m, &r);
	if (rc == 0)
		rc = segment_read(m->segment, data, m->meta_len,
		    spool_body_offset(m) + m->body_len);
	if (rc == 0 && crc32c(0, data, m->meta_len) != r.meta_crc) {
		errno = EBADMSG;
		rc = -1;
	}
	if (m->segment->kind == SEGMENT_BIG)
		segment_rest(m->segment);
	if (rc == -1) {
		/* Its file is gone, and will not be back. */
		if (errno == ENOENT)
			errno = EBADMSG;
		free(data);
		return -1;
	}
	m->envelope = data;
	m->body_crc = r.body_crc;
	sp->messages.hot += m->meta_len;
	return 0;
}

/* The envelope is not needed now; it stays while batches use it. */
void
spool_envelope_drop(struct spool *sp, struct message *m)
{
	if (m->envelope == NULL || m->inflight > 0)
		return;
	free(m->envelope);
	m->envelope = NULL;
	sp->messages.hot -= m->meta_len;
}

/*
 * All that is known of each recipient, with last errors, which only the
 * index has.  store holds what st points to; the caller frees both.  -1
 * without memory.
 */
int
spool_state(struct spool *sp, struct message *m, struct state *st,
    struct blob *store)
{
	struct state old;

	if (state_from_message(st, m) == -1)
		return -1;
	if ((m->flags & MESSAGE_INDEXED) == 0 ||
	    index_get(sp->index, m->id, store) != 1)
		return 0;
	if (state_decode(&old, store->data, store->len) == 0)
		state_keep_texts(st, &old);
	state_clear(&old);
	return 0;
}

/* Read octets of the body.  0 or -1 with errno. */
int
spool_body(struct spool *sp, struct message *m, void *buf, size_t len,
    uint64_t off)
{
	int rc;

	if (off > m->body_len || len > m->body_len - off) {
		errno = EINVAL;
		return -1;
	}
	rc = segment_read(m->segment, buf, len, spool_body_offset(m) + off);
	if (m->segment->kind == SEGMENT_BIG)
		segment_rest(m->segment);
	return rc;
}

/* Read the whole prefix of a message, prefix_len octets.  0 or -1. */
int
spool_prefix(struct spool *sp, struct message *m, void *buf)
{
	int rc;

	rc = segment_read(m->segment, buf, m->prefix_len,
	    spool_body_offset(m) + m->body_len + m->meta_len);
	if (m->segment->kind == SEGMENT_BIG)
		segment_rest(m->segment);
	return rc;
}

/* A batch refers to the segment: it must not go. */
void
spool_segment_hold(struct segment *s)
{
	s->inflight++;
}

/* The batch is over. */
void
spool_segment_release(struct spool *sp, struct segment *s)
{
	s->inflight--;
	if (s->inflight > 0)
		return;
	if (s->condemned)
		(void)spool_condemn(sp, s);
	else if (s == TAILQ_FIRST(&sp->logs) && s != sp->current)
		spool_reclaim(sp);
}

/* Say that a message is given up, and whose it was; before it is changed. */
void
spool_tell_lost(struct spool *sp, const struct message *m, const char *why)
{
	if (sp->hooks.lost != NULL)
		sp->hooks.lost(m->id, m->owner == NULL ? NULL : m->owner->name,
		    why, sp->hooks.arg);
}

/*
 * A message whose record turned out to be damaged: it is copied to the
 * folder corrupt, logged, told of and given up.  It must not be in flight; m
 * is gone with the commit of its marks.
 */
void
spool_lose(struct spool *sp, struct message *m, const char *why)
{
	char id[ID_TEXT_SIZE];
	struct mark mark;
	struct rcpt *rcpt;
	uint32_t i;

	log_warnx("%s: %s, message given up", id_format(m->id, id), why);
	spool_tell_lost(sp, m, why);
	if (sp->hooks.gone != NULL)
		sp->hooks.gone(m, sp->hooks.arg);
	corrupt_save(sp->corrupt_fd, m->segment, m->offset, message_size(m),
	    m->id);
	rcpt = message_rcpt(m);
	memset(&mark, 0, sizeof(mark));
	mark.state = RCPT_DONE;
	for (i = 0; i < m->rcpts; i++) {
		mark.index = rcpt[i].index;
		if (rcpt[i].state != RCPT_DONE)
			(void)spool_mark(sp, m, &mark);
	}
}

/*
 * The body of a message turned out to be damaged: a copy is kept for a
 * person, and it must not be sent.  The envelope is sound, so that its sender
 * can be told.
 */
void
spool_damaged(struct spool *sp, struct message *m)
{
	char id[ID_TEXT_SIZE];

	if ((m->flags & MESSAGE_DAMAGED) != 0)
		return;
	m->flags |= MESSAGE_DAMAGED;
	log_warnx("%s: body damaged, it is returned to its sender",
	    id_format(m->id, id));
	corrupt_save(sp->corrupt_fd, m->segment, m->offset, message_size(m),
	    m->id);
}

/* Counters and sizes. */
void
spool_get_stats(struct spool *sp, struct spool_stats *stats)
{
	struct segment_list *lists[2] = { &sp->logs, &sp->bigs };
	struct segment *s;
	unsigned i;

	*stats = sp->stats;
	for (i = 0; i < 2; i++)
		TAILQ_FOREACH(s, lists[i], entry) {
			stats->segments++;
			stats->bytes += s->size;
			stats->live += s->live;
		}
}

/* Octets that can be written without taking more of the disk. */
uint64_t
spool_room(const struct spool *sp)
{
	if (sp->current == NULL || sp->current->size >= sp->current->allocated)
		return 0;
	return sp->current->allocated - sp->current->size;
}
