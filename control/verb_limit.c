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
 * name (subject.h), and kept by its id.
 */
#include "verb_limit.h"

#include <stdio.h>
#include <string.h>

#include "compat.h"
#include "control.h"
#include "job.h"
#include "limit.h"
#include "rate.h"
#include "row.h"
#include "seat.h"
#include "steady.h"
#include "subject.h"
#include "verb_need.h"

static void
row_limit(struct job *j, const char *name, uint64_t limit)
{
	if (limit == 0)
		row_none(j->row, name);
	else
		row_num(j->row, name, (int64_t)limit);
}

static void
limit_row(struct job *j, const struct subject *s, const struct limit *l)
{
	struct rate_use use;

	rate_use(j->control->rate, s->id, steady_now(), &use);
	row_str(j->row, "kind", s->kind);
	row_str(j->row, "name", s->name);
	row_limit(j, "minute", l->minute);
	row_num(j->row, "minuteUsed", (int64_t)(use.minute + use.reserved));
	row_limit(j, "day", l->day);
	row_num(j->row, "dayUsed", (int64_t)(use.day + use.reserved));
	row_limit(j, "sessions", l->sessions);
	row_num(j->row, "sessionsUsed", seats_count(j->control->seats, s->id));
	row_limit(j, "addressSessions", l->from);
	row_limit(j, "recipients", l->recipients);
	row_limit(j, "size", l->size);
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

/* Octets, with K, M or G for a power of 1024.  0, or -1 and no job. */
static int
take_size(struct job *j, const char *text, uint64_t *out)
{
	static const char units[] = "KMG";
	const char *error, *unit;
	char number[24];
	size_t len;
	long long n;

	if (text == NULL)
		return 0;
	if (strcmp(text, "none") == 0) {
		*out = 0;
		return 0;
	}
	len = strspn(text, "0123456789");
	unit = text[len] == '\0' ? NULL : strchr(units, text[len]);
	(void)snprintf(number, sizeof(number), "%.*s",
	    len < sizeof(number) ? (int)len : 0, text);
	n = strtonum(number, 1, LIMIT_SIZE_MAX, &error);
	if (unit != NULL)
		n *= 1LL << 10 * (unit - units + 1);
	if (error != NULL || (text[len] != '\0' && unit == NULL) ||
	    (unit != NULL && text[len + 1] != '\0') ||
	    n > (long long)LIMIT_SIZE_MAX) {
		job_fail(j, "for instance 10M",
		    "size %s: neither \"none\" nor octets up to %uM, with K, M "
		    "or G behind",
		    text, (unsigned)(LIMIT_SIZE_MAX >> 20));
		return -1;
	}
	*out = (uint64_t)n;
	return 0;
}

/* One of them, as it is given: what is not set is "none". */
static void
limit_add(char *text, size_t size, const char *name, uint64_t value)
{
	size_t len;

	len = strlen(text);
	(void)snprintf(text + len, size - len, "%s%s=", len == 0 ? "" : " ",
	    name);
	len = strlen(text);
	if (value == 0)
		(void)strlcat(text, "none", size);
	else
		(void)snprintf(text + len, size - len, "%llu",
		    (unsigned long long)value);
}

static void
limit_text(const struct limit *l, char *text, size_t size)
{
	text[0] = '\0';
	limit_add(text, size, "minute", l->minute);
	limit_add(text, size, "day", l->day);
	limit_add(text, size, "recipients", l->recipients);
	limit_add(text, size, "size", l->size);
	limit_add(text, size, "sessions", l->sessions);
	limit_add(text, size, "address-sessions", l->from);
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
	if (rate_set(j->control->rate, s->id, l, steady_now()) == -1) {
		job_fail(j, "it holds when control has started again",
		    "out of memory");
		return -1;
	}
	return 0;
}

/* All that was given.  0, or -1 and the job is gone. */
static int
take_limits(struct job *j, struct limit *l)
{
	size_t i;

	for (i = 2; i < VERB_ARGS_MAX && j->arg[i] == NULL; i++)
		continue;
	if (i == VERB_ARGS_MAX) {
		job_fail(j, NULL,
		    "nothing to set: give minute, day, recipients, size, "
		    "sessions or address-sessions");
		return -1;
	}
	if (take_limit(j, "minute", j->arg[2], &l->minute) == -1 ||
	    take_limit(j, "day", j->arg[3], &l->day) == -1 ||
	    take_limit(j, "recipients", j->arg[4], &l->recipients) == -1 ||
	    take_size(j, j->arg[5], &l->size) == -1 ||
	    take_limit(j, "sessions", j->arg[6], &l->sessions) == -1)
		return -1;
	return take_limit(j, "address-sessions", j->arg[7], &l->from);
}

/* Sessions log in before anybody knows of a compartment. */
static int
check_kind(struct job *j, const struct subject *s)
{
	if ((j->arg[6] == NULL && j->arg[7] == NULL) ||
	    strcmp(s->kind, "compartment") != 0)
		return 0;
	job_fail(j, "limit the sessions of a user, a credential or the tenancy",
	    "a compartment has no limit of sessions");
	return -1;
}

/*
 * limits set KIND [NAME] [minute N] [day N] [recipients N] [size N]
 * [sessions N] [address-sessions N]
 */
void
verb_limit_set(struct job *j)
{
	char before[256], after[256];
	struct subject s;
	struct limit l;

	if (need_subject(j, j->arg[0], j->arg[1], &s) == -1)
		return;
	if (limit_get(j->control->store, s.id, &l) == STORE_FAIL) {
		job_fail_store(j);
		return;
	}
	limit_text(&l, before, sizeof(before));
	if (take_limits(j, &l) == -1 || check_kind(j, &s) == -1)
		return;
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
	char text[256];

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
	    subject_find(j->control, store_key_first(k), &s) != STORE_OK)
		return false;
	limit_row(j, &s, &l);
	return true;
}

/*
 * limits show [KIND [NAME]]: without a kind all that has limits; else an
 * object, and what else holds for it.
 */
void
verb_limit_show(struct job *j)
{
	struct subject_path path;
	struct subject s;
	struct limit l;
	size_t i;

	if (j->arg[0] == NULL) {
		job_list(j, STORE_LIMIT, NULL, show_cb);
		return;
	}
	if (need_subject(j, j->arg[0], j->arg[1], &s) == -1)
		return;
	if (subject_path(j->control, &s, &path) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	for (i = 0; i < path.n; i++) {
		if (limit_get(j->control->store, path.subject[i].id, &l) ==
		    STORE_FAIL) {
			job_fail_store(j);
			return;
		}
		limit_row(j, &path.subject[i], &l);
		job_send(j);
	}
	job_ok(j);
}
