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
 * The order of creation, and how many there are: one record each, and one
 * that counts them, under the name of the kind alone.
 */
#include "created.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bounds.h"
#include "msg.h"
#include "record.h"

/* "returnpath ocid1...", "suppression ocid1..."; a place may be a domain. */
#define PLACE_SIZE (DOMAIN_SIZE + 32u)

static void
place_name(const char *kind, const char *place, char name[PLACE_SIZE])
{
	(void)snprintf(name, PLACE_SIZE, "%s %s", kind, place);
}

/* The key of an object's entry. */
void
created_key(struct store_key *k, const struct created *c)
{
	char place[PLACE_SIZE], name[CREATED_NAME + ADDRESS_SIZE];

	place_name(c->kind, c->place, place);
	(void)snprintf(name, sizeof(name), "%016" PRIx64 " %s",
	    (uint64_t)c->when, c->name);
	store_key(k, place, name);
}

/* How many objects of the kind are in the place. */
enum store_status
created_count(struct store *s, const char *kind, const char *place, uint64_t *n)
{
	char name[PLACE_SIZE];
	enum store_status r;
	struct store_key k;
	struct msgin m;

	*n = 0;
	place_name(kind, place, name);
	store_key(&k, name, NULL);
	r = store_get(s, STORE_CREATED, &k, &m);
	if (r != STORE_OK)
		return r == STORE_NOTFOUND ? STORE_OK : r;
	*n = msg_get_u64(&m);
	return record_done(msg_end(&m), "count");
}

static enum store_status
count_change(struct store *s, const struct created *c, int change)
{
	char name[PLACE_SIZE];
	enum store_status r;
	struct store_key k;
	struct msgout m;
	uint64_t n;

	r = created_count(s, c->kind, c->place, &n);
	if (r != STORE_OK)
		return r;
	if (change > 0)
		n++;
	else if (n > 0)
		n--;
	place_name(c->kind, c->place, name);
	store_key(&k, name, NULL);
	memset(&m, 0, sizeof(m));
	msg_put_u64(&m, n);
	r = store_put(s, STORE_CREATED, &k, &m);
	msgout_free(&m);
	return r;
}

/* Note an object, unless that was done before; within a transaction. */
enum store_status
created_put(struct store *s, const struct created *c)
{
	enum store_status r;
	struct store_key k;
	struct msgout m;
	struct msgin old;

	created_key(&k, c);
	r = store_get(s, STORE_CREATED, &k, &old);
	if (r != STORE_NOTFOUND)
		return r;
	memset(&m, 0, sizeof(m));
	r = store_put(s, STORE_CREATED, &k, &m);
	msgout_free(&m);
	return r == STORE_OK ? count_change(s, c, 1) : r;
}

/* Forget an object; one that was not noted is no failure. */
enum store_status
created_del(struct store *s, const struct created *c)
{
	enum store_status r;
	struct store_key k;

	created_key(&k, c);
	r = store_del(s, STORE_CREATED, &k);
	if (r != STORE_OK)
		return r == STORE_NOTFOUND ? STORE_OK : r;
	return count_change(s, c, -1);
}

/* What the keys of all entries of a place begin with. */
void
created_prefix(struct store_key *k, const char *kind, const char *place)
{
	char name[PLACE_SIZE];

	place_name(kind, place, name);
	store_key_prefix(k, name);
}

/* A key that stands before all entries of this second, and behind others. */
void
created_from(struct store_key *k, const char *kind, const char *place,
    int64_t when)
{
	struct created c = { kind, place, when, "" };

	created_key(k, &c);
}

/* The name of the object with this entry; it lives as long as the key. */
const char *
created_name(const struct store_key *k)
{
	const char *second;

	second = store_key_second(k);
	return strlen(second) < CREATED_NAME ? "" : second + CREATED_NAME;
}
