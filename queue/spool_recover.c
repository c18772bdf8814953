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
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "crash.h"
#include "envelope.h"
#include "id.h"
#include "log.h"
#include "qbounds.h"
#include "spool_int.h"
#include "state.h"

/* Entries of the index whose message is not there any more. */
struct orphans {
	struct spool *sp;
	uint64_t *id;
	size_t count;
	size_t cap;
	bool failed;
};

static struct segment *
find_segment(struct spool *sp, uint64_t number)
{
	struct segment_list *lists[2] = { &sp->logs, &sp->bigs };
	struct segment *s;
	unsigned i;

	for (i = 0; i < 2; i++)
		TAILQ_FOREACH(s, lists[i], entry) {
			if (s->number == number)
				return s;
		}
	return NULL;
}

/* Keep a list in the order of numbers. */
static void
insert_segment(struct segment_list *list, struct segment *s)
{
	struct segment *at;

	TAILQ_FOREACH(at, list, entry) {
		if (at->number > s->number) {
			TAILQ_INSERT_BEFORE(at, s, entry);
			return;
		}
	}
	TAILQ_INSERT_TAIL(list, s, entry);
}

/* A file that is no segment though it is called one: put it aside. */
static void
put_aside(struct spool *sp, const char *name)
{
	log_warn("spool: segments/%s is moved to corrupt/", name);
	if (renameat(sp->segments_fd, name, sp->corrupt_fd, name) == -1)
		log_warn("spool: corrupt/%s", name);
	sp->folder_dirty = true;
}

static int
list_segments(struct spool *sp)
{
	enum segment_kind kind;
	struct dirent *d;
	struct segment *s;
	uint64_t number;
	DIR *dir;
	int fd;

	fd = openat(sp->segments_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd == -1 ? NULL : fdopendir(fd);
	if (dir == NULL) {
		if (fd != -1)
			(void)close(fd);
		return -1;
	}
	while ((d = readdir(dir)) != NULL) {
		if (segment_parse_name(d->d_name, &number, &kind) == -1)
			continue;
		if (number >= sp->next_segment)
			sp->next_segment = number + 1;
		s = segment_open(sp->segments_fd, number, kind);
		if (s == NULL)
			put_aside(sp, d->d_name);
		else
			insert_segment(
			    kind == SEGMENT_BIG ? &sp->bigs : &sp->logs, s);
	}
	(void)closedir(dir);
	return 0;
}

static void
orphan_add(struct orphans *o, uint64_t id)
{
	uint64_t *p;

	if (o->count == o->cap) {
		o->cap = o->cap == 0 ? 64 : o->cap * 2;
		p = reallocarray(o->id, o->cap, sizeof(*p));
		if (p == NULL) {
			o->failed = true;
			return;
		}
		o->id = p;
	}
	o->id[o->count++] = id;
}

static int
load_entry(uint64_t id, const void *data, size_t len, void *arg)
{
	struct orphans *o = arg;
	struct spool *sp = o->sp;
	struct message *m = NULL;
	struct segment *s = NULL;
	struct state st;
	char text[ID_TEXT_SIZE];

	if (state_decode(&st, data, len) == 0) {
		s = find_segment(sp, st.segment);
		if (s != NULL)
			m = state_message(&st, &sp->destinations, id);
	}
	state_clear(&st);
	if (m == NULL) {
		/* The tail of the log may still know it. */
		log_debug("%s: index entry without a message",
		    id_format(id, text));
		orphan_add(o, id);
		return o->failed ? -1 : 0;
	}
	if (id >= sp->next_id)
		sp->next_id = id + 1;
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

/* A message record: new, or a newer place of one that is known. */
static int
found_message(struct spool *sp, struct segment *s, uint64_t off,
    const struct record *r, const uint8_t *meta)
{
	struct envelope env;
	struct message *m;

	m = messages_find(&sp->messages, r->id);
	if (m != NULL) {
		if (m->segment == s && m->offset == off)
			return 0;
		spool_unlink(m);
	} else {
		if (envelope_decode(&env, meta, r->meta_len) == -1) {
			spool_save_damaged(sp, s, off, record_size(r), r->id);
			return 0;
		}
		m = message_from_envelope(&sp->destinations, r->id, &env);
		if (m == NULL)
			return -1;
		sp->messages.rcpts += m->open;
	}
	m->offset = off;
	m->body_len = r->body_len;
	m->meta_len = r->meta_len;
	m->prefix_len = r->prefix_len;
	if (r->id >= sp->next_id)
		sp->next_id = r->id + 1;
	spool_link(sp, m, s);
	return 0;
}

static int
found_record(struct segment *s, uint64_t off, const struct record *r,
    const uint8_t *meta, void *arg)
{
	struct spool *sp = arg;
	struct message *m;
	struct cursor c;
	struct mark mark;
	uint32_t open;

	if (r->type == RECORD_MESSAGE)
		return found_message(sp, s, off, r, meta);
	m = messages_find(&sp->messages, r->id);
	if (m == NULL)
		return 0;
	open = m->open;
	cursor_init(&c, meta, r->meta_len);
	while (mark_get(&c, &mark) == 1)
		message_apply(&sp->destinations, m, &mark);
	if (m->segment->kind == SEGMENT_BIG && m->segment->marks_from == 0)
		m->segment->marks_from = s->number;
	sp->messages.rcpts -= open - m->open;
	return 0;
}

static void
found_damage(struct segment *s, uint64_t off, uint64_t len, uint64_t id,
    void *arg)
{
	char text[ID_TEXT_SIZE];

	log_warnx("%s: segment %016llx is damaged at %llu",
	    id == 0 ? "message unknown" : id_format(id, text),
	    (unsigned long long)s->number, (unsigned long long)off);
	spool_save_damaged(arg, s, off, len, id);
}

/* Large messages: each a file; one that holds no message never was whole. */
static int
scan_bigs(struct spool *sp, const struct segment_visitor *v)
{
	struct segment *s, *next;

	for (s = TAILQ_FIRST(&sp->bigs); s != NULL; s = next) {
		next = TAILQ_NEXT(s, entry);
		if (LIST_EMPTY(&s->indexed) &&
		    segment_scan(s, 0, true, v) == -1)
			return -1;
		segment_rest(s);
		if (LIST_EMPTY(&s->fresh) && LIST_EMPTY(&s->indexed))
			spool_condemn(sp, s);
	}
	return 0;
}

static int
scan_logs(struct spool *sp, uint64_t from, const struct segment_visitor *v)
{
	struct segment *s;

	TAILQ_FOREACH(s, &sp->logs, entry) {
		if (s->number < from)
			continue;
		if (segment_scan(s, 0, TAILQ_NEXT(s, entry) == NULL, v) == -1)
			return -1;
	}
	return 0;
}

/* Orphans that the log did not bring back are lost, or long done. */
static void
drop_orphans(struct spool *sp, struct orphans *o)
{
	char text[ID_TEXT_SIZE];
	size_t i;

	for (i = 0; i < o->count; i++) {
		if (messages_find(&sp->messages, o->id[i]) != NULL)
			continue;
		log_warnx("%s: its segment is missing, message given up",
		    id_format(o->id[i], text));
		(void)index_remove(sp->index, o->id[i]);
	}
}

/* Tell of each message; those that marks have ended go. */
static int
announce(struct spool *sp)
{
	struct message *m;
	uint64_t *ids;
	size_t i, n;

	ids = messages_ids(&sp->messages, &n);
	if (ids == NULL && sp->messages.count > 0)
		return -1;
	for (i = 0; i < n; i++) {
		m = messages_find(&sp->messages, ids[i]);
		if (m->open == 0)
			spool_forget(sp, m);
		else if (sp->hooks.found != NULL)
			sp->hooks.found(m, sp->hooks.arg);
	}
	free(ids);
	return 0;
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

	if (list_segments(sp) == -1)
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
		rc = scan_logs(sp, pos.segment, &v);
	CRASH("recover-read");
	if (rc == 0) {
		drop_orphans(sp, &o);
		rc = announce(sp);
		spool_reclaim(sp);
	}
	(void)index_commit(sp->index);
	CRASH("recover-done");
	free(o.id);
	if (rc == 0)
		log_info("spool: %zu messages, %llu recipients, read in "
			 "%lld ms",
		    sp->messages.count, (unsigned long long)sp->messages.rcpts,
		    (long long)(clock_mono() - start));
	return rc;
}
