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
 * Pools in the store, and which senders have one.
 */
#include "pool.h"

#include <string.h>
#include <time.h>

#include "compat.h"
#include "msg.h"
#include "object.h"
#include "outbound.h"
#include "record.h"

#define POOL_VERSION 1

/* What is wrong with a name, or NULL.  Small and capital letters differ. */
const char *
pool_name_error(const char *name)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

	if (name[0] == '\0')
		return "a name cannot be empty";
	if (strlen(name) >= POOL_NAME_SIZE)
		return "a name has at most 63 characters";
	if (name[strspn(name, chars)] != '\0')
		return "a name has only letters, digits, - and _";
	return NULL;
}

static int
pool_decode(struct msgin *m, struct pool *p)
{
	if (record_open(m, POOL_VERSION) == -1)
		return -1;
	msg_get_str(m, p->id, sizeof(p->id));
	msg_get_str(m, p->name, sizeof(p->name));
	msg_get_str(m, p->compartment, sizeof(p->compartment));
	p->created = msg_get_i64(m);
	p->drain = msg_get_u32(m);
	return msg_end(m);
}

/* The pool with this id. */
enum store_status
pool_get(struct store *s, const char *id, struct pool *p)
{
	enum store_status r;
	struct store_key k;
	struct msgin m;

	store_key(&k, id, NULL);
	r = store_get(s, STORE_POOL, &k, &m);
	if (r != STORE_OK)
		return r;
	return record_done(pool_decode(&m, p), "IP pool");
}

/* The pool of a compartment with this name. */
enum store_status
pool_find(struct store *s, const char *compartment, const char *name,
    struct pool *p)
{
	char id[OBJECT_ID_SIZE];
	enum store_status r;
	struct store_key k;
	struct msgin m;

	store_key(&k, compartment, name);
	r = store_get(s, STORE_POOL_NAME, &k, &m);
	if (r != STORE_OK)
		return r;
	msg_get_str(&m, id, sizeof(id));
	r = record_done(msg_end(&m), "name of an IP pool");
	return r == STORE_OK ? pool_get(s, id, p) : r;
}

/* Store a pool with its look-ups; the caller has a transaction. */
enum store_status
pool_put(struct store *s, const struct pool *p)
{
	enum store_status r;
	struct store_key k;
	struct object o;
	struct msgout m;

	memset(&m, 0, sizeof(m));
	record_begin(&m, POOL_VERSION);
	msg_put_str(&m, p->id);
	msg_put_str(&m, p->name);
	msg_put_str(&m, p->compartment);
	msg_put_i64(&m, p->created);
	msg_put_u32(&m, p->drain);
	store_key(&k, p->id, NULL);
	r = store_put(s, STORE_POOL, &k, &m);
	msgout_free(&m);
	if (r == STORE_OK)
		r = record_put_id(s, STORE_POOL_NAME, p->compartment, p->name,
		    p->id);
	if (r != STORE_OK)
		return r;
	object_init(&o, OBJECT_POOL, p->id, p->created);
	(void)strlcpy(o.compartment, p->compartment, sizeof(o.compartment));
	(void)strlcpy(o.first, p->name, sizeof(o.first));
	return object_link(s, &o);
}

/* It goes to another compartment, which has none of that name. */
enum store_status
pool_move(struct store *s, struct pool *p, const char *compartment)
{
	enum store_status r;

	r = record_del(s, STORE_POOL_NAME, p->compartment, p->name);
	if (r != STORE_OK)
		return r;
	(void)strlcpy(p->compartment, compartment, sizeof(p->compartment));
	return pool_put(s, p);
}

/* Delete a pool that no sender has; its addresses are free. */
enum store_status
pool_del(struct store *s, const struct pool *p)
{
	struct outbound out[SOURCES_MAX];
	enum store_status r;
	int64_t now;
	uint32_t i, n;

	now = (int64_t)time(NULL);
	r = outbound_pool(s, p->id, now, out, &n);
	for (i = 0; r == STORE_OK && i < n; i++) {
		out[i].pool[0] = '\0';
		out[i].leaves = 0;
		out[i].left = now;
		r = outbound_put(s, &out[i]);
	}
	if (r == STORE_OK)
		r = record_del(s, STORE_POOL_NAME, p->compartment, p->name);
	if (r == STORE_OK)
		r = record_del(s, STORE_POOL, p->id, NULL);
	return r == STORE_OK ? object_drop(s, p->id) : r;
}

/* The id of a sender's pool; STORE_NOTFOUND and empty: it has none. */
enum store_status
pool_of_sender(struct store *s, const char *sender, char id[OBJECT_ID_SIZE])
{
	id[0] = '\0';
	return record_get_id(s, STORE_SENDER_POOL, sender, id, OBJECT_ID_SIZE);
}

/* Give a sender a pool, or with an empty id none; within a transaction. */
enum store_status
pool_bind(struct store *s, const char *sender, const char *id)
{
	char old[OBJECT_ID_SIZE];
	enum store_status r;

	r = pool_of_sender(s, sender, old);
	if (r == STORE_OK)
		r = record_del(s, STORE_POOL_SENDER, old, sender);
	if (r == STORE_OK)
		r = record_del(s, STORE_SENDER_POOL, sender, NULL);
	if (r == STORE_FAIL || id[0] == '\0')
		return r == STORE_FAIL ? r : STORE_OK;
	r = record_put_id(s, STORE_SENDER_POOL, sender, NULL, id);
	if (r != STORE_OK)
		return r;
	return record_put_id(s, STORE_POOL_SENDER, id, sender, "");
}

/* The addresses of a pool, with blanks between. */
enum store_status
pool_addresses(struct store *s, const char *id, char text[SOURCES_SIZE])
{
	struct outbound out[SOURCES_MAX];
	enum store_status r;
	uint32_t i, n;

	text[0] = '\0';
	r = outbound_pool(s, id, (int64_t)time(NULL), out, &n);
	for (i = 0; r == STORE_OK && i < n; i++) {
		if (i > 0)
			(void)strlcat(text, " ", SOURCES_SIZE);
		(void)strlcat(text, out[i].address, SOURCES_SIZE);
	}
	return r;
}

/*
 * Where mail of a sender leaves from, with blanks between; empty if it has no
 * pool, or the pool no address.
 */
enum store_status
pool_sources(struct store *s, const char *sender, char sources[SOURCES_SIZE])
{
	char id[OBJECT_ID_SIZE];
	enum store_status r;

	sources[0] = '\0';
	r = pool_of_sender(s, sender, id);
	if (r != STORE_OK)
		return r == STORE_NOTFOUND ? STORE_OK : r;
	return pool_addresses(s, id, sources);
}
