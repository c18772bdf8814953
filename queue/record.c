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
 * Encoding of record headers and marks.  Does no I/O.
 */
#include <string.h>

#include "crc32c.h"
#include "qbounds.h"
#include "record.h"

#define RECORD_MAGIC   0x52644445u
#define RECORD_VERSION 1u

/* In the octet of a mark's state. */
#define MARK_STATE   0x0fu
#define MARK_VIA     0x10u /* a route follows the text */
#define MARK_NOTICED 0x20u
#define MARK_BITS    (MARK_STATE | MARK_VIA | MARK_NOTICED)

/* Write the header of r. */
void
record_encode(const struct record *r, uint8_t out[RECORD_HEADER_SIZE])
{
	memset(out, 0, RECORD_HEADER_SIZE);
	store_u32(out, RECORD_MAGIC);
	out[4] = r->type;
	out[5] = RECORD_VERSION;
	store_u64(out + 8, r->segment);
	store_u64(out + 16, r->id);
	store_u64(out + 24, r->body_len);
	store_u32(out + 32, r->meta_len);
	store_u32(out + 36, r->prefix_len);
	store_u32(out + 40, r->body_crc);
	store_u32(out + 44, r->meta_crc);
	store_u32(out + 52, crc32c(0, out, 52));
}

/*
 * Read a header.  0, or -1 if it is none: wrong magic, CRC, version or type,
 * or a length over its bound.
 */
int
record_decode(struct record *r, const uint8_t in[RECORD_HEADER_SIZE])
{
	if (load_u32(in) != RECORD_MAGIC ||
	    load_u32(in + 52) != crc32c(0, in, 52) || in[5] != RECORD_VERSION ||
	    in[4] < RECORD_MESSAGE || in[4] > RECORD_TYPE_LAST)
		return -1;
	r->type = in[4];
	r->segment = load_u64(in + 8);
	r->id = load_u64(in + 16);
	r->body_len = load_u64(in + 24);
	r->meta_len = load_u32(in + 32);
	r->prefix_len = load_u32(in + 36);
	r->body_crc = load_u32(in + 40);
	r->meta_crc = load_u32(in + 44);
	if (r->body_len > BODY_SIZE_MAX || r->meta_len > ENVELOPE_SIZE_MAX ||
	    r->prefix_len > ENVELOPE_SIZE_MAX)
		return -1;
	if (r->type == RECORD_MARK && (r->body_len > 0 || r->prefix_len > 0))
		return -1;
	return 0;
}

/* Octets that the record takes in its segment, padding included. */
uint64_t
record_size(const struct record *r)
{
	uint64_t size;

	size = RECORD_HEADER_SIZE + r->body_len + r->meta_len + r->prefix_len;
	return size + record_padding(r);
}

/* Zero octets after the prefix. */
size_t
record_padding(const struct record *r)
{
	uint64_t size;

	size = r->body_len + r->meta_len + r->prefix_len;
	return (RECORD_ALIGN - size % RECORD_ALIGN) % RECORD_ALIGN;
}

/* Append a mark; its text is cut to MARK_TEXT_MAX. */
void
mark_put(struct blob *b, const struct mark *m)
{
	char text[MARK_TEXT_MAX + 1];
	unsigned bits;
	size_t len;

	bits = (unsigned)m->state | (m->via != NULL ? MARK_VIA : 0) |
	    (m->noticed ? MARK_NOTICED : 0);
	len = m->text == NULL ? 0 : strnlen(m->text, MARK_TEXT_MAX);
	if (len > 0)
		memcpy(text, m->text, len);
	text[len] = '\0';
	blob_put_u32(b, m->index);
	blob_put_u8(b, (uint8_t)bits);
	blob_put_u16(b, m->attempts);
	blob_put_u64(b, (uint64_t)m->next);
	blob_put_str(b, text);
	if (m->via != NULL)
		blob_put_str(b, m->via);
}

/*
 * The next mark of a record.  1, 0 at the end, or -1 if it is ill-formed.
 * The text and the route point into what the cursor reads.
 */
int
mark_get(struct cursor *c, struct mark *m)
{
	unsigned bits, state;

	if (cursor_end(c))
		return 0;
	m->index = cursor_u32(c);
	bits = cursor_u8(c);
	state = bits & MARK_STATE;
	m->attempts = cursor_u16(c);
	m->next = cursor_moment(c);
	m->text = cursor_str(c);
	m->via = (bits & MARK_VIA) != 0 ? cursor_str(c) : NULL;
	m->noticed = (bits & MARK_NOTICED) != 0;
	if (c->bad || (bits & ~MARK_BITS) != 0 || state > RCPT_STATE_LAST ||
	    (m->via != NULL && strlen(m->via) > MARK_VIA_MAX) ||
	    m->index >= RECORD_RCPTS_MAX || strlen(m->text) > MARK_TEXT_MAX)
		return -1;
	m->state = state;
	return 1;
}
