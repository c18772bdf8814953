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
 * Runs the checks of a domain again and again, asking the DNS between for
 * what they want to know, until they want nothing more or the time is over.
 * What is right and what is wrong the checks know, not this file.
 */
#include "doctor.h"

#include <event2/event.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compat.h"
#include "control.h"
#include "facts.h"
#include "finding.h"
#include "job.h"
#include "lookup.h"
#include "proc.h"
#include "row.h"

/* Seconds for all of a check. */
#define DOCTOR_TIMEOUT 30

struct doctor;

struct question {
	struct doctor *doctor;
	bool asked;
};

struct doctor {
	struct checkup checkup;
	struct findings findings;
	struct job *job;
	struct event *timer;
	unsigned waits;
	struct question question[FACTS_MAX];
};

static void doctor_round(struct doctor *);

static void
doctor_free(struct doctor *d)
{
	size_t i;

	for (i = 0; i < FACTS_MAX; i++) {
		if (d->question[i].asked)
			lookup_cancel(d->job->control->lookup, &d->question[i]);
	}
	if (d->timer != NULL)
		event_free(d->timer);
	facts_free(d->checkup.facts);
	free(d);
}

static void
doctor_cancel(struct job *j)
{
	doctor_free(j->work);
}

/* The forms in which the name of a record is entered. */
static void
names_row(struct doctor *d, const struct finding *f)
{
	char relative[DOMAIN_SIZE], full[DOMAIN_SIZE + 1];
	const char *base, *zone;
	struct row *row;

	row = d->job->row;
	base = checkup_below(f->name, d->checkup.domain) ? d->checkup.domain :
							   d->checkup.path;
	zone = checkup_zone(&d->checkup, base);
	(void)snprintf(full, sizeof(full), "%s.", f->name);
	row_str(row, "enterFull", full);
	if (zone == NULL || strcmp(zone, base) != 0) {
		if (zone == NULL)
			zone = checkup_parent(base);
		if (zone != NULL) {
			checkup_relative(f->name, zone, relative);
			row_str(row, "zone", zone);
			row_str(row, "enterInZone", relative);
		}
		row_str(row, "subdomain", base);
		checkup_relative(f->name, base, relative);
		row_str(row, "enterInSubdomain", relative);
	} else {
		row_str(row, "zone", zone);
		checkup_relative(f->name, zone, relative);
		row_str(row, "enterInZone", relative);
	}
}

static void
finding_row(struct doctor *d, const struct finding *f)
{
	struct row *row;
	bool ours;

	row = d->job->row;
	row_str(row, "check", f->check);
	row_str(row, "state", finding_state_name(f->state));
	row_str(row, "problem", f->problem);
	row_str(row, "type", f->type);
	row_str(row, "name", f->name);
	row_str(row, "is", f->is);
	row_str(row, "should", f->should);
	row_str(row, "mend", f->mend);
	ours = checkup_below(f->name, d->checkup.domain) ||
	    checkup_below(f->name, d->checkup.path);
	if (f->state >= FINDING_WARN && ours)
		names_row(d, f);
	job_send(d->job);
}

static void
doctor_finish(struct doctor *d)
{
	char domain[DOMAIN_SIZE];
	unsigned fails, warns;
	struct job *j;
	size_t i;

	fails = warns = 0;
	for (i = 0; i < d->findings.n; i++) {
		finding_row(d, &d->findings.finding[i]);
		if (d->findings.finding[i].state == FINDING_FAIL)
			fails++;
		else if (d->findings.finding[i].state >= FINDING_UNKNOWN)
			warns++;
	}
	j = d->job;
	(void)strlcpy(domain, d->checkup.domain, sizeof(domain));
	j->cancel = NULL;
	doctor_free(d);
	if (fails == 0)
		job_ok(j);
	else
		job_fail(j, NULL, "%s: %u to mend, %u to look at", domain,
		    fails, warns);
}

static void
doctor_answer_cb(const struct dns_answer *answer, void *arg)
{
	struct question *q;
	struct doctor *d;

	q = arg;
	d = q->doctor;
	q->asked = false;
	facts_put(d->checkup.facts, (size_t)(q - d->question), answer);
	d->waits--;
	if (d->waits == 0)
		doctor_round(d);
}

/* Ask all that is wanted.  Whether there was something. */
static bool
doctor_ask(struct doctor *d)
{
	struct dns_query query;
	struct question *q;
	size_t place;
	bool any;

	any = false;
	while (facts_next(d->checkup.facts, &query, &place)) {
		any = true;
		q = &d->question[place];
		q->doctor = d;
		if (lookup_start(d->job->control->lookup, &query,
			doctor_answer_cb, q) == 0) {
			q->asked = true;
			d->waits++;
		} else
			facts_put(d->checkup.facts, place, NULL);
	}
	return any;
}

static void
doctor_checks(struct doctor *d)
{
	struct checkup *c;

	c = &d->checkup;
	d->findings.n = 0;
	(void)checkup_zone(c, c->domain);
	(void)checkup_zone(c, c->path);
	checkup_spf(c);
	checkup_dkim(c);
	checkup_dmarc(c);
	checkup_path(c);
	checkup_sources(c);
	checkup_inbound(c);
}

/* Rounds end: each wants what was not wanted before, of which there is an
 * end. */
static void
doctor_round(struct doctor *d)
{
	do {
		doctor_checks(d);
		if (!doctor_ask(d)) {
			doctor_finish(d);
			return;
		}
	} while (d->waits == 0);
}

/* What is not known by now stays so. */
static void
doctor_timeout_cb(evutil_socket_t fd, short what, void *arg)
{
	struct doctor *d;
	size_t i;

	d = arg;
	for (i = 0; i < FACTS_MAX; i++) {
		if (d->question[i].asked)
			lookup_cancel(d->job->control->lookup, &d->question[i]);
		d->question[i].asked = false;
	}
	d->waits = 0;
	facts_close(d->checkup.facts);
	doctor_checks(d);
	doctor_finish(d);
}

static bool
key_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct checkup *c;

	c = arg;
	if (record_done(dkimkey_decode(m, &c->key[c->keys]), "DKIM key") ==
	    STORE_OK)
		c->keys++;
	return c->keys < DKIMKEY_DOMAIN_MAX;
}

static struct doctor *
doctor_new(struct job *j, const struct doctor_order *o)
{
	static const struct timeval timeout = { DOCTOR_TIMEOUT, 0 };
	struct store_key prefix;
	struct checkup *c;
	struct doctor *d;

	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return NULL;
	c = &d->checkup;
	d->job = j;
	c->facts = facts_new();
	c->found = &d->findings;
	c->hostname = j->control->global.hostname;
	(void)strlcpy(c->domain, o->domain, sizeof(c->domain));
	(void)strlcpy(c->path, o->path, sizeof(c->path));
	c->sources = o->sources;
	memcpy(c->source, o->source, sizeof(c->source));
	d->timer = evtimer_new(proc_base(), doctor_timeout_cb, d);
	store_key_prefix(&prefix, o->domain);
	if (c->facts != NULL && d->timer != NULL &&
	    evtimer_add(d->timer, &timeout) == 0 &&
	    store_scan(j->control->store, STORE_DKIM, &prefix, NULL, key_cb,
		c) == STORE_OK)
		return d;
	doctor_free(d);
	return NULL;
}

/*
 * End the job with a row for each finding about a domain, which exists; with
 * an error if something is to be mended.
 */
void
doctor_check(struct job *j, const struct doctor_order *o)
{
	struct doctor *d;

	d = doctor_new(j, o);
	if (d == NULL) {
		job_fail(j, "try again", "the check could not be begun");
		return;
	}
	j->work = d;
	j->cancel = doctor_cancel;
	doctor_round(d);
}
