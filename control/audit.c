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
 * Records of changes in the store, numbered in their order.  When the change
 * is committed the log tells of it, and the journal who did what to which
 * kind of thing: not to which, since the journal is not encrypted.
 */
#include "audit.h"

#include <sys/queue.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bounds.h"
#include "compat.h"
#include "control.h"
#include "log.h"
#include "msg.h"
#include "peers.h"
#include "proto_admin.h"
#include "record.h"
#include "row.h"

#define AUDIT_VERSION 1

/* Changes that wait for queue: a restart takes a second. */
#define AUDIT_WAIT_MAX 1000u

/* Records removed by a change that makes one too many, and by the clock. */
#define AUDIT_PRUNE_CHANGE 4u
#define AUDIT_PRUNE_TICK   2000u

/* Records that wait for room in the store: imports fail one by one. */
#define AUDIT_OWED_MAX 100u

/* What a cut value ends with. */
#define AUDIT_CUT "..."

/* A change whose transaction is open, or one that waits for queue. */
struct audit_wait {
	STAILQ_ENTRY(audit_wait) entry;
	uint64_t number;
	int64_t time;
	char actor[AUDIT_ACTOR_SIZE];
	char verb[AUDIT_VERB_SIZE];
	char object[AUDIT_OBJECT_SIZE];
};

STAILQ_HEAD(audit_list, audit_wait);

/* A record of what has happened, which the store did not take. */
struct audit_owed {
	STAILQ_ENTRY(audit_owed) entry;
	struct audit_record record; /* no number yet */
};

struct audit_follower {
	LIST_ENTRY(audit_follower) entry;
	audit_added_cb added;
	void *arg;
};

struct audit {
	struct control *control;
	uint32_t max;	      /* records that are kept */
	uint32_t keep;	      /* and for how many seconds; 0: for ever */
	uint64_t last;	      /* number of the newest record; 0: not read yet */
	uint64_t transaction; /* that open holds changes of */
	bool bad;	      /* a record of it could not be stored */
	struct audit_list open;
	struct audit_list wait;
	unsigned waiting;
	STAILQ_HEAD(, audit_owed) owed;
	unsigned owing;
	LIST_HEAD(, audit_follower) followers;
};

/* Nothing waits; NULL without memory. */
struct audit *
audit_new(struct control *control)
{
	struct audit *a;

	a = calloc(1, sizeof(*a));
	if (a == NULL)
		return NULL;
	a->control = control;
	a->max = AUDIT_MAX_DEFAULT;
	a->keep = AUDIT_KEEP_DEFAULT;
	STAILQ_INIT(&a->open);
	STAILQ_INIT(&a->wait);
	STAILQ_INIT(&a->owed);
	LIST_INIT(&a->followers);
	return a;
}

static void
list_clear(struct audit_list *list)
{
	struct audit_wait *w;

	while ((w = STAILQ_FIRST(list)) != NULL) {
		STAILQ_REMOVE_HEAD(list, entry);
		free(w);
	}
}

/* The first that is owed is stored, or forgotten. */
static void
owed_drop(struct audit *a)
{
	struct audit_owed *o;

	o = STAILQ_FIRST(&a->owed);
	STAILQ_REMOVE_HEAD(&a->owed, entry);
	a->owing--;
	free(o);
}

/* Free, and forget what waits; NULL is allowed. */
void
audit_free(struct audit *a)
{
	if (a == NULL)
		return;
	while (a->owing > 0)
		owed_drop(a);
	list_clear(&a->open);
	list_clear(&a->wait);
	free(a);
}

/* How many records are kept, and for how long; 0 seconds: for ever. */
void
audit_limits(struct audit *a, uint32_t max, uint32_t seconds)
{
	a->max = max;
	a->keep = seconds;
}

/* The journal's part of a change. */
static void
journal_send(struct chan *queue, const struct audit_wait *w)
{
	struct row *row;

	row = row_new();
	if (row == NULL) {
		log_warnx("change not in the journal: action=\"%s\"", w->verb);
		return;
	}
	row_num(row, "audit", (int64_t)w->number);
	row_time(row, "changed", w->time);
	row_str(row, "actor", w->actor);
	row_str(row, "action", w->verb);
	(void)admin_event_send(queue, row);
	row_free(row);
}

/* Send what waits, if queue is there. */
void
audit_flush(struct audit *a)
{
	struct audit_wait *w;
	struct chan *queue;

	queue = peers_find(a->control->peers, CONV_ADMIN, PROC_QUEUE, 0);
	if (queue == NULL)
		return;
	while ((w = STAILQ_FIRST(&a->wait)) != NULL) {
		journal_send(queue, w);
		STAILQ_REMOVE_HEAD(&a->wait, entry);
		a->waiting--;
		free(w);
	}
}

/* The key sorts as the number does. */
static void
record_key(struct store_key *k, uint64_t number)
{
	char text[17];

	(void)snprintf(text, sizeof(text), "%016llx",
	    (unsigned long long)number);
	store_key(k, text, NULL);
}

static uint64_t
record_number(const struct store_key *k)
{
	return strtoull(store_key_first(k), NULL, 16);
}

/* A string (NULL: an empty one), cut to what there is room for. */
static void
copy_cut(char *to, const char *s, size_t size)
{
	if (strlcpy(to, s == NULL ? "" : s, size) >= size)
		(void)strlcpy(to + size - sizeof(AUDIT_CUT), AUDIT_CUT,
		    sizeof(AUDIT_CUT));
}

/* The same, to what a reader has room for. */
static void
put_cut(struct msgout *m, const char *s, size_t size)
{
	char cut[AUDIT_VALUE_SIZE];

	copy_cut(cut, s, size);
	msg_put_str(m, cut);
}

/* Read a record.  0, or -1 if it is ill-formed. */
int
audit_decode(const struct store_key *k, struct msgin *m, struct audit_record *r)
{
	if (record_open(m, AUDIT_VERSION) == -1)
		return -1;
	r->number = record_number(k);
	r->time = msg_get_i64(m);
	msg_get_str(m, r->actor, sizeof(r->actor));
	msg_get_str(m, r->verb, sizeof(r->verb));
	msg_get_str(m, r->object, sizeof(r->object));
	msg_get_str(m, r->old, sizeof(r->old));
	msg_get_str(m, r->new, sizeof(r->new));
	return msg_end(m);
}

/* The newest record's number, 0 if there is none.  0, or -1 if it fails. */
static int
last_number(struct store *s, uint64_t *number)
{
	struct store_key k;
	enum store_status r;

	r = store_last(s, STORE_AUDIT, &k);
	*number = r == STORE_OK ? record_number(&k) : 0;
	return r == STORE_FAIL ? -1 : 0;
}

/* Store a change under a number, in the open transaction.  0 or -1. */
static int
record_put(struct store *s, uint64_t number, const struct audit_change *c,
    int64_t now)
{
	struct store_key k;
	struct msgout m;
	enum store_status r;

	memset(&m, 0, sizeof(m));
	record_begin(&m, AUDIT_VERSION);
	msg_put_i64(&m, now);
	put_cut(&m, c->actor, AUDIT_ACTOR_SIZE);
	put_cut(&m, c->verb, AUDIT_VERB_SIZE);
	put_cut(&m, c->object, AUDIT_OBJECT_SIZE);
	put_cut(&m, c->old, AUDIT_VALUE_SIZE);
	put_cut(&m, c->new, AUDIT_VALUE_SIZE);
	record_key(&k, number);
	r = store_put(s, STORE_AUDIT, &k, &m);
	msgout_free(&m);
	return r == STORE_OK ? 0 : -1;
}

/*
 * Record in a store that is not in use yet, in its open transaction, what will
 * have happened when it is.  0 and the record's number, or -1.
 */
int
audit_put(struct store *s, const struct audit_change *c, uint64_t *number)
{
	if (last_number(s, number) == -1)
		return -1;
	return record_put(s, ++*number, c, (int64_t)time(NULL));
}

/* Records from the oldest on that are too many, or too old. */
struct prune {
	uint64_t keep_from; /* those before are too many */
	int64_t oldest;	    /* those before are too old */
	uint32_t n;
	uint32_t max;
	struct store_key *key;
};

static bool
prune_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct prune *p;
	int64_t when;

	p = arg;
	when = record_open(m, AUDIT_VERSION) == 0 ? msg_get_i64(m) : 0;
	if (record_number(k) >= p->keep_from && when >= p->oldest)
		return false;
	p->key[p->n++] = *k;
	return p->n < p->max;
}

/* Remove at most max records, in the open transaction.  How many, or -1. */
static int
prune_some(struct audit *a, uint32_t max, int64_t now)
{
	enum store_status r;
	struct store *s;
	struct prune p;
	uint32_t i;

	s = a->control->store;
	p.n = 0;
	p.max = max;
	p.keep_from = a->last > a->max ? a->last - a->max + 1 : 0;
	p.oldest = a->keep == 0 ? INT64_MIN : now - a->keep;
	p.key = calloc(max, sizeof(*p.key));
	if (p.key == NULL)
		return -1;
	r = store_scan(s, STORE_AUDIT, NULL, NULL, prune_cb, &p);
	for (i = 0; r == STORE_OK && i < p.n; i++)
		r = store_del(s, STORE_AUDIT, &p.key[i]);
	free(p.key);
	return r == STORE_OK ? (int)p.n : -1;
}

/*
 * Remove records that are too old, now and then; some at a time.  0, or -1
 * and the store is as it was.
 */
int
audit_prune(struct audit *a)
{
	struct store *s;
	int n;

	s = a->control->store;
	if (store_begin(s) == -1)
		return -1;
	n = prune_some(a, AUDIT_PRUNE_TICK, (int64_t)time(NULL));
	if (n > 0)
		return store_commit_lazy(s);
	store_abort(s);
	return n;
}

/* What the journal is told of a change; NULL without memory. */
static struct audit_wait *
wait_new(const struct audit_change *c, uint64_t number, int64_t when)
{
	struct audit_wait *w;

	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return NULL;
	w->number = number;
	w->time = when;
	(void)strlcpy(w->actor, c->actor, sizeof(w->actor));
	(void)strlcpy(w->verb, c->verb, sizeof(w->verb));
	(void)strlcpy(w->object, c->object, sizeof(w->object));
	return w;
}

/* It has happened: the log has it now, the journal when queue is there. */
static void
wait_tell(struct audit *a, struct audit_wait *w)
{
	log_info("admin action=\"%s\" object=\"%s\" actor=\"%s\" "
		 "audit=%llu",
	    w->verb, w->object, w->actor, (unsigned long long)w->number);
	if (a->waiting == AUDIT_WAIT_MAX) {
		free(w);
		return;
	}
	STAILQ_INSERT_TAIL(&a->wait, w, entry);
	a->waiting++;
}

/* What audit_put() recorded has happened. */
void
audit_tell(struct audit *a, const struct audit_change *c, uint64_t number)
{
	struct audit_wait *w;

	w = wait_new(c, number, (int64_t)time(NULL));
	if (w == NULL) {
		log_warnx("change not in the journal: action=\"%s\"", c->verb);
		return;
	}
	wait_tell(a, w);
	audit_flush(a);
}

/* A change of this time belongs to the transaction that is open. */
static int
change_store(struct audit *a, const struct audit_change *c, int64_t when)
{
	struct audit_wait *w;
	uint64_t t;

	t = store_transaction(a->control->store);
	if (a->transaction != t) {
		list_clear(&a->open);
		a->transaction = t;
		a->bad = false;
	}
	if ((a->last == 0 && last_number(a->control->store, &a->last) == -1) ||
	    record_put(a->control->store, ++a->last, c, when) == -1 ||
	    prune_some(a, AUDIT_PRUNE_CHANGE, (int64_t)time(NULL)) == -1 ||
	    (w = wait_new(c, a->last, when)) == NULL) {
		a->bad = true;
		return -1;
	}
	STAILQ_INSERT_TAIL(&a->open, w, entry);
	return 0;
}

/* Call added after each commit of changes, until unfollowed.  0 or -1. */
int
audit_follow(struct audit *a, audit_added_cb added, void *arg)
{
	struct audit_follower *f;

	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return -1;
	f->added = added;
	f->arg = arg;
	LIST_INSERT_HEAD(&a->followers, f, entry);
	return 0;
}

/* Who follows with this arg is told no more; nobody may. */
void
audit_unfollow(struct audit *a, const void *arg)
{
	struct audit_follower *f;

	LIST_FOREACH(f, &a->followers, entry) {
		if (f->arg == arg)
			break;
	}
	if (f == NULL)
		return;
	LIST_REMOVE(f, entry);
	free(f);
}

/* The changes of the transaction have happened. */
static void
changes_tell(struct audit *a)
{
	struct audit_follower *f;
	struct audit_wait *w;

	while ((w = STAILQ_FIRST(&a->open)) != NULL) {
		STAILQ_REMOVE_HEAD(&a->open, entry);
		wait_tell(a, w);
	}
	audit_flush(a);
	LIST_FOREACH(f, &a->followers, entry)
		f->added(f->arg);
}

/* 0, or -1 and nothing of the open transaction happened. */
static int
commit(struct audit *a)
{
	struct store *s;
	uint64_t t;

	s = a->control->store;
	t = store_transaction(s);
	if (t == a->transaction && a->bad) {
		store_abort(s);
		return -1;
	}
	if (store_commit(s) == -1)
		return -1;
	if (t == a->transaction)
		changes_tell(a);
	return 0;
}

/*
 * The store does not take the record of what has happened already: the log has
 * who did what, and the store when it can.
 */
static void
owe(struct audit *a, const struct audit_change *c, int64_t when)
{
	struct audit_owed *o;

	o = a->owing == AUDIT_OWED_MAX ? NULL : calloc(1, sizeof(*o));
	log_warnx("change not in the audit%s: action=\"%s\" object=\"%s\" "
		  "new=\"%s\" actor=\"%s\"",
	    o == NULL ? "" : " yet", c->verb, c->object,
	    c->new == NULL ? "" : c->new, c->actor);
	if (o == NULL)
		return;
	o->record.time = when;
	copy_cut(o->record.actor, c->actor, sizeof(o->record.actor));
	copy_cut(o->record.verb, c->verb, sizeof(o->record.verb));
	copy_cut(o->record.object, c->object, sizeof(o->record.object));
	copy_cut(o->record.old, c->old, sizeof(o->record.old));
	copy_cut(o->record.new, c->new, sizeof(o->record.new));
	STAILQ_INSERT_TAIL(&a->owed, o, entry);
	a->owing++;
}

/* A change in a transaction of its own.  0 or -1. */
static int
change_alone(struct audit *a, const struct audit_change *c, int64_t when)
{
	struct store *s;

	s = a->control->store;
	if (store_begin(s) == -1)
		return -1;
	if (change_store(a, c, when) == 0 && commit(a) == 0)
		return 0;
	store_abort(s);
	return -1;
}

/*
 * Record a change.  Within a transaction it is part of that, and one that
 * cannot be recorded keeps audit_commit() from committing it; otherwise it has
 * happened, and is stored at once.  0; or -1, then the latter is stored later.
 */
int
audit_change(struct audit *a, const struct audit_change *c)
{
	int64_t now;

	now = (int64_t)time(NULL);
	if (store_transaction(a->control->store) != 0)
		return change_store(a, c, now);
	if (change_alone(a, c, now) == 0) {
		audit_settle(a);
		return 0;
	}
	owe(a, c, now);
	return -1;
}

/*
 * Store what could not be before, if it can be now.  Call outside a
 * transaction.
 */
void
audit_settle(struct audit *a)
{
	const struct audit_record *r;
	struct audit_change c;

	while (a->owing > 0) {
		r = &STAILQ_FIRST(&a->owed)->record;
		c.actor = r->actor;
		c.verb = r->verb;
		c.object = r->object;
		c.old = r->old;
		c.new = r->new;
		if (change_alone(a, &c, r->time) == -1)
			return;
		owed_drop(a);
	}
}

/*
 * Commit the open transaction with what was recorded in it.  0, or -1 and
 * nothing of it happened.
 */
int
audit_commit(struct audit *a)
{
	if (commit(a) == -1)
		return -1;
	audit_settle(a);
	return 0;
}
