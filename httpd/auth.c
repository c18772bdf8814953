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
 * Authentication of a request. What a client is told is the same whatever is
 * wrong; the debug log has the reason.
 */
#include "auth.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "basic.h"
#include "compat.h"
#include "connlimits.h"
#include "dispatch.h"
#include "httpd.h"
#include "httpdate.h"
#include "keycache.h"
#include "log.h"
#include "monotime.h"
#include "peers.h"
#include "proto_auth.h"
#include "proto_policy.h"
#include "reqhash.h"
#include "request.h"
#include "sigheader.h"
#include "signature.h"
#include "throttled.h"

/* What is known of a key besides; goes with it in the cache. */
struct known {
	char user[OBJECT_ID_SIZE];
	int64_t told; /* control knows that it was used then */
};

/* Turn a request away for what it has of credentials. */
void
auth_refuse(struct exchange *x, const char *why)
{
	x->httpd->stats.login_failures++;
	log_debug("request %s: not authenticated: %s", x->id, why);
	exchange_refuse(x, FAULT_AUTH, NULL);
}

/* control could not say yes. */
static void
auth_status(struct exchange *x, enum policy_status status)
{
	switch (status) {
	case POLICY_NO:
		auth_refuse(x, "control says no");
		break;
	case POLICY_THROTTLED:
	case POLICY_BUSY:
		x->close = true;
		exchange_refuse(x, FAULT_BUSY, NULL);
		break;
	default:
		exchange_refuse(x, FAULT_INTERNAL, NULL);
		break;
	}
}

/* Approved senders are remembered for one user. */
static void
auth_whose_senders(struct exchange *x)
{
	if (strcmp(x->senders_user, x->user) == 0 &&
	    strcmp(x->senders_credential, x->credential) == 0)
		return;
	senders_clear(&x->senders);
	(void)strlcpy(x->senders_user, x->user, sizeof(x->senders_user));
	(void)strlcpy(x->senders_credential, x->credential,
	    sizeof(x->senders_credential));
}

static void
auth_set_user(struct exchange *x, const char *user, const char *credential)
{
	x->httpd->stats.logins++;
	(void)strlcpy(x->user, user, sizeof(x->user));
	(void)strlcpy(x->credential, credential, sizeof(x->credential));
	auth_whose_senders(x);
}

static void
auth_good(struct exchange *x, const char *user)
{
	auth_set_user(x, user, "");
	exchange_known(x);
}

static void
auth_basic(struct exchange *x, const char *value)
{
	struct policy_auth ask;
	struct basic basic;

	if (basic_parse(value, &basic) == -1) {
		auth_refuse(x, "ill-formed Basic");
		return;
	}
	memset(&ask, 0, sizeof(ask));
	(void)strlcpy(ask.login, basic.user, sizeof(ask.login));
	(void)strlcpy(ask.secret, basic.password, sizeof(ask.secret));
	(void)strlcpy(ask.source, x->source, sizeof(ask.source));
	ask.session = x->session;
	basic_wipe(&basic);
	x->ask = peers_auth(x->httpd->sub.peers, &ask, x);
	explicit_bzero(&ask, sizeof(ask));
	if (x->ask == 0) {
		exchange_refuse(x, FAULT_INTERNAL, NULL);
		return;
	}
	/* It may take a seat even if its answer is not waited for. */
	x->logged_in = true;
}

/* control's answer to Basic. */
static void
auth_basic_answer(struct exchange *x, const struct policy_auth_reply *reply)
{
	if (reply->status != POLICY_OK) {
		auth_status(x, reply->status);
		return;
	}
	auth_set_user(x, reply->user, reply->credential);
	senders_learn(&x->senders, reply, monotime());
	exchange_known(x);
}

/* Tell control that a key is in use, once a minute. */
static void
auth_note(struct exchange *x, struct known *known)
{
	struct policy_key_used used;
	int64_t now;

	now = monotime();
	if (known->told != 0 && now - known->told < AUTH_NOTE_SECONDS)
		return;
	known->told = now;
	memset(&used, 0, sizeof(used));
	(void)strlcpy(used.user, known->user, sizeof(used.user));
	(void)strlcpy(used.fingerprint, x->sig->fingerprint,
	    sizeof(used.fingerprint));
	(void)strlcpy(used.source, x->source, sizeof(used.source));
	peers_key_used(x->httpd->sub.peers, &used);
}

/* The date that was signed: the signature was checked already. */
static int64_t
auth_date(const struct exchange *x)
{
	const char *value;
	int64_t date;

	value = request_value(x->request,
	    sigheader_covers(x->sig, "x-date") ? "x-date" : "date");
	if (value == NULL || httpdate_parse(value, &date) == -1)
		return -1;
	return date;
}

/*
 * What tells a request from others: its signature, which is the same for the
 * same text in the same second, and what is not signed but says what it does.
 */
static int
auth_hash(const struct exchange *x, uint64_t *hash)
{
	uint8_t digest[REQHASH_SIZE];
	EVP_MD_CTX *ctx;
	int r;

	ctx = reqhash_new();
	r = reqhash_data(ctx, x->sig->signature, x->sig->signature_len);
	if (r == 0)
		r = reqhash_fields(ctx, x->request, x->op->unsigned_fields);
	r = reqhash_end(ctx, r, digest);
	if (r == 0)
		memcpy(hash, digest, sizeof(*hash));
	return r;
}

/* Ask control whether any httpd has taken this request before. */
static void
auth_ask_seen(struct exchange *x)
{
	struct policy_seen ask;

	memset(&ask, 0, sizeof(ask));
	if (auth_hash(x, &ask.hash) == -1) {
		exchange_refuse(x, FAULT_INTERNAL, NULL);
		return;
	}
	ask.date = auth_date(x);
	(void)strlcpy(ask.user, x->user, sizeof(ask.user));
	x->ask = peers_seen(x->httpd->sub.peers, &ask, x);
	if (x->ask == 0)
		exchange_refuse(x, FAULT_INTERNAL, NULL);
}

/*
 * A request that came before is refused, for it could do what it does once
 * more.  The SDK signs it again, with another date.
 */
void
auth_refuse_replay(struct exchange *x)
{
	exchange_refuse(x, FAULT_STATE,
	    "A request with this signature was taken before: sign it with "
	    "another date.");
}

/*
 * With a retry token it may only hear what it was told before: the operation
 * refuses it if there is nothing to tell.
 */
static bool
auth_may_repeat(const struct exchange *x)
{
	return x->op->repeats &&
	    request_value(x->request, "opc-retry-token") != NULL;
}

/* control's answer to that. */
static void
auth_seen_answer(struct exchange *x, const struct policy_seen_reply *reply)
{
	char user[OBJECT_ID_SIZE];

	x->replayed = reply->status == POLICY_NO;
	if (x->replayed && !auth_may_repeat(x)) {
		auth_refuse_replay(x);
		return;
	}
	if (reply->status != POLICY_OK && !x->replayed) {
		auth_status(x, reply->status);
		return;
	}
	(void)strlcpy(user, x->user, sizeof(user));
	auth_good(x, user);
}

/* The key is there: does it fit? */
static void
auth_verify(struct exchange *x, const struct keycache_entry *entry)
{
	struct known *known;
	const char *why;

	why = signature_verify(x->sig, x->request, entry->key);
	if (why != NULL) {
		peers_fail(x->httpd->sub.peers, x->source);
		auth_refuse(x, why);
		return;
	}
	known = entry->data;
	auth_note(x, known);
	(void)strlcpy(x->user, known->user, sizeof(x->user));
	if (request_method(x->request) == REQUEST_GET ||
	    request_method(x->request) == REQUEST_HEAD)
		auth_good(x, known->user); /* a replay changes nothing */
	else
		auth_ask_seen(x);
}

/* Ask control for a key that is not in the cache. */
static void
auth_ask_key(struct exchange *x)
{
	struct policy_key ask;

	memset(&ask, 0, sizeof(ask));
	if (strlcpy(ask.tenancy, x->sig->tenancy, sizeof(ask.tenancy)) >=
		sizeof(ask.tenancy) ||
	    strlcpy(ask.user, x->sig->user, sizeof(ask.user)) >=
		sizeof(ask.user) ||
	    strlcpy(ask.fingerprint, x->sig->fingerprint,
		sizeof(ask.fingerprint)) >= sizeof(ask.fingerprint)) {
		peers_fail(x->httpd->sub.peers, x->source);
		auth_refuse(x, "no such key: too long");
		return;
	}
	(void)strlcpy(ask.source, x->source, sizeof(ask.source));
	x->ask = peers_key(x->httpd->sub.peers, &ask, x);
	if (x->ask == 0)
		exchange_refuse(x, FAULT_INTERNAL, NULL);
}

static void
auth_signature(struct exchange *x, const char *value)
{
	const struct keycache_entry *entry;
	const char *why;

	x->sig = calloc(1, sizeof(*x->sig));
	if (x->sig == NULL) {
		exchange_refuse(x, FAULT_INTERNAL, NULL);
		return;
	}
	why = sigheader_parse(value, x->sig);
	if (why == NULL)
		why = signature_check(x->sig, x->request, (int64_t)time(NULL));
	if (why != NULL) {
		auth_refuse(x, why);
		return;
	}
	entry = keycache_get(x->httpd->keys, x->sig->key_id, monotime());
	if (entry != NULL)
		auth_verify(x, entry);
	else
		auth_ask_key(x);
}

/* control's answer with a key: into the cache, then as if it had been there. */
static void
auth_key_answer(struct exchange *x, const struct policy_key_reply *reply)
{
	const struct keycache_entry *entry;
	struct known *known;
	EVP_PKEY *key;
	int64_t now;

	if (reply->status != POLICY_OK) {
		auth_status(x, reply->status);
		return;
	}
	now = monotime();
	known = calloc(1, sizeof(*known));
	key = signature_key(reply->der, reply->len);
	if (known != NULL)
		(void)strlcpy(known->user, reply->user, sizeof(known->user));
	if (known == NULL || key == NULL ||
	    keycache_put(x->httpd->keys, x->sig->key_id, key, known, now) ==
		-1) {
		free(known);
		EVP_PKEY_free(key);
		exchange_refuse(x, FAULT_INTERNAL, NULL);
		return;
	}
	entry = keycache_get(x->httpd->keys, x->sig->key_id, now);
	if (entry == NULL)
		exchange_refuse(x, FAULT_INTERNAL, NULL);
	else
		auth_verify(x, entry);
}

/* Find out who asks; exchange_known() follows, or an answer. */
void
auth_begin(struct exchange *x)
{
	const char *value;

	exchange_enter(x, EXCHANGE_AUTH);
	if (throttled_holds(x->httpd->throttled, x->source, monotime())) {
		x->close = true;
		exchange_refuse(x, FAULT_BUSY, NULL);
		return;
	}
	value = request_value(x->request, "authorization");
	if (value == NULL)
		auth_refuse(x, "no credentials");
	else if (basic_is(value))
		auth_basic(x, value);
	else if (sigheader_is(value))
		auth_signature(x, value);
	else
		auth_refuse(x, "unknown scheme");
}

/* control has answered. */
void
auth_event(struct exchange *x, enum exchange_event ev, uint64_t id,
    const void *reply)
{
	if (reply == NULL) {
		exchange_refuse(x, FAULT_INTERNAL, NULL);
		return;
	}
	if (id != x->ask)
		return;
	if (ev == EXCHANGE_EV_AUTH)
		auth_basic_answer(x, reply);
	else if (ev == EXCHANGE_EV_KEY)
		auth_key_answer(x, reply);
	else if (ev == EXCHANGE_EV_SEEN)
		auth_seen_answer(x, reply);
}

/* An empty cache of keys. -1 without memory. */
int
auth_open(struct httpd *h)
{
	h->keys = keycache_new(AUTH_KEYS_MAX, AUTH_KEY_SECONDS, free);
	return h->keys == NULL ? -1 : 0;
}

/* A key was revoked; NULL: control is gone, and nobody says which will be. */
void
auth_drop(struct httpd *h, const struct policy_key_drop *drop)
{
	if (drop == NULL)
		keycache_clear(h->keys);
	else
		(void)keycache_drop(h->keys, drop->user, drop->fingerprint);
}
