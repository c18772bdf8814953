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
 * The conditions of senders, domains and return paths.  Nothing is changed here.
 */
#include "admit.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "compartment.h"
#include "compat.h"
#include "control.h"
#include "dkimkey.h"
#include "domain.h"
#include "fault.h"
#include "id.h"
#include "provider.h"
#include "reach.h"
#include "returnpath.h"
#include "sender.h"

/* A domain, in lower case, that can be the operator's. */
int
admit_own_domain(const char *domain, struct fault *f)
{
	if (!provider_is_public(domain))
		return 0;
	return fault_set(f, FAULT_INVALID,
	    "use a domain of your own: receivers refuse mail of a "
	    "provider's domain that the provider did not send",
	    "%s is a public mailbox provider", domain);
}

/* A domain on which other things may depend. */
int
admit_domain_live(const struct control *c, const struct domain *d,
    struct fault *f)
{
	char hint[ERROR_SIZE];

	if (d->deleting)
		return fault_set(f, FAULT_STATE,
		    "make it again once \"edctl domain list\" has it no more",
		    "domain \"%s\" is being deleted", d->name);
	if (!c->site.verify_domains || d->verified != 0)
		return 0;
	(void)snprintf(hint, sizeof(hint),
	    "see what to publish: \"edctl domain verify %s\"", d->name);
	return fault_set(f, FAULT_STATE, hint, "domain \"%s\" is not verified",
	    d->name);
}

/* All addresses of a domain need the domain itself. */
static int
admit_whole_domain(struct control *c, const struct sender *s, struct fault *f)
{
	char hint[ERROR_SIZE];
	struct domain d;

	switch (domain_get(c->store, sender_domain(s), &d)) {
	case STORE_OK:
		return admit_domain_live(c, &d, f);
	case STORE_FAIL:
		return fault_store(f);
	case STORE_NOTFOUND:
		break;
	}
	(void)snprintf(hint, sizeof(hint),
	    "see \"edctl domain list\", or make it with \"edctl domain add %s "
	    "compartment NAME\"",
	    sender_domain(s));
	return fault_set(f, FAULT_MISSING, hint, "no domain \"%s\"",
	    sender_domain(s));
}

/* An address, as it was written, can be a sender and is none yet. */
int
admit_sender(struct control *c, const char *text, struct sender *s,
    struct fault *f)
{
	struct sender old;
	const char *why;

	why = sender_parse(text, s);
	if (why != NULL)
		return fault_set(f, FAULT_INVALID,
		    "a sender is USER@DOMAIN, or @DOMAIN for all of a domain",
		    "\"%s\": %s", text, why);
	if (admit_own_domain(sender_domain(s), f) == -1)
		return -1;
	switch (sender_get(c->store, s->key, &old)) {
	case STORE_OK:
		return fault_set(f, FAULT_EXISTS,
		    "see \"edctl sender show ADDRESS\" for its compartment",
		    "sender \"%s\" exists already", old.address);
	case STORE_FAIL:
		return fault_store(f);
	case STORE_NOTFOUND:
		break;
	}
	return sender_is_domain(s) ? admit_whole_domain(c, s, f) : 0;
}

/* A sender can be of use in a compartment: its domain is not of another. */
int
admit_sender_place(struct control *c, const struct sender *s,
    const char *compartment, struct fault *f)
{
	struct compartment of;
	struct domain d;
	bool own;

	switch (reach_domain(c, compartment, sender_domain(s), &d, &own)) {
	case STORE_OK:
		return 0;
	case STORE_FAIL:
		return fault_store(f);
	case STORE_NOTFOUND:
		break;
	}
	if (compartment_get(c->store, d.compartment, &of) != STORE_OK)
		return fault_store(f);
	return fault_set(f, FAULT_INVALID,
	    "its senders are in that compartment, or in one below it",
	    "domain \"%s\" is in compartment \"%s\"", d.name, of.name);
}

/* A name, as it was written, can be a domain of the operator and is none. */
int
admit_domain(struct control *c, const char *text, struct domain *d,
    struct fault *f)
{
	struct domain old;
	const char *why;

	why = domain_parse(text, d->name);
	if (why != NULL)
		return fault_set(f, FAULT_INVALID,
		    "a domain is, for instance, example.org", "\"%s\": %s",
		    text, why);
	if (admit_own_domain(d->name, f) == -1)
		return -1;
	switch (domain_get(c->store, d->name, &old)) {
	case STORE_OK:
		return fault_set(f, FAULT_EXISTS, NULL,
		    "domain \"%s\" exists already", d->name);
	case STORE_FAIL:
		return fault_store(f);
	case STORE_NOTFOUND:
		break;
	}
	return 0;
}

/* A name, as it was written, lies below the domain; NULL: it is made. */
static int
returnpath_name(const struct domain *d, const char *text,
    char name[DOMAIN_SIZE], struct fault *f)
{
	static const char hint[] = "a name is, for instance, bounce.DOMAIN";
	char made[DOMAIN_SIZE + sizeof(RETURNPATH_LABEL)];
	const char *why;
	size_t len, below;

	(void)snprintf(made, sizeof(made), RETURNPATH_LABEL "%s", d->name);
	if (text == NULL || text[0] == '\0')
		text = made;
	why = domain_parse(text, name);
	if (why != NULL)
		return fault_set(f, FAULT_INVALID, hint, "name: \"%s\": %s",
		    text, why);
	len = strlen(name);
	below = strlen(d->name);
	if (len > below + 1 && name[len - below - 1] == '.' &&
	    strcmp(name + len - below, d->name) == 0)
		return 0;
	return fault_set(f, FAULT_INVALID, hint,
	    "name: \"%s\" is no subdomain of %s", name, d->name);
}

/*
 * A domain can have a return path, and has none.  Fills in a new one, whose
 * name is as it was written, or made if that is NULL or empty.
 */
int
admit_returnpath(struct control *c, const struct domain *d, const char *text,
    struct returnpath *p, struct fault *f)
{
	struct returnpath old;

	if (admit_domain_live(c, d, f) == -1)
		return -1;
	switch (returnpath_of(c->store, d->name, &old)) {
	case STORE_OK:
		return fault_set(f, FAULT_EXISTS,
		    "a domain has one: remove it first",
		    "%s has the return path %s", d->name, old.name);
	case STORE_FAIL:
		return fault_store(f);
	case STORE_NOTFOUND:
		break;
	}
	memset(p, 0, sizeof(*p));
	if (returnpath_name(d, text, p->name, f) == -1)
		return -1;
	if (id_make_object("emailreturnpath", p->id, sizeof(p->id)) == -1)
		return fault_store(f);
	(void)strlcpy(p->domain, d->name, sizeof(p->domain));
	p->created = (int64_t)time(NULL);
	p->state = RETURNPATH_CREATING;
	return 0;
}

static bool
live_cb(const struct store_key *key, struct msgin *m, void *arg)
{
	struct dkimkey k;
	bool *live;

	live = arg;
	if (dkimkey_decode(m, &k) == -1 || !dkimkey_is_past(&k))
		*live = true;
	return !*live;
}

/* STORE_OK if the domain has a key that is not just kept for a while. */
static enum store_status
live_key(struct control *c, const struct domain *d)
{
	struct store_key prefix;
	enum store_status r;
	bool live;

	live = false;
	store_key_prefix(&prefix, d->name);
	r = store_scan(c->store, STORE_DKIM, &prefix, NULL, live_cb, &live);
	if (r == STORE_OK && !live)
		return STORE_NOTFOUND;
	return r;
}

/* Nothing depends on the domain: no key that signs, no sender for all of it. */
int
admit_domain_removal(struct control *c, const struct domain *d, struct fault *f)
{
	char address[DOMAIN_SIZE + 1], hint[ERROR_SIZE];
	enum store_status keys, sender;
	struct sender s;

	(void)snprintf(address, sizeof(address), "@%s", d->name);
	keys = live_key(c, d);
	sender = sender_get(c->store, address, &s);
	if (keys == STORE_FAIL || sender == STORE_FAIL)
		return fault_store(f);
	if (keys == STORE_NOTFOUND && sender == STORE_NOTFOUND)
		return 0;
	if (keys == STORE_OK)
		(void)snprintf(hint, sizeof(hint),
		    "remove first each that \"edctl dkim list %s\" shows",
		    d->name);
	else
		(void)snprintf(hint, sizeof(hint),
		    "remove first \"edctl sender remove @%s\"", d->name);
	return fault_set(f, FAULT_STATE, hint, "domain \"%s\" has a %s",
	    d->name, keys == STORE_OK ? "DKIM key" : "sender");
}
