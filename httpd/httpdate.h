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
 * Dates of HTTP header fields (RFC 9110 section 5.6.7): IMF-fixdate alone.
 * The two obsolete forms are refused: no client that signs sends them.
 */
#ifndef HTTPDATE_H
#define HTTPDATE_H

#include <stddef.h>
#include <stdint.h>

/* Room for "Thu, 01 Jan 1970 00:00:00 GMT" and its NUL, and what it is made
 * from. */
#define HTTPDATE_SIZE 32

int httpdate_format(int64_t seconds, char[HTTPDATE_SIZE]);
int httpdate_parse(const char *, int64_t *seconds);
int httpdate_parse_rfc3339(const char *, int64_t *seconds, int *millis);

#endif
