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
 * Lists of suppressions.  There may be millions: a few are looked at in a
 * turn, and the reader sets the pace.
 */
#include "suppress_list.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "address.h"
#include "compartment.h"
#include "compat.h"
#include "control.h"
#include "id.h"
#include "idn.h"
#include "job.h"
#include "record.h"
#include "row.h"
#include "suppress.h"
#include "turn.h"
#include "verb_need.h"
#include "when.h"

/* Records of a turn: a millisecond or two. */
#define LIST_TURN 500u

struct list {
	struct turn *turn;
	struct suppress_walk walk;
	struct compartment place; /* of the row that was sent last */
};

/* Fill the row of a suppression. */
void
suppress_row(struct job *j, const struct suppression *s,
    const char *compartment)
{
	char id[OBJECT_ID_SIZE], message[ID_TEXT_SIZE];

	suppression_id(s, id);
	row_str(j->row, "address", s->address);
	row_str(j->row, "compartment", compartment);
	row_str(j->row, "reason", suppression_reason_name(s->reason));
	row_time(j->row, "created", s->created);
	row_time(j->row, "expires", s->expires);
	row_time(j->row, "suppressed", s->suppressed);
	row_str(j->row, "message",
	    s->message == 0 ? "" : id_format(s->message, message));
	row_str(j->row, "messageId", s->message_id);
	row_str(j->row, "host", s->host);
	row_str(j->row, "text", s->text);
	row_str(j->row, "id", id);
}

static const char *
arg_at(const struct job *j, int place)
{
	return place == -1 ? NULL : j->arg[place];
}

static int
need_reason(struct job *j, const char *text, unsigned *reason)
{
	enum suppression_reason r;

	if (suppression_reason_parse(text, &r) == -1) {
		job_fail(j,
		    "a reason is manual, hardbounce, softbounce, "
		    "complaint, unsubscribe or unknown",
		    "unknown reason \"%s\"", text);
		return -1;
	}
	*reason = r;
	return 0;
}

/* A day, or so long ago. */
static int
need_past(struct job *j, const char *text, int64_t *when)
{
	int64_t now;

	now = (int64_t)time(NULL);
	if (when_parse(text, now, when) != NULL || *when == WHEN_NEVER) {
		job_fail(j, NULL,
		    "\"%s\" is neither an age (90d, 12h, 2w) nor a day "
		    "(2027-01-31)",
		    text);
		return -1;
	}
	if (strchr(text, '-') == NULL)
		*when = now - (*when - now);
	return 0;
}

static int
need_times(struct job *j, const struct suppress_args *at,
    struct suppress_filter *f)
{
	const char *older, *newer;

	older = arg_at(j, at->older);
	newer = arg_at(j, at->newer);
	if (older != NULL && need_past(j, older, &f->older) == -1)
		return -1;
	if (newer != NULL && need_past(j, newer, &f->newer) == -1)
		return -1;
	return 0;
}

/* A prefix is of an address as it is stored. */
static int
need_prefix(struct job *j, const char *prefix, struct suppress_filter *f)
{
	if (prefix[0] != '\0' &&
	    record_fold(prefix, f->prefix, sizeof(f->prefix)) == 0)
		return 0;
	job_fail(j, NULL, "a prefix has 1 to %zu octets",
	    sizeof(f->prefix) - 1);
	return -1;
}

static int
need_filter_domain(struct job *j, const char *domain, struct suppress_filter *f)
{
	char ascii[DOMAIN_SIZE];

	if (domain[0] == '@')
		domain++;
	if (idn_domain_ascii(domain, ascii, sizeof(ascii)) == 0 &&
	    record_fold(ascii, f->domain, sizeof(f->domain)) == 0 &&
	    f->domain[0] != '\0')
		return 0;
	job_fail(j, "a domain is what stands behind the @",
	    "\"%s\" is no domain", domain);
	return -1;
}

/* What the arguments say; else the job ends. */
int
suppress_need_filter(struct job *j, const struct suppress_args *at,
    struct suppress_filter *f)
{
	const char *compartment, *prefix, *domain, *reason;
	struct compartment c;

	memset(f, 0, sizeof(*f));
	compartment = arg_at(j, at->compartment);
	prefix = arg_at(j, at->prefix);
	domain = arg_at(j, at->domain);
	reason = arg_at(j, at->reason);
	if (compartment != NULL) {
		if (need_compartment(j, compartment, &c) == -1)
			return -1;
		(void)strlcpy(f->compartment, c.id, sizeof(f->compartment));
	}
	if ((prefix != NULL && need_prefix(j, prefix, f) == -1) ||
	    (domain != NULL && need_filter_domain(j, domain, f) == -1) ||
	    (reason != NULL && need_reason(j, reason, &f->reason) == -1))
		return -1;
	return need_times(j, at, f);
}

static void
list_free(struct job *j)
{
	struct list *l;

	l = j->work;
	j->work = NULL;
	j->resume = j->cancel = NULL;
	turn_free(l->turn);
	free(l);
}

static void
list_resume(struct job *j)
{
	struct list *l;

	l = j->work;
	turn_next(l->turn);
}

static bool
list_cb(const struct suppression *s, void *arg)
{
	struct list *l;
	struct job *j;

	j = arg;
	l = j->work;
	if (strcmp(l->place.id, s->compartment) != 0 &&
	    compartment_get(j->control->store, s->compartment, &l->place) !=
		STORE_OK)
		return true;
	suppress_row(j, s, l->place.name);
	job_send(j);
	return !job_is_full(j);
}

/* Some more rows; the next when there is room for them. */
static void
list_step(struct job *j)
{
	enum store_status r;
	struct list *l;

	l = j->work;
	r = suppress_walk_step(&l->walk, LIST_TURN, list_cb, j);
	if (r == STORE_OK && !l->walk.done) {
		if (!job_is_full(j))
			turn_next(l->turn);
		return;
	}
	list_free(j);
	if (r == STORE_OK)
		job_ok(j);
	else
		job_fail_store(j);
}

/*
 * suppression list [compartment NAME] [prefix TEXT] [domain DOMAIN]
 * [reason REASON] [older TIME] [newer TIME]
 */
void
verb_suppression_list(struct job *j)
{
	static const struct suppress_args at = { 0, 1, 2, 3, 4, 5 };
	struct suppress_filter filter;
	struct list *l;

	if (suppress_need_filter(j, &at, &filter) == -1)
		return;
	l = calloc(1, sizeof(*l));
	if (l == NULL || (l->turn = turn_new(j, list_step)) == NULL) {
		free(l);
		job_fail(j, NULL, "out of memory");
		return;
	}
	suppress_walk_init(&l->walk, j->control->suppress, &filter);
	j->work = l;
	j->resume = list_resume;
	j->cancel = list_free;
	list_step(j);
}
