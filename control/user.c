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
 * Users in the store.  Operators' commands are in verb_user.c.
 */
#include "user.h"

#include <string.h>

#include "msg.h"

#define USER_VERSION 2

/* The version before had no class of mail. */
#define USER_VERSION_OLD 1

/* Read a record.  0, or -1 if it is ill-formed. */
int
user_decode(struct msgin *m, struct user *u)
{
	uint8_t version;

	version = msg_get_u8(m);
	if (version != USER_VERSION && version != USER_VERSION_OLD)
		return -1;
	msg_get_str(m, u->id, sizeof(u->id));
	msg_get_str(m, u->name, sizeof(u->name));
	u->created = msg_get_i64(m);
	u->state = (enum record_state)msg_get_enum(m, RECORD_ACTIVE,
	    RECORD_STATE_LAST);
	u->bulk = version != USER_VERSION_OLD && msg_get_bool(m);
	return msg_end(m);
}

/* The user with this id. */
enum store_status
user_get(struct store *s, const char *id, struct user *u)
{
	struct store_key k;
	struct msgin m;
	enum store_status r;

	store_key(&k, id, NULL);
	r = store_get(s, STORE_USER, &k, &m);
	if (r != STORE_OK)
		return r;
	return record_done(user_decode(&m, u), "user");
}

/* The user with this name, in any case, or with this id. */
enum store_status
user_find(struct store *s, const char *name, struct user *u)
{
	char key[NAME_SIZE], id[OBJECT_ID_SIZE];
	enum store_status r;

	if (strncmp(name, "ocid1.", 6) == 0)
		return user_get(s, name, u);
	if (record_fold(name, key, sizeof(key)) == -1)
		return STORE_NOTFOUND;
	r = record_get_id(s, STORE_USER_NAME, key, id, sizeof(id));
	return r == STORE_OK ? user_get(s, id, u) : r;
}

/* Store a user and its name; the caller has a transaction. */
enum store_status
user_put(struct store *s, const struct user *u)
{
	char name[NAME_SIZE];
	struct store_key k;
	struct msgout m;
	enum store_status r;

	if (record_fold(u->name, name, sizeof(name)) == -1)
		return STORE_FAIL;
	memset(&m, 0, sizeof(m));
	record_begin(&m, USER_VERSION);
	msg_put_str(&m, u->id);
	msg_put_str(&m, u->name);
	msg_put_i64(&m, u->created);
	msg_put_u32(&m, u->state);
	msg_put_bool(&m, u->bulk);
	store_key(&k, u->id, NULL);
	r = store_put(s, STORE_USER, &k, &m);
	msgout_free(&m);
	if (r != STORE_OK)
		return r;
	return record_put_id(s, STORE_USER_NAME, name, NULL, u->id);
}

/* Delete a user; the caller knows that it has no credentials. */
enum store_status
user_del(struct store *s, const struct user *u)
{
	char name[NAME_SIZE];
	enum store_status r;

	if (record_fold(u->name, name, sizeof(name)) == -1)
		return STORE_FAIL;
	r = record_del(s, STORE_USER_NAME, name, NULL);
	if (r != STORE_OK)
		return r;
	return record_del(s, STORE_USER, u->id, NULL);
}
