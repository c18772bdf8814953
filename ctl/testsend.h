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
 * The command "test-send": a message all of the way, each step explained.
 */
#ifndef TESTSEND_H
#define TESTSEND_H

struct options;
struct parse;

/* What to send; NULL where edd is to choose. */
struct testsend {
	const char *to;
	const char *from;
	const char *user;
	const char *subject;
	unsigned wait; /* seconds for the delivery */
};

/* Seconds for the delivery unless told. */
#define TESTSEND_WAIT 60u

int testsend_run(const struct options *, const struct parse *);
int testsend(const struct options *, const struct testsend *);

#endif
