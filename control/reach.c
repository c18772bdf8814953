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
 * Senders and the domains that they are of.  A sender may be there before its
 * domain is, and wherever its maker may make senders; so who has the domain
 * decides what it is worth, and this is asked when it is used.
 */
#include "reach.h"

#include <stdio.h>
#include <string.h>

#include "compartment.h"
#include "compat.h"
#include "control.h"
#include "domain.h"
#include "log.h"
#include "permit.h"
#include "sender.h"

/* Compartments that are remembered while senders are gone through. */
#define REACH_RECENT 32u

/* Senders of a domain that are in compartments which it does not reach. */
struct strangers {
	struct control *control;
	const struct domain *domain;
	reach_cb cb; /* for each of their compartments, or NULL */
	void *arg;
	struct {
		char place[OBJECT_ID_SIZE];
		bool within;
	} recent[REACH_RECENT];
	size_t seen; /* compartments put there */
	size_t n;
	char first[ADDRESS_SIZE];
	bool failed;
};

/* STORE_OK if a compartment is the domain's, or in it. */
static enum store_status
is_within(struct control *c, const char *compartment, const struct domain *d)
{
	struct compartment_path path;
	enum store_status r;
	size_t i;

	if (strcmp(compartment, d->compartment) == 0)
		return STORE_OK;
	r = permit_path(c, compartment, &path);
	if (r != STORE_OK)
		return r;
	for (i = 0; i < path.n; i++) {
		if (strcmp(path.place[i], d->compartment) == 0)
			return STORE_OK;
	}
	return STORE_NOTFOUND;
}

/*
 * STORE_OK if a sender in a compartment may be used: its domain is of this or
 * of one that this is in, or there is no such domain, or one that has yet to
 * be verified and so takes nothing from anybody; only then own is false.
 * STORE_NOTFOUND if the domain, which is d, is of another compartment.
 */
enum store_status
reach_domain(struct control *c, const char *compartment, const char *name,
    struct domain *d, bool *own)
{
	enum store_status r;

	*own = true;
	r = domain_get(c->store, name, d);
	if (r != STORE_OK)
		return r == STORE_NOTFOUND ? STORE_OK : STORE_FAIL;
	r = is_within(c, compartment, d);
	if (r != STORE_NOTFOUND)
		return r;
	*own = false;
	return c->site.verify_domains && d->verified == 0 ? STORE_OK :
							    STORE_NOTFOUND;
}

/* The place of a compartment among the recent ones, or REACH_RECENT. */
static size_t
recent_find(const struct strangers *f, const char *place)
{
	size_t i, n;

	n = f->seen < REACH_RECENT ? f->seen : REACH_RECENT;
	for (i = 0; i < n; i++) {
		if (strcmp(f->recent[i].place, place) == 0)
			return i;
	}
	return REACH_RECENT;
}

/* Another compartment.  False: it is no use to go on. */
static bool
recent_add(struct strangers *f, const char *place)
{
	enum store_status r;
	size_t i;

	r = is_within(f->control, place, f->domain);
	if (r == STORE_FAIL) {
		f->failed = true;
		return false;
	}
	i = f->seen++ % REACH_RECENT;
	(void)strlcpy(f->recent[i].place, place, sizeof(f->recent[i].place));
	f->recent[i].within = r == STORE_OK;
	return r == STORE_OK || f->cb == NULL || f->cb(place, f->arg);
}

static bool
stranger_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	enum store_status r;
	struct strangers *f;
	struct sender s;
	bool more;
	size_t i;

	f = arg;
	r = sender_get(f->control->store, store_key_second(k), &s);
	if (r != STORE_OK) {
		f->failed = r == STORE_FAIL;
		return !f->failed;
	}
	more = true;
	i = recent_find(f, s.compartment);
	if (i == REACH_RECENT) {
		more = recent_add(f, s.compartment);
		i = (f->seen - 1) % REACH_RECENT;
	}
	if (f->failed || f->recent[i].within)
		return more;
	if (f->n++ == 0)
		memcpy(f->first, s.address, sizeof(f->first));
	return more;
}

/* Go through the senders of exactly the domain. */
static enum store_status
strangers_find(struct strangers *f)
{
	struct store_key prefix;
	enum store_status r;

	store_key_prefix(&prefix, f->domain->name);
	r = store_scan(f->control->store, STORE_SENDER_DOMAIN, &prefix, NULL,
	    stranger_cb, f);
	return r != STORE_OK || f->failed ? STORE_FAIL : STORE_OK;
}

/*
 * Have cb for each compartment with senders that stop being of use when the
 * domain, which is not there yet, is made; several times for one if there are
 * very many.  It says whether to go on.  STORE_OK also if it did not.
 */
enum store_status
reach_places(struct control *c, const struct domain *d, reach_cb cb, void *arg)
{
	struct strangers f = { .control = c,
		.domain = d,
		.cb = cb,
		.arg = arg };

	return strangers_find(&f);
}

/*
 * A domain is there from now on: senders of it in other compartments stop
 * being of use.  The text names them, for the operator; it is empty if there
 * are none.  The log has it too.
 */
enum store_status
reach_strangers(struct control *c, const struct domain *d, char *text,
    size_t size)
{
	struct strangers f = { .control = c, .domain = d };

	text[0] = '\0';
	if (strangers_find(&f) != STORE_OK)
		return STORE_FAIL;
	if (f.n == 0)
		return STORE_OK;
	(void)snprintf(text, size,
	    "%zu %s of other compartments may not be used any more: %s%s", f.n,
	    f.n == 1 ? "sender" : "senders", f.first, f.n == 1 ? "" : ", ...");
	log_warnx("domain %s: %s", d->name, text);
	return STORE_OK;
}
