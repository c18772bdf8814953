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
 * Two passes over the journal's files, oldest first: the first finds the ids
 * of messages that the word names, the second tells their events.  A word
 * that is an id needs no first pass.
 */
#include "trace.h"

#include <dirent.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "id.h"
#include "log.h"
#include "qbounds.h"
#include "row.h"

/* Ids that one word may name; more are told as far as they go. */
#define TRACE_IDS_MAX 10000u

enum trace_pass {
	PASS_FIND = 1,
	PASS_TELL
};

struct trace {
	char *folder;
	char *word;
	trace_row_cb row;
	trace_end_cb end;
	void *arg;
	struct event *ev;
	enum trace_pass pass;
	char **name; /* of the files, in order */
	size_t names;
	size_t at; /* the file being read */
	FILE *file;
	char *line;
	size_t line_cap;
	uint64_t *id; /* sorted when pass is PASS_TELL */
	size_t ids;
	unsigned long events;
};

static int
compare_names(const void *a, const void *b)
{
	char *const *x = a;
	char *const *y = b;

	return strcmp(*x, *y);
}

static int
compare_ids(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static int
list_files(struct trace *t)
{
	struct dirent *d;
	char **p;
	DIR *dir;

	dir = opendir(t->folder);
	if (dir == NULL)
		return -1;
	while ((d = readdir(dir)) != NULL) {
		if (strstr(d->d_name, ".jsonl") == NULL)
			continue;
		p = reallocarray(t->name, t->names + 1, sizeof(*p));
		if (p == NULL)
			break;
		t->name = p;
		t->name[t->names] = strdup(d->d_name);
		if (t->name[t->names] == NULL)
			break;
		t->names++;
	}
	(void)closedir(dir);
	if (t->names > 1)
		qsort(t->name, t->names, sizeof(*t->name), compare_names);
	return 0;
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

static void
find(struct trace *t, struct json_object *o)
{
	uint64_t *p, id;

	if (strcasecmp(field(o, "recipient"), t->word) != 0 &&
	    !same_message_id(field(o, "messageId"), t->word))
		return;
	if (id_parse(field(o, "id"), &id) == -1 || t->ids >= TRACE_IDS_MAX ||
	    (t->ids > 0 && t->id[t->ids - 1] == id))
		return;
	p = reallocarray(t->id, t->ids + 1, sizeof(*p));
	if (p == NULL)
		return;
	t->id = p;
	t->id[t->ids++] = id;
}

static void
tell(struct trace *t, struct json_object *o)
{
	struct row *row;
	uint64_t id;

	if (id_parse(field(o, "id"), &id) == -1 ||
	    bsearch(&id, t->id, t->ids, sizeof(id), compare_ids) == NULL)
		return;
	row = row_new();
	if (row == NULL)
		return;
	json_object_object_foreach(o, name, value)
	{
		if (json_object_is_type(value, json_type_int))
			row_num(row, name, json_object_get_int64(value));
		else
			row_str(row, name, json_object_get_string(value));
	}
	t->events++;
	t->row(row, t->arg);
	row_free(row);
}

/* Only lines that hold the word, or some id, are worth parsing. */
static void
look_at(struct trace *t)
{
	struct json_object *o;

	if (t->pass == PASS_FIND && strcasestr(t->line, t->word) == NULL)
		return;
	o = json_tokener_parse(t->line);
	if (o == NULL || !json_object_is_type(o, json_type_object)) {
		json_object_put(o);
		return;
	}
	if (t->pass == PASS_FIND)
		find(t, o);
	else
		tell(t, o);
	json_object_put(o);
}

/* Open the next file; false at the end of the pass. */
static bool
next_file(struct trace *t)
{
	char path[4096];
	int n;

	while (t->file == NULL && t->at < t->names) {
		n = snprintf(path, sizeof(path), "%s/%s", t->folder,
		    t->name[t->at++]);
		if (n > 0 && (size_t)n < sizeof(path))
			t->file = fopen(path, "re");
	}
	return t->file != NULL;
}

/* The end of a pass; true if there is another one. */
static bool
next_pass(struct trace *t)
{
	if (t->pass == PASS_TELL || t->ids == 0)
		return false;
	qsort(t->id, t->ids, sizeof(*t->id), compare_ids);
	t->pass = PASS_TELL;
	t->at = 0;
	return true;
}

static void
step_cb(int fd, short what, void *arg)
{
	struct trace *t = arg;
	size_t done = 0;
	ssize_t n;

	while (done < TRACE_STEP_BYTES) {
		if (!next_file(t)) {
			if (next_pass(t))
				continue;
			t->end(t->events, t->arg);
			return;
		}
		n = getline(&t->line, &t->line_cap, t->file);
		if (n == -1) {
			(void)fclose(t->file);
			t->file = NULL;
			continue;
		}
		done += (size_t)n;
		look_at(t);
	}
	event_active(t->ev, EV_TIMEOUT, 0);
}

/*
 * Begin.  row is called for each event in order, then end once; the caller
 * frees after that, or at any time before.  NULL without memory.
 */
struct trace *
trace_start(struct event_base *base, const char *folder, const char *word,
    trace_row_cb row, trace_end_cb end, void *arg)
{
	struct trace *t;
	uint64_t id;

	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	t->row = row;
	t->end = end;
	t->arg = arg;
	t->pass = PASS_FIND;
	t->folder = strdup(folder);
	t->word = strdup(word);
	t->ev = event_new(base, -1, 0, step_cb, t);
	if (t->folder == NULL || t->word == NULL || t->ev == NULL ||
	    list_files(t) == -1)
		goto fail;
	if (id_parse(word, &id) == 0) {
		t->id = malloc(sizeof(*t->id));
		if (t->id == NULL)
			goto fail;
		t->id[t->ids++] = id;
		t->pass = PASS_TELL;
	}
	event_active(t->ev, EV_TIMEOUT, 0);
	return t;
fail:
	trace_free(t);
	return NULL;
}

/* Stop and free; NULL is allowed. */
void
trace_free(struct trace *t)
{
	size_t i;

	if (t == NULL)
		return;
	if (t->ev != NULL)
		event_free(t->ev);
	if (t->file != NULL)
		(void)fclose(t->file);
	for (i = 0; i < t->names; i++)
		free(t->name[i]);
	free(t->name);
	free(t->line);
	free(t->id);
	free(t->folder);
	free(t->word);
	free(t);
}

/* While held, nothing is read: the receiver is full. */
void
trace_hold(struct trace *t, bool hold)
{
	if (hold)
		(void)event_del(t->ev);
	else
		event_active(t->ev, EV_TIMEOUT, 0);
}
