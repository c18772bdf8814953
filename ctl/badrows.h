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
 * Rows of an import that are bad, told in the order in which they stand in the
 * file, whoever found out first.
 */
#ifndef BADROWS_H
#define BADROWS_H

#include <stdint.h>

struct badrows;

/* Tell of one.  0, or -1 without memory. */
typedef int (*badrows_cb)(uint64_t number, const char *address, const char *why,
    void *arg);

struct badrows *badrows_new(badrows_cb, void *arg);
void badrows_free(struct badrows *);
int badrows_add(struct badrows *, uint64_t number, const char *address,
    const char *why);
int badrows_tell(struct badrows *);

#endif
