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
 * Keys of signed requests.  A key that is not there, an inactive one and one
 * of an inactive user are all the same to who asks.
 */
#include "signed.h"

#include <string.h>
#include <time.h>

#include "apikey.h"
#include "auth.h"
#include "chan.h"
#include "compat.h"
#include "control.h"
#include "log.h"
#include "msg.h"
#include "peers.h"
#include "proto_auth.h"
#include "seen.h"
#include "steady.h"
#include "throttle.h"
#include "usage.h"
#include "user.h"

/* STORE_OK if the key is there and may be used. */
static enum store_status
key_find(struct control *c, const struct policy_key *q, struct apikey *k)
{
	enum store_status r;
	struct user user;

	if (c->store == NULL)
		return STORE_FAIL;
	if (strcmp(q->tenancy, c->tenancy) != 0)
		return STORE_NOTFOUND;
	r = apikey_get(c->store, q->user, q->fingerprint, k);
	if (r == STORE_OK)
		r = user_get(c->store, q->user, &user);
	if (r != STORE_OK)
		return r;
	if (k->state == RECORD_ACTIVE && user.state == RECORD_ACTIVE)
		return STORE_OK;
	log_info("refused request user=%s key=%s source=%s reason=\"%s\"",
	    user.name, k->fingerprint, q->source,
	    k->state == RECORD_ACTIVE ? "user inactive" : "inactive");
	return STORE_NOTFOUND;
}

/*
 * The key that a request says it is signed with.  POLICY_NO has been counted
 * as a failure of the address; a good answer is no login yet.
 */
void
signed_key(struct control *c, const struct policy_key *q,
    struct policy_key_reply *a)
{
	struct apikey k;

	memset(a, 0, sizeof(*a));
	if (throttle_holds(c->throttle, q->source, steady_now())) {
		a->status = POLICY_THROTTLED;
		return;
	}
	switch (key_find(c, q, &k)) {
	case STORE_OK:
		a->status = POLICY_OK;
		memcpy(a->user, k.user, sizeof(a->user));
		a->len = k.len;
		memcpy(a->der, k.der, k.len);
		return;
	case STORE_NOTFOUND:
		c->auth_no++;
		a->status = auth_failure(c, q->source);
		return;
	case STORE_FAIL:
		c->failures++;
		a->status = POLICY_TEMPFAIL;
		return;
	}
}

/*
 * Have all that keep keys forget one, or with an empty fingerprint all of the
 * user.
 */
void
signed_drop(struct control *c, const char *user, const char *fingerprint)
{
	const struct peer *peer;
	struct policy_key_drop d;
	size_t i;

	(void)strlcpy(d.user, user, sizeof(d.user));
	(void)strlcpy(d.fingerprint, fingerprint, sizeof(d.fingerprint));
	for (i = 0; (peer = peers_at(c->peers, i)) != NULL; i++) {
		if (peer->conv == CONV_POLICY && peer->kind == PROC_HTTPD)
			(void)policy_key_drop_send(peer->chan, &d);
	}
}

/* Answer KEY. */
int
signed_key_cb(struct chan *chan, struct msgin *m, void *arg)
{
	struct policy_key q;
	struct policy_key_reply a;

	if (policy_key_recv(m, &q) == -1)
		return -1;
	signed_key(arg, &q, &a);
	(void)policy_key_reply_send(chan, m->id, &a);
	return 0;
}

/* A request was signed with the key; what is none is not remembered. */
int
signed_used_cb(struct chan *chan, struct msgin *m, void *arg)
{
	struct policy_key_used q;
	struct control *c;
	struct apikey k;

	c = arg;
	if (policy_key_used_recv(m, &q) == -1)
		return -1;
	if (c->store == NULL ||
	    apikey_get(c->store, q.user, q.fingerprint, &k) != STORE_OK)
		return 0;
	c->auth_ok++;
	usage_note_key(c->usage, q.user, q.fingerprint, (int64_t)time(NULL),
	    q.source);
	return 0;
}

/* A signature did not fit: a failure of the address, as a wrong password. */
int
signed_fail_cb(struct chan *chan, struct msgin *m, void *arg)
{
	struct policy_fail q;
	struct control *c;

	c = arg;
	if (policy_fail_recv(m, &q) == -1)
		return -1;
	c->auth_no++;
	(void)auth_failure(c, q.source);
	return 0;
}

/* Whether a signature that fits is the first of its kind. */
int
signed_seen_cb(struct chan *chan, struct msgin *m, void *arg)
{
	struct policy_seen_reply a;
	struct policy_seen q;
	struct control *c;

	c = arg;
	if (policy_seen_recv(m, &q) == -1)
		return -1;
	switch (
	    seen_add(c->seen, q.user, q.date, q.hash, (int64_t)time(NULL))) {
	case SEEN_NEW:
		a.status = POLICY_OK;
		break;
	case SEEN_AGAIN:
		a.status = POLICY_NO;
		break;
	case SEEN_MANY:
		a.status = POLICY_BUSY;
		break;
	case SEEN_FULL:
		a.status = POLICY_TEMPFAIL;
		break;
	}
	(void)policy_seen_reply_send(chan, m->id, &a);
	return 0;
}
