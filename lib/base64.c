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
 * Base64, RFC 4648 section 4. Strict in both directions; nothing else than
 * the alphabet and its padding is ever accepted.
 */

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#include "base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "abcdefghijklmnopqrstuvwxyz0123456789+/";

/* The six bits of a character, or -1. */
static int
sextet(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	if (c == '/')
		return 63;
	return -1;
}

/*
 * Write inlen octets as BASE64_LEN(inlen) characters and a NUL, on one line.
 * 0, or -1 with ERANGE and nothing written if outsize is too small.
 */
int
base64_encode(const void *in, size_t inlen, char *out, size_t outsize)
{
	const uint8_t *p = in;
	uint32_t v;
	size_t left;

	if (inlen > SIZE_MAX / 2 || outsize <= BASE64_LEN(inlen)) {
		errno = ERANGE;
		return -1;
	}
	for (; inlen > 0; p += left, inlen -= left) {
		left = inlen < 3 ? inlen : 3;
		v = (uint32_t)p[0] << 16;
		if (left > 1)
			v |= (uint32_t)p[1] << 8;
		if (left > 2)
			v |= p[2];
		*out++ = alphabet[v >> 18];
		*out++ = alphabet[v >> 12 & 0x3f];
		*out++ = left > 1 ? alphabet[v >> 6 & 0x3f] : '=';
		*out++ = left > 2 ? alphabet[v & 0x3f] : '=';
	}
	*out = '\0';
	return 0;
}

/*
 * Decode one group of four characters to up to three octets; returns how many,
 * or -1. Padding is taken only in the last group, and the bits that it cuts
 * off must be zero, so that each value has one spelling.
 */
static int
decode_group(const char *in, int last, uint8_t octets[3])
{
	uint32_t v;
	int a, b, c, d, n;

	n = 3;
	if (last && in[3] == '=')
		n = in[2] == '=' ? 1 : 2;
	a = sextet(in[0]);
	b = sextet(in[1]);
	c = n > 1 ? sextet(in[2]) : 0;
	d = n > 2 ? sextet(in[3]) : 0;
	if (a == -1 || b == -1 || c == -1 || d == -1)
		return -1;
	v = (uint32_t)a << 18 | (uint32_t)b << 12 | (uint32_t)c << 6 |
	    (uint32_t)d;
	octets[0] = (uint8_t)(v >> 16);
	octets[1] = (uint8_t)(v >> 8);
	octets[2] = (uint8_t)v;
	if ((n == 1 && octets[1] != 0) || (n == 2 && octets[2] != 0))
		return -1;
	return n;
}

/*
 * Decode inlen characters. *outlen is the number of octets, at most
 * BASE64_OCTETS(inlen); no NUL is added. 0, or -1 with EINVAL (not Base64) or
 * ERANGE (outsize too small), and then the content of out is undefined.
 */
int
base64_decode(const char *in, size_t inlen, uint8_t *out, size_t outsize,
    size_t *outlen)
{
	uint8_t octets[3];
	size_t used;
	int i, n;

	if (inlen % 4 != 0) {
		errno = EINVAL;
		return -1;
	}
	used = 0;
	for (; inlen > 0; in += 4, inlen -= 4) {
		n = decode_group(in, inlen == 4, octets);
		if (n == -1) {
			errno = EINVAL;
			return -1;
		}
		if ((size_t)n > outsize - used) {
			errno = ERANGE;
			return -1;
		}
		for (i = 0; i < n; i++)
			out[used++] = octets[i];
	}
	*outlen = used;
	return 0;
}
