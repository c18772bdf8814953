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
 * The list of notices and the channel to control.
 */
#include "notice.h"

#include <sys/queue.h>

#include <stdlib.h>

#include "chan.h"
#include "log.h"
#include "msg.h"
#include "proc.h"
#include "proto_notice.h"
#include "qbounds.h"
#include "watch.h"

struct notice {
	TAILQ_ENTRY(notice) entry;
	struct notices *all;
	bool sent;
	struct notice_bounce bounce;
};

struct notices {
	TAILQ_HEAD(, notice) list;
	size_t count;
	struct chan *chan; /* NULL: control is away */
	struct watch *watch;
};

static int
watch_cb(struct chan *c, struct msgin *m, void *arg)
{
	static struct notice_watch watch;
	struct notices *n = arg;

	if (notice_watch_recv(m, &watch) == -1)
		return -1;
	watch_add(n->watch, &watch);
	return 0;
}

static const struct chan_rule rules[] = {
	{ M_NOTICE_TAKEN, CHAN_REPLY, "taken", NULL },
	{ M_NOTICE_WATCH, 0, "watch", watch_cb },
	{ 0, 0, NULL, NULL },
};

static void
notice_drop(struct notices *n, struct notice *e)
{
	TAILQ_REMOVE(&n->list, e, entry);
	n->count--;
	free(e);
}

static int
taken_cb(struct msgin *m, void *arg)
{
	struct notice *e = arg;
	struct notice_taken taken;

	e->sent = false;
	if (m == NULL)
		return 0; /* again when control is back */
	if (notice_taken_recv(m, &taken) == -1)
		return -1;
	if (!taken.ok)
		log_warnx("control did not take a notice of %s",
		    e->bounce.rcpt);
	notice_drop(e->all, e);
	return 0;
}

static void
notice_send(struct notices *n, struct notice *e)
{
	uint64_t id;

	if (n->chan == NULL || e->sent)
		return;
	id = chan_request(n->chan, taken_cb, e);
	if (id == 0)
		return;
	e->sent = notice_bounce_send(n->chan, id, &e->bounce) == 0;
	if (!e->sent)
		chan_cancel(n->chan, e);
}

static void
down_cb(struct chan *c, void *arg)
{
	struct notices *n = arg;

	n->chan = NULL;
	chan_free(c);
}

/* An empty list; NULL without memory. */
struct notices *
notices_new(void)
{
	struct notices *n;

	n = calloc(1, sizeof(*n));
	if (n == NULL)
		return NULL;
	TAILQ_INIT(&n->list);
	n->watch = watch_new();
	if (n->watch != NULL)
		return n;
	free(n);
	return NULL;
}

/* Free with what waits; NULL is allowed. */
void
notices_free(struct notices *n)
{
	if (n == NULL)
		return;
	chan_free(n->chan);
	watch_free(n->watch);
	while (!TAILQ_EMPTY(&n->list))
		notice_drop(n, TAILQ_FIRST(&n->list));
	free(n);
}

/* A channel to a new control: everything that waits is sent to it. */
void
notices_peer(struct notices *n, int fd)
{
	struct notice *e;

	chan_free(n->chan);
	TAILQ_FOREACH(e, &n->list, entry)
		e->sent = false;
	n->chan = chan_new(proc_base(), fd, "control notice", rules, n);
	if (n->chan == NULL)
		return;
	chan_on_down(n->chan, down_cb);
	TAILQ_FOREACH(e, &n->list, entry)
		notice_send(n, e);
}

/* Tell control; the oldest notice goes if there are too many. */
void
notices_add(struct notices *n, const struct notice_bounce *b)
{
	struct notice *e;

	if (n->count >= NOTICES_MAX) {
		e = TAILQ_FIRST(&n->list);
		if (n->chan != NULL)
			chan_cancel(n->chan, e);
		notice_drop(n, e);
	}
	e = calloc(1, sizeof(*e));
	if (e == NULL) {
		log_warn("notice");
		return;
	}
	e->all = n;
	e->bounce = *b;
	TAILQ_INSERT_TAIL(&n->list, e, entry);
	n->count++;
	notice_send(n, e);
}

/* Whether control wants to hear of any recipient that is reached. */
bool
notices_watch(const struct notices *n)
{
	return watch_any(n->watch);
}

/* A recipient was reached: control is told if it wants to hear of this one. */
void
notices_delivered(struct notices *n, const struct notice_bounce *b)
{
	if (watch_take(n->watch, b->compartment, b->rcpt))
		notices_add(n, b);
}

/* How many wait. */
size_t
notices_waiting(const struct notices *n)
{
	return n->count;
}
