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
 * suppression add, check, list, remove.
 */
#include "verb_suppression.h"

#include <string.h>
#include <time.h>

#include "compartment.h"
#include "compat.h"
#include "control.h"
#include "job.h"
#include "msg.h"
#include "suppress_list.h"
#include "suppression.h"
#include "verb_need.h"

/* A folded address from the first argument; else the job ends. */
static int
need_address(struct job *j, char address[ADDRESS_SIZE])
{
	const char *why;

	why = suppression_parse(j->arg[0], address);
	if (why == NULL)
		return 0;
	job_fail(j, "an address is USER@DOMAIN", "\"%s\": %s", j->arg[0], why);
	return -1;
}

static int
suppression_fill(struct job *j, struct suppression *s)
{
	s->reason = SUPPRESSION_MANUAL;
	s->created = (int64_t)time(NULL);
	if (j->arg[2] != NULL &&
	    suppression_reason_parse(j->arg[2], &s->reason) == -1) {
		job_fail(j,
		    "a reason is manual, hardbounce, softbounce, "
		    "complaint, unsubscribe or unknown",
		    "unknown reason \"%s\"", j->arg[2]);
		return -1;
	}
	if (j->arg[3] != NULL &&
	    strlcpy(s->text, j->arg[3], sizeof(s->text)) >= sizeof(s->text)) {
		job_fail(j, NULL, "the note is longer than %zu octets",
		    sizeof(s->text) - 1);
		return -1;
	}
	return 0;
}

/* suppression add ADDRESS compartment NAME [reason REASON] [note TEXT] */
void
verb_suppression_add(struct job *j)
{
	struct suppression s, old;
	struct compartment c;
	enum store_status r;

	memset(&s, 0, sizeof(s));
	if (need_address(j, s.address) == -1 ||
	    need_compartment(j, j->arg[1], &c) == -1 ||
	    suppression_fill(j, &s) == -1)
		return;
	(void)strlcpy(s.compartment, c.id, sizeof(s.compartment));
	r = suppression_get(j->control->suppress, c.id, s.address, &old);
	if (r == STORE_OK) {
		job_fail(j, "see \"edctl suppression check ADDRESS\"",
		    "\"%s\" is suppressed in compartment \"%s\" already",
		    s.address, c.name);
		return;
	}
	if (need_begin(j) == -1)
		return;
	if (suppression_put(j->control->suppress, &s) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	job_audit(j, s.address, NULL, c.name);
	if (job_commit(j) == -1)
		return;
	suppress_row(j, &s, c.name);
	job_send(j);
	job_ok(j);
}

/* Suppressions of one address, over all compartments. */
struct search {
	struct job *job;
	const char *address;
	unsigned found;
	bool show; /* send a row for each */
	struct suppression last;
	struct compartment place;
};

static bool
search_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct compartment c;
	struct search *s;
	struct suppression found;

	s = arg;
	if (compartment_decode(m, &c) == -1 ||
	    suppression_get(s->job->control->suppress, c.id, s->address,
		&found) != STORE_OK)
		return true;
	s->found++;
	s->last = found;
	s->place = c;
	if (s->show) {
		suppress_row(s->job, &found, c.name);
		job_send(s->job);
	}
	return true;
}

static int
search_all(struct job *j, const char *address, bool show, struct search *s)
{
	memset(s, 0, sizeof(*s));
	s->job = j;
	s->address = address;
	s->show = show;
	if (store_scan(j->control->store, STORE_COMPARTMENT, NULL, NULL,
		search_cb, s) == STORE_OK)
		return 0;
	job_fail_store(j);
	return -1;
}

/* suppression check ADDRESS: a row where it is suppressed; none is good. */
void
verb_suppression_check(struct job *j)
{
	char address[ADDRESS_SIZE];
	struct search s;

	if (need_address(j, address) == -1 ||
	    search_all(j, address, true, &s) == -1)
		return;
	job_ok(j);
}

/* The one that is meant; else the job ends. */
static int
need_suppression(struct job *j, const char *address, struct suppression *s,
    struct compartment *c)
{
	struct search search;

	if (j->arg[1] == NULL) {
		if (search_all(j, address, false, &search) == -1)
			return -1;
		*s = search.last;
		*c = search.place;
		if (search.found == 1)
			return 0;
		if (search.found > 1) {
			job_fail(j,
			    "say in which: \"edctl suppression remove "
			    "ADDRESS compartment NAME\"",
			    "\"%s\" is suppressed in %u compartments", address,
			    search.found);
			return -1;
		}
	} else {
		if (need_compartment(j, j->arg[1], c) == -1)
			return -1;
		if (suppression_get(j->control->suppress, c->id, address, s) ==
		    STORE_OK)
			return 0;
	}
	job_fail(j, "see \"edctl suppression list\"",
	    "no suppression of \"%s\"%s%s", address,
	    j->arg[1] == NULL ? "" : " in compartment ",
	    j->arg[1] == NULL ? "" : j->arg[1]);
	return -1;
}

/* suppression remove ADDRESS [compartment NAME] */
void
verb_suppression_remove(struct job *j)
{
	char address[ADDRESS_SIZE];
	struct suppression s;
	struct compartment c;

	if (need_address(j, address) == -1 ||
	    need_suppression(j, address, &s, &c) == -1 || need_begin(j) == -1)
		return;
	if (suppression_del(j->control->suppress, &s) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	job_audit(j, s.address, c.name, NULL);
	if (job_commit(j) == -1)
		return;
	job_ok(j);
}
