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
 * Cleaning and measuring text.
 */
#include "text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "width.h"

/* What an octet becomes at most: "\xNN". */
#define TEXT_ESCAPE 4u

/* Octets of the well-formed UTF-8 character at s, or 0. */
static size_t
utf8_length(const uint8_t *s)
{
	size_t i, n;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		n = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		n = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		n = 4;
	else
		return 0;
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	/* Longer than needed, surrogates, above U+10FFFF: RFC 3629. */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

/*
 * A copy in which U+FFFD stands for each octet that is not UTF-8.  The caller
 * frees it; NULL without memory.
 */
char *
text_utf8(const char *text)
{
	static const char replacement[] = "\xef\xbf\xbd";
	const uint8_t *s;
	size_t n, used;
	char *out;

	out = malloc(strlen(text) * strlen(replacement) + 1);
	if (out == NULL)
		return NULL;
	used = 0;
	for (s = (const uint8_t *)text; *s != '\0'; s += n) {
		n = utf8_length(s);
		memcpy(out + used, n == 0 ? replacement : (const char *)s,
		    n == 0 ? strlen(replacement) : n);
		used += n == 0 ? strlen(replacement) : n;
		if (n == 0)
			n = 1;
	}
	out[used] = '\0';
	return out;
}

/* C0, DEL, C1; and the marks that turn the direction of writing. */
static bool
is_control(const uint8_t *s, size_t n)
{
	if (n == 1)
		return s[0] < 0x20 || s[0] == 0x7f;
	if (n == 2)
		return (s[0] == 0xc2 && s[1] < 0xa0) ||
		    (s[0] == 0xd8 && s[1] == 0x9c);
	return n == 3 && s[0] == 0xe2 &&
	    ((s[1] == 0x80 && s[2] >= 0x8e && s[2] <= 0x8f) ||
		(s[1] == 0x80 && s[2] >= 0xa8 && s[2] <= 0xae) ||
		(s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9));
}

/*
 * A copy with control characters and ill-formed UTF-8 as \xNN.  The caller
 * frees it; NULL without memory.
 */
char *
text_clean(const char *text)
{
	const uint8_t *s;
	size_t i, n, used;
	char *out;

	out = malloc(strlen(text) * TEXT_ESCAPE + 1);
	if (out == NULL)
		return NULL;
	used = 0;
	for (s = (const uint8_t *)text; *s != '\0'; s += n) {
		n = utf8_length(s);
		if (n > 0 && !is_control(s, n)) {
			memcpy(out + used, s, n);
			used += n;
			continue;
		}
		if (n == 0)
			n = 1;
		for (i = 0; i < n; i++)
			used += (size_t)snprintf(out + used, TEXT_ESCAPE + 1,
			    "\\x%02x", s[i]);
	}
	out[used] = '\0';
	return out;
}

/* The character at s, which is well-formed, and how many octets it has. */
static uint32_t
utf8_character(const uint8_t *s, size_t *n)
{
	uint32_t c;
	size_t i;

	*n = utf8_length(s);
	if (*n <= 1) {
		*n = 1;
		return s[0];
	}
	c = s[0] & (0x7fu >> *n);
	for (i = 1; i < *n; i++)
		c = c << 6 | (s[i] & 0x3fu);
	return c;
}

/* Columns that clean text takes. */
size_t
text_width(const char *text)
{
	const uint8_t *s;
	size_t n, width;

	width = 0;
	for (s = (const uint8_t *)text; *s != '\0'; s += n)
		width += width_of(utf8_character(s, &n));
	return width;
}

/* Cut clean text to so many columns, with ".." at the end if it was longer. */
void
text_cut(char *text, size_t width)
{
	size_t n, sum, w;

	if (text_width(text) <= width || width < 2)
		return;
	for (sum = 0;; text += n) {
		w = width_of(utf8_character((const uint8_t *)text, &n));
		if (sum + w > width - 2)
			break;
		sum += w;
	}
	(void)memcpy(text, "..", 3);
}

/* Unix seconds as local time; "-" if there are none. */
void
text_time(const char *seconds, char *out, size_t size)
{
	struct tm tm;
	time_t when;

	when = (time_t)strtoll(seconds, NULL, 10);
	if (when == 0 || localtime_r(&when, &tm) == NULL ||
	    strftime(out, size, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		(void)snprintf(out, size, "-");
}
