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
 * The two header fields that say what a part of a message is (RFC 2045
 * sections 5 and 6): its type with the boundary of a multipart, and its
 * encoding. Pure; what cannot be read is said to be so, never guessed.
 */
#ifndef MIME_FIELD_H
#define MIME_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "bounds.h"

enum mime_cte {
	MIME_CTE_NONE, /* no such field: 7bit */
	MIME_CTE_7BIT,
	MIME_CTE_8BIT,
	MIME_CTE_BINARY,
	MIME_CTE_QP,
	MIME_CTE_BASE64,
	MIME_CTE_OTHER /* an encoding that is not known */
};

/* Names in lower case, cut where they are longer than anything registered. */
struct mime_type {
	char type[MIME_NAME_SIZE];
	char subtype[MIME_NAME_SIZE];
	char boundary[MIME_BOUNDARY_MAX];
	size_t boundary_len; /* 0: none, or none that can be used */
};

int mime_type_parse(const char *body, size_t len, struct mime_type *);
bool mime_type_is(const struct mime_type *, const char *type,
    const char *subtype);
enum mime_cte mime_cte_parse(const char *body, size_t len);
bool mime_cte_is_identity(enum mime_cte);

#endif /* MIME_FIELD_H */
