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
 * What was sent in the last minute and the last 24 hours by one object that
 * has a limit.  Arithmetic and its record; it knows neither store nor clock.
 *
 * A window is a ring of slots, one more than the time has, so that never more
 * than the limit is accepted in any minute or any 24 hours.
 */
#ifndef METER_H
#define METER_H

#include <stdbool.h>
#include <stdint.h>

struct msgin;
struct msgout;

#define METER_MINUTE_SLOTS 61u	/* of a second */
#define METER_DAY_SLOTS	   289u /* of five minutes */

struct meter_window {
	uint32_t *slot;
	uint32_t slots;
	uint32_t seconds; /* of a slot */
	uint32_t head;	  /* the slot of now */
	int64_t at;	  /* its number since 1970 */
	uint64_t sum;
};

struct meter {
	struct meter_window minute;
	struct meter_window day;
	uint32_t minute_slot[METER_MINUTE_SLOTS];
	uint32_t day_slot[METER_DAY_SLOTS];
};

void meter_init(struct meter *, int64_t now);
void meter_advance(struct meter *, int64_t now);
void meter_add(struct meter *, uint32_t units);
void meter_put(struct msgout *, const struct meter *, uint32_t ahead);
int meter_get(struct msgin *, struct meter *, uint32_t *ahead);

#endif
