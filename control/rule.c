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
 * Policies in the store.  Questions go to permit.c, which has them in memory.
 */
#include "rule.h"

#include <stdbool.h>
#include <string.h>

#include "msg.h"
#include "record.h"

/* 2: a condition. */
#define RULE_VERSION 2

static void
condition_decode(struct msgin *m, struct condition *c)
{
	c->variable = (enum condition_variable)msg_get_enum(m, CONDITION_NONE,
	    CONDITION_LAST);
	c->differs = msg_get_bool(m);
	msg_get_str(m, c->value, sizeof(c->value));
}

/* Read a record of this version or the one before.  0, or -1: ill-formed. */
int
rule_decode(struct msgin *m, struct rule *r)
{
	struct sentence *s;
	uint8_t version;

	s = &r->sentence;
	memset(r, 0, sizeof(*r));
	version = msg_get_u8(m);
	if (version == 0 || version > RULE_VERSION)
		return -1;
	msg_get_str(m, r->id, sizeof(r->id));
	msg_get_str(m, s->group, sizeof(s->group));
	s->verb = (enum sentence_verb)msg_get_enum(m, SENTENCE_INSPECT,
	    SENTENCE_VERB_LAST);
	s->family = (enum sentence_family)msg_get_enum(m, SENTENCE_EMAIL_FAMILY,
	    SENTENCE_FAMILY_LAST);
	msg_get_str(m, s->compartment, sizeof(s->compartment));
	r->created = msg_get_i64(m);
	if (version > 1)
		condition_decode(m, &s->condition);
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
	msg_put_u32(&m, s->condition.variable);
	msg_put_bool(&m, s->condition.differs);
	msg_put_str(&m, s->condition.value);
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

/*
 * Why a policy does not allow something in its compartment to the users that
 * it names; NULL: it does.
 */
const char *
rule_bar(const struct rule *r, enum permission permission,
    const struct condition_target *target)
{
	enum sentence_verb least;

	least = permission_needs(permission, r->sentence.family);
	if (least == 0)
		return "it is about something else";
	if (r->sentence.verb < least)
		return "its verb is not enough";
	if (!condition_holds(&r->sentence.condition, target))
		return "its condition does not hold";
	return NULL;
}

/* A policy that says the same as one, and is another. */
struct same {
	const struct rule *as;
	struct rule *rule;
	bool found;
};

static bool
says_same(const struct sentence *a, const struct sentence *b)
{
	return a->verb == b->verb && a->family == b->family &&
	    strcmp(a->group, b->group) == 0 &&
	    strcmp(a->compartment, b->compartment) == 0 &&
	    a->condition.variable == b->condition.variable &&
	    a->condition.differs == b->condition.differs &&
	    strcmp(a->condition.value, b->condition.value) == 0;
}

static bool
same_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct same *s;

	s = arg;
	s->found = rule_decode(m, s->rule) == 0 &&
	    strcmp(s->rule->id, s->as->id) != 0 &&
	    says_same(&s->rule->sentence, &s->as->sentence);
	return !s->found;
}

/* Another policy with the same sentence. */
enum store_status
rule_find(struct store *st, const struct rule *r, struct rule *same)
{
	struct same s = { r, same, false };

	if (store_scan(st, STORE_POLICY, NULL, NULL, same_cb, &s) != STORE_OK)
		return STORE_FAIL;
	return s.found ? STORE_OK : STORE_NOTFOUND;
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
