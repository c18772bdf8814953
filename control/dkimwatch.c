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
 * The schedule.  In each interval there are ten sweeps over the keys, at
 * moments with some chance in them: keys that wait for the DNS, or are in
 * trouble, are looked at in every sweep, the others in one of the ten, which
 * their number decides.  A sweep goes on in steps, each bounded in records
 * and in questions, so that nothing else in control waits for it.
 */
#include "dkimwatch.h"

#include <event2/event.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/rand.h>

#include "compat.h"
#include "control.h"
#include "dkimdns.h"
#include "dkimkey.h"
#include "dkimretire.h"
#include "dkimstate.h"
#include "log.h"
#include "lookup.h"
#include "msg.h"
#include "proc.h"
#include "proto_dns.h"
#include "store.h"

/* Sweeps in an interval, if it is long enough for them. */
#define WATCH_SWEEPS 10u

/* Questions at a time, and records read in a step. */
#define WATCH_ASKED_MAX	  16u
#define WATCH_RECORDS_MAX 200u

/* Seconds from the start to the first sweep: processes come up meanwhile. */
#define WATCH_FIRST 5u

struct question {
	struct dkimwatch *watch;
	bool used;
	struct dkimkey key;
};

struct dkimwatch {
	struct control *control;
	struct event *timer; /* of the next sweep */
	struct event *step;
	uint32_t sweep;
	bool sweeping;
	bool first;
	struct store_key after;
	unsigned records; /* read in this step */
	unsigned asked;
	struct question question[WATCH_ASKED_MAX];
	struct dkimretire *retire;
	bool retire_full;
	bool failed; /* the store, in this step */
	bool full;   /* this step: there may be more */
};

static void watch_step_cb(evutil_socket_t, short, void *);

static unsigned
sweeps(const struct dkimwatch *w)
{
	return w->control->site.check_interval < WATCH_SWEEPS ? 1 :
								WATCH_SWEEPS;
}

/* Set the timer of the next sweep, 25 in 100 earlier or later by chance. */
static void
schedule(struct dkimwatch *w, bool soon)
{
	struct timeval tv;
	uint64_t ms;
	uint16_t chance;

	ms = (uint64_t)w->control->site.check_interval * 1000 / sweeps(w);
	if (soon && ms > WATCH_FIRST * 1000u)
		ms = WATCH_FIRST * 1000u;
	chance = 0;
	(void)RAND_bytes((unsigned char *)&chance, sizeof(chance));
	ms = ms * (75 + chance % 50u) / 100;
	tv.tv_sec = (time_t)(ms / 1000);
	tv.tv_usec = (suseconds_t)(ms % 1000 * 1000);
	if (evtimer_add(w->timer, &tv) == -1)
		log_warnx("DKIM records are not looked at any more");
}

/* The sweep goes on once control has done what else there is. */
static void
go_on(struct dkimwatch *w)
{
	static const struct timeval now = { 0, 0 };

	if (w->sweeping && evtimer_add(w->step, &now) == -1) {
		w->sweeping = false;
		schedule(w, false);
	}
}

static void
answer_cb(const struct dns_answer *answer, void *arg)
{
	struct question *q;
	struct dkimwatch *w;

	q = arg;
	w = q->watch;
	q->used = false;
	dkimstate_seen(w->control, &q->key, dkimdns_judge(&q->key, answer));
	/* One of many: the others go on. */
	if (w->asked-- == WATCH_ASKED_MAX || w->asked == 0)
		go_on(w);
}

static bool
is_due(const struct dkimwatch *w, const struct dkimkey *k)
{
	if (dkimkey_is_past(k))
		return false;
	return k->state != DKIM_ACTIVE ||
	    k->number % sweeps(w) == w->sweep % sweeps(w);
}

/* Ask about a key.  false if nobody can be asked. */
static bool
ask(struct dkimwatch *w, const struct dkimkey *k)
{
	char name[DKIMDNS_NAME_SIZE];
	struct question *q;
	struct dns_query query;

	memset(&query, 0, sizeof(query));
	query.rrtype = DNS_TXT;
	dkimdns_name(k, name);
	if (strlcpy(query.name, name, sizeof(query.name)) >= sizeof(query.name))
		return true;
	for (q = w->question; q->used; q++)
		;
	q->watch = w;
	q->key = *k;
	if (lookup_start(w->control->lookup, &query, answer_cb, q) == -1)
		return false;
	q->used = true;
	w->asked++;
	return true;
}

/* Look for a key now, if there is room for a question. */
void
dkimwatch_look(struct dkimwatch *w, const struct dkimkey *k)
{
	if (w->asked < WATCH_ASKED_MAX)
		(void)ask(w, k);
}

static bool
sweep_cb(const struct store_key *key, struct msgin *m, void *arg)
{
	static struct dkimkey k;
	struct dkimwatch *w;

	w = arg;
	w->after = *key;
	w->first = false;
	w->records++;
	if (record_done(dkimkey_decode(m, &k), "DKIM key") != STORE_OK)
		return true;
	if (dkimretire_is_due(&k))
		w->retire_full = !dkimretire_add(w->retire, &k);
	else if (is_due(w, &k) && !ask(w, &k)) {
		w->sweeping = false;
		return false;
	}
	return w->asked < WATCH_ASKED_MAX && !w->retire_full &&
	    w->records < WATCH_RECORDS_MAX;
}

/*
 * What this step found is done, though answers may be to come: the next one,
 * or the next sweep.
 */
static void
step_over(void *arg)
{
	struct dkimwatch *w;

	w = arg;
	if (!w->failed && w->sweeping && w->full) {
		if (w->asked < WATCH_ASKED_MAX)
			go_on(w);
		return;
	}
	w->sweeping = false;
	w->sweep++;
	schedule(w, false);
}

static void
watch_step_cb(evutil_socket_t fd, short what, void *arg)
{
	struct dkimwatch *w;

	w = arg;
	if (w->asked == WATCH_ASKED_MAX || dkimretire_is_busy(w->retire))
		return;
	w->records = 0;
	w->retire_full = false;
	w->failed = store_scan(w->control->store, STORE_DKIM, NULL,
			w->first ? NULL : &w->after, sweep_cb, w) != STORE_OK;
	w->full = w->asked == WATCH_ASKED_MAX || w->retire_full ||
	    w->records == WATCH_RECORDS_MAX;
	if (!dkimretire_start(w->retire))
		step_over(w);
}

static void
watch_timer_cb(evutil_socket_t fd, short what, void *arg)
{
	struct dkimwatch *w;

	w = arg;
	w->sweeping = true;
	w->first = true;
	go_on(w);
}

/* Have the next sweep not later than in so many seconds; w may be NULL. */
void
dkimwatch_within(struct dkimwatch *w, uint32_t seconds)
{
	struct timeval tv, now;

	if (w == NULL || w->timer == NULL ||
	    evtimer_pending(w->timer, &tv) == 0 ||
	    evutil_gettimeofday(&now, NULL) == -1 ||
	    tv.tv_sec - now.tv_sec <= (time_t)seconds)
		return;
	tv.tv_sec = (time_t)seconds;
	tv.tv_usec = 0;
	(void)evtimer_add(w->timer, &tv);
}

/* Not started; NULL without memory. */
struct dkimwatch *
dkimwatch_new(struct control *c)
{
	struct dkimwatch *w;

	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return NULL;
	w->control = c;
	w->retire = dkimretire_new(c, step_over, w);
	if (w->retire == NULL) {
		free(w);
		return NULL;
	}
	return w;
}

/* Why a key that signs no more is still here; empty if it does. */
void
dkimwatch_kept(const struct dkimwatch *w, const struct dkimkey *k,
    char text[DKIMRETIRE_TEXT_SIZE])
{
	dkimretire_why(w == NULL ? NULL : w->retire, k, text);
}

/* Look no more; NULL is allowed. */
void
dkimwatch_free(struct dkimwatch *w)
{
	size_t i;

	if (w == NULL)
		return;
	for (i = 0; i < WATCH_ASKED_MAX; i++) {
		if (w->question[i].used)
			lookup_cancel(w->control->lookup, &w->question[i]);
	}
	dkimretire_free(w->retire);
	if (w->timer != NULL)
		event_free(w->timer);
	if (w->step != NULL)
		event_free(w->step);
	free(w);
}

/* Begin, or begin anew with another interval.  0, or -1 without memory. */
int
dkimwatch_start(struct dkimwatch *w)
{
	if (w->timer == NULL)
		w->timer = evtimer_new(proc_base(), watch_timer_cb, w);
	if (w->step == NULL)
		w->step = evtimer_new(proc_base(), watch_step_cb, w);
	if (w->timer == NULL || w->step == NULL)
		return -1;
	if (!w->sweeping && !dkimretire_is_busy(w->retire))
		schedule(w, true);
	return 0;
}
