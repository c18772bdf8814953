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
 * Flows and turns.  Decides only about order: whether a destination has room
 * is asked of the owner of the hooks.
 */
#include "flow.h"

#include <stdlib.h>
#include <string.h>

#include "destination.h"
#include "message.h"
#include "owner.h"
#include "qbounds.h"

enum flow_place {
	FLOW_NOWHERE = 0,
	FLOW_LISTED, /* in its user's turn */
	FLOW_PARKED  /* at its destination */
};

struct flow {
	struct flow *chain; /* in its bucket */
	TAILQ_ENTRY(flow) entry;
	TAILQ_ENTRY(flow) other; /* in its destination's list of all */
	struct owner *owner;
	struct destination *destination;
	struct turn *turn; /* FLOW_LISTED */
	struct task_list ready;
	size_t count;
	size_t sweep; /* tasks that a sweep has not seen */
	enum flow_class class;
	enum flow_place place;
	bool due; /* it left its park and was not served since */
};

/*
 * What a user has for one lane, of one class, for destinations that are new
 * or for those that are not; not empty.
 */
struct turn {
	TAILQ_ENTRY(turn) entry;
	struct turn *next; /* of the same user */
	struct owner *owner;
	struct flow_list flows;
	unsigned lane;
	enum flow_class class;
	bool fresh;
	bool aside; /* its user is halted or sated */
};

TAILQ_HEAD(turn_list, turn);

struct flow_lane {
	struct turn_list turns[FLOW_CLASSES][2]; /* known and new */
	struct turn_list aside;
	bool fresh[FLOW_CLASSES]; /* which goes next */
	unsigned passed;	  /* bulk, in a row */
};

struct flows {
	struct flows_hooks hooks;
	struct flow **bucket;
	size_t buckets;
	size_t count; /* flows */
	size_t ready; /* tasks */
	struct flow_lane lane[LANES_MAX];
};

/* Without tasks; NULL without memory. */
struct flows *
flows_new(const struct flows_hooks *hooks)
{
	struct flow_lane *lane;
	struct flows *f;

	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return NULL;
	f->hooks = *hooks;
	for (lane = f->lane; lane < f->lane + LANES_MAX; lane++) {
		TAILQ_INIT(&lane->turns[FLOW_TRANSACTIONAL][0]);
		TAILQ_INIT(&lane->turns[FLOW_TRANSACTIONAL][1]);
		TAILQ_INIT(&lane->turns[FLOW_BULK][0]);
		TAILQ_INIT(&lane->turns[FLOW_BULK][1]);
		TAILQ_INIT(&lane->aside);
	}
	return f;
}

static size_t
slot(size_t buckets, const struct owner *o, const struct destination *d,
    enum flow_class class)
{
	uint64_t h;

	h = (uint64_t)(uintptr_t)o * 0x9e3779b97f4a7c15ull;
	h ^= (uint64_t)(uintptr_t)d * 0xc4ceb9fe1a85ec53ull + class;
	return (size_t)(h >> 20) & (buckets - 1);
}

/* What a message is. */
enum flow_class
flow_class_of(const struct message *m)
{
	return (m->flags & MESSAGE_BULK) != 0 ? FLOW_BULK : FLOW_TRANSACTIONAL;
}

static struct flow **
find(struct flows *f, const struct task *t)
{
	enum flow_class class = flow_class_of(task_message(t));
	struct flow **p;

	if (f->buckets == 0)
		return NULL;
	p = &f->bucket[slot(f->buckets, task_message(t)->owner, t->destination,
	    class)];
	while (*p != NULL &&
	    ((*p)->owner != task_message(t)->owner ||
		(*p)->destination != t->destination || (*p)->class != class))
		p = &(*p)->chain;
	return *p == NULL ? NULL : p;
}

static int
grow(struct flows *f)
{
	struct flow **bucket, *w, *next;
	size_t buckets, i, at;

	buckets = f->buckets == 0 ? 64 : f->buckets * 2;
	bucket = calloc(buckets, sizeof(struct flow *));
	if (bucket == NULL)
		return f->buckets == 0 ? -1 : 0;
	for (i = 0; i < f->buckets; i++)
		for (w = f->bucket[i]; w != NULL; w = next) {
			next = w->chain;
			at = slot(buckets, w->owner, w->destination, w->class);
			w->chain = bucket[at];
			bucket[at] = w;
		}
	free(f->bucket);
	f->bucket = bucket;
	f->buckets = buckets;
	return 0;
}

/* The user's turn in a lane, made if there is none.  NULL without memory. */
static struct turn *
turn_get(struct flows *f, const struct flow *w, unsigned lane)
{
	bool fresh = destination_is_new(w->destination);
	struct owner *o = w->owner;
	struct turn *t;

	for (t = o->turns; t != NULL; t = t->next)
		if (t->lane == lane && t->class == w->class &&
		    t->fresh == fresh)
			return t;
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	TAILQ_INIT(&t->flows);
	t->owner = o;
	t->lane = lane;
	t->class = w->class;
	t->fresh = fresh;
	t->next = o->turns;
	o->turns = t;
	TAILQ_INSERT_TAIL(&f->lane[lane].turns[w->class][fresh], t, entry);
	return t;
}

/* The list that a turn is in. */
static struct turn_list *
turns_with(struct flows *f, const struct turn *t)
{
	struct flow_lane *lane = &f->lane[t->lane];

	return t->aside ? &lane->aside : &lane->turns[t->class][t->fresh];
}

static void
turn_free(struct flows *f, struct turn *t)
{
	struct turn **p;

	TAILQ_REMOVE(turns_with(f, t), t, entry);
	for (p = &t->owner->turns; *p != t; p = &(*p)->next)
		;
	*p = t->next;
	free(t);
}

/* Take a flow out of where it stands. */
static void
leave(struct flows *f, struct flow *w)
{
	struct turn *t = w->turn;

	switch (w->place) {
	case FLOW_LISTED:
		TAILQ_REMOVE(&t->flows, w, entry);
		w->turn = NULL;
		if (TAILQ_EMPTY(&t->flows))
			turn_free(f, t);
		break;
	case FLOW_PARKED:
		TAILQ_REMOVE(&w->destination->parked[w->class], w, entry);
		break;
	case FLOW_NOWHERE:
		break;
	}
	w->place = FLOW_NOWHERE;
}

/* At its destination; before the others if it lost its turn there. */
static void
park(struct flows *f, struct flow *w)
{
	struct flow_list *list = &w->destination->parked[w->class];

	leave(f, w);
	if (w->due)
		TAILQ_INSERT_HEAD(list, w, entry);
	else
		TAILQ_INSERT_TAIL(list, w, entry);
	w->place = FLOW_PARKED;
}

/* In the turn of its user; parked if there is no lane, or no memory. */
static void
enlist(struct flows *f, struct flow *w)
{
	struct turn *t;
	int lane;

	leave(f, w);
	lane = f->hooks.lane(w->destination, f->hooks.arg);
	t = lane == -1 ? NULL : turn_get(f, w, (unsigned)lane);
	if (t == NULL) {
		park(f, w);
		return;
	}
	w->turn = t;
	w->place = FLOW_LISTED;
	TAILQ_INSERT_TAIL(&t->flows, w, entry);
	f->hooks.kick(f->hooks.arg);
}

static struct flow *
flow_new(struct flows *f, const struct task *t)
{
	struct flow *w;
	size_t at;

	if (f->count >= f->buckets && grow(f) == -1)
		return NULL;
	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return NULL;
	TAILQ_INIT(&w->ready);
	w->owner = task_message(t)->owner;
	w->destination = t->destination;
	w->class = flow_class_of(task_message(t));
	at = slot(f->buckets, w->owner, w->destination, w->class);
	w->chain = f->bucket[at];
	f->bucket[at] = w;
	f->count++;
	TAILQ_INSERT_TAIL(&w->destination->flows[w->class], w, other);
	return w;
}

static void
flow_free(struct flows *f, struct flow *w)
{
	leave(f, w);
	TAILQ_REMOVE(&w->destination->flows[w->class], w, other);
	free(w);
}

/* A task left the flow; an empty flow goes. */
static void
taken(struct flows *f, struct flow **p)
{
	struct flow *w = *p;

	w->count--;
	f->ready--;
	if (w->count > 0)
		return;
	*p = w->chain;
	f->count--;
	flow_free(f, w);
}

/* Free; tasks are not touched.  NULL is allowed. */
void
flows_free(struct flows *f)
{
	struct flow *w;
	size_t i;

	if (f == NULL)
		return;
	for (i = 0; i < f->buckets; i++)
		while ((w = f->bucket[i]) != NULL) {
			f->bucket[i] = w->chain;
			flow_free(f, w);
		}
	free(f->bucket);
	free(f);
}

/* A task may go now: behind those of its flow.  -1 without memory. */
int
flows_push(struct flows *f, struct task *t)
{
	struct flow **p, *w;

	p = find(f, t);
	w = p == NULL ? flow_new(f, t) : *p;
	if (w == NULL)
		return -1;
	t->state = TASK_READY;
	TAILQ_INSERT_TAIL(&w->ready, t, u.entry);
	w->count++;
	f->ready++;
	if (w->place == FLOW_NOWHERE)
		enlist(f, w);
	return 0;
}

/* Take a ready task out. */
void
flows_remove(struct flows *f, struct task *t)
{
	struct flow **p;

	p = find(f, t);
	if (p == NULL)
		return;
	TAILQ_REMOVE(&(*p)->ready, t, u.entry);
	t->state = TASK_IDLE;
	taken(f, p);
}

/* The first task of a flow, taken out. */
static struct task *
serve(struct flows *f, struct flow *w)
{
	struct task *t;

	w->due = false;
	t = TAILQ_FIRST(&w->ready);
	flows_remove(f, t);
	return t;
}

/*
 * The bulk that goes in the place of other mail to a destination, or NULL.
 * What keeps a destination full would keep bulk from it for ever.
 */
static struct flow *
bulk_instead(struct flows *f, struct destination *d)
{
	struct flow_list *list = &d->flows[FLOW_BULK];
	struct flow *w;
	unsigned n = 0;

	if (TAILQ_EMPTY(list) || ++d->passed < FLOW_BULK_SHARE)
		return NULL;
	d->passed = 0;
	TAILQ_FOREACH(w, list, other) {
		if (!f->hooks.is_halted(w->owner, f->hooks.arg)) {
			TAILQ_REMOVE(list, w, other);
			TAILQ_INSERT_TAIL(list, w, other);
			return w;
		}
		if (++n == FLOW_BULK_LOOK)
			break;
	}
	return NULL;
}

/* The turn of a list goes behind the others; false: aside, it must wait. */
static bool
rotate(struct flows *f, struct turn *t)
{
	TAILQ_REMOVE(turns_with(f, t), t, entry);
	t->aside = f->hooks.is_halted(t->owner, f->hooks.arg) ||
	    (t->fresh && f->hooks.is_sated(t->owner, t->class, f->hooks.arg));
	TAILQ_INSERT_TAIL(turns_with(f, t), t, entry);
	return !t->aside;
}

/* The first task of a list of turns whose destination has room. */
static struct task *
pop_turns(struct flows *f, struct turn_list *turns)
{
	struct flow *bulk, *w;
	struct turn *turn;

	while ((turn = TAILQ_FIRST(turns)) != NULL) {
		if (!rotate(f, turn))
			continue;
		w = TAILQ_FIRST(&turn->flows);
		if (!f->hooks.has_room(w->destination, w->class,
			f->hooks.arg)) {
			park(f, w);
			continue;
		}
		bulk = w->class == FLOW_BULK ? NULL :
					       bulk_instead(f, w->destination);
		if (bulk != NULL)
			return serve(f, bulk);
		TAILQ_REMOVE(&turn->flows, w, entry);
		TAILQ_INSERT_TAIL(&turn->flows, w, entry);
		return serve(f, w);
	}
	return NULL;
}

/* The first task of a class; known and new destinations take turns. */
static struct task *
pop_class(struct flows *f, unsigned number, enum flow_class class)
{
	struct flow_lane *lane = &f->lane[number];
	struct task *t = NULL;
	bool fresh;
	unsigned i;

	for (i = 0; i < 2 && t == NULL; i++) {
		fresh = lane->fresh[class];
		lane->fresh[class] = !fresh;
		if (f->hooks.takes(number, class, fresh, f->hooks.arg))
			t = pop_turns(f, &lane->turns[class][fresh]);
	}
	return t;
}

/*
 * The next task of a lane, taken out, or NULL: nothing may go now.  Of
 * FLOW_BULK_SHARE one is bulk, if there is any.
 */
struct task *
flows_pop(struct flows *f, unsigned number)
{
	struct flow_lane *lane = &f->lane[number];
	enum flow_class first = FLOW_TRANSACTIONAL, then = FLOW_BULK;
	struct task *t;

	if (TAILQ_EMPTY(&lane->turns[FLOW_BULK][0]) &&
	    TAILQ_EMPTY(&lane->turns[FLOW_BULK][1]))
		lane->passed = 0;
	else if (lane->passed + 1 >= FLOW_BULK_SHARE) {
		first = FLOW_BULK;
		then = FLOW_TRANSACTIONAL;
	}
	t = pop_class(f, number, first);
	if (t == NULL)
		t = pop_class(f, number, then);
	if (t != NULL)
		lane->passed = flow_class_of(task_message(t)) == FLOW_BULK ?
		    0 :
		    lane->passed + 1;
	return t;
}

/* The flow that is to leave its park first, or NULL. */
static struct flow *
first_parked(const struct destination *d)
{
	struct flow *w;

	w = TAILQ_FIRST(&d->parked[FLOW_TRANSACTIONAL]);
	return w != NULL ? w : TAILQ_FIRST(&d->parked[FLOW_BULK]);
}

/* A destination has room for n batches: let as many flows try. */
void
flows_unpark(struct flows *f, struct destination *d, unsigned n)
{
	struct flow *w;

	while (n > 0 && f->hooks.lane(d, f->hooks.arg) != -1 &&
	    (w = first_parked(d)) != NULL) {
		w->due = true;
		enlist(f, w);
		if (w->place == FLOW_PARKED)
			break;
		n--;
	}
}

/* A lane is gone: what stands there goes to another one. */
void
flows_leave_lane(struct flows *f, unsigned number)
{
	struct flow_lane *lane = &f->lane[number];
	struct turn_list *list[] = { &lane->turns[FLOW_TRANSACTIONAL][0],
		&lane->turns[FLOW_TRANSACTIONAL][1], &lane->turns[FLOW_BULK][0],
		&lane->turns[FLOW_BULK][1], &lane->aside };
	struct turn *t;
	size_t i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		while ((t = TAILQ_FIRST(list[i])) != NULL)
			enlist(f, TAILQ_FIRST(&t->flows));
}

/* A turn that was put aside may try again. */
static void
turn_resume(struct flows *f, struct turn *t)
{
	TAILQ_REMOVE(turns_with(f, t), t, entry);
	t->aside = false;
	TAILQ_INSERT_TAIL(turns_with(f, t), t, entry);
}

/* Users that were halted may not be any more. */
void
flows_resume(struct flows *f)
{
	struct flow_lane *lane;
	struct turn *t;

	for (lane = f->lane; lane < f->lane + LANES_MAX; lane++)
		while ((t = TAILQ_FIRST(&lane->aside)) != NULL)
			turn_resume(f, t);
	f->hooks.kick(f->hooks.arg);
}

/* A user may have more for new destinations. */
void
flows_resume_user(struct flows *f, struct owner *o)
{
	struct turn *t;
	bool any = false;

	for (t = o->turns; t != NULL; t = t->next)
		if (t->aside && t->fresh) {
			turn_resume(f, t);
			any = true;
		}
	if (any)
		f->hooks.kick(f->hooks.arg);
}

/* A destination is new, or is so no more: its flows stand elsewhere. */
void
flows_turned(struct flows *f, struct destination *d)
{
	bool fresh = destination_is_new(d);
	struct flow *w;
	unsigned i;

	for (i = 0; i < FLOW_CLASSES; i++)
		TAILQ_FOREACH(w, &d->flows[i], other) {
			if (w->place == FLOW_LISTED && w->turn->fresh != fresh)
				enlist(f, w);
		}
}

/* Tasks that are ready. */
size_t
flows_ready(const struct flows *f)
{
	return f->ready;
}

/*
 * All that waits for a destination now is to be seen by flows_sweep(), but
 * for what is of users that are halted.
 */
void
flows_sweep_begin(struct flows *f, struct destination *d)
{
	struct flow *w;
	unsigned i;

	d->swept = 0;
	for (i = 0; i < FLOW_CLASSES; i++)
		TAILQ_FOREACH(w, &d->flows[i], other) {
			w->sweep = f->hooks.is_halted(w->owner, f->hooks.arg) ?
			    0 :
			    w->count;
		}
}

/* The first flow of a list that has something to see; the others go behind. */
static struct flow *
to_sweep(struct flow_list *list)
{
	struct flow *w, *end = TAILQ_LAST(list, flow_list);

	while ((w = TAILQ_FIRST(list)) != NULL && w->sweep == 0) {
		TAILQ_REMOVE(list, w, other);
		TAILQ_INSERT_TAIL(list, w, other);
		if (w == end)
			return NULL;
	}
	return w;
}

/*
 * The next task of a sweep, which stays in and goes behind the others; NULL
 * when all were seen.
 */
struct task *
flows_sweep(struct flows *f, struct destination *d)
{
	struct flow *w = NULL;
	struct task *t;

	while (d->swept < FLOW_CLASSES && w == NULL) {
		w = to_sweep(&d->flows[d->swept]);
		d->swept += w == NULL;
	}
	if (w == NULL)
		return NULL;
	w->sweep--;
	t = TAILQ_FIRST(&w->ready);
	TAILQ_REMOVE(&w->ready, t, u.entry);
	TAILQ_INSERT_TAIL(&w->ready, t, u.entry);
	return t;
}
