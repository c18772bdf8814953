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
 * sender add, list, remove, show.
 */
#include "verb_sender.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "admit.h"
#include "compartment.h"
#include "compat.h"
#include "control.h"
#include "dkimkey.h"
#include "domain.h"
#include "fault.h"
#include "job.h"
#include "msg.h"
#include "pool.h"
#include "poolset.h"
#include "row.h"
#include "sender.h"
#include "verb_need.h"

/* A sender in the audit. */
#define SENDER_TEXT_SIZE (NAME_SIZE + POOL_NAME_SIZE + 64)

static bool
sender_row(struct job *j, const struct sender *s)
{
	struct compartment c;

	if (compartment_get(j->control->store, s->compartment, &c) != STORE_OK)
		return false;
	row_str(j->row, "address", s->address);
	row_str(j->row, "compartment", c.name);
	row_str(j->row, "state", record_state_name(s->state));
	row_str(j->row, "id", s->id);
	row_time(j->row, "created", s->created);
	return true;
}

/* sender add ADDRESS|@DOMAIN compartment NAME */
void
verb_sender_add(struct job *j)
{
	struct compartment c;
	struct sender s;
	struct fault f;

	memset(&s, 0, sizeof(s));
	if (need_admitted(j, admit_sender(j->control, j->arg[0], &s, &f), &f) ==
		-1 ||
	    need_compartment(j, j->arg[1], &c) == -1 ||
	    need_admitted(j, admit_sender_place(j->control, &s, c.id, &f),
		&f) == -1 ||
	    need_id(j, "emailsender", s.id) == -1)
		return;
	(void)strlcpy(s.compartment, c.id, sizeof(s.compartment));
	s.created = (int64_t)time(NULL);
	s.state = RECORD_ACTIVE;
	if (need_begin(j) == -1)
		return;
	if (sender_put(j->control->store, &s) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	job_audit(j, s.address, NULL, c.name);
	if (job_commit(j) == -1)
		return;
	(void)sender_row(j, &s);
	job_send(j);
	job_ok(j);
}

/* The domain that is asked for, if one is.  0, or -1 and no job. */
static int
take_domain(struct job *j)
{
	char name[DOMAIN_SIZE];
	const char *why;

	why = j->arg[2] == NULL ? NULL : domain_parse(j->arg[2], name);
	if (why == NULL)
		return 0;
	job_fail(j, "a domain is, for instance, example.org", "\"%s\": %s",
	    j->arg[2], why);
	return -1;
}

/* What the filters of a list let through. */
static bool
is_asked(const struct job *j, const struct sender *s)
{
	char name[DOMAIN_SIZE];

	if (j->arg[1] != NULL &&
	    strcasecmp(j->arg[1], record_state_name(s->state)) != 0)
		return false;
	if (j->arg[2] != NULL &&
	    (domain_parse(j->arg[2], name) != NULL ||
		strcasecmp(name, sender_domain(s)) != 0))
		return false;
	return name_begins(j->arg[3], s->address);
}

static bool
list_cb(struct job *j, const struct store_key *k, struct msgin *m)
{
	struct sender s;

	return sender_decode(m, &s) == 0 && is_asked(j, &s) &&
	    sender_row(j, &s);
}

static bool
list_place_cb(struct job *j, const struct store_key *k, struct msgin *m)
{
	struct sender s;

	return sender_get(j->control->store, store_key_second(k), &s) ==
	    STORE_OK &&
	    is_asked(j, &s) && sender_row(j, &s);
}

/*
 * sender list [compartment NAME] [state active|inactive] [domain DOMAIN]
 * [prefix TEXT]
 */
void
verb_sender_list(struct job *j)
{
	struct compartment c;
	struct store_key k;

	if (need_choice(j, 1) == -1 || take_domain(j) == -1)
		return;
	if (j->arg[0] == NULL) {
		job_list(j, STORE_SENDER, NULL, list_cb);
		return;
	}
	if (need_compartment(j, j->arg[0], &c) == -1)
		return;
	store_key_prefix(&k, c.id);
	job_list(j, STORE_SENDER_PLACE, &k, list_place_cb);
}

/* sender remove ADDRESS|@DOMAIN */
void
verb_sender_remove(struct job *j)
{
	struct sender s;

	if (need_sender(j, j->arg[0], &s) == -1 || need_begin(j) == -1)
		return;
	if (sender_del(j->control->store, &s) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	job_audit(j, s.address, s.compartment, NULL);
	if (job_commit(j) == -1)
		return;
	job_ok(j);
}

/* The name of a sender's pool, empty without one.  0 or -1. */
static int
pool_name(struct job *j, const struct sender *s, char name[POOL_NAME_SIZE])
{
	char id[OBJECT_ID_SIZE];
	enum store_status r;
	struct pool p;

	name[0] = '\0';
	r = pool_of_sender(j->control->store, s->key, id);
	if (r == STORE_OK)
		r = pool_get(j->control->store, id, &p);
	if (r == STORE_OK)
		memcpy(name, p.name, sizeof(p.name));
	return r == STORE_FAIL ? -1 : 0;
}

/* What "sender set" says of one, for the audit. */
static void
describe(struct job *j, const struct sender *s, char *text, size_t size)
{
	char pool[POOL_NAME_SIZE];
	struct compartment c;

	if (pool_name(j, s, pool) == -1)
		pool[0] = '\0';
	if (compartment_get(j->control->store, s->compartment, &c) != STORE_OK)
		c.name[0] = '\0';
	(void)snprintf(text, size, "state=%s compartment=%s pool=%s",
	    record_state_name(s->state), c.name, pool);
}

/* The changes that were asked for.  0, or -1 and the job has ended. */
static int
change(struct job *j, struct sender *s)
{
	struct compartment c;
	struct fault f;

	if (j->arg[1] == NULL && j->arg[2] == NULL && j->arg[3] == NULL) {
		job_fail(j, NULL,
		    "nothing to set: give state, compartment or pool");
		return -1;
	}
	if (j->arg[1] != NULL &&
	    record_state_parse(j->arg[1], &s->state) == -1) {
		job_fail(j, NULL, "state %s: neither active nor inactive",
		    j->arg[1]);
		return -1;
	}
	if (j->arg[2] == NULL)
		return 0;
	if (need_compartment(j, j->arg[2], &c) == -1 ||
	    need_admitted(j, admit_sender_place(j->control, s, c.id, &f), &f) ==
		-1)
		return -1;
	(void)strlcpy(s->compartment, c.id, sizeof(s->compartment));
	return 0;
}

/* The id of the pool that is asked for, empty for none.  0, or -1 and no job. */
static int
take_pool(struct job *j, char id[OBJECT_ID_SIZE])
{
	struct fault f;
	struct pool p;

	id[0] = '\0';
	if (j->arg[3] == NULL || strcmp(j->arg[3], "none") == 0)
		return 0;
	if (need_pool(j, j->arg[3], &p) == -1 ||
	    need_admitted(j, poolset_usable(j->control, &p, &f), &f) == -1)
		return -1;
	memcpy(id, p.id, sizeof(p.id));
	return 0;
}

/*
 * sender set ADDRESS|@DOMAIN [state active|inactive] [compartment NAME]
 * [pool POOL|none]
 */
void
verb_sender_set(struct job *j)
{
	char old[SENDER_TEXT_SIZE], new[SENDER_TEXT_SIZE];
	char pool[OBJECT_ID_SIZE];
	struct sender s, before;

	if (need_sender(j, j->arg[0], &s) == -1)
		return;
	before = s;
	describe(j, &s, old, sizeof(old));
	if (change(j, &s) == -1 || take_pool(j, pool) == -1 ||
	    need_begin(j) == -1)
		return;
	if (sender_change(j->control->store, &before, &s) != STORE_OK ||
	    (j->arg[3] != NULL &&
		pool_bind(j->control->store, s.key, pool) != STORE_OK)) {
		job_fail_store(j);
		return;
	}
	describe(j, &s, new, sizeof(new));
	job_audit(j, s.address, old, new);
	if (job_commit(j) == -1)
		return;
	(void)sender_row(j, &s);
	job_send(j);
	job_ok(j);
}

/* The selectors that sign for the sender, with commas between. */
static int
sender_selectors(struct job *j, const struct sender *s, char *text, size_t size)
{
	struct policy_dkim key[DKIM_KEYS_MAX];
	uint32_t i, n;

	text[0] = '\0';
	if (dkimkey_active(j->control->store, sender_domain(s), key, &n) !=
	    STORE_OK)
		return -1;
	for (i = 0; i < n; i++) {
		if (i > 0)
			(void)strlcat(text, ",", size);
		(void)strlcat(text, key[i].selector, size);
	}
	return 0;
}

/* sender show ADDRESS|@DOMAIN */
void
verb_sender_show(struct job *j)
{
	char selectors[DKIM_KEYS_MAX * (SELECTOR_SIZE + 1)];
	char pool[POOL_NAME_SIZE];
	struct domain d;
	struct sender s;
	enum store_status r;

	if (need_sender(j, j->arg[0], &s) == -1)
		return;
	r = domain_get(j->control->store, sender_domain(&s), &d);
	if (r == STORE_FAIL || pool_name(j, &s, pool) == -1 ||
	    !sender_row(j, &s) ||
	    sender_selectors(j, &s, selectors, sizeof(selectors)) == -1) {
		job_fail_store(j);
		return;
	}
	row_str(j->row, "domain", sender_domain(&s));
	row_bool(j->row, "domainKnown", r == STORE_OK);
	row_str(j->row, "dkimSelector", selectors);
	row_str(j->row, "pool", pool);
	job_send(j);
	job_ok(j);
}
