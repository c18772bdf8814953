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
 * The answer waits a moment for the DNS.  What the DNS does not say in time is
 * left out: the field is optional.
 */
#include "manage_spf.h"

#include <string.h>
#include <time.h>

#include "compat.h"
#include "control.h"
#include "lookup.h"
#include "manage_ask.h"
#include "manage_more.h"
#include "object.h"
#include "proto_dns.h"
#include "row.h"
#include "spf_term.h"
#include "spfs.h"

/* Seconds that a client waits for it. */
#define SPF_PATIENCE 2u

/* Seconds for which a domain that gave no answer is not asked again. */
#define SPF_MUTE 60

static int64_t
now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec;
}

static bool
is_mute(const struct spfs *s, const char *name)
{
	int64_t t;
	size_t i;

	t = now();
	for (i = 0; i < SPFS_MUTES; i++) {
		if (s->mute[i].until > t && strcmp(s->mute[i].name, name) == 0)
			return true;
	}
	return false;
}

/* The oldest of what is remembered makes room. */
static void
mute(struct spfs *s, const char *name)
{
	struct spf_mute *m;

	m = &s->mute[s->mutes++ % SPFS_MUTES];
	(void)strlcpy(m->name, name, sizeof(m->name));
	m->until = now() + SPF_MUTE;
}

/* A look-up for this request, or NULL: there are too many. */
static struct spf_look *
look_begin(struct spfs *s, struct ask *a)
{
	struct spf_look *free_one;
	unsigned same;
	size_t i;

	free_one = NULL;
	same = 0;
	for (i = 0; i < SPFS_LOOKS; i++) {
		if (s->look[i].ask == NULL)
			free_one = &s->look[i];
		else if (strcmp(s->look[i].ask->user.id, a->user.id) == 0)
			same++;
	}
	if (free_one == NULL || same >= SPFS_LOOKS_USER)
		return NULL;
	free_one->ask = a;
	return free_one;
}

/* The end of a request's look-up; its name, which lives until the next. */
static const char *
look_end(struct spfs *s, const struct ask *a)
{
	size_t i;

	for (i = 0; i < SPFS_LOOKS; i++) {
		if (s->look[i].ask == a) {
			s->look[i].ask = NULL;
			return s->look[i].name;
		}
	}
	return "";
}

static void
finish(struct ask *a)
{
	ask_send(a);
	ask_ok(a);
}

static void
answer_cb(const struct dns_answer *answer, void *arg)
{
	const char *name;
	struct ask *a;
	uint32_t i;

	a = arg;
	a->cancel = NULL;
	name = look_end(&a->control->spfs, a);
	if (answer != NULL && answer->status != DNS_FAIL) {
		for (i = 0; i < answer->records; i++) {
			if (spf_is_record(answer->record[i]))
				break;
		}
		row_bool(a->row, "isSpf", i < answer->records);
	} else
		mute(&a->control->spfs, name);
	finish(a);
}

static void
cancel(struct ask *a)
{
	lookup_cancel(a->control->lookup, a);
	(void)look_end(&a->control->spfs, a);
}

/*
 * Look for SPF where mail of the object comes from, then send the row; at once
 * where it had no answer just now, or where too many others wait for one.
 */
static void
look(struct ask *a, const char *name)
{
	struct spf_look *l;
	struct dns_query q;
	struct spfs *s;
	const char *at;

	s = &a->control->spfs;
	memset(&q, 0, sizeof(q));
	q.rrtype = DNS_TXT;
	at = strrchr(name, '@');
	(void)strlcpy(q.name, at == NULL ? name : at + 1, sizeof(q.name));
	l = is_mute(s, q.name) ? NULL : look_begin(s, a);
	if (l == NULL) {
		finish(a);
		return;
	}
	(void)strlcpy(l->name, q.name, sizeof(l->name));
	if (lookup_start_within(a->control->lookup, &q, SPF_PATIENCE, answer_cb,
		a) == 0) {
		a->cancel = cancel;
		return;
	}
	l->ask = NULL;
	finish(a);
}

/* Answer with the sender or the domain that the path names. */
void
spf_get(struct ask *a, const struct more_kind *kind)
{
	char name[ADDRESS_SIZE];
	struct object o;

	if (ask_object(a, a->rq.id, kind->kind, &o) == -1)
		return;
	if (o.deleted != 0) {
		more_answer(a, &o, kind);
		return;
	}
	(void)strlcpy(name, o.first, sizeof(name));
	if (more_fill(a, &o, kind) == 0)
		look(a, name);
}
