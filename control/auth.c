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
 * Who logs in.  Known and unknown logins go the same way; every failure
 * counts for the address that it came from.
 */
#include "auth.h"

#include <openssl/crypto.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "chan.h"
#include "compat.h"
#include "control.h"
#include "credential.h"
#include "lend.h"
#include "limit.h"
#include "log.h"
#include "msg.h"
#include "netkey.h"
#include "policy.h"
#include "rate.h"
#include "seat.h"
#include "steady.h"
#include "throttle.h"
#include "usage.h"
#include "user.h"

/*
 * An unknown login goes the way of a known one, with a credential that no
 * secret fits, so that the time of the answer does not tell them apart.
 */
static bool
auth_find(struct control *c, const char *login, struct credential *cred,
    bool *known)
{
	enum store_status r;

	*known = lend_find_login(&c->lends, login, (int64_t)time(NULL), cred);
	if (*known)
		return true;
	r = credential_find_login(c->store, login, cred);
	*known = r == STORE_OK;
	if (r != STORE_NOTFOUND)
		return r == STORE_OK;
	r = credential_get(c->store, "ocid1.credential.edd..none", cred);
	memset(cred, 0, sizeof(*cred));
	(void)strcpy(cred->user, "ocid1.user.edd..none");
	return r == STORE_NOTFOUND;
}

/* The secret is right: whether it may be used.  The log says why not. */
static enum policy_status
auth_bar(const struct credential *cred, const struct user *user,
    const char *source)
{
	const char *why;

	why = user->state == RECORD_ACTIVE ?
	    credential_bar(cred, source, (int64_t)time(NULL)) :
	    "user inactive";
	if (why == NULL)
		return POLICY_OK;
	log_info("refused login user=%s credential=%s source=%s reason=\"%s\"",
	    user->name, cred->id, source, why);
	return POLICY_NO;
}

/* A failure of an address counts; the last one is answered differently. */
enum policy_status
auth_failure(struct control *c, const char *source)
{
	return throttle_fail(c->throttle, source, steady_now()) ?
	    POLICY_THROTTLED :
	    POLICY_NO;
}

/* What would be said of the address that the credential sent as last. */
static void
auth_hint(struct control *c, const struct credential *cred,
    struct policy_auth_reply *a)
{
	struct policy_sender q;
	const char *last;

	last = usage_last_sender(c->usage, cred->id);
	if (last == NULL)
		last = cred->sender;
	if (last[0] == '\0')
		return;
	memset(&q, 0, sizeof(q));
	(void)strlcpy(q.user, cred->user, sizeof(q.user));
	(void)strlcpy(q.credential, cred->id, sizeof(q.credential));
	(void)strlcpy(q.address, last, sizeof(q.address));
	if (policy_find_sender(c, &q, &a->by) == STORE_OK) {
		a->by.status = POLICY_OK;
		memcpy(a->sender, q.address, sizeof(a->sender));
	} else
		memset(&a->by, 0, sizeof(a->by));
}

/* What logs in, and from where. */
struct login {
	const void *owner;
	uint64_t session;
	const char *source;
};

/* Count a session for an id, and for its address if that has a limit. */
static size_t
add_claims(struct control *c, const char *id, uint32_t max,
    const uint8_t *address, struct seat_claim *claim)
{
	const struct limit *limit;

	limit = rate_limit(c->rate, id);
	seat_key(claim[0].key, id, NULL);
	claim[0].max = max;
	if (limit != NULL && limit->sessions != 0 && limit->sessions < max)
		claim[0].max = limit->sessions;
	if (limit == NULL || limit->from == 0 || address == NULL)
		return 1;
	seat_key(claim[1].key, id, address);
	claim[1].max = limit->from;
	return 2;
}

/* One session more, if user, credential and tenancy may have one. */
static enum policy_status
take_seat(struct control *c, const struct login *l,
    const struct credential *cred)
{
	struct seat_claim claim[SEAT_CLAIMS_MAX];
	uint8_t key[NETKEY_SIZE], *address;
	enum seat_status status;
	size_t full, n;

	address = netkey_parse(l->source, key) == -1 ? NULL : key;
	n = add_claims(c, cred->user, c->sessions_user, address, claim);
	n += add_claims(c, cred->id, UINT32_MAX, address, claim + n);
	n += add_claims(c, c->tenancy, UINT32_MAX, address, claim + n);
	status = seats_take(c->seats, l->owner, l->session, claim, n, &full);
	if (status == SEAT_FULL)
		log_info(
		    "refused login credential=%s source=%s reason=\"%s has "
		    "%u sessions\"",
		    cred->id, l->source, claim[full].key, claim[full].max);
	return status == SEAT_TAKEN ? POLICY_OK : POLICY_BUSY;
}

/*
 * The secret, or the proof, was right or not: look at the user in both cases,
 * then at what may be in the way.
 */
static enum policy_status
auth_decide(struct control *c, const struct login *l,
    const struct credential *cred, bool good)
{
	enum policy_status status;
	enum store_status r;
	struct user user;

	r = user_get(c->store, cred->user, &user);
	if (r == STORE_FAIL)
		return POLICY_TEMPFAIL;
	if (!good || r != STORE_OK)
		return POLICY_NO;
	status = auth_bar(cred, &user, l->source);
	if (status == POLICY_OK)
		status = take_seat(c, l, cred);
	return status;
}

/* Count it, and fill the reply. */
static void
auth_end(struct control *c, const struct login *l,
    const struct credential *cred, enum policy_status status,
    struct policy_auth_reply *a)
{
	a->status = status;
	switch (status) {
	case POLICY_OK:
		c->auth_ok++;
		memcpy(a->user, cred->user, sizeof(a->user));
		memcpy(a->credential, cred->id, sizeof(a->credential));
		lend_use(&c->lends, cred->id);
		usage_note(c->usage, cred->id, (int64_t)time(NULL), l->source);
		auth_hint(c, cred, a);
		break;
	case POLICY_NO:
		c->auth_no++;
		a->status = auth_failure(c, l->source);
		break;
	case POLICY_THROTTLED:
		c->auth_no++;
		break;
	case POLICY_BUSY:
		break;
	default:
		c->failures++;
		break;
	}
}

static bool
is_throttled(struct control *c, const char *source)
{
	return throttle_holds(c->throttle, source, steady_now());
}

static enum policy_status
secret_decide(struct control *c, const struct login *l,
    const struct policy_auth *q, struct credential *cred)
{
	uint8_t mac[CREDENTIAL_MAC_SIZE];
	bool known, same;

	if (is_throttled(c, q->source))
		return POLICY_THROTTLED;
	if (c->store == NULL ||
	    credential_mac(c->login_key, sizeof(c->login_key), q->secret,
		mac) == -1 ||
	    !auth_find(c, q->login, cred, &known))
		return POLICY_TEMPFAIL;
	same = CRYPTO_memcmp(mac, cred->mac, sizeof(mac)) == 0;
	return auth_decide(c, l, cred, known && same);
}

/*
 * Is this login's secret this one, and are credential and user active?  On
 * POLICY_OK the reply has their ids, the use is noted, and the session counts.
 * An address that failed too often is told so whatever it says.
 */
void
policy_auth(struct control *c, const void *owner, const struct policy_auth *q,
    struct policy_auth_reply *a)
{
	struct login l = { owner, q->session, q->source };
	struct credential cred;
	enum policy_status status;

	memset(a, 0, sizeof(*a));
	status = secret_decide(c, &l, q, &cred);
	auth_end(c, &l, &cred, status, a);
}

/*
 * The salt that a login has if it exists: of what does not, or has no keys, it
 * is made from its name, so that it is the same each time.
 */
static int
fake_salt(const struct control *c, const char *login, uint8_t *salt)
{
	uint8_t mac[SCRAM_KEY_SIZE];

	if (scram_hmac(c->scram_key, sizeof(c->scram_key), login, mac) == -1)
		return -1;
	memcpy(salt, mac, SCRAM_SALT_SIZE);
	return 0;
}

/*
 * The salt and the iterations of a login, for what a client is asked to
 * prove.
 */
void
policy_scram(struct control *c, const struct policy_scram *q,
    struct policy_keys *a)
{
	struct credential cred;
	bool known;

	memset(a, 0, sizeof(*a));
	if (is_throttled(c, q->source)) {
		a->status = POLICY_THROTTLED;
		return;
	}
	a->iterations = SCRAM_ITERATIONS;
	if (c->store == NULL || !auth_find(c, q->login, &cred, &known) ||
	    fake_salt(c, q->login, a->salt) == -1) {
		a->status = POLICY_TEMPFAIL;
		c->failures++;
		return;
	}
	a->status = POLICY_OK;
	if (!known || cred.scram.iterations == 0)
		return;
	memcpy(a->salt, cred.scram.salt, sizeof(a->salt));
	a->iterations = cred.scram.iterations;
}

static enum policy_status
proof_decide(struct control *c, const struct login *l,
    const struct policy_proof *q, struct credential *cred, uint8_t *signature)
{
	bool known;
	int good;

	if (is_throttled(c, q->source))
		return POLICY_THROTTLED;
	if (c->store == NULL || !auth_find(c, q->login, cred, &known))
		return POLICY_TEMPFAIL;
	good = scram_verify(&cred->scram, q->message, q->proof, signature);
	if (good == -1)
		return POLICY_TEMPFAIL;
	return auth_decide(c, l, cred,
	    known && cred->scram.iterations != 0 && good == 1);
}

/*
 * Does the proof over the AuthMessage show that its sender knows the secret of
 * the login?  As policy_auth(); the reply has the server's signature.
 */
void
policy_proof(struct control *c, const void *owner, const struct policy_proof *q,
    struct policy_auth_reply *a)
{
	struct login l = { owner, q->session, q->source };
	uint8_t signature[SCRAM_KEY_SIZE];
	struct credential cred;
	enum policy_status status;

	memset(a, 0, sizeof(*a));
	status = proof_decide(c, &l, q, &cred, signature);
	if (status == POLICY_OK) {
		memcpy(a->signature, signature, sizeof(a->signature));
		a->has_signature = true;
	}
	auth_end(c, &l, &cred, status, a);
}

/* Answer AUTH. */
int
auth_secret_cb(struct chan *chan, struct msgin *m, void *arg)
{
	struct policy_auth q;
	struct policy_auth_reply a;
	int r;

	r = policy_auth_recv(m, &q);
	if (r == 0) {
		policy_auth(arg, chan, &q, &a);
		(void)policy_auth_reply_send(chan, m->id, &a);
	}
	explicit_bzero(&q, sizeof(q));
	return r;
}

/* Answer SCRAM. */
int
auth_scram_cb(struct chan *chan, struct msgin *m, void *arg)
{
	struct policy_scram q;
	struct policy_keys a;

	if (policy_scram_recv(m, &q) == -1)
		return -1;
	policy_scram(arg, &q, &a);
	(void)policy_keys_send(chan, m->id, &a);
	return 0;
}

/* Answer PROOF. */
int
auth_proof_cb(struct chan *chan, struct msgin *m, void *arg)
{
	struct policy_proof q;
	struct policy_auth_reply a;

	if (policy_proof_recv(m, &q) == -1)
		return -1;
	policy_proof(arg, chan, &q, &a);
	(void)policy_auth_reply_send(chan, m->id, &a);
	return 0;
}
