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
 * The clock of control's windows.  A start of the process takes the date as it
 * is then.
 */
#include "steady.h"

#include <time.h>

/* Seconds since the machine was started, also those it slept. */
static int64_t
uptime(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_BOOTTIME, &ts);
	return ts.tv_sec;
}

/* Unix seconds as they were at the first call, plus what has passed since. */
int64_t
steady_now(void)
{
	static int64_t offset;

	if (offset == 0)
		offset = (int64_t)time(NULL) - uptime();
	return uptime() + offset;
}

/*
 * A moment of steady_now() as the date that it has by the clock of now: the
 * same whenever it is asked for, so where seconds begin is passed over.
 */
int64_t
steady_date(int64_t when)
{
	static int64_t step;
	int64_t now = (int64_t)time(NULL) - steady_now();

	if (now - step > 1 || step - now > 1)
		step = now;
	return when + step;
}
