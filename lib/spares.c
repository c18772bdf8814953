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
 * A stack of opened messages.  What is too old says nothing of the room on
 * disk any more: it is for its owner to abort.
 */
#include "spares.h"

#include <string.h>

/* Whether one more is wanted; the caller asks for it then. */
bool
spares_want(struct spares *s)
{
	if (s->count + s->asked >= SPARES_MAX)
		return false;
	s->asked++;
	return true;
}

/* The answer to one that was asked for; 0: there is none.  now in seconds. */
void
spares_come(struct spares *s, uint64_t message, int64_t now)
{
	if (s->asked > 0)
		s->asked--;
	if (message == 0 || s->count == SPARES_MAX)
		return;
	s->spare[s->count].message = message;
	s->spare[s->count].until = now + SPARES_SECONDS;
	s->count++;
}

/* The newest, or 0: there is none that is fresh. */
uint64_t
spares_take(struct spares *s, int64_t now)
{
	if (s->count == 0 || s->spare[s->count - 1].until <= now)
		return 0;
	return s->spare[--s->count].message;
}

/* Any of them, to be aborted; 0 when none is left. */
uint64_t
spares_drop(struct spares *s)
{
	return s->count == 0 ? 0 : s->spare[--s->count].message;
}

/* The queue that opened them is gone, and they are with it. */
void
spares_forget(struct spares *s)
{
	memset(s, 0, sizeof(*s));
}
