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
 * SipHash with two rounds a word and four at the end.
 */
#include "siphash.h"

struct state {
	uint64_t v0, v1, v2, v3;
};

static uint64_t
rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static void
rounds(struct state *s, unsigned n)
{
	while (n-- > 0) {
		s->v0 += s->v1;
		s->v2 += s->v3;
		s->v1 = rotate(s->v1, 13) ^ s->v0;
		s->v3 = rotate(s->v3, 16) ^ s->v2;
		s->v0 = rotate(s->v0, 32) + s->v3;
		s->v2 += s->v1;
		s->v1 = rotate(s->v1, 17) ^ s->v2;
		s->v3 = rotate(s->v3, 21) ^ s->v0;
		s->v2 = rotate(s->v2, 32);
	}
}

/* Up to eight octets, the first one lowest. */
static uint64_t
word(const uint8_t *p, size_t n)
{
	uint64_t w;

	w = 0;
	while (n > 0) {
		n--;
		w = w << 8 | p[n];
	}
	return w;
}

/* The hash of some octets under a key. */
uint64_t
siphash(const uint8_t key[SIPHASH_KEY_SIZE], const void *data, size_t len)
{
	const uint8_t *p;
	struct state s;
	uint64_t w;
	size_t left;

	p = data;
	s.v0 = word(key, 8) ^ UINT64_C(0x736f6d6570736575);
	s.v1 = word(key + 8, 8) ^ UINT64_C(0x646f72616e646f6d);
	s.v2 = word(key, 8) ^ UINT64_C(0x6c7967656e657261);
	s.v3 = word(key + 8, 8) ^ UINT64_C(0x7465646279746573);
	for (left = len; left >= 8; left -= 8, p += 8) {
		w = word(p, 8);
		s.v3 ^= w;
		rounds(&s, 2);
		s.v0 ^= w;
	}
	w = word(p, left) | (uint64_t)len << 56;
	s.v3 ^= w;
	rounds(&s, 2);
	s.v0 ^= w;
	s.v2 ^= 0xff;
	rounds(&s, 4);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
