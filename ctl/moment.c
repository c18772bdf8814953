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
 * Moments in text: seconds of Unix, RFC 3339 and what is near to it, RFC 5322.
 * Without an offset a time is UTC.
 */
#include "moment.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "date.h"

/* Seconds have fewer digits until the year 5138; more are milliseconds. */
#define MOMENT_DIGITS 11u

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

static bool
is_digits(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (!isdigit((unsigned char)s[i]))
			return false;
	}
	return true;
}

/* "Z", "GMT", "+02:00", "+0200" or nothing, to the end. */
static int
parse_offset(const char *s, int64_t *seconds)
{
	int hours, minutes, n;
	char sign;

	while (*s == ' ')
		s++;
	if (*s == '\0' || strcasecmp(s, "Z") == 0 ||
	    strcasecmp(s, "GMT") == 0 || strcasecmp(s, "UTC") == 0)
		return 0;
	n = 0;
	if (sscanf(s, "%c%2d:%2d%n", &sign, &hours, &minutes, &n) != 3 &&
	    sscanf(s, "%c%2d%2d%n", &sign, &hours, &minutes, &n) != 3)
		return -1;
	if (s[n] != '\0' || (sign != '+' && sign != '-') || hours < 0 ||
	    minutes < 0 || minutes > 59)
		return -1;
	*seconds -= (sign == '+' ? 1 : -1) * (int64_t)(hours * 60 + minutes) *
	    60;
	return 0;
}

/* "HH:MM:SS", a fraction, an offset. */
static int
parse_clock(const char *s, int year, int month, int day, int64_t *seconds)
{
	int hour, minute, second, n;

	n = 0;
	if (sscanf(s, "%2d:%2d:%2d%n", &hour, &minute, &second, &n) != 3 ||
	    n == 0 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
	    second < 0 || second > 60)
		return -1;
	*seconds = date_seconds(year, month, day, hour, minute, second);
	s += n;
	if (*s == '.') {
		s++;
		s += strspn(s, "0123456789");
	}
	return parse_offset(s, seconds);
}

static bool
is_day(int year, int month, int day)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	bool leap;

	if (year < 1970 || year > 4000 || month < 1 || month > 12 || day < 1)
		return false;
	leap = month == 2 &&
	    ((year % 4 == 0 && year % 100 != 0) || year % 400 == 0);
	return day <= days[month - 1] + (leap ? 1 : 0);
}

/* "YYYY-MM-DD" or "YYYY/MM/DD", and perhaps "T" or a space and a time. */
static int
parse_iso(const char *s, int64_t *seconds)
{
	int year, month, day;

	if (!is_digits(s, 4) || !is_digits(s + 5, 2) || !is_digits(s + 8, 2) ||
	    (s[4] != '-' && s[4] != '/') || s[7] != s[4])
		return -1;
	year = atoi(s);
	month = atoi(s + 5);
	day = atoi(s + 8);
	if (!is_day(year, month, day))
		return -1;
	s += 10;
	*seconds = date_seconds(year, month, day, 0, 0, 0);
	if (*s == '\0')
		return 0;
	if (*s != 'T' && *s != 't' && *s != ' ')
		return -1;
	return parse_clock(s + 1, year, month, day, seconds);
}

/* "Fri, 21 Oct 2011 11:02:55 GMT"; the day's name may be missing. */
static int
parse_mail(const char *s, int64_t *seconds)
{
	const char *comma, *m;
	char name[4];
	int year, day, n;

	comma = strchr(s, ',');
	if (comma != NULL)
		s = comma + 1;
	n = 0;
	if (sscanf(s, " %2d %3s %4d %n", &day, name, &year, &n) != 3 ||
	    n == 0 || strlen(name) != 3)
		return -1;
	m = strstr(months, name);
	if (m == NULL || (m - months) % 3 != 0 ||
	    !is_day(year, (int)(m - months) / 3 + 1, day))
		return -1;
	return parse_clock(s + n, year, (int)(m - months) / 3 + 1, day,
	    seconds);
}

/* Read a moment from 1970 on.  0, or -1 if it is none. */
int
moment_parse(const char *s, int64_t *seconds)
{
	size_t len;
	int r;

	len = strlen(s);
	if (len > 0 && len <= MOMENT_DIGITS + 3 && is_digits(s, len)) {
		*seconds = strtoll(s, NULL, 10);
		if (len > MOMENT_DIGITS)
			*seconds /= 1000;
		return 0;
	}
	r = len >= 10 && isdigit((unsigned char)s[0]) && s[4] != ' ' &&
		(s[4] == '-' || s[4] == '/') ?
	    parse_iso(s, seconds) :
	    parse_mail(s, seconds);
	return r == 0 && *seconds >= 0 ? 0 : -1;
}
