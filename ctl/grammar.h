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
 * The grammar of edctl: one table of commands with their arguments and how
 * answers are shown.  Parsing and help come from it.
 */
#ifndef GRAMMAR_H
#define GRAMMAR_H

#include <stdbool.h>
#include <stddef.h>

/* The longest is "setup". */
#define COMMAND_ARGS_MAX 11u

/* A line that shows a command and its arguments. */
#define COMMAND_USAGE_SIZE 320u

enum argument_kind {
	ARGUMENT_WORD,
	ARGUMENT_CHOICE, /* the label is the choices, with "|" between */
	ARGUMENT_TEXT,	 /* the rest of the line */
	ARGUMENT_FILE,	 /* the file's content is what is sent */
	ARGUMENT_VERB	 /* commands as the audit names them */
};

enum layout {
	LAYOUT_TABLE,
	LAYOUT_RECORD,
	LAYOUT_CREDENTIAL,
	LAYOUT_DKIM,
	LAYOUT_CHECK,
	LAYOUT_LINES,
	LAYOUT_TRACE,
	LAYOUT_OCTETS,
	LAYOUT_STATUS,
	LAYOUT_AUDIT
};

/* By its place if keyword is NULL; those come before the others. */
struct argument {
	const char *keyword;
	const char *label; /* NULL after the last */
	enum argument_kind kind;
	bool optional;
};

struct command {
	const char *word[2]; /* the second may be NULL */
	enum layout layout;
	struct argument arg[COMMAND_ARGS_MAX];
	const char *what;
};

const struct command *grammar_at(size_t);
bool grammar_need(const char *object, size_t *, char *, size_t);
const char *grammar_usage(const struct command *, char *, size_t);

#endif
