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
 * Claims of retry tokens.  Encodes, decodes and checks each message alone.
 */
#include "proto_claim.h"

#include "chan.h"
#include "msg.h"
#include "proto_submit.h"

static void
get_octets(struct msgin *m, uint8_t *out, size_t len)
{
	if (msg_get_data(m, out, len) != len)
		m->bad = true;
}

/* Claim a retry token; CLAIMED has the same id.  0 or -1. */
int
submit_claim_send(struct chan *c, uint64_t id, const struct submit_claim *s)
{
	struct msgout *o;

	o = chan_begin(c, M_SUBMIT_CLAIM, id);
	msg_put_data(o, s->key, sizeof(s->key));
	msg_put_str(o, s->user);
	return chan_end(c, -1);
}

/* Decode CLAIM.  -1 if ill-formed, or of nobody. */
int
submit_claim_recv(struct msgin *m, struct submit_claim *s)
{
	get_octets(m, s->key, sizeof(s->key));
	msg_get_str(m, s->user, sizeof(s->user));
	if (s->user[0] == '\0')
		m->bad = true;
	return msg_end(m);
}

/* Answer CLAIM.  0 or -1. */
int
submit_claimed_send(struct chan *c, uint64_t id, const struct submit_claimed *s)
{
	struct msgout *o;

	o = chan_begin(c, M_SUBMIT_CLAIMED, id);
	msg_put_u32(o, s->status);
	msg_put_u64(o, s->message);
	msg_put_data(o, s->digest, sizeof(s->digest));
	msg_put_u64(o, s->suppressed);
	msg_put_str(o, s->message_id);
	return chan_end(c, -1);
}

/* Decode CLAIMED.  -1 if ill-formed, or without a number that it needs. */
int
submit_claimed_recv(struct msgin *m, struct submit_claimed *s)
{
	s->status = msg_get_enum(m, CLAIM_NEW, CLAIM_STATUS_LAST);
	s->message = msg_get_u64(m);
	get_octets(m, s->digest, sizeof(s->digest));
	s->suppressed = msg_get_u64(m);
	msg_get_str(m, s->message_id, sizeof(s->message_id));
	if ((s->status == CLAIM_NEW || s->status == CLAIM_AGAIN) &&
	    s->message == 0)
		m->bad = true;
	return msg_end(m);
}
