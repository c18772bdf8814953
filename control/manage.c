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
 * Requests from httpd: taken off the channel, counted, dispatched by their
 * operation.  What an operation does is in the file of its resource.
 */
#include "manage.h"

#include <sys/queue.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chan.h"
#include "control.h"
#include "manage_ask.h"
#include "manage_ops.h"
#include "msg.h"
#include "proto_manage.h"
#include "row.h"

/* Requests that wait for signers or the DNS; others are done at once. */
#define MANAGE_WAITING_MAX 64u

/* Of one user. */
#define MANAGE_USER_MAX 16u

/* A request that came on a channel and goes on. */
struct request {
	LIST_ENTRY(request) entry;
	struct manage *manage;
	struct chan *chan;
	uint64_t id;
	struct ask *ask;
	bool ended;
};

struct manage {
	struct control *control;
	unsigned waiting;
	LIST_HEAD(, request) requests;
};

/* Nobody asks yet; NULL without memory. */
struct manage *
manage_new(struct control *c)
{
	struct manage *m;

	m = calloc(1, sizeof(*m));
	if (m == NULL)
		return NULL;
	m->control = c;
	LIST_INIT(&m->requests);
	return m;
}

static void
request_free(struct request *r)
{
	LIST_REMOVE(r, entry);
	r->manage->waiting--;
	free(r);
}

/* Free; requests are forgotten.  NULL is allowed. */
void
manage_free(struct manage *m)
{
	struct request *r;

	if (m == NULL)
		return;
	while ((r = LIST_FIRST(&m->requests)) != NULL) {
		manage_cancel(r->ask);
		request_free(r);
	}
	free(m);
}

static void
full_cb(struct chan *chan, bool full, void *arg)
{
	/* No page more until httpd has taken those before. */
	chan_hold(chan, full);
}

/* There is a channel to a httpd. */
void
manage_peer_up(struct manage *m, struct chan *chan)
{
	chan_on_full(chan, CHAN_HIGH, CHAN_LOW, full_cb);
}

/* A httpd is gone, or about to be replaced. */
void
manage_peer_down(struct manage *m, const struct chan *chan)
{
	struct request *r, *next;

	for (r = LIST_FIRST(&m->requests); r != NULL; r = next) {
		next = LIST_NEXT(r, entry);
		if (r->chan == chan) {
			manage_cancel(r->ask);
			request_free(r);
		}
	}
}

/*
 * Do a request, whose fields are taken over.  Returns it if it goes on, or
 * NULL if it has ended already (sink->end has run).
 */
struct ask *
manage_start(struct manage *m, struct manage_request *rq,
    const struct manage_sink *sink, void *arg)
{
	return ask_start(m->control, manage_ops(rq->op), rq, sink, arg);
}

/* Nobody waits for the answer any more. */
void
manage_cancel(struct ask *a)
{
	ask_cancel(a);
}

static void
request_row(const struct row *row, void *arg)
{
	struct request *r;

	r = arg;
	(void)manage_row_send(r->chan, r->id, row);
}

static void
request_end(const struct manage_end *end, void *arg)
{
	struct request *r;

	r = arg;
	(void)manage_end_send(r->chan, r->id, end);
	r->ended = true;
	/* One that ends at once is freed by who started it. */
	if (r->ask != NULL)
		request_free(r);
}

/* Too many wait: say so at once. */
static void
refuse(struct chan *chan, uint64_t id)
{
	struct manage_end end;

	memset(&end, 0, sizeof(end));
	end.status = MANAGE_BUSY;
	end.total = -1;
	(void)snprintf(end.why, sizeof(end.why),
	    "Too many requests received. Wait and try again.");
	(void)manage_end_send(chan, id, &end);
}

/* Whether one more of the user may wait. */
static bool
has_room(const struct manage *m, const char *user)
{
	const struct request *r;
	unsigned n;

	n = 0;
	LIST_FOREACH(r, &m->requests, entry)
		n += r->ask != NULL && strcmp(r->ask->rq.user, user) == 0;
	return m->waiting < MANAGE_WAITING_MAX && n < MANAGE_USER_MAX;
}

static int
request_cb(struct chan *chan, struct msgin *msg, void *arg)
{
	static const struct manage_sink sink = { request_row, request_end };
	struct manage_request rq;
	struct request *r;
	struct manage *m;
	uint64_t id;

	m = ((struct control *)arg)->manage;
	id = msg->id;
	if (manage_request_recv(msg, &rq) == -1)
		return -1;
	r = has_room(m, rq.user) ? calloc(1, sizeof(*r)) : NULL;
	if (r == NULL) {
		manage_request_clear(&rq);
		refuse(chan, id);
		return 0;
	}
	r->manage = m;
	r->chan = chan;
	r->id = id;
	LIST_INSERT_HEAD(&m->requests, r, entry);
	m->waiting++;
	r->ask = manage_start(m, &rq, &sink, r);
	if (r->ask == NULL)
		request_free(r);
	return 0;
}

static int
cancel_cb(struct chan *chan, struct msgin *msg, void *arg)
{
	struct request *r;
	struct manage *m;

	m = ((struct control *)arg)->manage;
	if (manage_cancel_recv(msg) == -1)
		return -1;
	LIST_FOREACH(r, &m->requests, entry) {
		if (r->chan == chan && r->id == msg->id) {
			manage_cancel(r->ask);
			request_free(r);
			return 0;
		}
	}
	return 0;
}

/* What httpd may send; the channel's arg is struct control. */
const struct chan_rule *
manage_rules(void)
{
	static const struct chan_rule rules[] = {
		{ M_MANAGE_REQUEST, 0, "request", request_cb },
		{ M_MANAGE_CANCEL, 0, "cancel", cancel_cb },
		{ 0, 0, NULL, NULL },
	};

	return rules;
}
