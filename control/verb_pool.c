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
	job_audit(j, p->name, NULL, j->arg[2]);
	if (job_commit(j) == -1)
		return;
	if (pool_row(j, p))
		job_send(j);
	job_ok(j);
}

/* pool add NAME compartment NAME address ADDRESS ... */
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
	if (need_compartment(j, j->arg[1], &place) == -1 ||
	    need_admitted(j, poolset_name(c, place.id, j->arg[0], &f), &f) ==
		-1 ||
	    need_admitted(j, poolset_parse(c, j->arg[2], false, &set, &f),
		&f) == -1 ||
	    need_admitted(j, poolset_free(&set, "", &f), &f) == -1 ||
	    need_id(j, "emailippool", p.id) == -1)
		return;
	(void)strlcpy(p.name, j->arg[0], sizeof(p.name));
	(void)strlcpy(p.compartment, place.id, sizeof(p.compartment));
	p.created = (int64_t)time(NULL);
	p.drain = POOL_DRAIN;
	pool_make(j, &p, &set);
}

/* pool set POOL add|remove ADDRESS ... */
void
verb_pool_set(struct job *j)
{
	const char *text;
	struct control *c;
	enum store_status r;
	struct poolset set;
	struct pool p;
	struct fault f;

	c = j->control;
	text = j->arg[1] != NULL ? j->arg[1] : j->arg[2];
	if (text == NULL) {
		job_fail(j, NULL, "nothing to set: give add or remove");
		return;
	}
	if (need_pool(j, j->arg[0], &p) == -1 ||
	    need_admitted(j,
		poolset_parse(c, text, j->arg[1] == NULL, &set, &f),
		&f) == -1 ||
	    need_admitted(j,
		j->arg[1] != NULL ? poolset_free(&set, p.id, &f) :
				    poolset_removable(c, &set, &p, &f),
		&f) == -1 ||
	    need_begin(j) == -1)
		return;
	r = j->arg[1] != NULL ? poolset_put(c->store, &set, p.id) :
				poolset_take(c, &set, &p);
	if (r != STORE_OK) {
		job_fail_store(j);
		return;
	}
	job_audit(j, p.name, j->arg[2], j->arg[1]);
	if (job_commit(j) == -1)
		return;
	if (pool_row(j, &p))
		job_send(j);
	job_ok(j);
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
