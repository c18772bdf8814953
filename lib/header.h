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
 * The header section of a message (RFC 5322 section 2.2): collected a line at
 * a time, looked at, changed and written out again. Fields keep their bytes;
 * it does not interpret field bodies and never sees the message body.
 */
#ifndef HEADER_H
#define HEADER_H

#include <stdbool.h>
#include <stddef.h>

enum header_status {
	HEADER_MORE,   /* line taken, more wanted */
	HEADER_END,    /* the empty line: header complete */
	HEADER_NOT,    /* the first line is no field: no header at all */
	HEADER_BAD,    /* a later line is no field, or a field is ill-formed */
	HEADER_TOOBIG, /* over the size given, or too many fields */
	HEADER_NOMEM   /* out of memory */
};

/*
 * One field. The pointers are into the header and hold until it is changed
 * or freed; nothing is NUL-terminated.
 */
struct header_field {
	const char *name; /* as written */
	size_t name_len;
	const char *body; /* after the colon, folding kept, no last CRLF */
	size_t body_len;
	const char *raw; /* the whole field with its last CRLF */
	size_t raw_len;
};

struct header;

struct header *header_new(size_t max);
void header_free(struct header *);

enum header_status header_feed(struct header *, const char *line, size_t len);
enum header_status header_finish(struct header *);

size_t header_count(const struct header *);
size_t header_count_name(const struct header *, const char *name);
bool header_get(const struct header *, size_t index, struct header_field *);
bool header_find(const struct header *, const char *name, size_t nth,
    struct header_field *);
bool header_field_is(const struct header_field *, const char *name);

size_t header_remove(struct header *, const char *name);
int header_prepend(struct header *, const char *field, size_t len);
int header_append(struct header *, const char *field, size_t len);

size_t header_size(const struct header *);
int header_write(const struct header *, char *buf, size_t bufsize);

#endif /* HEADER_H */
