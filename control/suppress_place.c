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
 * Places of suppressions, among the store's few records about itself.
 */
#include "suppress_place.h"

#include <stdio.h>
#include <string.h>

#include "compat.h"
#include "msg.h"
#include "record.h"

/* First strings of keys in STORE_META. */
#define META_PLACE  "suppression place"	 /* compartment id -> the place */
#define META_NUMBER "suppression number" /* number -> compartment id */

static int
place_decode(const struct store_key *k, struct msgin *m,
    struct suppress_place *p)
{
	const char *compartment;

	memset(p, 0, sizeof(*p));
	compartment = store_key_second(k);
	if (strlcpy(p->compartment, compartment, sizeof(p->compartment)) >=
	    sizeof(p->compartment))
		return -1;
	msg_get_str(m, p->number, sizeof(p->number));
	p->plain = msg_get_u64(m);
	p->hashed = msg_get_u64(m);
	return msg_end(m);
}

/* The place of a compartment, if it ever had a suppression. */
enum store_status
suppress_place_get(struct store *s, const char *compartment,
    struct suppress_place *p)
{
	struct store_key k;
	struct msgin m;
	enum store_status r;

	store_key(&k, META_PLACE, compartment);
	r = store_get(s, STORE_META, &k, &m);
	if (r != STORE_OK)
		return r;
	return record_done(place_decode(&k, &m, p), "place");
}

/* The place with this number. */
enum store_status
suppress_place_number(struct store *s, const char *number,
    struct suppress_place *p)
{
	char compartment[OBJECT_ID_SIZE];
	struct store_key k;
	struct msgin m;
	enum store_status r;

	store_key(&k, META_NUMBER, number);
	r = store_get(s, STORE_META, &k, &m);
	if (r != STORE_OK)
		return r;
	msg_get_str(&m, compartment, sizeof(compartment));
	if (msg_end(&m) == -1)
		return record_done(-1, "place");
	return suppress_place_get(s, compartment, p);
}

/* Store what changed of a place; the caller has a transaction. */
enum store_status
suppress_place_put(struct store *s, const struct suppress_place *p)
{
	struct store_key k;
	struct msgout m;
	enum store_status r;

	memset(&m, 0, sizeof(m));
	store_key(&k, META_PLACE, p->compartment);
	msg_put_str(&m, p->number);
	msg_put_u64(&m, p->plain);
	msg_put_u64(&m, p->hashed);
	r = store_put(s, STORE_META, &k, &m);
	msgout_free(&m);
	return r;
}

static bool
count_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	uint32_t *n;

	n = arg;
	(*n)++;
	return true;
}

/*
 * The place of a compartment, which is made if it has none; the caller has a
 * transaction.
 */
enum store_status
suppress_place_make(struct store *s, const char *compartment,
    struct suppress_place *p)
{
	struct store_key k;
	enum store_status r;
	uint32_t n;

	r = suppress_place_get(s, compartment, p);
	if (r != STORE_NOTFOUND)
		return r;
	n = 1;
	store_key_prefix(&k, META_NUMBER);
	if (store_scan(s, STORE_META, &k, NULL, count_cb, &n) != STORE_OK)
		return STORE_FAIL;
	memset(p, 0, sizeof(*p));
	(void)snprintf(p->number, sizeof(p->number), "%u", n);
	if (strlcpy(p->compartment, compartment, sizeof(p->compartment)) >=
	    sizeof(p->compartment))
		return STORE_FAIL;
	if (record_put_id(s, STORE_META, META_NUMBER, p->number, compartment) !=
	    STORE_OK)
		return STORE_FAIL;
	return suppress_place_put(s, p);
}

struct each {
	suppress_place_cb cb;
	void *arg;
	bool bad;
};

static bool
each_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct suppress_place p;
	struct each *e;

	e = arg;
	if (place_decode(k, m, &p) == -1) {
		e->bad = true;
		return false;
	}
	return e->cb(&p, e->arg);
}

/*
 * Call cb for each place in the order of their compartments' ids, those that
 * come later than after (NULL: from the first).  cb may look up but not change
 * records.
 */
enum store_status
suppress_place_each(struct store *s, const char *after, suppress_place_cb cb,
    void *arg)
{
	struct each e = { cb, arg, false };
	struct store_key prefix, k;
	enum store_status r;

	store_key_prefix(&prefix, META_PLACE);
	if (after != NULL)
		store_key(&k, META_PLACE, after);
	r = store_scan(s, STORE_META, &prefix, after == NULL ? NULL : &k,
	    each_cb, &e);
	return r == STORE_OK ? record_done(e.bad ? -1 : 0, "place") : r;
}
