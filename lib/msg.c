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
 * Writer and reader of message fields.  No sockets, no meaning.
 */
#include "msg.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bounds.h"

#define MSGOUT_FIRST_CAP 512u

static void
store16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static void
store32(uint8_t *p, uint32_t v)
{
	store16(p, (uint16_t)v);
	store16(p + 2, (uint16_t)(v >> 16));
}

static void
store64(uint8_t *p, uint64_t v)
{
	store32(p, (uint32_t)v);
	store32(p + 4, (uint32_t)(v >> 32));
}

static uint16_t
load16(const uint8_t *p)
{
	return (uint16_t)(p[0] | (p[1] << 8));
}

static uint32_t
load32(const uint8_t *p)
{
	return load16(p) | ((uint32_t)load16(p + 2) << 16);
}

static uint64_t
load64(const uint8_t *p)
{
	return load32(p) | ((uint64_t)load32(p + 4) << 32);
}

/* Write a header to MSG_HEADER_SIZE octets. */
void
msg_header_put(uint8_t *p, const struct msg_header *h)
{
	store16(p, h->type);
	store16(p + 2, h->flags);
	store32(p + 4, h->length);
	store64(p + 8, h->id);
}

/*
 * Read a header.  1 if it is whole and well-formed, 0 if octets are missing,
 * -1 if its length or flags cannot be.
 */
int
msg_header_get(const uint8_t *p, size_t len, struct msg_header *h)
{
	if (len < MSG_HEADER_SIZE)
		return 0;
	h->type = load16(p);
	h->flags = load16(p + 2);
	h->length = load32(p + 4);
	h->id = load64(p + 8);
	if (h->length > MSG_PAYLOAD_MAX)
		return -1;
	if ((h->flags & ~MSG_FLAG_FD) != 0)
		return -1;
	return 1;
}

/* Octets that are not needed any more. */
static void
msgout_wipe(struct msgout *m, size_t from, size_t len)
{
	if (m->secret && len > 0)
		explicit_bzero(m->data + from, len);
}

/* Forget the content, keep the memory. */
void
msgout_reset(struct msgout *m)
{
	msgout_wipe(m, 0, m->len);
	m->len = 0;
	m->bad = false;
}

/* Forget the first n octets. */
void
msgout_cut(struct msgout *m, size_t n)
{
	memmove(m->data, m->data + n, m->len - n);
	msgout_wipe(m, m->len - n, n);
	m->len -= n;
}

/* Release the memory; m may be used again. */
void
msgout_free(struct msgout *m)
{
	msgout_wipe(m, 0, m->cap);
	free(m->data);
	m->data = NULL;
	m->len = m->cap = 0;
	m->bad = false;
}

/* The same content in more memory, or NULL and nothing is changed. */
static uint8_t *
msgout_move(struct msgout *m, size_t cap)
{
	uint8_t *p;

	if (!m->secret)
		return realloc(m->data, cap);
	p = malloc(cap);
	if (p == NULL)
		return NULL;
	if (m->len > 0)
		memcpy(p, m->data, m->len);
	msgout_wipe(m, 0, m->cap);
	free(m->data);
	return p;
}

/* Room for n more octets, or NULL and m is bad. */
static uint8_t *
msgout_grow(struct msgout *m, size_t n)
{
	uint8_t *p;
	size_t cap;

	if (m->bad)
		return NULL;
	if (m->cap - m->len < n) {
		cap = m->cap == 0 ? MSGOUT_FIRST_CAP : m->cap;
		while (cap - m->len < n)
			cap *= 2;
		p = msgout_move(m, cap);
		if (p == NULL) {
			m->bad = true;
			return NULL;
		}
		m->data = p;
		m->cap = cap;
	}
	p = m->data + m->len;
	m->len += n;
	return p;
}

/* Append one octet. */
void
msg_put_u8(struct msgout *m, uint8_t v)
{
	uint8_t *p;

	p = msgout_grow(m, 1);
	if (p != NULL)
		*p = v;
}

/* Append a 16-bit integer. */
void
msg_put_u16(struct msgout *m, uint16_t v)
{
	uint8_t *p;

	p = msgout_grow(m, 2);
	if (p != NULL)
		store16(p, v);
}

/* Append a 32-bit integer. */
void
msg_put_u32(struct msgout *m, uint32_t v)
{
	uint8_t *p;

	p = msgout_grow(m, 4);
	if (p != NULL)
		store32(p, v);
}

/* Append a 64-bit integer. */
void
msg_put_u64(struct msgout *m, uint64_t v)
{
	uint8_t *p;

	p = msgout_grow(m, 8);
	if (p != NULL)
		store64(p, v);
}

/* Append a signed 64-bit integer. */
void
msg_put_i64(struct msgout *m, int64_t v)
{
	msg_put_u64(m, (uint64_t)v);
}

/* Append a truth value as one octet, 0 or 1. */
void
msg_put_bool(struct msgout *m, bool v)
{
	msg_put_u8(m, v ? 1 : 0);
}

/* Append a string: its length and its octets without the NUL. */
void
msg_put_str(struct msgout *m, const char *s)
{
	msg_put_data(m, s, strlen(s));
}

/* Append a counted block of octets. */
void
msg_put_data(struct msgout *m, const void *data, size_t len)
{
	uint8_t *p;

	if (len > UINT32_MAX) {
		m->bad = true;
		return;
	}
	msg_put_u32(m, (uint32_t)len);
	p = msgout_grow(m, len);
	if (p != NULL && len > 0)
		memcpy(p, data, len);
}

/* Read a message from len octets that outlive m; it carries no descriptor. */
void
msgin_init(struct msgin *m, uint16_t type, const void *data, size_t len)
{
	memset(m, 0, sizeof(*m));
	m->type = type;
	m->fd = -1;
	m->pos = data;
	m->end = m->pos + len;
}

/* The next n octets, or NULL and m is bad. */
static const uint8_t *
msgin_take(struct msgin *m, size_t n)
{
	const uint8_t *p;

	if (m->bad || (size_t)(m->end - m->pos) < n) {
		m->bad = true;
		return NULL;
	}
	p = m->pos;
	m->pos += n;
	return p;
}

/* Take one octet; 0 if m is bad, as in all that follow. */
uint8_t
msg_get_u8(struct msgin *m)
{
	const uint8_t *p;

	p = msgin_take(m, 1);
	return p == NULL ? 0 : *p;
}

/* Take a 16-bit integer. */
uint16_t
msg_get_u16(struct msgin *m)
{
	const uint8_t *p;

	p = msgin_take(m, 2);
	return p == NULL ? 0 : load16(p);
}

/* Take a 32-bit integer. */
uint32_t
msg_get_u32(struct msgin *m)
{
	const uint8_t *p;

	p = msgin_take(m, 4);
	return p == NULL ? 0 : load32(p);
}

/* Take a 64-bit integer. */
uint64_t
msg_get_u64(struct msgin *m)
{
	const uint8_t *p;

	p = msgin_take(m, 8);
	return p == NULL ? 0 : load64(p);
}

/* Take a signed 64-bit integer. */
int64_t
msg_get_i64(struct msgin *m)
{
	return (int64_t)msg_get_u64(m);
}

/* Take a truth value; any octet but 0 and 1 is bad. */
bool
msg_get_bool(struct msgin *m)
{
	uint8_t v;

	v = msg_get_u8(m);
	if (v > 1)
		m->bad = true;
	return v == 1;
}

/* Take a u32 that must lie in [first, last]; first if it does not. */
unsigned
msg_get_enum(struct msgin *m, unsigned first, unsigned last)
{
	uint32_t v;

	v = msg_get_u32(m);
	if (v < first || v > last) {
		m->bad = true;
		return first;
	}
	return v;
}

/*
 * Take a counted block of at most max octets and point at it; it lives as
 * long as the message.  NULL if m is bad.
 */
const uint8_t *
msg_ref_data(struct msgin *m, size_t *len, size_t max)
{
	const uint8_t *p;
	uint32_t n;

	*len = 0;
	n = msg_get_u32(m);
	if (n > max)
		m->bad = true;
	p = msgin_take(m, n);
	if (p != NULL)
		*len = n;
	return p;
}

/* Take a counted block into buf of max octets.  Returns its length. */
size_t
msg_get_data(struct msgin *m, void *buf, size_t max)
{
	const uint8_t *p;
	size_t len;

	p = msg_ref_data(m, &len, max);
	if (p != NULL && len > 0)
		memcpy(buf, p, len);
	return len;
}

/*
 * Take a string into buf of size octets.  A string that does not fit with
 * its NUL, or holds a NUL, is bad; buf is then empty.
 */
void
msg_get_str(struct msgin *m, char *buf, size_t size)
{
	const uint8_t *p;
	size_t len;

	buf[0] = '\0';
	p = msg_ref_data(m, &len, size - 1);
	if (p == NULL)
		return;
	if (memchr(p, '\0', len) != NULL) {
		m->bad = true;
		return;
	}
	memcpy(buf, p, len);
	buf[len] = '\0';
}

/*
 * Take a string of at most max octets as a new allocation that the caller
 * frees.  NULL if m is bad.
 */
char *
msg_dup_str(struct msgin *m, size_t max)
{
	const uint8_t *p;
	char *s;
	size_t len;

	p = msg_ref_data(m, &len, max);
	if (p == NULL)
		return NULL;
	s = malloc(len + 1);
	if (s == NULL || memchr(p, '\0', len) != NULL) {
		free(s);
		m->bad = true;
		return NULL;
	}
	memcpy(s, p, len);
	s[len] = '\0';
	return s;
}

/* Take the descriptor over from the message; -1 if there is none. */
int
msg_take_fd(struct msgin *m)
{
	int fd;

	fd = m->fd;
	m->fd = -1;
	return fd;
}

/* 0 if every octet was taken and none was bad, otherwise -1. */
int
msg_end(struct msgin *m)
{
	if (m->bad || m->pos != m->end)
		return -1;
	return 0;
}
