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
 * Compartments in the store.  Operators' commands are in verb_compartment.c.
 */
#include "compartment.h"

#include <stdbool.h>
#include <string.h>

#include "compat.h"
#include "log.h"
#include "msg.h"
#include "record.h"
#include "suppress_place.h"

/* 2: the parent. */
#define COMPARTMENT_VERSION 2

/* Read a record of this version or the one before.  0, or -1: ill-formed. */
int
compartment_decode(struct msgin *m, struct compartment *c)
{
	uint8_t version;

	memset(c, 0, sizeof(*c));
	version = msg_get_u8(m);
	if (version == 0 || version > COMPARTMENT_VERSION)
		return -1;
	msg_get_str(m, c->id, sizeof(c->id));
	msg_get_str(m, c->name, sizeof(c->name));
	c->created = msg_get_i64(m);
	if (version > 1)
		msg_get_str(m, c->parent, sizeof(c->parent));
	return msg_end(m);
}

/* The compartment with this id. */
enum store_status
compartment_get(struct store *s, const char *id, struct compartment *c)
{
	struct store_key k;
	struct msgin m;
	enum store_status r;

	store_key(&k, id, NULL);
	r = store_get(s, STORE_COMPARTMENT, &k, &m);
	if (r != STORE_OK)
		return r;
	return record_done(compartment_decode(&m, c), "compartment");
}

/* The compartment with this name, in any case, or with this id. */
enum store_status
compartment_find(struct store *s, const char *name, struct compartment *c)
{
	char key[NAME_SIZE], id[OBJECT_ID_SIZE];
	enum store_status r;

	if (strncmp(name, "ocid1.", 6) == 0)
		return compartment_get(s, name, c);
	if (record_fold(name, key, sizeof(key)) == -1)
		return STORE_NOTFOUND;
	r = record_get_id(s, STORE_COMPARTMENT_NAME, key, id, sizeof(id));
	return r == STORE_OK ? compartment_get(s, id, c) : r;
}

/* Store a compartment and its name; the caller has a transaction. */
enum store_status
compartment_put(struct store *s, const struct compartment *c)
{
	char name[NAME_SIZE];
	struct store_key k;
	struct msgout m;
	enum store_status r;

	if (record_fold(c->name, name, sizeof(name)) == -1)
		return STORE_FAIL;
	memset(&m, 0, sizeof(m));
	record_begin(&m, COMPARTMENT_VERSION);
	msg_put_str(&m, c->id);
	msg_put_str(&m, c->name);
	msg_put_i64(&m, c->created);
	msg_put_str(&m, c->parent);
	store_key(&k, c->id, NULL);
	r = store_put(s, STORE_COMPARTMENT, &k, &m);
	msgout_free(&m);
	if (r != STORE_OK)
		return r;
	return record_put_id(s, STORE_COMPARTMENT_NAME, name, NULL, c->id);
}

/* Delete a compartment; the caller knows that nothing is in it. */
enum store_status
compartment_del(struct store *s, const struct compartment *c)
{
	char name[NAME_SIZE];
	enum store_status r;

	if (record_fold(c->name, name, sizeof(name)) == -1)
		return STORE_FAIL;
	r = record_del(s, STORE_COMPARTMENT_NAME, name, NULL);
	if (r != STORE_OK)
		return r;
	return record_del(s, STORE_COMPARTMENT, c->id, NULL);
}

/*
 * The way from a compartment to the root.  STORE_NOTFOUND if there is no such;
 * STORE_FAIL also if it is too long, which only damage can make it.
 */
enum store_status
compartment_path(struct store *s, const char *tenancy, const char *id,
    struct compartment_path *p)
{
	struct compartment c;
	enum store_status r;

	for (p->n = 0; p->n <= COMPARTMENT_DEPTH_MAX; id = c.parent) {
		(void)strlcpy(p->id[p->n], id, sizeof(p->id[p->n]));
		p->place[p->n] = p->id[p->n];
		p->n++;
		r = compartment_get(s, p->place[p->n - 1], &c);
		if (r != STORE_OK)
			return p->n == 1 ? r : STORE_FAIL;
		if (strcmp(c.id, tenancy) == 0)
			return STORE_OK;
		if (c.parent[0] == '\0')
			(void)strlcpy(c.parent, tenancy, sizeof(c.parent));
	}
	log_warnx("store: compartment \"%s\" is in too many others",
	    p->place[0]);
	return STORE_FAIL;
}

struct child {
	const char *parent;
	bool found;
};

static bool
child_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct compartment c;
	struct child *child;

	child = arg;
	child->found = compartment_decode(m, &c) == 0 &&
	    strcmp(c.parent, child->parent) == 0;
	return !child->found;
}

/* The word for a kind of object that is in the compartment, or NULL. */
const char *
compartment_in_use(struct store *s, const struct compartment *c)
{
	struct child child = { c->id, false };
	struct suppress_place place;

	if (store_scan(s, STORE_COMPARTMENT, NULL, NULL, child_cb, &child) !=
		STORE_OK ||
	    child.found)
		return "compartment";
	if (record_any(s, STORE_SENDER_PLACE, c->id) != STORE_NOTFOUND)
		return "sender";
	if (record_any(s, STORE_DOMAIN_PLACE, c->id) != STORE_NOTFOUND)
		return "domain";
	if (record_any(s, STORE_POOL_NAME, c->id) != STORE_NOTFOUND)
		return "pool";
	switch (suppress_place_get(s, c->id, &place)) {
	case STORE_NOTFOUND:
		return NULL;
	case STORE_OK:
		return place.plain + place.hashed == 0 ? NULL : "suppression";
	case STORE_FAIL:
		break;
	}
	return "suppression";
}
