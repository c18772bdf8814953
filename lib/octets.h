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
 * Looking through octets many at a time: what text is made of is above a
 * bound, what ends it below.  In a header, because it runs for every few
 * octets of mail.  Knows no meaning of them.
 */
#ifndef OCTETS_H
#define OCTETS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* An octet in each of the eight places of a word. */
#define OCTETS_EACH(octet) (UINT64_C(0x0101010101010101) * (octet))

#ifdef __SSE2__
/*
 * Sixteen at a time, up to those that hold one below bound: an octet is not
 * below it if it is the greater of both.
 */
static inline const char *
octets_below_sse(const char *p, const char *end, unsigned char bound,
    unsigned char *all)
{
	const __m128i bounds = _mm_set1_epi8((char)bound);
	__m128i v, high = _mm_setzero_si128();

	for (; end - p >= (ptrdiff_t)sizeof(v); p += sizeof(v)) {
		memcpy(&v, p, sizeof(v));
		if (_mm_movemask_epi8(
			_mm_cmpeq_epi8(_mm_max_epu8(v, bounds), v)) != 0xffff)
			break;
		high = _mm_or_si128(high, v);
	}
	if (_mm_movemask_epi8(high) != 0)
		*all |= 0x80;
	return p;
}
#endif

/*
 * The first octet from p on that is below bound, which is at most 128, or
 * end.  all gets its top bit set if an octet before it has; the others of its
 * bits mean nothing.
 *
 * The subtraction sets the top bit of an octet that is below bound, and may
 * set it falsely only above one such; octets of 128 and more are kept out.
 */
static inline const char *
octets_below(const char *p, const char *end, unsigned char bound,
    unsigned char *all)
{
	const uint64_t tops = OCTETS_EACH(0x80), bounds = OCTETS_EACH(bound);
	uint64_t words = 0, w;

#ifdef __SSE2__
	p = octets_below_sse(p, end, bound, all);
#endif
	while ((size_t)(end - p) >= sizeof(w)) {
		memcpy(&w, p, sizeof(w));
		if (((w - bounds) & ~w & tops) != 0)
			break;
		words |= w;
		p += sizeof(w);
	}
	for (; p < end && (unsigned char)*p >= bound; p++)
		*all |= (unsigned char)*p;
	if ((words & tops) != 0)
		*all |= 0x80;
	return p;
}

/*
 * The first octet from p on that is no printable character of ASCII, or is one
 * of the two given, or end. DEL is printable here.
 */
static inline const char *
octets_text(const char *p, const char *end, char one, char other)
{
#ifdef __SSE2__
	const __m128i ones = _mm_set1_epi8(one), others = _mm_set1_epi8(other);
	const __m128i spaces = _mm_set1_epi8(' ');
	__m128i v, stop;

	for (; end - p >= (ptrdiff_t)sizeof(v); p += sizeof(v)) {
		memcpy(&v, p, sizeof(v));
		/* As signed numbers, those of 128 and more are below too. */
		stop = _mm_or_si128(_mm_cmplt_epi8(v, spaces),
		    _mm_or_si128(_mm_cmpeq_epi8(v, ones),
			_mm_cmpeq_epi8(v, others)));
		if (_mm_movemask_epi8(stop) != 0)
			break;
	}
#endif
	while (p < end && (unsigned char)*p >= ' ' &&
	    (unsigned char)*p < 0x80 && *p != one && *p != other)
		p++;
	return p;
}

#endif
