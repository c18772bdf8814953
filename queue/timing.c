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
 * Intervals with jitter, and moments that no attempt may pass.
 */
#include "timing.h"

#include <string.h>

#include "clock.h"
#include "message.h"

/* Take intervals and expiry over. */
void
timing_conf(struct timing *r, const struct conf_queue *conf)
{
	r->expire = conf->expire;
	r->delay = conf->delay_notice;
	r->retries = conf->retries;
	memcpy(r->retry, conf->retry, sizeof(r->retry));
}

/* Marsaglia's xorshift: good enough to spread retries. */
static uint64_t
random_next(struct timing *r)
{
	r->seed ^= r->seed << 13;
	r->seed ^= r->seed >> 7;
	r->seed ^= r->seed << 17;
	return r->seed;
}

/* Seconds until attempt number attempts + 1, with jitter of a tenth. */
int64_t
timing_interval(struct timing *r, unsigned attempts)
{
	int64_t base;
	uint32_t i;

	if (r->retries == 0)
		return 1;
	i = attempts == 0 ? 0 : attempts - 1;
	if (i >= r->retries)
		i = r->retries - 1;
	base = r->retry[i];
	if (base < 10)
		return base;
	return base - base / 10 +
	    (int64_t)(random_next(r) % (uint64_t)(base / 5 + 1));
}

/*
 * When a task that just failed is tried again, unix seconds; never behind
 * its expiry, so that there is a last attempt at that time, nor behind the
 * time at which its sender is told that it waits.
 */
int64_t
timing_next(struct timing *r, const struct task *t)
{
	int64_t next, from, end, late, now = clock_seconds();

	next = now + timing_interval(r, t->attempts + 1u);
	/* A part of a second too early would be one interval too late. */
	from = (task_message(t)->accepted + 999) / 1000;
	end = from + r->expire;
	late = from + r->delay;
	if (r->delay != 0 && late > now && late < next)
		next = late;
	return next < end || end <= now ? next : end;
}

/* Whether a message waits so long that its sender may want to know. */
bool
timing_late(const struct timing *r, const struct message *m)
{
	return r->delay != 0 && (m->flags & MESSAGE_BOUNCE) == 0 &&
	    clock_now() >= m->accepted + r->delay * 1000;
}

/* Whether the time of a message is over. */
bool
timing_expired(const struct timing *r, const struct message *m)
{
	return clock_now() >= m->accepted + r->expire * 1000;
}

/* Whether the sender heard of all that is open of a task. */
bool
timing_was_noticed(const struct task *t)
{
	const struct rcpt *r = message_rcpt(task_message(t)) + t->first;
	uint32_t i;

	for (i = 0; i < t->count; i++)
		if (task_rcpt_is_open(t, t->first + i) && !r[i].noticed)
			return false;
	return true;
}

/*
 * When a task that waits is to be seen to whatever its destination does, unix
 * milliseconds: its sender is to be told, or its time is over.
 */
int64_t
timing_moment(const struct timing *r, const struct task *t)
{
	const struct message *m = task_message(t);

	if (r->delay != 0 && r->delay < r->expire &&
	    (m->flags & MESSAGE_BOUNCE) == 0 && !timing_was_noticed(t))
		return m->accepted + r->delay * 1000;
	return m->accepted + r->expire * 1000;
}
