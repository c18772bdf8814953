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
 * Encodes, decodes and checks how recipients are suppressed.
 */
#include "proto_suppress.h"

#include "chan.h"
#include "msg.h"
#include "proto_setup.h"

/* Send how recipients are suppressed.  0 or -1. */
int
conf_suppress_send(struct chan *c, const struct conf_suppress *s)
{
	struct msgout *o;

	o = chan_begin(c, M_CONF_SUPPRESS, 0);
	msg_put_bool(o, s->hash);
	msg_put_u32(o, s->soft_bounces);
	msg_put_u32(o, s->soft_window);
	msg_put_u32(o, s->soft_lifetime);
	return chan_end(c, -1);
}

/* Decode SUPPRESS.  -1 if ill-formed or a number is out of its range. */
int
conf_suppress_recv(struct msgin *m, struct conf_suppress *s)
{
	s->hash = msg_get_bool(m);
	s->soft_bounces = msg_get_u32(m);
	s->soft_window = msg_get_u32(m);
	s->soft_lifetime = msg_get_u32(m);
	if (s->soft_bounces > CONF_SOFT_MAX || s->soft_window == 0)
		m->bad = true;
	return msg_end(m);
}
