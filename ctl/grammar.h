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
 * What can be typed: words and arguments of each command, abbreviations, and
 * what was probably meant.  It knows nothing of how a command is done.
 */
#ifndef GRAMMAR_H
#define GRAMMAR_H

#include <stddef.h>
#include <stdio.h>

#define GRAMMAR_WORDS 2u
#define GRAMMAR_ARGS  5u

/* keyword NULL: the value stands alone; required unless optional. */
struct grammar_arg {
	const char *keyword;
	const char *value; /* NULL ends the list */
	int optional;
};

struct grammar_command {
	const char *word[GRAMMAR_WORDS]; /* the second may be NULL */
	struct grammar_arg arg[GRAMMAR_ARGS];
	const char *what;
};

#define GRAMMAR_CANONICAL_MAX (GRAMMAR_WORDS + 2 * GRAMMAR_ARGS)

/* A command as it goes to control; strings are those of argv or the table. */
struct grammar_result {
	const struct grammar_command *command;
	const char *word[GRAMMAR_CANONICAL_MAX];
	size_t words;
};

int grammar_parse(int, char *const *, struct grammar_result *, char *, size_t,
    char *, size_t);
int grammar_help(FILE *, const char *topic);

#endif
