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
 * A list of the keys in trouble, kept by those who change the state of a key.
 * It is read from the store once, at the start.
 */
#include "troubles.h"

#include <sys/queue.h>

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "msg.h"
#include "store.h"

struct entry {
	TAILQ_ENTRY(entry) entry;
	struct trouble trouble;
};

struct troubles {
	size_t n;
	TAILQ_HEAD(, entry) list;
};

/* None; or NULL without memory. */
struct troubles *
troubles_new(void)
{
	struct troubles *t;

	t = calloc(1, sizeof(*t));
	if (t != NULL)
		TAILQ_INIT(&t->list);
	return t;
}

static void
drop(struct troubles *t, struct entry *e)
{
	TAILQ_REMOVE(&t->list, e, entry);
	t->n--;
	free(e);
}

static void
clear(struct troubles *t)
{
	struct entry *e;

	while ((e = TAILQ_FIRST(&t->list)) != NULL)
		drop(t, e);
}

/* Free; NULL is allowed. */
void
troubles_free(struct troubles *t)
{
	if (t == NULL)
		return;
	clear(t);
	free(t);
}

static struct entry *
find(const struct troubles *t, const struct dkimkey *k)
{
	struct entry *e;

	TAILQ_FOREACH(e, &t->list, entry) {
		if (strcmp(e->trouble.domain, k->domain) == 0 &&
		    strcmp(e->trouble.selector, k->selector) == 0)
			return e;
	}
	return NULL;
}

/* A key that is not in the list. */
static void
insert(struct troubles *t, const struct dkimkey *k)
{
	struct entry *e;

	e = calloc(1, sizeof(*e));
	if (e == NULL) {
		log_warn("status lacks DKIM key %s of %s", k->selector,
		    k->domain);
		return;
	}
	memcpy(e->trouble.domain, k->domain, sizeof(k->domain));
	memcpy(e->trouble.selector, k->selector, sizeof(k->selector));
	e->trouble.dns = k->dns;
	TAILQ_INSERT_TAIL(&t->list, e, entry);
	t->n++;
}

/* The state of a key is this now; it was committed. */
void
troubles_note(struct troubles *t, const struct dkimkey *k)
{
	struct entry *e;

	if (k->state != DKIM_NEEDS_ATTENTION) {
		troubles_forget(t, k);
		return;
	}
	e = find(t, k);
	if (e == NULL)
		insert(t, k);
	else
		e->trouble.dns = k->dns;
}

/* The key is gone, or another has taken over. */
void
troubles_forget(struct troubles *t, const struct dkimkey *k)
{
	struct entry *e;

	e = t->n == 0 ? NULL : find(t, k);
	if (e != NULL)
		drop(t, e);
}

static bool
load_cb(const struct store_key *key, struct msgin *m, void *arg)
{
	static struct dkimkey k;

	/* Each is there once. */
	if (record_done(dkimkey_decode(m, &k), "DKIM key") == STORE_OK &&
	    k.state == DKIM_NEEDS_ATTENTION)
		insert(arg, &k);
	return true;
}

/* Begin anew with what a store has.  0 or -1. */
int
troubles_load(struct troubles *t, struct store *s)
{
	clear(t);
	return store_scan(s, STORE_DKIM, NULL, NULL, load_cb, t) == STORE_OK ?
	    0 :
	    -1;
}

/* How many keys there are. */
size_t
troubles_count(const struct troubles *t)
{
	return t->n;
}

/* Copy the first of them, at most max.  How many. */
size_t
troubles_first(const struct troubles *t, struct trouble *to, size_t max)
{
	const struct entry *e;
	size_t n;

	n = 0;
	TAILQ_FOREACH(e, &t->list, entry) {
		if (n == max)
			break;
		to[n++] = e->trouble;
	}
	return n;
}
