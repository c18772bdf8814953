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
 * A key that was replaced, or deleted, stays until no mail can be in the queue
 * that it signed.  The time of one that was replaced is that of the longest
 * retry; but held mail has no end, and the longest retry may be changed.  So
 * queue is asked then for the oldest message from the key's domain that it
 * accepted while the key signed, and as long as there is one, or no answer, the
 * key stays.
 */
#include "dkimretire.h"

#include <sys/queue.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "control.h"
#include "dkimkey.h"
#include "dkimstate.h"
#include "peers.h"
#include "proto_admin.h"
#include "relay.h"
#include "row.h"
#include "store.h"

/* A key that stays though its time is over. */
struct waiting {
	LIST_ENTRY(waiting) entry;
	uint64_t number;
	int64_t oldest; /* unix seconds; 0: not known */
};

struct dkimretire {
	struct control *control;
	void (*over)(void *);
	void *arg;
	bool busy;
	int64_t oldest; /* in the answer that comes */
	unsigned n;
	struct dkimkey key[DKIMRETIRE_MAX];
	LIST_HEAD(, waiting) waiting;
};

/* over is called when all that were added are done.  NULL without memory. */
struct dkimretire *
dkimretire_new(struct control *c, void (*over)(void *), void *arg)
{
	struct dkimretire *r;

	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return NULL;
	r->control = c;
	r->over = over;
	r->arg = arg;
	LIST_INIT(&r->waiting);
	return r;
}

static struct waiting *
waiting_find(const struct dkimretire *r, uint64_t number)
{
	struct waiting *w;

	LIST_FOREACH(w, &r->waiting, entry) {
		if (w->number == number)
			return w;
	}
	return NULL;
}

static void
waiting_drop(struct waiting *w)
{
	if (w == NULL)
		return;
	LIST_REMOVE(w, entry);
	free(w);
}

static void
waiting_note(struct dkimretire *r, uint64_t number, int64_t oldest)
{
	struct waiting *w;

	w = waiting_find(r, number);
	if (w == NULL) {
		w = calloc(1, sizeof(*w));
		if (w == NULL)
			return;
		w->number = number;
		LIST_INSERT_HEAD(&r->waiting, w, entry);
	}
	w->oldest = oldest;
}

/* Ask no more, and forget; NULL is allowed. */
void
dkimretire_free(struct dkimretire *r)
{
	if (r == NULL)
		return;
	if (r->busy)
		relay_cancel(r->control->relay, r);
	while (!LIST_EMPTY(&r->waiting))
		waiting_drop(LIST_FIRST(&r->waiting));
	free(r);
}

/* Whether the least time is over for which a key stays. */
bool
dkimretire_is_due(const struct dkimkey *k)
{
	return dkimkey_is_past(k) && k->retire != 0 &&
	    k->retire <= (int64_t)time(NULL);
}

/* Add a key that is due; whether there is room for another one. */
bool
dkimretire_add(struct dkimretire *r, const struct dkimkey *k)
{
	r->key[r->n++] = *k;
	return r->n < DKIMRETIRE_MAX;
}

/* Whether answers are still to come. */
bool
dkimretire_is_busy(const struct dkimretire *r)
{
	return r->busy;
}

static void
oldest_row(const struct row *row, void *arg)
{
	struct dkimretire *r;
	const char *oldest;

	r = arg;
	oldest = row_value(row, "oldest");
	r->oldest = oldest == NULL ? 0 : strtoll(oldest, NULL, 10);
}

/* No mail waits that the key signed: unless it has gone, it goes. */
static void
retire(struct dkimretire *r, const struct dkimkey *asked)
{
	struct dkimkey k;

	waiting_drop(waiting_find(r, asked->number));
	if (dkimkey_get(r->control->store, asked->domain, asked->selector,
		&k) != STORE_OK ||
	    k.number != asked->number || !dkimretire_is_due(&k))
		return;
	if (dkimstate_retire(r->control, &k) == -1)
		r->control->failures++;
}

static bool ask_next(struct dkimretire *);

static void
oldest_end(const struct admin_end *end, void *arg)
{
	const struct dkimkey *k;
	struct dkimretire *r;

	r = arg;
	k = &r->key[--r->n];
	if (end->ok && r->oldest == 0)
		retire(r, k);
	else
		waiting_note(r, k->number, end->ok ? r->oldest : 0);
	if (ask_next(r))
		return;
	r->busy = false;
	r->over(r->arg);
}

/* Ask about the last key; those that cannot be asked about stay. */
static bool
ask_next(struct dkimretire *r)
{
	const struct relay_to to = { true, oldest_row, NULL, oldest_end, r };
	const char *words[3];
	const struct dkimkey *k;
	struct chan *queue;
	char before[24];

	r->oldest = 0;
	for (; r->n > 0; r->n--) {
		k = &r->key[r->n - 1];
		(void)snprintf(before, sizeof(before), "%" PRId64,
		    (k->replaced != 0 ? k->replaced : k->retire) +
			DKIMRETIRE_GRACE);
		words[0] = "oldest";
		words[1] = k->domain;
		words[2] = before;
		queue = peers_find(r->control->peers, CONV_ADMIN, PROC_QUEUE,
		    0);
		if (queue != NULL &&
		    relay_start(r->control->relay, queue, words, 3, &to) == 0)
			return true;
		waiting_note(r, k->number, 0);
	}
	return false;
}

/* Ask about those that were added.  false: nothing is to come. */
bool
dkimretire_start(struct dkimretire *r)
{
	r->busy = ask_next(r);
	return r->busy;
}

/* Why a key is still here; empty if it is in use.  r may be NULL. */
void
dkimretire_why(const struct dkimretire *r, const struct dkimkey *k,
    char text[DKIMRETIRE_TEXT_SIZE])
{
	const struct waiting *w;
	char day[32];
	struct tm tm;
	time_t when;

	text[0] = '\0';
	if (!dkimkey_is_past(k) || k->retire == 0)
		return;
	w = r == NULL || !dkimretire_is_due(k) ? NULL :
						 waiting_find(r, k->number);
	if (w != NULL && w->oldest == 0) {
		(void)snprintf(text, DKIMRETIRE_TEXT_SIZE,
		    "queue did not say what it has");
		return;
	}
	when = (time_t)(w != NULL ? w->oldest : k->retire);
	if (gmtime_r(&when, &tm) == NULL ||
	    strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		day[0] = '\0';
	(void)snprintf(text, DKIMRETIRE_TEXT_SIZE,
	    w != NULL ? "mail of %s in the queue" : "until %s", day);
}
