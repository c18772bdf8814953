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
 * Fields in a growing buffer, and back.  Knows nothing of what they mean.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blob.h"
#include "qbounds.h"

/* Four octets, little-endian. */
uint32_t
load_u32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

/* Eight octets, little-endian. */
uint64_t
load_u64(const uint8_t *p)
{
	return load_u32(p) | (uint64_t)load_u32(p + 4) << 32;
}

/* Four octets, little-endian. */
void
store_u32(uint8_t *p, uint32_t v)
{
	p[0] = v & 0xff;
	p[1] = v >> 8 & 0xff;
	p[2] = v >> 16 & 0xff;
	p[3] = v >> 24;
}

/* Eight octets, little-endian. */
void
store_u64(uint8_t *p, uint64_t v)
{
	store_u32(p, (uint32_t)v);
	store_u32(p + 4, (uint32_t)(v >> 32));
}

/* Free the bytes; the blob is as new afterwards. */
void
blob_free(struct blob *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}

/* Forget the contents, keep the room. */
void
blob_reset(struct blob *b)
{
	b->len = 0;
	b->bad = false;
}

/*
 * The bytes, now the caller's (free() them), cut to their length; NULL if
 * the blob is bad or empty.  The blob is as new afterwards.
 */
uint8_t *
blob_take(struct blob *b, size_t *len)
{
	uint8_t *data = NULL, *cut;

	*len = 0;
	if (!b->bad && b->len > 0) {
		data = b->data;
		*len = b->len;
		cut = realloc(data, b->len);
		if (cut != NULL)
			data = cut;
		b->data = NULL;
	}
	blob_free(b);
	return data;
}

/*
 * Lengthen by n octets and return where they begin, for the caller to fill;
 * NULL without memory, and the blob is bad then.
 */
uint8_t *
blob_reserve(struct blob *b, size_t n)
{
	size_t cap;
	uint8_t *p;

	if (b->bad)
		return NULL;
	if (b->cap - b->len < n) {
		cap = b->cap == 0 ? 256 : b->cap;
		while (cap - b->len < n) {
			if (cap > SIZE_MAX / 2) {
				b->bad = true;
				return NULL;
			}
			cap *= 2;
		}
		p = realloc(b->data, cap);
		if (p == NULL) {
			b->bad = true;
			return NULL;
		}
		b->data = p;
		b->cap = cap;
	}
	p = b->data + b->len;
	b->len += n;
	return p;
}

/* Append one octet. */
void
blob_put_u8(struct blob *b, uint8_t v)
{
	uint8_t *p;

	p = blob_reserve(b, 1);
	if (p != NULL)
		p[0] = v;
}

/* Append two octets. */
void
blob_put_u16(struct blob *b, uint16_t v)
{
	uint8_t *p;

	p = blob_reserve(b, 2);
	if (p != NULL) {
		p[0] = v & 0xff;
		p[1] = v >> 8;
	}
}

/* Append four octets. */
void
blob_put_u32(struct blob *b, uint32_t v)
{
	uint8_t *p;

	p = blob_reserve(b, 4);
	if (p != NULL)
		store_u32(p, v);
}

/* Append eight octets. */
void
blob_put_u64(struct blob *b, uint64_t v)
{
	uint8_t *p;

	p = blob_reserve(b, 8);
	if (p != NULL)
		store_u64(p, v);
}

/* Append a string of at most 65534 octets; longer makes the blob bad. */
void
blob_put_str(struct blob *b, const char *s)
{
	size_t len = strlen(s);

	if (len > UINT16_MAX - 1) {
		b->bad = true;
		return;
	}
	blob_put_u16(b, (uint16_t)len);
	blob_put_data(b, s, len + 1);
}

/* Append octets as they are, without a count. */
void
blob_put_data(struct blob *b, const void *data, size_t len)
{
	uint8_t *p;

	p = blob_reserve(b, len);
	if (p != NULL && len > 0)
		memcpy(p, data, len);
}

/* Append the characters of a string, without count and NUL. */
void
blob_put_text(struct blob *b, const char *s)
{
	blob_put_data(b, s, strlen(s));
}

/* Append formatted text, without count and NUL. */
void
blob_printf(struct blob *b, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(text)) {
		b->bad = true;
		return;
	}
	blob_put_data(b, text, (size_t)n);
}

/* Read len octets at data; they must stay while strings are used. */
void
cursor_init(struct cursor *c, const void *data, size_t len)
{
	c->pos = data;
	c->end = c->pos + len;
	c->bad = false;
}

static const uint8_t *
cursor_step(struct cursor *c, size_t n)
{
	const uint8_t *p = c->pos;

	if (c->bad || (size_t)(c->end - c->pos) < n) {
		c->bad = true;
		return NULL;
	}
	c->pos += n;
	return p;
}

/* One octet; 0 if there is none, and the cursor is bad then. */
uint8_t
cursor_u8(struct cursor *c)
{
	const uint8_t *p;

	p = cursor_step(c, 1);
	return p == NULL ? 0 : p[0];
}

/* Two octets; as above. */
uint16_t
cursor_u16(struct cursor *c)
{
	const uint8_t *p;

	p = cursor_step(c, 2);
	return p == NULL ? 0 : (uint16_t)(p[0] | p[1] << 8);
}

/* Four octets; as above. */
uint32_t
cursor_u32(struct cursor *c)
{
	const uint8_t *p;

	p = cursor_step(c, 4);
	return p == NULL ? 0 : load_u32(p);
}

/* Eight octets; as above. */
uint64_t
cursor_u64(struct cursor *c)
{
	const uint8_t *p;

	p = cursor_step(c, 8);
	return p == NULL ? 0 : load_u64(p);
}

/*
 * A moment, in whatever unit its owner counts; 0 if there is none or it lies
 * outside 0..MOMENT_MAX, and the cursor is bad then.
 */
int64_t
cursor_moment(struct cursor *c)
{
	uint64_t t;

	t = cursor_u64(c);
	if (t > MOMENT_MAX) {
		c->bad = true;
		return 0;
	}
	return (int64_t)t;
}

/*
 * A string inside the buffer, ended by its NUL and without another; "" if
 * there is none, and the cursor is bad then.
 */
const char *
cursor_str(struct cursor *c)
{
	const uint8_t *p;
	size_t len;

	len = cursor_u16(c);
	p = cursor_step(c, len + 1);
	if (p == NULL || memchr(p, '\0', len + 1) != p + len) {
		c->bad = true;
		return "";
	}
	return (const char *)p;
}

/* So many octets, uncounted; zeros if they are not there. */
void
cursor_data(struct cursor *c, void *out, size_t len)
{
	const uint8_t *p;

	p = cursor_step(c, len);
	if (p == NULL)
		memset(out, 0, len);
	else
		memcpy(out, p, len);
}

/* Whether everything was well formed and every octet was used. */
bool
cursor_end(const struct cursor *c)
{
	return !c->bad && c->pos == c->end;
}
