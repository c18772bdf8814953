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
 * Words of edd.conf: quotes, comments, continued lines, macros, included
 * files.  Knows no keyword.
 */
#ifndef LEX_H
#define LEX_H

#include <stdbool.h>
#include <stddef.h>

struct lex;

enum lex_kind {
	LEX_END,
	LEX_NEWLINE,
	LEX_WORD,
	LEX_QUOTED,
	LEX_PUNCT, /* one character: = or , */
	LEX_ERROR  /* text says what is wrong */
};

/* text and file live as long as the lexer. */
struct lex_token {
	enum lex_kind kind;
	const char *text;
	const char *file;
	int line;
};

struct lex *lex_new(void);
void lex_free(struct lex *);
int lex_push_file(struct lex *, const char *);
int lex_push_text(struct lex *, const char *name, const char *text);
int lex_define(struct lex *, const char *name, const char *value, bool fixed);
bool lex_is_name(const char *);
void lex_next(struct lex *, struct lex_token *);
const char *lex_file(const struct lex *);

#endif
