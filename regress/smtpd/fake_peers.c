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
 * Fake peers. control knows user:secret, may send as news@ and team@
 * example.org, and suppresses suppressed@; temp@ is something that it cannot
 * say now.
 */
#include "fake_peers.h"

#include <event2/buffer.h>
#include <stdlib.h>
#include <string.h>

#include "compat.h"
#include "frontconf.h"
#include "peers.h"
#include "proto_auth.h"
#include "proto_policy.h"
#include "proto_sign.h"
#include "session.h"

#define REQUESTS_MAX 256
#define MESSAGE_ID   UINT64_C(0x1234)

struct request {
	enum session_event kind;
	uint64_t id;
	void *who;
	union {
		struct policy_auth_reply auth;
		struct policy_keys keys;
		struct policy_sender_reply sender;
		struct policy_rcpt_reply rcpt;
		struct submit_opened opened;
		struct submit_done done;
		struct sign_signature signature;
	} u;
};

static struct fake fake;
static struct request *requests[REQUESTS_MAX];
static size_t waiting;
static uint64_t last_id;

/* Everything is there, and fine. */
struct fake *
fake_new(void)
{
	memset(&fake, 0, sizeof(fake));
	fake.data = evbuffer_new();
	fake.open_status = SUBMIT_OK;
	fake.done_status = SUBMIT_OK;
	fake.epoch = 1;
	fake.policy_epoch = 1;
	return &fake;
}

void
fake_free(void)
{
	while (waiting > 0)
		free(requests[--waiting]);
	evbuffer_free(fake.data);
}

static struct request *
request_new(enum session_event kind, void *who)
{
	struct request *r;

	if (waiting == REQUESTS_MAX)
		abort();
	r = calloc(1, sizeof(*r));
	if (r == NULL)
		abort();
	r->kind = kind;
	r->who = who;
	r->id = ++last_id;
	requests[waiting++] = r;
	return r;
}

/* Take a request out of the list. */
static struct request *
request_take(size_t i)
{
	struct request *r;

	r = requests[i];
	memmove(requests + i, requests + i + 1,
	    (waiting - i - 1) * sizeof(*requests));
	waiting--;
	return r;
}

/* Answer one request, the oldest or the newest. false: none waits. */
bool
fake_answer(void)
{
	struct session_answer a;
	struct request *r;

	if (waiting == 0)
		return false;
	r = request_take(fake.backwards ? waiting - 1 : 0);
	a.id = r->id;
	a.reply = &r->u;
	session_event(r->who, r->kind, &a);
	free(r);
	return true;
}

/* All peers are gone, and what waits on them is told. */
void
fake_die(void)
{
	struct session_answer a = { 0, NULL };
	struct request *r;

	fake.no_control = fake.no_queue = fake.no_signer = true;
	while (waiting > 0) {
		r = request_take(0);
		session_event(r->who, r->kind, &a);
		free(r);
	}
}

void
peers_cancel(struct peers *p, const void *who)
{
	size_t i;

	for (i = 0; i < waiting;) {
		if (requests[i]->who == who)
			free(request_take(i));
		else
			i++;
	}
}

uint64_t
peers_auth(struct peers *p, const struct policy_auth *ask, void *who)
{
	struct request *r;

	if (fake.no_control)
		return 0;
	r = request_new(SESSION_EV_AUTH, who);
	r->u.auth.status = POLICY_NO;
	if (strcmp(ask->login, "user") == 0 &&
	    strcmp(ask->secret, "secret") == 0) {
		r->u.auth.status = POLICY_OK;
		(void)strlcpy(r->u.auth.user, "ocid1.user",
		    sizeof(r->u.auth.user));
	}
	return r->id;
}

uint64_t
peers_scram(struct peers *p, const struct policy_scram *ask, void *who)
{
	struct request *r;

	if (fake.no_control)
		return 0;
	r = request_new(SESSION_EV_KEYS, who);
	r->u.keys.status = POLICY_OK;
	r->u.keys.iterations = 4096;
	return r->id;
}

/* A proof of zeros is that of user. */
uint64_t
peers_proof(struct peers *p, const struct policy_proof *ask, void *who)
{
	static const uint8_t zeros[POLICY_PROOF_SIZE];
	struct request *r;

	if (fake.no_control)
		return 0;
	r = request_new(SESSION_EV_AUTH, who);
	r->u.auth.status = POLICY_NO;
	if (strcmp(ask->login, "user") == 0 &&
	    memcmp(ask->proof, zeros, sizeof(zeros)) == 0) {
		r->u.auth.status = POLICY_OK;
		r->u.auth.has_signature = true;
		(void)strlcpy(r->u.auth.user, "ocid1.user",
		    sizeof(r->u.auth.user));
	}
	return r->id;
}

uint64_t
peers_sender(struct peers *p, const struct policy_sender *ask, void *who)
{
	struct request *r;
	unsigned i;

	if (fake.no_control)
		return 0;
	fake.asked_senders++;
	r = request_new(SESSION_EV_SENDER, who);
	r->u.sender.status = POLICY_NO;
	if (strncmp(ask->address, "temp@", 5) == 0)
		r->u.sender.status = POLICY_TEMPFAIL;
	else if (strcmp(ask->address, "news@example.org") == 0 ||
	    strcmp(ask->address, "team@example.org") == 0 ||
	    strcmp(ask->address, "news@xn--bcher-kva.example") == 0)
		r->u.sender.status = POLICY_OK;
	(void)strlcpy(r->u.sender.compartment, "ocid1.compartment",
	    sizeof(r->u.sender.compartment));
	r->u.sender.uncounted = fake.uncounted;
	r->u.sender.unsuppressed = fake.unsuppressed;
	r->u.sender.keys = fake.keys;
	for (i = 0; i < fake.keys; i++) {
		r->u.sender.key[i].key = i;
		r->u.sender.key[i].algorithm = i == 0 ? SIGN_RSA_SHA256 :
							SIGN_ED25519;
		(void)strlcpy(r->u.sender.key[i].selector, "sel",
		    sizeof(r->u.sender.key[i].selector));
	}
	return r->id;
}

/* Over the limit is refused, and reserves nothing. */
static void
fake_limit(struct policy_rcpt_reply *a)
{
	if (fake.reserved <= fake.limit)
		return;
	a->status = POLICY_DAY;
	a->counted = false;
	a->limit = fake.limit;
	fake.reserved = fake.limit;
}

uint64_t
peers_rcpt(struct peers *p, const struct policy_rcpt *ask, void *who)
{
	struct request *r;

	if (fake.no_control)
		return 0;
	r = request_new(SESSION_EV_RCPT, who);
	r->u.rcpt.status = POLICY_OK;
	if (strncmp(ask->address, "suppressed@", 11) == 0)
		r->u.rcpt.status = POLICY_NO;
	else if (strncmp(ask->address, "temp@", 5) == 0)
		r->u.rcpt.status = POLICY_TEMPFAIL;
	else if (fake.limit != 0) {
		r->u.rcpt.counted = true;
		fake.reserved += ask->units;
		fake.transaction = ask->transaction;
		fake_limit(&r->u.rcpt);
	}
	return r->id;
}

uint64_t
peers_resize(struct peers *p, const struct policy_units *ask, void *who)
{
	struct request *r;

	if (fake.no_control)
		return 0;
	r = request_new(SESSION_EV_RCPT, who);
	r->u.rcpt.status = POLICY_OK;
	fake.reserved = ask->units;
	fake_limit(&r->u.rcpt);
	return r->id;
}

uint64_t
peers_policy_epoch(const struct peers *p)
{
	return fake.no_control ? 0 : fake.policy_epoch;
}

void
peers_counted(struct peers *p, const struct policy_units *units)
{
	fake.counted += units->units;
	fake.reserved = 0;
}

void
peers_release(struct peers *p, uint64_t transaction)
{
	fake.released++;
	fake.reserved = 0;
}

void
peers_leave(struct peers *p, uint64_t session)
{
	fake.left++;
}

uint64_t
peers_sign(struct peers *p, const struct sign_dkim *ask, void *who)
{
	struct request *r;

	if (fake.no_signer)
		return 0;
	r = request_new(SESSION_EV_SIGNATURE, who);
	r->u.signature.ok = true;
	r->u.signature.len = ask->algorithm == SIGN_RSA_SHA256 ? 256 : 64;
	return r->id;
}

uint64_t
peers_open(struct peers *p, uint64_t size, void *who)
{
	struct request *r;

	if (fake.no_queue)
		return 0;
	fake.opens++;
	(void)evbuffer_drain(fake.data, evbuffer_get_length(fake.data));
	fake.rcpts[0] = '\0';
	r = request_new(SESSION_EV_OPENED, who);
	r->u.opened.status = fake.open_status;
	r->u.opened.message = fake.message = MESSAGE_ID;
	return r->id;
}

uint64_t
peers_spare(struct peers *p)
{
	uint64_t message;

	message = fake.no_queue ? 0 : fake.spare;
	if (message != 0)
		fake.message = message;
	fake.spare = 0;
	return message;
}

uint64_t
peers_commit(struct peers *p, struct submit_commit *commit, void *who)
{
	struct request *r;

	if (fake.no_queue)
		return 0;
	fake.commits++;
	fake.commit = *commit;
	r = request_new(SESSION_EV_DONE, who);
	r->u.done.status = fake.done_status;
	return r->id;
}

uint64_t
peers_epoch(const struct peers *p)
{
	return fake.no_queue ? 0 : fake.epoch;
}

int
peers_data(struct peers *p, uint64_t epoch, uint64_t message, const void *data,
    size_t len)
{
	if (fake.no_queue || epoch != fake.epoch)
		return -1;
	if (message != fake.message || len == 0 || len > SUBMIT_DATA_MAX)
		abort();
	return evbuffer_add(fake.data, data, len);
}

int
peers_add_rcpt(struct peers *p, uint64_t epoch, const struct submit_rcpt *rcpt)
{
	if (fake.no_queue || epoch != fake.epoch)
		return -1;
	fake.rcpt = *rcpt;
	(void)strlcat(fake.rcpts, rcpt->address, sizeof(fake.rcpts));
	(void)strlcat(fake.rcpts, " ", sizeof(fake.rcpts));
	return 0;
}

void
peers_abort(struct peers *p, uint64_t epoch, uint64_t message)
{
	fake.aborts++;
}

void
peers_event(struct peers *p, const struct submit_event *ev)
{
	if (ev->kind == SUBMIT_EV_SUPPRESSED)
		fake.suppressed++;
	else
		fake.rejected++;
}

bool
peers_full(const struct peers *p)
{
	return fake.full;
}

bool
peers_draining(const struct peers *p)
{
	return fake.draining;
}

/* A configuration that nobody frees: it is the test's. */
struct frontconf *
frontconf_ref(struct frontconf *c)
{
	c->refs++;
	return c;
}

void
frontconf_unref(struct frontconf *c)
{
	c->refs--;
}
