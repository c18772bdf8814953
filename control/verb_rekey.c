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
 * store rekey: the store under another key, and its DKIM keys under another
 * seal.  edd makes both keys and gives them to who needs them beside the old
 * ones; then each DKIM key is sealed anew, then the store is written anew, then
 * that takes the place of the old one, with one rename.  control starts anew
 * with it and tells edd, which puts the new keys in the place of the old.
 *
 * A crash before the rename leaves the old store, of which signer knows both
 * seals; one after it leaves the new store and both keys, and control tries
 * the second.
 */
#include <stdlib.h>
#include <string.h>

#include "children.h"
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
#include "turn.h"
#include "verb_backup.h"

struct rekey {
	struct store_copy *copy; /* NULL: DKIM keys first */
	struct turn *turn;
	struct store_key after; /* the DKIM key that was sealed last */
	bool first;
	bool found;
	struct dkimkey key;
	uint8_t next[STORE_SECRET_SIZE];
};

static void
rekey_free(struct job *j)
{
	struct rekey *r;

	r = j->work;
	children_cancel(j->control->children, j);
	keys_cancel(j->control->keys, j);
	turn_free(r->turn);
	store_copy_free(r->copy);
	if (j->control->copier == j)
		j->control->copier = NULL;
	explicit_bzero(r, sizeof(*r));
	free(r);
	j->work = NULL;
	j->cancel = NULL;
}

/* What was done until then does no harm, and is done again. */
static void
rekey_fail(struct job *j, const char *hint, const char *why)
{
	rekey_free(j);
	job_fail(j, hint, "%s; the old key is still in use", why);
}

/* Store a key with its new seal, unless it was changed or is gone. */
static int
key_store(struct job *j, const struct sign_resealed *a)
{
	static struct dkimkey now;
	struct rekey *r;
	struct store *s;

	r = j->work;
	s = j->control->store;
	switch (dkimkey_get(s, r->key.domain, r->key.selector, &now)) {
	case STORE_FAIL:
		return -1;
	case STORE_NOTFOUND:
		return 0;
	case STORE_OK:
		break;
	}
	if (now.sealed_len != r->key.sealed_len ||
	    memcmp(now.sealed, r->key.sealed, now.sealed_len) != 0)
		return 0;
	memcpy(now.sealed, a->sealed, a->sealed_len);
	now.sealed_len = a->sealed_len;
	if (store_begin(s) == -1)
		return -1;
	if (dkimkey_put(s, &now) == STORE_OK)
		return store_commit_lazy(s);
	store_abort(s);
	return -1;
}

static void
resealed_cb(const struct sign_resealed *a, const char *why, void *arg)
{
	char text[ERROR_SIZE], hint[ERROR_SIZE];
	struct rekey *r;
	struct job *j;

	j = arg;
	r = j->work;
	if (a == NULL)
		rekey_fail(j, "try again in a moment, and look at the log",
		    why);
	else if (!a->ok) {
		dkimkey_unopened(&r->key, text, hint, sizeof(text));
		rekey_fail(j, hint, text);
	} else if (key_store(j, a) == -1)
		rekey_fail(j, "look at the log", "the policy store failed");
	else
		turn_next(r->turn);
}

static bool
next_key_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct rekey *r;

	r = arg;
	r->after = *k;
	r->first = false;
	r->found = record_done(dkimkey_decode(m, &r->key), "DKIM key") ==
	    STORE_OK;
	return !r->found;
}

/* The next DKIM key goes to signer; after the last the copy begins. */
static void
key_step(struct job *j)
{
	static struct sign_reseal q;
	char why[ERROR_SIZE];
	struct rekey *r;

	r = j->work;
	r->found = false;
	if (store_scan(j->control->store, STORE_DKIM, NULL,
		r->first ? NULL : &r->after, next_key_cb, r) != STORE_OK) {
		rekey_fail(j, "look at the log", "the policy store failed");
		return;
	}
	if (r->found) {
		q.to_box = false;
		q.sealed_len = r->key.sealed_len;
		memcpy(q.sealed, r->key.sealed, r->key.sealed_len);
		if (keys_reseal(j->control->keys, &q, resealed_cb, j) == -1)
			rekey_fail(j, "try again in a moment",
			    "no signer is running");
		return;
	}
	r->copy = store_copy_new(j->control->store, ".", r->next, why,
	    sizeof(why));
	explicit_bzero(r->next, sizeof(r->next));
	if (r->copy == NULL)
		rekey_fail(j, "is there room beside the store?", why);
	else
		turn_next(r->turn);
}

/* The copy is whole: all goes to both; then use it. */
static void
rekey_end(struct job *j)
{
	struct rekey *r;

	r = j->work;
	j->control->flush(j->control);
	if (job_use_copy(j, r->copy, "the old keys", "new keys") == -1) {
		rekey_fail(j,
		    "is there room beside the store? the log says "
		    "more",
		    "the new store cannot be used");
		return;
	}
	log_info("the store has another key: starting anew");
	j->control->restart(j->control);
	rekey_free(j);
	job_ok(j);
}

static void
rekey_step(struct job *j)
{
	struct rekey *r;

	r = j->work;
	if (r->copy == NULL) {
		key_step(j);
		return;
	}
	switch (store_copy_step(r->copy)) {
	case STORE_COPY_MORE:
		turn_next(r->turn);
		break;
	case STORE_COPY_DONE:
		rekey_end(j);
		break;
	case STORE_COPY_FAIL:
		rekey_fail(j,
		    "is there room beside the store? the log says "
		    "more",
		    "no copy of the store could be made");
		break;
	}
}

/* edd has sent the key that the new store is to have. */
static void
secret_cb(const struct setup_answer *answer, void *arg)
{
	struct conf_secret *secret;
	struct rekey *r;
	struct job *j;

	j = arg;
	r = j->work;
	secret = j->control->secret;
	if (!answer->ok || !secret->has_next) {
		rekey_fail(j, NULL,
		    answer->ok ? "edd has no new key" : answer->why);
		return;
	}
	memcpy(r->next, secret->next, sizeof(r->next));
	explicit_bzero(secret, sizeof(*secret));
	turn_next(r->turn);
}

/*
 * All processes know the new keys.  A DKIM key that is being made may be under
 * the old seal still, and come too late to be sealed anew: it is refused.
 */
static void
known_cb(const struct setup_answer *answer, void *arg)
{
	struct job *j;

	j = arg;
	if (answer->ok)
		j->control->seals++;
	if (!answer->ok)
		rekey_fail(j, NULL, answer->why);
	else if (children_request(j->control->children, SETUP_SECRET, secret_cb,
		     j) == -1)
		rekey_fail(j, NULL, "edd cannot be asked");
}

/* store rekey */
void
verb_store_rekey(struct job *j)
{
	struct rekey *r;

	if (j->control->copier != NULL) {
		job_fail(j, "wait until that is done",
		    "a backup or restore is going on");
		return;
	}
	r = calloc(1, sizeof(*r));
	if (r == NULL || (r->turn = turn_new(j, rekey_step)) == NULL) {
		free(r);
		job_fail(j, NULL, "out of memory");
		return;
	}
	r->first = true;
	j->work = r;
	j->cancel = rekey_free;
	j->control->copier = j;
	if (children_request(j->control->children, SETUP_REKEY, known_cb, j) ==
	    -1)
		rekey_fail(j, NULL, "edd cannot be asked");
}
