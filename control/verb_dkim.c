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
 * dkim add, check, import, list, remove, rotate, set, show.  New keys come from
 * dkimmake.c.
 */
#include "verb_dkim.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "compartment.h"
#include "compat.h"
#include "control.h"
#include "dkimkey.h"
#include "dkimmake.h"
#include "dkimretire.h"
#include "dkimshow.h"
#include "dkimstate.h"
#include "dkimwatch.h"
#include "domain.h"
#include "fault.h"
#include "job.h"
#include "keys.h"
#include "msg.h"
#include "row.h"
#include "verb_description.h"
#include "verb_need.h"

/* A key in the audit. */
#define KEY_TEXT_SIZE (SELECTOR_SIZE + 96)

/* What is read as a number; then it is 2048 or 4096. */
#define BITS_MIN 1024
#define BITS_MAX 4096

/* A key for the audit; nothing secret. */
static void
key_text(const struct dkimkey *k, char *text, size_t size)
{
	(void)snprintf(text, size,
	    "selector=%s algorithm=%s bits=%u state=%s%s", k->selector,
	    dkimkey_algorithm_name(k->algorithm), dkimkey_bits(k),
	    dkimkey_state_name(k->state), k->next ? " next" : "");
}

static void
dkim_cancel(struct job *j)
{
	dkimmake_cancel(j->work);
}

/* Store the key that all signers hold.  0, or -1 and the job has ended. */
static int
dkim_store(struct job *j, const struct dkimkey *k)
{
	char text[KEY_TEXT_SIZE];
	struct fault f;

	if (need_begin(j) == -1 ||
	    need_admitted(j, dkimmake_store(j->control, k, &f), &f) == -1)
		return -1;
	key_text(k, text, sizeof(text));
	job_audit(j, k->domain, NULL, text);
	return job_commit(j);
}

static void
dkim_made_cb(const struct dkimkey *k, const struct fault *f, void *arg)
{
	struct keys *keys;
	struct job *j;

	j = arg;
	j->work = NULL;
	j->cancel = NULL;
	if (k == NULL) {
		(void)need_admitted(j, -1, f);
		return;
	}
	keys = j->control->keys;
	if (dkim_store(j, k) == -1)
		keys_drop(keys, k->number);
	else
		dkimshow(j, k->domain, k->selector, DKIMSHOW_STORED);
}

/* Have the key made that the order is for, of the domain it names. */
static void
dkim_make(struct job *j, struct dkimmake_order *order)
{
	struct dkimmake *made;
	struct domain d;
	struct fault f;

	if (need_domain(j, j->arg[0], &d) == -1)
		return;
	order->domain = d.name;
	made = dkimmake_start(j->control, order, dkim_made_cb, j, &f);
	if (need_admitted(j, made == NULL ? -1 : 0, &f) == -1)
		return;
	j->work = made;
	j->cancel = dkim_cancel;
}

/* The arguments algorithm and bits; else the job ends. */
static int
parse_make(struct job *j, const char *algorithm, const char *bits,
    struct dkimmake_order *make)
{
	const char *error;

	make->algorithm = SIGN_RSA_SHA256;
	if (algorithm != NULL && strcmp(algorithm, "ed25519") == 0) {
		make->algorithm = SIGN_ED25519;
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
	struct dkimmake_order order;

	memset(&order, 0, sizeof(order));
	order.turn = DKIMMAKE_FIRST;
	order.selector = j->arg[1];
	if (parse_make(j, j->arg[2], j->arg[3], &order) == 0)
		dkim_make(j, &order);
}

/*
 * dkim rotate DOMAIN [algorithm rsa|ed25519] [selector NAME] [bits N]
 * [key PEM]: a key like the one that signs now, or of other bits, or made
 * elsewhere, which takes over when the DNS shows it.
 */
void
verb_dkim_rotate(struct job *j)
{
	struct dkimmake_order order;

	memset(&order, 0, sizeof(order));
	order.turn = DKIMMAKE_NEXT;
	order.selector = j->arg[2];
	order.pem = j->arg[4];
	if (order.pem != NULL && (j->arg[1] != NULL || j->arg[3] != NULL)) {
		job_fail(j, "leave \"algorithm\" and \"bits\" away",
		    "a key from a file is what it is");
		return;
	}
	if (parse_make(j, j->arg[1], j->arg[3], &order) == 0)
		dkim_make(j, &order);
}

/* dkim import DOMAIN key PEM [selector NAME] */
void
verb_dkim_import(struct job *j)
{
	struct dkimmake_order order;

	memset(&order, 0, sizeof(order));
	order.turn = DKIMMAKE_FIRST;
	order.algorithm = SIGN_RSA_SHA256;
	order.selector = j->arg[2];
	order.pem = j->arg[1];
	dkim_make(j, &order);
}

static bool
key_row(struct job *j, const struct dkimkey *k)
{
	char kept[DKIMRETIRE_TEXT_SIZE];

	dkimwatch_kept(j->control->dkimwatch, k, kept);
	row_str(j->row, "domain", k->domain);
	row_str(j->row, "selector", k->selector);
	row_str(j->row, "algorithm", dkimkey_algorithm_name(k->algorithm));
	row_num(j->row, "bits", dkimkey_bits(k));
	row_str(j->row, "state", dkimkey_state_name(k->state));
	row_str(j->row, "dns", dkimkey_dns_name(k->dns));
	row_bool(j->row, "signs", dkimkey_signs(k));
	row_str(j->row, "kept", kept);
	row_str(j->row, "id", k->id);
	row_time(j->row, "created", k->created);
	return description_row(j, k->id);
}

/* Whether a domain is in the compartment that is asked for, if one is. */
static bool
is_in(struct job *j, const char *name)
{
	struct compartment c;
	struct domain d;

	return j->arg[2] == NULL ||
	    (compartment_find(j->control->store, j->arg[2], &c) == STORE_OK &&
		domain_get(j->control->store, name, &d) == STORE_OK &&
		strcmp(d.compartment, c.id) == 0);
}

static bool
list_cb(struct job *j, const struct store_key *key, struct msgin *m)
{
	struct dkimkey k;

	if (record_done(dkimkey_decode(m, &k), "DKIM key") != STORE_OK)
		return false;
	if (j->arg[1] != NULL &&
	    strcasecmp(j->arg[1], dkimkey_state_name(k.state)) != 0)
		return false;
	return is_in(j, k.domain) && key_row(j, &k);
}

/* dkim list [DOMAIN] [state STATE] [compartment NAME] */
void
verb_dkim_list(struct job *j)
{
	struct store_key k;
	struct compartment c;
	struct domain d;

	if (need_choice(j, 1) == -1 ||
	    (j->arg[2] != NULL && need_compartment(j, j->arg[2], &c) == -1))
		return;
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

/* The end of a removal: what is still to come, and what is missing now. */
static void
removed(struct job *j, const struct dkimkey *k)
{
	struct policy_dkim key[DKIM_KEYS_MAX];
	char unsigned_now[DOMAIN_SIZE + 80];
	bool gone;
	uint32_t n;

	gone = dkimstate_goes(k);
	unsigned_now[0] = '\0';
	if (dkimkey_active(j->control->store, k->domain, key, &n) == STORE_OK &&
	    n == 0)
		(void)snprintf(unsigned_now, sizeof(unsigned_now),
		    "No key of its domain signs now: \"edctl dkim add %s\" "
		    "makes one.",
		    k->domain);
	job_ok_hint(j, "%s%s%s",
	    gone ? "" :
		   "It signs no more, and is kept until no mail waits that it "
		   "signed: leave its record in the DNS.  The same again "
		   "removes it at once.",
	    gone || unsigned_now[0] == '\0' ? "" : "\n", unsigned_now);
}

/* dkim remove DOMAIN selector NAME: again, if it is being removed already */
void
verb_dkim_remove(struct job *j)
{
	char text[KEY_TEXT_SIZE];
	struct dkimkey k;

	if (need_key(j, &k) == -1 || need_begin(j) == -1)
		return;
	if (dkimstate_delete(j->control, &k) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	key_text(&k, text, sizeof(text));
	job_audit(j, k.domain, text, NULL);
	if (job_commit(j) == -1)
		return;
	dkimstate_deleted(j->control, &k);
	removed(j, &k);
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

/* dkim set DOMAIN selector NAME description TEXT|none */
void
verb_dkim_set(struct job *j)
{
	char name[SELECTOR_SIZE + sizeof("selector= ")];
	struct described which = { NULL, NULL, name };
	struct dkimkey k;

	if (need_key(j, &k) == -1)
		return;
	(void)snprintf(name, sizeof(name), "selector=%s ", k.selector);
	which.id = k.id;
	which.object = k.domain;
	if (description_set(j, &which, j->arg[2]) == -1)
		return;
	if (key_row(j, &k))
		job_send(j);
	job_ok(j);
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
