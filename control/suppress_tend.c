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
 * Work in small pieces: once a minute some of it, and as long as there is a
 * backlog one piece after the other, with a pause in which everybody else is
 * served.
 */
#include "suppress_tend.h"

#include <event2/event.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "proc.h"
#include "store.h"
#include "suppress.h"
#include "suppress_hit.h"
#include "suppress_place.h"
#include "suppress_soft.h"
#include "suppress_walk.h"
#include "suppression.h"

/* Of one piece: records looked at, and records changed. */
#define TEND_LOOK   2000u
#define TEND_CHANGE 100u

/* Microseconds between two pieces. */
#define TEND_PAUSE 2000

struct suppress_tend {
	struct suppress *sp;
	struct event *event; /* the next piece of a backlog */
	struct suppress_walk sweep;
	bool converting;
	struct suppress_walk convert;
	uint64_t converted;
	unsigned found;
	struct suppression list[TEND_CHANGE];
};

static void
again(struct suppress_tend *t)
{
	static const struct timeval pause = { 0, TEND_PAUSE };

	if (t->event == NULL || evtimer_add(t->event, &pause) == -1)
		log_warnx("suppressions are not tended to any more");
}

static enum store_status
change_expired(struct suppression_tx *tx, struct suppression *s)
{
	enum store_status r;

	r = suppression_tx_del(tx, s);
	return r == STORE_NOTFOUND ? STORE_OK : r;
}

/* Stored again, it gets the form of today. */
static enum store_status
change_form(struct suppression_tx *tx, struct suppression *s)
{
	return suppression_tx_put(tx, s, NULL);
}

/* Change what was found.  0 or -1. */
static int
change(struct suppress_tend *t,
    enum store_status (*fn)(struct suppression_tx *, struct suppression *))
{
	struct suppression_tx tx;
	enum store_status r;
	unsigned i;

	if (t->found == 0)
		return 0;
	if (store_begin(t->sp->store) == -1)
		return -1;
	suppression_tx_init(&tx, t->sp);
	r = STORE_OK;
	for (i = 0; i < t->found && r == STORE_OK; i++)
		r = fn(&tx, &t->list[i]);
	if (r != STORE_OK || suppression_tx_end(&tx) != STORE_OK) {
		store_abort(t->sp->store);
		return -1;
	}
	if (store_commit_lazy(t->sp->store) == -1)
		return -1;
	suppress_relieve(t->sp, t->found);
	return 0;
}

static bool
expired_cb(const struct suppression *s, void *arg)
{
	struct suppress_tend *t;

	t = arg;
	if (suppression_has_expired(s))
		t->list[t->found++] = *s;
	return t->found < TEND_CHANGE;
}

static void
walk_all(struct suppress_walk *w, struct suppress *sp)
{
	struct suppress_filter filter;

	memset(&filter, 0, sizeof(filter));
	filter.expired = true;
	suppress_walk_init(w, sp, &filter);
}

/* Drop what has expired, from where this ended last. */
static void
sweep(struct suppress_tend *t)
{
	if (t->sweep.sp == NULL || t->sweep.done)
		walk_all(&t->sweep, t->sp);
	t->found = 0;
	if (suppress_walk_step(&t->sweep, TEND_LOOK, expired_cb, t) !=
		STORE_OK ||
	    change(t, change_expired) == -1)
		log_warnx("suppressions that have expired are not removed");
}

static bool
plain_cb(const struct suppression *s, void *arg)
{
	struct suppress_tend *t;

	t = arg;
	if (!suppression_is_hash(s->address))
		t->list[t->found++] = *s;
	return t->found < TEND_CHANGE;
}

static void
convert_end(struct suppress_tend *t, bool good)
{
	t->converting = false;
	if (good)
		log_info("suppressions: %" PRIu64 " addresses are hashes now",
		    t->converted);
	else
		log_warnx("suppressions: addresses could not be changed to "
			  "hashes; the next start goes on with it");
}

static void
convert(struct suppress_tend *t)
{
	t->found = 0;
	if (suppress_walk_step(&t->convert, TEND_LOOK, plain_cb, t) !=
		STORE_OK ||
	    change(t, change_form) == -1) {
		convert_end(t, false);
		return;
	}
	t->converted += t->found;
	if (t->convert.done)
		convert_end(t, true);
}

/* One piece of a backlog; whether there is more. */
static bool
tend_piece(struct suppress_tend *t)
{
	if (t->sp->hash && t->converting)
		convert(t);
	if (suppress_hits_write(t->sp, TEND_CHANGE) == -1)
		return false;
	return t->converting || suppress_hits_waiting(t->sp->hits) > 0;
}

static void
tend_cb(evutil_socket_t fd, short what, void *arg)
{
	struct suppress_tend *t;

	t = arg;
	if (tend_piece(t))
		again(t);
}

/* Nothing to do yet; NULL without memory. */
struct suppress_tend *
suppress_tend_new(struct suppress *sp)
{
	struct suppress_tend *t;

	t = calloc(1, sizeof(*t));
	if (t != NULL)
		t->sp = sp;
	return t;
}

/* NULL is allowed. */
void
suppress_tend_free(struct suppress_tend *t)
{
	if (t == NULL)
		return;
	if (t->event != NULL)
		event_free(t->event);
	free(t);
}

struct forms {
	uint64_t plain;
	uint64_t hashed;
};

static bool
forms_cb(const struct suppress_place *p, void *arg)
{
	struct forms *f;

	f = arg;
	f->plain += p->plain;
	f->hashed += p->hashed;
	return true;
}

/*
 * The store was opened, or what is wanted of addresses has changed: begin to
 * make hashes of them, or say that there is no way back.
 */
void
suppress_tend_check(struct suppress_tend *t)
{
	struct forms f = { 0, 0 };

	if (t->event == NULL)
		t->event = evtimer_new(proc_base(), tend_cb, t);
	if (suppress_place_each(t->sp->store, NULL, forms_cb, &f) != STORE_OK)
		return;
	if (!t->sp->hash && f.hashed > 0)
		log_warnx("suppressions: %" PRIu64
			  " are stored as hashes, from which addresses cannot "
			  "be brought back; they hold as before",
		    f.hashed);
	t->converting = t->sp->hash && f.plain > 0;
	if (!t->converting)
		return;
	t->converted = 0;
	walk_all(&t->convert, t->sp);
	again(t);
}

/* Call once a minute. */
void
suppress_tend_tick(struct suppress_tend *t)
{
	sweep(t);
	if (suppress_soft_sweep(t->sp, TEND_LOOK) != STORE_OK)
		log_warnx("soft bounces that lapsed are not removed");
	if (suppress_hits_waiting(t->sp->hits) > 0)
		again(t);
}

/* Write all that waits.  0 or -1. */
int
suppress_tend_stop(struct suppress_tend *t)
{
	while (suppress_hits_waiting(t->sp->hits) > 0) {
		if (suppress_hits_write(t->sp, TEND_CHANGE) == -1)
			return -1;
	}
	return 0;
}
