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
 * Groups in the store, and who is in them: by group for lists, by user for
 * what goes with a user.  Operators' commands are in verb_group.c.
 */
#include "group.h"

#include <string.h>

#include "compat.h"
#include "msg.h"
#include "record.h"

#define GROUP_VERSION 1

/* Read a record.  0, or -1 if it is ill-formed. */
int
group_decode(struct msgin *m, struct group *g)
{
	if (record_open(m, GROUP_VERSION) == -1)
		return -1;
	msg_get_str(m, g->id, sizeof(g->id));
	msg_get_str(m, g->name, sizeof(g->name));
	g->created = msg_get_i64(m);
	return msg_end(m);
}

/* The group with this id. */
enum store_status
group_get(struct store *s, const char *id, struct group *g)
{
	struct store_key k;
	struct msgin m;
	enum store_status r;

	store_key(&k, id, NULL);
	r = store_get(s, STORE_GROUP, &k, &m);
	if (r != STORE_OK)
		return r;
	return record_done(group_decode(&m, g), "group");
}

/* The group with this name, in any case, or with this id. */
enum store_status
group_find(struct store *s, const char *name, struct group *g)
{
	char key[NAME_SIZE], id[OBJECT_ID_SIZE];
	enum store_status r;

	if (strncmp(name, "ocid1.", 6) == 0)
		return group_get(s, name, g);
	if (record_fold(name, key, sizeof(key)) == -1)
		return STORE_NOTFOUND;
	r = record_get_id(s, STORE_GROUP_NAME, key, id, sizeof(id));
	return r == STORE_OK ? group_get(s, id, g) : r;
}

/* Store a group and its name; the caller has a transaction. */
enum store_status
group_put(struct store *s, const struct group *g)
{
	char name[NAME_SIZE];
	struct store_key k;
	struct msgout m;
	enum store_status r;

	if (record_fold(g->name, name, sizeof(name)) == -1)
		return STORE_FAIL;
	memset(&m, 0, sizeof(m));
	record_begin(&m, GROUP_VERSION);
	msg_put_str(&m, g->id);
	msg_put_str(&m, g->name);
	msg_put_i64(&m, g->created);
	store_key(&k, g->id, NULL);
	r = store_put(s, STORE_GROUP, &k, &m);
	msgout_free(&m);
	if (r != STORE_OK)
		return r;
	return record_put_id(s, STORE_GROUP_NAME, name, NULL, g->id);
}

/* Delete a group; the caller knows that nobody is in it. */
enum store_status
group_del(struct store *s, const struct group *g)
{
	char name[NAME_SIZE];
	enum store_status r;

	if (record_fold(g->name, name, sizeof(name)) == -1)
		return STORE_FAIL;
	r = record_del(s, STORE_GROUP_NAME, name, NULL);
	return r == STORE_OK ? record_del(s, STORE_GROUP, g->id, NULL) : r;
}

/* Put a user into a group; the caller has a transaction. */
enum store_status
group_join(struct store *s, const char *group, const char *user)
{
	enum store_status r;

	r = record_put_id(s, STORE_GROUP_MEMBER, group, user, "");
	return r == STORE_OK ?
	    record_put_id(s, STORE_USER_GROUP, user, group, "") :
	    r;
}

/* Take a user out of a group; STORE_NOTFOUND if it was not in it. */
enum store_status
group_leave(struct store *s, const char *group, const char *user)
{
	enum store_status r;

	r = record_del(s, STORE_GROUP_MEMBER, group, user);
	return r == STORE_OK ? record_del(s, STORE_USER_GROUP, user, group) : r;
}

static bool
first_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	(void)strlcpy(arg, store_key_second(k), OBJECT_ID_SIZE);
	return false;
}

/* Take a user out of all groups. */
enum store_status
group_leave_all(struct store *s, const char *user)
{
	char group[OBJECT_ID_SIZE];
	struct store_key k;
	enum store_status r;

	store_key_prefix(&k, user);
	do {
		group[0] = '\0';
		r = store_scan(s, STORE_USER_GROUP, &k, NULL, first_cb, group);
		if (r == STORE_OK && group[0] != '\0')
			r = group_leave(s, group, user);
	} while (r == STORE_OK && group[0] != '\0');
	return r;
}

/* STORE_OK if the user is in the group. */
enum store_status
group_has(struct store *s, const char *group, const char *user)
{
	struct store_key k;
	struct msgin m;

	store_key(&k, group, user);
	return store_get(s, STORE_GROUP_MEMBER, &k, &m);
}
