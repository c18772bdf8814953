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
 * backup: the store as it was at one moment, to edctl, which encrypts it.  A
 * copy is made beside the store while that is used, and read as fast as edctl
 * takes it; its key is thrown away with it.  DKIM keys are in boxes for the
 * key of the backup, made by signer: here they cannot be opened.
 */
#include "verb_backup.h"

#include <sys/random.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backup.h"
#include "base64.h"
#include "control.h"
#include "dkimkey.h"
#include "job.h"
#include "keys.h"
#include "log.h"
#include "msg.h"
#include "proto_reseal.h"
#include "row.h"
#include "store_copy.h"
#include "turn.h"
#include "verb_need.h"

/* Octets of a row: base64 makes them a third more. */
#define BACKUP_ROW 24000u

struct backup {
	struct store_copy *copy;
	struct turn *turn;
	bool copied;
	unsigned table;
	struct store_key after;
	bool first;
	bool waits; /* for signer */
	bool stop;  /* reading, for this turn */
	uint64_t records;
	struct msgout out;
	struct dkimkey key; /* that signer has */
	uint8_t box[BOX_KEY_SIZE];
};

static void
backup_free(struct job *j)
{
	struct backup *b;

	b = j->work;
	keys_cancel(j->control->keys, j);
	turn_free(b->turn);
	if (j->control->copier == j)
		j->control->copier = NULL;
	store_copy_free(b->copy);
	msgout_free(&b->out);
	free(b);
	j->work = NULL;
	j->resume = NULL;
	j->cancel = NULL;
}

static void
backup_fail(struct job *j, const char *hint, const char *why)
{
	backup_free(j);
	job_fail(j, hint, "%s", why);
}

/* Send what was gathered, in rows.  -1 without memory. */
static int
rows_send(struct job *j)
{
	char text[BASE64_LEN(BACKUP_ROW) + 1];
	struct backup *b;
	size_t at, n;

	b = j->work;
	for (at = 0; at < b->out.len; at += n) {
		n = b->out.len - at < BACKUP_ROW ? b->out.len - at : BACKUP_ROW;
		if (base64_encode(b->out.data + at, n, text, sizeof(text)) ==
		    -1)
			return -1;
		row_str(j->row, "data", text);
		job_send(j);
	}
	msgout_reset(&b->out);
	return b->out.bad ? -1 : 0;
}

/* A sealed key that is in a box now. */
static void
boxed_cb(const struct sign_resealed *r, const char *why, void *arg)
{
	char text[ERROR_SIZE], hint[ERROR_SIZE];
	struct msgout m;
	struct backup *b;
	struct job *j;

	j = arg;
	b = j->work;
	b->waits = false;
	if (r == NULL) {
		backup_fail(j, "try again in a moment, and look at the log",
		    why);
		return;
	}
	if (!r->ok) {
		dkimkey_unopened(&b->key, text, hint, sizeof(text));
		backup_fail(j, hint, text);
		return;
	}
	memcpy(b->key.sealed, r->sealed, r->sealed_len);
	b->key.sealed_len = r->sealed_len;
	memset(&m, 0, sizeof(m));
	dkimkey_encode(&m, &b->key);
	backup_put(&b->out, STORE_DKIM, &b->after, m.data, m.len);
	msgout_free(&m);
	b->records++;
	turn_next(b->turn);
}

/* A DKIM key goes to signer first. */
static void
box_key(struct job *j, struct msgin *m)
{
	static struct sign_reseal q;
	struct backup *b;

	b = j->work;
	if (record_done(dkimkey_decode(m, &b->key), "DKIM key") != STORE_OK)
		return;
	q.to_box = true;
	memcpy(q.box, b->box, sizeof(q.box));
	q.sealed_len = b->key.sealed_len;
	memcpy(q.sealed, b->key.sealed, b->key.sealed_len);
	b->waits = keys_reseal(j->control->keys, &q, boxed_cb, j) == 0;
	b->stop = true;
}

static bool
record_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct backup *b;
	struct job *j;

	j = arg;
	b = j->work;
	b->after = *k;
	b->first = false;
	if (b->table == STORE_DKIM) {
		box_key(j, m);
		return !b->stop;
	}
	backup_put(&b->out, (enum store_table)b->table, k, m->pos,
	    (size_t)(m->end - m->pos));
	b->records++;
	b->stop = b->out.len >= BACKUP_ROW;
	return !b->stop;
}

/* The end: what it was goes to the audit. */
static void
backup_end(struct job *j)
{
	struct backup *b;
	char text[64];

	b = j->work;
	backup_put_end(&b->out, b->records);
	if (rows_send(j) == -1) {
		backup_fail(j, NULL, "out of memory");
		return;
	}
	(void)snprintf(text, sizeof(text), "records=%llu",
	    (unsigned long long)b->records);
	backup_free(j);
	job_audit(j, "store", NULL, text);
	row_str(j->row, "records", text + strlen("records="));
	job_send(j);
	job_ok(j);
}

/* Read some of the copy. */
static void
read_step(struct job *j)
{
	struct backup *b;

	b = j->work;
	b->stop = false;
	while (!b->stop && b->table < STORE_TABLES) {
		if (store_scan(store_copy_store(b->copy),
			(enum store_table)b->table, NULL,
			b->first ? NULL : &b->after, record_cb,
			j) != STORE_OK) {
			backup_free(j);
			job_fail_store(j);
			return;
		}
		if (!b->stop) {
			b->table++;
			b->first = true;
		}
	}
	if (b->stop && b->table == STORE_DKIM && !b->waits) {
		backup_fail(j, "try again in a moment", "no signer is running");
		return;
	}
	if (b->waits)
		return;
	if (b->table == STORE_TABLES) {
		backup_end(j);
		return;
	}
	if (rows_send(j) == -1)
		backup_fail(j, NULL, "out of memory");
	else if (!job_is_full(j))
		turn_next(b->turn);
}

static void
backup_step(struct job *j)
{
	struct backup *b;

	b = j->work;
	if (b->waits || job_is_full(j))
		return;
	if (b->copied) {
		read_step(j);
		return;
	}
	switch (store_copy_step(b->copy)) {
	case STORE_COPY_MORE:
		turn_next(b->turn);
		return;
	case STORE_COPY_DONE:
		store_copy_part(b->copy);
		b->copied = true;
		turn_next(b->turn);
		return;
	case STORE_COPY_FAIL:
		break;
	}
	backup_fail(j, "is there room beside the store? the log says more",
	    "no copy of the store could be made");
}

/* The reader has room again. */
static void
backup_resume(struct job *j)
{
	turn_next(((struct backup *)j->work)->turn);
}

/* backup KEY: the public key to which DKIM keys are sealed, from edctl. */
void
verb_backup(struct job *j)
{
	uint8_t secret[STORE_SECRET_SIZE];
	char why[ERROR_SIZE];
	struct backup *b;
	size_t len;

	/* Those who only administer cannot take private keys away. */
	if (need_owner(j, "a backup has private keys in it") == -1)
		return;
	b = calloc(1, sizeof(*b));
	if (b == NULL || (b->turn = turn_new(j, backup_step)) == NULL) {
		free(b);
		job_fail(j, NULL, "out of memory");
		return;
	}
	j->work = b;
	b->first = true;
	b->out.secret = true;
	if (base64_decode(j->arg[0], strlen(j->arg[0]), b->box, sizeof(b->box),
		&len) == -1 ||
	    len != sizeof(b->box)) {
		backup_fail(j, "edctl makes a backup, nobody else",
		    "that is no key of a backup");
		return;
	}
	if (j->control->copier != NULL) {
		backup_fail(j, "wait until that is done",
		    "another backup or restore is going on");
		return;
	}
	if (getrandom(secret, sizeof(secret), 0) != (ssize_t)sizeof(secret) ||
	    (b->copy = store_copy_new(j->control->store, ".", secret, why,
		 sizeof(why))) == NULL) {
		backup_fail(j, "is there room beside the store?", why);
		return;
	}
	explicit_bzero(secret, sizeof(secret));
	j->control->copier = j;
	j->resume = backup_resume;
	j->cancel = backup_free;
	turn_next(b->turn);
}
