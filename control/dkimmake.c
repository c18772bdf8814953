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
 * The making of a DKIM key, step by step.  Others may come first meanwhile,
 * so what is checked at the start is checked again before it is stored.
 */
#include "dkimmake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "admit.h"
#include "compat.h"
#include "control.h"
#include "dkimkey.h"
#include "domain.h"
#include "fault.h"
#include "id.h"
#include "keys.h"
#include "msg.h"
#include "proto_sign.h"
#include "store.h"

#define BITS_DEFAULT 2048

/* Selectors that are tried when none is given. */
#define SELECTOR_TRIES 100u

struct dkimmake {
	struct control *control;
	dkimmake_cb cb;
	void *arg;
	uint32_t seals; /* changes of the seal before it began */
	struct dkimkey key;
};

/* What is known of the keys that a domain has. */
struct existing {
	unsigned n;
	enum sign_algorithm algorithm;
	bool has_last; /* one that signs */
	bool has_next;
	bool bad;
	uint32_t bits;
	char selector[SELECTOR_SIZE]; /* of the one that signs */
};

static bool
existing_cb(const struct store_key *key, struct msgin *m, void *arg)
{
	struct existing *e;
	struct dkimkey k;

	e = arg;
	e->n++;
	if (dkimkey_decode(m, &k) == -1) {
		e->bad = true;
		return false;
	}
	if (k.algorithm != e->algorithm || dkimkey_is_past(&k))
		return true;
	e->has_next = e->has_next || k.next;
	if (k.next)
		return true;
	e->has_last = true;
	e->bits = k.bits;
	memcpy(e->selector, k.selector, sizeof(e->selector));
	return true;
}

static int
existing_scan(struct control *c, const struct dkimkey *k, struct existing *e,
    struct fault *f)
{
	struct store_key prefix;

	memset(e, 0, sizeof(*e));
	e->algorithm = k->algorithm;
	store_key_prefix(&prefix, k->domain);
	if (store_scan(c->store, STORE_DKIM, &prefix, NULL, existing_cb, e) ==
		STORE_OK &&
	    !e->bad)
		return 0;
	return fault_store(f);
}

/* A next key can be made: there is one to follow, and no other next. */
static int
check_next(const struct dkimkey *k, const struct existing *e, struct fault *f)
{
	char hint[ERROR_SIZE];

	if (e->has_last && !e->has_next)
		return 0;
	if (!e->has_last)
		(void)snprintf(hint, sizeof(hint),
		    "make the first: \"edctl dkim add %s algorithm %s\"",
		    k->domain, dkimkey_algorithm_name(k->algorithm));
	else
		(void)snprintf(hint, sizeof(hint),
		    "publish it, then \"edctl dkim check %s\"", k->domain);
	return fault_set(f, FAULT_STATE, hint, "%s has %s %s key", k->domain,
	    e->has_last ? "already a next" : "no",
	    dkimkey_algorithm_name(k->algorithm));
}

/* There is room for the key among those of its domain. */
static int
check_room(const struct dkimkey *k, const struct existing *e, struct fault *f)
{
	char hint[ERROR_SIZE];

	if (k->next && check_next(k, e, f) == -1)
		return -1;
	if (e->has_last && !k->next) {
		(void)snprintf(hint, sizeof(hint),
		    "one key of each algorithm signs at a time; have another "
		    "take over: \"edctl dkim rotate %s%s\"",
		    k->domain, k->imported ? " key FILE" : "");
		return fault_set(f, FAULT_STATE, hint,
		    "%s has an active %s key, selector \"%s\"", k->domain,
		    dkimkey_algorithm_name(k->algorithm), e->selector);
	}
	if (e->n < DKIMKEY_DOMAIN_MAX)
		return 0;
	return fault_set(f, FAULT_LIMIT,
	    "remove one: \"edctl dkim list DOMAIN\", \"edctl dkim remove "
	    "DOMAIN selector NAME\"",
	    "%s has %u DKIM keys, the most there can be", k->domain, e->n);
}

/* The selector of the month: eddYYYYMM, with a suffix if that is taken. */
static int
selector_make(struct control *c, struct dkimkey *k)
{
	struct dkimkey other;
	enum store_status r;
	struct tm tm;
	unsigned i;
	char month[16];
	time_t now;

	now = (time_t)k->created;
	if (gmtime_r(&now, &tm) == NULL ||
	    strftime(month, sizeof(month), "edd%Y%m", &tm) == 0)
		return -1;
	for (i = 1; i <= SELECTOR_TRIES; i++) {
		(void)snprintf(k->selector, sizeof(k->selector),
		    i == 1 ? "%s" : "%s-%u", month, i);
		r = dkimkey_get(c->store, k->domain, k->selector, &other);
		if (r != STORE_OK)
			return r == STORE_NOTFOUND ? 0 : -1;
	}
	return -1;
}

/* No key of the domain has the selector. */
static int
selector_free(struct control *c, const struct dkimkey *k, struct fault *f)
{
	struct dkimkey other;

	switch (dkimkey_get(c->store, k->domain, k->selector, &other)) {
	case STORE_NOTFOUND:
		return 0;
	case STORE_FAIL:
		return fault_store(f);
	case STORE_OK:
		break;
	}
	return fault_set(f, FAULT_EXISTS,
	    "choose another selector: what was published under this one is "
	    "cached",
	    "%s has a key with selector \"%s\"", k->domain, k->selector);
}

static int
selector_set(struct control *c, struct dkimkey *k, const char *selector,
    struct fault *f)
{
	const char *why;

	if (selector == NULL) {
		if (selector_make(c, k) == 0)
			return 0;
		return fault_set(f, FAULT_INVALID,
		    "give one: \"selector NAME\"", "no selector is free");
	}
	why = dkimkey_selector_error(selector);
	if (why != NULL)
		return fault_set(f, FAULT_INVALID, NULL, "\"%s\": %s", selector,
		    why);
	(void)strlcpy(k->selector, selector, sizeof(k->selector));
	return selector_free(c, k, f);
}

/* The domain is there, and not about to go. */
static int
check_domain(struct control *c, const char *name, struct fault *f)
{
	struct domain d;

	switch (domain_get(c->store, name, &d)) {
	case STORE_FAIL:
		return fault_store(f);
	case STORE_NOTFOUND:
		return fault_set(f, FAULT_MISSING, NULL, "no domain \"%s\"",
		    name);
	case STORE_OK:
		break;
	}
	return d.deleting ? admit_domain_live(c, &d, f) : 0;
}

/*
 * Store the key in the caller's transaction, if it can still be.  0, or -1
 * with the fault: then the caller aborts, and has the signers drop it.
 */
int
dkimmake_store(struct control *c, const struct dkimkey *k, struct fault *f)
{
	struct existing e;

	if (check_domain(c, k->domain, f) == -1 ||
	    selector_free(c, k, f) == -1 || existing_scan(c, k, &e, f) == -1 ||
	    check_room(k, &e, f) == -1)
		return -1;
	return dkimkey_put(c->store, k) == STORE_OK ? 0 : fault_store(f);
}

/* Give the key its number, which is spent also if nothing comes of it. */
static int
number_take(struct control *c, struct dkimkey *k, struct fault *f)
{
	if (store_begin(c->store) == -1)
		return fault_store(f);
	if (dkimkey_number(c->store, &k->number) == STORE_OK &&
	    store_commit(c->store) == 0)
		return 0;
	store_abort(c->store);
	return fault_store(f);
}

static void
make_free(struct dkimmake *mk)
{
	explicit_bzero(mk, sizeof(*mk));
	free(mk);
}

/* Nobody waits for the key any more. */
void
dkimmake_cancel(struct dkimmake *mk)
{
	keys_cancel(mk->control->keys, mk);
	make_free(mk);
}

static void
make_fail(struct dkimmake *mk, const struct fault *f)
{
	dkimmake_cb cb;
	void *arg;

	cb = mk->cb;
	arg = mk->arg;
	make_free(mk);
	cb(NULL, f, arg);
}

/*
 * All signers hold the key.  One that may be under a seal that was replaced
 * meanwhile is not used: nobody seals it anew.
 */
static void
held_cb(const char *why, void *arg)
{
	struct dkimmake *mk;
	struct fault f;

	mk = arg;
	if (why == NULL && mk->seals != mk->control->seals)
		why = "the seal of keys was changed meanwhile";
	if (why != NULL) {
		keys_drop(mk->control->keys, mk->key.number);
		(void)fault_set(&f, FAULT_BUSY,
		    "try again, and look at the log", "%s", why);
		make_fail(mk, &f);
		return;
	}
	mk->cb(&mk->key, NULL, mk->arg);
	make_free(mk);
}

static void
made_cb(const struct sign_made *made, const char *why, void *arg)
{
	struct sign_load load;
	struct dkimmake *mk;
	struct dkimkey *k;
	struct fault f;

	mk = arg;
	k = &mk->key;
	if (made == NULL) {
		(void)fault_set(&f, FAULT_INVALID, NULL, "%s", why);
		make_fail(mk, &f);
		return;
	}
	k->algorithm = made->algorithm;
	k->bits = made->bits;
	k->sealed_len = made->sealed_len;
	memcpy(k->sealed, made->sealed, made->sealed_len);
	k->pub_len = made->pub_len;
	memcpy(k->pub, made->pub, made->pub_len);
	load.key = k->number;
	load.sealed_len = k->sealed_len;
	memcpy(load.sealed, k->sealed, k->sealed_len);
	if (keys_hold(mk->control->keys, &load, held_cb, mk) == -1) {
		(void)fault_set(&f, FAULT_BUSY, "try again in a moment",
		    "no signer is running");
		make_fail(mk, &f);
	}
}

/* Have a key of the operator's own sealed.  0 or -1. */
static int
ask_import(struct dkimmake *mk, const char *pem, struct fault *f)
{
	struct sign_import *import;
	int r;

	import = calloc(1, sizeof(*import));
	if (import == NULL ||
	    strlcpy(import->pem, pem, sizeof(import->pem)) >=
		sizeof(import->pem)) {
		free(import);
		return fault_set(f, FAULT_INVALID, NULL,
		    "that is no private key in PEM form");
	}
	r = keys_import(mk->control->keys, import, made_cb, mk);
	explicit_bzero(import, sizeof(*import));
	free(import);
	if (r == 0)
		return 0;
	return fault_set(f, FAULT_BUSY,
	    "try again in a moment, and look at \"edctl show status\"",
	    "no signer is running");
}

static int
ask_make(struct dkimmake *mk, uint32_t bits, struct fault *f)
{
	struct sign_make make;

	make.algorithm = mk->key.algorithm;
	make.bits = make.algorithm == SIGN_RSA_SHA256 ? bits : 0;
	if (keys_make(mk->control->keys, &make, made_cb, mk) == 0)
		return 0;
	return fault_set(f, FAULT_BUSY,
	    "try again in a moment, and look at \"edctl show status\"",
	    "no signer is running");
}

/* What can be said before anybody is asked. */
static int
make_check(struct dkimmake *mk, const struct dkimmake_order *o,
    struct existing *e, struct fault *f)
{
	struct dkimkey *k;

	k = &mk->key;
	if (check_domain(mk->control, o->domain, f) == -1)
		return -1;
	(void)strlcpy(k->domain, o->domain, sizeof(k->domain));
	k->created = (int64_t)time(NULL);
	k->state = DKIM_CREATING;
	k->dns = DKIM_DNS_UNKNOWN;
	k->algorithm = o->algorithm;
	k->imported = o->pem != NULL;
	if (selector_set(mk->control, k, o->selector, f) == -1 ||
	    existing_scan(mk->control, k, e, f) == -1)
		return -1;
	k->next = o->turn == DKIMMAKE_NEXT ||
	    (o->turn == DKIMMAKE_EITHER && e->has_last);
	if (id_make_object("emaildkim", k->id, sizeof(k->id)) == -1)
		return fault_set(f, FAULT_BUSY, NULL,
		    "the kernel has no random numbers");
	/* Of which algorithm an imported key is shows when it is read. */
	return o->pem != NULL && o->turn != DKIMMAKE_EITHER ?
	    0 :
	    check_room(k, e, f);
}

/*
 * Begin; cb runs once, later, unless cancelled.  NULL with the fault if it
 * cannot be.
 */
struct dkimmake *
dkimmake_start(struct control *c, const struct dkimmake_order *o,
    dkimmake_cb cb, void *arg, struct fault *f)
{
	struct dkimmake *mk;
	struct existing e;
	uint32_t bits;

	mk = calloc(1, sizeof(*mk));
	if (mk == NULL) {
		(void)fault_set(f, FAULT_BUSY, NULL, "out of memory");
		return NULL;
	}
	mk->control = c;
	mk->seals = c->seals;
	mk->cb = cb;
	mk->arg = arg;
	if (make_check(mk, o, &e, f) == -1 ||
	    number_take(c, &mk->key, f) == -1) {
		make_free(mk);
		return NULL;
	}
	bits = o->bits;
	if (bits == 0)
		bits = e.has_last && e.bits >= BITS_DEFAULT ? e.bits :
							      BITS_DEFAULT;
	if ((o->pem != NULL ? ask_import(mk, o->pem, f) :
			      ask_make(mk, bits, f)) == 0)
		return mk;
	make_free(mk);
	return NULL;
}
