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
 * A turn is an event that is due at once, behind those that are already.
 */
#include "turn.h"

#include <event2/event.h>
#include <stdlib.h>

#include "job.h"
#include "log.h"
#include "proc.h"

struct turn {
	struct job *job;
	struct event *event;
	void (*step)(struct job *);
};

static void
turn_cb(evutil_socket_t fd, short what, void *arg)
{
	struct turn *t;

	t = arg;
	t->step(t->job);
}

/* Turns of a job, none of which is due yet; NULL without memory. */
struct turn *
turn_new(struct job *j, void (*step)(struct job *))
{
	struct turn *t;

	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	t->job = j;
	t->step = step;
	t->event = evtimer_new(proc_base(), turn_cb, t);
	if (t->event != NULL)
		return t;
	free(t);
	return NULL;
}

/* No turn comes any more; NULL is allowed. */
void
turn_free(struct turn *t)
{
	if (t == NULL)
		return;
	event_free(t->event);
	free(t);
}

/* Have the next step made soon; once, however often this is called. */
void
turn_next(struct turn *t)
{
	static const struct timeval now = { 0, 0 };

	if (evtimer_add(t->event, &now) == -1)
		fatalx("event loop");
}
