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
 * Ids as text.  Makes no policy of who may have which.
 */
#include "id.h"

#include <sys/random.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ID_RANDOM_OCTETS 16u

/* Print a message id into text; returns text. */
const char *
id_format(uint64_t id, char text[ID_TEXT_SIZE])
{
	(void)snprintf(text, ID_TEXT_SIZE, "%014" PRIx64, id);
	return text;
}

/* Parse what id_format() prints, in either case.  0 or -1. */
int
id_parse(const char *text, uint64_t *id)
{
	uint64_t v;
	size_t i, len;
	char c;

	len = strlen(text);
	if (len < 14 || len > 16)
		return -1;
	v = 0;
	for (i = 0; i < len; i++) {
		c = text[i];
		if (c >= '0' && c <= '9')
			v = v << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (uint64_t)(c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			v = v << 4 | (uint64_t)(c - 'A' + 10);
		else
			return -1;
	}
	*id = v;
	return 0;
}

/* 16 random octets as 26 base-32 digits and a NUL. */
static int
id_random_text(char text[27])
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint8_t raw[ID_RANDOM_OCTETS];
	uint32_t acc, bits;
	size_t i, n;

	if (getrandom(raw, sizeof(raw), 0) != (ssize_t)sizeof(raw))
		return -1;
	acc = 0;
	bits = 0;
	n = 0;
	for (i = 0; i < sizeof(raw); i++) {
		acc = acc << 8 | raw[i];
		bits += 8;
		while (bits >= 5) {
			bits -= 5;
			text[n++] = digits[acc >> bits & 31];
		}
	}
	text[n++] = digits[acc << (5 - bits) & 31];
	text[n] = '\0';
	return 0;
}

/* Make an object id; see id.h. */
int
id_make_object(const char *kind, char *out, size_t size)
{
	char unique[27];
	int n;

	if (id_random_text(unique) == -1)
		return -1;
	n = snprintf(out, size, "ocid1.%s.edd..%s", kind, unique);
	if (n < 0 || (size_t)n >= size) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return 0;
}
