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
 * Suppressions from a file, block by block: each is one transaction that does
 * not wait for the disk, the last one does, and with it all before.  So a crash
 * loses the latest blocks at most, each as a whole, and the same file can be
 * imported again: what is there already stays as it is.
 *
 * A bad row is told of by a row with its number; the others go on.
 */
#include "suppress_import.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "audit.h"
#include "compartment.h"
#include "compat.h"
#include "control.h"
#include "job.h"
#include "log.h"
#include "msg.h"
#include "proto_import.h"
#include "row.h"
#include "suppress.h"
#include "suppress_list.h"
#include "suppress_number.h"
#include "suppression.h"
#include "verb_need.h"

/* Blocks that may be on their way: reading and storing overlap. */
#define IMPORT_WINDOW 3u

/* Compartments that the audit names; what went into others is one more. */
#define IMPORT_PLACES_MAX 64u

/* What went into a compartment: before this block, and with it. */
struct account {
	char id[OBJECT_ID_SIZE];
	uint64_t added;
	uint64_t block;
};

/* Names of compartments that were looked up last, a row apart. */
struct known {
	char name[NAME_SIZE];
	char id[OBJECT_ID_SIZE];
};

struct import {
	struct compartment place; /* of rows that name none */
	bool fixed;		  /* also of those that do */
	enum suppression_reason reason;
	struct known known;
	uint64_t rows;
	uint64_t added;
	uint64_t present;
	uint64_t bad;
	uint32_t owed;
	size_t places;
	struct account place_of[IMPORT_PLACES_MAX + 1];
	struct import_row row;
	struct suppression entry;
};

static void
import_free(struct job *j)
{
	free(j->work);
	j->work = NULL;
	j->data = NULL;
	j->resume = j->cancel = NULL;
}

static void
import_log(struct job *j, const char *how)
{
	const struct import *im;

	im = j->work;
	log_info("suppression import %s rows=%" PRIu64 " added=%" PRIu64
		 " present=%" PRIu64 " bad=%" PRIu64 " uid=%u",
	    how, im->rows, im->added, im->present, im->bad, j->who.uid);
}

/* The account of a compartment; the last one is that of all further ones. */
static struct account *
account_of(struct import *im, const char *id)
{
	size_t i;

	for (i = 0; i < im->places && i < IMPORT_PLACES_MAX; i++) {
		if (strcmp(im->place_of[i].id, id) == 0)
			return &im->place_of[i];
	}
	if (i == im->places && i < IMPORT_PLACES_MAX)
		(void)strlcpy(im->place_of[im->places++].id, id,
		    OBJECT_ID_SIZE);
	return &im->place_of[i];
}

/* The block is stored, or, unless it was, forgotten. */
static void
accounts_close(struct import *im, bool stored)
{
	struct account *a;
	size_t i;

	for (i = 0; i <= im->places && i <= IMPORT_PLACES_MAX; i++) {
		a = &im->place_of[i];
		if (stored)
			a->added += a->block;
		a->block = 0;
	}
}

/*
 * Record what went into each compartment: in the open transaction, or without
 * one at once, or as soon as the store takes it.
 */
static void
accounts_audit(struct job *j, const struct import *im, const char *how)
{
	const struct account *a;
	struct compartment c;
	const char *name;
	char text[64];
	size_t i;

	for (i = 0; i <= im->places && i <= IMPORT_PLACES_MAX; i++) {
		a = &im->place_of[i];
		if (a->added == 0)
			continue;
		name = i == IMPORT_PLACES_MAX ? "other compartments" : a->id;
		if (name == a->id &&
		    compartment_get(j->control->store, a->id, &c) == STORE_OK)
			name = c.name;
		(void)snprintf(text, sizeof(text), "%" PRIu64 " suppressions%s",
		    a->added, how);
		job_audit(j, name, NULL, text);
	}
}

/*
 * The record of the change waits for the disk, and so for all before.  0, or
 * -1 and there is none.
 */
static int
import_sync(struct job *j, const struct import *im, const char *how)
{
	if (im->added == 0)
		return 0;
	if (store_begin(j->control->store) == -1)
		return -1;
	accounts_audit(j, im, how);
	if (audit_commit(j->control->audit) == 0)
		return 0;
	store_abort(j->control->store);
	return -1;
}

static void
import_cancel(struct job *j)
{
	static const char how[] = ", then edctl ended";

	import_log(j, "interrupted");
	if (import_sync(j, j->work, how) == -1)
		accounts_audit(j, j->work, how);
	import_free(j);
}

/* Ask for what was not asked for while the reader was full. */
static void
import_resume(struct job *j)
{
	struct import *im;
	uint32_t owed;

	im = j->work;
	owed = im->owed;
	im->owed = 0;
	if (owed > 0)
		(void)job_more(j, owed);
}

/* The compartment that a row names.  NULL, or what is wrong. */
static const char *
row_place(struct job *j, struct import *im, const char *name, const char **id)
{
	struct compartment c;

	*id = im->place.id;
	if (name[0] == '\0' || im->fixed)
		return NULL;
	if (strcmp(name, im->known.name) != 0) {
		if (compartment_find(j->control->store, name, &c) != STORE_OK)
			return "there is no such compartment";
		(void)strlcpy(im->known.name, name, sizeof(im->known.name));
		memcpy(im->known.id, c.id, sizeof(im->known.id));
	}
	*id = im->known.id;
	return NULL;
}

static bool
is_time(int64_t t)
{
	return t >= 0 && t <= SUPPRESS_TIME_MAX;
}

/* The suppression that a row describes.  NULL, or what is wrong. */
static const char *
row_entry(struct job *j, struct import *im)
{
	const struct import_row *row;
	const char *id, *why;
	struct suppression *s;

	row = &im->row;
	s = &im->entry;
	memset(s, 0, sizeof(*s));
	why = suppression_parse(row->address, s->address);
	if (why != NULL)
		return why;
	if (suppression_is_hash(s->address) && !j->control->suppress->hash)
		return "a hash, and addresses are not stored as hashes here";
	why = row_place(j, im, row->compartment, &id);
	if (why != NULL)
		return why;
	s->reason = im->reason;
	if (row->reason[0] != '\0' &&
	    suppression_reason_parse(row->reason, &s->reason) == -1)
		return "unknown reason";
	if (!is_time(row->created) || !is_time(row->expires) ||
	    !is_time(row->suppressed))
		return "a time out of range";
	memcpy(s->compartment, id, sizeof(s->compartment));
	s->created = row->created != 0 ? row->created : (int64_t)time(NULL);
	s->expires = row->expires;
	s->suppressed = row->suppressed;
	s->message = row->message;
	memcpy(s->message_id, row->message_id, sizeof(s->message_id));
	memcpy(s->host, row->host, sizeof(s->host));
	memcpy(s->text, row->text, sizeof(s->text));
	return NULL;
}

static void
row_refuse(struct job *j, struct import *im, const char *why)
{
	im->bad++;
	row_num(j->row, "row", (int64_t)im->row.number);
	row_str(j->row, "address", im->row.address);
	row_str(j->row, "error", why);
	job_send(j);
}

/* Store a row unless there is one. */
static enum store_status
row_store(struct suppression_tx *tx, struct import *im)
{
	struct suppression old;
	enum store_status r;

	r = suppression_tx_get(tx, im->entry.compartment, im->entry.address,
	    &old);
	if (r == STORE_OK)
		im->present++;
	if (r != STORE_NOTFOUND)
		return r;
	r = suppression_tx_put(tx, &im->entry, NULL);
	if (r == STORE_OK) {
		im->added++;
		account_of(im, im->entry.compartment)->block++;
	}
	return r;
}

/* 0; -1: ill-formed; STORE_FAIL is in *status. */
static int
block_rows(struct job *j, struct msgin *m, struct suppression_tx *tx,
    enum store_status *status)
{
	struct import *im;
	const char *why;
	unsigned n;

	im = j->work;
	*status = STORE_OK;
	for (n = 0; m->pos < m->end && *status == STORE_OK; n++) {
		if (n == IMPORT_ROWS_MAX || import_row_get(m, &im->row) == -1)
			return -1;
		im->rows++;
		why = row_entry(j, im);
		if (why != NULL)
			row_refuse(j, im, why);
		else
			*status = row_store(tx, im);
	}
	return 0;
}

static void
import_fail(struct job *j, const struct import *before, const char *why)
{
	static const char how[] = ", then it failed";
	char rows[ERROR_SIZE];
	struct import *im;

	im = j->work;
	im->rows = before->rows;
	im->added = before->added;
	im->present = before->present;
	import_log(j, "failed");
	store_abort(j->control->store);
	accounts_close(im, false);
	if (import_sync(j, im, how) == -1)
		accounts_audit(j, im, how);
	(void)snprintf(rows, sizeof(rows),
	    "%" PRIu64 " rows are in, of which %" PRIu64
	    " are new; mend that, and import the same file again",
	    im->rows, im->added);
	import_free(j);
	job_fail(j, rows, "%s", why);
}

/* One block: all of its good rows, or none if the store fails. */
static int
import_block(struct job *j, const uint8_t *data, size_t len)
{
	struct suppression_tx tx;
	enum store_status status;
	struct compartment place;
	struct import before;
	struct msgin m;

	before = *(struct import *)j->work;
	((struct import *)j->work)->known.name[0] = '\0';
	msgin_init(&m, 0, data, len);
	suppression_tx_init(&tx, j->control->suppress);
	if (compartment_get(j->control->store, before.place.id, &place) !=
	    STORE_OK) {
		import_fail(j, &before, "the compartment is gone");
		return -1;
	}
	if (store_begin(j->control->store) == -1) {
		import_fail(j, &before, store_why(j->control->store));
		return -1;
	}
	if (block_rows(j, &m, &tx, &status) == -1) {
		import_fail(j, &before, "edctl sent an ill-formed block");
		return -1;
	}
	if (status != STORE_OK || suppression_tx_end(&tx) != STORE_OK ||
	    store_commit_lazy(j->control->store) == -1) {
		j->control->failures++;
		import_fail(j, &before, store_why(j->control->store));
		return -1;
	}
	accounts_close(j->work, true);
	return 0;
}

static void
import_end(struct job *j)
{
	struct import *im;

	im = j->work;
	if (import_sync(j, im, "") == -1) {
		import_fail(j, im, store_why(j->control->store));
		return;
	}
	import_log(j, "done");
	row_num(j->row, "rows", (int64_t)im->rows);
	row_num(j->row, "added", (int64_t)im->added);
	row_num(j->row, "present", (int64_t)im->present);
	row_num(j->row, "bad", (int64_t)im->bad);
	job_send(j);
	import_free(j);
	job_ok(j);
}

static void
import_data(struct job *j, const uint8_t *data, size_t len)
{
	struct admin_progress progress;
	struct import *im;

	if (len == 0) {
		import_end(j);
		return;
	}
	if (import_block(j, data, len) == -1)
		return;
	im = j->work;
	suppress_relieve(j->control->suppress, IMPORT_ROWS_MAX);
	progress.done = im->rows;
	progress.total = 0;
	job_progress(j, &progress);
	if (job_is_full(j))
		im->owed++;
	else
		(void)job_more(j, 1);
}

static int
import_arguments(struct job *j, struct import *im)
{
	const char *name;

	name = j->arg[2] == NULL ? COMPARTMENT_ROOT : j->arg[2];
	im->fixed = j->arg[2] != NULL;
	if (need_compartment(j, name, &im->place) == -1)
		return -1;
	im->reason = SUPPRESSION_MANUAL;
	return j->arg[3] == NULL ?
	    0 :
	    suppress_need_reason(j, j->arg[3], &im->reason);
}

/*
 * suppression import FILE [format FORMAT] [compartment NAME] [reason REASON]:
 * the rows come as a file does; the first two are edctl's own.  The reason is
 * that of rows which say none, the compartment that of all.
 */
void
verb_suppression_import(struct job *j)
{
	struct import *im;

	im = calloc(1, sizeof(*im));
	if (im == NULL) {
		job_fail(j, NULL, "out of memory");
		return;
	}
	if (import_arguments(j, im) == -1) {
		free(im);
		return;
	}
	j->work = im;
	j->data = import_data;
	j->resume = import_resume;
	j->cancel = import_cancel;
	if (job_more(j, IMPORT_WINDOW) == 0)
		return;
	import_free(j);
	job_fail(j, NULL, "suppressions are imported by edctl only");
}
