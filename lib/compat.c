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
 * strlcpy, strlcat and strtonum for systems whose libc lacks them.
 */
#include "compat.h"

#ifndef __OpenBSD__

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/*
 * Copy src to dst of dsize octets, always terminated if dsize is not 0.
 * Returns strlen(src): truncated if that is >= dsize.
 */
size_t
strlcpy(char *dst, const char *src, size_t dsize)
{
	size_t len, n;

	len = strlen(src);
	if (dsize == 0)
		return len;
	n = len < dsize ? len : dsize - 1;
	memcpy(dst, src, n);
	dst[n] = '\0';
	return len;
}

/* Append src to dst of dsize octets.  Returns the length it tried to make. */
size_t
strlcat(char *dst, const char *src, size_t dsize)
{
	size_t used;

	used = strnlen(dst, dsize);
	if (used == dsize)
		return dsize + strlen(src);
	return used + strlcpy(dst + used, src, dsize - used);
}

/*
 * Parse a whole decimal number in [min, max].  On failure 0 is returned and
 * *errstr says why; on success *errstr is NULL.
 */
long long
strtonum(const char *s, long long minval, long long maxval, const char **errstr)
{
	long long v;
	char *end;

	errno = 0;
	v = strtoll(s, &end, 10);
	if (end == s || *end != '\0') {
		*errstr = "invalid";
		return 0;
	}
	if (v < minval || (errno == ERANGE && v == LLONG_MIN)) {
		*errstr = "too small";
		return 0;
	}
	if (v > maxval || (errno == ERANGE && v == LLONG_MAX)) {
		*errstr = "too large";
		return 0;
	}
	*errstr = NULL;
	return v;
}

#endif
