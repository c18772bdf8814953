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
 * Moments in text.  Pure; the clock is the caller's.
 */
#include "when.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "compat.h"

/* Digits of a number that no unit makes overflow. */
#define WHEN_NUMBER_MAX 1000000

static const char how[] =
    "neither a time from now (90d, 12h, 2w), nor a day (2027-01-31), "
    "nor \"never\"";

/* "YYYY-MM-DD", its first second in UTC. */
static const char *
parse_day(const char *text, int64_t *when)
{
	struct tm tm, again;
	const char *end;

	memset(&tm, 0, sizeof(tm));
	end = strptime(text, "%Y-%m-%d", &tm);
	if (end == NULL || *end != '\0' || strlen(text) != 10)
		return how;
	again = tm;
	*when = (int64_t)timegm(&again);
	if (again.tm_mday != tm.tm_mday || again.tm_mon != tm.tm_mon)
		return "there is no such day";
	return NULL;
}

/* Seconds of a unit, 0 if it is none. */
static int64_t
unit_seconds(char unit)
{
	switch (unit) {
	case 'm':
		return 60;
	case 'h':
		return 3600;
	case 'd':
		return 86400;
	case 'w':
		return 7 * 86400;
	default:
		return 0;
	}
}

/* "N" with m, h, d or w. */
static const char *
parse_span(const char *text, int64_t now, int64_t *when)
{
	char digits[16];
	const char *error;
	long long n;
	size_t len;

	len = strlen(text);
	if (len < 2 || len > sizeof(digits) || text[0] < '0' || text[0] > '9' ||
	    unit_seconds(text[len - 1]) == 0)
		return how;
	memcpy(digits, text, len - 1);
	digits[len - 1] = '\0';
	n = strtonum(digits, 1, WHEN_NUMBER_MAX, &error);
	if (error != NULL)
		return how;
	*when = now + n * unit_seconds(text[len - 1]);
	return NULL;
}

/* Read a moment that is to come.  NULL, or what is wrong with it. */
const char *
when_parse(const char *text, int64_t now, int64_t *when)
{
	const char *why;

	if (strcmp(text, "never") == 0) {
		*when = WHEN_NEVER;
		return NULL;
	}
	if (strchr(text, '-') != NULL)
		why = parse_day(text, when);
	else
		why = parse_span(text, now, when);
	if (why == NULL && *when <= now)
		return "that is over already";
	return why;
}

/* Read a moment that was.  NULL, or what is wrong with it. */
const char *
when_past(const char *text, int64_t now, int64_t *when)
{
	const char *why;
	int64_t ahead;

	if (strchr(text, '-') != NULL)
		why = parse_day(text, when);
	else {
		why = parse_span(text, 0, &ahead);
		if (why == NULL)
			*when = now - ahead;
	}
	return why == how ? "neither a time ago (90d, 12h, 30m), nor a day "
			    "(2026-01-31)" :
			    why;
}
