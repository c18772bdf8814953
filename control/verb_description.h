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
 * Descriptions of domains, DKIM keys and IP pools, which the management API shows too.
 */
#ifndef VERB_DESCRIPTION_H
#define VERB_DESCRIPTION_H

#include <stdbool.h>

struct job;

/* Whose description it is. */
struct described {
	const char *id;
	const char *object; /* in the audit */
	const char *name;   /* what the audit has before it, or "" */
};

bool description_row(struct job *, const char *id);
int description_put(struct job *, const struct described *, const char *);
int description_set(struct job *, const struct described *, const char *);

#endif
