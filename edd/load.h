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
 * A configuration from where the command line says, ready to be used.
 */
#ifndef LOAD_H
#define LOAD_H

#include <stdbool.h>

struct conf;

struct options {
	const char *file;    /* -f, absolute; NULL: what is built in */
	const char *dir;     /* -E, absolute, or NULL */
	const char *libexec; /* where the programs are */
	char **macros;	     /* -D, NULL at the end */
	bool check;	     /* -n */
	bool foreground;     /* -d */
	bool own_user;	     /* -U */
	int verbose;	     /* -v */
};

struct conf *load_conf(const struct options *,
    void (*report)(const char *, void *), void *);

#endif
