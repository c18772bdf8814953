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
 * Encoding and decoding of records of retry tokens.
 */
#include "retryrecord.h"

#include <string.h>

#include "blob.h"
#include "compat.h"
#include "crc32c.h"

#define RETRY_VERSION 1u
#define RETRY_HEADER  8u

/* Octets behind a payload of that length. */
static size_t
padding(size_t len)
{
	return (RETRY_RECORD_ALIGN - len % RETRY_RECORD_ALIGN) %
	    RETRY_RECORD_ALIGN;
}

/* Append a record. */
void
retry_record_encode(struct blob *b, const struct retry_record *r)
{
	static const uint8_t zeros[RETRY_RECORD_ALIGN];
	size_t start, len;
	uint8_t *p;

	start = b->len;
	if (blob_reserve(b, RETRY_HEADER) == NULL)
		return;
	blob_put_u8(b, RETRY_VERSION);
	blob_put_data(b, r->key, sizeof(r->key));
	blob_put_data(b, r->digest, sizeof(r->digest));
	blob_put_u64(b, r->message);
	blob_put_u64(b, r->suppressed);
	blob_put_u64(b, (uint64_t)r->accepted);
	blob_put_str(b, r->user);
	blob_put_str(b, r->message_id);
	if (b->bad)
		return;
	p = b->data + start;
	len = b->len - start - RETRY_HEADER;
	store_u32(p, (uint32_t)len);
	store_u32(p + 4, crc32c(0, p + RETRY_HEADER, len));
	blob_put_data(b, zeros, padding(len));
}

static void
get_text(struct cursor *c, char *out, size_t size)
{
	const char *s;

	s = cursor_str(c);
	if (c->bad || strlcpy(out, s, size) >= size)
		c->bad = true;
}

/*
 * The record at p, of which len octets are there.  Its size with padding, which
 * may be cut, or 0 if there is none.
 */
size_t
retry_record_decode(struct retry_record *r, const uint8_t *p, size_t len)
{
	struct cursor c;
	unsigned version;
	size_t n;

	if (len < RETRY_HEADER)
		return 0;
	n = load_u32(p);
	if (n > RETRY_RECORD_MAX - RETRY_HEADER || n > len - RETRY_HEADER ||
	    load_u32(p + 4) != crc32c(0, p + RETRY_HEADER, n))
		return 0;
	cursor_init(&c, p + RETRY_HEADER, n);
	version = cursor_u8(&c);
	cursor_data(&c, r->key, sizeof(r->key));
	cursor_data(&c, r->digest, sizeof(r->digest));
	r->message = cursor_u64(&c);
	r->suppressed = cursor_u64(&c);
	r->accepted = cursor_moment(&c);
	get_text(&c, r->user, sizeof(r->user));
	get_text(&c, r->message_id, sizeof(r->message_id));
	if (c.bad || !cursor_end(&c) || version != RETRY_VERSION)
		return 0;
	return RETRY_HEADER + n + padding(n);
}
