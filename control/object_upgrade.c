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
 * Links every sender, domain and DKIM key once, and lists return paths by
 * their names.  In several transactions, of
 * which each may come again: what is linked stays so.  A record that is
 * ill-formed is passed over: it keeps nothing else from working.
 */
#include "object_upgrade.h"

#include <stdbool.h>
#include <string.h>

#include "dkimkey.h"
#include "domain.h"
#include "log.h"
#include "msg.h"
#include "object.h"
#include "record.h"
#include "returnpath.h"
#include "sender.h"
#include "store.h"

/* In STORE_META: that it is done. */
#define META_LINKED "object.linked"
#define META_NAMED  "object.named"

/* Records in one transaction. */
#define UPGRADE_STEP 10000u

struct step {
	struct store *store;
	enum store_table table;
	unsigned n;
	struct store_key after;
	bool failed;
};

/* The record with this key cannot be read. */
static enum store_status
pass_over(const struct step *u, const struct store_key *k)
{
	log_warnx("store: %s \"%s\": ill-formed record, without an object",
	    store_table_name(u->table), store_key_first(k));
	return STORE_OK;
}

/* A key leads to its domain, which has to be readable, too. */
static enum store_status
link_dkimkey(const struct step *u, const struct store_key *key,
    const struct dkimkey *k)
{
	struct store_key name;
	enum store_status r;
	struct domain d;
	struct msgin m;

	store_key(&name, k->domain, NULL);
	r = store_get(u->store, STORE_DOMAIN, &name, &m);
	if (r == STORE_OK && domain_decode(&m, &d) == -1)
		return pass_over(u, key);
	return r == STORE_FAIL ? r : dkimkey_link(u->store, k);
}

static enum store_status
link_one(const struct step *u, const struct store_key *key, struct msgin *m)
{
	static struct dkimkey k;
	struct returnpath p;
	struct domain d;
	struct sender s;

	switch (u->table) {
	case STORE_SENDER:
		return sender_decode(m, &s) == 0 ? sender_link(u->store, &s) :
						   pass_over(u, key);
	case STORE_DOMAIN:
		return domain_decode(m, &d) == 0 ? domain_link(u->store, &d) :
						   pass_over(u, key);
	case STORE_DKIM:
		return dkimkey_decode(m, &k) == 0 ? link_dkimkey(u, key, &k) :
						    pass_over(u, key);
	case STORE_RETURNPATH:
		return returnpath_decode(m, &p) == 0 ?
		    object_relist(u->store, p.id) :
		    pass_over(u, key);
	default:
		return STORE_FAIL;
	}
}

static bool
step_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct step *u;

	u = arg;
	u->after = *k;
	u->n++;
	u->failed = link_one(u, k, m) == STORE_FAIL;
	return !u->failed && u->n < UPGRADE_STEP;
}

static int
table_upgrade(struct store *s, enum store_table table)
{
	struct step u;
	bool first;

	memset(&u, 0, sizeof(u));
	u.store = s;
	u.table = table;
	first = true;
	do {
		u.n = 0;
		if (store_begin(s) == -1)
			return -1;
		if (store_scan(s, table, NULL, first ? NULL : &u.after, step_cb,
			&u) != STORE_OK ||
		    u.failed) {
			store_abort(s);
			return -1;
		}
		if (store_commit(s) == -1)
			return -1;
		first = false;
	} while (u.n == UPGRADE_STEP);
	return 0;
}

/* Go through tables, ended by STORE_META, unless that was done.  0 or -1. */
static int
tables_upgrade(struct store *s, const char *mark,
    const enum store_table *tables)
{
	char done[2];

	switch (record_get_id(s, STORE_META, mark, done, sizeof(done))) {
	case STORE_OK:
		return 0;
	case STORE_FAIL:
		return -1;
	case STORE_NOTFOUND:
		break;
	}
	for (; *tables != STORE_META; tables++) {
		if (table_upgrade(s, *tables) == -1)
			return -1;
	}
	if (store_begin(s) == -1)
		return -1;
	if (record_put_id(s, STORE_META, mark, NULL, "1") == STORE_OK)
		return store_commit(s);
	store_abort(s);
	return -1;
}

/* Do it, unless it is done.  0, or -1 logged. */
int
object_upgrade(struct store *s)
{
	static const enum store_table linked[] = { STORE_SENDER, STORE_DOMAIN,
		STORE_DKIM, STORE_META };
	static const enum store_table named[] = { STORE_RETURNPATH,
		STORE_META };

	return tables_upgrade(s, META_LINKED, linked) == 0 ?
	    tables_upgrade(s, META_NAMED, named) :
	    -1;
}
