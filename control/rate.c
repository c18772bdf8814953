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
 * The meters of all that has a limit, in memory, and the holds of
 * transactions on them.  A meter's record says what was counted and how much
 * more may be promised before the next record (ahead): after a crash all of
 * that counts as sent.
 */
#include "rate.h"

#include <sys/queue.h>

#include <stdlib.h>
#include <string.h>

#include "compat.h"
#include "log.h"
#include "meter.h"
#include "msg.h"
#include "record.h"
#include "store.h"

#define RATE_CHAINS 4096u

/* Part of a limit that is promised ahead of writing, and the most of it. */
#define RATE_AHEAD_PART 16u
#define RATE_AHEAD_MAX	4096u

struct gauge {
	LIST_ENTRY(gauge) chain;
	char id[OBJECT_ID_SIZE];
	struct limit limit;
	struct meter meter;
	uint64_t reserved;
	uint64_t since; /* accepted since the record was written */
	uint64_t ahead; /* what the record allows for */
	unsigned holds;
	bool dirty;
};

struct hold {
	LIST_ENTRY(hold) chain;
	struct rate_tx tx;
	uint32_t units;
	size_t n;
	struct gauge *gauge[RATE_LEVELS_MAX];
};

struct rate {
	struct store *store;
	size_t holds;
	LIST_HEAD(, gauge) gauges[RATE_CHAINS];
	LIST_HEAD(, hold) hold[RATE_CHAINS];
};

/* Nothing is limited; NULL without memory. */
struct rate *
rate_new(void)
{
	return calloc(1, sizeof(struct rate));
}

/* Free, without writing; NULL is allowed. */
void
rate_free(struct rate *r)
{
	struct gauge *g;
	struct hold *h;
	size_t i;

	for (i = 0; r != NULL && i < RATE_CHAINS; i++) {
		while ((g = LIST_FIRST(&r->gauges[i])) != NULL) {
			LIST_REMOVE(g, chain);
			free(g);
		}
		while ((h = LIST_FIRST(&r->hold[i])) != NULL) {
			LIST_REMOVE(h, chain);
			free(h);
		}
	}
	free(r);
}

static size_t
id_chain(const char *id)
{
	return record_hash(id) % RATE_CHAINS;
}

static struct gauge *
gauge_find(const struct rate *r, const char *id)
{
	struct gauge *g;

	LIST_FOREACH(g, &r->gauges[id_chain(id)], chain) {
		if (strcmp(g->id, id) == 0)
			return g;
	}
	return NULL;
}

/* It goes when it has neither a limit nor a hold. */
static void
gauge_end(struct gauge *g)
{
	if (g->holds > 0 || !limit_is_none(&g->limit))
		return;
	LIST_REMOVE(g, chain);
	free(g);
}

static struct gauge *
gauge_new(struct rate *r, const char *id, int64_t now)
{
	struct gauge *g;

	g = calloc(1, sizeof(*g));
	if (g == NULL)
		return NULL;
	(void)strlcpy(g->id, id, sizeof(g->id));
	meter_init(&g->meter, now);
	LIST_INSERT_HEAD(&r->gauges[id_chain(id)], g, chain);
	return g;
}

/*
 * An object has these limits from now on, which are in the store.  Counting
 * begins with the first.  0, or -1 without memory.
 */
int
rate_set(struct rate *r, const char *id, const struct limit *l, int64_t now)
{
	struct gauge *g;

	g = gauge_find(r, id);
	if (g == NULL && limit_is_none(l))
		return 0;
	if (g == NULL)
		g = gauge_new(r, id, now);
	if (g == NULL)
		return -1;
	g->limit = *l;
	gauge_end(g);
	return 0;
}

/* An object is gone, or has no limit any more. */
void
rate_forget(struct rate *r, const char *id)
{
	struct gauge *g;

	g = gauge_find(r, id);
	if (g == NULL)
		return;
	memset(&g->limit, 0, sizeof(g->limit));
	g->dirty = false;
	gauge_end(g);
}

/* How much is promised ahead: the smaller limit decides. */
static uint64_t
gauge_ahead(const struct gauge *g)
{
	uint32_t least;

	least = g->limit.minute;
	if (least == 0 || (g->limit.day != 0 && g->limit.day < least))
		least = g->limit.day;
	least = least / RATE_AHEAD_PART + 1;
	return least > RATE_AHEAD_MAX ? RATE_AHEAD_MAX : least;
}

static enum store_status
gauge_put(struct store *s, const struct gauge *g, uint64_t ahead)
{
	struct store_key k;
	struct msgout m;
	enum store_status r;

	memset(&m, 0, sizeof(m));
	meter_put(&m, &g->meter,
	    ahead > UINT32_MAX ? UINT32_MAX : (uint32_t)ahead);
	store_key(&k, g->id, NULL);
	r = store_put(s, STORE_METER, &k, &m);
	msgout_free(&m);
	return r;
}

/* What a hold needs to be written is, before it is promised.  0 or -1. */
static int
write_ahead(struct rate *r, struct gauge *const *gauge, size_t n)
{
	uint64_t ahead[RATE_LEVELS_MAX];
	bool any;
	size_t i;

	any = false;
	for (i = 0; i < n; i++) {
		ahead[i] = 0;
		if (gauge[i]->since + gauge[i]->reserved <= gauge[i]->ahead)
			continue;
		ahead[i] = gauge[i]->reserved + gauge_ahead(gauge[i]);
		any = true;
	}
	if (!any)
		return 0;
	if (store_begin(r->store) == -1)
		return -1;
	for (i = 0; i < n; i++) {
		if (ahead[i] != 0 &&
		    gauge_put(r->store, gauge[i], ahead[i]) != STORE_OK) {
			store_abort(r->store);
			return -1;
		}
	}
	if (store_commit(r->store) == -1)
		return -1;
	for (i = 0; i < n; i++) {
		if (ahead[i] == 0)
			continue;
		gauge[i]->ahead = ahead[i];
		gauge[i]->since = 0;
	}
	return 0;
}

static size_t
tx_chain(const struct rate_tx *tx)
{
	return (size_t)((tx->number ^ (uintptr_t)tx->owner >> 4) % RATE_CHAINS);
}

static struct hold *
hold_find(const struct rate *r, const struct rate_tx *tx)
{
	struct hold *h;

	LIST_FOREACH(h, &r->hold[tx_chain(tx)], chain) {
		if (h->tx.owner == tx->owner && h->tx.number == tx->number)
			return h;
	}
	return NULL;
}

/* A hold of nothing on what has a limit.  NULL without memory, or too many. */
static struct hold *
hold_new(struct rate *r, const struct rate_tx *tx, struct gauge *const *gauge,
    size_t n)
{
	struct hold *h;
	size_t i;

	if (r->holds >= RATE_HOLDS_MAX)
		return NULL;
	h = calloc(1, sizeof(*h));
	if (h == NULL)
		return NULL;
	h->tx = *tx;
	h->n = n;
	for (i = 0; i < n; i++) {
		h->gauge[i] = gauge[i];
		gauge[i]->holds++;
	}
	LIST_INSERT_HEAD(&r->hold[tx_chain(tx)], h, chain);
	r->holds++;
	return h;
}

static void
hold_free(struct rate *r, struct hold *h)
{
	size_t i;

	for (i = 0; i < h->n; i++) {
		h->gauge[i]->reserved -= h->units;
		h->gauge[i]->holds--;
		gauge_end(h->gauge[i]);
	}
	LIST_REMOVE(h, chain);
	free(h);
	r->holds--;
}

static bool
exceeds(uint32_t limit, uint64_t sum, uint64_t reserved, uint32_t units)
{
	return limit != 0 && sum + reserved + units > limit;
}

/* The strictest of the limits that would be exceeded; the day's first. */
static enum rate_status
check(struct gauge *const *gauge, size_t n, uint32_t units, int64_t now,
    uint32_t *limit)
{
	uint32_t minute, day;
	struct gauge *g;
	size_t i;

	minute = day = 0;
	for (i = 0; i < n; i++) {
		g = gauge[i];
		meter_advance(&g->meter, now);
		if (exceeds(g->limit.day, g->meter.day.sum, g->reserved,
			units) &&
		    (day == 0 || g->limit.day < day))
			day = g->limit.day;
		if (exceeds(g->limit.minute, g->meter.minute.sum, g->reserved,
			units) &&
		    (minute == 0 || g->limit.minute < minute))
			minute = g->limit.minute;
	}
	*limit = day != 0 ? day : minute;
	if (day != 0)
		return RATE_DAY;
	return minute != 0 ? RATE_MINUTE : RATE_OK;
}

/* Reserve units on a hold if no limit is in the way. */
static enum rate_status
hold_grow(struct rate *r, struct hold *h, uint32_t units, int64_t now,
    uint32_t *limit)
{
	enum rate_status status;
	size_t i;

	if (units > RATE_UNITS_MAX - h->units)
		return RATE_FAIL;
	status = check(h->gauge, h->n, units, now, limit);
	if (status != RATE_OK)
		return status;
	h->units += units;
	for (i = 0; i < h->n; i++)
		h->gauge[i]->reserved += units;
	if (write_ahead(r, h->gauge, h->n) == 0)
		return RATE_OK;
	h->units -= units;
	for (i = 0; i < h->n; i++)
		h->gauge[i]->reserved -= units;
	return RATE_FAIL;
}

/* Whether units are counted. */
static bool
is_counted(const struct gauge *g)
{
	return g->limit.minute != 0 || g->limit.day != 0;
}

/*
 * Reserve units more for a transaction, until it is committed or released.
 * With RATE_MINUTE and RATE_DAY, limit is the one that is in the way, and
 * what was reserved before stays.
 */
enum rate_status
rate_reserve(struct rate *r, const struct rate_tx *tx,
    const struct rate_who *who, uint32_t units, int64_t now, uint32_t *limit)
{
	struct gauge *gauge[RATE_LEVELS_MAX];
	enum rate_status status;
	struct hold *h;
	size_t i, n;

	*limit = 0;
	h = hold_find(r, tx);
	if (h != NULL)
		return hold_grow(r, h, units, now, limit);
	n = 0;
	for (i = 0; i < who->n; i++) {
		gauge[n] = gauge_find(r, who->id[i]);
		if (gauge[n] != NULL && is_counted(gauge[n]))
			n++;
	}
	if (n == 0)
		return RATE_FREE;
	h = hold_new(r, tx, gauge, n);
	if (h == NULL)
		return RATE_FAIL;
	status = hold_grow(r, h, units, now, limit);
	if (status != RATE_OK)
		hold_free(r, h);
	return status;
}

/* Reserve so many units in all for a transaction that has some already. */
enum rate_status
rate_resize(struct rate *r, const struct rate_tx *tx, uint32_t units,
    int64_t now, uint32_t *limit)
{
	struct hold *h;

	*limit = 0;
	h = hold_find(r, tx);
	if (h == NULL)
		return RATE_FAIL;
	if (units <= h->units)
		return RATE_OK;
	return hold_grow(r, h, units - h->units, now, limit);
}

/* The message was accepted: so many units count, the rest is free again. */
void
rate_commit(struct rate *r, const struct rate_tx *tx, uint32_t units,
    int64_t now)
{
	struct hold *h;
	size_t i;

	h = hold_find(r, tx);
	if (h == NULL)
		return;
	for (i = 0; i < h->n; i++) {
		meter_advance(&h->gauge[i]->meter, now);
		meter_add(&h->gauge[i]->meter, units);
		h->gauge[i]->since += units;
		h->gauge[i]->dirty = true;
	}
	hold_free(r, h);
}

/* The message was not accepted: what it reserved is free again. */
void
rate_release(struct rate *r, const struct rate_tx *tx)
{
	struct hold *h;

	h = hold_find(r, tx);
	if (h != NULL)
		hold_free(r, h);
}

/* A channel is gone, and its transactions with it. */
void
rate_gone(struct rate *r, const void *owner)
{
	struct hold *h, *next;
	size_t i;

	for (i = 0; i < RATE_CHAINS; i++) {
		for (h = LIST_FIRST(&r->hold[i]); h != NULL; h = next) {
			next = LIST_NEXT(h, chain);
			if (h->tx.owner == owner)
				hold_free(r, h);
		}
	}
}

/* The limits of an object, or NULL if it has none. */
const struct limit *
rate_limit(const struct rate *r, const char *id)
{
	const struct gauge *g;

	g = gauge_find(r, id);
	return g == NULL ? NULL : &g->limit;
}

static void
gauge_use(struct gauge *g, int64_t now, struct rate_use *use)
{
	meter_advance(&g->meter, now);
	use->minute = g->meter.minute.sum;
	use->day = g->meter.day.sum;
	use->reserved = g->reserved;
}

/* What an object has used; nothing if it has no limit. */
void
rate_use(struct rate *r, const char *id, int64_t now, struct rate_use *use)
{
	struct gauge *g;

	memset(use, 0, sizeof(*use));
	g = gauge_find(r, id);
	if (g != NULL)
		gauge_use(g, now, use);
}

/* Call cb for everything that has a limit, in no order. */
void
rate_each(struct rate *r, int64_t now, rate_cb cb, void *arg)
{
	struct rate_use use;
	struct gauge *g;
	size_t i;

	for (i = 0; i < RATE_CHAINS; i++) {
		LIST_FOREACH(g, &r->gauges[i], chain) {
			gauge_use(g, now, &use);
			cb(g->id, &g->limit, &use, arg);
		}
	}
}

/* It changed since it was written, or promises what will not be used. */
static bool
is_due(const struct gauge *g, bool last)
{
	return g->dirty || (last && g->ahead > 0);
}

static int
flush_all(struct rate *r, bool last)
{
	struct gauge *g;
	size_t i;

	for (i = 0; i < RATE_CHAINS; i++) {
		LIST_FOREACH(g, &r->gauges[i], chain) {
			if (is_due(g, last) &&
			    gauge_put(r->store, g,
				last ? 0 : g->reserved + gauge_ahead(g)) !=
				STORE_OK)
				return -1;
		}
	}
	return 0;
}

static bool
any_due(const struct rate *r, bool last)
{
	const struct gauge *g;
	size_t i;

	for (i = 0; i < RATE_CHAINS; i++) {
		LIST_FOREACH(g, &r->gauges[i], chain) {
			if (is_due(g, last))
				return true;
		}
	}
	return false;
}

static void
flushed(struct gauge *g, bool last)
{
	if (!is_due(g, last))
		return;
	g->dirty = false;
	g->since = 0;
	g->ahead = last ? 0 : g->reserved + gauge_ahead(g);
}

/*
 * Write what was counted, in one transaction; with last, so that the next
 * start takes it as it is.  0, or -1 and all is kept.
 */
int
rate_flush(struct rate *r, bool last)
{
	struct gauge *g;
	size_t i;

	if (!any_due(r, last))
		return 0;
	if (store_begin(r->store) == -1)
		return -1;
	if (flush_all(r, last) == -1) {
		store_abort(r->store);
		return -1;
	}
	if (store_commit(r->store) == -1)
		return -1;
	for (i = 0; i < RATE_CHAINS; i++) {
		LIST_FOREACH(g, &r->gauges[i], chain)
			flushed(g, last);
	}
	return 0;
}

/* Everything at the start. */
struct load {
	struct rate *rate;
	int64_t now;
	bool failed;
};

static int
load_meter(struct rate *r, struct gauge *g, int64_t now)
{
	struct store_key k;
	enum store_status s;
	struct msgin m;
	uint32_t ahead;

	store_key(&k, g->id, NULL);
	s = store_get(r->store, STORE_METER, &k, &m);
	if (s != STORE_OK)
		return s == STORE_NOTFOUND ? 0 : -1;
	if (meter_get(&m, &g->meter, &ahead) == -1) {
		log_warnx("store: ill-formed record of a rate");
		meter_init(&g->meter, now);
		return 0;
	}
	if (ahead > 0)
		meter_add(&g->meter, ahead);
	g->dirty = ahead > 0;
	meter_advance(&g->meter, now);
	return 0;
}

static bool
load_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct limit limit;
	struct load *load;
	struct gauge *g;
	const char *id;

	load = arg;
	id = store_key_first(k);
	if (limit_decode(m, &limit) == -1) {
		log_warnx("store: ill-formed record of a limit");
		return true;
	}
	if (rate_set(load->rate, id, &limit, load->now) == -1) {
		load->failed = true;
		return false;
	}
	g = gauge_find(load->rate, id);
	if (g != NULL && load_meter(load->rate, g, load->now) == -1)
		load->failed = true;
	return !load->failed;
}

/* Take up what the store has, which is written to from now on.  0 or -1. */
int
rate_load(struct rate *r, struct store *s, int64_t now)
{
	struct load load = { r, now, false };

	r->store = s;
	if (store_scan(s, STORE_LIMIT, NULL, NULL, load_cb, &load) != STORE_OK)
		return -1;
	return load.failed ? -1 : 0;
}
