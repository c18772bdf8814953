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
 * policy add, list, remove; why: each step by which a user may use a sender,
 * or may not.
 */
#include "verb_policy.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "compartment.h"
#include "compat.h"
#include "control.h"
#include "group.h"
#include "job.h"
#include "msg.h"
#include "record.h"
#include "row.h"
#include "rule.h"
#include "sender.h"
#include "user.h"
#include "verb_need.h"

/* The sentence of a rule, with names in place of ids. */
static int
rule_text(struct store *st, const struct rule *r, char text[SENTENCE_SIZE])
{
	struct compartment c;
	struct sentence s;
	struct group g;

	s = r->sentence;
	if (s.group[0] != '\0') {
		if (group_get(st, s.group, &g) != STORE_OK)
			return -1;
		(void)strlcpy(s.group, g.name, sizeof(s.group));
	}
	if (s.compartment[0] != '\0') {
		if (compartment_get(st, s.compartment, &c) != STORE_OK)
			return -1;
		(void)strlcpy(s.compartment, c.name, sizeof(s.compartment));
	}
	sentence_print(&s, text);
	return 0;
}

static int
rule_row(struct job *j, const struct rule *r)
{
	char text[SENTENCE_SIZE];

	if (rule_text(j->control->store, r, text) == -1)
		return -1;
	row_str(j->row, "id", r->id);
	row_str(j->row, "policy", text);
	row_time(j->row, "created", r->created);
	return 0;
}

/* Names become ids.  0, or -1 and the job is gone. */
static int
resolve(struct job *j, struct sentence *s)
{
	struct compartment c;
	struct group g;

	if (s->group[0] != '\0') {
		if (need_group(j, s->group, &g) == -1)
			return -1;
		(void)strlcpy(s->group, g.id, sizeof(s->group));
	}
	if (s->compartment[0] != '\0') {
		if (need_compartment(j, s->compartment, &c) == -1)
			return -1;
		(void)strlcpy(s->compartment, c.id, sizeof(s->compartment));
	}
	return 0;
}

/* policy add SENTENCE */
void
verb_policy_add(struct job *j)
{
	char why[ERROR_SIZE], text[SENTENCE_SIZE];
	struct rule r;

	memset(&r, 0, sizeof(r));
	if (sentence_parse(j->arg[0], &r.sentence, why, sizeof(why)) == -1) {
		job_fail(j,
		    "for instance: allow group mailers to use email-family in "
		    "compartment prod",
		    "%s", why);
		return;
	}
	sentence_print(&r.sentence, text);
	r.created = (int64_t)time(NULL);
	if (resolve(j, &r.sentence) == -1 || need_id(j, "policy", r.id) == -1 ||
	    need_begin(j) == -1)
		return;
	if (rule_put(j->control->store, &r) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	job_audit(j, r.id, NULL, text);
	if (job_commit(j) == -1)
		return;
	if (rule_row(j, &r) == 0)
		job_send(j);
	job_ok(j);
}

static bool
list_cb(struct job *j, const struct store_key *k, struct msgin *m)
{
	struct rule r;

	return rule_decode(m, &r) == 0 && rule_row(j, &r) == 0;
}

/* policy list */
void
verb_policy_list(struct job *j)
{
	job_list(j, STORE_POLICY, NULL, list_cb);
}

/* policy remove ID */
void
verb_policy_remove(struct job *j)
{
	char text[SENTENCE_SIZE];
	struct rule r;

	switch (rule_get(j->control->store, j->arg[0], &r)) {
	case STORE_OK:
		break;
	case STORE_NOTFOUND:
		job_fail(j, "see \"edctl policy list\"", "no policy \"%s\"",
		    j->arg[0]);
		return;
	case STORE_FAIL:
		job_fail_store(j);
		return;
	}
	if (rule_text(j->control->store, &r, text) == -1)
		text[0] = '\0';
	if (need_begin(j) == -1)
		return;
	if (rule_del(j->control->store, &r) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	job_audit(j, r.id, text, NULL);
	if (job_commit(j) == -1)
		return;
	job_ok(j);
}

/* One step of an explanation. */
static void __attribute__((format(printf, 3, 4)))
step(struct job *j, const char *result, const char *fmt, ...)
{
	char text[ERROR_SIZE];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	row_str(j->row, "result", result);
	row_str(j->row, "step", text);
	job_send(j);
}

/* The last step. */
static void
verdict(struct job *j, bool allowed)
{
	if (allowed)
		step(j, "ALLOW", "the user may send as this address");
	else
		step(j, "DENY", "the client is told 535 Authorization failed");
	job_ok(j);
}

/* The sender that covers an address, and where it is.  false: none does. */
static bool
why_sender(struct job *j, const struct sender *asked, struct sender *s,
    struct compartment *c)
{
	struct store *st;

	st = j->control->store;
	if (sender_match(st, asked->key, s) != STORE_OK) {
		step(j, "no",
		    "neither \"%s\" nor its whole domain is an approved sender",
		    asked->key);
		return false;
	}
	step(j, s->state == RECORD_ACTIVE ? "yes" : "no",
	    "\"%s\" is an approved sender, %s", s->address,
	    record_state_name(s->state));
	if (s->state != RECORD_ACTIVE)
		return false;
	if (compartment_get(st, s->compartment, c) != STORE_OK) {
		step(j, "no", "its compartment is gone");
		return false;
	}
	step(j, "yes", "it is in compartment \"%s\"", c->name);
	return true;
}

struct explanation {
	struct job *job;
	const struct rule_question *question;
	unsigned rules;
	bool allowed;
};

static bool
why_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	char text[SENTENCE_SIZE];
	struct explanation *e;
	struct store *st;
	const char *why;
	struct rule r;

	e = arg;
	st = e->job->control->store;
	e->rules++;
	if (rule_decode(m, &r) == -1 || rule_text(st, &r, text) == -1 ||
	    rule_bar(st, &r, e->question, &why) != STORE_OK) {
		step(e->job, "no", "a policy cannot be read: see the log");
		return true;
	}
	if (why == NULL)
		e->allowed = true;
	step(e->job, why == NULL ? "yes" : "no", "policy \"%s\"%s%s", text,
	    why == NULL ? "" : ": ", why == NULL ? " allows it" : why);
	return true;
}

static void
why_rules(struct job *j, const struct user *u, const struct compartment *c)
{
	struct compartment_path path;
	struct rule_question q;
	struct explanation e = { j, &q, 0, false };

	if (compartment_path(j->control->store, j->control->tenancy, c->id,
		&path) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	q.user = u->id;
	q.place = path.place;
	q.places = path.n;
	if (store_scan(j->control->store, STORE_POLICY, NULL, NULL, why_cb,
		&e) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	if (e.rules == 0)
		step(j, "yes",
		    "there is no policy: every user may use every sender");
	else if (!e.allowed)
		step(j, "no", "no policy allows it");
	verdict(j, e.rules == 0 || e.allowed);
}

/* why USER SENDER */
void
verb_why(struct job *j)
{
	struct sender asked, s;
	struct compartment c;
	const char *why;
	struct user u;

	if (need_user(j, j->arg[0], &u) == -1)
		return;
	why = sender_parse(j->arg[1], &asked);
	if (why != NULL || sender_is_domain(&asked)) {
		job_fail(j, "name one address", "\"%s\": %s", j->arg[1],
		    why != NULL ? why : "not an address");
		return;
	}
	step(j, u.state == RECORD_ACTIVE ? "yes" : "no", "user \"%s\" is %s",
	    u.name, record_state_name(u.state));
	if (!why_sender(j, &asked, &s, &c) || u.state != RECORD_ACTIVE)
		verdict(j, false);
	else
		why_rules(j, &u, &c);
}
