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
 * The pace of a client. It decides nothing.
 */
#include "pace.h"

#include <string.h>

#include "monotime.h"

/* It is the client's turn, from now on. */
void
pace_start(struct pace *p)
{
	memset(p, 0, sizeof(*p));
	p->since = monotime();
}

/* Others hold it up, until pace_resume(). */
void
pace_pause(struct pace *p)
{
	p->paused_at = monotime();
}

/* It can go on. */
void
pace_resume(struct pace *p)
{
	if (p->paused_at != 0)
		p->paused += monotime() - p->paused_at;
	p->paused_at = 0;
}

/*
 * Whether it has taken longer than so many seconds, and for its octets longer
 * than at this rate; rate 0: what it sent gives it no more time.
 */
bool
pace_is_slow(const struct pace *p, unsigned seconds, unsigned rate)
{
	uint64_t allowed;

	allowed = seconds;
	if (rate > 0)
		allowed += p->octets / rate;
	return monotime() - p->since - p->paused > (int64_t)allowed;
}
