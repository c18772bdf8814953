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
 * What queue tells control about recipients.  Encodes, decodes and checks
 * form only.
 */
#include "proto_notice.h"

#include "chan.h"
#include "msg.h"

/* A recipient does not exist; TAKEN has the same id.  0 or -1. */
int
notice_bounce_send(struct chan *c, uint64_t id, const struct notice_bounce *s)
{
	struct msgout *o;

	o = chan_begin(c, M_NOTICE_BOUNCE, id);
	msg_put_u64(o, s->message);
	msg_put_str(o, s->compartment);
	msg_put_str(o, s->rcpt);
	msg_put_str(o, s->message_id);
	msg_put_str(o, s->host);
	msg_put_str(o, s->text);
	return chan_end(c, -1);
}

/* Decode BOUNCE.  -1 if ill-formed or of nobody. */
int
notice_bounce_recv(struct msgin *m, struct notice_bounce *s)
{
	s->message = msg_get_u64(m);
	msg_get_str(m, s->compartment, sizeof(s->compartment));
	msg_get_str(m, s->rcpt, sizeof(s->rcpt));
	msg_get_str(m, s->message_id, sizeof(s->message_id));
	msg_get_str(m, s->host, sizeof(s->host));
	msg_get_str(m, s->text, sizeof(s->text));
	if (s->rcpt[0] == '\0')
		m->bad = true;
	return msg_end(m);
}

/* Answer BOUNCE.  0 or -1. */
int
notice_taken_send(struct chan *c, uint64_t id, const struct notice_taken *s)
{
	struct msgout *o;

	o = chan_begin(c, M_NOTICE_TAKEN, id);
	msg_put_bool(o, s->ok);
	return chan_end(c, -1);
}

/* Decode TAKEN.  -1 if ill-formed. */
int
notice_taken_recv(struct msgin *m, struct notice_taken *s)
{
	s->ok = msg_get_bool(m);
	return msg_end(m);
}
