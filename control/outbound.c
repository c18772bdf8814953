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
 * A pool's addresses are few, as all are: they are found by looking at all.
 * That the last one of a pool leaves it later is decided when it is read.
 */
#include "outbound.h"

#include <string.h>

#include "compat.h"
#include "msg.h"
#include "record.h"

#define OUTBOUND_VERSION 1

/* Read a record as it is at a moment.  0, or -1 if it is ill-formed. */
static int
outbound_decode(struct msgin *m, int64_t now, struct outbound *o)
{
	if (record_open(m, OUTBOUND_VERSION) == -1)
		return -1;
	msg_get_str(m, o->address, sizeof(o->address));
	msg_get_str(m, o->pool, sizeof(o->pool));
	o->leaves = msg_get_i64(m);
	o->left = msg_get_i64(m);
	if (o->leaves != 0 && o->leaves <= now) {
		o->pool[0] = '\0';
		o->left = o->leaves;
		o->leaves = 0;
	}
	return msg_end(m);
}

/* An address, which need not have a record. */
enum store_status
outbound_get(struct store *s, const char *address, int64_t now,
    struct outbound *o)
{
	enum store_status r;
	struct store_key k;
	struct msgin m;

	memset(o, 0, sizeof(*o));
	(void)strlcpy(o->address, address, sizeof(o->address));
	store_key(&k, address, NULL);
	r = store_get(s, STORE_SOURCE, &k, &m);
	if (r != STORE_OK)
		return r == STORE_NOTFOUND ? STORE_OK : r;
	return record_done(outbound_decode(&m, now, o), "source address");
}

/* Store an address; the caller has a transaction. */
enum store_status
outbound_put(struct store *s, const struct outbound *o)
{
	enum store_status r;
	struct store_key k;
	struct msgout m;

	memset(&m, 0, sizeof(m));
	record_begin(&m, OUTBOUND_VERSION);
	msg_put_str(&m, o->address);
	msg_put_str(&m, o->pool);
	msg_put_i64(&m, o->leaves);
	msg_put_i64(&m, o->left);
	store_key(&k, o->address, NULL);
	r = store_put(s, STORE_SOURCE, &k, &m);
	msgout_free(&m);
	return r;
}

struct each {
	int64_t now;
	bool (*cb)(const struct outbound *, void *);
	void *arg;
};

static bool
each_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	const struct each *e;
	struct outbound o;

	e = arg;
	memset(&o, 0, sizeof(o));
	return record_done(outbound_decode(m, e->now, &o), "source address") !=
	    STORE_OK ||
	    e->cb(&o, e->arg);
}

/*
 * Show the callback all addresses with a record as they are at a moment, in the
 * order of their text, until it returns false.
 */
enum store_status
outbound_each(struct store *s, int64_t now,
    bool (*cb)(const struct outbound *, void *), void *arg)
{
	struct each e = { now, cb, arg };

	return store_scan(s, STORE_SOURCE, NULL, NULL, each_cb, &e);
}

struct search {
	const char *pool;
	struct outbound *found;
	uint32_t n;
};

static bool
search_cb(const struct outbound *o, void *arg)
{
	struct search *s;

	s = arg;
	if (strcmp(o->pool, s->pool) == 0)
		s->found[s->n++] = *o;
	return s->n < SOURCES_MAX;
}

/* The n addresses of a pool, in the order of their text. */
enum store_status
outbound_pool(struct store *s, const char *pool, int64_t now,
    struct outbound found[SOURCES_MAX], uint32_t *n)
{
	struct search search = { pool, found, 0 };
	enum store_status r;

	r = outbound_each(s, now, search_cb, &search);
	*n = search.n;
	return r;
}
