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
 * Dates as text. The calendar is computed here, because gmtime_r(3) of glibc
 * opens time zone files, which a sandboxed process must not do.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "date.h"

#define SECONDS_A_DAY 86400

/* From 0000-03-01, where the calendar below begins. */
#define DAYS_TO_1970 719468
/* The last second of the year 9999; four digits are all that both forms have.
 */
#define SECONDS_MAX 253402300799LL
/* A day less a minute, the most that "+hhmm" should say. */
#define OFFSET_MAX (24 * 60 - 1)

struct civil {
	int year, month, day;	  /* month and day from 1 */
	int hour, minute, second; /* no leap seconds: POSIX time has none */
	int weekday;		  /* 0 is Sunday */
};

/*
 * Seconds since 1970 to a date of the proleptic Gregorian calendar, which is
 * counted in years that begin in March, so that a leap day comes last.
 */
static int
civil_from_seconds(int64_t seconds, struct civil *c)
{
	int64_t days, era, doe, yoe, doy, mp;
	int rest;

	if (seconds < 0 || seconds > SECONDS_MAX) {
		errno = ERANGE;
		return -1;
	}
	days = seconds / SECONDS_A_DAY;
	rest = (int)(seconds % SECONDS_A_DAY);
	c->hour = rest / 3600;
	c->minute = rest / 60 % 60;
	c->second = rest % 60;
	c->weekday = (int)((days + 4) % 7); /* a Thursday began it all */
	days += DAYS_TO_1970;
	era = days / 146097; /* days in 400 years */
	doe = days % 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	c->day = (int)(doy - (153 * mp + 2) / 5 + 1);
	c->month = (int)(mp < 10 ? mp + 3 : mp - 9);
	c->year = (int)(era * 400 + yoe + (c->month <= 2));
	return 0;
}

/* Whether snprintf wrote all; ERANGE if not. */
static int
written(int n, size_t bufsize)
{
	if (n >= 0 && (size_t)n < bufsize)
		return 0;
	errno = ERANGE;
	return -1;
}

/*
 * RFC 5322 section 3.3, "Thu, 01 Jan 1970 00:00:00 +0000": the instant
 * `seconds` after 1970, UTC, as a clock `offset_minutes` east of it shows it.
 * DATE_RFC5322_SIZE is always enough. -1 with ERANGE outside 1970 to 9999, for
 * an offset of a day or more, or if the buffer is too small.
 */
int
date_rfc5322(int64_t seconds, int offset_minutes, char *buf, size_t bufsize)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct civil c;
	int n, east;

	if (offset_minutes < -OFFSET_MAX || offset_minutes > OFFSET_MAX ||
	    seconds < -SECONDS_A_DAY || seconds > SECONDS_MAX) {
		errno = ERANGE;
		return -1;
	}
	if (civil_from_seconds(seconds + offset_minutes * 60, &c) == -1)
		return -1;
	east = abs(offset_minutes);
	n = snprintf(buf, bufsize,
	    "%.3s, %02d %.3s %04d %02d:%02d:%02d %c%02d%02d",
	    &days[c.weekday * 3], c.day, &months[(c.month - 1) * 3], c.year,
	    c.hour, c.minute, c.second, offset_minutes < 0 ? '-' : '+',
	    east / 60, east % 60);
	return written(n, bufsize);
}

/*
 * RFC 3339 in UTC with milliseconds, "1970-01-01T00:00:00.000Z".
 * DATE_RFC3339_SIZE is always enough. -1 with ERANGE outside 1970 to 9999, for
 * millis not in 0 to 999, or if the buffer is too small.
 */
int
date_rfc3339(int64_t seconds, int millis, char *buf, size_t bufsize)
{
	struct civil c;
	int n;

	if (millis < 0 || millis > 999) {
		errno = ERANGE;
		return -1;
	}
	if (civil_from_seconds(seconds, &c) == -1)
		return -1;
	n = snprintf(buf, bufsize, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
	    c.year, c.month, c.day, c.hour, c.minute, c.second, millis);
	return written(n, bufsize);
}

/*
 * The second since 1970 of a date and time in UTC; -1 outside 1970 to 9999, or
 * if there is no such day or time (leap seconds there are none).
 */
int64_t
date_seconds(int year, int month, int day, int hour, int minute, int second)
{
	struct civil c;
	int64_t days, seconds;
	int y, mp;

	if (year < 1970 || year > 9999 || month < 1 || month > 12 || day < 1 ||
	    day > 31 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
	    second < 0 || second > 59)
		return -1;
	y = month <= 2 ? year - 1 : year;
	mp = month <= 2 ? month + 9 : month - 3;
	days = (int64_t)365 * y + y / 4 - y / 100 + y / 400;
	days += (153 * mp + 2) / 5 + day - 1 - DAYS_TO_1970;
	seconds = days * SECONDS_A_DAY + hour * 3600 + minute * 60 + second;
	if (civil_from_seconds(seconds, &c) == -1 || c.day != day)
		return -1;
	return seconds;
}

/*
 * Minutes that local time is east of UTC at that instant; 0 if nobody knows.
 * Reads the time zone files: call it before chroot and sandbox.
 */
int
date_local_offset(int64_t seconds)
{
	struct tm tm;
	time_t t = (time_t)seconds;

	if (localtime_r(&t, &tm) == NULL)
		return 0;
	return (int)(tm.tm_gmtoff / 60);
}
