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
 * "events": the journal, line by line, with conditions that must all hold, to
 * its end or on as it grows.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "clock.h"
#include "date.h"
#include "filter.h"
#include "id.h"
#include "journal.h"
#include "jread.h"
#include "proto_admin.h"
#include "qbounds.h"
#include "queue.h"
#include "row.h"
#include "trace.h"

enum condition {
	COND_EVENT = 0,
	COND_RECIPIENT,
	COND_SENDER,
	COND_USER,
	COND_COMPARTMENT,
	COND_ID,
	COND_REQUEST,
	CONDITIONS
};

static const char *const names[CONDITIONS] = { "event", "recipient", "sender",
	"user", "compartment", "id", "request" };

struct events {
	struct jread read;
	char *value[CONDITIONS];  /* NULL: any */
	char *needle[CONDITIONS]; /* the same as lines have it */
	char since[DATE_RFC3339_SIZE];
	bool follow;
};

static void
events_free(void *arg)
{
	struct events *e = arg;
	size_t i;

	jread_close(&e->read);
	for (i = 0; i < CONDITIONS; i++) {
		free(e->value[i]);
		free(e->needle[i]);
	}
	free(e);
}

/* Whether the line may be one that is asked for, before it is parsed. */
static bool
may_fit(const struct events *e, const char *line)
{
	size_t i;

	for (i = 0; i < CONDITIONS; i++)
		if (e->needle[i] != NULL &&
		    strcasestr(line, e->needle[i]) == NULL)
			return false;
	return true;
}

/* Whether what an event has is what was asked for. */
static bool
is_value(size_t condition, const char *value, const char *asked)
{
	return condition == COND_REQUEST ? trace_is_request(value, asked) :
					   strcasecmp(value, asked) == 0;
}

static bool
fits(const struct events *e, const struct row *row)
{
	const char *v;
	size_t i;

	v = row_value(row, "time");
	if (e->since[0] != '\0' && (v == NULL || strcmp(v, e->since) < 0))
		return false;
	for (i = 0; i < CONDITIONS; i++) {
		if (e->value[i] == NULL)
			continue;
		v = row_value(row, names[i]);
		if (v == NULL || !is_value(i, v, e->value[i]))
			return false;
	}
	return true;
}

static void
look_at(struct answer *a, const struct events *e, const char *line)
{
	struct row *row;

	if (!may_fit(e, line))
		return;
	row = trace_row(line);
	if (row != NULL && fits(e, row))
		answer_copy(a, row);
	row_free(row);
}

/* At the end of what there is: wait for more, or end. */
static void
at_end(struct answer *a, struct events *e)
{
	struct jread *r = &e->read;
	uint64_t size = r->size;

	if (!e->follow) {
		answer_ok(a);
		return;
	}
	/* What is written from now on is new, whatever its clock says. */
	e->since[0] = '\0';
	/* What was written before a newer file began comes first. */
	if (r->fd != -1) {
		jread_grown(r);
		if (r->size > size) {
			answer_go(a);
			return;
		}
	}
	if (jread_rescan(r) > 0) {
		answer_go(a);
		return;
	}
	answer_progress(a, 0, 0);
	answer_later(a, FOLLOW_MS);
}

/* The next file cannot be opened: try again, or end. */
static void
unreadable(struct answer *a, const struct events *e)
{
	if (e->follow)
		answer_later(a, FOLLOW_MS);
	else
		answer_fail(a, NULL, "the journal cannot be read: %s",
		    strerror(errno));
}

static void
step(struct answer *a)
{
	struct events *e = a->work;
	struct jread *r = &e->read;
	uint64_t done = 0, at;
	const char *line;
	int n;

	while (answer_has_room(a) && done < TRACE_STEP_BYTES) {
		at = r->pos;
		line = r->fd == -1 ? NULL : jread_line(r, at, JREAD_BUFFER);
		if (line != NULL)
			look_at(a, e, line);
		else if (r->fd == -1 || r->pos == at) {
			n = r->at == r->names ? 0 : jread_next_file(r);
			if (n == -1) {
				unreadable(a, e);
				return;
			}
			if (n == 0) {
				at_end(a, e);
				return;
			}
			continue;
		}
		done += r->pos - at;
	}
	answer_progress(a, 0, 0);
	answer_go(a);
}

/* One condition.  0, or -1: the answer has ended. */
static int
take_pair(struct answer *a, struct events *e, const char *name,
    const char *value, char from[JOURNAL_NAME_SIZE])
{
	int64_t seconds = clock_wall() / 1000, age;
	uint64_t id;
	size_t i;

	if (strcmp(name, "since") == 0) {
		if (filter_time(value, &age) == -1) {
			answer_fail(a,
			    "events of the last hour are those since 1h",
			    "since \"%.100s\" is no time (a number and s, m, "
			    "h, d or w)",
			    value);
			return -1;
		}
		(void)date_rfc3339(seconds - age, 0, e->since,
		    sizeof(e->since));
		(void)journal_hour_name(seconds - age, from);
		return 0;
	}
	for (i = 0; i < CONDITIONS && strcmp(name, names[i]) != 0; i++)
		;
	if (i == CONDITIONS || (i == COND_ID && id_parse(value, &id) == -1)) {
		answer_fail(a, "see \"edctl help events\"",
		    i == COND_ID ? "%s \"%.100s\" is no message id" :
				   "unexpected \"%s\" \"%.100s\"",
		    name, value);
		return -1;
	}
	free(e->value[i]);
	e->value[i] = strdup(value);
	free(e->needle[i]);
	e->needle[i] = trace_needle(value);
	if (e->value[i] == NULL || e->needle[i] == NULL) {
		answer_fail(a, NULL, "queue is out of memory");
		return -1;
	}
	return 0;
}

/* Conditions, after "follow" if that is there.  0, or -1: it has ended. */
static int
take_words(struct answer *a, struct events *e, const struct admin_command *cmd,
    char from[JOURNAL_NAME_SIZE])
{
	uint32_t i = 1;

	from[0] = '\0';
	if (cmd->words % 2 == 0) {
		if (strcmp(cmd->word[1], "follow") != 0) {
			answer_fail(a, "see \"edctl help events\"",
			    "unexpected \"%.100s\"", cmd->word[1]);
			return -1;
		}
		e->follow = true;
		i = 2;
	}
	for (; i + 1 < cmd->words; i += 2)
		if (take_pair(a, e, cmd->word[i], cmd->word[i + 1], from) == -1)
			return -1;
	return 0;
}

static void
events(struct answer *a, const struct admin_command *cmd)
{
	struct journal *j = a->queue->journal;
	char from[JOURNAL_NAME_SIZE];
	struct events *e;

	journal_flush(j);
	e = calloc(1, sizeof(*e));
	if (e == NULL) {
		answer_fail(a, NULL, "queue is out of memory");
		return;
	}
	e->read.fd = e->read.index = -1;
	if (take_words(a, e, cmd, from) == -1) {
		events_free(e);
		return;
	}
	/* Who follows and says nothing of the past sees what comes. */
	if (jread_open(&e->read, journal_folder(j), from) == -1 ||
	    (e->follow && from[0] == '\0' && jread_to_end(&e->read) == -1)) {
		answer_fail(a, NULL, "the journal cannot be read");
		events_free(e);
		return;
	}
	answer_start(a, step, e, events_free);
}

/* What this file answers. */
const struct admin_verb *
admin_events_verbs(void)
{
	static const struct admin_verb verbs[] = {
		{ { "events", NULL }, events },
		{ { NULL, NULL }, NULL },
	};

	return verbs;
}
