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
 * The few lines of edd.conf(5) that "edctl setup" reads and changes, as text.
 * Pure.
 */
#ifndef CONFTEXT_H
#define CONFTEXT_H

#include <limits.h>

#include "bounds.h"

struct conftext {
	char hostname[DOMAIN_SIZE]; /* empty: none, or a macro */
	char cert[PATH_MAX];	    /* of the first pki; empty: none */
	char key[PATH_MAX];
};

/* The host name of the sample, which is nobody's. */
#define CONFTEXT_SAMPLE "mail.example.org"

const char *conftext_new(void);
void conftext_read(const char *text, struct conftext *);
char *conftext_edit(const char *text, const struct conftext *);
const char *conftext_hostname_error(const char *);
const char *conftext_path_error(const char *);

#endif
