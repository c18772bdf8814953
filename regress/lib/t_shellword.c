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
 * A word that is pasted into sh(1) is the text it was made of, and nothing else
 * happens.
 *
 * sources: lib/shellword.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "shellword.h"

static const char *const texts[] = {
	"a@example.org",
	"",
	"-",
	"a b",
	"\"a b\"@example.org",
	"$HOME",
	"$(exit 3)",
	"`exit 3`",
	"*",
	"[a-z]*@?.org",
	"~",
	"a;exit 3",
	"a&b|c>d<e",
	"'",
	"''",
	"a'b\"c\\d@example.org",
	"!x {a,b} #y =z",
	"(a)",
	"j\xc3\xbcrgen@b\xc3\xbc"
	"cher.example",
};

static void
shell_reads_what_was_meant(void **state)
{
	char word[SHELL_WORD_SIZE], command[1024], said[512];
	const char *text;
	size_t i, n;
	FILE *f;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		text = shell_word(texts[i], word);
		/* Where an argument stands; one more would be seen. */
		(void)snprintf(command, sizeof(command),
		    "cd / && printf '%%s|' %s", text);
		f = popen(command, "r");
		assert_non_null(f);
		n = fread(said, 1, sizeof(said) - 1, f);
		said[n] = '\0';
		assert_int_equal(pclose(f), 0);
		(void)snprintf(command, sizeof(command), "%s|", texts[i]);
		assert_string_equal(said, command);
	}
}

static void
plain_words_have_no_quotes(void **state)
{
	static const char plain[] = "Ann.o'Hara";
	char word[SHELL_WORD_SIZE];

	assert_string_equal(shell_word("a+b-c_d@example.org", word),
	    "a+b-c_d@example.org");
	assert_string_equal(shell_word(plain, word), "'Ann.o'\\''Hara'");
}

/* Never half a word: its quote would be open. */
static void
what_cannot_be_written_is_not(void **state)
{
	char word[SHELL_WORD_SIZE], text[SHELL_WORD_SIZE + 2];
	const char *got;
	size_t n;

	assert_string_equal(shell_word("a\nb", word), "...");
	assert_string_equal(shell_word("a\x1b[2J", word), "...");
	for (n = 1; n < sizeof(text) - 1; n++) {
		memset(text, '*', n);
		text[n] = '\0';
		got = shell_word(text, word);
		if (strcmp(got, "...") == 0)
			continue;
		assert_int_equal(strlen(got), n + 2);
		assert_int_equal(got[n + 1], '\'');
		memset(text, '\'', n);
		got = shell_word(text, word);
		if (strcmp(got, "...") != 0)
			assert_int_equal(strlen(got), 4 * n + 2);
	}
	assert_string_equal(got, "...");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shell_reads_what_was_meant),
		cmocka_unit_test(plain_words_have_no_quotes),
		cmocka_unit_test(what_cannot_be_written_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
