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
 * suppression add, check, set, show.
 */
#include "verb_suppression.h"

#include <string.h>
#include <time.h>

#include "compartment.h"
#include "compat.h"
#include "complaint.h"
#include "control.h"
#include "job.h"
#include "suppress.h"
#include "suppress_list.h"
#include "suppression.h"
#include "verb_need.h"
#include "when.h"

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

/* Reason, expiry and note as they are given; else the job ends. */
static int
suppression_fill(struct job *j, const char *reason, const char *expires,
    const char *note, struct suppression *s)
{
	const char *why;

	if (reason != NULL && suppress_need_reason(j, reason, &s->reason) == -1)
		return -1;
	if (expires != NULL) {
		why = when_parse(expires, (int64_t)time(NULL), &s->expires);
		if (why != NULL) {
			job_fail(j, NULL, "\"%s\" is %s", expires, why);
			return -1;
		}
	}
	return need_line(j, "a note", note, s->text, sizeof(s->text));
}

/*
 * Store it, and answer with it.  old is the name of the compartment if there
 * was one already.
 */
static void
suppression_store(struct job *j, struct suppression *s,
    const struct compartment *c, const char *old, bool complaint)
{
	if (need_begin(j) == -1)
		return;
	if (suppression_put(j->control->suppress, s) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	job_audit(j, s->address, old, c->name);
	if (job_commit(j) == -1)
		return;
	if (complaint)
		complaint_add(j->control, s);
	suppress_row(j, s, c->name);
	job_send(j);
	job_ok(j);
}

/*
 * suppression add ADDRESS compartment NAME [reason REASON] [expires WHEN]
 * [note TEXT]
 */
void
verb_suppression_add(struct job *j)
{
	struct suppression s, old;
	struct compartment c;
	enum store_status r;

	memset(&s, 0, sizeof(s));
	s.reason = SUPPRESSION_MANUAL;
	s.created = (int64_t)time(NULL);
	if (need_address(j, s.address) == -1 ||
	    need_compartment(j, j->arg[1], &c) == -1 ||
	    suppression_fill(j, j->arg[2], j->arg[3], j->arg[4], &s) == -1)
		return;
	(void)strlcpy(s.compartment, c.id, sizeof(s.compartment));
	r = suppression_get(j->control->suppress, c.id, s.address, &old);
	if (r == STORE_FAIL) {
		job_fail_store(j);
		return;
	}
	if (r == STORE_OK) {
		job_fail(j, "see \"edctl suppression check ADDRESS\"",
		    "\"%s\" is suppressed in compartment \"%s\" already",
		    s.address, c.name);
		return;
	}
	if (suppression_is_hash(s.address) && !j->control->suppress->hash) {
		job_fail(j, NULL,
		    "a hash, and addresses are not stored as hashes here");
		return;
	}
	suppression_store(j, &s, &c, NULL, s.reason == SUPPRESSION_COMPLAINT);
}

/* Suppressions of one address, over all compartments. */
struct search {
	struct job *job;
	const char *address;
	unsigned found;
	bool failed;
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
	enum store_status r;

	s = arg;
	s->failed = compartment_decode(m, &c) == -1;
	if (s->failed)
		return false;
	r = suppression_get(s->job->control->suppress, c.id, s->address,
	    &found);
	s->failed = r == STORE_FAIL;
	if (r != STORE_OK)
		return r == STORE_NOTFOUND;
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
		search_cb, s) == STORE_OK &&
	    !s->failed)
		return 0;
	job_fail_store(j);
	return -1;
}

static void
fail_none(struct job *j, const char *address, const char *compartment)
{
	job_fail(j, "see \"edctl suppression list\"",
	    "no suppression of \"%s\"%s%s", address,
	    compartment == NULL ? "" : " in compartment ",
	    compartment == NULL ? "" : compartment);
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

static void
show_id(struct job *j)
{
	struct compartment c;
	struct suppression s;
	enum store_status r;

	r = suppression_get_id(j->control->suppress, j->arg[0], &s);
	if (r == STORE_OK)
		r = compartment_get(j->control->store, s.compartment, &c);
	if (r == STORE_FAIL) {
		job_fail_store(j);
		return;
	}
	if (r == STORE_NOTFOUND) {
		fail_none(j, j->arg[0], NULL);
		return;
	}
	suppress_row(j, &s, c.name);
	job_send(j);
	job_ok(j);
}

/* suppression show ADDRESS|ID */
void
verb_suppression_show(struct job *j)
{
	char address[ADDRESS_SIZE];
	struct search s;

	if (strncmp(j->arg[0], "ocid1.", 6) == 0) {
		show_id(j);
		return;
	}
	if (need_address(j, address) == -1 ||
	    search_all(j, address, true, &s) == -1)
		return;
	if (s.found == 0)
		fail_none(j, address, NULL);
	else
		job_ok(j);
}

/*
 * The suppression of an address in a compartment that is named, or the only
 * one; else the job ends.
 */
int
suppress_need(struct job *j, const char *compartment, struct suppression *s,
    struct compartment *c)
{
	char address[ADDRESS_SIZE];
	struct search search;

	if (need_address(j, address) == -1)
		return -1;
	if (compartment != NULL) {
		if (need_compartment(j, compartment, c) == -1)
			return -1;
		if (suppression_get(j->control->suppress, c->id, address, s) ==
		    STORE_OK)
			return 0;
		fail_none(j, address, c->name);
		return -1;
	}
	if (search_all(j, address, false, &search) == -1)
		return -1;
	*s = search.last;
	*c = search.place;
	if (search.found == 1)
		return 0;
	if (search.found == 0)
		fail_none(j, address, NULL);
	else
		job_fail(j, "say in which: \"compartment NAME\"",
		    "\"%s\" is suppressed in %u compartments", address,
		    search.found);
	return -1;
}

/*
 * suppression set ADDRESS [compartment NAME] [reason REASON] [expires WHEN]
 * [note TEXT]
 */
void
verb_suppression_set(struct job *j)
{
	enum suppression_reason before;
	struct suppression s;
	struct compartment c;

	if (suppress_need(j, j->arg[1], &s, &c) == -1)
		return;
	before = s.reason;
	if (j->arg[2] == NULL && j->arg[3] == NULL && j->arg[4] == NULL) {
		job_fail(j, "give \"reason\", \"expires\" or \"note\"",
		    "nothing to change");
		return;
	}
	if (suppression_fill(j, j->arg[2], j->arg[3], j->arg[4], &s) == -1)
		return;
	suppression_store(j, &s, &c, c.name,
	    s.reason == SUPPRESSION_COMPLAINT && before != s.reason);
}
