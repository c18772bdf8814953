/* sources: queue/wrap.c queue/blob.c lib/address.c lib/compat.c */
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
 * Text in lines: folded at blanks, never as long as a server refuses, and no
 * character taken apart.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "blob.h"
#include "wrap.h"

/* "Name: " and the text; the caller frees it. */
static char *
wrapped(const char *text, bool utf8)
{
	struct blob b = { 0 };
	size_t len;
	char *s;

	blob_put_text(&b, "Name: ");
	wrap_put(&b, text, "\t", utf8);
	blob_put_u8(&b, '\0');
	s = (char *)blob_take(&b, &len);
	assert_non_null(s);
	return s;
}

static size_t
longest(const char *s)
{
	size_t max = 0, n;

	for (; *s != '\0'; s += n + strspn(s + n, "\r\n")) {
		n = strcspn(s, "\r\n");
		if (n > max)
			max = n;
	}
	return max;
}

static void
test_what_is_said(void **state)
{
	static const struct {
		const char *text;
		bool utf8;
		const char *want;
	} rows[] = {
		{ "", false, "Name: " },
		{ "550 5.1.1 no", false, "Name: 550 5.1.1 no" },
		{ "  a \t b\r\nX: y\177", false, "Name: a b X: y" },
		{ "gr\303\274n", false, "Name: gr??n" },
		{ "gr\303\274n", true, "Name: gr\303\274n" },
		{ "gr\374n \303", true, "Name: gr?n ?" },
	};
	char *s;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		s = wrapped(rows[i].text, rows[i].utf8);
		assert_string_equal(s, rows[i].want);
		free(s);
	}
}

static void
test_words_are_kept_and_lines_short(void **state)
{
	char text[2000] = "", unfolded[2000], *s, *in, *out = unfolded;

	while (strlen(text) < 1900)
		(void)strcat(text, text[0] == '\0' ? "word" : " another");
	s = wrapped(text, false);
	assert_true(longest(s) <= 78);
	for (in = s; *in != '\0'; in++)
		if (*in != '\r' && *in != '\n')
			*out++ = *in == '\t' ? ' ' : *in;
	*out = '\0';
	assert_string_equal(unfolded + strlen("Name: "), text);
	free(s);
}

static void
test_a_word_without_end(void **state)
{
	char text[4001], *s;
	size_t i;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	s = wrapped(text, false);
	assert_in_range(longest(s), 800, 997);
	free(s);
	/* One octet, then characters of two each. */
	for (i = 1; i + 1 < sizeof(text); i += 2)
		memcpy(text + i, "\303\274", 2);
	text[sizeof(text) - 2] = '\0';
	s = wrapped(text, true);
	assert_in_range(longest(s), 800, 997);
	assert_null(strchr(s, '?'));
	free(s);
}

/* Whatever octet of a character the limit falls on. */
static void
test_no_character_is_taken_apart(void **state)
{
	static const char *const chars[] = { "\303\274", "\342\202\254",
		"\360\237\230\200" };
	char text[4001], *s, *end;
	size_t i, len, first;

	for (i = 0; i < sizeof(chars) / sizeof(chars[0]); i++) {
		len = strlen(chars[i]);
		for (first = 0; first < len; first++) {
			memset(text, 'x', first);
			end = text + first;
			while (end + len < text + sizeof(text)) {
				memcpy(end, chars[i], len);
				end += len;
			}
			*end = '\0';
			s = wrapped(text, true);
			assert_in_range(longest(s), 800, 997);
			assert_null(strchr(s, '?'));
			free(s);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_said),
		cmocka_unit_test(test_words_are_kept_and_lines_short),
		cmocka_unit_test(test_a_word_without_end),
		cmocka_unit_test(test_no_character_is_taken_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
