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
 * domain verify: whether the DNS has the token of a domain, which only who
 * owns it can put there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compat.h"
#include "control.h"
#include "domain.h"
#include "job.h"
#include "lookup.h"
#include "proto_dns.h"
#include "row.h"
#include "verb_domain.h"
#include "verb_need.h"

#define VERIFY_LABEL "_edd-verification."
#define VERIFY_VALUE "edd-verification="

struct verify {
	struct job *job;
	char domain[DOMAIN_SIZE];
};

static void
verify_cancel(struct job *j)
{
	lookup_cancel(j->control->lookup, j->work);
	free(j->work);
}

/* The row that "domain check" would have, in which the record is shown. */
static void
verify_row(struct job *j, const struct domain *d, const char *state,
    const char *is)
{
	char name[DOMAIN_SIZE + 32], value[DOMAIN_TOKEN_SIZE + 32];

	(void)snprintf(name, sizeof(name), VERIFY_LABEL "%s", d->name);
	(void)snprintf(value, sizeof(value), VERIFY_VALUE "%s", d->token);
	row_str(j->row, "check", "verification");
	row_str(j->row, "state", state);
	row_str(j->row, "type", "TXT");
	row_str(j->row, "name", name);
	row_str(j->row, "is", is);
	row_str(j->row, "should", value);
	if (strcmp(state, "ok") != 0) {
		(void)strlcat(name, ".", sizeof(name));
		row_str(j->row, "mend",
		    "publish this record where the domain's DNS is managed, "
		    "then give this command again");
		row_str(j->row, "enterFull", name);
		row_str(j->row, "zone", d->name);
		row_str(j->row, "enterInZone", "_edd-verification");
	}
	job_send(j);
}

static bool
has_token(const struct dns_answer *a, const struct domain *d)
{
	char value[DOMAIN_TOKEN_SIZE + 32];
	uint32_t i;

	(void)snprintf(value, sizeof(value), VERIFY_VALUE "%s", d->token);
	for (i = 0; a != NULL && i < a->records; i++) {
		if (strcmp(a->record[i], value) == 0)
			return true;
	}
	return false;
}

/* The DNS has the token: note it. */
static void
verify_done(struct job *j, struct domain *d)
{
	if (d->verified == 0) {
		d->verified = (int64_t)time(NULL);
		if (need_begin(j) == -1)
			return;
		if (domain_put(j->control->store, d) != STORE_OK) {
			job_fail_store(j);
			return;
		}
		job_audit(j, d->name, NULL, "verified");
		if (job_commit(j) == -1)
			return;
	}
	verify_row(j, d, "ok", "as it should be");
	job_ok(j);
}

static void
verify_answer_cb(const struct dns_answer *a, void *arg)
{
	char name[DOMAIN_SIZE];
	struct verify *v;
	struct domain d;
	struct job *j;

	v = arg;
	j = v->job;
	(void)strlcpy(name, v->domain, sizeof(name));
	free(v);
	j->cancel = NULL;
	j->work = NULL;
	if (need_domain(j, name, &d) == -1)
		return;
	if (has_token(a, &d)) {
		verify_done(j, &d);
		return;
	}
	if (a == NULL || a->status == DNS_FAIL)
		verify_row(j, &d, "unknown", "the DNS does not answer");
	else
		verify_row(j, &d, "fail",
		    a->records == 0 ? "nothing" : a->record[0]);
	job_fail(j, NULL, "%s is not verified", name);
}

/* A domain of an old store gets its token now. */
static int
verify_token(struct job *j, struct domain *d)
{
	if (d->token[0] != '\0')
		return 0;
	if (domain_token(d->token) == -1) {
		job_fail(j, NULL, "the kernel has no random numbers");
		return -1;
	}
	if (need_begin(j) == -1)
		return -1;
	if (domain_put(j->control->store, d) != STORE_OK) {
		job_fail_store(j);
		return -1;
	}
	return job_commit(j);
}

/* domain verify DOMAIN */
void
verb_domain_verify(struct job *j)
{
	struct dns_query q;
	struct domain d;
	struct verify *v;

	if (need_domain(j, j->arg[0], &d) == -1 || verify_token(j, &d) == -1)
		return;
	v = calloc(1, sizeof(*v));
	if (v == NULL) {
		job_fail(j, NULL, "out of memory");
		return;
	}
	v->job = j;
	(void)strlcpy(v->domain, d.name, sizeof(v->domain));
	memset(&q, 0, sizeof(q));
	q.rrtype = DNS_TXT;
	if ((size_t)snprintf(q.name, sizeof(q.name), VERIFY_LABEL "%.*s",
		(int)(sizeof(q.name) - sizeof(VERIFY_LABEL)),
		d.name) > ADDRESS_DOMAIN_MAX ||
	    lookup_start(j->control->lookup, &q, verify_answer_cb, v) == -1) {
		free(v);
		verify_row(j, &d, "unknown", "the DNS cannot be asked");
		job_fail(j, "try again in a moment", "%s is not verified",
		    d.name);
		return;
	}
	j->work = v;
	j->cancel = verify_cancel;
}
