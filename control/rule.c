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
 * Policies in the store and their evaluation.  Few, and read for each
 * question that a session has not asked before: a scan of pages in the cache.
 */
#include "rule.h"

#include <stdbool.h>
#include <string.h>

#include "group.h"
#include "msg.h"
#include "record.h"

#define RULE_VERSION 1

/* Read a record.  0, or -1 if it is ill-formed. */
int
rule_decode(struct msgin *m, struct rule *r)
{
	struct sentence *s;

	s = &r->sentence;
	memset(r, 0, sizeof(*r));
	if (record_open(m, RULE_VERSION) == -1)
		return -1;
	msg_get_str(m, r->id, sizeof(r->id));
	msg_get_str(m, s->group, sizeof(s->group));
	s->verb = (enum sentence_verb)msg_get_enum(m, SENTENCE_INSPECT,
	    SENTENCE_VERB_LAST);
	s->family = (enum sentence_family)msg_get_enum(m, SENTENCE_EMAIL_FAMILY,
	    SENTENCE_FAMILY_LAST);
	msg_get_str(m, s->compartment, sizeof(s->compartment));
	r->created = msg_get_i64(m);
	return msg_end(m);
}

/* The policy with this id. */
enum store_status
rule_get(struct store *st, const char *id, struct rule *r)
{
	enum store_status status;
	struct store_key k;
	struct msgin m;

	store_key(&k, id, NULL);
	status = store_get(st, STORE_POLICY, &k, &m);
	if (status != STORE_OK)
		return status;
	return record_done(rule_decode(&m, r), "policy");
}

/* Store a policy; the caller has a transaction. */
enum store_status
rule_put(struct store *st, const struct rule *r)
{
	const struct sentence *s;
	enum store_status status;
	struct store_key k;
	struct msgout m;

	s = &r->sentence;
	memset(&m, 0, sizeof(m));
	record_begin(&m, RULE_VERSION);
	msg_put_str(&m, r->id);
	msg_put_str(&m, s->group);
	msg_put_u32(&m, s->verb);
	msg_put_u32(&m, s->family);
	msg_put_str(&m, s->compartment);
	msg_put_i64(&m, r->created);
	store_key(&k, r->id, NULL);
	status = store_put(st, STORE_POLICY, &k, &m);
	msgout_free(&m);
	return status;
}

/* Delete a policy. */
enum store_status
rule_del(struct store *st, const struct rule *r)
{
	return record_del(st, STORE_POLICY, r->id, NULL);
}

static bool
covers(const struct rule *r, const struct rule_question *q)
{
	size_t i;

	for (i = 0; i < q->places; i++) {
		if (strcmp(q->place[i], r->sentence.compartment) == 0)
			return true;
	}
	return r->sentence.compartment[0] == '\0';
}

/*
 * Whether a policy lets a user use the senders of a compartment: *why is NULL
 * if it does.  STORE_FAIL if that cannot be said.
 */
enum store_status
rule_bar(struct store *st, const struct rule *r, const struct rule_question *q,
    const char **why)
{
	enum store_status status;

	*why = NULL;
	if (r->sentence.family != SENTENCE_EMAIL_FAMILY &&
	    r->sentence.family != SENTENCE_SENDERS)
		*why = "it is not about senders";
	else if (r->sentence.verb < SENTENCE_USE)
		*why = "its verb is less than use";
	else if (!covers(r, q))
		*why = "it is for another compartment";
	else if (r->sentence.group[0] != '\0') {
		status = group_has(st, r->sentence.group, q->user);
		if (status == STORE_NOTFOUND)
			*why = "the user is not in its group";
		else if (status != STORE_OK)
			return status;
	}
	return STORE_OK;
}

struct decision {
	struct store *store;
	const struct rule_question *question;
	bool any; /* there is a policy */
	bool allowed;
	bool failed;
};

static bool
allow_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct decision *d;
	const char *why;
	struct rule r;

	d = arg;
	d->any = true;
	if (record_done(rule_decode(m, &r), "policy") != STORE_OK ||
	    rule_bar(d->store, &r, d->question, &why) != STORE_OK)
		d->failed = true;
	else if (why == NULL)
		d->allowed = true;
	return !d->allowed && !d->failed;
}

/* STORE_OK if a policy allows it, or there is none; else STORE_NOTFOUND. */
enum store_status
rule_allow(struct store *st, const struct rule_question *q)
{
	struct decision d = { st, q, false, false, false };

	if (store_scan(st, STORE_POLICY, NULL, NULL, allow_cb, &d) !=
		STORE_OK ||
	    d.failed)
		return STORE_FAIL;
	return d.allowed || !d.any ? STORE_OK : STORE_NOTFOUND;
}

struct search {
	const char *id;
	bool found;
};

static bool
names_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct search *s;
	struct rule r;

	s = arg;
	if (rule_decode(m, &r) == 0 &&
	    (strcmp(r.sentence.group, s->id) == 0 ||
		strcmp(r.sentence.compartment, s->id) == 0))
		s->found = true;
	return !s->found;
}

/* STORE_OK if a policy names the group or the compartment with this id. */
enum store_status
rule_names(struct store *st, const char *id)
{
	struct search s = { id, false };

	if (store_scan(st, STORE_POLICY, NULL, NULL, names_cb, &s) != STORE_OK)
		return STORE_FAIL;
	return s.found ? STORE_OK : STORE_NOTFOUND;
}
