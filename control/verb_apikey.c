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
 * apikey add, list, remove, set, show.  Who keeps a key is told to forget it
 * before the operator reads that it is gone.
 */
#include "verb_apikey.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "apikey.h"
#include "base64.h"
#include "compat.h"
#include "control.h"
#include "job.h"
#include "msg.h"
#include "row.h"
#include "signed.h"
#include "usage.h"
#include "user.h"
#include "verb_need.h"

/* At most so many at a time as are configured; ends the job if there are. */
static int
check_count(struct job *j, const struct user *u)
{
	char hint[2 * ERROR_SIZE];
	unsigned n;

	if (apikey_count(j->control->store, u->id, &n) != STORE_OK) {
		job_fail_store(j);
		return -1;
	}
	if (n < j->control->apikeys_user)
		return 0;
	(void)snprintf(hint, sizeof(hint),
	    "remove one that \"edctl apikey list %s\" shows with \"edctl "
	    "apikey remove %s FINGERPRINT\"",
	    u->name, u->name);
	job_fail(j, hint, "user \"%s\" has %u API key%s, the most there can be",
	    u->name, n, n == 1 ? "" : "s");
	return -1;
}

/* The key of the user that the first two arguments name. */
static int
need_apikey(struct job *j, struct user *u, struct apikey *k)
{
	char fingerprint[FINGERPRINT_SIZE], hint[ERROR_SIZE];
	enum store_status r;

	if (need_user(j, j->arg[0], u) == -1)
		return -1;
	r = STORE_NOTFOUND;
	if (record_fold(j->arg[1], fingerprint, sizeof(fingerprint)) == 0)
		r = apikey_get(j->control->store, u->id, fingerprint, k);
	if (r == STORE_OK)
		return 0;
	(void)snprintf(hint, sizeof(hint), "see \"edctl apikey list %s\"",
	    u->name);
	if (r == STORE_FAIL)
		job_fail_store(j);
	else
		job_fail(j, hint, "user \"%s\" has no API key \"%s\"", u->name,
		    j->arg[1]);
	return -1;
}

/* A key in the audit. */
#define KEY_TEXT_SIZE (NAME_SIZE + 64)

/* What can be set, for the audit. */
static void
describe(const struct apikey *k, char *text, size_t size)
{
	(void)snprintf(text, size, "state=%s description=%s",
	    record_state_name(k->state), k->description);
}

/* For the audit: whose key. */
static void
key_audit(struct job *j, const struct user *u, const struct apikey *k,
    const char *old, const char *new)
{
	char object[NAME_SIZE + FINGERPRINT_SIZE + 1];

	(void)snprintf(object, sizeof(object), "%s/%s", u->name,
	    k->fingerprint);
	job_audit(j, object, old, new);
}

static void
key_row(struct job *j, const struct user *u, const struct apikey *k)
{
	char id[APIKEY_ID_SIZE];

	row_str(j->row, "user", u->name);
	row_str(j->row, "fingerprint", k->fingerprint);
	row_str(j->row, "state", record_state_name(k->state));
	row_str(j->row, "description", k->description);
	row_num(j->row, "bits", k->bits);
	row_time(j->row, "created", k->created);
	if (k->used == 0)
		row_none(j->row, "used");
	else
		row_time(j->row, "used", k->used);
	row_str(j->row, "source", k->source);
	apikey_print_id(k, j->control->tenancy, id);
	row_str(j->row, "keyId", id);
}

/* What the file is, or is not.  0 or -1. */
static int
take_key(struct job *j, const char *pem, struct apikey *k)
{
	const char *why;

	why = apikey_parse(pem, k);
	if (why == NULL)
		return 0;
	job_fail(j,
	    "make a pair with: openssl genrsa -out private.pem 2048; openssl "
	    "rsa -in private.pem -pubout -out public.pem",
	    "the file is %s", why);
	return -1;
}

/* That there is no such key yet.  0 or -1. */
static int
check_new(struct job *j, const struct user *u, const struct apikey *k)
{
	struct apikey other;

	switch (apikey_get(j->control->store, u->id, k->fingerprint, &other)) {
	case STORE_NOTFOUND:
		return 0;
	case STORE_OK:
		job_fail(j, NULL, "user \"%s\" has the API key %s already",
		    u->name, k->fingerprint);
		return -1;
	case STORE_FAIL:
		break;
	}
	job_fail_store(j);
	return -1;
}

/* apikey add USER FILE [description TEXT] */
void
verb_apikey_add(struct job *j)
{
	char text[KEY_TEXT_SIZE];
	struct apikey k;
	struct user u;

	memset(&k, 0, sizeof(k));
	if (need_user(j, j->arg[0], &u) == -1 ||
	    take_key(j, j->arg[1], &k) == -1 ||
	    need_description(j, j->arg[2], k.description) == -1 ||
	    check_new(j, &u, &k) == -1 || check_count(j, &u) == -1)
		return;
	(void)strlcpy(k.user, u.id, sizeof(k.user));
	k.created = (int64_t)time(NULL);
	k.state = RECORD_ACTIVE;
	if (need_begin(j) == -1)
		return;
	if (apikey_put(j->control->store, &k) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	describe(&k, text, sizeof(text));
	key_audit(j, &u, &k, NULL, text);
	if (job_commit(j) == -1)
		return;
	key_row(j, &u, &k);
	job_send(j);
	job_ok(j);
}

static bool
list_cb(struct job *j, const struct store_key *key, struct msgin *m)
{
	struct apikey k;
	struct user u;

	if (apikey_decode(m, &k) == -1 ||
	    user_get(j->control->store, k.user, &u) != STORE_OK ||
	    (j->arg[1] != NULL &&
		strcasecmp(j->arg[1], record_state_name(k.state)) != 0))
		return false;
	key_row(j, &u, &k);
	return true;
}

/* The last uses are in the store.  0 or -1. */
static int
flush_usage(struct job *j)
{
	if (usage_flush(j->control->usage, j->control->store) == 0)
		return 0;
	job_fail_store(j);
	return -1;
}

/* apikey list [USER] [state active|inactive], users in the order of names */
void
verb_apikey_list(struct job *j)
{
	struct store_key key;
	struct user u;

	if (need_choice(j, 1) == -1 || flush_usage(j) == -1)
		return;
	if (j->arg[0] == NULL) {
		job_list_users(j, STORE_APIKEY, list_cb);
		return;
	}
	if (need_user(j, j->arg[0], &u) == -1)
		return;
	store_key_prefix(&key, u.id);
	job_list(j, STORE_APIKEY, &key, list_cb);
}

/* apikey show USER FINGERPRINT */
void
verb_apikey_show(struct job *j)
{
	char text[BASE64_LEN(PUBKEY_MAX) + 1];
	struct apikey k;
	struct user u;

	if (flush_usage(j) == -1 || need_apikey(j, &u, &k) == -1)
		return;
	key_row(j, &u, &k);
	(void)base64_encode(k.der, k.len, text, sizeof(text));
	row_str(j->row, "key", text);
	job_send(j);
	job_ok(j);
}

/* apikey remove USER FINGERPRINT */
void
verb_apikey_remove(struct job *j)
{
	char text[KEY_TEXT_SIZE];
	struct apikey k;
	struct user u;

	if (need_apikey(j, &u, &k) == -1 || need_begin(j) == -1)
		return;
	if (apikey_del(j->control->store, &k) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	describe(&k, text, sizeof(text));
	key_audit(j, &u, &k, text, NULL);
	if (job_commit(j) == -1)
		return;
	signed_drop(j->control, k.user, k.fingerprint);
	job_ok(j);
}

/* The changes that were asked for.  0, or -1 and the job has ended. */
static int
change(struct job *j, struct apikey *k)
{
	if (j->arg[2] == NULL && j->arg[3] == NULL) {
		job_fail(j, NULL, "nothing to set: give state or description");
		return -1;
	}
	if (j->arg[2] != NULL &&
	    record_state_parse(j->arg[2], &k->state) == -1) {
		job_fail(j, NULL, "state %s: neither active nor inactive",
		    j->arg[2]);
		return -1;
	}
	return need_description(j, j->arg[3], k->description);
}

/* apikey set USER FINGERPRINT [state active|inactive] [description TEXT] */
void
verb_apikey_set(struct job *j)
{
	char before[KEY_TEXT_SIZE], after[KEY_TEXT_SIZE];
	struct apikey k;
	struct user u;

	if (flush_usage(j) == -1 || need_apikey(j, &u, &k) == -1)
		return;
	describe(&k, before, sizeof(before));
	if (change(j, &k) == -1 || need_begin(j) == -1)
		return;
	if (apikey_put(j->control->store, &k) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	describe(&k, after, sizeof(after));
	key_audit(j, &u, &k, before, after);
	if (job_commit(j) == -1)
		return;
	signed_drop(j->control, k.user, k.fingerprint);
	key_row(j, &u, &k);
	job_send(j);
	job_ok(j);
}
