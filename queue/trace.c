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
 * Two passes over the journal, oldest first: the first finds the ids of
 * messages that the word names, the second tells their events.  A word that
 * is an id needs no first pass, and no file that is older.  Where a run of the
 * index covers the file only lines with a fitting hash are read.
 */
#include "trace.h"

#include <event2/event.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "blob.h"
#include "bounds.h"
#include "id.h"
#include "jindex.h"
#include "journal.h"
#include "jread.h"
#include "log.h"
#include "qbounds.h"
#include "row.h"

/* Ids that one word may name; more are told as far as they go. */
#define TRACE_IDS_MAX 10000u

enum trace_pass {
	PASS_FIND = 1,
	PASS_TELL
};

struct trace_id {
	uint64_t id;
	uint32_t hash;
};

struct trace {
	struct jread read;
	char *word;
	char *needle; /* the word as lines have it */
	bool is_recipient;
	bool is_request;
	trace_row_cb row;
	trace_end_cb end;
	void *arg;
	struct event *ev;
	bool held;
	enum trace_pass pass;
	struct trace_id *id; /* sorted when pass is PASS_TELL */
	size_t ids;
	unsigned long events;
	/* The open file: where its index goes on, what is read line by line. */
	uint64_t run_at;
	uint64_t plain_end;
	struct jindex run;
	uint32_t *hit; /* offsets of lines in the run, in order */
	size_t hits;
	size_t hit_cap;
	size_t next_hit;
};

static int
compare_ids(const void *a, const void *b)
{
	const struct trace_id *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static int
compare_hits(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static const char *
field(struct json_object *o, const char *name)
{
	struct json_object *v;

	if (!json_object_object_get_ex(o, name, &v) ||
	    !json_object_is_type(v, json_type_string))
		return "";
	return json_object_get_string(v);
}

/* A Message-ID is found with and without its angle brackets. */
static bool
same_message_id(const char *value, const char *word)
{
	size_t len = strlen(value);

	if (strcmp(value, word) == 0)
		return true;
	return len > 2 && value[0] == '<' && strlen(word) == len - 2 &&
	    strncmp(value + 1, word, len - 2) == 0;
}

/*
 * Whether a request is meant: by the whole of its id, or by what the client
 * chose of it.
 */
bool
trace_is_request(const char *value, const char *word)
{
	size_t len = strlen(word), all = strlen(value);

	if (strncasecmp(value, word, len) != 0)
		return false;
	return all == len ||
	    (all == len + REQUEST_ID_ADDED && value[len] == '/');
}

static bool
id_is_known(const struct trace *t, uint64_t id)
{
	struct trace_id key = { id, 0 };

	return t->ids > 0 &&
	    bsearch(&key, t->id, t->ids, sizeof(key), compare_ids) != NULL;
}

static void
add_id(struct trace *t, uint64_t id)
{
	char text[ID_TEXT_SIZE];
	struct trace_id *p;

	if (t->ids >= TRACE_IDS_MAX ||
	    (t->ids > 0 && t->id[t->ids - 1].id == id))
		return;
	p = reallocarray(t->id, t->ids + 1, sizeof(*p));
	if (p == NULL)
		return;
	t->id = p;
	p[t->ids].id = id;
	p[t->ids].hash = jindex_hash(JINDEX_ID, id_format(id, text));
	t->ids++;
}

static void
find(struct trace *t, struct json_object *o)
{
	uint64_t id;

	if (strcasecmp(field(o, "recipient"), t->word) == 0)
		t->is_recipient = true;
	else if (trace_is_request(field(o, "request"), t->word))
		t->is_request = true;
	else if (!same_message_id(field(o, "messageId"), t->word))
		return;
	if (id_parse(field(o, "id"), &id) == 0)
		add_id(t, id);
}

/* Whether the word is among those whom a report is about: "<a> <b>". */
static bool
names_word(const struct trace *t, struct json_object *o)
{
	const char *about = field(o, "about"), *at;
	size_t len = strlen(t->word);

	for (at = about; (at = strcasestr(at, t->word)) != NULL; at++)
		if (at > about && at[-1] == '<' && at[len] == '>')
			return true;
	return false;
}

/*
 * Of a recipient only his own events are told, and those of nobody; a report
 * may be of others.
 */
static bool
is_meant(const struct trace *t, struct json_object *o)
{
	const char *recipient = field(o, "recipient");
	uint64_t id;

	if (id_parse(field(o, "id"), &id) == -1)
		id = 0;
	if (t->is_recipient && recipient[0] != '\0')
		return strcasecmp(recipient, t->word) == 0;
	if (t->is_recipient && strcmp(field(o, "event"), "notified") == 0 &&
	    !names_word(t, o))
		return false;
	if (id == 0)
		return t->is_request &&
		    trace_is_request(field(o, "request"), t->word);
	return id_is_known(t, id);
}

/* An event as a row.  -1 without memory. */
static int
fill_row(struct row *row, struct json_object *o)
{
	json_object_object_foreach(o, name, value)
	{
		if (json_object_is_type(value, json_type_int))
			row_num(row, name, json_object_get_int64(value));
		else
			row_str(row, name, json_object_get_string(value));
	}
	return row_bad(row) ? -1 : 0;
}

/*
 * What a line has if a field of it has this text: the text as JSON, without
 * the quotes.  The caller frees.  NULL without memory.
 */
char *
trace_needle(const char *text)
{
	struct blob b = { 0 };
	char *needle = NULL;

	journal_put_string(&b, text);
	if (!b.bad)
		needle = strndup((const char *)b.data + 1, b.len - 2);
	blob_free(&b);
	return needle;
}

/* The event of a line as a row; NULL if it is none.  The caller frees. */
struct row *
trace_row(const char *line)
{
	struct json_object *o;
	struct row *row = NULL;

	o = json_tokener_parse(line);
	if (o != NULL && json_object_is_type(o, json_type_object))
		row = row_new();
	if (row != NULL && fill_row(row, o) == -1) {
		row_free(row);
		row = NULL;
	}
	json_object_put(o);
	return row;
}

static void
tell(struct trace *t, struct json_object *o)
{
	struct row *row;

	if (!is_meant(t, o))
		return;
	row = row_new();
	if (row == NULL)
		return;
	if (fill_row(row, o) == 0) {
		t->events++;
		t->row(row, t->arg);
	}
	row_free(row);
}

/* Only a line that may be meant is worth parsing. */
static bool
is_worth_it(const struct trace *t, const char *line)
{
	char text[ID_TEXT_SIZE];

	if (t->pass == PASS_FIND || t->is_recipient || t->is_request)
		if (strcasestr(line, t->needle) != NULL)
			return true;
	if (t->pass == PASS_FIND)
		return false;
	return t->ids != 1 ||
	    strstr(line, id_format(t->id[0].id, text)) != NULL;
}

static void
look_at(struct trace *t, const char *line)
{
	struct json_object *o;

	if (!is_worth_it(t, line))
		return;
	o = json_tokener_parse(line);
	if (o != NULL && json_object_is_type(o, json_type_object)) {
		if (t->pass == PASS_FIND)
			find(t, o);
		else
			tell(t, o);
	}
	json_object_put(o);
}

static void
add_hits(struct trace *t, uint32_t hash)
{
	size_t first, n, cap, i;
	uint32_t *p;

	n = jindex_find(&t->run, hash, &first);
	if (t->hits + n > t->hit_cap) {
		cap = (t->hits + n) * 2;
		p = reallocarray(t->hit, cap, sizeof(*p));
		if (p == NULL)
			return;
		t->hit = p;
		t->hit_cap = cap;
	}
	for (i = 0; i < n; i++)
		t->hit[t->hits++] = t->run.entry[first + i].offset;
}

/* The lines of a run that may be meant.  -1: it cannot be read. */
static int
search_run(struct trace *t)
{
	size_t i, n = 0;

	if (jindex_read(t->read.index, t->run_at, &t->run) == -1)
		return -1;
	t->hits = t->next_hit = 0;
	if (t->pass == PASS_FIND || t->is_recipient)
		add_hits(t, jindex_hash(JINDEX_RECIPIENT, t->word));
	if (t->pass == PASS_FIND || t->is_request)
		add_hits(t, jindex_hash(JINDEX_REQUEST, t->word));
	if (t->pass == PASS_FIND)
		add_hits(t, jindex_hash(JINDEX_MESSAGE_ID, t->word));
	else
		for (i = 0; i < t->ids; i++)
			add_hits(t, t->id[i].hash);
	if (t->hits > 1)
		qsort(t->hit, t->hits, sizeof(*t->hit), compare_hits);
	for (i = 0; i < t->hits; i++)
		if (i == 0 || t->hit[i] != t->hit[n - 1])
			t->hit[n++] = t->hit[i];
	t->hits = n;
	return 0;
}

/*
 * The next stretch of the file: lines up to plain_end, then a run.  Its
 * octets, to count against the step.
 */
static size_t
next_stretch(struct trace *t)
{
	struct jread *r = &t->read;
	struct jindex *x = &t->run;
	size_t size;

	t->plain_end = r->size;
	if (r->index == -1 || jindex_head(r->index, t->run_at, x) == -1 ||
	    x->begin < r->pos || x->end > r->size)
		return 0;
	if (x->begin > r->pos) {
		t->plain_end = x->begin;
		return 0;
	}
	size = JINDEX_HEADER_SIZE + x->count * sizeof(*x->entry);
	/* A damaged one is passed over: its lines are read. */
	t->plain_end = search_run(t) == -1 ? x->end : r->pos;
	t->run_at += size;
	return size;
}

/* Lines that the run named; then it goes on behind the run. */
static void
read_hits(struct trace *t, size_t *lines)
{
	struct jread *r = &t->read;
	const char *line;

	while (t->next_hit<t->hits && * lines> 0 && !t->held) {
		line = jread_line(r, t->run.begin + t->hit[t->next_hit++],
		    JREAD_LINE);
		(*lines)--;
		if (line != NULL)
			look_at(t, line);
	}
	if (t->next_hit == t->hits)
		r->pos = t->run.end;
}

/* Lines that no run covers. */
static size_t
read_plain(struct trace *t, size_t room)
{
	struct jread *r = &t->read;
	uint64_t start = r->pos, at;
	const char *line;

	while (r->pos < t->plain_end && r->pos - start < room && !t->held) {
		at = r->pos;
		line = jread_line(r, at, JREAD_BUFFER);
		if (line != NULL)
			look_at(t, line);
		else if (r->pos == at)
			r->pos = t->plain_end; /* the end of the file */
	}
	return (size_t)(r->pos - start);
}

/* The end of a pass; true if there is another one. */
static bool
next_pass(struct trace *t)
{
	if (t->pass == PASS_TELL ||
	    (t->ids == 0 && !t->is_recipient && !t->is_request))
		return false;
	if (t->ids > 1)
		qsort(t->id, t->ids, sizeof(*t->id), compare_ids);
	t->pass = PASS_TELL;
	jread_rewind(&t->read);
	return true;
}

/* Open the next file; of one that cannot be opened nothing is told. */
static bool
next_file(struct jread *r)
{
	int rc;

	while ((rc = jread_next_file(r)) == -1) {
		log_warn("journal: %s", r->name[r->at]);
		r->at++;
	}
	return rc == 1;
}

/* A file to read from.  false: all is told. */
static bool
need_file(struct trace *t)
{
	struct jread *r = &t->read;

	while (r->fd == -1 || (r->pos >= r->size && t->next_hit == t->hits)) {
		t->hits = t->next_hit = 0;
		t->run_at = t->plain_end = 0;
		if (!next_file(r) && !next_pass(t))
			return false;
	}
	return true;
}

/*
 * The next step, when others had their turn: an event made active would run
 * in this one.
 */
static void
again(struct trace *t)
{
	static const struct timeval soon = { 0, 0 };

	(void)event_add(t->ev, &soon);
}

static void
step_cb(int fd, short what, void *arg)
{
	struct trace *t = arg;
	size_t done = 0, lines = TRACE_STEP_LINES;

	while (done < TRACE_STEP_BYTES && lines > 0 && !t->held) {
		if (!need_file(t)) {
			t->end(t->events, t->arg);
			return;
		}
		if (t->next_hit < t->hits)
			read_hits(t, &lines);
		else if (t->read.pos < t->plain_end)
			done += read_plain(t, TRACE_STEP_BYTES - done);
		else {
			done += next_stretch(t);
			if (t->plain_end == t->read.pos && t->hits == 0 &&
			    t->run.end > t->read.pos)
				t->read.pos = t->run.end;
		}
	}
	if (!t->held)
		again(t);
}

/* The first file that can tell of a message: ids are about microseconds. */
static void
first_file(uint64_t id, char name[JOURNAL_NAME_SIZE])
{
	if (id / 1000000 < 3600 ||
	    journal_hour_name((int64_t)(id / 1000000) - 3600, name) == -1)
		name[0] = '\0';
}

/*
 * Begin.  row is called for each event in order, then end once; the caller
 * frees after that, or at any time before.  NULL without memory.
 */
struct trace *
trace_start(struct event_base *base, const char *folder, const char *word,
    trace_row_cb row, trace_end_cb end, void *arg)
{
	char from[JOURNAL_NAME_SIZE] = "";
	struct trace *t;
	uint64_t id;

	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	t->read.fd = t->read.index = -1;
	t->row = row;
	t->end = end;
	t->arg = arg;
	t->pass = PASS_FIND;
	if (id_parse(word, &id) == 0) {
		add_id(t, id);
		t->pass = PASS_TELL;
		first_file(id, from);
	}
	t->word = strdup(word);
	t->needle = trace_needle(word);
	t->ev = event_new(base, -1, 0, step_cb, t);
	if (t->word == NULL || t->needle == NULL || t->ev == NULL ||
	    jread_open(&t->read, folder, from) == -1) {
		trace_free(t);
		return NULL;
	}
	again(t);
	return t;
}

/* Stop and free; NULL is allowed. */
void
trace_free(struct trace *t)
{
	if (t == NULL)
		return;
	if (t->ev != NULL)
		event_free(t->ev);
	jread_close(&t->read);
	jindex_clear(&t->run);
	free(t->hit);
	free(t->id);
	free(t->word);
	free(t->needle);
	free(t);
}

/* While held, nothing is read: the receiver is full. */
void
trace_hold(struct trace *t, bool hold)
{
	t->held = hold;
	if (!hold)
		again(t);
}
