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
 * Limits of which much is used, the fullest first.  One look at each object
 * that has a limit; names are looked up for the few that are told.
 */
#include "near.h"

#include <string.h>

#include "compat.h"
#include "control.h"
#include "limit.h"
#include "rate.h"
#include "seat.h"

struct search {
	struct control *control;
	size_t n;
	struct near *near;
};

/* Whether a is fuller than b. */
static bool
is_fuller(const struct near *a, const struct near *b)
{
	return a->used * b->max > b->used * a->max;
}

/* Take one up if much of it is used and it is among the fullest. */
static void
take(struct search *s, const char *id, const char *limit, uint64_t used,
    uint64_t max)
{
	struct near new;
	size_t i;

	if (max == 0 || used * 100 < max * NEAR_PERCENT)
		return;
	memset(&new, 0, sizeof(new));
	(void)strlcpy(new.subject.id, id, sizeof(new.subject.id));
	new.limit = limit;
	new.used = used;
	new.max = max;
	for (i = s->n; i > 0 && is_fuller(&new, &s->near[i - 1]); i--) {
		if (i < NEAR_MAX)
			s->near[i] = s->near[i - 1];
	}
	if (i == NEAR_MAX)
		return;
	s->near[i] = new;
	if (s->n < NEAR_MAX)
		s->n++;
}

static void
near_cb(const char *id, const struct limit *l, const struct rate_use *use,
    void *arg)
{
	struct search *s;

	s = arg;
	take(s, id, "minute", use->minute + use->reserved, l->minute);
	take(s, id, "day", use->day + use->reserved, l->day);
	if (l->sessions != 0)
		take(s, id, "sessions", seats_count(s->control->seats, id),
		    l->sessions);
}

/* Find them, with their names.  How many. */
size_t
near_find(struct control *c, int64_t now, struct near near[NEAR_MAX])
{
	struct search s = { c, 0, near };
	char id[OBJECT_ID_SIZE];
	size_t i;

	rate_each(c->rate, now, near_cb, &s);
	for (i = 0; i < s.n; i++) {
		memcpy(id, near[i].subject.id, sizeof(id));
		(void)subject_find(c, id, &near[i].subject);
	}
	return s.n;
}
