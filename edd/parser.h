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
 * edd.conf: text to a checked configuration.
 */
#ifndef PARSER_H
#define PARSER_H

struct conf;

/* Where a configuration comes from, and who is told what is wrong with it. */
struct parser_source {
	const char *file; /* a path, or NULL */
	const char *name; /* without a file: what errors call the text */
	const char *text;
	char *const *macro; /* "NAME=VALUE", NULL at the end; or NULL */
	void (*report)(const char *, void *);
	void *arg;
};

struct conf *parser_run(const struct parser_source *);

#endif
