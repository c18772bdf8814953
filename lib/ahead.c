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
 * Looking ahead. It holds RECODE_WINDOW octets at most and changes none.
 */
#include "ahead.h"

#include <stdlib.h>
#include <string.h>

#include "bounds.h"

/* Free what is held; zeroed is allowed, and what is left. */
void
ahead_clear(struct ahead *a)
{
	free(a->hold);
	a->hold = NULL;
	a->len = a->cap = 0;
}

/*
 * How many octets from p on are settled: up to the last end of a line within
 * what a line may still have, since none before it is too long then.  0 if a
 * line is too long, or goes on.
 */
static size_t
ahead_settled(const struct ahead *a, const char *p, size_t len)
{
	const char *lf;
	size_t room = MESSAGE_LINE_MAX + 2;

	if (a->line >= room)
		return 0;
	room -= a->line;
	lf = memrchr(p, '\n', len < room ? len : room);
	return lf == NULL ? 0 : (size_t)(lf - p) + 1;
}

/*
 * Whether a line of the body gets over MESSAGE_LINE_MAX with these octets,
 * which follow those of the last call. Its CR counts as soon as it is there.
 */
bool
ahead_is_long(struct ahead *a, const char *p, size_t len)
{
	const char *lf;
	bool found;
	size_t n;

	found = false;
	for (; len > 0; p += n, len -= n) {
		n = ahead_settled(a, p, len);
		if (n > 0) {
			a->line = 0;
			continue;
		}
		lf = memchr(p, '\n', len);
		n = lf == NULL ? len : (size_t)(lf - p) + 1;
		a->line += n;
		if (a->line > MESSAGE_LINE_MAX + (lf == NULL ? 1 : 2))
			found = true;
		if (lf != NULL)
			a->line = 0;
	}
	return found;
}

/* Hold these too. 1 if they were taken, 0 if they are too many, -1 if there
 * is no memory. */
int
ahead_keep(struct ahead *a, const char *p, size_t len)
{
	size_t cap;
	char *new;

	if (len > RECODE_WINDOW - a->len)
		return 0;
	if (a->len + len > a->cap) {
		/* What comes in large pieces fills it soon. */
		cap = len < AHEAD_LARGE ? (a->len + len) * 2 : RECODE_WINDOW;
		new = realloc(a->hold, cap);
		if (new == NULL)
			return -1;
		a->hold = new;
		a->cap = cap;
	}
	memcpy(a->hold + a->len, p, len);
	a->len += len;
	return 1;
}
