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
 * Counters of soft bounces, in a table of their own.  A crash may lose the
 * latest, which is one bounce more until the recipient is suppressed.
 */
#include "suppress_soft.h"

#include <string.h>
#include <time.h>

#include "compat.h"
#include "log.h"
#include "msg.h"
#include "proto_notice.h"
#include "proto_suppress.h"
#include "record.h"
#include "suppress.h"
#include "suppress_place.h"
#include "suppression.h"

#define SOFT_VERSION 1

/* Lapsed counters that are dropped in one go. */
#define SOFT_SWEEP_MAX 100u

struct soft {
	uint64_t hash;	  /* that queue watches */
	uint64_t message; /* the last one */
	uint32_t n;
	int64_t when[CONF_SOFT_MAX]; /* the oldest first */
};

static int
soft_decode(struct msgin *m, struct soft *f)
{
	uint32_t i;

	memset(f, 0, sizeof(*f));
	if (record_open(m, SOFT_VERSION) == -1)
		return -1;
	f->hash = msg_get_u64(m);
	f->message = msg_get_u64(m);
	f->n = msg_get_u32(m);
	if (f->n > CONF_SOFT_MAX)
		return -1;
	for (i = 0; i < f->n; i++)
		f->when[i] = msg_get_i64(m);
	return msg_end(m);
}

static enum store_status
soft_get(struct store *s, const struct store_key *k, struct soft *f)
{
	struct msgin m;
	enum store_status r;

	r = store_get(s, STORE_SUPPRESSION_SOFT, k, &m);
	if (r != STORE_OK)
		return r;
	return record_done(soft_decode(&m, f), "soft bounce");
}

static enum store_status
soft_put(struct store *s, const struct store_key *k, const struct soft *f)
{
	struct msgout m;
	enum store_status r;
	uint32_t i;

	memset(&m, 0, sizeof(m));
	record_begin(&m, SOFT_VERSION);
	msg_put_u64(&m, f->hash);
	msg_put_u64(&m, f->message);
	msg_put_u32(&m, f->n);
	for (i = 0; i < f->n; i++)
		msg_put_i64(&m, f->when[i]);
	r = store_put(s, STORE_SUPPRESSION_SOFT, k, &m);
	msgout_free(&m);
	return r;
}

/* The key of a folded address in a place. */
static enum store_status
soft_key(const struct suppress *sp, const struct suppress_place *p,
    const char *address, struct store_key *k)
{
	char hash[SUPPRESS_HASH_TEXT_SIZE];

	if (!sp->hash || suppression_is_hash(address)) {
		store_key(k, p->number, address);
		return STORE_OK;
	}
	if (suppress_hash(sp, address, hash) == -1)
		return STORE_FAIL;
	store_key(k, p->number, hash);
	return STORE_OK;
}

static bool
load_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	((struct suppress *)arg)->softs++;
	return true;
}

/* Count the counters.  0 or -1. */
int
suppress_soft_load(struct suppress *sp)
{
	sp->softs = 0;
	return store_scan(sp->store, STORE_SUPPRESSION_SOFT, NULL, NULL,
		   load_cb, sp) == STORE_OK ?
	    0 :
	    -1;
}

/* Forget what is too old, and what is more than the last ones that matter. */
static void
soft_trim(struct soft *f, int64_t oldest, uint32_t most)
{
	uint32_t drop;

	for (drop = 0; drop < f->n && f->when[drop] < oldest; drop++)
		continue;
	if (f->n - drop > most)
		drop = f->n - most;
	f->n -= drop;
	memmove(f->when, f->when + drop, f->n * sizeof(f->when[0]));
}

static enum store_status
soft_suppress(struct suppress *sp, struct suppression *s,
    const struct store_key *k, bool counted)
{
	enum store_status r;

	s->reason = SUPPRESSION_SOFTBOUNCE;
	if (sp->soft_lifetime != 0)
		s->expires = s->created + sp->soft_lifetime;
	r = suppression_put(sp, s);
	if (r == STORE_OK && counted) {
		r = store_del(sp->store, STORE_SUPPRESSION_SOFT, k);
		sp->softs--;
	}
	return r;
}

/*
 * Count a soft bounce, which s describes, of a recipient that is not
 * suppressed; it is suppressed if there have been enough.  The same message
 * counts once.  The caller has a transaction.
 */
enum store_status
suppress_soft_count(struct suppress *sp, struct suppression *s, uint64_t hash,
    bool *suppressed)
{
	struct suppress_place p;
	struct store_key k;
	enum store_status r;
	struct soft f;
	bool counted;

	*suppressed = false;
	if (suppress_place_make(sp->store, s->compartment, &p) != STORE_OK ||
	    soft_key(sp, &p, s->address, &k) != STORE_OK)
		return STORE_FAIL;
	r = soft_get(sp->store, &k, &f);
	if (r == STORE_FAIL)
		return r;
	counted = r == STORE_OK;
	if (!counted)
		memset(&f, 0, sizeof(f));
	if (counted && f.message == s->message)
		return STORE_OK;
	if (!counted && sp->softs >= NOTICE_SOFT_MAX && sp->soft_limit > 1)
		return STORE_OK;
	soft_trim(&f, s->created - sp->soft_window, CONF_SOFT_MAX - 1);
	f.when[f.n++] = s->created;
	f.hash = hash;
	f.message = s->message;
	if (f.n >= sp->soft_limit) {
		*suppressed = true;
		return soft_suppress(sp, s, &k, counted);
	}
	if (!counted)
		sp->softs++;
	return soft_put(sp->store, &k, &f);
}

/* The recipient was reached.  The caller has a transaction. */
enum store_status
suppress_soft_forget(struct suppress *sp, const char *compartment,
    const char *address)
{
	struct suppress_place p;
	struct store_key k;
	enum store_status r;

	r = suppress_place_get(sp->store, compartment, &p);
	if (r == STORE_OK)
		r = soft_key(sp, &p, address, &k);
	if (r == STORE_OK)
		r = store_del(sp->store, STORE_SUPPRESSION_SOFT, &k);
	if (r == STORE_OK && sp->softs > 0)
		sp->softs--;
	return r == STORE_NOTFOUND ? STORE_OK : r;
}

struct each {
	suppress_soft_cb cb;
	void *arg;
};

static bool
each_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct each *e;
	struct soft f;

	e = arg;
	if (soft_decode(m, &f) == 0)
		e->cb(f.hash, e->arg);
	return true;
}

/* Call cb for the hash of each recipient that has soft bounces. */
enum store_status
suppress_soft_each(struct suppress *sp, suppress_soft_cb cb, void *arg)
{
	struct each e = { cb, arg };

	return store_scan(sp->store, STORE_SUPPRESSION_SOFT, NULL, NULL,
	    each_cb, &e);
}

struct sweep {
	struct suppress *sp;
	int64_t oldest;
	unsigned left;
	unsigned found;
	struct store_key lapsed[SOFT_SWEEP_MAX];
};

static bool
sweep_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct sweep *w;
	struct soft f;
	bool plain;

	w = arg;
	w->left--;
	w->sp->soft_swept = *k;
	plain = store_key_second(k)[0] != SUPPRESS_HASH_MARK;
	if (soft_decode(m, &f) == -1 || f.n == 0 ||
	    f.when[f.n - 1] < w->oldest || (plain && w->sp->hash))
		w->lapsed[w->found++] = *k;
	return w->left > 0 && w->found < SOFT_SWEEP_MAX;
}

static enum store_status
sweep_drop(struct suppress *sp, const struct sweep *w)
{
	enum store_status r;
	unsigned i;

	if (store_begin(sp->store) == -1)
		return STORE_FAIL;
	for (i = 0; i < w->found; i++) {
		r = store_del(sp->store, STORE_SUPPRESSION_SOFT, &w->lapsed[i]);
		if (r == STORE_FAIL) {
			store_abort(sp->store);
			return r;
		}
	}
	if (store_commit_lazy(sp->store) == -1)
		return STORE_FAIL;
	sp->softs -= sp->softs < w->found ? sp->softs : w->found;
	return STORE_OK;
}

/*
 * Look at some counters more, and drop those that have lapsed, or have an
 * address where there is to be none.  From the first again after the last.
 */
enum store_status
suppress_soft_sweep(struct suppress *sp, unsigned records)
{
	static struct sweep w;
	struct store_key after;
	enum store_status r;

	w.sp = sp;
	w.oldest = (int64_t)time(NULL) - sp->soft_window;
	w.left = records;
	w.found = 0;
	after = sp->soft_swept;
	r = store_scan(sp->store, STORE_SUPPRESSION_SOFT, NULL,
	    after.len == 0 ? NULL : &after, sweep_cb, &w);
	if (r != STORE_OK)
		return r;
	if (w.left > 0 && w.found < SOFT_SWEEP_MAX)
		sp->soft_swept.len = 0;
	return w.found == 0 ? STORE_OK : sweep_drop(sp, &w);
}
