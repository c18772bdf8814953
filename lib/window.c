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
 * Rings of counts.  A clock that goes back counts into the newest slot.
 */
#include "window.h"

#include <string.h>

#define MINUTE_SLOT 1
#define HOUR_SLOT   60
#define DAY_SLOT    1440

/* Make the slot of now the newest, and forget those that are too old. */
static void
pass(struct window_ring *r, int64_t now, int64_t seconds)
{
	int64_t slot;
	uint32_t *s;

	slot = now / seconds;
	if (slot - r->at >= (int64_t)WINDOW_SLOTS) {
		memset(r->slot, 0, sizeof(r->slot));
		r->sum = 0;
		r->at = slot;
	}
	while (r->at < slot) {
		s = &r->slot[++r->at % WINDOW_SLOTS];
		r->sum -= *s;
		*s = 0;
	}
}

static void
count(struct window_ring *r)
{
	uint32_t *s;

	s = &r->slot[r->at % WINDOW_SLOTS];
	if (*s == UINT32_MAX)
		return;
	(*s)++;
	r->sum++;
}

/* It is now (unix seconds): the sums are of the time before. */
void
window_pass(struct window *w, int64_t now)
{
	pass(&w->minute, now, MINUTE_SLOT);
	pass(&w->hour, now, HOUR_SLOT);
	pass(&w->day, now, DAY_SLOT);
}

/* It happened once, now. */
void
window_count(struct window *w, int64_t now)
{
	window_pass(w, now);
	count(&w->minute);
	count(&w->hour);
	count(&w->day);
}
