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
 * Records of version 1 had the compartment's id in their keys; they become
 * those of today at the first start.
 */
#include "suppress_upgrade.h"

#include <string.h>

#include "compat.h"
#include "log.h"
#include "msg.h"
#include "record.h"
#include "suppress.h"
#include "suppression.h"

/* What those keys begin with; keys of today begin with a digit. */
#define UPGRADE_PREFIX "ocid1."

#define UPGRADE_VERSION 1

/* Records of a transaction. */
#define UPGRADE_BATCH 100u

struct upgrade {
	struct suppression found[UPGRADE_BATCH];
	unsigned n;
	bool bad;
};

static int
upgrade_decode(struct msgin *m, struct suppression *s)
{
	memset(s, 0, sizeof(*s));
	if (record_open(m, UPGRADE_VERSION) == -1)
		return -1;
	msg_get_str(m, s->compartment, sizeof(s->compartment));
	msg_get_str(m, s->address, sizeof(s->address));
	s->reason = (enum suppression_reason)msg_get_enum(m,
	    SUPPRESSION_UNKNOWN, SUPPRESSION_REASON_LAST);
	s->created = msg_get_i64(m);
	s->message = msg_get_u64(m);
	msg_get_str(m, s->message_id, sizeof(s->message_id));
	msg_get_str(m, s->host, sizeof(s->host));
	msg_get_str(m, s->text, sizeof(s->text));
	return msg_end(m);
}

static bool
upgrade_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct upgrade *u;

	u = arg;
	u->bad = upgrade_decode(m, &u->found[u->n]) == -1;
	if (!u->bad)
		u->n++;
	return !u->bad && u->n < UPGRADE_BATCH;
}

static enum store_status
upgrade_write(struct suppress *sp, struct upgrade *u)
{
	struct suppression_tx tx;
	unsigned i;

	suppression_tx_init(&tx, sp);
	for (i = 0; i < u->n; i++) {
		if (record_del(sp->store, STORE_SUPPRESSION,
			u->found[i].compartment,
			u->found[i].address) != STORE_OK ||
		    suppression_tx_put(&tx, &u->found[i], NULL) != STORE_OK)
			return STORE_FAIL;
	}
	return suppression_tx_end(&tx);
}

/* Find some, and change them.  How many, or -1. */
static int
upgrade_some(struct suppress *sp)
{
	static struct upgrade u;
	struct store_key prefix;
	enum store_status r;

	u.n = 0;
	u.bad = false;
	store_key(&prefix, UPGRADE_PREFIX, NULL);
	r = store_scan(sp->store, STORE_SUPPRESSION, &prefix, NULL, upgrade_cb,
	    &u);
	if (r != STORE_OK || u.bad)
		return -1;
	if (u.n == 0)
		return 0;
	if (store_begin(sp->store) == -1)
		return -1;
	if (upgrade_write(sp, &u) != STORE_OK) {
		store_abort(sp->store);
		return -1;
	}
	return store_commit(sp->store) == -1 ? -1 : (int)u.n;
}

/* Change all records of older versions.  0, or -1 logged. */
int
suppress_upgrade(struct suppress *sp)
{
	int n;

	while ((n = upgrade_some(sp)) > 0)
		log_info("store: %d suppressions of an older version changed",
		    n);
	if (n == -1)
		log_warnx("store: suppressions of an older version cannot be "
			  "read");
	return n;
}
