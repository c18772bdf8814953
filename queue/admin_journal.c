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
 * "journal": events from a place of the journal on, a batch at a time, for
 * control, which keeps the place for those that are told of events.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "compat.h"
#include "journal.h"
#include "jread.h"
#include "log.h"
#include "proto_admin.h"
#include "qbounds.h"
#include "queue.h"
#include "row.h"
#include "trace.h"

/* "2026112422.jsonl:12345" and the NUL. */
#define PLACE_SIZE (JOURNAL_NAME_SIZE + 21)

struct batch {
	struct jread read;
	char file[JOURNAL_NAME_SIZE]; /* that is being read, or was last */
	uint64_t from;		      /* where to begin in it, once */
	unsigned long left;	      /* rows */
	char *events;		      /* ",bounced,complaint,"; NULL: all */
};

static void
batch_free(void *arg)
{
	struct batch *b = arg;

	jread_close(&b->read);
	free(b->events);
	free(b);
}

static void
put_place(const struct batch *b, struct row *row)
{
	char place[PLACE_SIZE];

	/* Without any file yet: before all that will be. */
	(void)snprintf(place, sizeof(place), "%s:%llu",
	    b->file[0] == '\0' ? "0000000000.jsonl" : b->file,
	    (unsigned long long)(b->read.fd == -1 ? b->from : b->read.pos));
	row_str(row, "place", place);
}

/* The end, with the place behind all that was read. */
static void
over(struct answer *a, const struct batch *b)
{
	struct row *row;

	row = row_new();
	if (row == NULL) {
		answer_fail(a, NULL, "queue is out of memory");
		return;
	}
	put_place(b, row);
	answer_row(a, row);
	row_free(row);
	answer_ok(a);
}

static bool
is_wanted(const struct batch *b, const struct row *row)
{
	char word[64];
	const char *event;

	event = row_value(row, "event");
	if (event == NULL || b->events == NULL)
		return event != NULL;
	(void)snprintf(word, sizeof(word), ",%s,", event);
	return strstr(b->events, word) != NULL;
}

static void
look_at(struct answer *a, struct batch *b, const char *line)
{
	struct row *row;

	row = trace_row(line);
	if (row != NULL && is_wanted(b, row)) {
		put_place(b, row);
		answer_copy(a, row);
		b->left--;
	}
	row_free(row);
}

/*
 * The next file, from its begin, or in the first from the given place.  0, or
 * -1: there is none, or it cannot be opened now, and the place is before it.
 */
static int
next_file(struct batch *b)
{
	struct jread *r = &b->read;
	int rc;

	if (r->fd != -1)
		b->from = r->pos;
	rc = r->at == r->names ? 0 : jread_next_file(r);
	if (rc == -1)
		log_warn("journal: %s", r->name[r->at]);
	if (rc != 1)
		return -1;
	/* After a crash the file may be shorter than it was. */
	if (strcmp(r->name[r->at - 1], b->file) == 0)
		r->pos = b->from < r->size ? b->from : r->size;
	(void)strlcpy(b->file, r->name[r->at - 1], sizeof(b->file));
	b->from = 0;
	return 0;
}

static void
step(struct answer *a)
{
	struct batch *b = a->work;
	struct jread *r = &b->read;
	uint64_t done = 0, at;
	const char *line;

	while (b->left > 0 && answer_has_room(a) && done < TRACE_STEP_BYTES) {
		at = r->pos;
		line = r->fd == -1 ? NULL : jread_line(r, at, JREAD_BUFFER);
		if (line != NULL)
			look_at(a, b, line);
		else if ((r->fd == -1 || r->pos == at) && r->at == r->names)
			break;
		else if ((r->fd == -1 || r->pos == at) && next_file(b) == -1)
			break;
		else
			continue;
		done += r->pos - at;
	}
	if (b->left > 0 && (done >= TRACE_STEP_BYTES || !answer_has_room(a))) {
		answer_progress(a, 0, 0);
		answer_go(a);
	} else
		over(a, b);
}

/* "NAME:OFFSET".  0, or -1: it is no place. */
static int
parse_place(struct batch *b, const char *place)
{
	const char *colon;
	char *end;

	if (place[0] == '\0')
		return 0;
	colon = strchr(place, ':');
	if (colon == NULL || colon - place != JOURNAL_NAME_SIZE - 1 ||
	    strchr(place, '/') != NULL)
		return -1;
	memcpy(b->file, place, JOURNAL_NAME_SIZE - 1);
	errno = 0;
	b->from = strtoull(colon + 1, &end, 10);
	return errno != 0 || *end != '\0' || end == colon + 1 ? -1 : 0;
}

/* Go to the end of all that is there.  0, or -1: not all can be opened. */
static int
seek_end(struct batch *b)
{
	while (next_file(b) == 0)
		b->read.pos = b->read.size;
	b->left = 0;
	return b->read.at == b->read.names ? 0 : -1;
}

/* journal PLACE ROWS EVENTS: PLACE may be "end", EVENTS "all" or a list. */
static void
journal(struct answer *a, const struct admin_command *cmd)
{
	struct journal *j = a->queue->journal;
	struct batch *b;
	bool end;

	if (cmd->words != 4) {
		answer_fail(a, NULL, "a place, a number and events are needed");
		return;
	}
	journal_flush(j);
	end = strcmp(cmd->word[1], "end") == 0;
	b = calloc(1, sizeof(*b));
	if (b != NULL)
		b->read.fd = b->read.index = -1;
	if (b == NULL ||
	    (strcmp(cmd->word[3], "all") != 0 &&
		asprintf(&b->events, ",%s,", cmd->word[3]) == -1)) {
		free(b);
		answer_fail(a, NULL, "queue is out of memory");
		return;
	}
	b->left = strtoul(cmd->word[2], NULL, 10);
	if (!end && parse_place(b, cmd->word[1]) == -1)
		answer_fail(a, NULL, "\"%.100s\" is no place of the journal",
		    cmd->word[1]);
	else if (jread_open(&b->read, journal_folder(j), b->file) == -1 ||
	    (end && seek_end(b) == -1))
		answer_fail(a, NULL, "the journal cannot be read");
	else {
		answer_start(a, step, b, batch_free);
		return;
	}
	batch_free(b);
}

/* What this file answers. */
const struct admin_verb *
admin_journal_verbs(void)
{
	static const struct admin_verb verbs[] = {
		{ { "journal", NULL }, journal },
		{ { NULL, NULL }, NULL },
	};

	return verbs;
}
