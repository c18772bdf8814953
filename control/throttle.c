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
 * The table of addresses that failed.  A sliding window for each: the times
 * of its last failures, as many as are allowed.  What changed is written a
 * second later, in one transaction, so that a flood of failures costs one
 * write a second.  When the table is full the address that failed longest ago
 * makes room, one that is turned away last of all.
 */
#include "throttle.h"

#include <sys/queue.h>
#include <sys/random.h>

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "log.h"
#include "msg.h"
#include "proc.h"
#include "proto_conf.h"
#include "record.h"
#include "steady.h"
#include "store.h"

#define THROTTLE_VERSION 1
#define THROTTLE_CHAINS	 4096u

/* How far from the oldest one that is not turned away is looked for. */
#define THROTTLE_LOOK 64u

struct throttle_entry {
	LIST_ENTRY(throttle_entry) chain;
	TAILQ_ENTRY(throttle_entry) order; /* in order, or in gone */
	TAILQ_ENTRY(throttle_entry) change;
	uint8_t key[NETKEY_SIZE];
	int64_t until;
	uint32_t failures;
	bool dirty;
	int64_t time[THROTTLE_FAILURES_MAX];
};

TAILQ_HEAD(throttle_list, throttle_entry);

struct throttle {
	throttle_cb tell;
	void *arg;
	struct store *store;
	struct event *timer;
	uint64_t seed;
	uint32_t failures; /* 0: nobody is turned away */
	uint32_t window;
	uint32_t block;
	size_t entries;
	size_t removed;
	struct throttle_list order; /* the one that failed last is last */
	struct throttle_list changed;
	struct throttle_list gone; /* still in the store */
	LIST_HEAD(, throttle_entry) chain[THROTTLE_CHAINS];
};

static void
throttle_timer_cb(evutil_socket_t fd, short what, void *arg)
{
	if (throttle_flush(arg) == 0)
		log_debug("throttle: failures of addresses are written");
}

/* An empty table without a rule, or NULL without memory or randomness. */
struct throttle *
throttle_new(throttle_cb tell, void *arg)
{
	struct throttle *t;

	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	t->tell = tell;
	t->arg = arg;
	TAILQ_INIT(&t->order);
	TAILQ_INIT(&t->changed);
	TAILQ_INIT(&t->gone);
	if (getrandom(&t->seed, sizeof(t->seed), 0) != sizeof(t->seed)) {
		throttle_free(t);
		return NULL;
	}
	return t;
}

static void
list_free(struct throttle_list *list)
{
	struct throttle_entry *e;

	while ((e = TAILQ_FIRST(list)) != NULL) {
		TAILQ_REMOVE(list, e, order);
		free(e);
	}
}

/* Free, without writing; NULL is allowed. */
void
throttle_free(struct throttle *t)
{
	if (t == NULL)
		return;
	if (t->timer != NULL)
		event_free(t->timer);
	list_free(&t->order);
	list_free(&t->gone);
	free(t);
}

/* What is to be written is written in a second. */
static void
write_soon(struct throttle *t)
{
	static const struct timeval second = { 1, 0 };

	if (t->store != NULL && !evtimer_pending(t->timer, NULL))
		(void)evtimer_add(t->timer, &second);
}

static void
mark(struct throttle *t, struct throttle_entry *e)
{
	if (!e->dirty)
		TAILQ_INSERT_TAIL(&t->changed, e, change);
	e->dirty = true;
	write_soon(t);
}

static size_t
chain_of(const struct throttle *t, const uint8_t key[NETKEY_SIZE])
{
	return (size_t)(netkey_hash(key, t->seed) % THROTTLE_CHAINS);
}

static struct throttle_entry *
find(struct throttle *t, const uint8_t key[NETKEY_SIZE])
{
	struct throttle_entry *e;

	LIST_FOREACH(e, &t->chain[chain_of(t, key)], chain) {
		if (memcmp(e->key, key, NETKEY_SIZE) == 0)
			return e;
	}
	return NULL;
}

/* Out of the table; the store forgets it with the next writing. */
static void
drop(struct throttle *t, struct throttle_entry *e)
{
	LIST_REMOVE(e, chain);
	TAILQ_REMOVE(&t->order, e, order);
	if (e->dirty)
		TAILQ_REMOVE(&t->changed, e, change);
	t->entries--;
	TAILQ_INSERT_TAIL(&t->gone, e, order);
	t->removed++;
	if (t->removed > THROTTLE_MAX) {
		e = TAILQ_FIRST(&t->gone);
		TAILQ_REMOVE(&t->gone, e, order);
		t->removed--;
		free(e);
	}
	write_soon(t);
}

/* A clock that was set back turns nobody away for longer than the rule. */
static bool
is_blocked(const struct throttle *t, const struct throttle_entry *e,
    int64_t now)
{
	return t->failures > 0 && e->until > now &&
	    e->until - now <= (int64_t)t->block;
}

/* Forget failures that are out of the window, or of another time. */
static void
forget_old(const struct throttle *t, struct throttle_entry *e, int64_t now)
{
	uint32_t i, n;

	n = 0;
	for (i = 0; i < e->failures; i++) {
		if (e->time[i] <= now && now - e->time[i] < (int64_t)t->window)
			e->time[n++] = e->time[i];
	}
	e->failures = n;
}

/* Nothing of it is of use any more. */
static bool
is_over(const struct throttle *t, struct throttle_entry *e, int64_t now)
{
	forget_old(t, e, now);
	return e->failures == 0 && !is_blocked(t, e, now);
}

/* The oldest goes, and with it others whose time is over. */
static void
make_room(struct throttle *t, int64_t now)
{
	struct throttle_entry *e;
	unsigned i;

	while ((e = TAILQ_FIRST(&t->order)) != NULL && is_over(t, e, now))
		drop(t, e);
	if (t->entries < THROTTLE_MAX)
		return;
	e = TAILQ_FIRST(&t->order);
	for (i = 0; i < THROTTLE_LOOK && e != NULL && is_blocked(t, e, now);
	     i++)
		e = TAILQ_NEXT(e, order);
	if (e == NULL || is_blocked(t, e, now))
		e = TAILQ_FIRST(&t->order);
	drop(t, e);
}

/* A new entry, last in order.  NULL without memory. */
static struct throttle_entry *
add(struct throttle *t, const uint8_t key[NETKEY_SIZE], int64_t now)
{
	struct throttle_entry *e;

	make_room(t, now);
	e = calloc(1, sizeof(*e));
	if (e == NULL)
		return NULL;
	memcpy(e->key, key, NETKEY_SIZE);
	LIST_INSERT_HEAD(&t->chain[chain_of(t, key)], e, chain);
	TAILQ_INSERT_TAIL(&t->order, e, order);
	t->entries++;
	return e;
}

/* The rule is another one from now on; who is turned away stays so. */
void
throttle_set(struct throttle *t, const struct conf_policy *conf)
{
	t->failures = conf->throttle_failures;
	t->window = conf->throttle_window;
	t->block = conf->throttle_block;
}

/* Whether an address is turned away now. */
bool
throttle_holds(struct throttle *t, const char *source, int64_t now)
{
	const struct throttle_entry *e;
	uint8_t key[NETKEY_SIZE];

	if (netkey_parse(source, key) == -1)
		return false;
	e = find(t, key);
	return e != NULL && is_blocked(t, e, now);
}

/*
 * An address failed.  true if it is turned away now, which all that accept
 * connections are told.  Without memory it is not counted.
 */
bool
throttle_fail(struct throttle *t, const char *source, int64_t now)
{
	struct throttle_entry *e;
	uint8_t key[NETKEY_SIZE];

	if (t->failures == 0 || netkey_parse(source, key) == -1)
		return false;
	e = find(t, key);
	if (e == NULL)
		e = add(t, key, now);
	if (e == NULL)
		return false;
	if (is_blocked(t, e, now))
		return true;
	TAILQ_REMOVE(&t->order, e, order);
	TAILQ_INSERT_TAIL(&t->order, e, order);
	mark(t, e);
	forget_old(t, e, now);
	while (e->failures > 0 && e->failures >= t->failures)
		memmove(e->time, e->time + 1,
		    --e->failures * sizeof(e->time[0]));
	e->time[e->failures++] = now;
	if (e->failures < t->failures)
		return false;
	e->failures = 0;
	e->until = now + (int64_t)t->block;
	log_warnx("throttled source=%s seconds=%u failures=%u", source,
	    t->block, t->failures);
	t->tell(e->key, t->block, t->arg);
	return true;
}

/* Forget one address, or with NULL all.  How many were forgotten. */
size_t
throttle_clear(struct throttle *t, const uint8_t key[NETKEY_SIZE])
{
	struct throttle_entry *e, *next;
	size_t n;

	n = 0;
	e = key == NULL ? TAILQ_FIRST(&t->order) : find(t, key);
	for (; e != NULL; e = next) {
		next = key == NULL ? TAILQ_NEXT(e, order) : NULL;
		if (e->until != 0)
			t->tell(e->key, 0, t->arg);
		drop(t, e);
		n++;
	}
	return n;
}

/* Call cb for each address that is turned away now. */
void
throttle_each(struct throttle *t, int64_t now, throttle_cb cb, void *arg)
{
	const struct throttle_entry *e;

	TAILQ_FOREACH(e, &t->order, order) {
		if (is_blocked(t, e, now))
			cb(e->key, (uint32_t)(e->until - now), arg);
	}
}

static enum store_status
entry_put(struct store *s, const struct throttle_entry *e)
{
	char text[NETKEY_TEXT_SIZE];
	struct store_key k;
	struct msgout m;
	enum store_status r;
	uint32_t i;

	memset(&m, 0, sizeof(m));
	record_begin(&m, THROTTLE_VERSION);
	msg_put_i64(&m, e->until);
	msg_put_u32(&m, e->failures);
	for (i = 0; i < e->failures; i++)
		msg_put_i64(&m, e->time[i]);
	netkey_format(e->key, text);
	store_key(&k, text, NULL);
	r = store_put(s, STORE_THROTTLE, &k, &m);
	msgout_free(&m);
	return r;
}

/* One that is in the table again must not be deleted: gone comes first. */
static int
write_all(struct throttle *t)
{
	char text[NETKEY_TEXT_SIZE];
	const struct throttle_entry *e;

	TAILQ_FOREACH(e, &t->gone, order) {
		netkey_format(e->key, text);
		if (record_del(t->store, STORE_THROTTLE, text, NULL) ==
		    STORE_FAIL)
			return -1;
	}
	TAILQ_FOREACH(e, &t->changed, change) {
		if (entry_put(t->store, e) != STORE_OK)
			return -1;
	}
	return 0;
}

/* Write what changed, in one transaction.  0, or -1 and it is kept. */
int
throttle_flush(struct throttle *t)
{
	struct throttle_entry *e;

	if (t->store == NULL ||
	    (TAILQ_EMPTY(&t->changed) && TAILQ_EMPTY(&t->gone)))
		return 0;
	if (store_begin(t->store) == -1)
		return -1;
	if (write_all(t) == -1) {
		store_abort(t->store);
		return -1;
	}
	if (store_commit(t->store) == -1)
		return -1;
	while ((e = TAILQ_FIRST(&t->changed)) != NULL) {
		TAILQ_REMOVE(&t->changed, e, change);
		e->dirty = false;
	}
	list_free(&t->gone);
	t->removed = 0;
	return 0;
}

static int
entry_get(struct msgin *m, struct throttle_record *r,
    int64_t times[THROTTLE_FAILURES_MAX])
{
	uint32_t i;

	if (record_open(m, THROTTLE_VERSION) == -1)
		return -1;
	r->until = msg_get_i64(m);
	r->failures = msg_get_u32(m);
	r->last = 0;
	if (r->failures > THROTTLE_FAILURES_MAX)
		return -1;
	for (i = 0; i < r->failures; i++)
		r->last = times[i] = msg_get_i64(m);
	return msg_end(m);
}

/* Read a record.  0, or -1 if it is ill-formed. */
int
throttle_decode(struct msgin *m, struct throttle_record *r)
{
	int64_t times[THROTTLE_FAILURES_MAX];

	return entry_get(m, r, times);
}

static bool
load_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct throttle_entry *e;
	struct throttle_record r;
	uint8_t key[NETKEY_SIZE];
	struct throttle *t;
	int64_t now;

	t = arg;
	now = steady_now();
	if (netkey_parse(store_key_first(k), key) == -1)
		return true;
	e = add(t, key, now);
	if (e == NULL)
		return false;
	if (entry_get(m, &r, e->time) == -1) {
		log_warnx("store: ill-formed record of a throttled address");
		drop(t, e);
		return true;
	}
	e->until = r.until;
	e->failures = r.failures;
	if (is_over(t, e, now))
		drop(t, e);
	return true;
}

/*
 * Take up what the store has, which is written to from now on; there is an
 * event base.  0 or -1.
 */
int
throttle_load(struct throttle *t, struct store *s)
{
	if (t->timer == NULL)
		t->timer = evtimer_new(proc_base(), throttle_timer_cb, t);
	if (t->timer == NULL)
		return -1;
	t->store = s;
	return store_scan(s, STORE_THROTTLE, NULL, NULL, load_cb, t) ==
		STORE_OK ?
	    0 :
	    -1;
}
