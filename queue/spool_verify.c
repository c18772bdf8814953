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
 * One segment after the other in the order of numbers, VERIFY_STEP_BYTES at
 * a time, then the entries of the index; segments and messages may come and go
 * between.
 */
#include "spool_verify.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "envelope.h"
#include "index.h"
#include "qbounds.h"
#include "spool_int.h"
#include "state.h"

struct spool_verify {
	struct spool *spool;
	uint64_t number; /* of the segment to go on with */
	uint64_t end;	 /* segments from there on came later */
	uint64_t off;
	uint64_t entry; /* id of the entry to go on with */
	bool segments_done;
	struct verify_counts counts;
	verify_found found;
	void *arg;
};

/* A check of everything that is there now; NULL without memory. */
struct spool_verify *
spool_verify_new(struct spool *sp)
{
	struct spool_stats stats;
	struct spool_verify *v;

	v = calloc(1, sizeof(*v));
	if (v == NULL)
		return NULL;
	v->spool = sp;
	v->end = sp->next_segment;
	spool_get_stats(sp, &stats);
	v->counts.total = stats.bytes;
	return v;
}

/* NULL is allowed. */
void
spool_verify_free(struct spool_verify *v)
{
	free(v);
}

/* How far it is and what it found. */
void
spool_verify_counts(const struct spool_verify *v, struct verify_counts *counts)
{
	*counts = v->counts;
}

static void
report(struct spool_verify *v, const struct verify_finding *f)
{
	if (f->id != 0)
		v->counts.lost++;
	v->found(f, v->arg);
}

/* The queued messages in that part of a segment; how many. */
static unsigned
report_messages(struct spool_verify *v, struct segment *s,
    struct verify_finding *f)
{
	struct message_list *lists[2] = { &s->fresh, &s->indexed };
	struct message *m;
	unsigned i, n = 0;

	for (i = 0; i < 2; i++)
		LIST_FOREACH(m, lists[i], entry) {
			if (m->offset < f->off ||
			    m->offset - f->off >= f->len || m->open == 0)
				continue;
			f->id = m->id;
			report(v, f);
			n++;
		}
	return n;
}

static void
damaged_cb(struct segment *s, const struct segment_hurt *hurt, void *arg)
{
	struct spool_verify *v = arg;
	struct verify_finding f = { 0, s->number, hurt->off, hurt->len,
		segment_damage_text(hurt->what) };

	v->counts.places++;
	if (report_messages(v, s, &f) == 0)
		report(v, &f);
}

/*
 * Whether the body is what was received.  One that was found damaged and has
 * been moved since has a sound record, whose envelope says it.
 */
static bool
is_whole(const struct message *m, const struct envelope *env)
{
	return (m->flags & MESSAGE_DAMAGED) == 0 &&
	    (env->flags & ENVELOPE_DAMAGED) == 0;
}

static int
record_cb(struct segment *s, uint64_t off, const struct record *r,
    const uint8_t *meta, void *arg)
{
	struct spool_verify *v = arg;
	struct verify_finding f = { r->id, s->number, off, record_size(r),
		"envelope does not make sense" };
	struct envelope env;
	struct message *m;

	v->counts.records++;
	if (r->type != RECORD_MESSAGE)
		return 0;
	m = messages_find(&v->spool->messages, r->id);
	if (m == NULL || m->segment != s || m->offset != off || m->open == 0)
		return 0;
	if (envelope_decode(&env, meta, r->meta_len) == 0) {
		if (is_whole(m, &env)) {
			v->counts.messages++;
			return 0;
		}
		f.what = "body was found damaged before";
	}
	v->counts.places++;
	report(v, &f);
	return 0;
}

/* The first segment from that number on, or NULL. */
static struct segment *
next_segment(struct spool_verify *v)
{
	struct segment_list *lists[2] = { &v->spool->logs, &v->spool->bigs };
	struct segment *s, *best = NULL;
	unsigned i;

	for (i = 0; i < 2; i++)
		TAILQ_FOREACH(s, lists[i], entry) {
			if (s->number < v->number || s->number >= v->end ||
			    s->condemned)
				continue;
			if (best == NULL || s->number < best->number)
				best = s;
		}
	return best;
}

/* Whether the file has its name still. */
static bool
is_there(struct spool_verify *v, struct segment *s)
{
	struct verify_finding f = { 0, s->number, 0, s->size, "file missing" };
	char name[SEGMENT_NAME_SIZE];

	segment_name(s->number, s->kind, name);
	if (faccessat(s->dirfd, name, F_OK, 0) == 0)
		return true;
	v->counts.places++;
	if (report_messages(v, s, &f) == 0)
		report(v, &f);
	return false;
}

static void
go_on(struct spool_verify *v, const struct segment *s)
{
	v->number = s->number + 1;
	v->off = 0;
	v->counts.segments++;
}

static void
unfit(struct spool_verify *v, uint64_t id, const char *what)
{
	struct verify_finding f = { id, 0, 0, 0, what };

	v->counts.unfit++;
	v->found(&f, v->arg);
}

/* An entry says where its message is, as memory does. */
static void
entry_cb(uint64_t id, const void *data, size_t len, void *arg)
{
	struct spool_verify *v = arg;
	struct message *m;
	struct state st;

	m = messages_find(&v->spool->messages, id);
	if (state_decode(&st, data, len) == -1)
		unfit(v, id, "entry of the index does not make sense");
	else if (m == NULL)
		unfit(v, id, "entry of the index without a message");
	else if (m->segment == NULL || st.segment != m->segment->number ||
	    st.offset != m->offset || st.rcpts != m->rcpts)
		unfit(v, id, "entry of the index is of another record");
	else
		v->counts.entries++;
	state_clear(&st);
}

/* The next entries of the index: 1, or 0 at the end. */
static int
index_step(struct spool_verify *v)
{
	int rc;

	rc = index_some(v->spool->index, &v->entry, VERIFY_STEP_ENTRIES,
	    entry_cb, v);
	if (rc == -1)
		unfit(v, 0,
		    "the index is damaged and out of use; the next start "
		    "makes it anew from the segments");
	return rc == 1;
}

/*
 * Look at the next piece, and tell what is wrong with it.  1, 0 at the end,
 * or -1 without memory.
 */
int
spool_verify_step(struct spool_verify *v, verify_found found, void *arg)
{
	const struct segment_visitor visitor = { record_cb, damaged_cb, v };
	struct segment *s;
	uint64_t from;

	v->found = found;
	v->arg = arg;
	s = v->segments_done ? NULL : next_segment(v);
	if (s == NULL) {
		v->segments_done = true;
		return index_step(v);
	}
	if (s->number != v->number)
		v->off = 0;
	v->number = s->number;
	if (v->off == 0 && !is_there(v, s)) {
		go_on(v, s);
		return 1;
	}
	from = v->off;
	if (segment_scan(s, &v->off, VERIFY_STEP_BYTES, SEGMENT_LOOK,
		&visitor) == -1)
		return -1;
	v->counts.octets += v->off - from;
	if (v->off >= s->size)
		go_on(v, s);
	if (s->kind == SEGMENT_BIG)
		segment_rest(s);
	return 1;
}
