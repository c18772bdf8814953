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
 * Lines that are too long are found wherever the octets are cut.
 *
 * sources: lib/ahead.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ahead.h"
#include "bounds.h"

/* Lines of so many octets with their ends, looked at in pieces. */
static bool
is_long(const size_t *line, size_t lines, size_t piece)
{
	struct ahead a;
	char *text;
	size_t i, len = 0, n, pos;
	bool found = false;

	text = malloc(lines * 2 * MESSAGE_LINE_MAX);
	assert_non_null(text);
	for (i = 0; i < lines; i++) {
		memset(text + len, 'x', line[i]);
		len += line[i];
		memcpy(text + len - 2, "\r\n", 2);
	}
	memset(&a, 0, sizeof(a));
	for (pos = 0; pos < len; pos += n) {
		n = len - pos < piece ? len - pos : piece;
		if (ahead_is_long(&a, text + pos, n))
			found = true;
	}
	assert_int_equal(a.line, 0);
	free(text);
	return found;
}

static void
long_lines_are_found_at_any_cut(void **state)
{
	static const size_t most = MESSAGE_LINE_MAX + 2;
	static const size_t pieces[] = { 1, 2, 3, 80, 500, 997, 998, 999, 1000,
		1001, 1002, 4096, 16384 };
	const size_t good[] = { 2, 80, most, most, 2, most - 1, 80, most };
	const size_t one[] = { most + 1 };
	const size_t last[] = { 80, most, most + 1 };
	const size_t middle[] = { 2, 500, most + 1, 80, 80 };
	const size_t longer[] = { most, most * 3 / 2, 2, 80 };
	size_t i;

	for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		assert_false(is_long(good, 8, pieces[i]));
		assert_true(is_long(one, 1, pieces[i]));
		assert_true(is_long(last, 3, pieces[i]));
		assert_true(is_long(middle, 5, pieces[i]));
		assert_true(is_long(longer, 4, pieces[i]));
	}
}

/* Without its end a line has one octet less: a CR counts. */
static void
a_line_that_goes_on_is_long_with_its_cr(void **state)
{
	char text[MESSAGE_LINE_MAX + 2];
	struct ahead a;

	memset(text, 'x', sizeof(text));
	memset(&a, 0, sizeof(a));
	assert_false(ahead_is_long(&a, text, MESSAGE_LINE_MAX + 1));
	assert_true(ahead_is_long(&a, text, 1));
	memset(&a, 0, sizeof(a));
	assert_true(ahead_is_long(&a, text, MESSAGE_LINE_MAX + 2));
}

static void
what_is_held_is_bounded(void **state)
{
	static char piece[16384];
	struct ahead a;
	unsigned i;

	memset(&a, 0, sizeof(a));
	assert_int_equal(ahead_keep(&a, "first", 5), 1);
	for (i = 1; i < RECODE_WINDOW / sizeof(piece); i++)
		assert_int_equal(ahead_keep(&a, piece, sizeof(piece)), 1);
	assert_int_equal(ahead_keep(&a, piece, sizeof(piece)), 0);
	assert_int_equal(a.len, 5 + (i - 1) * sizeof(piece));
	assert_memory_equal(a.hold, "first", 5);
	ahead_clear(&a);
	assert_null(a.hold);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(long_lines_are_found_at_any_cut),
		cmocka_unit_test(a_line_that_goes_on_is_long_with_its_cr),
		cmocka_unit_test(what_is_held_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
