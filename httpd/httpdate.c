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
 * Dates of HTTP and of queries. The calendar is lib's; what a client sent is
 * compared with how it is to be written, so that each instant has one form.
 */
#include "httpdate.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "date.h"

/* Octets before the zone: "Thu, 01 Jan 1970 00:00:00 ". */
#define BEFORE_ZONE 26u

_Static_assert(HTTPDATE_SIZE >= DATE_RFC5322_SIZE, "it is made from that");

/* The instant as IMF-fixdate. 0, or -1 outside 1970 to 9999. */
int
httpdate_format(int64_t seconds, char text[HTTPDATE_SIZE])
{
	if (date_rfc5322(seconds, 0, text, HTTPDATE_SIZE) == -1)
		return -1;
	memcpy(text + BEFORE_ZONE, "GMT", sizeof("GMT"));
	return 0;
}

/* The number of exactly that many digits, or -1. */
static int
number(const char *s, size_t digits)
{
	int n = 0;

	for (; digits > 0; digits--, s++) {
		if (*s < '0' || *s > '9')
			return -1;
		n = n * 10 + (*s - '0');
	}
	return n;
}

/*
 * Read IMF-fixdate. 0, or -1 if it is not, or if there is no such day.
 *
 *	IMF-fixdate = day-name "," SP date1 SP time-of-day SP GMT
 */
int
httpdate_parse(const char *s, int64_t *seconds)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char again[HTTPDATE_SIZE];
	size_t month;
	int64_t t;

	if (strlen(s) != BEFORE_ZONE + 3)
		return -1;
	for (month = 0; month < 12; month++) {
		if (memcmp(s + 8, &months[month * 3], 3) == 0)
			break;
	}
	t = date_seconds(number(s + 12, 4), (int)month + 1, number(s + 5, 2),
	    number(s + 17, 2), number(s + 20, 2), number(s + 23, 2));
	if (t == -1 || httpdate_format(t, again) == -1 || strcmp(s, again) != 0)
		return -1;
	*seconds = t;
	return 0;
}

/*
 * ".123" or nothing, the zone "Z" or an offset, and the end. *east is the
 * offset in minutes.
 */
static int
rest_of_rfc3339(const char *s, int *millis, int *east)
{
	int hours, minutes, unit = 100;
	bool west;

	*millis = *east = 0;
	if (*s == '.') {
		if (!isdigit((unsigned char)*++s))
			return -1;
		for (; isdigit((unsigned char)*s); s++, unit /= 10)
			*millis += (*s - '0') * unit;
	}
	if (strcmp(s, "Z") == 0 || strcmp(s, "z") == 0)
		return 0;
	if ((*s != '+' && *s != '-') || strlen(s) != 6 || s[3] != ':')
		return -1;
	west = *s == '-';
	hours = number(s + 1, 2);
	minutes = number(s + 4, 2);
	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
		return -1;
	*east = hours * 60 + minutes;
	if (west)
		*east = -*east;
	return 0;
}

/*
 * Read a time of a query, RFC 3339 section 5.6, with an hour of one digit as
 * well: so the SDK writes it. Digits past the thousandth are cut. 0 or -1.
 */
int
httpdate_parse_rfc3339(const char *s, int64_t *seconds, int *millis)
{
	int hour, east;
	size_t digits;
	int64_t t;

	if (strlen(s) < sizeof("1970-01-01T0:00:00Z") - 1 || s[4] != '-' ||
	    s[7] != '-' || (s[10] != 'T' && s[10] != 't'))
		return -1;
	digits = s[12] == ':' ? 1 : 2;
	hour = number(s + 11, digits);
	s += 11 + digits;
	if (s[0] != ':' || number(s + 1, 2) == -1 || s[3] != ':')
		return -1;
	t = date_seconds(number(s - 11 - digits, 4), number(s - 6 - digits, 2),
	    number(s - 3 - digits, 2), hour, number(s + 1, 2),
	    number(s + 4, 2));
	if (t == -1 || rest_of_rfc3339(s + 6, millis, &east) == -1)
		return -1;
	*seconds = t - east * 60;
	return *seconds < 0 ? -1 : 0;
}
