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
 * Octets below a bound: every octet at every place of runs around the length
 * of a word gives what looking at one after the other gives.
 */
#include "octets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define RUN_MAX 26u

static const char *
slowly(const char *p, const char *end, unsigned char bound, unsigned char *all)
{
	for (; p < end && (unsigned char)*p >= bound; p++)
		*all |= (unsigned char)*p;
	return p;
}

static void
check(const char *run, size_t len, unsigned char bound)
{
	unsigned char all = 0, expected = 0;
	const char *p, *q;

	p = octets_below(run, run + len, bound, &all);
	q = slowly(run, run + len, bound, &expected);
	assert_ptr_equal(p, q);
	assert_int_equal(all & 0x80, expected & 0x80);
}

/* One odd octet in a run of others. */
static void
odd_test(void **state)
{
	static const unsigned char bounds[] = { 1, 14, 33, 128 };
	static const char fill[] = { 'a', '\x80', '\xff', '!' };
	char run[RUN_MAX];
	size_t b, f, len, at;
	int octet;

	for (b = 0; b < sizeof(bounds); b++)
		for (f = 0; f < sizeof(fill); f++)
			for (len = 0; len <= RUN_MAX; len++)
				for (at = 0; at < len; at++)
					for (octet = 0; octet < 256; octet++) {
						memset(run, fill[f], len);
						run[at] = (char)octet;
						check(run, len, bounds[b]);
					}
}

/* Two of them: a borrow of the first must not hide nor move it. */
static void
pairs_test(void **state)
{
	char run[16];
	size_t first, second;
	int a, b;

	for (first = 0; first < 7; first++)
		for (second = first + 1; second < 9; second++)
			for (a = 0; a < 256; a += 5)
				for (b = 0; b < 256; b += 3) {
					memset(run, 'x', sizeof(run));
					run[first] = (char)a;
					run[second] = (char)b;
					check(run, sizeof(run), 14);
				}
}

static bool
is_text(char c, char one, char other)
{
	return (unsigned char)c >= ' ' && (unsigned char)c < 0x80 && c != one &&
	    c != other;
}

/* All pairs of octets in text, at each place of a run. */
static void
text_test(void **state)
{
	char run[RUN_MAX];
	const char *p;
	size_t at;
	int a, b;

	for (at = 0; at + 1 < sizeof(run); at++)
		for (a = -128; a < 128; a++)
			for (b = -128; b < 128; b++) {
				memset(run, 'x', sizeof(run));
				run[at] = (char)a;
				run[at + 1] = (char)b;
				for (p = run; p < run + sizeof(run) &&
				     is_text(*p, '"', '\\');
				     p++)
					;
				assert_ptr_equal(p,
				    octets_text(run, run + sizeof(run), '"',
					'\\'));
			}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(odd_test),
		cmocka_unit_test(pairs_test),
		cmocka_unit_test(text_test),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
