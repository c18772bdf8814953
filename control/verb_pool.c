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
 * pool add, list, remove, set, show.
 */
#include "verb_pool.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "compartment.h"
#include "compat.h"
#include "control.h"
#include "fault.h"
#include "job.h"
#include "msg.h"
#include "pool.h"
#include "poolset.h"
#include "record.h"
#include "row.h"
#include "verb_description.h"
#include "verb_need.h"

static bool
pool_row(struct job *j, const struct pool *p)
{
	char text[SOURCES_SIZE], unknown[SOURCES_SIZE];
	struct compartment c;
	unsigned senders;

	if (compartment_get(j->control->store, p->compartment, &c) !=
		STORE_OK ||
	    pool_addresses(j->control->store, p->id, text) != STORE_OK ||
	    poolset_unknown(j->control, p->id, unknown) != STORE_OK ||
	    record_count(j->control->store, STORE_POOL_SENDER, p->id,
		&senders) != STORE_OK)
		return false;
	row_str(j->row, "name", p->name);
	row_str(j->row, "compartment", c.name);
	row_str(j->row, "sources", text);
	row_str(j->row, "notInConf", unknown);
	row_num(j->row, "senders", senders);
	row_str(j->row, "id", p->id);
	row_time(j->row, "created", p->created);
	return true;
}

/* All that there is to know of it, and the end. */
static void
pool_answer(struct job *j, const struct pool *p)
{
	if (!pool_row(j, p) || !description_row(j, p->id)) {
		job_fail_store(j);
		return;
	}
	row_num(j->row, "drainHours", p->drain);
	job_send(j);
	job_ok(j);
}

/* Hours, if they are given.  0, or -1 and no job. */
static int
take_drain(struct job *j, const char *text, struct pool *p)
{
	const char *error;
	long long n;

	if (text == NULL)
		return 0;
	n = strtonum(text, 0, POOL_DRAIN_MAX, &error);
	p->drain = (uint32_t)n;
	if (error == NULL)
		return 0;
	job_fail(j, NULL, "drain %s: it is 0 to %u hours", text,
	    POOL_DRAIN_MAX);
	return -1;
}

/* Store a new pool with its addresses, and show it. */
static void
pool_make(struct job *j, const struct pool *p, struct poolset *set)
{
	if (need_begin(j) == -1)
		return;
	if (pool_put(j->control->store, p) != STORE_OK ||
	    poolset_put(j->control->store, set, p->id) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	job_audit(j, p->name, NULL, j->arg[3]);
	if (job_commit(j) == 0)
		pool_answer(j, p);
}

/* pool add NAME compartment NAME [drain HOURS] address ADDRESS ... */
void
verb_pool_add(struct job *j)
{
	struct control *c;
	struct compartment place;
	struct poolset set;
	struct pool p;
	struct fault f;

	c = j->control;
	memset(&p, 0, sizeof(p));
	p.drain = POOL_DRAIN;
	if (need_compartment(j, j->arg[1], &place) == -1 ||
	    take_drain(j, j->arg[2], &p) == -1 ||
	    need_admitted(j, poolset_name(c, place.id, j->arg[0], &f), &f) ==
		-1 ||
	    need_admitted(j, poolset_parse(c, j->arg[3], false, &set, &f),
		&f) == -1 ||
	    need_admitted(j, poolset_free(&set, "", &f), &f) == -1 ||
	    need_id(j, "emailippool", p.id) == -1)
		return;
	(void)strlcpy(p.name, j->arg[0], sizeof(p.name));
	(void)strlcpy(p.compartment, place.id, sizeof(p.compartment));
	p.created = (int64_t)time(NULL);
	pool_make(j, &p, &set);
}

/* What "pool set" is to change. */
enum {
	SET_DRAIN = 1,
	SET_ADD,
	SET_REMOVE,
	SET_DESCRIPTION
};

/* The addresses that come or go, if any do.  0, or -1 and no job. */
static int
take_addresses(struct job *j, const struct pool *p, struct poolset *set)
{
	const char *add, *text;
	struct control *c;
	struct fault f;

	c = j->control;
	add = j->arg[SET_ADD];
	text = add != NULL ? add : j->arg[SET_REMOVE];
	set->n = 0;
	if (text == NULL)
		return 0;
	if (add != NULL && j->arg[SET_REMOVE] != NULL) {
		job_fail(j, NULL, "add or remove, one at a time");
		return -1;
	}
	if (need_admitted(j, poolset_parse(c, text, add == NULL, set, &f),
		&f) == -1)
		return -1;
	return need_admitted(j,
	    add != NULL ? poolset_free(set, p->id, &f) :
			  poolset_removable(c, set, p, &f),
	    &f);
}

/* The same, and its hours, in the open transaction. */
static enum store_status
pool_change(struct job *j, const struct pool *p, uint32_t drain,
    struct poolset *set)
{
	char old[32], new[32];
	enum store_status r;

	r = STORE_OK;
	if (drain != p->drain) {
		r = pool_put(j->control->store, p);
		(void)snprintf(old, sizeof(old), "drain=%u", drain);
		(void)snprintf(new, sizeof(new), "drain=%u", p->drain);
		job_audit(j, p->name, old, new);
	}
	if (r != STORE_OK || set->n == 0)
		return r;
	job_audit(j, p->name, j->arg[SET_REMOVE], j->arg[SET_ADD]);
	return j->arg[SET_ADD] != NULL ?
	    poolset_put(j->control->store, set, p->id) :
	    poolset_take(j->control, set, p);
}

/*
 * pool set POOL [drain HOURS] [add ADDRESS ...] [remove ADDRESS ...]
 * [description TEXT|none]
 */
void
verb_pool_set(struct job *j)
{
	char description[NAME_SIZE];
	struct described which = { NULL, NULL, "" };
	struct poolset set;
	struct pool p;
	uint32_t drain;

	if (need_some(j) == -1 || need_pool(j, j->arg[0], &p) == -1)
		return;
	drain = p.drain;
	if (take_drain(j, j->arg[SET_DRAIN], &p) == -1 ||
	    take_addresses(j, &p, &set) == -1 ||
	    (j->arg[SET_DESCRIPTION] != NULL &&
		need_description(j, j->arg[SET_DESCRIPTION], description) ==
		    -1) ||
	    need_begin(j) == -1)
		return;
	if (pool_change(j, &p, drain, &set) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	which.id = p.id;
	which.object = p.name;
	if (j->arg[SET_DESCRIPTION] != NULL &&
	    description_put(j, &which, description) == -1)
		return;
	if (job_commit(j) == 0)
		pool_answer(j, &p);
}

static bool
list_cb(struct job *j, const struct store_key *k, struct msgin *m)
{
	struct compartment c;
	struct pool p;

	if (pool_get(j->control->store, store_key_first(k), &p) != STORE_OK)
		return false;
	if (j->arg[0] != NULL &&
	    (compartment_find(j->control->store, j->arg[0], &c) != STORE_OK ||
		strcmp(c.id, p.compartment) != 0))
		return false;
	return pool_row(j, &p);
}

/* pool list [compartment NAME] */
void
verb_pool_list(struct job *j)
{
	struct compartment c;

	if (j->arg[0] == NULL || need_compartment(j, j->arg[0], &c) == 0)
		job_list(j, STORE_POOL, NULL, list_cb);
}

/* pool remove POOL */
void
verb_pool_remove(struct job *j)
{
	enum store_status used;
	struct pool p;

	if (need_pool(j, j->arg[0], &p) == -1)
		return;
	used = record_any(j->control->store, STORE_POOL_SENDER, p.id);
	if (used == STORE_OK) {
		job_fail(j, "see whose it is with \"edctl pool show POOL\"",
		    "IP pool \"%s\" has senders", p.name);
		return;
	}
	if (used == STORE_FAIL) {
		job_fail_store(j);
		return;
	}
	if (need_begin(j) == -1)
		return;
	if (pool_del(j->control->store, &p) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	job_audit(j, p.name, p.compartment, NULL);
	if (job_commit(j) == 0)
		job_ok(j);
}

static bool
sender_cb(struct job *j, const struct store_key *k, struct msgin *m)
{
	row_str(j->row, "sender", store_key_second(k));
	return true;
}

/* pool show POOL: the pool, then its senders. */
void
verb_pool_show(struct job *j)
{
	struct store_key k;
	struct pool p;

	if (need_pool(j, j->arg[0], &p) == -1)
		return;
	if (!pool_row(j, &p) || !description_row(j, p.id)) {
		job_fail_store(j);
		return;
	}
	row_num(j->row, "drainHours", p.drain);
	job_send(j);
	store_key_prefix(&k, p.id);
	job_list(j, STORE_POOL_SENDER, &k, sender_cb);
}
