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
 * A return path is good when its name has an MX: then somebody takes what
 * comes back.  Each tick looks at a few records in the order of their keys,
 * those that wait for the DNS in every round, the others in one of many.
 */
#include "pathwatch.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "audit.h"
#include "compat.h"
#include "control.h"
#include "domain.h"
#include "log.h"
#include "lookup.h"
#include "msg.h"
#include "proto_dns.h"
#include "record.h"
#include "returnpath.h"
#include "store.h"

/* Questions at a time, and records read in a tick. */
#define PATHWATCH_ASKED_MAX   16u
#define PATHWATCH_RECORDS_MAX 500u

/* Rounds in which one that is ACTIVE is passed over. */
#define PATHWATCH_ROUNDS 60u

struct question {
	struct pathwatch *watch;
	bool used;
	struct returnpath path;
};

struct pathwatch {
	struct control *control;
	struct store_key after;
	bool middle; /* after is good */
	unsigned round;
	unsigned records;
	struct question question[PATHWATCH_ASKED_MAX];
};

/* Looks at nothing yet; NULL without memory. */
struct pathwatch *
pathwatch_new(struct control *c)
{
	struct pathwatch *w;

	w = calloc(1, sizeof(*w));
	if (w != NULL)
		w->control = c;
	return w;
}

/* Look no more; NULL is allowed. */
void
pathwatch_free(struct pathwatch *w)
{
	size_t i;

	if (w == NULL)
		return;
	for (i = 0; i < PATHWATCH_ASKED_MAX; i++) {
		if (w->question[i].used)
			lookup_cancel(w->control->lookup, &w->question[i]);
	}
	free(w);
}

/* What becomes of one of which the DNS said this. */
static enum returnpath_state
next_state(const struct returnpath *p, bool there, int64_t now)
{
	if (there)
		return RETURNPATH_ACTIVE;
	if (p->state == RETURNPATH_FAILED ||
	    (p->seen == 0 && now - p->created >= RETURNPATH_PATIENCE))
		return RETURNPATH_FAILED;
	return RETURNPATH_NEEDS_ATTENTION;
}

static int
store_state(struct control *c, const struct returnpath *p)
{
	const struct audit_change change = { AUDIT_SELF, "returnpath state",
		p->name, NULL, returnpath_state_name(p->state) };
	struct domain d;

	if (domain_get(c->store, p->domain, &d) != STORE_OK ||
	    store_begin(c->store) == -1)
		return -1;
	if (returnpath_put(c->store, p, d.compartment, d.id) == STORE_OK &&
	    audit_change(c->audit, &change) == 0 && audit_commit(c->audit) == 0)
		return 0;
	store_abort(c->store);
	return -1;
}

/* Note what the DNS said of one that may have gone since it was asked for. */
static void
seen(struct control *c, const struct returnpath *asked, bool there)
{
	enum returnpath_state state;
	struct returnpath p;
	int64_t now;

	now = (int64_t)time(NULL);
	if (returnpath_get(c->store, asked->domain, asked->name, &p) !=
		STORE_OK ||
	    strcmp(p.id, asked->id) != 0)
		return;
	/* Who failed is deleted and made again. */
	state = p.state == RETURNPATH_FAILED ? p.state :
					       next_state(&p, there, now);
	if (state == p.state)
		return;
	p.state = state;
	if (there && p.seen == 0)
		p.seen = now;
	if (store_state(c, &p) == -1)
		c->failures++;
	else
		log_info("returnpath domain=%s name=%s state=%s", p.domain,
		    p.name, returnpath_state_name(p.state));
}

static void
answer_cb(const struct dns_answer *a, void *arg)
{
	struct question *q;

	q = arg;
	q->used = false;
	if (a != NULL && a->status != DNS_FAIL)
		seen(q->watch->control, &q->path, a->records > 0);
}

/* Look for one now, if there is room for a question. */
void
pathwatch_look(struct pathwatch *w, const struct returnpath *p)
{
	struct dns_query query;
	struct question *q;
	size_t i;

	for (i = 0; i < PATHWATCH_ASKED_MAX && w->question[i].used; i++)
		;
	if (i == PATHWATCH_ASKED_MAX)
		return;
	q = &w->question[i];
	memset(&query, 0, sizeof(query));
	query.rrtype = DNS_MX;
	if (strlcpy(query.name, p->name, sizeof(query.name)) >=
	    sizeof(query.name))
		return;
	q->watch = w;
	q->path = *p;
	if (lookup_start(w->control->lookup, &query, answer_cb, q) == 0)
		q->used = true;
}

static bool
tick_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct returnpath p;
	struct pathwatch *w;

	w = arg;
	w->after = *k;
	w->middle = true;
	w->records++;
	if (record_done(returnpath_decode(m, &p), "return path") == STORE_OK &&
	    p.state != RETURNPATH_FAILED &&
	    (p.state != RETURNPATH_ACTIVE || w->round == 0))
		pathwatch_look(w, &p);
	return w->records < PATHWATCH_RECORDS_MAX &&
	    !w->question[PATHWATCH_ASKED_MAX - 1].used;
}

/* Look for the next few; call it now and then. */
void
pathwatch_tick(struct pathwatch *w)
{
	w->records = 0;
	if (store_scan(w->control->store, STORE_RETURNPATH, NULL,
		w->middle ? &w->after : NULL, tick_cb, w) != STORE_OK ||
	    w->records == PATHWATCH_RECORDS_MAX ||
	    w->question[PATHWATCH_ASKED_MAX - 1].used)
		return;
	w->middle = false;
	w->round = (w->round + 1) % PATHWATCH_ROUNDS;
}
