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
 * The index in Berkeley DB: one environment, one process, DB_PRIVATE, not
 * synced at commit.  After an error everything here fails until the next
 * start, which rebuilds; nothing above depends on success.
 */
#include "index.h"

#include <sys/stat.h>

#include <db.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blob.h"
#include "log.h"
#include "qbounds.h"

/* Berkeley DB's own log, unsynced, is small and goes at checkpoints. */
#define INDEX_LOG_MAX	 (8u << 20)
#define INDEX_LOG_BUFFER (1u << 20)
#define INDEX_PAGE	 4096u

/* The key of the position; no message has this id. */
#define POSITION_ID UINT64_MAX

struct index {
	DB_ENV *env;
	DB *db;
	DB_TXN *txn;
	bool broken;
};

/* Key as Berkeley DB sorts it: most significant octet first. */
static void
make_key(uint64_t id, uint8_t out[8])
{
	unsigned i;

	for (i = 0; i < 8; i++)
		out[i] = (uint8_t)(id >> (56 - 8 * i));
}

static uint64_t
read_key(const uint8_t *in)
{
	uint64_t id = 0;
	unsigned i;

	for (i = 0; i < 8; i++)
		id = id << 8 | in[i];
	return id;
}

static void
on_error(const DB_ENV *env, const char *prefix, const char *text)
{
	log_warnx("index: %s", text);
}

/* Note an error: the index is out of use from here on. */
static int
broke(struct index *ix, int rc, const char *what)
{
	if (!ix->broken)
		log_warnx("index: %s: %s; out of use until the next start",
		    what, db_strerror(rc));
	ix->broken = true;
	errno = EIO;
	return -1;
}

static int
open_env(struct index *ix, const char *folder)
{
	int rc;

	rc = db_env_create(&ix->env, 0);
	if (rc != 0)
		return rc;
	ix->env->set_errcall(ix->env, on_error);
	if ((rc = ix->env->set_cachesize(ix->env, 0, INDEX_CACHE_SIZE, 1)) !=
		0 ||
	    (rc = ix->env->set_lg_bsize(ix->env, INDEX_LOG_BUFFER)) != 0 ||
	    (rc = ix->env->set_lg_max(ix->env, INDEX_LOG_MAX)) != 0 ||
	    (rc = ix->env->log_set_config(ix->env, DB_LOG_AUTO_REMOVE, 1)) !=
		0 ||
	    (rc = ix->env->set_flags(ix->env, DB_TXN_NOSYNC, 1)) != 0)
		return rc;
	return ix->env->open(ix->env, folder,
	    DB_CREATE | DB_PRIVATE | DB_INIT_MPOOL | DB_INIT_LOG | DB_INIT_TXN |
		DB_RECOVER,
	    0600);
}

static int
open_db(struct index *ix)
{
	int rc;

	rc = db_create(&ix->db, ix->env, 0);
	if (rc != 0)
		return rc;
	if ((rc = ix->db->set_pagesize(ix->db, INDEX_PAGE)) != 0 ||
	    (rc = ix->db->set_flags(ix->db, DB_CHKSUM)) != 0)
		return rc;
	return ix->db->open(ix->db, NULL, "messages.db", NULL, DB_BTREE,
	    DB_CREATE | DB_AUTO_COMMIT, 0600);
}

/*
 * Open, with recovery, or create.  NULL if it is damaged beyond that; the
 * caller then destroys it and starts with an empty one.
 */
struct index *
index_open(const char *folder)
{
	struct index *ix;
	int rc;

	if (mkdir(folder, 0700) == -1 && errno != EEXIST) {
		log_warn("index: %s", folder);
		return NULL;
	}
	ix = calloc(1, sizeof(*ix));
	if (ix == NULL)
		return NULL;
	rc = open_env(ix, folder);
	if (rc == 0)
		rc = open_db(ix);
	if (rc != 0) {
		log_warnx("index: %s: %s", folder, db_strerror(rc));
		ix->broken = true;
		index_close(ix);
		return NULL;
	}
	return ix;
}

/* Close; without a checkpoint, which is the caller's. NULL is allowed. */
void
index_close(struct index *ix)
{
	if (ix == NULL)
		return;
	if (ix->txn != NULL)
		(void)ix->txn->abort(ix->txn);
	if (ix->db != NULL)
		(void)ix->db->close(ix->db, ix->broken ? DB_NOSYNC : 0);
	if (ix->env != NULL)
		(void)ix->env->close(ix->env, 0);
	free(ix);
}

/* Remove the files of a closed index.  0 or -1 with errno. */
int
index_destroy(const char *folder)
{
	struct dirent *de;
	DIR *dir;
	int rc = 0;

	dir = opendir(folder);
	if (dir == NULL)
		return errno == ENOENT ? 0 : -1;
	while ((de = readdir(dir)) != NULL)
		if (de->d_name[0] != '.' &&
		    unlinkat(dirfd(dir), de->d_name, 0) == -1)
			rc = -1;
	(void)closedir(dir);
	return rc;
}

/* Whether an error took it out of use; also if there is none at all. */
int
index_broken(const struct index *ix)
{
	return ix == NULL || ix->broken;
}

/* Begin what belongs together; -1 if out of use. */
int
index_begin(struct index *ix)
{
	int rc;

	if (index_broken(ix) || ix->txn != NULL)
		return -1;
	rc = ix->env->txn_begin(ix->env, NULL, &ix->txn, 0);
	return rc == 0 ? 0 : broke(ix, rc, "begin");
}

/* End it; it is not waited for. */
int
index_commit(struct index *ix)
{
	DB_TXN *txn;
	int rc;

	if (ix == NULL || ix->txn == NULL)
		return -1;
	txn = ix->txn;
	ix->txn = NULL;
	rc = ix->broken ? txn->abort(txn) : txn->commit(txn, 0);
	return rc == 0 ? 0 : broke(ix, rc, "commit");
}

/* Store what is in b under id. */
int
index_put(struct index *ix, uint64_t id, const struct blob *b)
{
	uint8_t key[8];
	DBT k, v;
	int rc;

	if (index_broken(ix))
		return -1;
	make_key(id, key);
	memset(&k, 0, sizeof(k));
	memset(&v, 0, sizeof(v));
	k.data = key;
	k.size = sizeof(key);
	v.data = b->data;
	v.size = (u_int32_t)b->len;
	rc = ix->db->put(ix->db, ix->txn, &k, &v,
	    ix->txn == NULL ? DB_AUTO_COMMIT : 0);
	return rc == 0 ? 0 : broke(ix, rc, "put");
}

/* Append what is stored under id to b.  1, 0 if there is none, or -1. */
int
index_get(struct index *ix, uint64_t id, struct blob *b)
{
	uint8_t key[8];
	DBT k, v;
	int rc;

	if (index_broken(ix))
		return -1;
	make_key(id, key);
	memset(&k, 0, sizeof(k));
	memset(&v, 0, sizeof(v));
	k.data = key;
	k.size = sizeof(key);
	rc = ix->db->get(ix->db, ix->txn, &k, &v, 0);
	if (rc == DB_NOTFOUND)
		return 0;
	if (rc != 0)
		return broke(ix, rc, "get");
	blob_put_data(b, v.data, v.size);
	return b->bad ? -1 : 1;
}

/* Remove what is stored under id, if anything. */
int
index_remove(struct index *ix, uint64_t id)
{
	uint8_t key[8];
	DBT k;
	int rc;

	if (index_broken(ix))
		return -1;
	make_key(id, key);
	memset(&k, 0, sizeof(k));
	k.data = key;
	k.size = sizeof(key);
	rc = ix->db->del(ix->db, ix->txn, &k, 0);
	return rc == 0 || rc == DB_NOTFOUND ? 0 : broke(ix, rc, "remove");
}

/* The position: 1, 0 if none was ever stored, or -1. */
int
index_position_get(struct index *ix, struct index_position *pos)
{
	struct blob b = { 0 };
	struct cursor c;
	int rc;

	memset(pos, 0, sizeof(*pos));
	rc = index_get(ix, POSITION_ID, &b);
	if (rc == 1) {
		cursor_init(&c, b.data, b.len);
		pos->segment = cursor_u64(&c);
		pos->next_segment = cursor_u64(&c);
		pos->next_id = cursor_u64(&c);
		pos->clean = cursor_u8(&c) != 0;
		if (!cursor_end(&c))
			rc = -1;
	}
	blob_free(&b);
	return rc;
}

/* Store the position.  Everything it promises was put before. */
int
index_position_put(struct index *ix, const struct index_position *pos)
{
	struct blob b = { 0 };
	int rc;

	blob_put_u64(&b, pos->segment);
	blob_put_u64(&b, pos->next_segment);
	blob_put_u64(&b, pos->next_id);
	blob_put_u8(&b, pos->clean);
	rc = b.bad ? -1 : index_put(ix, POSITION_ID, &b);
	blob_free(&b);
	return rc;
}

/*
 * Call for every message in the order of ids, until the callback says -1.
 * The callback must not change the index.  0, or -1 for an error.
 */
int
index_each(struct index *ix, int (*cb)(uint64_t, const void *, size_t, void *),
    void *arg)
{
	DBC *dbc;
	DBT k, v;
	uint64_t id;
	int rc, stop = 0;

	if (index_broken(ix))
		return -1;
	rc = ix->db->cursor(ix->db, NULL, &dbc, 0);
	if (rc != 0)
		return broke(ix, rc, "cursor");
	memset(&k, 0, sizeof(k));
	memset(&v, 0, sizeof(v));
	while (stop == 0 && (rc = dbc->get(dbc, &k, &v, DB_NEXT)) == 0) {
		if (k.size != 8)
			continue;
		id = read_key(k.data);
		if (id != POSITION_ID)
			stop = cb(id, v.data, v.size, arg);
	}
	(void)dbc->close(dbc);
	if (rc != 0 && rc != DB_NOTFOUND)
		return broke(ix, rc, "read");
	return stop;
}

/*
 * Call for at most max messages from id *from on, which is moved behind them.
 * 1, 0 when there are no more, or -1 for an error.
 */
int
index_some(struct index *ix, uint64_t *from, size_t max,
    void (*cb)(uint64_t, const void *, size_t, void *), void *arg)
{
	uint8_t key[8];
	uint64_t id = *from;
	size_t n = 0;
	DBC *dbc;
	DBT k, v;
	int rc;

	if (index_broken(ix))
		return -1;
	rc = ix->db->cursor(ix->db, NULL, &dbc, 0);
	if (rc != 0)
		return broke(ix, rc, "cursor");
	make_key(id, key);
	memset(&k, 0, sizeof(k));
	memset(&v, 0, sizeof(v));
	k.data = key;
	k.size = sizeof(key);
	rc = dbc->get(dbc, &k, &v, DB_SET_RANGE);
	while (rc == 0 && k.size == 8) {
		id = read_key(k.data);
		if (id == POSITION_ID || n++ == max)
			break;
		cb(id, v.data, v.size, arg);
		rc = dbc->get(dbc, &k, &v, DB_NEXT);
	}
	(void)dbc->close(dbc);
	if (rc != 0 && rc != DB_NOTFOUND)
		return broke(ix, rc, "read");
	*from = id;
	return rc == DB_NOTFOUND || id == POSITION_ID ? 0 : 1;
}

/* Bring everything to disk; waits for it. */
int
index_checkpoint(struct index *ix)
{
	int rc;

	if (index_broken(ix))
		return -1;
	rc = ix->env->txn_checkpoint(ix->env, 0, 0, 0);
	return rc == 0 ? 0 : broke(ix, rc, "checkpoint");
}
