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
 * Percent-encoding taken off. What comes out is text: UTF-8 without control
 * characters, so that no later string of it is cut short by a NUL.
 */
#include "percent.h"

#include "address.h"

/* The value of a hexadecimal digit, or -1. */
int
percent_hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Whether it is UTF-8 without control characters. */
bool
percent_is_text(const char *s, size_t len)
{
	size_t n;

	for (; len > 0; s += n, len -= n) {
		n = 1;
		if ((*s & 0x80) != 0)
			n = address_utf8(s, len);
		else if (*s < ' ' || *s == '\177')
			return false;
		if (n == 0)
			return false;
	}
	return true;
}

/*
 * Decode len octets to out, which has room for them and a NUL. Returns the
 * length, or -1 if a "%" is not followed by two digits, or what comes out is
 * no text.
 *
 *	pct-encoded = "%" HEXDIG HEXDIG		(RFC 3986 section 2.1)
 */
ssize_t
percent_decode(const char *s, size_t len, char *out)
{
	size_t i, used = 0;
	int high, low;

	for (i = 0; i < len; i++) {
		if (s[i] != '%') {
			out[used++] = s[i];
			continue;
		}
		if (len - i < 3)
			return -1;
		high = percent_hex(s[i + 1]);
		low = percent_hex(s[i + 2]);
		if (high == -1 || low == -1)
			return -1;
		out[used++] = (char)(high << 4 | low);
		i += 2;
	}
	out[used] = '\0';
	return percent_is_text(out, used) ? (ssize_t)used : -1;
}
