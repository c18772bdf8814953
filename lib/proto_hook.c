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
 * Requests to webhooks.  Encodes, decodes and checks form; it knows no HTTP
 * but what may stand in a line of it.
 */
#include "proto_hook.h"

#include "chan.h"
#include "msg.h"

/* Nothing that ends or splits a line. */
static bool
is_word(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s > '~')
			return false;
	return true;
}

/* Send a request; POSTED has the same id.  0 or -1. */
int
hook_post_send(struct chan *c, uint64_t id, const struct hook_post *s)
{
	struct msgout *o;

	o = chan_begin(c, M_HOOK_POST, id);
	msg_put_bool(o, s->tls);
	msg_put_str(o, s->host);
	msg_put_u16(o, s->port);
	msg_put_str(o, s->path);
	msg_put_str(o, s->signature);
	msg_put_str(o, s->batch);
	msg_put_data(o, s->ca, s->ca_len);
	msg_put_data(o, s->body, s->body_len);
	return chan_end(c, -1);
}

/* Decode POST; body and ca live as long as the message.  0 or -1. */
int
hook_post_recv(struct msgin *m, struct hook_post *s)
{
	s->tls = msg_get_bool(m);
	msg_get_str(m, s->host, sizeof(s->host));
	s->port = msg_get_u16(m);
	msg_get_str(m, s->path, sizeof(s->path));
	msg_get_str(m, s->signature, sizeof(s->signature));
	msg_get_str(m, s->batch, sizeof(s->batch));
	s->ca = msg_ref_data(m, &s->ca_len, HOOK_CA_MAX);
	s->body = msg_ref_data(m, &s->body_len, HOOK_BODY_MAX);
	if (s->host[0] == '\0' || s->port == 0 || s->path[0] != '/' ||
	    !is_word(s->host) || !is_word(s->path) || !is_word(s->signature) ||
	    !is_word(s->batch))
		m->bad = true;
	return msg_end(m);
}

/* Answer POST.  0 or -1. */
int
hook_posted_send(struct chan *c, uint64_t id, const struct hook_posted *s)
{
	struct msgout *o;

	o = chan_begin(c, M_HOOK_POSTED, id);
	msg_put_u16(o, s->status);
	msg_put_str(o, s->error);
	return chan_end(c, -1);
}

/* Decode POSTED.  0 or -1. */
int
hook_posted_recv(struct msgin *m, struct hook_posted *s)
{
	s->status = msg_get_u16(m);
	msg_get_str(m, s->error, sizeof(s->error));
	return msg_end(m);
}
