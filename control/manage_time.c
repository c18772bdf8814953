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
 * RFC 3339, and what the SDK makes of it: an hour of one digit.
 */
#include "manage_time.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

/* A number of min to max digits, not above limit.  -1 if it is none. */
static int
number(const char **p, unsigned min, unsigned max, int limit)
{
	unsigned n;
	int v;

	v = 0;
	for (n = 0; n < max && (*p)[n] >= '0' && (*p)[n] <= '9'; n++)
		v = v * 10 + (*p)[n] - '0';
	*p += n;
	return n < min || v > limit ? -1 : v;
}

static bool
skip(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

/* "." and digits, which do not count. */
static bool
fraction(const char **p)
{
	size_t n;

	if (!skip(p, '.'))
		return true;
	n = strspn(*p, "0123456789");
	*p += n;
	return n > 0;
}

/* time-offset = "Z" / time-numoffset; seconds to the east of UTC. */
static int
offset(const char **p, int *east)
{
	int hour, minute, sign;

	*east = 0;
	if (**p == 'Z' || **p == 'z') {
		(*p)++;
		return 0;
	}
	sign = **p == '-' ? -1 : 1;
	if (**p != '-' && **p != '+')
		return -1;
	(*p)++;
	hour = number(p, 2, 2, 23);
	if (hour == -1 || !skip(p, ':'))
		return -1;
	minute = number(p, 2, 2, 59);
	if (minute == -1)
		return -1;
	*east = sign * (hour * 3600 + minute * 60);
	return 0;
}

static int
date(const char **p, struct tm *tm)
{
	tm->tm_year = number(p, 4, 4, 9999) - 1900;
	if (tm->tm_year < 0 || !skip(p, '-'))
		return -1;
	tm->tm_mon = number(p, 2, 2, 12) - 1;
	if (tm->tm_mon < 0 || !skip(p, '-'))
		return -1;
	tm->tm_mday = number(p, 2, 2, 31);
	return tm->tm_mday < 1 ? -1 : 0;
}

static int
clock_time(const char **p, struct tm *tm)
{
	tm->tm_hour = number(p, 1, 2, 23);
	if (tm->tm_hour == -1 || !skip(p, ':'))
		return -1;
	tm->tm_min = number(p, 2, 2, 59);
	if (tm->tm_min == -1 || !skip(p, ':'))
		return -1;
	tm->tm_sec = number(p, 2, 2, 60);
	return tm->tm_sec == -1 ? -1 : 0;
}

/* Read a moment into unix seconds.  0, or -1 if it is none. */
int
manage_time_parse(const char *text, int64_t *when)
{
	struct tm tm, again;
	const char *p;
	int east;

	memset(&tm, 0, sizeof(tm));
	p = text;
	if (date(&p, &tm) == -1 || (!skip(&p, 'T') && !skip(&p, 't')) ||
	    clock_time(&p, &tm) == -1 || !fraction(&p) ||
	    offset(&p, &east) == -1 || *p != '\0')
		return -1;
	again = tm;
	*when = (int64_t)timegm(&again) - east;
	return again.tm_mday == tm.tm_mday || tm.tm_sec == 60 ? 0 : -1;
}
