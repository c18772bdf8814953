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
 * The policy store on Berkeley DB: one private environment, encrypted (the
 * environment for its log, and each database for its pages), transactional,
 * recovered at open.
 *
 * The environment has no lock region: one thread uses it, and a scan may
 * read while a transaction writes.  DB_PRIVATE keeps the cache, which holds
 * plaintext, out of the file system.
 */
#include <errno.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat.h"
#include "log.h"
#include "msg.h"
#include "store_int.h"

/* Cache: all of a small store, the upper levels of a large one. */
#define BDB_CACHE_SIZE (64u * 1024 * 1024)

/* Log file: small, so that checkpoints let old ones go. */
#define BDB_LOG_SIZE (4u * 1024 * 1024)

/* Log in memory until the commit: a large change, or lazy ones. */
#define BDB_LOG_BUFFER (512u * 1024)

/* A checkpoint when this much log was written since the last, or so old. */
#define BDB_CHECKPOINT_KB      1024u
#define BDB_CHECKPOINT_MINUTES 10u

/* The last of the tables that version 0.1.0 has; later ones may be missing. */
#define BDB_TABLE_EVER STORE_DOMAIN_PLACE

/* Pages that a suppression list of a million fills well. */
#define BDB_PAGE_SIZE 4096u

static void
bdb_error_cb(const DB_ENV *env, const char *prefix, const char *text)
{
	struct store *s;

	s = env->app_private;
	/* The cause comes first, advice and what follows from it later. */
	if (s->error[0] == '\0')
		(void)snprintf(s->error, sizeof(s->error), "%s", text);
	if (strstr(text, strerror(ENOSPC)) != NULL)
		s->full = true;
	log_debug("store: %s", text);
}

/*
 * Report a failed call.  An environment that panicked is of no more use in
 * this process: the next one runs recovery, which mends what a crash left and
 * nothing that was damaged on disk.
 */
enum store_status
store_failed(struct store *s, const char *what, int error)
{
	if (error == DB_RUNRECOVERY)
		fatalx("store: %s: %s; recovery runs at the next start; if "
		       "this comes again, " STORE_ADVICE,
		    what, s->error);
	log_warnx("store: %s: %s", what, db_strerror(error));
	s->failed = error;
	s->error[0] = '\0';
	return STORE_FAIL;
}

/* Whether a call failed just now because the disk is full. */
bool
store_is_full(const struct store *s)
{
	return s->failed == ENOSPC || s->failed == EDQUOT;
}

/* Why a call failed just now, for an operator. */
const char *
store_why(const struct store *s)
{
	return store_is_full(s) ? "the disk of the policy store is full" :
				  "the policy store failed";
}

static int
env_open(struct store *s, const char *dir)
{
	int r;

	r = db_env_create(&s->env, 0);
	if (r != 0)
		return r;
	s->env->app_private = s;
	s->env->set_errcall(s->env, bdb_error_cb);
	if ((r = s->env->set_encrypt(s->env, s->phrase, DB_ENCRYPT_AES)) != 0 ||
	    (r = s->env->set_cachesize(s->env, 0, BDB_CACHE_SIZE, 1)) != 0 ||
	    (r = s->env->set_lg_max(s->env, BDB_LOG_SIZE)) != 0 ||
	    (r = s->env->set_lg_bsize(s->env, BDB_LOG_BUFFER)) != 0 ||
	    (r = s->env->log_set_config(s->env, DB_LOG_AUTO_REMOVE, 1)) != 0)
		return r;
	return s->env->open(s->env, dir,
	    DB_CREATE | DB_RECOVER | DB_PRIVATE | DB_INIT_MPOOL | DB_INIT_LOG |
		DB_INIT_TXN,
	    0600);
}

static int
table_open(struct store *s, enum store_table table, uint32_t create)
{
	DB *db;
	int r;

	r = db_create(&db, s->env, 0);
	if (r != 0)
		return r;
	s->db[table] = db;
	if ((r = db->set_flags(db, DB_ENCRYPT)) != 0 ||
	    (r = db->set_pagesize(db, BDB_PAGE_SIZE)) != 0)
		return r;
	return db->open(db, NULL, store_table_name(table), NULL, DB_BTREE,
	    create | DB_AUTO_COMMIT, 0600);
}

/* Read both ends: a page that is missing or damaged there is found now. */
static int
table_probe(DB *db)
{
	static const uint32_t end[] = { DB_FIRST, DB_LAST };
	DBC *cursor;
	DBT key, data;
	size_t i;
	int r;

	r = db->cursor(db, NULL, &cursor, 0);
	for (i = 0; r == 0 && i < sizeof(end) / sizeof(end[0]); i++) {
		memset(&key, 0, sizeof(key));
		memset(&data, 0, sizeof(data));
		data.flags = DB_DBT_PARTIAL;
		r = cursor->get(cursor, &key, &data, end[i]);
		if (i + 1 == sizeof(end) / sizeof(end[0]) || r != 0)
			(void)cursor->close(cursor);
	}
	return r == DB_NOTFOUND ? 0 : r;
}

/*
 * Meta is made last: a store that has it has had the others, and one that is
 * gone is not made anew.
 */
static int
tables_open(struct store *s, const char *dir)
{
	char path[PATH_MAX];
	unsigned i;
	bool old;
	int r;

	(void)snprintf(path, sizeof(path), "%s/%s", dir,
	    store_table_name(STORE_META));
	old = access(path, F_OK) == 0;
	for (i = STORE_TABLES; i-- > 0;) {
		r = table_open(s, (enum store_table)i,
		    old && i <= BDB_TABLE_EVER ? 0 : DB_CREATE);
		if (r == 0)
			r = table_probe(s->db[i]);
		if (r == 0)
			continue;
		if (s->error[0] == '\0')
			(void)strlcpy(s->error,
			    store_table_name((enum store_table)i),
			    sizeof(s->error));
		return r;
	}
	return 0;
}

static int
bdb_open(struct store *s, const char *dir, const uint8_t *secret, char *why,
    size_t size)
{
	int r;

	if (store_phrase(secret, STORE_SECRET_SIZE, s->phrase) == -1 ||
	    store_subkey(secret, STORE_SECRET_SIZE, "edd store reload",
		s->check) == -1) {
		(void)snprintf(why, size, "libcrypto has no HMAC-SHA256");
		return -1;
	}
	r = env_open(s, dir);
	if (r == 0)
		r = tables_open(s, dir);
	if (r == 0)
		s->error[0] = '\0';
	if (r != 0 && s->full) {
		(void)snprintf(why, size,
		    "the store in %s cannot be opened: %s; make room there, "
		    "it is not damaged",
		    dir, strerror(ENOSPC));
		return -1;
	}
	if (r != 0) {
		(void)snprintf(why, size,
		    "the store in %s cannot be opened or recovered: "
		    "%s%s%s; " STORE_ADVICE,
		    dir, db_strerror(r), s->error[0] == '\0' ? "" : ": ",
		    s->error);
		return -1;
	}
	return 0;
}

/* As store_open(), of just this folder. */
struct store *
store_open_at(const char *dir, const uint8_t secret[STORE_SECRET_SIZE],
    char *why, size_t size)
{
	struct store *s;

	if (store_lock_check(dir, secret, STORE_SECRET_SIZE, why, size) == -1)
		return NULL;
	s = calloc(1, sizeof(*s));
	if (s == NULL) {
		(void)snprintf(why, size, "out of memory");
		return NULL;
	}
	s->found.flags = DB_DBT_REALLOC;
	if (bdb_open(s, dir, secret, why, size) == -1) {
		(void)store_close(s);
		return NULL;
	}
	return s;
}

/*
 * Close with a checkpoint, so that the next open has nothing to recover.  An
 * open transaction is aborted; NULL is allowed.  0, or -1 if not all of it is
 * on disk.
 */
int
store_close(struct store *s)
{
	unsigned i;
	int bad;

	if (s == NULL)
		return 0;
	store_abort(s);
	bad = 0;
	for (i = 0; i < STORE_TABLES; i++) {
		if (s->db[i] != NULL && s->db[i]->close(s->db[i], 0) != 0)
			bad = -1;
	}
	if (s->env != NULL) {
		if (s->env->txn_checkpoint(s->env, 0, 0, DB_FORCE) != 0 ||
		    s->env->close(s->env, 0) != 0)
			bad = -1;
	}
	if (s->found.data != NULL) {
		explicit_bzero(s->found.data, s->found.size);
		free(s->found.data);
	}
	explicit_bzero(s->phrase, sizeof(s->phrase));
	free(s);
	return bad;
}

/*
 * From now on what changes in s changes in to as well; NULL: no more.  No
 * transaction is open.
 */
void
store_mirror(struct store *s, struct store *to)
{
	s->mirror = to;
	s->mirror_bad = false;
}

/* Whether the mirror has all that was changed. */
bool
store_mirrors(const struct store *s)
{
	return s->mirror != NULL && !s->mirror_bad;
}

/* What cannot be done in the mirror costs only the mirror. */
void
store_mirror_note(struct store *s, bool good)
{
	if (!good)
		s->mirror_bad = true;
}

/* Whether the store was opened with this secret. */
bool
store_fits(const struct store *s, const uint8_t secret[STORE_SECRET_SIZE])
{
	uint8_t check[STORE_SUBKEY_SIZE];

	if (store_subkey(secret, STORE_SECRET_SIZE, "edd store reload",
		check) == -1)
		return false;
	return CRYPTO_memcmp(check, s->check, sizeof(check)) == 0;
}

/*
 * Write out what is dirty if enough was logged since the last time, and let
 * old log files go; not while a table is looked at, which is for seconds.  Call
 * now and then, outside a transaction.  0 or -1.
 */
int
store_checkpoint(struct store *s)
{
	int r;

	if (s->checks > 0)
		return 0;
	r = s->env->txn_checkpoint(s->env, BDB_CHECKPOINT_KB,
	    BDB_CHECKPOINT_MINUTES, 0);
	if (r == 0)
		return 0;
	(void)store_failed(s, "checkpoint", r);
	return -1;
}

/* Another store has taken its place: nothing can be changed here any more. */
void
store_retire(struct store *s)
{
	s->retired = true;
}

/* Whether it is retired. */
bool
store_is_retired(const struct store *s)
{
	return s->retired;
}

/* Begin the one transaction.  0, or -1 if one is open or it fails. */
int
store_begin(struct store *s)
{
	int r;

	if (s->retired)
		return -1;
	if (s->txn != NULL) {
		log_warnx("store: transaction inside a transaction");
		return -1;
	}
	r = s->env->txn_begin(s->env, NULL, &s->txn, 0);
	if (r == 0) {
		s->failed = 0;
		s->begun++;
		if (store_mirrors(s))
			store_mirror_note(s, store_begin(s->mirror) == 0);
		return 0;
	}
	s->txn = NULL;
	(void)store_failed(s, "begin", r);
	return -1;
}

static int
bdb_commit(struct store *s, uint32_t flags)
{
	DB_TXN *txn;
	int r;

	if (s->retired) {
		store_abort(s);
		return -1;
	}
	txn = s->txn;
	s->txn = NULL;
	r = txn->commit(txn, flags);
	if (r == 0 && store_mirrors(s))
		store_mirror_note(s, store_commit_lazy(s->mirror) == 0);
	else if (s->mirror != NULL)
		store_abort(s->mirror);
	if (r == 0)
		return 0;
	(void)store_failed(s, "commit", r);
	return -1;
}

/* Commit; on disk when it returns 0.  -1: nothing of it happened. */
int
store_commit(struct store *s)
{
	return bdb_commit(s, 0);
}

/* Commit without waiting for the disk: a crash may lose it, as a whole. */
int
store_commit_lazy(struct store *s)
{
	return bdb_commit(s, DB_TXN_NOSYNC);
}

/* Undo the open transaction, if there is one. */
void
store_abort(struct store *s)
{
	DB_TXN *txn;
	int i, r;

	if (s->txn == NULL)
		return;
	txn = s->txn;
	s->txn = NULL;
	for (i = 0; i < STORE_TABLES; i++)
		s->changes[i]++;
	if (s->mirror != NULL)
		store_abort(s->mirror);
	r = txn->abort(txn);
	if (r != 0)
		(void)store_failed(s, "abort", r);
}

/* Which transaction is open, none before had its number; 0 if none is. */
uint64_t
store_transaction(const struct store *s)
{
	return s->txn == NULL ? 0 : s->begun;
}
