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
 * Connections that are taken away: from slow servers for others, with the
 * channel to queue, and at the end.
 */
#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clock.h"
#include "destination.h"
#include "job.h"
#include "limits.h"
#include "link.h"
#include "mailer_int.h"
#include "route.h"
#include "settings.h"
#include "stats.h"

/* Connections of the reserve that are in use. */
static size_t
in_reserve(const struct mailer *m)
{
	size_t used = mailer_used(m), common = mailer_common(m);

	return used > common ? used - common : 0;
}

/*
 * Destinations are starved, or the reserve is in use.  If slow servers hold
 * more than their part of all connections, cut those that came last, one for
 * each that waits or is missing; what is on its way to a server is left alone.
 * A batch on one waits again.
 */
void
mailer_cut_cb(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval second = { 1, 0 };
	struct mailer *m = arg;
	size_t slow = 0, part, wanted = m->rank.starved;
	int64_t now = clock_seconds();
	struct slot *s;

	if (wanted < in_reserve(m))
		wanted = in_reserve(m);
	if (wanted == 0 || m->stopping)
		return;
	(void)evtimer_add(m->cut, &second);
	part = m->settings->deliver.sessions_max * SLOW_PERCENT / 100;
	TAILQ_FOREACH(s, &m->used, entry)
		slow += link_is_late(s->link, now);
	TAILQ_FOREACH_REVERSE(s, &m->used, slot_list, entry) {
		if (slow <= part || wanted == 0)
			break;
		if (!link_is_late(s->link, now) || !link_may_yield(s->link))
			continue;
		link_yield(s->link);
		slow--;
		wanted--;
	}
}

/*
 * Forget all batches, in work or not, without outcomes: the channel that they
 * came by is gone, and queue schedules them again.  Connections in use are
 * cut; a server takes no message whose end it has not seen.
 */
void
mailer_drop(struct mailer *m)
{
	struct destination *d;
	struct job *job;
	struct slot *s;
	size_t i;

	while ((s = TAILQ_FIRST(&m->used)) != NULL) {
		d = s->destination;
		if (s->connecting)
			d->connecting--;
		else
			d->busy--;
		mailer_slot_free(s);
	}
	for (i = 0; i < DESTINATION_CHAINS; i++) {
		LIST_FOREACH(d, &m->chain[i], chain) {
			while ((job = destination_pop(d)) != NULL)
				job_free(job);
			route_cancel(d->route);
			d->route = NULL;
			mailer_rest(m, d);
		}
	}
	m->jobs = m->stats->jobs = 0;
	m->full = false;
	if (m->stopping)
		mailer_stop_cb(-1, 0, m);
}

/* Nothing is in flight any more, or it took too long: then it fails. */
void
mailer_stop_cb(evutil_socket_t fd, short what, void *arg)
{
	struct mailer *m = arg;
	struct slot *s;

	if (m->stopped)
		return;
	if (TAILQ_EMPTY(&m->used)) {
		m->stopped = true;
		m->hooks.stopped(m->hooks.arg);
		return;
	}
	TAILQ_FOREACH(s, &m->used, entry)
		link_abort(s->link);
}

/*
 * Begin nothing new and finish what is in flight, within STOP_TIMEOUT seconds;
 * then hooks.stopped is called.  What waits has no outcome: queue takes it
 * back when the channel ends, and no attempt is counted.
 */
void
mailer_stop(struct mailer *m)
{
	static const struct timeval limit = { STOP_TIMEOUT, 0 };
	static const struct timeval now = { 0, 0 };
	struct slot *s, *next;

	m->stopping = true;
	while ((s = TAILQ_FIRST(&m->idle)) != NULL)
		mailer_slot_free(s);
	for (s = TAILQ_FIRST(&m->used); s != NULL; s = next) {
		next = TAILQ_NEXT(s, entry);
		if (!s->connecting)
			continue;
		s->destination->connecting--;
		mailer_slot_free(s);
	}
	(void)evtimer_add(m->stop_timer, TAILQ_EMPTY(&m->used) ? &now : &limit);
}
