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
 * What the journal's end says was accepted, and the order in which the log has
 * what is new.  Both grow in the same order, so nothing was told of that is
 * behind the last one which the journal knows.  A record in the log may also
 * be a copy, made by compaction, of one that is older than what is read of the
 * journal: ids tell, since they are about microseconds.  What is told twice or
 * not at all because of a guess is an event, never a message.
 */
#include "untold.h"

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "id.h"
#include "jread.h"
#include "qbounds.h"

#define ACCEPTED "\"event\":\"accepted\",\"id\":\""

struct ids {
	uint64_t *id;
	size_t count;
	size_t cap;
};

struct untold {
	char *folder;
	struct ids told;  /* by the journal's end; later sorted */
	struct ids logs;  /* of the log: a ring of UNTOLD_MAX */
	struct ids large; /* in segments of their own, in no order */
	bool whole;	  /* all of the journal was read */
	size_t first;	  /* of the ring */
};

/* Without memory it is not told of. */
static void
add(struct ids *x, uint64_t id)
{
	size_t cap = x->cap == 0 ? 256 : x->cap * 2;
	uint64_t *p;

	if (x->count == x->cap) {
		p = reallocarray(x->id, cap, sizeof(*p));
		if (p == NULL)
			return;
		x->id = p;
		x->cap = cap;
	}
	x->id[x->count++] = id;
}

static int
compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static bool
is_told(const struct untold *u, uint64_t id)
{
	return u->told.count > 0 &&
	    bsearch(&id, u->told.id, u->told.count, sizeof(id), compare) !=
	    NULL;
}

static void
take_line(struct untold *u, const char *line)
{
	char text[ID_TEXT_SIZE];
	const char *at;
	uint64_t id;
	size_t len;

	/* In a text these quotes would be escaped. */
	at = strstr(line, ACCEPTED);
	/* An event that a crash has cut is none. */
	if (at == NULL || at[strlen(at) - 1] != '}')
		return;
	at += strlen(ACCEPTED);
	len = strcspn(at, "\"");
	if (len >= sizeof(text))
		return;
	memcpy(text, at, len);
	text[len] = '\0';
	if (id_parse(text, &id) == 0)
		add(&u->told, id);
}

/* All lines of the open file from its place on. */
static void
take_file(struct untold *u, struct jread *r)
{
	const char *line;
	uint64_t at;

	do {
		at = r->pos;
		line = jread_line(r, at, JREAD_BUFFER);
		if (line != NULL)
			take_line(u, line);
	} while (line != NULL || r->pos > at);
}

/* The file in which the last UNTOLD_BYTES begin, and where in it. */
static size_t
find_begin(const struct jread *r, uint64_t *pos)
{
	char path[4096];
	uint64_t left = UNTOLD_BYTES;
	struct stat st;
	size_t i = r->names;

	*pos = 0;
	while (i > 0) {
		i--;
		(void)snprintf(path, sizeof(path), "%s/%s", r->folder,
		    r->name[i]);
		if (stat(path, &st) == -1)
			continue;
		if ((uint64_t)st.st_size >= left) {
			*pos = (uint64_t)st.st_size - left;
			break;
		}
		left -= (uint64_t)st.st_size;
	}
	return i;
}

/* Read the end of the journal.  0, or -1 if it cannot be read. */
static int
take_end(struct untold *u)
{
	struct jread r;
	uint64_t pos;

	if (jread_open(&r, u->folder, "") == -1)
		return -1;
	r.at = find_begin(&r, &pos);
	u->whole = r.at == 0 && pos == 0;
	while (jread_next_file(&r) == 1) {
		r.pos = pos < r.size ? pos : r.size;
		pos = 0;
		take_file(u, &r);
	}
	jread_close(&r);
	return 0;
}

/*
 * Nothing was found; of the journal in that folder.  NULL without memory:
 * other functions do nothing with that.
 */
struct untold *
untold_new(const char *folder)
{
	struct untold *u;

	u = calloc(1, sizeof(*u));
	if (u == NULL)
		return NULL;
	u->folder = strdup(folder);
	if (u->folder != NULL)
		return u;
	free(u);
	return NULL;
}

/* Free; NULL is allowed. */
void
untold_free(struct untold *u)
{
	if (u == NULL)
		return;
	free(u->folder);
	free(u->told.id);
	free(u->logs.id);
	free(u->large.id);
	free(u);
}

/* A message that is new was found, in the order of the log unless large. */
void
untold_found(struct untold *u, uint64_t id, bool large)
{
	if (u == NULL)
		return;
	if (large)
		add(&u->large, id);
	else if (u->logs.count < UNTOLD_MAX)
		add(&u->logs, id);
	else {
		u->logs.id[u->first] = id;
		u->first = (u->first + 1) % UNTOLD_MAX;
	}
}

/*
 * No id before this one is new to the journal: half of what it told last are
 * older, and nobody sends one message for longer than UNTOLD_SECONDS.
 */
static uint64_t
oldest_new(const struct untold *u)
{
	const uint64_t span = UNTOLD_SECONDS * UINT64_C(1000000);
	struct ids last = { 0 };
	size_t n = u->told.count, i;
	uint64_t id;

	for (i = n < UNTOLD_LAST ? 0 : n - UNTOLD_LAST; i < n; i++)
		add(&last, u->told.id[i]);
	if (last.count == 0)
		return 0;
	qsort(last.id, last.count, sizeof(*last.id), compare);
	id = last.id[last.count / 2];
	free(last.id);
	return id < span ? 0 : id - span;
}

static void
tell(const struct untold *u, uint64_t id, uint64_t oldest, untold_cb cb,
    void *arg)
{
	if (id >= oldest && !is_told(u, id))
		cb(id, 0, arg);
}

/*
 * A message has an event for each recipient, and a crash may have cut between
 * them: the last one of the journal may have more recipients.  Nothing is said
 * of one that goes back to where reading began.
 */
static void
tell_rest(const struct untold *u, untold_cb cb, void *arg)
{
	uint32_t there = 0;
	uint64_t id;
	size_t i;

	if (u->told.count == 0)
		return;
	id = u->told.id[u->told.count - 1];
	if (u->told.id[0] == id && !u->whole)
		return;
	for (i = 0; i < u->told.count; i++)
		there += u->told.id[i] == id;
	cb(id, there, arg);
}

/*
 * All was found, and no event "accepted" was written since: call cb for each
 * message that the journal does not know, in their order; before them for the
 * last one that it does know, which may be done, or known as a whole.  A journal
 * whose end knows none of them says nothing, unless that is all there is of it.
 */
void
untold_each(struct untold *u, untold_cb cb, void *arg)
{
	uint64_t oldest;
	size_t i, n;

	if (u == NULL || take_end(u) == -1 || (u->told.count == 0 && !u->whole))
		return;
	tell_rest(u, cb, arg);
	oldest = oldest_new(u);
	if (u->told.count > 1)
		qsort(u->told.id, u->told.count, sizeof(*u->told.id), compare);
	for (i = 0; i < u->large.count; i++)
		tell(u, u->large.id[i], oldest, cb, arg);
	n = u->logs.count;
	for (i = n; i > 0; i--)
		if (is_told(u, u->logs.id[(u->first + i - 1) % n]))
			break;
	if (i == 0 && !u->whole)
		return;
	for (; i < n; i++)
		tell(u, u->logs.id[(u->first + i) % n], oldest, cb, arg);
}
