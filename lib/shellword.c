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
 * Quoting as sh(1) has it, which other shells understand as well.
 */
#include "shellword.h"

#include <stdbool.h>
#include <string.h>

/* In place of one that cannot be written: no command takes it. */
#define SHELL_WORD_NONE "..."

/* In place of a quote: the end of the word, one, and it goes on. */
#define SHELL_QUOTE "'\\''"

/* Nothing that a shell, or its completion, takes for more than a letter. */
static bool
is_plain(const char *s)
{
	return *s != '\0' && *s != '-' &&
	    s[strspn(s,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789@.+-_%,:")] == '\0';
}

/*
 * A word as a shell wants it: as it is if that will do, else in quotes, in the
 * caller's memory.  "..." if there is not room for it, or if it has control
 * characters, which the terminal or the shell's editor would take as keys.
 */
const char *
shell_word(const char *text, char word[SHELL_WORD_SIZE])
{
	size_t n;

	if (is_plain(text))
		return text;
	n = 0;
	word[n++] = '\'';
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < ' ' || *text == 127 ||
		    n + sizeof(SHELL_QUOTE "'") > SHELL_WORD_SIZE)
			return SHELL_WORD_NONE;
		if (*text == '\'') {
			memcpy(word + n, SHELL_QUOTE, strlen(SHELL_QUOTE));
			n += strlen(SHELL_QUOTE);
		} else
			word[n++] = *text;
	}
	word[n++] = '\'';
	word[n] = '\0';
	return word;
}
