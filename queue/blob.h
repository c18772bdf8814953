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
 * A growing buffer of fields and a cursor that reads them back: what the
 * spool's records are made of.  Integers are little-endian; strings are
 * counted by a u16 and end with a NUL, so that a reader may point into the
 * buffer.  No limit of its own; errors are sticky in both directions.
 */
#ifndef BLOB_H
#define BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct blob {
	uint8_t *data;
	size_t len;
	size_t cap;
	bool bad; /* out of memory, or a string too long */
};

struct cursor {
	const uint8_t *pos;
	const uint8_t *end;
	bool bad;
};

void blob_free(struct blob *);
void blob_reset(struct blob *);
uint8_t *blob_take(struct blob *, size_t *);
uint8_t *blob_reserve(struct blob *, size_t);
void blob_put_u8(struct blob *, uint8_t);
void blob_put_u16(struct blob *, uint16_t);
void blob_put_u32(struct blob *, uint32_t);
void blob_put_u64(struct blob *, uint64_t);
void blob_put_str(struct blob *, const char *);
void blob_put_data(struct blob *, const void *, size_t);
void blob_put_text(struct blob *, const char *);
void blob_printf(struct blob *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

void cursor_init(struct cursor *, const void *, size_t);
uint8_t cursor_u8(struct cursor *);
uint16_t cursor_u16(struct cursor *);
uint32_t cursor_u32(struct cursor *);
uint64_t cursor_u64(struct cursor *);
int64_t cursor_moment(struct cursor *);
const char *cursor_str(struct cursor *);
void cursor_data(struct cursor *, void *, size_t);
bool cursor_end(const struct cursor *);

uint32_t load_u32(const uint8_t *);
uint64_t load_u64(const uint8_t *);
void store_u32(uint8_t *, uint32_t);
void store_u64(uint8_t *, uint64_t);

#endif
