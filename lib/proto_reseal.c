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
 * Encodes, decodes and checks what makes signer seal keys anew.
 */
#include "proto_reseal.h"

#include "chan.h"
#include "msg.h"
#include "proto_sign.h"

/* Octets into a buffer of max, their number to len, at least one. */
static void
octets_get(struct msgin *m, uint8_t *data, uint32_t *len, size_t max)
{
	size_t n;

	n = msg_get_data(m, data, max);
	if (n == 0)
		m->bad = true;
	*len = (uint32_t)n;
}

/* Have a sealed key sealed anew; RESEALED has the same id.  0 or -1. */
int
sign_reseal_send(struct chan *c, uint64_t id, const struct sign_reseal *s)
{
	struct msgout *o;

	o = chan_begin(c, M_SIGN_RESEAL, id);
	msg_put_bool(o, s->to_box);
	msg_put_data(o, s->box, sizeof(s->box));
	msg_put_data(o, s->sealed, s->sealed_len);
	return chan_end(c, -1);
}

/* Decode RESEAL.  -1 if ill-formed or empty. */
int
sign_reseal_recv(struct msgin *m, struct sign_reseal *s)
{
	s->to_box = msg_get_bool(m);
	if (msg_get_data(m, s->box, sizeof(s->box)) != sizeof(s->box))
		m->bad = true;
	octets_get(m, s->sealed, &s->sealed_len, sizeof(s->sealed));
	return msg_end(m);
}

/* Have a key of a backup sealed; RESEALED has the same id.  0 or -1. */
int
sign_unbox_send(struct chan *c, uint64_t id, const struct sign_unbox *s)
{
	struct msgout *o;

	o = chan_begin(c, M_SIGN_UNBOX, id);
	msg_put_data(o, s->opener, s->opener_len);
	msg_put_data(o, s->boxed, s->boxed_len);
	return chan_end(c, -1);
}

/* Decode UNBOX.  -1 if ill-formed or one of them is empty. */
int
sign_unbox_recv(struct msgin *m, struct sign_unbox *s)
{
	octets_get(m, s->opener, &s->opener_len, sizeof(s->opener));
	octets_get(m, s->boxed, &s->boxed_len, sizeof(s->boxed));
	return msg_end(m);
}

/* Ask for the public key of this signer; RESEALED has it.  0 or -1. */
int
sign_transport_send(struct chan *c, uint64_t id)
{
	(void)chan_begin(c, M_SIGN_TRANSPORT, id);
	return chan_end(c, -1);
}

/* Decode TRANSPORT.  -1 if ill-formed. */
int
sign_transport_recv(struct msgin *m)
{
	return msg_end(m);
}

/* Answer RESEAL, UNBOX or TRANSPORT.  0 or -1. */
int
sign_resealed_send(struct chan *c, uint64_t id, const struct sign_resealed *s)
{
	struct msgout *o;

	o = chan_begin(c, M_SIGN_RESEALED, id);
	msg_put_bool(o, s->ok);
	if (s->ok)
		msg_put_data(o, s->sealed, s->sealed_len);
	return chan_end(c, -1);
}

/* Decode RESEALED.  -1 if ill-formed, or nothing is in it though all is well. */
int
sign_resealed_recv(struct msgin *m, struct sign_resealed *s)
{
	s->ok = msg_get_bool(m);
	s->sealed_len = 0;
	if (s->ok)
		octets_get(m, s->sealed, &s->sealed_len, sizeof(s->sealed));
	return msg_end(m);
}
