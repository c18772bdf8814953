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
 * Counting over sliding windows.  A clock that is set back leaves the slots
 * the ages they have, so that nothing is forgotten and nothing lasts longer.
 */
#include "meter.h"

#include <string.h>

#include "msg.h"
#include "record.h"

#define METER_VERSION 1

static void
window_init(struct meter_window *w, uint32_t *slot, uint32_t slots,
    uint32_t seconds, int64_t now)
{
	memset(slot, 0, slots * sizeof(*slot));
	memset(w, 0, sizeof(*w));
	w->slot = slot;
	w->slots = slots;
	w->seconds = seconds;
	w->at = now / (int64_t)seconds;
}

/* A meter that has counted nothing. */
void
meter_init(struct meter *m, int64_t now)
{
	window_init(&m->minute, m->minute_slot, METER_MINUTE_SLOTS, 1, now);
	window_init(&m->day, m->day_slot, METER_DAY_SLOTS, 300, now);
}

static void
window_advance(struct meter_window *w, int64_t now)
{
	int64_t at, steps;

	at = now / (int64_t)w->seconds;
	steps = at - w->at;
	if (steps > (int64_t)w->slots)
		steps = (int64_t)w->slots;
	for (; steps > 0; steps--) {
		w->head = (w->head + 1) % w->slots;
		w->sum -= w->slot[w->head];
		w->slot[w->head] = 0;
	}
	w->at = at;
}

/* It is now; what is too old is forgotten. */
void
meter_advance(struct meter *m, int64_t now)
{
	window_advance(&m->minute, now);
	window_advance(&m->day, now);
}

static void
window_add(struct meter_window *w, uint32_t units)
{
	if (units > UINT32_MAX - w->slot[w->head])
		units = UINT32_MAX - w->slot[w->head];
	w->slot[w->head] += units;
	w->sum += units;
}

/* Count units in the slot of now. */
void
meter_add(struct meter *m, uint32_t units)
{
	window_add(&m->minute, units);
	window_add(&m->day, units);
}

/* The oldest slot first. */
static void
window_put(struct msgout *o, const struct meter_window *w)
{
	uint32_t i;

	msg_put_i64(o, w->at);
	for (i = 1; i <= w->slots; i++)
		msg_put_u32(o, w->slot[(w->head + i) % w->slots]);
}

/*
 * Write a record; ahead is what may be accepted before the next record is
 * written.
 */
void
meter_put(struct msgout *o, const struct meter *m, uint32_t ahead)
{
	record_begin(o, METER_VERSION);
	msg_put_u32(o, ahead);
	window_put(o, &m->minute);
	window_put(o, &m->day);
}

static void
window_get(struct msgin *m, struct meter_window *w)
{
	uint32_t i;

	w->at = msg_get_i64(m);
	w->head = w->slots - 1;
	w->sum = 0;
	for (i = 0; i < w->slots; i++) {
		w->slot[i] = msg_get_u32(m);
		w->sum += w->slot[i];
	}
}

/* Read a record.  0, or -1 if it is ill-formed. */
int
meter_get(struct msgin *in, struct meter *m, uint32_t *ahead)
{
	meter_init(m, 0);
	if (record_open(in, METER_VERSION) == -1)
		return -1;
	*ahead = msg_get_u32(in);
	window_get(in, &m->minute);
	window_get(in, &m->day);
	return msg_end(in);
}
