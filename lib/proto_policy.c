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
 * Questions of smtpd and httpd to control, and the answers.  Encodes, decodes
 * and checks form; whether an answer is right is control's business.
 */
#include "proto_policy.h"

#include "chan.h"
#include "msg.h"

/* Append what SENDER_REPLY has; used entries of key only. */
void
policy_sender_reply_put(struct msgout *o, const struct policy_sender_reply *s)
{
	uint32_t i;

	msg_put_u32(o, s->status);
	msg_put_str(o, s->compartment);
	msg_put_str(o, s->return_path);
	msg_put_u32(o, s->keys);
	for (i = 0; i < s->keys && i < DKIM_KEYS_MAX; i++) {
		msg_put_u64(o, s->key[i].key);
		msg_put_u32(o, s->key[i].algorithm);
		msg_put_str(o, s->key[i].selector);
	}
	msg_put_bool(o, s->bulk);
	msg_put_u64(o, s->size_max);
	msg_put_u32(o, s->rcpt_max);
	msg_put_str(o, s->sources);
	msg_put_str(o, s->compartment_name);
	msg_put_bool(o, s->uncounted);
	msg_put_bool(o, s->unsuppressed);
}

static void
dkim_get(struct msgin *m, struct policy_dkim *s)
{
	s->key = msg_get_u64(m);
	s->algorithm = msg_get_enum(m, SIGN_RSA_SHA256, SIGN_ALGORITHM_LAST);
	msg_get_str(m, s->selector, sizeof(s->selector));
	if (s->selector[0] == '\0')
		m->bad = true;
}

/* Take off what SENDER_REPLY has; m is bad if it is ill-formed. */
void
policy_sender_reply_get(struct msgin *m, struct policy_sender_reply *s)
{
	uint32_t i;

	s->status = msg_get_enum(m, POLICY_OK, POLICY_STATUS_LAST);
	msg_get_str(m, s->compartment, sizeof(s->compartment));
	msg_get_str(m, s->return_path, sizeof(s->return_path));
	s->keys = msg_get_u32(m);
	if (s->keys > DKIM_KEYS_MAX) {
		m->bad = true;
		s->keys = 0;
	}
	for (i = 0; i < s->keys; i++)
		dkim_get(m, &s->key[i]);
	s->bulk = msg_get_bool(m);
	s->size_max = msg_get_u64(m);
	s->rcpt_max = msg_get_u32(m);
	msg_get_str(m, s->sources, sizeof(s->sources));
	msg_get_str(m, s->compartment_name, sizeof(s->compartment_name));
	s->uncounted = msg_get_bool(m);
	s->unsuppressed = msg_get_bool(m);
	if (s->status == POLICY_OK && s->compartment[0] == '\0')
		m->bad = true;
}

/* Ask whether a user may send as an address.  0 or -1. */
int
policy_sender_send(struct chan *c, uint64_t id, const struct policy_sender *s)
{
	struct msgout *o;

	o = chan_begin(c, M_POLICY_SENDER, id);
	msg_put_str(o, s->user);
	msg_put_str(o, s->credential);
	msg_put_str(o, s->source);
	msg_put_str(o, s->address);
	return chan_end(c, -1);
}

/* Decode SENDER.  -1 if ill-formed. */
int
policy_sender_recv(struct msgin *m, struct policy_sender *s)
{
	msg_get_str(m, s->user, sizeof(s->user));
	msg_get_str(m, s->credential, sizeof(s->credential));
	msg_get_str(m, s->source, sizeof(s->source));
	msg_get_str(m, s->address, sizeof(s->address));
	return msg_end(m);
}

/* Answer SENDER; used entries of key only.  0 or -1. */
int
policy_sender_reply_send(struct chan *c, uint64_t id,
    const struct policy_sender_reply *s)
{
	struct msgout *o;

	o = chan_begin(c, M_POLICY_SENDER_REPLY, id);
	policy_sender_reply_put(o, s);
	return chan_end(c, -1);
}

/*
 * Decode SENDER_REPLY.  -1 if ill-formed, too many keys, or approved in no
 * compartment.
 */
int
policy_sender_reply_recv(struct msgin *m, struct policy_sender_reply *s)
{
	policy_sender_reply_get(m, s);
	return msg_end(m);
}

/* Ask whether a recipient is suppressed.  0 or -1. */
int
policy_rcpt_send(struct chan *c, uint64_t id, const struct policy_rcpt *s)
{
	struct msgout *o;

	o = chan_begin(c, M_POLICY_RCPT, id);
	msg_put_str(o, s->user);
	msg_put_str(o, s->credential);
	msg_put_str(o, s->compartment);
	msg_put_str(o, s->address);
	msg_put_u64(o, s->transaction);
	msg_put_u32(o, s->units);
	return chan_end(c, -1);
}

/* Nothing, or more than a message can be, is not counted. */
static void
check_units(struct msgin *m, uint32_t units)
{
	if (units == 0 || units > RATE_UNITS_MAX)
		m->bad = true;
}

/* Decode RCPT.  -1 if ill-formed. */
int
policy_rcpt_recv(struct msgin *m, struct policy_rcpt *s)
{
	msg_get_str(m, s->user, sizeof(s->user));
	msg_get_str(m, s->credential, sizeof(s->credential));
	msg_get_str(m, s->compartment, sizeof(s->compartment));
	msg_get_str(m, s->address, sizeof(s->address));
	s->transaction = msg_get_u64(m);
	s->units = msg_get_u32(m);
	check_units(m, s->units);
	return msg_end(m);
}

/* Answer RCPT.  0 or -1. */
int
policy_rcpt_reply_send(struct chan *c, uint64_t id,
    const struct policy_rcpt_reply *s)
{
	struct msgout *o;

	o = chan_begin(c, M_POLICY_RCPT_REPLY, id);
	msg_put_u32(o, s->status);
	msg_put_bool(o, s->counted);
	msg_put_u32(o, s->limit);
	return chan_end(c, -1);
}

/* Decode RCPT_REPLY.  -1 if ill-formed. */
int
policy_rcpt_reply_recv(struct msgin *m, struct policy_rcpt_reply *s)
{
	s->status = msg_get_enum(m, POLICY_OK, POLICY_STATUS_LAST);
	s->counted = msg_get_bool(m);
	s->limit = msg_get_u32(m);
	return msg_end(m);
}

static int
units_send(struct chan *c, enum policy_type type, uint64_t id,
    const struct policy_units *s)
{
	struct msgout *o;

	o = chan_begin(c, (uint16_t)type, id);
	msg_put_u64(o, s->transaction);
	msg_put_u32(o, s->units);
	return chan_end(c, -1);
}

static int
units_recv(struct msgin *m, struct policy_units *s)
{
	s->transaction = msg_get_u64(m);
	s->units = msg_get_u32(m);
	check_units(m, s->units);
	return msg_end(m);
}

static int
end_send(struct chan *c, enum policy_type type, const struct policy_end *s)
{
	struct msgout *o;

	o = chan_begin(c, (uint16_t)type, 0);
	msg_put_u64(o, s->number);
	return chan_end(c, -1);
}

static int
end_recv(struct msgin *m, struct policy_end *s)
{
	s->number = msg_get_u64(m);
	return msg_end(m);
}

/* Ask for so many units in all; RCPT_REPLY has the same id.  0 or -1. */
int
policy_resize_send(struct chan *c, uint64_t id, const struct policy_units *s)
{
	return units_send(c, M_POLICY_RESIZE, id, s);
}

/* Decode RESIZE.  -1 if ill-formed. */
int
policy_resize_recv(struct msgin *m, struct policy_units *s)
{
	return units_recv(m, s);
}

/* Tell that a message was accepted.  0 or -1. */
int
policy_commit_send(struct chan *c, const struct policy_units *s)
{
	return units_send(c, M_POLICY_COMMIT, 0, s);
}

/* Decode COMMIT.  -1 if ill-formed. */
int
policy_commit_recv(struct msgin *m, struct policy_units *s)
{
	return units_recv(m, s);
}

/* Tell that a transaction came to nothing.  0 or -1. */
int
policy_release_send(struct chan *c, const struct policy_end *s)
{
	return end_send(c, M_POLICY_RELEASE, s);
}

/* Decode RELEASE.  -1 if ill-formed. */
int
policy_release_recv(struct msgin *m, struct policy_end *s)
{
	return end_recv(m, s);
}

/* Tell that a session is over.  0 or -1. */
int
policy_leave_send(struct chan *c, const struct policy_end *s)
{
	return end_send(c, M_POLICY_LEAVE, s);
}

/* Decode LEAVE.  -1 if ill-formed. */
int
policy_leave_recv(struct msgin *m, struct policy_end *s)
{
	return end_recv(m, s);
}

/* Tell that an address is to be turned away.  0 or -1. */
int
policy_throttle_send(struct chan *c, const struct policy_throttle *s)
{
	struct msgout *o;

	o = chan_begin(c, M_POLICY_THROTTLE, 0);
	msg_put_data(o, s->key, sizeof(s->key));
	msg_put_u32(o, s->seconds);
	return chan_end(c, -1);
}

/* Decode THROTTLE.  -1 if ill-formed. */
int
policy_throttle_recv(struct msgin *m, struct policy_throttle *s)
{
	size_t len;

	len = msg_get_data(m, s->key, sizeof(s->key));
	if (len != sizeof(s->key))
		m->bad = true;
	s->seconds = msg_get_u32(m);
	return msg_end(m);
}
