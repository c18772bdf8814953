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
 * A lazy timer: what happens is written down as a time, and only when the
 * timer fires is it found out whether it fired too early.  It must not call
 * the clock more often than something happens.
 */
#include "idle.h"

#include <time.h>

static int64_t
now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* No limits yet; cb runs when the timer fires, and asks idle_fired(). */
void
idle_init(struct idle *i, struct event_base *base, event_callback_fn cb,
    void *arg)
{
	(void)evtimer_assign(&i->timer, base, cb, arg);
	i->timeout = i->deadline = i->armed = 0;
	i->active = now_ms();
}

/* No limits any more; cb does not run again. */
void
idle_clear(struct idle *i)
{
	i->timeout = i->deadline = i->armed = 0;
	(void)event_del(&i->timer);
}

/* Something happened. */
void
idle_touch(struct idle *i)
{
	i->active = now_ms();
}

/* Nothing may happen for that long, counted from now; 0: for ever. */
void
idle_timeout(struct idle *i, unsigned seconds)
{
	i->timeout = (int64_t)seconds * 1000;
	i->active = now_ms();
}

/* The end in that time from now, whatever happens; 0: none. */
void
idle_deadline(struct idle *i, unsigned seconds)
{
	i->deadline = seconds == 0 ? 0 : now_ms() + (int64_t)seconds * 1000;
}

/* The end in that time from now, if it is not before that anyway. */
void
idle_shorten(struct idle *i, unsigned seconds)
{
	int64_t end;

	end = now_ms() + (int64_t)seconds * 1000;
	if (i->deadline == 0 || end < i->deadline)
		i->deadline = end;
}

/* The time of the limit that is reached first, 0 if there is none. */
static int64_t
idle_due(const struct idle *i)
{
	int64_t due;

	due = i->deadline;
	if (i->timeout != 0 && (due == 0 || i->active + i->timeout < due))
		due = i->active + i->timeout;
	return due;
}

/*
 * Arm the timer as the limits are now, or for the next turn of the loop.
 * Does nothing if it fires early enough anyway.
 */
void
idle_arm(struct idle *i, bool at_once)
{
	struct timeval tv = { 0, 0 };
	int64_t due, wait;

	due = at_once ? 1 : idle_due(i);
	if (due == 0 || (i->armed != 0 && i->armed <= due))
		return;
	i->armed = due;
	if (!at_once) {
		wait = due - now_ms();
		if (wait > 0) {
			tv.tv_sec = wait / 1000;
			tv.tv_usec = wait % 1000 * 1000;
		}
	}
	(void)event_add(&i->timer, &tv);
}

/*
 * To be called first by cb: true if a limit is reached, which then counts
 * anew; the deadline is gone.  idle_arm() must follow.
 */
bool
idle_fired(struct idle *i)
{
	int64_t due, now;

	i->armed = 0;
	due = idle_due(i);
	now = now_ms();
	if (due == 0 || now < due)
		return false;
	i->active = now;
	i->deadline = 0;
	return true;
}
