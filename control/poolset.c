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
#include "pool.h"

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
static bool
is_source(const struct control *c, const char *address)
{
	uint32_t i;

	for (i = 0; i < c->site.sources; i++) {
		if (strcmp(c->site.source[i], address) == 0)
			return true;
	}
	return false;
}

static int
parse_one(struct control *c, const char *text, struct poolset *set,
    struct fault *f)
{
	char address[IPADDR_SIZE];
	struct ipaddr ip;

	if (set->n == SOURCES_MAX)
		return fault_set(f, FAULT_LIMIT, NULL,
		    "outboundIps has over %u elements", SOURCES_MAX);
	if (ipaddr_parse(text, &ip) == -1 ||
	    !is_source(c, ipaddr_format(&ip, address)))
		return fault_set(f, FAULT_INVALID,
		    "those are the addresses of \"deliver source\" in edd.conf",
		    "outboundIps: %s is no address that this host sends from",
		    text);
	if (outbound_get(c->store, address, (int64_t)time(NULL),
		&set->out[set->n]) != STORE_OK)
		return fault_store(f);
	set->n++;
	return 0;
}

/* Read addresses with blanks between.  0, or -1 with the fault. */
int
poolset_parse(struct control *c, const char *text, struct poolset *set,
    struct fault *f)
{
	char copy[SOURCES_SIZE], *rest;
	const char *one;

	set->n = 0;
	if (strlcpy(copy, text, sizeof(copy)) >= sizeof(copy))
		return fault_set(f, FAULT_LIMIT, NULL,
		    "outboundIps has over %u elements", SOURCES_MAX);
	rest = copy;
	while ((one = strsep(&rest, " ")) != NULL) {
		if (parse_one(c, one, set, f) == -1)
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

/* How many addresses of the pool are not among them. */
static enum store_status
count_others(struct store *s, const struct poolset *set, const struct pool *p,
    uint32_t *others)
{
	struct outbound out[SOURCES_MAX];
	enum store_status r;
	uint32_t i, k, n;

	*others = 0;
	r = outbound_pool(s, p->id, (int64_t)time(NULL), out, &n);
	for (i = 0; r == STORE_OK && i < n; i++) {
		for (k = 0; k < set->n; k++) {
			if (strcmp(set->out[k].address, out[i].address) == 0)
				break;
		}
		*others += k == set->n;
	}
	return r;
}

/*
 * They leave the pool now, or if none would be left, after its hours; in a
 * transaction.  Those of other pools are none of this one's.
 */
enum store_status
poolset_take(struct store *s, struct poolset *set, const struct pool *p)
{
	enum store_status r;
	struct outbound *o;
	uint32_t i, others;
	int64_t now;

	now = (int64_t)time(NULL);
	r = count_others(s, set, p, &others);
	for (i = 0; i < set->n && r == STORE_OK; i++) {
		o = &set->out[i];
		if (strcmp(o->pool, p->id) != 0)
			continue;
		if (others == 0 && p->drain > 0) {
			if (o->leaves == 0)
				o->leaves = now + (int64_t)p->drain * 3600;
		} else {
			o->pool[0] = '\0';
			o->leaves = 0;
			o->left = now;
		}
		r = outbound_put(s, o);
	}
	return r;
}
