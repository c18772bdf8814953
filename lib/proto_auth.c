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
 * Logins, as smtpd and httpd ask control about them.  Encodes, decodes and
 * checks form; whoever had a secret wipes it.
 */
#include "proto_auth.h"

#include "chan.h"
#include "msg.h"

/* Ask whether a secret is good; AUTH_REPLY has the same id.  0 or -1. */
int
policy_auth_send(struct chan *c, uint64_t id, const struct policy_auth *s)
{
	struct msgout *o;

	o = chan_begin(c, M_POLICY_AUTH, id);
	msg_put_str(o, s->login);
	msg_put_str(o, s->secret);
	msg_put_str(o, s->source);
	msg_put_u64(o, s->session);
	return chan_end(c, -1);
}

/* Decode AUTH; the caller wipes the secret.  -1 if ill-formed. */
int
policy_auth_recv(struct msgin *m, struct policy_auth *s)
{
	msg_get_str(m, s->login, sizeof(s->login));
	msg_get_str(m, s->secret, sizeof(s->secret));
	msg_get_str(m, s->source, sizeof(s->source));
	s->session = msg_get_u64(m);
	return msg_end(m);
}

/* Answer AUTH.  0 or -1. */
int
policy_auth_reply_send(struct chan *c, uint64_t id,
    const struct policy_auth_reply *s)
{
	struct msgout *o;

	o = chan_begin(c, M_POLICY_AUTH_REPLY, id);
	msg_put_u32(o, s->status);
	msg_put_str(o, s->user);
	msg_put_str(o, s->credential);
	msg_put_str(o, s->sender);
	if (s->sender[0] != '\0')
		policy_sender_reply_put(o, &s->by);
	msg_put_data(o, s->signature,
	    s->has_signature ? sizeof(s->signature) : 0);
	return chan_end(c, -1);
}

/* Decode AUTH_REPLY.  -1 if ill-formed, or good but of nobody. */
int
policy_auth_reply_recv(struct msgin *m, struct policy_auth_reply *s)
{
	size_t len;

	s->status = msg_get_enum(m, POLICY_OK, POLICY_STATUS_LAST);
	msg_get_str(m, s->user, sizeof(s->user));
	msg_get_str(m, s->credential, sizeof(s->credential));
	msg_get_str(m, s->sender, sizeof(s->sender));
	if (s->sender[0] != '\0')
		policy_sender_reply_get(m, &s->by);
	len = msg_get_data(m, s->signature, sizeof(s->signature));
	s->has_signature = len == sizeof(s->signature);
	if (len != 0 && !s->has_signature)
		m->bad = true;
	if (s->status == POLICY_OK && s->user[0] == '\0')
		m->bad = true;
	return msg_end(m);
}

/* Ask what a login is to prove; KEYS has the same id.  0 or -1. */
int
policy_scram_send(struct chan *c, uint64_t id, const struct policy_scram *s)
{
	struct msgout *o;

	o = chan_begin(c, M_POLICY_SCRAM, id);
	msg_put_str(o, s->login);
	msg_put_str(o, s->source);
	return chan_end(c, -1);
}

/* Decode SCRAM.  -1 if ill-formed. */
int
policy_scram_recv(struct msgin *m, struct policy_scram *s)
{
	msg_get_str(m, s->login, sizeof(s->login));
	msg_get_str(m, s->source, sizeof(s->source));
	return msg_end(m);
}

/* Answer SCRAM.  0 or -1. */
int
policy_keys_send(struct chan *c, uint64_t id, const struct policy_keys *s)
{
	struct msgout *o;

	o = chan_begin(c, M_POLICY_KEYS, id);
	msg_put_u32(o, s->status);
	msg_put_data(o, s->salt, sizeof(s->salt));
	msg_put_u32(o, s->iterations);
	return chan_end(c, -1);
}

/* Decode KEYS.  -1 if ill-formed. */
int
policy_keys_recv(struct msgin *m, struct policy_keys *s)
{
	s->status = msg_get_enum(m, POLICY_OK, POLICY_STATUS_LAST);
	if (msg_get_data(m, s->salt, sizeof(s->salt)) != sizeof(s->salt))
		m->bad = true;
	s->iterations = msg_get_u32(m);
	return msg_end(m);
}

/* Ask whether a proof fits; AUTH_REPLY has the same id.  0 or -1. */
int
policy_proof_send(struct chan *c, uint64_t id, const struct policy_proof *s)
{
	struct msgout *o;

	o = chan_begin(c, M_POLICY_PROOF, id);
	msg_put_str(o, s->login);
	msg_put_str(o, s->source);
	msg_put_u64(o, s->session);
	msg_put_str(o, s->message);
	msg_put_data(o, s->proof, sizeof(s->proof));
	return chan_end(c, -1);
}

/* Decode PROOF.  -1 if ill-formed. */
int
policy_proof_recv(struct msgin *m, struct policy_proof *s)
{
	msg_get_str(m, s->login, sizeof(s->login));
	msg_get_str(m, s->source, sizeof(s->source));
	s->session = msg_get_u64(m);
	msg_get_str(m, s->message, sizeof(s->message));
	if (msg_get_data(m, s->proof, sizeof(s->proof)) != sizeof(s->proof))
		m->bad = true;
	return msg_end(m);
}

/* Ask for the key that signed a request; KEY_REPLY has the same id.  0 or -1. */
int
policy_key_send(struct chan *c, uint64_t id, const struct policy_key *s)
{
	struct msgout *o;

	o = chan_begin(c, M_POLICY_KEY, id);
	msg_put_str(o, s->tenancy);
	msg_put_str(o, s->user);
	msg_put_str(o, s->fingerprint);
	msg_put_str(o, s->source);
	return chan_end(c, -1);
}

/* Decode KEY.  -1 if ill-formed. */
int
policy_key_recv(struct msgin *m, struct policy_key *s)
{
	msg_get_str(m, s->tenancy, sizeof(s->tenancy));
	msg_get_str(m, s->user, sizeof(s->user));
	msg_get_str(m, s->fingerprint, sizeof(s->fingerprint));
	msg_get_str(m, s->source, sizeof(s->source));
	return msg_end(m);
}

/* Answer KEY.  0 or -1. */
int
policy_key_reply_send(struct chan *c, uint64_t id,
    const struct policy_key_reply *s)
{
	struct msgout *o;

	o = chan_begin(c, M_POLICY_KEY_REPLY, id);
	msg_put_u32(o, s->status);
	msg_put_str(o, s->user);
	msg_put_data(o, s->der, s->len);
	return chan_end(c, -1);
}

/* Decode KEY_REPLY.  -1 if ill-formed, or good without a user or a key. */
int
policy_key_reply_recv(struct msgin *m, struct policy_key_reply *s)
{
	s->status = msg_get_enum(m, POLICY_OK, POLICY_STATUS_LAST);
	msg_get_str(m, s->user, sizeof(s->user));
	s->len = (uint32_t)msg_get_data(m, s->der, sizeof(s->der));
	if ((s->status == POLICY_OK) != (s->len > 0) ||
	    (s->status == POLICY_OK) != (s->user[0] != '\0'))
		m->bad = true;
	return msg_end(m);
}

/* Tell that a signature was good.  0 or -1. */
int
policy_key_used_send(struct chan *c, const struct policy_key_used *s)
{
	struct msgout *o;

	o = chan_begin(c, M_POLICY_KEY_USED, 0);
	msg_put_str(o, s->user);
	msg_put_str(o, s->fingerprint);
	msg_put_str(o, s->source);
	return chan_end(c, -1);
}

/* Decode KEY_USED.  -1 if ill-formed. */
int
policy_key_used_recv(struct msgin *m, struct policy_key_used *s)
{
	msg_get_str(m, s->user, sizeof(s->user));
	msg_get_str(m, s->fingerprint, sizeof(s->fingerprint));
	msg_get_str(m, s->source, sizeof(s->source));
	return msg_end(m);
}

/* Tell that keys are not to be kept any more.  0 or -1. */
int
policy_key_drop_send(struct chan *c, const struct policy_key_drop *s)
{
	struct msgout *o;

	o = chan_begin(c, M_POLICY_KEY_DROP, 0);
	msg_put_str(o, s->user);
	msg_put_str(o, s->fingerprint);
	return chan_end(c, -1);
}

/* Decode KEY_DROP.  -1 if ill-formed. */
int
policy_key_drop_recv(struct msgin *m, struct policy_key_drop *s)
{
	msg_get_str(m, s->user, sizeof(s->user));
	msg_get_str(m, s->fingerprint, sizeof(s->fingerprint));
	if (s->user[0] == '\0' && s->fingerprint[0] != '\0')
		m->bad = true;
	return msg_end(m);
}

/* Tell that what was said of senders does not hold any more.  0 or -1. */
int
policy_forget_send(struct chan *c)
{
	(void)chan_begin(c, M_POLICY_FORGET, 0);
	return chan_end(c, -1);
}

/* Decode FORGET.  -1 if ill-formed. */
int
policy_forget_recv(struct msgin *m)
{
	return msg_end(m);
}

/* Has this signature come before? */
int
policy_seen_send(struct chan *c, uint64_t id, const struct policy_seen *s)
{
	struct msgout *o;

	o = chan_begin(c, M_POLICY_SEEN, id);
	msg_put_i64(o, s->date);
	msg_put_u64(o, s->hash);
	msg_put_str(o, s->user);
	return chan_end(c, -1);
}

/* See policy_seen_send(). */
int
policy_seen_recv(struct msgin *m, struct policy_seen *s)
{
	s->date = msg_get_i64(m);
	s->hash = msg_get_u64(m);
	msg_get_str(m, s->user, sizeof(s->user));
	if (s->user[0] == '\0')
		m->bad = true;
	return msg_end(m);
}

/* The answer to SEEN. */
int
policy_seen_reply_send(struct chan *c, uint64_t id,
    const struct policy_seen_reply *s)
{
	struct msgout *o;

	o = chan_begin(c, M_POLICY_SEEN_REPLY, id);
	msg_put_u32(o, s->status);
	return chan_end(c, -1);
}

/* See policy_seen_reply_send(). */
int
policy_seen_reply_recv(struct msgin *m, struct policy_seen_reply *s)
{
	s->status = msg_get_enum(m, POLICY_OK, POLICY_STATUS_LAST);
	return msg_end(m);
}

/* Tell that a signature was wrong.  0 or -1. */
int
policy_fail_send(struct chan *c, const struct policy_fail *s)
{
	struct msgout *o;

	o = chan_begin(c, M_POLICY_FAIL, 0);
	msg_put_str(o, s->source);
	return chan_end(c, -1);
}

/* Decode FAIL.  -1 if ill-formed. */
int
policy_fail_recv(struct msgin *m, struct policy_fail *s)
{
	msg_get_str(m, s->source, sizeof(s->source));
	return msg_end(m);
}
