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
 * Moves keys from state to state and stores that.  Who looks at the DNS is
 * dkimwatch.c, on a schedule, and dkimshow.c, for an operator.
 */
#include "dkimstate.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "audit.h"
#include "compat.h"
#include "control.h"
#include "dkimretire.h"
#include "dkimwatch.h"
#include "domain.h"
#include "keys.h"
#include "log.h"
#include "msg.h"
#include "store.h"
#include "troubles.h"

/*
 * What becomes of a key of which the DNS said this.  Whether anything
 * changed.  No answer changes nothing, and a key that has been replaced or
 * deleted stays so.
 */
bool
dkimstate_next(struct dkimkey *k, enum dkim_dns seen)
{
	enum dkim_state old;
	enum dkim_dns before;
	bool next;

	if (seen == DKIM_DNS_UNKNOWN || dkimkey_is_past(k))
		return false;
	old = k->state;
	before = k->dns;
	next = k->next;
	k->dns = seen;
	if (seen == DKIM_DNS_PUBLISHED) {
		k->state = DKIM_ACTIVE;
		k->next = false;
	} else if (seen == DKIM_DNS_DIFFERS || old == DKIM_ACTIVE)
		k->state = DKIM_NEEDS_ATTENTION;
	return k->state != old || k->dns != before || k->next != next;
}

/* Keys that another takes over from. */
struct replaced {
	const struct dkimkey *by;
	unsigned n;
	struct dkimkey key[DKIMKEY_DOMAIN_MAX];
};

static bool
replaced_cb(const struct store_key *key, struct msgin *m, void *arg)
{
	struct replaced *r;
	struct dkimkey *k;

	r = arg;
	k = &r->key[r->n];
	if (record_done(dkimkey_decode(m, k), "DKIM key") == STORE_OK &&
	    k->algorithm == r->by->algorithm && k->number != r->by->number &&
	    !dkimkey_is_past(k) && !k->next)
		r->n++;
	return r->n < DKIMKEY_DOMAIN_MAX;
}

/* A new state, in the open transaction; nobody asked for it.  0 or -1. */
static int
record(struct control *c, const struct dkimkey *k, enum dkim_state before)
{
	char old[SELECTOR_SIZE + 64], new[SELECTOR_SIZE + 64];
	struct audit_change change;

	(void)snprintf(old, sizeof(old), "%s %s", k->selector,
	    dkimkey_state_name(before));
	(void)snprintf(new, sizeof(new), "%s %s", k->selector,
	    dkimkey_state_name(k->state));
	change.actor = AUDIT_SELF;
	change.verb = "dkim state";
	change.object = k->domain;
	change.old = old;
	change.new = new;
	return audit_change(c->audit, &change);
}

/* The keys before k sign no more; what they signed may be in the queue. */
static int
replace(struct control *c, const struct dkimkey *k)
{
	static struct replaced r;
	struct store_key prefix;
	enum dkim_state before;
	unsigned i;

	memset(&r, 0, sizeof(r));
	r.by = k;
	store_key_prefix(&prefix, k->domain);
	if (store_scan(c->store, STORE_DKIM, &prefix, NULL, replaced_cb, &r) !=
	    STORE_OK)
		return -1;
	for (i = 0; i < r.n; i++) {
		before = r.key[i].state;
		r.key[i].state = DKIM_INACTIVE;
		r.key[i].replaced = (int64_t)time(NULL);
		r.key[i].retire = r.key[i].replaced + c->site.expire;
		if (dkimkey_put(c->store, &r.key[i]) != STORE_OK ||
		    record(c, &r.key[i], before) == -1)
			return -1;
		keys_drop(c->keys, r.key[i].number);
		troubles_forget(c->troubles, &r.key[i]);
	}
	return 0;
}

static int
store_change(struct control *c, const struct dkimkey *before,
    const struct dkimkey *k)
{
	bool changed, switches;

	changed = k->state != before->state || k->next != before->next;
	switches = before->next && !k->next;
	if (store_begin(c->store) == -1)
		return -1;
	if (dkimkey_put(c->store, k) == STORE_OK &&
	    (!changed || record(c, k, before->state) == 0) &&
	    (!switches || replace(c, k) == 0) && audit_commit(c->audit) == 0)
		return 0;
	store_abort(c->store);
	return -1;
}

/*
 * Note what the DNS said about a key, which may have changed or gone since it
 * was asked about.  The first look that finds the next key in place makes it
 * the one that signs.
 */
void
dkimstate_seen(struct control *c, const struct dkimkey *asked,
    enum dkim_dns seen)
{
	struct dkimkey before, k;

	if (dkimkey_get(c->store, asked->domain, asked->selector, &k) !=
		STORE_OK ||
	    k.number != asked->number)
		return;
	before = k;
	if (!dkimstate_next(&k, seen))
		return;
	if (store_change(c, &before, &k) == -1) {
		c->failures++;
		(void)troubles_load(c->troubles, c->store);
		return;
	}
	troubles_note(c->troubles, &k);
	log_info("dkim domain=%s selector=%s state=%s dns=%s", k.domain,
	    k.selector, dkimkey_state_name(k.state), dkimkey_dns_name(k.dns));
}

/*
 * Whether a key that is deleted goes at once: what it signed could never be
 * verified, or it was deleted before.
 */
bool
dkimstate_goes(const struct dkimkey *k)
{
	return k->state == DKIM_CREATING || k->state == DKIM_DELETING;
}

/*
 * Delete a key: it signs no more, and stays as long as mail may be in the queue
 * that it signed, unless dkimstate_goes().  The caller has a transaction, and
 * calls dkimstate_deleted() once it is committed.
 */
enum store_status
dkimstate_delete(struct control *c, const struct dkimkey *k)
{
	static struct dkimkey kept;
	enum store_status r;
	uint32_t grace;

	if (dkimstate_goes(k)) {
		r = dkimkey_del(c->store, k);
		return r == STORE_OK ? domain_finish(c->store, k->domain) : r;
	}
	grace = c->site.expire < DKIMRETIRE_GRACE ? c->site.expire :
						    DKIMRETIRE_GRACE;
	kept = *k;
	if (k->state != DKIM_INACTIVE || k->replaced == 0)
		kept.replaced = (int64_t)time(NULL);
	kept.state = DKIM_DELETING;
	kept.next = false;
	kept.retire = kept.replaced + grace;
	return dkimkey_put(c->store, &kept);
}

/* What holds from then on: no signer has the key, and the queue is asked. */
void
dkimstate_deleted(struct control *c, const struct dkimkey *k)
{
	troubles_forget(c->troubles, k);
	keys_drop(c->keys, k->number);
	if (!dkimstate_goes(k))
		dkimwatch_within(c->dkimwatch, DKIMRETIRE_GRACE + 1);
}

/* Forget a key whose time is over.  0 or -1. */
int
dkimstate_retire(struct control *c, const struct dkimkey *k)
{
	const struct audit_change change = { AUDIT_SELF, "dkim retire",
		k->domain, k->selector, NULL };

	if (store_begin(c->store) == -1)
		return -1;
	if (dkimkey_del(c->store, k) != STORE_OK ||
	    domain_finish(c->store, k->domain) != STORE_OK ||
	    audit_change(c->audit, &change) == -1 ||
	    audit_commit(c->audit) == -1) {
		store_abort(c->store);
		return -1;
	}
	troubles_forget(c->troubles, k);
	keys_drop(c->keys, k->number);
	return 0;
}
