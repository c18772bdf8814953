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
 * policy add, list, remove, set, show; why: each step by which a user may use a sender,
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
#include "domain.h"
#include "group.h"
#include "job.h"
#include "msg.h"
#include "permit.h"
#include "reach.h"
#include "record.h"
#include "row.h"
#include "rule.h"
#include "sender.h"
#include "shellword.h"
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

/* A sentence, with names in place of ids.  0, or -1 and the job is gone. */
static int
take_sentence(struct job *j, const char *text, struct sentence *s)
{
	char why[ERROR_SIZE];

	if (sentence_parse(text, s, why, sizeof(why)) == 0)
		return resolve(j, s);
	job_fail(j,
	    "for instance: allow group mailers to use email-family in "
	    "compartment prod",
	    "%s", why);
	return -1;
}

/* Store it, say so, and end the job. */
static void
rule_store(struct job *j, const struct rule *r, const char *old)
{
	char text[SENTENCE_SIZE];
	struct rule same;

	switch (rule_find(j->control->store, r, &same)) {
	case STORE_OK:
		job_fail(j, "one of them is enough",
		    "policy \"%s\" says the same", same.id);
		return;
	case STORE_FAIL:
		job_fail_store(j);
		return;
	case STORE_NOTFOUND:
		break;
	}
	if (need_begin(j) == -1)
		return;
	if (rule_put(j->control->store, r) != STORE_OK ||
	    rule_text(j->control->store, r, text) == -1) {
		job_fail_store(j);
		return;
	}
	job_audit(j, r->id, old, text);
	if (job_commit(j) == -1)
		return;
	if (rule_row(j, r) == 0)
		job_send(j);
	job_ok(j);
}

/* policy add SENTENCE */
void
verb_policy_add(struct job *j)
{
	struct rule r;

	memset(&r, 0, sizeof(r));
	r.created = (int64_t)time(NULL);
	if (take_sentence(j, j->arg[0], &r.sentence) == -1 ||
	    need_id(j, "policy", r.id) == -1)
		return;
	rule_store(j, &r, NULL);
}

/* The policy with an id, and its sentence.  0, or -1 and no job. */
static int
need_rule(struct job *j, const char *id, struct rule *r,
    char text[SENTENCE_SIZE])
{
	switch (rule_get(j->control->store, id, r)) {
	case STORE_OK:
		if (rule_text(j->control->store, r, text) == -1)
			text[0] = '\0';
		return 0;
	case STORE_NOTFOUND:
		job_fail(j, "see \"edctl policy list\"", "no policy \"%s\"",
		    id);
		return -1;
	case STORE_FAIL:
		break;
	}
	job_fail_store(j);
	return -1;
}

/* policy set ID SENTENCE: in one step, so that nothing is open between. */
void
verb_policy_set(struct job *j)
{
	char old[SENTENCE_SIZE];
	struct rule r;

	if (need_rule(j, j->arg[0], &r, old) == -1 ||
	    take_sentence(j, j->arg[1], &r.sentence) == -1)
		return;
	rule_store(j, &r, old);
}

/* policy show ID */
void
verb_policy_show(struct job *j)
{
	char text[SENTENCE_SIZE];
	struct rule r;

	if (need_rule(j, j->arg[0], &r, text) == -1)
		return;
	if (rule_row(j, &r) == 0)
		job_send(j);
	job_ok(j);
}

/*
 * What the filters of a list let through: what names the group, and the
 * compartment; the root is the tenancy.
 */
static bool
is_asked(struct job *j, const struct sentence *s)
{
	struct compartment c;
	struct group g;

	if (j->arg[0] != NULL &&
	    (group_find(j->control->store, j->arg[0], &g) != STORE_OK ||
		strcmp(g.id, s->group) != 0))
		return false;
	if (j->arg[1] == NULL)
		return true;
	if (compartment_find(j->control->store, j->arg[1], &c) != STORE_OK)
		return false;
	return strcmp(s->compartment[0] == '\0' ? j->control->tenancy :
						  s->compartment,
		   c.id) == 0;
}

static bool
list_cb(struct job *j, const struct store_key *k, struct msgin *m)
{
	struct rule r;

	return rule_decode(m, &r) == 0 && is_asked(j, &r.sentence) &&
	    rule_row(j, &r) == 0;
}

/* policy list [group NAME] [compartment NAME] */
void
verb_policy_list(struct job *j)
{
	struct compartment c;
	struct group g;

	if ((j->arg[0] != NULL && need_group(j, j->arg[0], &g) == -1) ||
	    (j->arg[1] != NULL && need_compartment(j, j->arg[1], &c) == -1))
		return;
	job_list(j, STORE_POLICY, NULL, list_cb);
}

/* policy remove ID */
void
verb_policy_remove(struct job *j)
{
	char text[SENTENCE_SIZE];
	struct rule r;

	if (need_rule(j, j->arg[0], &r, text) == -1)
		return;
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

/*
 * One step of an explanation; "mend" as its result is what to do about the one
 * before.
 */
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

/* The user exists.  Whether it may do anything. */
static bool
why_user(struct job *j, const struct user *u)
{
	step(j, u->state == RECORD_ACTIVE ? "yes" : "no", "user \"%s\" is %s",
	    u->name, record_state_name(u->state));
	if (u->state == RECORD_ACTIVE)
		return true;
	step(j, "mend", "edctl user set %s state active", u->name);
	return false;
}

/* How it becomes one: where its domain is, if that is known. */
static void
mend_sender(struct job *j, const struct sender *asked)
{
	char word[SHELL_WORD_SIZE];
	struct compartment c;
	struct domain d;
	const char *name;

	name = "NAME";
	if (domain_get(j->control->store, sender_domain(asked), &d) ==
		STORE_OK &&
	    compartment_get(j->control->store, d.compartment, &c) == STORE_OK)
		name = c.name;
	step(j, "mend", "edctl sender add %s compartment %s",
	    shell_word(asked->address, word), name);
}

/* The sender that covers an address, and where it is.  false: none does. */
static bool
why_sender(struct job *j, const struct sender *asked, struct sender *s,
    struct compartment *c)
{
	char word[SHELL_WORD_SIZE];
	struct store *st;

	st = j->control->store;
	if (sender_match(st, asked->key, j->control->delimiter, s) !=
	    STORE_OK) {
		step(j, "no",
		    "neither \"%s\" nor its whole domain is an approved sender",
		    asked->key);
		mend_sender(j, asked);
		return false;
	}
	step(j, s->state == RECORD_ACTIVE ? "yes" : "no",
	    "\"%s\" is an approved sender, %s", s->address,
	    record_state_name(s->state));
	if (s->state != RECORD_ACTIVE) {
		step(j, "mend", "edctl sender set %s state active",
		    shell_word(s->address, word));
		return false;
	}
	if (compartment_get(st, s->compartment, c) != STORE_OK) {
		step(j, "no", "its compartment is gone");
		return false;
	}
	step(j, "yes", "it is in compartment \"%s\"", c->name);
	return true;
}

/* Whether it may be used where it is, by its domain. */
static bool
why_domain(struct job *j, const struct sender *asked, const struct sender *s,
    const struct compartment *c)
{
	char word[SHELL_WORD_SIZE];
	struct compartment of;
	struct domain d;
	bool own;

	switch (
	    reach_domain(j->control, c->id, sender_domain(asked), &d, &own)) {
	case STORE_OK:
		if (!own)
			step(j, "yes",
			    "domain \"%s\" is of another compartment, but not "
			    "verified: it gives no DKIM key and no return path",
			    d.name);
		return true;
	case STORE_FAIL:
		step(j, "no", "its domain cannot be read: see the log");
		return false;
	case STORE_NOTFOUND:
		break;
	}
	if (compartment_get(j->control->store, d.compartment, &of) != STORE_OK)
		(void)strlcpy(of.name, d.compartment, sizeof(of.name));
	step(j, "no",
	    "domain \"%s\" is in compartment \"%s\", and \"%s\" is not in "
	    "that",
	    d.name, of.name, c->name);
	step(j, "mend", "edctl sender set %s compartment %s",
	    shell_word(s->address, word), of.name);
	return false;
}

static bool
group_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	(void)strlcpy(arg, store_key_second(k), OBJECT_ID_SIZE);
	return false;
}

/* How a policy comes to allow it: with a group that the user is in, or will. */
static void
mend_policy(struct job *j, const struct permit_question *q)
{
	char id[OBJECT_ID_SIZE];
	struct compartment c;
	struct store_key k;
	struct group g;
	struct user u;
	bool root;

	id[0] = '\0';
	store_key_prefix(&k, q->user);
	if (user_get(j->control->store, q->user, &u) != STORE_OK ||
	    compartment_get(j->control->store, q->compartment, &c) !=
		STORE_OK ||
	    store_scan(j->control->store, STORE_USER_GROUP, &k, NULL, group_cb,
		id) != STORE_OK)
		return;
	root = strcmp(c.name, COMPARTMENT_ROOT) == 0;
	if (id[0] == '\0' || group_get(j->control->store, id, &g) != STORE_OK) {
		step(j, "mend",
		    "edctl group join GROUP user %s, then this again; \"edctl "
		    "help policies\" makes a GROUP",
		    u.name);
		return;
	}
	step(j, "mend",
	    "edctl policy add allow group %s to %s email-family in %s%s",
	    g.name,
	    sentence_verb_name(
		permission_needs(q->permission, SENTENCE_EMAIL_FAMILY)),
	    root ? "tenancy" : "compartment ", root ? "" : c.name);
}

/* What holds when no policy has allowed it, of so many. */
static bool
why_end(struct job *j, const struct permit_question *q, size_t policies,
    bool allowed)
{
	if (allowed)
		return true;
	if (policies > 0) {
		step(j, "no", "no policy allows it");
		mend_policy(j, q);
	} else if (q->permission == PERMISSION_SENDER_USE) {
		step(j, "yes",
		    "there is no policy: every user may use every sender");
		return true;
	} else {
		step(j, "no",
		    "there is no policy, and without one users may only send");
		mend_policy(j, q);
	}
	return false;
}

/* What each policy says to it.  Whether one allows it. */
static bool
why_rules(struct job *j, const struct permit_question *q)
{
	char text[SENTENCE_SIZE];
	const struct rule *r;
	const char *why;
	bool allowed;
	size_t i;

	allowed = false;
	for (i = 0;; i++) {
		switch (permit_rule(j->control, i, q, &r, &why)) {
		case STORE_OK:
			break;
		case STORE_NOTFOUND:
			return why_end(j, q, i, allowed);
		case STORE_FAIL:
			step(j, "no",
			    "the policies cannot be read: see the log");
			return false;
		}
		if (rule_text(j->control->store, r, text) == -1)
			(void)strlcpy(text, r->id, sizeof(text));
		if (why == NULL)
			allowed = true;
		step(j, why == NULL ? "yes" : "no", "policy \"%s\"%s%s", text,
		    why == NULL ? " allows it" : ": ", why == NULL ? "" : why);
	}
}

/* why USER ADDRESS */
static void
why_address(struct job *j, const struct user *u)
{
	struct permit_question q = { 0 };
	struct sender asked, s;
	struct compartment c;
	const char *why;
	bool active;

	why = sender_parse(j->arg[1], &asked);
	if (why != NULL || sender_is_domain(&asked)) {
		job_fail(j, "name one address, or a permission: edctl help why",
		    "\"%s\": %s", j->arg[1],
		    why != NULL ? why : "not an address");
		return;
	}
	active = why_user(j, u);
	if (!why_sender(j, &asked, &s, &c) || !why_domain(j, &asked, &s, &c) ||
	    !active) {
		verdict(j, false);
		return;
	}
	q.user = u->id;
	q.compartment = c.id;
	q.permission = PERMISSION_SENDER_USE;
	q.target.sender = sender_is_domain(&s) ? asked.key : s.key;
	verdict(j, why_rules(j, &q));
}

/* why USER PERMISSION compartment NAME */
static void
why_permission(struct job *j, const struct user *u, enum permission permission)
{
	struct permit_question q = { 0 };
	struct compartment c;
	bool active, allowed;

	if (j->arg[2] == NULL) {
		job_fail(j, "behind \"compartment\"; that of all is root",
		    "the compartment is missing");
		return;
	}
	if (need_compartment(j, j->arg[2], &c) == -1)
		return;
	active = why_user(j, u);
	q.user = u->id;
	q.compartment = c.id;
	q.permission = permission;
	allowed = why_rules(j, &q) && active;
	step(j, allowed ? "ALLOW" : "DENY", "%s in compartment \"%s\"",
	    permission_name(permission), c.name);
	job_ok(j);
}

/* why USER ADDRESS|PERMISSION [compartment NAME] */
void
verb_why(struct job *j)
{
	enum permission permission;
	struct user u;

	if (need_user(j, j->arg[0], &u) == -1)
		return;
	permission = permission_find(j->arg[1]);
	if (permission != 0)
		why_permission(j, &u, permission);
	else if (j->arg[2] != NULL)
		job_fail(j,
		    strchr(j->arg[1], '@') != NULL ?
			"an address has one compartment: that of its sender" :
			"\"edctl help why\" lists them",
		    "\"%s\" is no permission", j->arg[1]);
	else
		why_address(j, &u);
}
