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
 * What edd tells of its children, and requests to it.  edd is trusted: an
 * ill-formed message ends this process by the setup channel's rules.
 */
#include "children.h"

#include <sys/queue.h>

#include <stdint.h>
#include <stdlib.h>

#include "msg.h"
#include "proc.h"

/* Processes that a status can list: far above any configuration. */
#define CHILDREN_MAX 256u

struct request {
	LIST_ENTRY(request) entry;
	uint64_t id;
	children_cb cb;
	void *arg;
};

struct children {
	children_ready_cb ready;
	void *arg;
	size_t n;
	struct setup_child child[CHILDREN_MAX];
	uint64_t last_id;
	LIST_HEAD(, request) requests;
};

/*
 * No child, no request; NULL without memory.  ready runs whenever edd says
 * that a child is ready, also when it says so again.
 */
struct children *
children_new(children_ready_cb ready, void *arg)
{
	struct children *c;

	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	c->ready = ready;
	c->arg = arg;
	LIST_INIT(&c->requests);
	return c;
}

/* Free; callbacks do not run.  NULL is allowed. */
void
children_free(struct children *c)
{
	struct request *r;

	if (c == NULL)
		return;
	while ((r = LIST_FIRST(&c->requests)) != NULL) {
		LIST_REMOVE(r, entry);
		free(r);
	}
	free(c);
}

static void
child_set(struct children *c, const struct setup_child *new)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		if (c->child[i].kind == new->kind &&
		    c->child[i].instance == new->instance)
			break;
	}
	if (i == CHILDREN_MAX)
		return;
	if (i == c->n)
		c->n++;
	c->child[i] = *new;
	if (new->state == CHILD_READY)
		c->ready(new, c->arg);
}

static void
request_finish(struct children *c, uint64_t id,
    const struct setup_answer *answer)
{
	struct request *r;
	children_cb cb;
	void *arg;

	LIST_FOREACH(r, &c->requests, entry) {
		if (r->id == id)
			break;
	}
	if (r == NULL)
		return;
	cb = r->cb;
	arg = r->arg;
	LIST_REMOVE(r, entry);
	free(r);
	cb(answer, arg);
}

/* CHILD or ANSWER from edd.  0, or -1 if ill-formed. */
int
children_message(struct children *c, struct msgin *m)
{
	struct setup_answer answer;
	struct setup_child child;
	uint64_t id;

	if (m->type == M_SETUP_CHILD) {
		if (setup_child_recv(m, &child) == -1)
			return -1;
		child_set(c, &child);
		return 0;
	}
	id = m->id;
	if (m->type != M_SETUP_ANSWER || setup_answer_recv(m, &answer) == -1)
		return -1;
	request_finish(c, id, &answer);
	return 0;
}

/* Child i, or NULL past the last. */
const struct setup_child *
children_at(const struct children *c, size_t i)
{
	return i < c->n ? &c->child[i] : NULL;
}

/*
 * Ask edd for something; cb runs once, later, unless cancelled.  0, or -1 if
 * it cannot be asked.
 */
int
children_request(struct children *c, enum setup_request_kind kind,
    children_cb cb, void *arg)
{
	struct request *r;

	if (proc_parent() == NULL)
		return -1;
	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return -1;
	r->id = ++c->last_id;
	r->cb = cb;
	r->arg = arg;
	if (setup_request_send(proc_parent(), r->id, kind) == -1) {
		free(r);
		return -1;
	}
	LIST_INSERT_HEAD(&c->requests, r, entry);
	return 0;
}

/* No callback with this arg runs any more. */
void
children_cancel(struct children *c, const void *arg)
{
	struct request *r, *next;

	for (r = LIST_FIRST(&c->requests); r != NULL; r = next) {
		next = LIST_NEXT(r, entry);
		if (r->arg == arg) {
			LIST_REMOVE(r, entry);
			free(r);
		}
	}
}
