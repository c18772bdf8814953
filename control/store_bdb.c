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
 * recovered at open.  No other file of control knows Berkeley DB.
 *
 * The environment has no lock region: one thread uses it, and a scan may
 * read while a transaction writes.  DB_PRIVATE keeps the cache, which holds
 * plaintext, out of the file system.
 */
#include <sys/types.h>

#include <db.h>
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
#include "store.h"
#include "store_lock.h"

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

#define BDB_ADVICE                                                             \
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
	char error[256]; /* what Berkeley DB said first */
	bool full;	 /* and once, that the disk is */
	bool retired;	 /* another one has taken its place */

	struct store *mirror; /* has all changes of this one, or NULL */
	bool mirror_bad;      /* it has not */
};

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
static enum store_status
bdb_fail(struct store *s, const char *what, int error)
{
	if (error == DB_RUNRECOVERY)
		fatalx("store: %s: %s; recovery runs at the next start; if "
		       "this comes again, " BDB_ADVICE,
		    what, s->error);
	log_warnx("store: %s: %s", what, db_strerror(error));
	s->error[0] = '\0';
	return STORE_FAIL;
}

static int
env_open(struct store *s, const char *dir, const char *phrase)
{
	int r;

	r = db_env_create(&s->env, 0);
	if (r != 0)
		return r;
	s->env->app_private = s;
	s->env->set_errcall(s->env, bdb_error_cb);
	if ((r = s->env->set_encrypt(s->env, phrase, DB_ENCRYPT_AES)) != 0 ||
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
	char phrase[STORE_PHRASE_SIZE];
	int r;

	if (store_phrase(secret, STORE_SECRET_SIZE, phrase) == -1 ||
	    store_subkey(secret, STORE_SECRET_SIZE, "edd store reload",
		s->check) == -1) {
		(void)snprintf(why, size, "libcrypto has no HMAC-SHA256");
		return -1;
	}
	r = env_open(s, dir, phrase);
	explicit_bzero(phrase, sizeof(phrase));
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
		    "%s%s%s; " BDB_ADVICE,
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
static void
mirror_note(struct store *s, bool good)
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
 * old log files go.  Call now and then, outside a transaction.  0 or -1.
 */
int
store_checkpoint(struct store *s)
{
	int r;

	r = s->env->txn_checkpoint(s->env, BDB_CHECKPOINT_KB,
	    BDB_CHECKPOINT_MINUTES, 0);
	if (r == 0)
		return 0;
	(void)bdb_fail(s, "checkpoint", r);
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
		s->begun++;
		if (store_mirrors(s))
			mirror_note(s, store_begin(s->mirror) == 0);
		return 0;
	}
	s->txn = NULL;
	(void)bdb_fail(s, "begin", r);
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
		mirror_note(s, store_commit_lazy(s->mirror) == 0);
	else if (s->mirror != NULL)
		store_abort(s->mirror);
	if (r == 0)
		return 0;
	(void)bdb_fail(s, "commit", r);
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
		(void)bdb_fail(s, "abort", r);
}

/* Which transaction is open, none before had its number; 0 if none is. */
uint64_t
store_transaction(const struct store *s)
{
	return s->txn == NULL ? 0 : s->begun;
}

/* Berkeley DB does not write to a key that is looked up. */
static void
dbt_key(DBT *dbt, const struct store_key *k, struct store_key *copy)
{
	*copy = *k;
	memset(dbt, 0, sizeof(*dbt));
	dbt->data = copy->data;
	dbt->size = (uint32_t)copy->len;
	dbt->ulen = STORE_KEY_MAX;
	dbt->flags = DB_DBT_USERMEM;
}

/*
 * Look up a record.  With STORE_OK, out reads it; it is good until the next
 * store_get().
 */
enum store_status
store_get(struct store *s, enum store_table table, const struct store_key *k,
    struct msgin *out)
{
	struct store_key copy;
	DBT key;
	int r;

	if (k->bad)
		return STORE_NOTFOUND;
	dbt_key(&key, k, &copy);
	r = s->db[table]->get(s->db[table], s->txn, &key, &s->found, 0);
	if (r == DB_NOTFOUND)
		return STORE_NOTFOUND;
	if (r != 0)
		return bdb_fail(s, "get", r);
	msgin_init(out, 0, s->found.data, s->found.size);
	return STORE_OK;
}

/* Store a record, over one with that key.  A transaction must be open. */
enum store_status
store_put(struct store *s, enum store_table table, const struct store_key *k,
    const struct msgout *record)
{
	struct store_key copy;
	DBT key, data;
	int r;

	if (k->bad || record->bad || s->txn == NULL) {
		log_warnx("store: %s: record cannot be stored",
		    store_table_name(table));
		return STORE_FAIL;
	}
	dbt_key(&key, k, &copy);
	memset(&data, 0, sizeof(data));
	data.data = record->data;
	data.size = (uint32_t)record->len;
	s->changes[table]++;
	r = s->db[table]->put(s->db[table], s->txn, &key, &data, 0);
	if (r == 0 && store_mirrors(s))
		mirror_note(s,
		    store_put(s->mirror, table, k, record) == STORE_OK);
	return r == 0 ? STORE_OK : bdb_fail(s, "put", r);
}

/* Delete a record.  A transaction must be open. */
enum store_status
store_del(struct store *s, enum store_table table, const struct store_key *k)
{
	struct store_key copy;
	DBT key;
	int r;

	if (k->bad)
		return STORE_NOTFOUND;
	if (s->txn == NULL)
		return STORE_FAIL;
	dbt_key(&key, k, &copy);
	s->changes[table]++;
	r = s->db[table]->del(s->db[table], s->txn, &key, 0);
	if (r == 0 && store_mirrors(s))
		mirror_note(s, store_del(s->mirror, table, k) != STORE_FAIL);
	if (r == DB_NOTFOUND)
		return STORE_NOTFOUND;
	return r == 0 ? STORE_OK : bdb_fail(s, "delete", r);
}

/*
 * A number that is another one after each change of a table, for who keeps in
 * memory what a table has.
 */
uint64_t
store_changes(const struct store *s, enum store_table table)
{
	return s->changes[table];
}

static bool
has_prefix(const struct store_key *k, const struct store_key *prefix)
{
	return prefix == NULL ||
	    (k->len >= prefix->len &&
		memcmp(k->data, prefix->data, prefix->len) == 0);
}

static bool
is_same(const struct store_key *a, const struct store_key *b)
{
	return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

/* What a scan goes through, and in which direction. */
struct scan {
	const struct store_key *prefix; /* NULL: all */
	const struct store_key *from;	/* exclusive; NULL: the end */
	bool back;
	store_scan_cb cb;
	void *arg;
};

/* At the first record in the direction of the scan. */
static int
scan_first(DBC *cursor, DBT *key, DBT *data, bool back)
{
	int r;

	r = cursor->get(cursor, key, data, DB_SET_RANGE);
	if (!back || (r != 0 && r != DB_NOTFOUND))
		return r;
	return cursor->get(cursor, key, data, r == 0 ? DB_PREV : DB_LAST);
}

/* From the key k on; returns Berkeley DB's last answer. */
static int
scan_rows(DBC *cursor, struct store_key *k, const struct scan *scan)
{
	struct msgin m;
	DBT key, data;
	int r;

	dbt_key(&key, k, k);
	memset(&data, 0, sizeof(data));
	for (r = scan_first(cursor, &key, &data, scan->back); r == 0;
	     r = cursor->get(cursor, &key, &data,
		 scan->back ? DB_PREV : DB_NEXT)) {
		k->len = key.size;
		k->data[k->len] = '\0';
		if (!has_prefix(k, scan->prefix))
			break;
		if (scan->from != NULL && is_same(k, scan->from))
			continue;
		msgin_init(&m, 0, data.data, data.size);
		if (!scan->cb(k, &m, scan->arg))
			break;
	}
	return r;
}

static enum store_status
scan_table(struct store *s, enum store_table table, const struct scan *scan)
{
	struct store_key k;
	DBC *cursor;
	int r;

	store_key(&k, "", NULL);
	if (scan->from != NULL)
		k = *scan->from;
	else if (scan->prefix != NULL)
		k = *scan->prefix;
	if (k.bad || k.len == STORE_KEY_MAX)
		return STORE_OK;
	/* No key has this octet, which is none of UTF-8. */
	if (scan->back && scan->from == NULL)
		k.data[k.len++] = 0xff;
	r = s->db[table]->cursor(s->db[table], s->txn, &cursor, 0);
	if (r != 0)
		return bdb_fail(s, "cursor", r);
	r = scan_rows(cursor, &k, scan);
	(void)cursor->close(cursor);
	return r == 0 || r == DB_NOTFOUND ? STORE_OK : bdb_fail(s, "scan", r);
}

/*
 * Call cb for the records of a table in the order of their keys: those that
 * begin with prefix (NULL: all), and come later than after (NULL: from the
 * first).  cb may look up other records but must not change this table.
 * STORE_OK also when there is none.
 */
enum store_status
store_scan(struct store *s, enum store_table table,
    const struct store_key *prefix, const struct store_key *after,
    store_scan_cb cb, void *arg)
{
	const struct scan scan = { prefix, after, false, cb, arg };

	return scan_table(s, table, &scan);
}

/* The same in the opposite order: those before a key (NULL: from the last). */
enum store_status
store_scan_back(struct store *s, enum store_table table,
    const struct store_key *prefix, const struct store_key *before,
    store_scan_cb cb, void *arg)
{
	const struct scan scan = { prefix, before, true, cb, arg };

	return scan_table(s, table, &scan);
}

/* The last key of a table. */
enum store_status
store_last(struct store *s, enum store_table table, struct store_key *k)
{
	DBC *cursor;
	DBT key, data;
	int r;

	r = s->db[table]->cursor(s->db[table], s->txn, &cursor, 0);
	if (r != 0)
		return bdb_fail(s, "cursor", r);
	store_key(k, "", NULL);
	dbt_key(&key, k, k);
	memset(&data, 0, sizeof(data));
	r = cursor->get(cursor, &key, &data, DB_LAST);
	k->len = r == 0 ? key.size : 0;
	k->data[k->len] = '\0';
	(void)cursor->close(cursor);
	if (r == DB_NOTFOUND)
		return STORE_NOTFOUND;
	return r == 0 ? STORE_OK : bdb_fail(s, "last", r);
}
