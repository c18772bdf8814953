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
 * Questions to deliver's resolver, each with a time limit.
 */
#include "lookup.h"

#include <sys/queue.h>

#include <event2/event.h>
#include <stdlib.h>

#include "chan.h"
#include "msg.h"
#include "proc.h"
#include "proto_dns.h"

/* Seconds that an operator waits for a look at the DNS. */
#define LOOKUP_TIMEOUT 5

struct lookup_op {
	LIST_ENTRY(lookup_op) entry;
	struct lookup *lookup;
	struct event *timer;
	lookup_cb cb;
	void *arg;
};

struct lookup {
	struct chan *chan; /* NULL while there is no deliver */
	LIST_HEAD(, lookup_op) ops;
};

/* Without a peer, or NULL without memory. */
struct lookup *
lookup_new(void)
{
	struct lookup *l;

	l = calloc(1, sizeof(*l));
	if (l != NULL)
		LIST_INIT(&l->ops);
	return l;
}

static void
op_free(struct lookup_op *op)
{
	if (op->lookup->chan != NULL)
		chan_cancel(op->lookup->chan, op);
	if (op->timer != NULL)
		event_free(op->timer);
	LIST_REMOVE(op, entry);
	free(op);
}

/* Free; callbacks do not run.  NULL is allowed. */
void
lookup_free(struct lookup *l)
{
	struct lookup_op *op;

	if (l == NULL)
		return;
	while ((op = LIST_FIRST(&l->ops)) != NULL)
		op_free(op);
	free(l);
}

static void
op_finish(struct lookup_op *op, const struct dns_answer *answer)
{
	lookup_cb cb;
	void *arg;

	cb = op->cb;
	arg = op->arg;
	op_free(op);
	cb(answer, arg);
}

static void
op_timeout_cb(evutil_socket_t fd, short what, void *arg)
{
	op_finish(arg, NULL);
}

static int
answer_cb(struct msgin *m, void *arg)
{
	struct dns_answer *answer;
	int r;

	answer = NULL;
	r = 0;
	if (m != NULL) {
		answer = malloc(sizeof(*answer)); /* 128 KB */
		r = answer == NULL ? 0 : dns_answer_recv(m, answer);
	}
	op_finish(arg, r == 0 ? answer : NULL);
	free(answer);
	return r;
}

/*
 * Ask, and wait so many seconds at most; cb runs once, later, unless
 * cancelled.  0, or -1 if there is nobody to ask.
 */
int
lookup_start_within(struct lookup *l, const struct dns_query *q,
    unsigned seconds, lookup_cb cb, void *arg)
{
	const struct timeval timeout = { (time_t)seconds, 0 };
	struct lookup_op *op;
	uint64_t id;

	if (l->chan == NULL)
		return -1;
	op = calloc(1, sizeof(*op));
	if (op == NULL)
		return -1;
	op->lookup = l;
	op->cb = cb;
	op->arg = arg;
	LIST_INSERT_HEAD(&l->ops, op, entry);
	op->timer = evtimer_new(proc_base(), op_timeout_cb, op);
	id = chan_request(l->chan, answer_cb, op);
	if (op->timer == NULL || evtimer_add(op->timer, &timeout) == -1 ||
	    id == 0) {
		op_free(op);
		return -1;
	}
	(void)dns_query_send(l->chan, id, q);
	return 0;
}

/* The same, for as long as an operator waits. */
int
lookup_start(struct lookup *l, const struct dns_query *q, lookup_cb cb,
    void *arg)
{
	return lookup_start_within(l, q, LOOKUP_TIMEOUT, cb, arg);
}

/* No callback with this arg runs any more. */
void
lookup_cancel(struct lookup *l, const void *arg)
{
	struct lookup_op *op, *next;

	for (op = LIST_FIRST(&l->ops); op != NULL; op = next) {
		next = LIST_NEXT(op, entry);
		if (op->arg == arg)
			op_free(op);
	}
}

/* deliver is there. */
void
lookup_peer_up(struct lookup *l, struct chan *chan)
{
	l->chan = chan;
}

/* deliver is gone, or about to be replaced; its channel still exists. */
void
lookup_peer_down(struct lookup *l, const struct chan *chan)
{
	struct lookup_op *op;

	if (l->chan != chan)
		return;
	while ((op = LIST_FIRST(&l->ops)) != NULL)
		op_finish(op, NULL);
	l->chan = NULL;
}

/* What deliver may send here. */
const struct chan_rule *
lookup_rules(void)
{
	static const struct chan_rule rules[] = {
		{ M_DNS_ANSWER, CHAN_REPLY, "answer", NULL },
		{ 0, 0, NULL, NULL },
	};

	return rules;
}
