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
 * restore: a backup, which edctl has checked and decrypted, becomes the store.
 * It is written beside the one in use and takes its place when all of it is
 * there; control starts anew then.  DKIM keys come in boxes: signer opens them
 * with a key that edctl sent it in a box of its own, and seals them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backup.h"
#include "base64.h"
#include "children.h"
#include "compartment.h"
#include "control.h"
#include "dkimkey.h"
#include "job.h"
#include "keys.h"
#include "log.h"
#include "msg.h"
#include "proto_reseal.h"
#include "proto_secret.h"
#include "row.h"
#include "store_copy.h"
#include "verb_backup.h"
#include "verb_need.h"

/* Records of a transaction. */
#define RESTORE_BATCH 1000u

struct restore {
	struct store_copy *copy;
	struct backup_reader reader;
	uint64_t records;
	unsigned batch; /* records of the open transaction */
	bool opener;	/* the first block was here */
	bool ended;	/* so was the entry that says so */
	bool eof;
	bool waits; /* for signer */
	struct dkimkey key;
	struct store_key at; /* of that key */
	struct sign_unbox unbox;
};

static void
restore_free(struct job *j)
{
	struct restore *r;

	r = j->work;
	children_cancel(j->control->children, j);
	keys_cancel(j->control->keys, j);
	if (j->control->copier == j)
		j->control->copier = NULL;
	store_copy_free(r->copy);
	backup_reader_clear(&r->reader);
	explicit_bzero(r, sizeof(*r));
	free(r);
	j->work = NULL;
	j->data = NULL;
	j->cancel = NULL;
}

static void
restore_fail(struct job *j, const char *hint, const char *why)
{
	restore_free(j);
	job_fail(j, hint, "%s; nothing was changed", why);
}

static void
fail_store(struct job *j)
{
	restore_fail(j, "is there room beside the store? the log says more",
	    "the backup cannot be written");
}

/* Write a record; what is written is committed now and then. */
static int
record_write(struct restore *r, enum store_table table,
    const struct store_key *k, const uint8_t *data, size_t len)
{
	struct msgout m;
	struct store *s;

	s = store_copy_store(r->copy);
	if (r->batch == 0 && store_begin(s) == -1)
		return -1;
	memset(&m, 0, sizeof(m));
	m.data = (uint8_t *)(uintptr_t)data;
	m.len = len;
	if (store_put(s, table, k, &m) != STORE_OK)
		return -1;
	r->records++;
	if (++r->batch < RESTORE_BATCH)
		return 0;
	r->batch = 0;
	return store_commit_lazy(s) == -1 ? -1 : store_checkpoint(s);
}

/* All is there: use it. */
static void
restore_end(struct job *j)
{
	struct restore *r;
	char text[64];

	r = j->work;
	(void)snprintf(text, sizeof(text), "records=%llu",
	    (unsigned long long)r->records);
	if (job_use_copy(j, r->copy, NULL, text) == -1) {
		fail_store(j);
		return;
	}
	(void)snprintf(text, sizeof(text), "%llu",
	    (unsigned long long)r->records);
	log_info("the store was restored from a backup: starting anew");
	j->control->restart(j->control);
	restore_free(j);
	row_str(j->row, "records", text);
	job_send(j);
	job_ok(j);
}

static void restore_on(struct job *);

static void
unboxed_cb(const struct sign_resealed *a, const char *why, void *arg)
{
	char text[ERROR_SIZE];
	struct restore *r;
	struct msgout m;
	struct job *j;
	int bad;

	j = arg;
	r = j->work;
	r->waits = false;
	if (a == NULL) {
		restore_fail(j, "try again in a moment, and look at the log",
		    why);
		return;
	}
	if (!a->ok) {
		(void)snprintf(text, sizeof(text),
		    "signer cannot open the DKIM key of %s with selector "
		    "\"%s\" in the backup",
		    r->key.domain, r->key.selector);
		restore_fail(j, "make another backup", text);
		return;
	}
	memcpy(r->key.sealed, a->sealed, a->sealed_len);
	r->key.sealed_len = a->sealed_len;
	memset(&m, 0, sizeof(m));
	dkimkey_encode(&m, &r->key);
	bad = m.bad || record_write(r, STORE_DKIM, &r->at, m.data, m.len) == -1;
	msgout_free(&m);
	if (bad)
		fail_store(j);
	else
		restore_on(j);
}

/* A DKIM key goes to signer first.  0, or -1 and the job has ended. */
static int
key_unbox(struct job *j, const struct backup_entry *e)
{
	struct restore *r;
	struct msgin m;

	r = j->work;
	msgin_init(&m, 0, e->data, e->len);
	if (dkimkey_decode(&m, &r->key) == -1) {
		restore_fail(j, NULL, "a DKIM key of the backup is ill-formed");
		return -1;
	}
	r->at = e->key;
	memcpy(r->unbox.boxed, r->key.sealed, r->key.sealed_len);
	r->unbox.boxed_len = r->key.sealed_len;
	r->waits = true;
	if (keys_unbox(j->control->keys, &r->unbox, unboxed_cb, j) == 0)
		return 0;
	restore_fail(j, "try again in a moment", "no signer is running");
	return -1;
}

/* An entry.  0, or -1 and the job has ended. */
static int
entry_take(struct job *j, const struct backup_entry *e)
{
	struct restore *r;

	r = j->work;
	if (r->ended || (e->end && e->records != r->records)) {
		restore_fail(j, NULL, "the backup is not whole");
		return -1;
	}
	if (e->end) {
		r->ended = true;
		return 0;
	}
	if (e->table == STORE_DKIM)
		return key_unbox(j, e);
	if (record_write(r, e->table, &e->key, e->data, e->len) == 0)
		return 0;
	fail_store(j);
	return -1;
}

/* Work on what is here, then ask for more. */
static void
restore_on(struct job *j)
{
	enum backup_result result;
	struct backup_entry e;
	struct restore *r;

	r = j->work;
	result = BACKUP_MORE;
	while (!r->waits &&
	    (result = backup_next(&r->reader, &e)) == BACKUP_ENTRY) {
		if (entry_take(j, &e) == -1)
			return;
	}
	if (r->waits)
		return;
	if (result == BACKUP_BAD)
		restore_fail(j, "was it made by a newer edd?",
		    "the backup has what this edd does not know");
	else if (!r->eof)
		(void)job_more(j, 1);
	else if (!r->ended || r->reader.used != r->reader.len)
		restore_fail(j, NULL, "the backup is not whole");
	else
		restore_end(j);
}

/* A block: what opens the boxes first, then the backup. */
static void
restore_data(struct job *j, const uint8_t *data, size_t len)
{
	struct restore *r;

	r = j->work;
	if (r->waits)
		return;
	if (!r->opener) {
		if (len != sizeof(r->unbox.opener)) {
			restore_fail(j, "edctl restores, nobody else",
			    "that is no backup");
			return;
		}
		memcpy(r->unbox.opener, data, len);
		r->unbox.opener_len = (uint32_t)len;
		r->opener = true;
		(void)job_more(j, 1);
		return;
	}
	r->eof = len == 0;
	if (backup_feed(&r->reader, data, len) == -1) {
		restore_fail(j, NULL, "out of memory");
		return;
	}
	restore_on(j);
}

/* The signer says to what the opener is to be sealed. */
static void
transport_cb(const struct sign_resealed *a, const char *why, void *arg)
{
	char text[BASE64_LEN(BOX_KEY_SIZE) + 1];
	struct job *j;

	j = arg;
	if (a == NULL || !a->ok || a->sealed_len != BOX_KEY_SIZE ||
	    base64_encode(a->sealed, BOX_KEY_SIZE, text, sizeof(text)) == -1) {
		restore_fail(j, "try again in a moment",
		    why == NULL ? "signer has no key" : why);
		return;
	}
	row_str(j->row, "transport", text);
	job_send(j);
	j->data = restore_data;
	if (job_more(j, 1) == -1)
		restore_fail(j, NULL, "a backup comes from edctl alone");
}

/* edd has sent the key of the store once more. */
static void
secret_cb(const struct setup_answer *answer, void *arg)
{
	char why[ERROR_SIZE];
	struct restore *r;
	struct job *j;

	j = arg;
	r = j->work;
	if (!answer->ok) {
		restore_fail(j, NULL, answer->why);
		return;
	}
	r->copy = store_copy_new(NULL, ".", j->control->secret->key, why,
	    sizeof(why));
	explicit_bzero(j->control->secret, sizeof(*j->control->secret));
	if (r->copy == NULL) {
		restore_fail(j, "is there room beside the store?", why);
		return;
	}
	if (keys_transport(j->control->keys, transport_cb, j) == -1)
		restore_fail(j, "try again in a moment",
		    "no signer is running");
}

static bool
any_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	unsigned *n;

	n = arg;
	(*n)++;
	return *n < 2;
}

/* Whether anything was put into the store; it has a compartment from birth. */
static enum store_status
store_has(struct store *s, bool *any)
{
	static const enum store_table tables[] = { STORE_COMPARTMENT,
		STORE_USER, STORE_SENDER, STORE_DOMAIN, STORE_SUPPRESSION,
		STORE_GROUP, STORE_POLICY };
	enum store_status r;
	unsigned n;
	size_t i;

	*any = false;
	for (i = 0; i < sizeof(tables) / sizeof(tables[0]) && !*any; i++) {
		n = 0;
		r = store_scan(s, tables[i], NULL, NULL, any_cb, &n);
		if (r != STORE_OK)
			return r;
		*any = n > (tables[i] == STORE_COMPARTMENT ? 1u : 0u);
	}
	return STORE_OK;
}

/* restore FILE [replace]: edctl reads the file, and sends it when asked. */
void
verb_restore(struct job *j)
{
	struct restore *r;
	bool any;

	/* With all logins and keys: more than those who administer may give. */
	if (need_owner(j, "a restore changes all logins and private keys") ==
	    -1)
		return;
	if (store_has(j->control->store, &any) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	if (any && (j->arg[1] == NULL || strcmp(j->arg[1], "replace") != 0)) {
		job_fail(j,
		    "to have the backup instead: edctl restore FILE "
		    "replace",
		    "the store is not empty");
		return;
	}
	if (j->control->copier != NULL) {
		job_fail(j, "wait until that is done",
		    "another backup or restore is going on");
		return;
	}
	r = calloc(1, sizeof(*r));
	if (r == NULL) {
		job_fail(j, NULL, "out of memory");
		return;
	}
	j->work = r;
	j->cancel = restore_free;
	j->control->copier = j;
	if (children_request(j->control->children, SETUP_SECRET, secret_cb,
		j) == -1)
		restore_fail(j, NULL, "edd cannot be asked");
}
