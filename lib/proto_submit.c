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
 * A message on its way from smtpd or httpd to queue.  Encodes, decodes and
 * checks each message alone; their order is queue's business.
 */
#include "proto_submit.h"

#include <string.h>

#include "chan.h"
#include "msg.h"

/* Ask for room for size octets; OPENED has the same id.  0 or -1. */
int
submit_open_send(struct chan *c, uint64_t id, uint64_t size)
{
	struct msgout *o;

	o = chan_begin(c, M_SUBMIT_OPEN, id);
	msg_put_u64(o, size);
	return chan_end(c, -1);
}

/* Decode OPEN.  -1 if ill-formed. */
int
submit_open_recv(struct msgin *m, uint64_t *size)
{
	*size = msg_get_u64(m);
	return msg_end(m);
}

/* Answer OPEN.  0 or -1. */
int
submit_opened_send(struct chan *c, uint64_t id, const struct submit_opened *s)
{
	struct msgout *o;

	o = chan_begin(c, M_SUBMIT_OPENED, id);
	msg_put_u32(o, s->status);
	msg_put_u64(o, s->message);
	return chan_end(c, -1);
}

/* Decode OPENED.  -1 if ill-formed, or opened without an id. */
int
submit_opened_recv(struct msgin *m, struct submit_opened *s)
{
	s->status = msg_get_enum(m, SUBMIT_OK, SUBMIT_STATUS_LAST);
	s->message = msg_get_u64(m);
	if (s->status == SUBMIT_OK && s->message == 0)
		m->bad = true;
	return msg_end(m);
}

/* Send 1 to SUBMIT_DATA_MAX octets of a message.  0 or -1. */
int
submit_data_send(struct chan *c, uint64_t message, const void *data, size_t len)
{
	struct msgout *o;

	o = chan_begin(c, M_SUBMIT_DATA, 0);
	msg_put_u64(o, message);
	msg_put_data(o, data, len);
	return chan_end(c, -1);
}

/*
 * Decode DATA.  The octets stay in the channel's buffer and are good until
 * the handler returns.  -1 if ill-formed or empty.
 */
int
submit_data_recv(struct msgin *m, uint64_t *message, const uint8_t **data,
    size_t *len)
{
	*len = 0;
	*message = msg_get_u64(m);
	*data = msg_ref_data(m, len, SUBMIT_DATA_MAX);
	if (*len == 0)
		m->bad = true;
	return msg_end(m);
}

/* NOTIFY of RFC 3461 section 4.1: NEVER stands alone. */
static bool
notify_valid(unsigned notify)
{
	if ((notify & ~NOTIFY_ALL) != 0)
		return false;
	return (notify & NOTIFY_NEVER) == 0 || notify == NOTIFY_NEVER;
}

/* Name a recipient of a message.  0 or -1. */
int
submit_rcpt_send(struct chan *c, const struct submit_rcpt *s)
{
	struct msgout *o;

	o = chan_begin(c, M_SUBMIT_RCPT, 0);
	msg_put_u64(o, s->message);
	msg_put_str(o, s->address);
	msg_put_u8(o, s->notify);
	msg_put_str(o, s->orcpt);
	return chan_end(c, -1);
}

/* Decode RCPT.  -1 if ill-formed, without address, or NOTIFY is no set. */
int
submit_rcpt_recv(struct msgin *m, struct submit_rcpt *s)
{
	s->message = msg_get_u64(m);
	msg_get_str(m, s->address, sizeof(s->address));
	s->notify = msg_get_u8(m);
	msg_get_str(m, s->orcpt, sizeof(s->orcpt));
	if (s->address[0] == '\0' || !notify_valid(s->notify))
		m->bad = true;
	return msg_end(m);
}

/* The message is complete; DONE has the same id.  0 or -1. */
int
submit_commit_send(struct chan *c, uint64_t id, const struct submit_commit *s)
{
	struct msgout *o;

	o = chan_begin(c, M_SUBMIT_COMMIT, id);
	msg_put_u64(o, s->message);
	msg_put_str(o, s->sender);
	msg_put_str(o, s->return_path);
	msg_put_str(o, s->from);
	msg_put_str(o, s->message_id);
	msg_put_str(o, s->envid);
	msg_put_str(o, s->user);
	msg_put_str(o, s->compartment);
	msg_put_str(o, s->selector);
	msg_put_str(o, s->source);
	msg_put_u32(o, s->flags);
	msg_put_u64(o, s->size);
	msg_put_u32(o, s->rcpts);
	msg_put_bool(o, s->next);
	msg_put_u64(o, s->claim);
	if (s->claim != 0) {
		msg_put_u64(o, s->suppressed);
		msg_put_data(o, s->digest, sizeof(s->digest));
	}
	msg_put_data(o, s->prefix, s->prefix_len);
	msg_put_str(o, s->sources);
	return chan_end(c, -1);
}

/* RET of RFC 3461 section 4.3 is one of two. */
static bool
flags_valid(uint32_t flags)
{
	const uint32_t both = ENVELOPE_RET_HDRS | ENVELOPE_RET_FULL;

	return (flags & ~ENVELOPE_ALL) == 0 && (flags & both) != both;
}

static void
get_claim(struct msgin *m, struct submit_commit *s)
{
	s->suppressed = 0;
	memset(s->digest, 0, sizeof(s->digest));
	s->claim = msg_get_u64(m);
	if (s->claim == 0)
		return;
	s->suppressed = msg_get_u64(m);
	if (msg_get_data(m, s->digest, sizeof(s->digest)) != sizeof(s->digest))
		m->bad = true;
}

/* For nobody is only what is kept for its retry token. */
static bool
rcpts_valid(const struct submit_commit *s)
{
	if (s->rcpts == 0)
		return s->claim != 0 && s->message == s->claim && s->size == 0;
	return s->claim == 0 || s->message != s->claim;
}

/*
 * Decode COMMIT.  -1 if ill-formed, with unknown flags, or for no
 * recipient though it is a message.
 */
int
submit_commit_recv(struct msgin *m, struct submit_commit *s)
{
	size_t len;

	s->message = msg_get_u64(m);
	msg_get_str(m, s->sender, sizeof(s->sender));
	msg_get_str(m, s->return_path, sizeof(s->return_path));
	msg_get_str(m, s->from, sizeof(s->from));
	msg_get_str(m, s->message_id, sizeof(s->message_id));
	msg_get_str(m, s->envid, sizeof(s->envid));
	msg_get_str(m, s->user, sizeof(s->user));
	msg_get_str(m, s->compartment, sizeof(s->compartment));
	msg_get_str(m, s->selector, sizeof(s->selector));
	msg_get_str(m, s->source, sizeof(s->source));
	s->flags = msg_get_u32(m);
	s->size = msg_get_u64(m);
	s->rcpts = msg_get_u32(m);
	s->next = msg_get_bool(m);
	get_claim(m, s);
	len = msg_get_data(m, s->prefix, sizeof(s->prefix));
	s->prefix_len = (uint32_t)len;
	msg_get_str(m, s->sources, sizeof(s->sources));
	if (!flags_valid(s->flags) || !rcpts_valid(s))
		m->bad = true;
	return msg_end(m);
}

/* Answer COMMIT.  0 or -1. */
int
submit_done_send(struct chan *c, uint64_t id, const struct submit_done *s)
{
	struct msgout *o;

	o = chan_begin(c, M_SUBMIT_DONE, id);
	msg_put_u32(o, s->status);
	msg_put_u64(o, s->next);
	return chan_end(c, -1);
}

/* Decode DONE.  -1 if ill-formed, or a failure opens the next. */
int
submit_done_recv(struct msgin *m, struct submit_done *s)
{
	s->status = msg_get_enum(m, SUBMIT_OK, SUBMIT_STATUS_LAST);
	s->next = msg_get_u64(m);
	if (s->status != SUBMIT_OK && s->next != 0)
		m->bad = true;
	return msg_end(m);
}

/* Give a message up; no answer.  0 or -1. */
int
submit_abort_send(struct chan *c, uint64_t message)
{
	struct msgout *o;

	o = chan_begin(c, M_SUBMIT_ABORT, 0);
	msg_put_u64(o, message);
	return chan_end(c, -1);
}

/* Decode ABORT.  -1 if ill-formed. */
int
submit_abort_recv(struct msgin *m, uint64_t *message)
{
	*message = msg_get_u64(m);
	return msg_end(m);
}

/* A line for the journal; no answer.  0 or -1. */
int
submit_event_send(struct chan *c, const struct submit_event *s)
{
	struct msgout *o;

	o = chan_begin(c, M_SUBMIT_EVENT, 0);
	msg_put_u32(o, s->kind);
	msg_put_u64(o, s->message);
	msg_put_str(o, s->user);
	msg_put_str(o, s->compartment);
	msg_put_str(o, s->source);
	msg_put_str(o, s->sender);
	msg_put_str(o, s->rcpt);
	msg_put_str(o, s->text);
	msg_put_str(o, s->request);
	return chan_end(c, -1);
}

/* Decode EVENT.  -1 if ill-formed. */
int
submit_event_recv(struct msgin *m, struct submit_event *s)
{
	s->kind = msg_get_enum(m, SUBMIT_EV_SUPPRESSED, SUBMIT_EV_LAST);
	s->message = msg_get_u64(m);
	msg_get_str(m, s->user, sizeof(s->user));
	msg_get_str(m, s->compartment, sizeof(s->compartment));
	msg_get_str(m, s->source, sizeof(s->source));
	msg_get_str(m, s->sender, sizeof(s->sender));
	msg_get_str(m, s->rcpt, sizeof(s->rcpt));
	msg_get_str(m, s->text, sizeof(s->text));
	msg_get_str(m, s->request, sizeof(s->request));
	return msg_end(m);
}

/* Say whether mail is taken.  0 or -1. */
int
submit_state_send(struct chan *c, bool open)
{
	struct msgout *o;

	o = chan_begin(c, M_SUBMIT_STATE, 0);
	msg_put_bool(o, open);
	return chan_end(c, -1);
}

/* Decode STATE.  -1 if ill-formed. */
int
submit_state_recv(struct msgin *m, bool *open)
{
	*open = msg_get_bool(m);
	return msg_end(m);
}
