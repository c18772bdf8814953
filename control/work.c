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
 * Work requests in the store.
 */
#include "work.h"

#include <string.h>

#include "created.h"
#include "expiry.h"
#include "msg.h"
#include "record.h"

#define WORK_VERSION 1

struct type {
	const char *name;
	const char *entity;
	const char *action; /* what becomes of the object in the end */
};

/* As the service writes them. */
static const struct type types[] = {
	[WORK_CREATE_DKIM] = { "CREATE_DKIM", "dkim", "CREATED" },
	[WORK_DELETE_DKIM] = { "DELETE_DKIM", "dkim", "DELETED" },
	[WORK_UPDATE_DKIM] = { "UPDATE_DKIM", "dkim", "UPDATED" },
	[WORK_CREATE_DOMAIN] = { "CREATE_EMAIL_DOMAIN", "emailDomain",
	    "CREATED" },
	[WORK_DELETE_DOMAIN] = { "DELETE_EMAIL_DOMAIN", "emailDomain",
	    "DELETED" },
	[WORK_UPDATE_DOMAIN] = { "UPDATE_EMAIL_DOMAIN", "emailDomain",
	    "UPDATED" },
	[WORK_CREATE_PATH] = { "CREATE_RETURN_PATH", "emailReturnPath",
	    "CREATED" },
	[WORK_DELETE_PATH] = { "DELETE_RETURN_PATH", "emailReturnPath",
	    "DELETED" },
	[WORK_UPDATE_PATH] = { "UPDATE_RETURN_PATH", "emailReturnPath",
	    "UPDATED" },
	[WORK_CREATE_POOL] = { "CREATE_IP_POOL", "emailIpPool", "CREATED" },
	[WORK_DELETE_POOL] = { "DELETE_IP_POOL", "emailIpPool", "DELETED" },
	[WORK_UPDATE_POOL] = { "UPDATE_IP_POOL", "emailIpPool", "UPDATED" },
	[WORK_MOVE_POOL] = { "MOVE_IP_POOL", "emailIpPool", "UPDATED" },
};

/* OperationType of the API. */
const char *
work_type_name(enum work_type type)
{
	return types[type].name;
}

/* What kind of object it is about. */
const char *
work_entity_name(enum work_type type)
{
	return types[type].entity;
}

/* ActionType of the API, when it is done. */
const char *
work_action_name(enum work_type type)
{
	return types[type].action;
}

/* OperationStatus of the API. */
const char *
work_status_name(const struct work *w)
{
	return w->finished == 0 ? "IN_PROGRESS" : "SUCCEEDED";
}

static int
work_decode(struct msgin *m, struct work *w)
{
	if (record_open(m, WORK_VERSION) == -1)
		return -1;
	msg_get_str(m, w->id, sizeof(w->id));
	w->type = (enum work_type)msg_get_enum(m, WORK_CREATE_DKIM,
	    WORK_TYPE_LAST);
	msg_get_str(m, w->compartment, sizeof(w->compartment));
	msg_get_str(m, w->object, sizeof(w->object));
	w->accepted = msg_get_i64(m);
	w->finished = msg_get_i64(m);
	return msg_end(m);
}

/* The work request with this id. */
enum store_status
work_get(struct store *s, const char *id, struct work *w)
{
	enum store_status r;
	struct store_key k;
	struct msgin m;

	store_key(&k, id, NULL);
	r = store_get(s, STORE_WORK, &k, &m);
	if (r != STORE_OK)
		return r;
	return record_done(work_decode(&m, w), "work request");
}

static enum store_status
work_store(struct store *s, const struct work *w, const struct store_key *k)
{
	enum store_status r;
	struct msgout m;

	memset(&m, 0, sizeof(m));
	record_begin(&m, WORK_VERSION);
	msg_put_str(&m, w->id);
	msg_put_u32(&m, w->type);
	msg_put_str(&m, w->compartment);
	msg_put_str(&m, w->object);
	msg_put_i64(&m, w->accepted);
	msg_put_i64(&m, w->finished);
	r = store_put(s, STORE_WORK, k, &m);
	msgout_free(&m);
	return r;
}

/* Store a new one, to be forgotten in time; within a transaction. */
enum store_status
work_put(struct store *s, const struct work *w)
{
	struct created c = { WORK_KIND, w->compartment, w->accepted, w->id };
	struct store_key k, order;
	enum store_status r;
	struct msgout empty;

	store_key(&k, w->id, NULL);
	created_key(&order, &c);
	memset(&empty, 0, sizeof(empty));
	r = work_store(s, w, &k);
	if (r == STORE_OK)
		r = store_put(s, STORE_CREATED, &order, &empty);
	if (r == STORE_OK)
		r = expiry_put(s, STORE_WORK, &k, w->accepted + WORK_KEPT);
	if (r == STORE_OK)
		r = expiry_put(s, STORE_CREATED, &order,
		    w->accepted + WORK_KEPT);
	return r;
}

/* It is done; one that was forgotten is no failure. */
enum store_status
work_finish(struct store *s, const char *id, int64_t now)
{
	enum store_status r;
	struct store_key k;
	struct work w;

	r = work_get(s, id, &w);
	if (r != STORE_OK)
		return r == STORE_NOTFOUND ? STORE_OK : r;
	w.finished = now;
	store_key(&k, id, NULL);
	return work_store(s, &w, &k);
}
