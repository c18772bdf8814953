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
 * The records of the store: looked up, changed, and read in their order.
 */
#include <string.h>

#include "log.h"
#include "msg.h"
#include "store_int.h"

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
		return store_failed(s, "get", r);
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
		store_mirror_note(s,
		    store_put(s->mirror, table, k, record) == STORE_OK);
	return r == 0 ? STORE_OK : store_failed(s, "put", r);
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
		store_mirror_note(s,
		    store_del(s->mirror, table, k) != STORE_FAIL);
	if (r == DB_NOTFOUND)
		return STORE_NOTFOUND;
	return r == 0 ? STORE_OK : store_failed(s, "delete", r);
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
		return store_failed(s, "cursor", r);
	r = scan_rows(cursor, &k, scan);
	(void)cursor->close(cursor);
	return r == 0 || r == DB_NOTFOUND ? STORE_OK :
					    store_failed(s, "scan", r);
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
		return store_failed(s, "cursor", r);
	store_key(k, "", NULL);
	dbt_key(&key, k, k);
	memset(&data, 0, sizeof(data));
	r = cursor->get(cursor, &key, &data, DB_LAST);
	k->len = r == 0 ? key.size : 0;
	k->data[k->len] = '\0';
	(void)cursor->close(cursor);
	if (r == DB_NOTFOUND)
		return STORE_NOTFOUND;
	return r == 0 ? STORE_OK : store_failed(s, "last", r);
}
