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
 * audit: changes in their order, those that every condition holds for.  The
 * table is read in turns of the event loop, so that a long one holds nobody
 * up, and as fast as the reader reads.
 */
#include "verb_audit.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "audit.h"
#include "control.h"
#include "job.h"
#include "log.h"
#include "proc.h"
#include "row.h"
#include "when.h"

/* Records read in one turn of the event loop. */
#define AUDIT_TURN 1000u

enum audit_arg {
	ARG_FOLLOW,
	ARG_WHO,
	ARG_VERB,
	ARG_OBJECT,
	ARG_SINCE,
	ARG_UNTIL
};

struct look {
	struct job *job;
	struct event *turn;
	struct store_key after;
	int64_t since;
	int64_t until;
	unsigned read; /* records in this turn */
	bool follow;
	bool at_end; /* nothing is there but what is to come */
};

static void
look_free(struct job *j)
{
	struct look *l;

	l = j->work;
	audit_unfollow(j->control->audit, l);
	event_free(l->turn);
	free(l);
	j->work = NULL;
	j->resume = NULL;
	j->cancel = NULL;
}

/* "user" is every verb of users, "user set" is one of them. */
static bool
verb_matches(const char *want, const char *verb)
{
	size_t len;

	len = strlen(want);
	return strncmp(want, verb, len) == 0 &&
	    (verb[len] == '\0' || verb[len] == ' ');
}

/* "*" stands for anything; the last one is tried further and further on. */
static bool
object_matches(const char *pattern, const char *s)
{
	const char *star, *from;

	star = from = NULL;
	while (*s != '\0') {
		if (*pattern == '*') {
			star = ++pattern;
			from = s;
		} else if (*pattern == *s) {
			pattern++;
			s++;
		} else if (star != NULL) {
			pattern = star;
			s = ++from;
		} else
			return false;
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

static bool
matches(const struct look *l, const struct audit_record *r)
{
	const struct job *j;

	j = l->job;
	if (r->time < l->since || r->time >= l->until)
		return false;
	if (j->arg[ARG_WHO] != NULL &&
	    strcasestr(r->actor, j->arg[ARG_WHO]) == NULL)
		return false;
	if (j->arg[ARG_VERB] != NULL &&
	    !verb_matches(j->arg[ARG_VERB], r->verb))
		return false;
	return j->arg[ARG_OBJECT] == NULL ||
	    object_matches(j->arg[ARG_OBJECT], r->object);
}

static void
look_row(struct job *j, const struct audit_record *r)
{
	row_num(j->row, "number", (int64_t)r->number);
	row_time(j->row, "time", r->time);
	row_str(j->row, "who", r->actor);
	row_str(j->row, "verb", r->verb);
	row_str(j->row, "object", r->object);
	row_str(j->row, "old", r->old);
	row_str(j->row, "new", r->new);
	job_send(j);
}

static bool
look_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct audit_record r;
	struct look *l;

	l = arg;
	l->after = *k;
	l->read++;
	if (audit_decode(k, m, &r) == -1)
		log_warnx("audit: record %s is ill-formed", store_key_first(k));
	else if (matches(l, &r))
		look_row(l->job, &r);
	return l->read < AUDIT_TURN && !job_is_full(l->job);
}

/* One turn; the job may be gone after it. */
static void
look_on(struct job *j)
{
	enum store_status r;
	struct look *l;

	l = j->work;
	if (job_is_full(j))
		return;
	l->read = 0;
	r = store_scan(j->control->store, STORE_AUDIT, NULL,
	    l->after.len == 0 ? NULL : &l->after, look_cb, l);
	if (r != STORE_OK) {
		look_free(j);
		job_fail_store(j);
		return;
	}
	if (job_is_full(j))
		return;
	l->at_end = l->read < AUDIT_TURN;
	if (!l->at_end)
		event_active(l->turn, EV_TIMEOUT, 0);
	else if (!l->follow) {
		look_free(j);
		job_ok(j);
	}
}

static void
turn_cb(evutil_socket_t fd, short what, void *arg)
{
	job_resume(arg);
}

/* Something was added; it is read in a turn of its own. */
static void
added_cb(void *arg)
{
	struct look *l;

	l = arg;
	if (l->at_end)
		event_active(l->turn, EV_TIMEOUT, 0);
}

/* A moment that was: so long ago, or a day.  0, or -1 and the job is gone. */
static int
take_moment(struct job *j, const char *word, const char *text, int64_t *when)
{
	const char *why;

	if (text == NULL)
		return 0;
	why = when_past(text, (int64_t)time(NULL), when);
	if (why == NULL)
		return 0;
	job_fail(j, NULL, "%s %s: %s", word, text, why);
	return -1;
}

/*
 * audit [follow] [who TEXT] [verb VERB] [object PATTERN] [since TIME]
 * [until TIME]
 */
void
verb_audit(struct job *j)
{
	int64_t since, until;
	struct look *l;

	since = INT64_MIN;
	until = INT64_MAX;
	if (j->arg[ARG_FOLLOW] != NULL &&
	    strcmp(j->arg[ARG_FOLLOW], "follow") != 0) {
		job_fail(j, "for instance \"edctl audit verb user since 7d\"",
		    "unexpected \"%s\"", j->arg[ARG_FOLLOW]);
		return;
	}
	if (take_moment(j, "since", j->arg[ARG_SINCE], &since) == -1 ||
	    take_moment(j, "until", j->arg[ARG_UNTIL], &until) == -1)
		return;
	l = calloc(1, sizeof(*l));
	if (l == NULL ||
	    (l->turn = event_new(proc_base(), -1, 0, turn_cb, j)) == NULL) {
		free(l);
		job_fail(j, NULL, "out of memory");
		return;
	}
	l->job = j;
	l->since = since;
	l->until = until;
	l->follow = j->arg[ARG_FOLLOW] != NULL;
	store_key(&l->after, "", NULL);
	j->work = l;
	j->resume = look_on;
	j->cancel = look_free;
	if (l->follow && audit_follow(j->control->audit, added_cb, l) == -1) {
		look_free(j);
		job_fail(j, NULL, "out of memory");
		return;
	}
	look_on(j);
}
