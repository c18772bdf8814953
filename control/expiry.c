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
 * Records in the order of the moments at which they go.  A step forgets a
 * bounded number, so that nothing else in control waits for it; what is left
 * goes in the next.
 */
#include "expiry.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "msg.h"
#include "record.h"

/* Records that go in one step; there is one a minute. */
#define EXPIRY_STEP 5000u

#define EXPIRY_TIME_SIZE 24u

/* Numbers of tables in entries, which stay when tables become more. */
static const enum store_table tables[] = { STORE_OBJECT, STORE_CREATED,
	STORE_WORK, STORE_RETRY };

#define TABLES (sizeof(tables) / sizeof(tables[0]))

/* The number of a table, or TABLES if nothing of it is forgotten. */
static uint32_t
table_number(enum store_table table)
{
	uint32_t i;

	for (i = 0; i < TABLES && tables[i] != table; i++)
		;
	return i;
}

/* What names an entry: its table and, without NUL, its key. */
static int
entry_name(enum store_table table, const struct store_key *k, char *name,
    size_t size)
{
	int n;

	n = snprintf(name, size, "%u %s %s", table_number(table),
	    store_key_first(k), store_key_second(k));
	return n < 0 || (size_t)n >= size ? -1 : 0;
}

/* The key of an entry.  0, or -1 if there can be none. */
static int
entry_key(struct store_key *key, enum store_table table,
    const struct store_key *k, int64_t when)
{
	char time[EXPIRY_TIME_SIZE], name[STORE_KEY_MAX];

	if (k->bad || table_number(table) == TABLES ||
	    entry_name(table, k, name, sizeof(name)) == -1)
		return -1;
	(void)snprintf(time, sizeof(time), "%016" PRIx64, (uint64_t)when);
	store_key(key, time, name);
	return 0;
}

/* Have a record forgotten some time; the caller has a transaction. */
enum store_status
expiry_put(struct store *s, enum store_table table, const struct store_key *k,
    int64_t when)
{
	struct store_key key;
	enum store_status r;
	struct msgout m;

	if (entry_key(&key, table, k, when) == -1)
		return STORE_FAIL;
	memset(&m, 0, sizeof(m));
	msg_put_u32(&m, table_number(table));
	msg_put_data(&m, k->data, k->len);
	r = store_put(s, STORE_EXPIRY, &key, &m);
	msgout_free(&m);
	return r;
}

/* It is not forgotten then, after all; the caller has a transaction. */
enum store_status
expiry_del(struct store *s, enum store_table table, const struct store_key *k,
    int64_t when)
{
	struct store_key key;

	if (entry_key(&key, table, k, when) == -1)
		return STORE_NOTFOUND;
	return store_del(s, STORE_EXPIRY, &key);
}

/* One that is due, if any. */
struct due {
	char now[EXPIRY_TIME_SIZE];
	bool found;
	struct store_key entry;
	struct store_key key;
	enum store_table table;
};

static bool
due_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct due *d;

	d = arg;
	if (strcmp(store_key_first(k), d->now) > 0)
		return false;
	d->found = true;
	d->entry = *k;
	d->table = tables[msg_get_enum(m, 0, TABLES - 1)];
	d->key.bad = false;
	d->key.len = msg_get_data(m, d->key.data, STORE_KEY_MAX);
	d->key.data[d->key.len] = '\0';
	/* A damaged entry goes, and nothing with it. */
	if (msg_end(m) == -1)
		d->key.bad = true;
	return false;
}

/* Forget the first that is due.  1 if there was one, 0 or -1. */
static int
forget(struct store *s, struct due *d)
{
	d->found = false;
	if (store_scan(s, STORE_EXPIRY, NULL, NULL, due_cb, d) != STORE_OK)
		return -1;
	if (!d->found)
		return 0;
	if (store_del(s, STORE_EXPIRY, &d->entry) != STORE_OK ||
	    (!d->key.bad && store_del(s, d->table, &d->key) == STORE_FAIL))
		return -1;
	return 1;
}

/* Forget what is due, some of it.  0 or -1. */
int
expiry_run(struct store *s, int64_t now)
{
	struct due d;
	unsigned i;
	int r;

	(void)snprintf(d.now, sizeof(d.now), "%016" PRIx64, (uint64_t)now);
	if (store_begin(s) == -1)
		return -1;
	r = 1;
	for (i = 0; i < EXPIRY_STEP && r == 1; i++)
		r = forget(s, &d);
	if (r != -1)
		return store_commit_lazy(s);
	store_abort(s);
	return -1;
}
