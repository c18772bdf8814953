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
 * Policies as they are asked about: sorted by compartment, with the members of
 * their groups sorted by user.  Built at the first question after a change;
 * if it cannot be built, nothing is allowed.
 */
#include "permit.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "compartment.h"
#include "compat.h"
#include "control.h"
#include "log.h"
#include "msg.h"
#include "record.h"
#include "rule.h"
#include "user.h"

struct member {
	char user[OBJECT_ID_SIZE];
	char group[OBJECT_ID_SIZE];
};

struct place {
	char id[OBJECT_ID_SIZE];
	char parent[OBJECT_ID_SIZE];
};

/* A list that grows, of elements of any one size. */
struct table {
	void *data;
	size_t n;
	size_t max;
};

struct permits {
	bool built;
	uint64_t changes;     /* of all that was read */
	struct table rules;   /* struct rule, by compartment */
	struct table members; /* struct member, of groups in rules */
	struct table places;  /* struct place */
};

/* Nothing is known yet; NULL without memory. */
struct permits *
permits_new(void)
{
	return calloc(1, sizeof(struct permits));
}

static void
table_free(struct table *t)
{
	free(t->data);
	memset(t, 0, sizeof(*t));
}

/* One element more, or NULL without memory. */
static void *
table_add(struct table *t, size_t size)
{
	size_t max;
	void *grown;

	if (t->n == t->max) {
		max = t->max == 0 ? 16 : 2 * t->max;
		grown = reallocarray(t->data, max, size);
		if (grown == NULL)
			return NULL;
		t->data = grown;
		t->max = max;
	}
	return (char *)t->data + size * t->n++;
}

/* All is read again at the next question. */
void
permits_forget(struct permits *p)
{
	p->built = false;
	table_free(&p->rules);
	table_free(&p->members);
	table_free(&p->places);
}

/* Free; NULL is allowed. */
void
permits_free(struct permits *p)
{
	if (p == NULL)
		return;
	permits_forget(p);
	free(p);
}

static int
compare_rules(const void *va, const void *vb)
{
	const struct rule *a = va, *b = vb;
	int c;

	c = strcmp(a->sentence.compartment, b->sentence.compartment);
	return c != 0 ? c : strcmp(a->id, b->id);
}

static int
compare_members(const void *va, const void *vb)
{
	const struct member *a = va, *b = vb;
	int c;

	c = strcmp(a->user, b->user);
	return c != 0 ? c : strcmp(a->group, b->group);
}

static int
compare_places(const void *a, const void *b)
{
	return strcmp(((const struct place *)a)->id,
	    ((const struct place *)b)->id);
}

/* What is read into, and whether that went well. */
struct build {
	struct permits *permits;
	const char *group;
	bool failed;
};

static bool
rule_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct build *b;
	struct rule *r;

	b = arg;
	r = table_add(&b->permits->rules, sizeof(*r));
	b->failed = r == NULL ||
	    record_done(rule_decode(m, r), "policy") != STORE_OK;
	return !b->failed;
}

static bool
member_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct member *e;
	struct build *b;

	b = arg;
	e = table_add(&b->permits->members, sizeof(*e));
	if (e == NULL) {
		b->failed = true;
		return false;
	}
	(void)strlcpy(e->group, b->group, sizeof(e->group));
	(void)strlcpy(e->user, store_key_second(k), sizeof(e->user));
	return true;
}

static bool
place_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct compartment c;
	struct build *b;
	struct place *e;

	b = arg;
	e = table_add(&b->permits->places, sizeof(*e));
	b->failed = e == NULL ||
	    record_done(compartment_decode(m, &c), "compartment") != STORE_OK;
	if (b->failed)
		return false;
	memcpy(e->id, c.id, sizeof(e->id));
	memcpy(e->parent, c.parent, sizeof(e->parent));
	return true;
}

/* Whether an earlier rule names the group of rule i. */
static bool
is_read(const struct rule *rule, size_t i)
{
	size_t k;

	for (k = 0; k < i; k++) {
		if (strcmp(rule[k].sentence.group, rule[i].sentence.group) == 0)
			return true;
	}
	return rule[i].sentence.group[0] == '\0';
}

static bool
build_members(struct store *s, struct build *b)
{
	const struct rule *rule;
	struct store_key k;
	size_t i;

	rule = b->permits->rules.data;
	for (i = 0; i < b->permits->rules.n; i++) {
		if (is_read(rule, i))
			continue;
		b->group = rule[i].sentence.group;
		store_key_prefix(&k, b->group);
		if (store_scan(s, STORE_GROUP_MEMBER, &k, NULL, member_cb, b) !=
			STORE_OK ||
		    b->failed)
			return false;
	}
	return true;
}

static void
table_sort(struct table *t, size_t size,
    int (*compare)(const void *, const void *))
{
	if (t->n > 1)
		qsort(t->data, t->n, size, compare);
}

/* What the store has changed of what is kept; grows only. */
static uint64_t
changes(const struct store *s)
{
	return store_changes(s, STORE_POLICY) +
	    store_changes(s, STORE_GROUP_MEMBER) +
	    store_changes(s, STORE_COMPARTMENT);
}

/* Read all that is not known.  STORE_OK or STORE_FAIL. */
static enum store_status
build(struct control *c)
{
	struct build b = { c->permits, NULL, false };
	struct permits *p;

	p = c->permits;
	if (c->store == NULL)
		return STORE_FAIL;
	if (p->built && p->changes == changes(c->store))
		return STORE_OK;
	permits_forget(p);
	p->changes = changes(c->store);
	if (store_scan(c->store, STORE_POLICY, NULL, NULL, rule_cb, &b) !=
		STORE_OK ||
	    b.failed || !build_members(c->store, &b) ||
	    store_scan(c->store, STORE_COMPARTMENT, NULL, NULL, place_cb, &b) !=
		STORE_OK ||
	    b.failed) {
		log_warnx("policies cannot be read: nothing is allowed");
		permits_forget(p);
		return STORE_FAIL;
	}
	table_sort(&p->rules, sizeof(struct rule), compare_rules);
	table_sort(&p->members, sizeof(struct member), compare_members);
	table_sort(&p->places, sizeof(struct place), compare_places);
	p->built = true;
	return STORE_OK;
}

static const struct place *
place_find(const struct permits *p, const char *id)
{
	struct place key;

	(void)strlcpy(key.id, id, sizeof(key.id));
	return p->places.n == 0 ? NULL :
				  bsearch(&key, p->places.data, p->places.n,
				      sizeof(key), compare_places);
}

/*
 * The way from a compartment to the root, as compartment_path(), which reads
 * the store.
 */
enum store_status
permit_path(struct control *c, const char *compartment,
    struct compartment_path *path)
{
	const struct place *place;
	const char *id;

	if (build(c) != STORE_OK)
		return STORE_FAIL;
	id = compartment;
	for (path->n = 0; path->n <= COMPARTMENT_DEPTH_MAX;
	     id = place->parent) {
		if (id[0] == '\0')
			id = c->tenancy;
		place = place_find(c->permits, id);
		if (place == NULL)
			return path->n == 0 ? STORE_NOTFOUND : STORE_FAIL;
		memcpy(path->id[path->n], place->id, sizeof(place->id));
		path->place[path->n] = path->id[path->n];
		path->n++;
		if (strcmp(place->id, c->tenancy) == 0)
			return STORE_OK;
	}
	log_warnx("store: compartment \"%s\" is in too many others",
	    compartment);
	return STORE_FAIL;
}

static bool
is_member(const struct permits *p, const char *user, const char *group)
{
	struct member key;

	if (group[0] == '\0')
		return true;
	(void)strlcpy(key.user, user, sizeof(key.user));
	(void)strlcpy(key.group, group, sizeof(key.group));
	return p->members.n > 0 &&
	    bsearch(&key, p->members.data, p->members.n, sizeof(key),
		compare_members) != NULL;
}

/* Why a rule does not allow what is asked, or NULL. */
static const char *
bar(const struct permits *p, const struct rule *r,
    const struct permit_question *q)
{
	const char *why;

	why = rule_bar(r, q->permission, &q->target);
	if (why == NULL && !is_member(p, q->user, r->sentence.group))
		why = "the user is not in its group";
	return why;
}

/* The first rule of a compartment, or of the whole tenancy: "". */
static size_t
first_rule(const struct permits *p, const char *compartment)
{
	const struct rule *rule;
	size_t low, high, middle;

	rule = p->rules.data;
	low = 0;
	high = p->rules.n;
	while (low < high) {
		middle = low + (high - low) / 2;
		if (strcmp(rule[middle].sentence.compartment, compartment) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Whether a rule of exactly this compartment allows it. */
static bool
allowed_in(const struct permits *p, const char *compartment,
    const struct permit_question *q)
{
	const struct rule *rule;
	size_t i;

	rule = p->rules.data;
	for (i = first_rule(p, compartment); i < p->rules.n &&
	     strcmp(rule[i].sentence.compartment, compartment) == 0;
	     i++) {
		if (bar(p, &rule[i], q) == NULL)
			return true;
	}
	return false;
}

/*
 * STORE_OK if a policy of the compartment, or of one that it is in, allows it
 * to the user, who is active; else STORE_NOTFOUND.  Without any policy all may
 * send, and do nothing else.
 */
enum store_status
permit_decide(struct control *c, const struct permit_question *q)
{
	struct compartment_path path;
	enum store_status r;
	size_t i;

	r = permit_path(c, q->compartment, &path);
	if (r != STORE_OK)
		return r;
	if (c->permits->rules.n == 0)
		return q->permission == PERMISSION_SENDER_USE ? STORE_OK :
								STORE_NOTFOUND;
	if (allowed_in(c->permits, "", q))
		return STORE_OK;
	for (i = 0; i < path.n; i++) {
		if (allowed_in(c->permits, path.place[i], q))
			return STORE_OK;
	}
	return STORE_NOTFOUND;
}

/*
 * STORE_OK if the user may do it; STORE_NOTFOUND if not, or there is no such
 * user or compartment, or the user is inactive; STORE_FAIL if it cannot be
 * said.
 */
enum store_status
permit_allows(struct control *c, const struct permit_question *q)
{
	enum store_status r;
	struct user u;

	if (c->store == NULL)
		return STORE_FAIL;
	r = user_get(c->store, q->user, &u);
	if (r == STORE_OK && u.state != RECORD_ACTIVE)
		r = STORE_NOTFOUND;
	return r == STORE_OK ? permit_decide(c, q) : r;
}

static bool
covers(const struct compartment_path *path, const char *compartment)
{
	size_t i;

	for (i = 0; i < path->n; i++) {
		if (strcmp(path->place[i], compartment) == 0)
			return true;
	}
	return compartment[0] == '\0';
}

/*
 * Rule i and why it does not allow what is asked, NULL if it does.
 * STORE_NOTFOUND past the last.
 */
enum store_status
permit_rule(struct control *c, size_t i, const struct permit_question *q,
    const struct rule **rule, const char **why)
{
	struct compartment_path path;

	if (permit_path(c, q->compartment, &path) != STORE_OK)
		return STORE_FAIL;
	if (i >= c->permits->rules.n)
		return STORE_NOTFOUND;
	*rule = (const struct rule *)c->permits->rules.data + i;
	*why = bar(c->permits, *rule, q);
	if (*why == NULL && !covers(&path, (*rule)->sentence.compartment))
		*why = "it is for another compartment";
	return STORE_OK;
}
