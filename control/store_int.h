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
 * The store's inside, for the files that know Berkeley DB: store_bdb.c has the
 * environment and transactions, store_rows.c the records, store_check.c looks
 * whether the files are whole.
 */
#ifndef STORE_INT_H
#define STORE_INT_H

#include <sys/types.h>

#include <db.h>

#include "store.h"
#include "store_lock.h"

#define STORE_ADVICE                                                           \
	"put back a copy of the folder, or name an empty one and give "        \
	"it a backup with \"edctl restore\""

struct store {
	DB_ENV *env;
	DB *db[STORE_TABLES];
	DB_TXN *txn;
	uint64_t begun; /* transactions so far */
	DBT found;	/* memory of the last store_get() */
	uint64_t changes[STORE_TABLES];
	uint8_t check[STORE_SUBKEY_SIZE];
	char phrase[STORE_PHRASE_SIZE]; /* to look at the files once more */
	char error[256];		/* what Berkeley DB said first */
	bool full;			/* and once, that the disk is */
	int failed;			/* the last error of a call */
	bool retired;			/* another one has taken its place */
	unsigned checks;		/* that want no checkpoint meanwhile */

	struct store *mirror; /* has all changes of this one, or NULL */
	bool mirror_bad;      /* it has not */
};

enum store_status store_failed(struct store *, const char *what, int error);
void store_mirror_note(struct store *, bool good);

#endif
