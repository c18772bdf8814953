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
 * JSON written out, into one growing buffer. Commas and escapes are its
 * matter, the shape of the document the caller's.
 */
#ifndef JSONOUT_H
#define JSONOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct jsonout {
	char *s; /* NUL-terminated; NULL before anything is written */
	size_t len;
	size_t size;
	bool comma;  /* before the next value */
	bool failed; /* no memory: s is not whole */
};

void jsonout_init(struct jsonout *);
void jsonout_free(struct jsonout *);
void jsonout_open(struct jsonout *, char bracket);
void jsonout_close(struct jsonout *, char bracket);
void jsonout_key(struct jsonout *, const char *);
void jsonout_text(struct jsonout *, const char *, size_t len);
void jsonout_string(struct jsonout *, const char *);
void jsonout_number(struct jsonout *, int64_t);
void jsonout_bool(struct jsonout *, bool);
void jsonout_null(struct jsonout *);
void jsonout_time(struct jsonout *, int64_t seconds, int millis);
void jsonout_member(struct jsonout *, const char *key, const char *value);

#endif
