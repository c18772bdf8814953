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
 * What may go into a pool: addresses that edd.conf has, each in one pool.
 */
#include "poolset.h"

#include <string.h>
#include <time.h>

#include "compat.h"
#include "control.h"
#include "fault.h"
#include "ipaddr.h"
#include "log.h"
#include "pool.h"
#include "record.h"

/*
 * A pool may have this name: the compartment has none of it yet.  0, or -1 with
 * the fault.
 */
int
poolset_name(struct control *c, const char *compartment, const char *name,
    struct fault *f)
{
	const char *why;
	struct pool old;

	why = pool_name_error(name);
	if (why != NULL)
		return fault_set(f, FAULT_INVALID, NULL, "name: %s", why);
	switch (pool_find(c->store, compartment, name, &old)) {
	case STORE_NOTFOUND:
		return 0;
	case STORE_OK:
		return fault_set(f, FAULT_EXISTS,
		    "see it with \"edctl pool list\"",
		    "IP pool \"%s\" exists already", name);
	case STORE_FAIL:
		break;
	}
	return fault_store(f);
}

/* Whether edd.conf has the address, in this its canonical form. */
bool
poolset_is_source(const struct control *c, const char *address)
{
	uint32_t i;

	for (i = 0; i < c->site.sources; i++) {
		if (strcmp(c->site.source[i], address) == 0)
			return true;
	}
	return false;
}

static int
parse_one(struct control *c, const char *text, bool former, struct poolset *set,
    struct fault *f)
{
	char address[IPADDR_SIZE];
	struct outbound *o;
	struct ipaddr ip;

	if (set->n == SOURCES_MAX)
		return fault_set(f, FAULT_LIMIT, NULL,
		    "outboundIps has over %u elements", SOURCES_MAX);
	o = &set->out[set->n];
	memset(o, 0, sizeof(*o));
	address[0] = '\0';
	if (ipaddr_parse(text, &ip) == 0 &&
	    outbound_get(c->store, ipaddr_format(&ip, address),
		(int64_t)time(NULL), o) != STORE_OK)
		return fault_store(f);
	if (!poolset_is_source(c, address) &&
	    !(former && (o->pool[0] != '\0' || o->left != 0)))
		return fault_set(f, FAULT_INVALID,
		    "those are the addresses of \"deliver source\" in edd.conf",
		    "outboundIps: %s is no address that this host sends from",
		    text);
	set->n++;
	return 0;
}

/*
 * Read addresses with blanks between: those of edd.conf, and where former ones
 * are taken, too, those that a pool has or had.  0, or -1 with the fault.
 */
int
poolset_parse(struct control *c, const char *text, bool former,
    struct poolset *set, struct fault *f)
{
	char copy[SOURCES_SIZE], *rest;
	const char *one;

	set->n = 0;
	if (strlcpy(copy, text, sizeof(copy)) >= sizeof(copy))
		return fault_set(f, FAULT_LIMIT, NULL,
		    "outboundIps has over %u elements", SOURCES_MAX);
	rest = copy;
	while ((one = strsep(&rest, " ")) != NULL) {
		if (parse_one(c, one, former, set, f) == -1)
			return -1;
	}
	return 0;
}

/*
 * They are in no pool but the one with this id, where they may be already.  0,
 * or -1 with the fault.
 */
int
poolset_free(const struct poolset *set, const char *pool, struct fault *f)
{
	const struct outbound *o;
	uint32_t i;

	for (i = 0; i < set->n; i++) {
		o = &set->out[i];
		if (o->pool[0] != '\0' && strcmp(o->pool, pool) != 0)
			return fault_set(f, FAULT_STATE,
			    "see in which with \"edctl pool list\"",
			    "%s is in another pool", o->address);
	}
	return 0;
}

/* They are in the pool from now on, and stay; in a transaction. */
enum store_status
poolset_put(struct store *s, struct poolset *set, const char *pool)
{
	enum store_status r;
	struct outbound *o;
	uint32_t i;

	r = STORE_OK;
	for (i = 0; i < set->n && r == STORE_OK; i++) {
		o = &set->out[i];
		(void)strlcpy(o->pool, pool, sizeof(o->pool));
		o->leaves = 0;
		r = outbound_put(s, o);
	}
	return r;
}

/* The address is among them. */
static bool
has(const struct poolset *set, const char *address)
{
	uint32_t i;

	for (i = 0; i < set->n; i++) {
		if (strcmp(set->out[i].address, address) == 0)
			return true;
	}
	return false;
}

/*
 * Whether the pool has an address that mail can leave from, and that stays,
 * without those of the set (NULL: with all).
 */
static enum store_status
lasts(const struct control *c, const struct poolset *set, const char *pool,
    bool *result)
{
	struct outbound out[SOURCES_MAX];
	enum store_status r;
	uint32_t i, n;

	*result = false;
	r = outbound_pool(c->store, pool, (int64_t)time(NULL), out, &n);
	for (i = 0; r == STORE_OK && i < n; i++) {
		if (out[i].leaves == 0 &&
		    poolset_is_source(c, out[i].address) &&
		    (set == NULL || !has(set, out[i].address)))
			*result = true;
	}
	return r;
}

/* A sender can have the pool: it has an address that stays.  0, or the fault. */
int
poolset_usable(const struct control *c, const struct pool *p, struct fault *f)
{
	bool usable;

	if (lasts(c, NULL, p->id, &usable) != STORE_OK)
		return fault_store(f);
	return usable ?
	    0 :
	    fault_set(f, FAULT_LATER, "see it with \"edctl pool list\"",
		"IP pool \"%s\" has no address that mail can leave "
		"from: give it one first",
		p->name);
}

/* The pool has one of them. */
static bool
is_of(const struct poolset *set, const struct pool *p)
{
	uint32_t i;

	for (i = 0; i < set->n; i++) {
		if (strcmp(set->out[i].pool, p->id) == 0)
			return true;
	}
	return false;
}

/*
 * They can be removed: mail of a sender that has the pool would leave from any
 * address if none was left.  0, or -1 with the fault.
 */
int
poolset_removable(const struct control *c, const struct poolset *set,
    const struct pool *p, struct fault *f)
{
	enum store_status used;
	bool others;

	if (!is_of(set, p))
		return 0;
	used = record_any(c->store, STORE_POOL_SENDER, p->id);
	if (used == STORE_FAIL || lasts(c, set, p->id, &others) != STORE_OK)
		return fault_store(f);
	if (used == STORE_NOTFOUND || others)
		return 0;
	return fault_set(f, FAULT_LATER,
	    "see whose it is with \"edctl pool show POOL\"",
	    "IP pool \"%s\" has senders, and no other address that mail can "
	    "leave from: add one first, or take the pool from its senders",
	    p->name);
}

/*
 * Take them out of the pool: at once, or if no other is left, later; in a
 * transaction.  Those of other pools are none of this one's.
 */
enum store_status
poolset_take(struct control *c, struct poolset *set, const struct pool *p)
{
	enum store_status r;
	struct outbound *o;
	int64_t now;
	uint32_t i;
	bool others;

	now = (int64_t)time(NULL);
	r = lasts(c, set, p->id, &others);
	for (i = 0; i < set->n && r == STORE_OK; i++) {
		o = &set->out[i];
		if (strcmp(o->pool, p->id) != 0)
			continue;
		if (!others && p->drain > 0 &&
		    poolset_is_source(c, o->address)) {
			if (o->leaves == 0)
				o->leaves = now + (int64_t)p->drain * 3600;
		} else {
			o->pool[0] = '\0';
			o->leaves = 0;
			o->left = now;
		}
		r = outbound_put(c->store, o);
	}
	return r;
}

/* The addresses of a pool that edd.conf has not, with blanks between. */
enum store_status
poolset_unknown(const struct control *c, const char *pool,
    char text[SOURCES_SIZE])
{
	char all[SOURCES_SIZE], *rest;
	enum store_status r;
	const char *one;

	text[0] = '\0';
	r = pool_addresses(c->store, pool, all);
	rest = all;
	while (r == STORE_OK && (one = strsep(&rest, " ")) != NULL) {
		if (one[0] == '\0' || poolset_is_source(c, one))
			continue;
		if (text[0] != '\0')
			(void)strlcat(text, " ", SOURCES_SIZE);
		(void)strlcat(text, one, SOURCES_SIZE);
	}
	return r;
}

static bool
warn_cb(const struct outbound *o, void *arg)
{
	const struct control *c;
	struct pool p;

	c = arg;
	if (o->pool[0] != '\0' && !poolset_is_source(c, o->address) &&
	    pool_get(c->store, o->pool, &p) == STORE_OK)
		log_warnx("IP pool \"%s\" has %s, which is no \"deliver "
			  "source\" in edd.conf: no mail leaves from it",
		    p.name, o->address);
	return true;
}

/* Tell the operator of addresses that are in pools but not in edd.conf. */
void
poolset_warn(struct control *c)
{
	if (outbound_each(c->store, (int64_t)time(NULL), warn_cb, c) !=
	    STORE_OK)
		log_warnx("the addresses of IP pools cannot be read");
}
