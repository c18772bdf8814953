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
 * dkim add, check, import, list, remove, rotate, show.  A new key gets a number, is made by
 * one signer, held by all, then stored; only after that does anybody sign
 * with it.
 */
#include "verb_dkim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compat.h"
#include "control.h"
#include "dkimkey.h"
#include "dkimshow.h"
#include "domain.h"
#include "job.h"
#include "keys.h"
#include "log.h"
#include "msg.h"
#include "proto_sign.h"
#include "row.h"
#include "troubles.h"
#include "verb_need.h"

/* A key in the audit. */
#define KEY_TEXT_SIZE (SELECTOR_SIZE + 96)

#define BITS_DEFAULT 2048
#define BITS_MIN     1024
#define BITS_MAX     4096

/* Selectors that are tried when none is given. */
#define SELECTOR_TRIES 100u

/* What is known of the keys that a domain has. */
struct existing {
	unsigned n;
	struct dkimkey last; /* of the wanted algorithm, if has_last */
	enum sign_algorithm algorithm;
	bool has_last;
	bool has_next;
	bool bad;
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
	if (k.algorithm != e->algorithm || k.state == DKIM_INACTIVE)
		return true;
	e->has_next = e->has_next || k.next;
	if (k.next)
		return true;
	e->last = k;
	e->has_last = true;
	return true;
}

static int
existing_scan(struct job *j, const struct dkimkey *k, struct existing *e)
{
	struct store_key prefix;

	memset(e, 0, sizeof(*e));
	e->algorithm = k->algorithm;
	store_key_prefix(&prefix, k->domain);
	if (store_scan(j->control->store, STORE_DKIM, &prefix, NULL,
		existing_cb, e) == STORE_OK &&
	    !e->bad)
		return 0;
	job_fail_store(j);
	return -1;
}

/* A next key can be made: there is one to follow, and no other next. */
static int
check_next(struct job *j, const struct dkimkey *k, const struct existing *e)
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
	job_fail(j, hint, "%s has %s %s key", k->domain,
	    e->has_last ? "already a next" : "no",
	    dkimkey_algorithm_name(k->algorithm));
	return -1;
}

/* There is room for a key of this algorithm; else the job ends. */
static int
check_room(struct job *j, const struct dkimkey *k)
{
	char hint[ERROR_SIZE];
	struct existing e;

	if (existing_scan(j, k, &e) == -1 ||
	    (k->next && check_next(j, k, &e) == -1))
		return -1;
	if (e.has_last && !k->next) {
		(void)snprintf(hint, sizeof(hint),
		    "one key of each algorithm signs at a time; have another "
		    "take over: \"edctl dkim rotate %s\"",
		    k->domain);
		job_fail(j, hint, "%s has an active %s key, selector \"%s\"",
		    k->domain, dkimkey_algorithm_name(k->algorithm),
		    e.last.selector);
		return -1;
	}
	if (e.n < DKIMKEY_DOMAIN_MAX)
		return 0;
	job_fail(j,
	    "remove one: \"edctl dkim list DOMAIN\", \"edctl dkim "
	    "remove DOMAIN selector NAME\"",
	    "%s has %u DKIM keys, the most there can be", k->domain, e.n);
	return -1;
}

/* The selector of the month: eddYYYYMM, with a suffix if that is taken. */
static int
selector_make(struct job *j, struct dkimkey *k)
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
		r = dkimkey_get(j->control->store, k->domain, k->selector,
		    &other);
		if (r != STORE_OK)
			return r == STORE_NOTFOUND ? 0 : -1;
	}
	return -1;
}

static int
selector_check(struct job *j, struct dkimkey *k, const char *selector)
{
	struct dkimkey other;
	const char *why;

	if (selector == NULL) {
		if (selector_make(j, k) == 0)
			return 0;
		job_fail(j, "give one: \"selector NAME\"",
		    "no selector is free");
		return -1;
	}
	why = dkimkey_selector_error(selector);
	if (why != NULL) {
		job_fail(j, NULL, "\"%s\": %s", selector, why);
		return -1;
	}
	(void)strlcpy(k->selector, selector, sizeof(k->selector));
	if (dkimkey_get(j->control->store, k->domain, selector, &other) ==
	    STORE_NOTFOUND)
		return 0;
	job_fail(j,
	    "choose another selector: what was published under this "
	    "one is cached",
	    "%s has a key with selector \"%s\"", k->domain, selector);
	return -1;
}

/* Give the key its number, which is spent also if nothing comes of it. */
static int
number_take(struct job *j, struct dkimkey *k)
{
	if (need_begin(j) == -1)
		return -1;
	if (dkimkey_number(j->control->store, &k->number) != STORE_OK) {
		job_fail_store(j);
		return -1;
	}
	return job_commit(j);
}

static void
dkim_cancel(struct job *j)
{
	keys_cancel(j->control->keys, j);
	free(j->work);
}

/* The job goes on without its key. */
static void
dkim_drop(struct job *j)
{
	free(j->work);
	j->work = NULL;
	j->cancel = NULL;
}

/* A key for the audit; nothing secret. */
static void
key_text(const struct dkimkey *k, char *text, size_t size)
{
	(void)snprintf(text, size,
	    "selector=%s algorithm=%s bits=%u state=%s%s", k->selector,
	    dkimkey_algorithm_name(k->algorithm), k->bits,
	    dkimkey_state_name(k->state), k->next ? " next" : "");
}

static int
dkim_store(struct job *j, const struct dkimkey *k)
{
	char text[KEY_TEXT_SIZE];
	struct domain d;

	if (need_domain(j, k->domain, &d) == -1 ||
	    (d.deleting && need_live_domain(j, &d) == -1) ||
	    check_room(j, k) == -1 || need_begin(j) == -1)
		return -1;
	if (dkimkey_put(j->control->store, k) != STORE_OK) {
		job_fail_store(j);
		return -1;
	}
	key_text(k, text, sizeof(text));
	job_audit(j, k->domain, NULL, text);
	return job_commit(j);
}

static void
dkim_held_cb(const char *why, void *arg)
{
	char domain[DOMAIN_SIZE], selector[SELECTOR_SIZE];
	struct dkimkey *k;
	struct keys *keys;
	struct job *j;

	j = arg;
	k = j->work;
	keys = j->control->keys;
	if (why != NULL) {
		keys_drop(keys, k->number);
		dkim_drop(j);
		job_fail(j, "try again, and look at the log", "%s", why);
		return;
	}
	/* Others may have come first meanwhile: that is checked again. */
	if (dkim_store(j, k) == -1) {
		keys_drop(keys, k->number);
		free(k);
		return;
	}
	(void)strlcpy(domain, k->domain, sizeof(domain));
	(void)strlcpy(selector, k->selector, sizeof(selector));
	dkim_drop(j);
	dkimshow(j, domain, selector, DKIMSHOW_STORED);
}

static void
dkim_made_cb(const struct sign_made *made, const char *why, void *arg)
{
	struct sign_load load;
	struct dkimkey *k;
	struct job *j;

	j = arg;
	k = j->work;
	if (made == NULL) {
		dkim_drop(j);
		job_fail(j, NULL, "%s", why);
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
	if (keys_hold(j->control->keys, &load, dkim_held_cb, j) == -1) {
		dkim_drop(j);
		job_fail(j, "try again in a moment", "no signer is running");
	}
}

/* A key of the domain in the first argument, not made yet. */
static struct dkimkey *
dkim_begin(struct job *j, const char *selector)
{
	struct dkimkey *k;
	struct domain d;

	if (need_domain(j, j->arg[0], &d) == -1)
		return NULL;
	if (d.deleting) {
		(void)need_live_domain(j, &d);
		return NULL;
	}
	k = calloc(1, sizeof(*k));
	if (k == NULL) {
		job_fail(j, NULL, "out of memory");
		return NULL;
	}
	(void)strlcpy(k->domain, d.name, sizeof(k->domain));
	k->created = (int64_t)time(NULL);
	k->state = DKIM_CREATING;
	k->dns = DKIM_DNS_UNKNOWN;
	k->algorithm = SIGN_RSA_SHA256;
	if (selector_check(j, k, selector) == -1 ||
	    need_id(j, "emaildkim", k->id) == -1) {
		free(k);
		return NULL;
	}
	return k;
}

/* A request is on its way, or there was nobody to ask. */
static void
dkim_wait(struct job *j, struct dkimkey *k, int asked)
{
	if (asked == -1) {
		free(k);
		job_fail(j,
		    "try again in a moment, and look at \"edctl show "
		    "status\"",
		    "no signer is running");
		return;
	}
	j->work = k;
	j->cancel = dkim_cancel;
}

/* The arguments algorithm and bits; else the job ends. */
static int
parse_make(struct job *j, const char *algorithm, const char *bits,
    struct sign_make *make)
{
	const char *error;

	make->algorithm = SIGN_RSA_SHA256;
	make->bits = BITS_DEFAULT;
	if (algorithm != NULL && strcmp(algorithm, "ed25519") == 0) {
		make->algorithm = SIGN_ED25519;
		make->bits = 0;
	} else if (algorithm != NULL && strcmp(algorithm, "rsa") != 0) {
		job_fail(j, "an algorithm is rsa or ed25519",
		    "unknown algorithm \"%s\"", algorithm);
		return -1;
	}
	if (bits == NULL)
		return 0;
	if (make->algorithm == SIGN_ED25519) {
		job_fail(j, "leave \"bits\" away",
		    "an ed25519 key has always 256 bits");
		return -1;
	}
	make->bits = (uint32_t)strtonum(bits, BITS_MIN, BITS_MAX, &error);
	if (error == NULL && (make->bits == 2048 || make->bits == 4096))
		return 0;
	job_fail(j,
	    "bits of an rsa key are 2048 or 4096; 2048 is what all "
	    "verifiers take",
	    "\"%s\" is no size of a key", bits);
	return -1;
}

/* dkim add DOMAIN [selector NAME] [algorithm rsa|ed25519] [bits N] */
void
verb_dkim_add(struct job *j)
{
	struct sign_make make;
	struct dkimkey *k;

	if (parse_make(j, j->arg[2], j->arg[3], &make) == -1)
		return;
	k = dkim_begin(j, j->arg[1]);
	if (k == NULL)
		return;
	k->algorithm = make.algorithm;
	if (check_room(j, k) == -1 || number_take(j, k) == -1) {
		free(k);
		return;
	}
	dkim_wait(j, k, keys_make(j->control->keys, &make, dkim_made_cb, j));
}

/*
 * dkim rotate DOMAIN [algorithm rsa|ed25519] [selector NAME]: a key like the
 * one that signs now, which takes over when the DNS shows it.
 */
void
verb_dkim_rotate(struct job *j)
{
	struct existing e;
	struct sign_make make;
	struct dkimkey *k;

	if (parse_make(j, j->arg[1], NULL, &make) == -1)
		return;
	k = dkim_begin(j, j->arg[2]);
	if (k == NULL)
		return;
	k->algorithm = make.algorithm;
	k->next = true;
	if (check_room(j, k) == -1 || existing_scan(j, k, &e) == -1 ||
	    number_take(j, k) == -1) {
		free(k);
		return;
	}
	if (make.algorithm == SIGN_RSA_SHA256 && e.last.bits >= BITS_DEFAULT)
		make.bits = e.last.bits;
	dkim_wait(j, k, keys_make(j->control->keys, &make, dkim_made_cb, j));
}

/* dkim import DOMAIN key PEM [selector NAME] */
void
verb_dkim_import(struct job *j)
{
	struct sign_import *import;
	struct dkimkey *k;
	int asked;

	k = dkim_begin(j, j->arg[2]);
	if (k == NULL)
		return;
	import = calloc(1, sizeof(*import));
	if (import == NULL ||
	    strlcpy(import->pem, j->arg[1], sizeof(import->pem)) >=
		sizeof(import->pem)) {
		free(import);
		free(k);
		job_fail(j, NULL, "that is no private key in PEM form");
		return;
	}
	if (number_take(j, k) == -1) {
		explicit_bzero(import, sizeof(*import));
		free(import);
		free(k);
		return;
	}
	asked = keys_import(j->control->keys, import, dkim_made_cb, j);
	explicit_bzero(import, sizeof(*import));
	free(import);
	dkim_wait(j, k, asked);
}

static bool
list_cb(struct job *j, const struct store_key *key, struct msgin *m)
{
	struct dkimkey k;

	if (record_done(dkimkey_decode(m, &k), "DKIM key") != STORE_OK)
		return false;
	row_str(j->row, "domain", k.domain);
	row_str(j->row, "selector", k.selector);
	row_str(j->row, "algorithm", dkimkey_algorithm_name(k.algorithm));
	row_num(j->row, "bits", k.bits);
	row_str(j->row, "state", dkimkey_state_name(k.state));
	row_str(j->row, "dns", dkimkey_dns_name(k.dns));
	row_bool(j->row, "signs", dkimkey_signs(&k));
	row_str(j->row, "id", k.id);
	row_time(j->row, "created", k.created);
	return true;
}

/* dkim list [DOMAIN] */
void
verb_dkim_list(struct job *j)
{
	struct store_key k;
	struct domain d;

	if (j->arg[0] == NULL) {
		job_list(j, STORE_DKIM, NULL, list_cb);
		return;
	}
	if (need_domain(j, j->arg[0], &d) == -1)
		return;
	store_key_prefix(&k, d.name);
	job_list(j, STORE_DKIM, &k, list_cb);
}

/* The key that domain and selector name; else the job ends. */
static int
need_key(struct job *j, struct dkimkey *k)
{
	char hint[ERROR_SIZE];
	struct domain d;

	if (need_domain(j, j->arg[0], &d) == -1)
		return -1;
	if (j->arg[1] == NULL)
		return 0;
	switch (dkimkey_get(j->control->store, d.name, j->arg[1], k)) {
	case STORE_OK:
		return 0;
	case STORE_FAIL:
		job_fail_store(j);
		return -1;
	case STORE_NOTFOUND:
		break;
	}
	(void)snprintf(hint, sizeof(hint), "see \"edctl dkim list %s\"",
	    d.name);
	job_fail(j, hint, "%s has no DKIM key with selector \"%s\"", d.name,
	    j->arg[1]);
	return -1;
}

/* dkim remove DOMAIN selector NAME */
void
verb_dkim_remove(struct job *j)
{
	char text[KEY_TEXT_SIZE];
	struct dkimkey k;

	if (need_key(j, &k) == -1 || need_begin(j) == -1)
		return;
	if (dkimkey_del(j->control->store, &k) != STORE_OK ||
	    domain_finish(j->control->store, k.domain) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	key_text(&k, text, sizeof(text));
	job_audit(j, k.domain, text, NULL);
	if (job_commit(j) == -1)
		return;
	troubles_forget(j->control->troubles, &k);
	keys_drop(j->control->keys, k.number);
	job_ok(j);
}

/* dkim check DOMAIN [selector NAME]: look, and note what is seen */
void
verb_dkim_check(struct job *j)
{
	struct dkimkey k;
	struct domain d;

	if (need_domain(j, j->arg[0], &d) == -1 || need_key(j, &k) == -1)
		return;
	dkimshow(j, d.name, j->arg[1], DKIMSHOW_NOTE);
}

/* dkim show DOMAIN [selector NAME] */
void
verb_dkim_show(struct job *j)
{
	struct dkimkey k;
	struct domain d;

	if (need_domain(j, j->arg[0], &d) == -1 || need_key(j, &k) == -1)
		return;
	dkimshow(j, d.name, j->arg[1], DKIMSHOW_ASK);
}
