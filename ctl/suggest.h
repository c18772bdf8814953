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
 * One word out of several: exact, abbreviated, or mistaken, and then which
 * was probably meant.  Pure.
 */
#ifndef SUGGEST_H
#define SUGGEST_H

#include <stddef.h>

enum suggest_result {
	SUGGEST_FOUND,
	SUGGEST_AMBIGUOUS, /* an abbreviation of several */
	SUGGEST_NONE
};

enum suggest_result suggest_find(const char *const *words, size_t,
    const char *given, size_t *found);
const char *suggest_nearest(const char *const *words, size_t,
    const char *given);
void suggest_join(const char *const *words, size_t, const char *prefix,
    char *out, size_t);

#endif
