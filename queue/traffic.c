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
 * Counts events of the journal by kind.
 */
#include "traffic.h"

#include <stdlib.h>
#include <string.h>

#include "row.h"
#include "window.h"

/* The journal's word, and the operator's. */
static const struct kind {
	const char *event;
	const char *name;
} kinds[] = {
	{ "accepted", "accepted" },
	{ "relayed", "delivered" },
	{ "deferred", "deferred" },
	{ "bounced", "bounced" },
	{ "expired", "expired" },
	{ "suppressed", "suppressed" },
	{ "rejected", "rejected" },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

struct traffic {
	struct window window[KINDS];
};

/* Nothing happened yet; NULL without memory. */
struct traffic *
traffic_new(void)
{
	return calloc(1, sizeof(struct traffic));
}

/* Free; NULL is allowed. */
void
traffic_free(struct traffic *t)
{
	free(t);
}

/* An event; those of other kinds are passed over.  now: unix seconds. */
void
traffic_count(struct traffic *t, const char *event, int64_t now)
{
	size_t i;

	for (i = 0; i < KINDS; i++) {
		if (strcmp(kinds[i].event, event) == 0)
			window_count(&t->window[i], now);
	}
}

/* Fill a row with kind i.  false past the last. */
bool
traffic_row(struct traffic *t, size_t i, int64_t now, struct row *row)
{
	struct window *w;

	if (i >= KINDS)
		return false;
	w = &t->window[i];
	window_pass(w, now);
	row_str(row, "traffic", kinds[i].name);
	row_num(row, "minute", (int64_t)w->minute.sum);
	row_num(row, "hour", (int64_t)w->hour.sum);
	row_num(row, "day", (int64_t)w->day.sum);
	return true;
}
