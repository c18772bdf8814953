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
 * Arguments of MAIL and RCPT: the path and the parameters after it.
 */
#ifndef PATH_H
#define PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "reply.h"

struct command;
struct address;

/* One parameter "keyword[=value]"; value is NULL if there is no "=". */
struct path_parameter {
	const char *keyword;
	size_t keyword_len;
	const char *value;
	size_t value_len;
};

/* The callback gets each parameter, and refuses those it does not know. */
enum reply path_parse(const char *, size_t, const char *prefix, unsigned flags,
    struct command *, struct address *,
    enum reply (*)(const struct path_parameter *, struct command *));
int path_is(const char *, size_t, const char *word);
bool path_is_xtext(const char *, size_t);

#endif /* PATH_H */
