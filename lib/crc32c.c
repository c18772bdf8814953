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
 * CRC-32C, the reflected polynomial 0x82f63b78: eight table look-ups for
 * eight octets, or the instruction that SSE 4.2 has for it, on three parts at
 * a time.  No state that a caller could see; the tables are made at the first
 * use.
 */
#include <stdbool.h>
#include <string.h>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

#include "crc32c.h"

#define POLYNOMIAL 0x82f63b78u

/* Octets of each of three parts that are summed side by side. */
#define LANE 1024u

static uint32_t table[8][256];

static void
make_tables(void)
{
	uint32_t c;
	unsigned n, k;

	for (n = 0; n < 256; n++) {
		c = n;
		for (k = 0; k < 8; k++)
			c = c & 1 ? (c >> 1) ^ POLYNOMIAL : c >> 1;
		table[0][n] = c;
	}
	for (n = 0; n < 256; n++)
		for (k = 1; k < 8; k++)
			table[k][n] = (table[k - 1][n] >> 8) ^
			    table[0][table[k - 1][n] & 0xff];
}

/*
 * The same as crc32c(), without special instructions.  For machines that
 * have none, and for the test that compares the two.
 */
uint32_t
crc32c_portable(uint32_t crc, const void *data, size_t len)
{
	const uint8_t *p = data;
	uint32_t low;

	if (table[0][1] == 0)
		make_tables();
	crc = ~crc;
	for (; len >= 8; len -= 8, p += 8) {
		low = crc ^
		    ((uint32_t)p[0] | (uint32_t)p[1] << 8 |
			(uint32_t)p[2] << 16 | (uint32_t)p[3] << 24);
		crc = table[7][low & 0xff] ^ table[6][low >> 8 & 0xff] ^
		    table[5][low >> 16 & 0xff] ^ table[4][low >> 24] ^
		    table[3][p[4]] ^ table[2][p[5]] ^ table[1][p[6]] ^
		    table[0][p[7]];
	}
	for (; len > 0; len--, p++)
		crc = (crc >> 8) ^ table[0][(crc ^ *p) & 0xff];
	return ~crc;
}

#if defined(__x86_64__)
/*
 * What LANE octets of zeros make of a sum, octet by octet of it: to put three
 * sums, made side by side, behind each other.
 */
static uint32_t skip[4][256];

__attribute__((target("sse4.2"))) static uint32_t
skip_slowly(uint32_t crc)
{
	uint64_t c = crc;
	size_t i;

	for (i = 0; i < LANE; i += sizeof(c))
		c = _mm_crc32_u64(c, 0);
	return (uint32_t)c;
}

/* A sum of the bits of an octet is the sum of what each of them makes. */
static void
make_skip(void)
{
	unsigned k, n, low;

	for (k = 0; k < 4; k++)
		for (n = 1; n < 256; n++) {
			low = n & -n;
			skip[k][n] = n == low ? skip_slowly(n << (8 * k)) :
						skip[k][n ^ low] ^ skip[k][low];
		}
}

static uint32_t
skip_lane(uint32_t crc)
{
	return skip[0][crc & 0xff] ^ skip[1][crc >> 8 & 0xff] ^
	    skip[2][crc >> 16 & 0xff] ^ skip[3][crc >> 24];
}

/* The instruction takes three cycles, and begins one in each of them. */
__attribute__((target("sse4.2"))) static uint32_t
three_lanes(uint32_t crc, const uint8_t *p)
{
	uint64_t a = crc, b = 0, c = 0, word[3];
	size_t i;

	for (i = 0; i < LANE; i += sizeof(word[0])) {
		memcpy(&word[0], p + i, sizeof(word[0]));
		memcpy(&word[1], p + LANE + i, sizeof(word[1]));
		memcpy(&word[2], p + 2 * LANE + i, sizeof(word[2]));
		a = _mm_crc32_u64(a, word[0]);
		b = _mm_crc32_u64(b, word[1]);
		c = _mm_crc32_u64(c, word[2]);
	}
	return skip_lane(skip_lane((uint32_t)a) ^ (uint32_t)b) ^ (uint32_t)c;
}

__attribute__((target("sse4.2"))) static uint32_t
crc32c_sse(uint32_t crc, const void *data, size_t len)
{
	const uint8_t *p = data;
	uint64_t c = ~crc, word;

	if (len >= 3 * LANE && skip[0][1] == 0)
		make_skip();
	for (; len >= 3 * LANE; len -= 3 * LANE, p += 3 * LANE)
		c = three_lanes((uint32_t)c, p);
	for (; len >= sizeof(word); len -= sizeof(word), p += sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		c = _mm_crc32_u64(c, word);
	}
	for (; len > 0; len--, p++)
		c = _mm_crc32_u8((uint32_t)c, *p);
	return ~(uint32_t)c;
}
#endif

/*
 * CRC-32C of data; crc is 0, or the result for what comes before, so that a
 * sum can be made piece by piece.
 */
uint32_t
crc32c(uint32_t crc, const void *data, size_t len)
{
#if defined(__x86_64__)
	static int has_sse = -1;

	if (has_sse == -1)
		has_sse = __builtin_cpu_supports("sse4.2") != 0;
	if (has_sse)
		return crc32c_sse(crc, data, len);
#endif
	return crc32c_portable(crc, data, len);
}
