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
 * Limits in the store, by the id of what they are of.  Operators' commands
 * are in verb_limit.c.
 */
#include "limit.h"

#include <string.h>

#include "msg.h"
#include "record.h"

/* 2: from, recipients, size. */
#define LIMIT_VERSION 2

/* Read a record of this version or the one before.  0, or -1: ill-formed. */
int
limit_decode(struct msgin *m, struct limit *l)
{
	uint8_t version;

	memset(l, 0, sizeof(*l));
	version = msg_get_u8(m);
	if (version == 0 || version > LIMIT_VERSION)
		return -1;
	l->minute = msg_get_u32(m);
	l->day = msg_get_u32(m);
	l->sessions = msg_get_u32(m);
	if (version == 1)
		return msg_end(m);
	l->from = msg_get_u32(m);
	l->recipients = msg_get_u32(m);
	l->size = msg_get_u64(m);
	return msg_end(m);
}

/* The limits of an object; STORE_NOTFOUND and none if it has none. */
enum store_status
limit_get(struct store *s, const char *id, struct limit *l)
{
	struct store_key k;
	struct msgin m;
	enum store_status r;

	memset(l, 0, sizeof(*l));
	store_key(&k, id, NULL);
	r = store_get(s, STORE_LIMIT, &k, &m);
	if (r != STORE_OK)
		return r;
	return record_done(limit_decode(&m, l), "limit");
}

/* Store the limits of an object; the caller has a transaction. */
enum store_status
limit_put(struct store *s, const char *id, const struct limit *l)
{
	struct store_key k;
	struct msgout m;
	enum store_status r;

	memset(&m, 0, sizeof(m));
	record_begin(&m, LIMIT_VERSION);
	msg_put_u32(&m, l->minute);
	msg_put_u32(&m, l->day);
	msg_put_u32(&m, l->sessions);
	msg_put_u32(&m, l->from);
	msg_put_u32(&m, l->recipients);
	msg_put_u64(&m, l->size);
	store_key(&k, id, NULL);
	r = store_put(s, STORE_LIMIT, &k, &m);
	msgout_free(&m);
	return r;
}

/* Delete the limits of an object, and what was counted; it may have none. */
enum store_status
limit_del(struct store *s, const char *id)
{
	if (record_del(s, STORE_METER, id, NULL) == STORE_FAIL ||
	    record_del(s, STORE_LIMIT, id, NULL) == STORE_FAIL)
		return STORE_FAIL;
	return STORE_OK;
}

/* Whether nothing is limited. */
bool
limit_is_none(const struct limit *l)
{
	return l->minute == 0 && l->day == 0 && l->sessions == 0 &&
	    l->from == 0 && l->recipients == 0 && l->size == 0;
}

static void
tighten(uint32_t *a, uint32_t b)
{
	if (b != 0 && (*a == 0 || b < *a))
		*a = b;
}

/* Make each of them the stricter of the two. */
void
limit_tighten(struct limit *l, const struct limit *other)
{
	tighten(&l->minute, other->minute);
	tighten(&l->day, other->day);
	tighten(&l->sessions, other->sessions);
	tighten(&l->from, other->from);
	tighten(&l->recipients, other->recipients);
	if (other->size != 0 && (l->size == 0 || other->size < l->size))
		l->size = other->size;
}
