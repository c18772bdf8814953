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
 * Time.  The only file of queue that reads a clock.
 */
#include <time.h>

#include "clock.h"

static int64_t
read_ms(clockid_t id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts) == -1)
		return 0;
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Milliseconds that only ever grow; no relation to the date. */
int64_t
clock_mono(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

/* Unix time in milliseconds, immune to steps since the first call. */
int64_t
clock_now(void)
{
	static int64_t offset;

	if (offset == 0)
		offset = clock_wall() - clock_mono();
	return clock_mono() + offset;
}

/* The same in seconds. */
int64_t
clock_seconds(void)
{
	return clock_now() / 1000;
}

/* What the wall clock says, in milliseconds: for dates people read. */
int64_t
clock_wall(void)
{
	return read_ms(CLOCK_REALTIME);
}
