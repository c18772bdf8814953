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
 * limits set, remove, show.  What is limited is named by its kind and its
 * name, and kept by its id.
 */
#include "verb_limit.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "compartment.h"
#include "compat.h"
#include "control.h"
#include "credential.h"
#include "job.h"
#include "limit.h"
#include "rate.h"
#include "row.h"
#include "seat.h"
#include "user.h"
#include "verb_need.h"

/* What is limited. */
struct subject {
	char kind[16];
	char id[OBJECT_ID_SIZE];
	char name[NAME_SIZE];
};

/* The object that kind and name say.  0, or -1 and the job is gone. */
static int
need_subject(struct job *j, const char *kind, const char *name,
    struct subject *s)
{
	struct compartment compartment;
	struct credential credential;
	struct user user;

	(void)strlcpy(s->kind, kind, sizeof(s->kind));
	if (strcmp(kind, "user") == 0) {
		if (need_user(j, name, &user) == -1)
			return -1;
		(void)strlcpy(s->id, user.id, sizeof(s->id));
		(void)strlcpy(s->name, user.name, sizeof(s->name));
	} else if (strcmp(kind, "compartment") == 0) {
		if (need_compartment(j, name, &compartment) == -1)
			return -1;
		(void)strlcpy(s->id, compartment.id, sizeof(s->id));
		(void)strlcpy(s->name, compartment.name, sizeof(s->name));
	} else if (strcmp(kind, "credential") == 0) {
		if (need_credential(j, name, &credential) == -1)
			return -1;
		(void)strlcpy(s->id, credential.id, sizeof(s->id));
		(void)strlcpy(s->name, credential.id, sizeof(s->name));
	} else {
		job_fail(j, "it is compartment, credential or user",
		    "nothing of kind \"%s\" has limits", kind);
		return -1;
	}
	return 0;
}

/* What an id of the table of limits is of. */
static enum store_status
find_subject(struct store *st, const char *id, struct subject *s)
{
	struct compartment compartment;
	enum store_status r;
	struct user user;

	(void)strlcpy(s->id, id, sizeof(s->id));
	(void)strlcpy(s->name, id, sizeof(s->name));
	if (strncmp(id, "ocid1.credential.", 17) == 0) {
		(void)strlcpy(s->kind, "credential", sizeof(s->kind));
		return STORE_OK;
	}
	if (strncmp(id, "ocid1.user.", 11) == 0) {
		(void)strlcpy(s->kind, "user", sizeof(s->kind));
		r = user_get(st, id, &user);
		if (r == STORE_OK)
			(void)strlcpy(s->name, user.name, sizeof(s->name));
		return r;
	}
	(void)strlcpy(s->kind, "compartment", sizeof(s->kind));
	r = compartment_get(st, id, &compartment);
	if (r == STORE_OK)
		(void)strlcpy(s->name, compartment.name, sizeof(s->name));
	return r;
}

static void
row_limit(struct job *j, const char *name, uint32_t limit)
{
	if (limit == 0)
		row_str(j->row, name, "");
	else
		row_num(j->row, name, limit);
}

static void
limit_row(struct job *j, const struct subject *s, const struct limit *l)
{
	struct rate_use use;

	rate_use(j->control->rate, s->id, (int64_t)time(NULL), &use);
	row_str(j->row, "kind", s->kind);
	row_str(j->row, "name", s->name);
	row_limit(j, "minute", l->minute);
	row_num(j->row, "minuteUsed", (int64_t)(use.minute + use.reserved));
	row_limit(j, "day", l->day);
	row_num(j->row, "dayUsed", (int64_t)(use.day + use.reserved));
	row_limit(j, "sessions", l->sessions);
	row_num(j->row, "sessionsUsed", seats_count(j->control->seats, s->id));
}

/* A number, or "none", into out if it is given.  0, or -1 and no job. */
static int
take_limit(struct job *j, const char *word, const char *text, uint32_t *out)
{
	const char *error;
	long long n;

	if (text == NULL)
		return 0;
	if (strcmp(text, "none") == 0) {
		*out = 0;
		return 0;
	}
	n = strtonum(text, 1, UINT32_MAX, &error);
	if (error != NULL) {
		job_fail(j, "to send nothing, disable it instead",
		    "%s %s: neither \"none\" nor a number from 1 to %u", word,
		    text, UINT32_MAX);
		return -1;
	}
	*out = (uint32_t)n;
	return 0;
}

static void
limit_text(const struct limit *l, char *text, size_t size)
{
	(void)snprintf(text, size, "minute=%u day=%u sessions=%u", l->minute,
	    l->day, l->sessions);
}

/* Store them; without any limit left nothing is stored. */
static int
limit_store(struct job *j, const struct subject *s, const struct limit *l,
    const char *before, const char *after)
{
	enum store_status r;

	if (need_begin(j) == -1)
		return -1;
	if (limit_is_none(l))
		r = limit_del(j->control->store, s->id);
	else
		r = limit_put(j->control->store, s->id, l);
	if (r != STORE_OK) {
		job_fail_store(j);
		return -1;
	}
	job_audit(j, s->name, before, after);
	if (job_commit(j) == -1)
		return -1;
	if (rate_set(j->control->rate, s->id, l, (int64_t)time(NULL)) == -1) {
		job_fail(j, "it holds when control has started again",
		    "out of memory");
		return -1;
	}
	return 0;
}

/* limits set KIND NAME [minute N] [day N] [sessions N] */
void
verb_limit_set(struct job *j)
{
	char before[128], after[128];
	struct subject s;
	struct limit l;

	if (need_subject(j, j->arg[0], j->arg[1], &s) == -1)
		return;
	if (limit_get(j->control->store, s.id, &l) == STORE_FAIL) {
		job_fail_store(j);
		return;
	}
	limit_text(&l, before, sizeof(before));
	if (take_limit(j, "minute", j->arg[2], &l.minute) == -1 ||
	    take_limit(j, "day", j->arg[3], &l.day) == -1 ||
	    take_limit(j, "sessions", j->arg[4], &l.sessions) == -1)
		return;
	if (j->arg[4] != NULL && strcmp(s.kind, "user") != 0) {
		job_fail(j, "limit the sessions of its user",
		    "a %s has no limit of sessions", s.kind);
		return;
	}
	limit_text(&l, after, sizeof(after));
	if (limit_store(j, &s, &l, before, after) == -1)
		return;
	limit_row(j, &s, &l);
	job_send(j);
	job_ok(j);
}

/* limits remove KIND NAME */
void
verb_limit_remove(struct job *j)
{
	static const struct limit none;
	struct subject s;
	struct limit l;
	char text[128];

	if (need_subject(j, j->arg[0], j->arg[1], &s) == -1)
		return;
	switch (limit_get(j->control->store, s.id, &l)) {
	case STORE_OK:
		break;
	case STORE_NOTFOUND:
		job_fail(j, "see \"edctl limits show\"",
		    "%s \"%s\" has no limits", s.kind, s.name);
		return;
	case STORE_FAIL:
		job_fail_store(j);
		return;
	}
	limit_text(&l, text, sizeof(text));
	if (limit_store(j, &s, &none, text, NULL) == -1)
		return;
	rate_forget(j->control->rate, s.id);
	job_ok(j);
}

static bool
show_cb(struct job *j, const struct store_key *k, struct msgin *m)
{
	struct subject s;
	struct limit l;

	if (limit_decode(m, &l) == -1 ||
	    find_subject(j->control->store, store_key_first(k), &s) != STORE_OK)
		return false;
	limit_row(j, &s, &l);
	return true;
}

/* limits show [KIND NAME] */
void
verb_limit_show(struct job *j)
{
	struct subject s;
	struct limit l;

	if (j->arg[0] == NULL) {
		job_list(j, STORE_LIMIT, NULL, show_cb);
		return;
	}
	if (j->arg[1] == NULL) {
		job_fail(j, NULL, "the name of the %s is missing", j->arg[0]);
		return;
	}
	if (need_subject(j, j->arg[0], j->arg[1], &s) == -1)
		return;
	if (limit_get(j->control->store, s.id, &l) == STORE_FAIL) {
		job_fail_store(j);
		return;
	}
	limit_row(j, &s, &l);
	job_send(j);
	job_ok(j);
}
