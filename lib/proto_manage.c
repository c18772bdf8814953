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
 * Requests of the management API from httpd to control, and the answers.
 * Encodes, decodes and checks form; what a field may hold is control's
 * business.
 */
#include "proto_manage.h"

#include <string.h>

#include "chan.h"
#include "msg.h"
#include "row.h"

/* Send a request; ROW and END have the same id.  0, or -1. */
int
manage_request_send(struct chan *c, uint64_t id, const struct manage_request *s)
{
	struct msgout *o;

	o = chan_begin(c, M_MANAGE_REQUEST, id);
	msg_put_u32(o, s->op);
	msg_put_str(o, s->user);
	msg_put_str(o, s->source);
	msg_put_str(o, s->request);
	msg_put_str(o, s->id);
	msg_put_str(o, s->etag);
	msg_put_str(o, s->retry);
	msg_put_str(o, s->page);
	msg_put_u32(o, s->limit);
	row_put(o, s->field);
	return chan_end(c, -1);
}

/*
 * Decode REQUEST, with a row of its own; free it with manage_request_clear().
 * -1 if ill-formed, of nobody, or out of memory, and then nothing is to be
 * freed.
 */
int
manage_request_recv(struct msgin *m, struct manage_request *s)
{
	memset(s, 0, sizeof(*s));
	s->op = (enum manage_op)msg_get_enum(m, MANAGE_SENDER_CREATE,
	    MANAGE_OP_LAST);
	msg_get_str(m, s->user, sizeof(s->user));
	msg_get_str(m, s->source, sizeof(s->source));
	msg_get_str(m, s->request, sizeof(s->request));
	msg_get_str(m, s->id, sizeof(s->id));
	msg_get_str(m, s->etag, sizeof(s->etag));
	msg_get_str(m, s->retry, sizeof(s->retry));
	msg_get_str(m, s->page, sizeof(s->page));
	s->limit = msg_get_u32(m);
	s->field = row_new();
	if (s->field == NULL || s->user[0] == '\0' ||
	    s->limit > MANAGE_LIMIT_MAX || row_get(m, s->field) == -1)
		m->bad = true;
	if (msg_end(m) == 0)
		return 0;
	manage_request_clear(s);
	return -1;
}

/* Wipe and free the fields; one may be a private key.  Safe to call twice. */
void
manage_request_clear(struct manage_request *s)
{
	char *value;
	size_t i;

	for (i = 0; s->field != NULL && i < row_count(s->field); i++) {
		value = row_at(s->field, i)->value;
		explicit_bzero(value, strlen(value));
	}
	row_free(s->field);
	s->field = NULL;
}

/* Send one object of an answer.  0, or -1 also if the row is bad. */
int
manage_row_send(struct chan *c, uint64_t id, const struct row *r)
{
	struct msgout *o;

	o = chan_begin(c, M_MANAGE_ROW, id);
	row_put(o, r);
	return chan_end(c, -1);
}

/* Decode ROW into a row of the caller.  -1 if ill-formed. */
int
manage_row_recv(struct msgin *m, struct row *r)
{
	if (row_get(m, r) == -1)
		m->bad = true;
	return msg_end(m);
}

/* End an answer.  0 or -1. */
int
manage_end_send(struct chan *c, uint64_t id, const struct manage_end *s)
{
	struct msgout *o;

	o = chan_begin(c, M_MANAGE_END, id);
	msg_put_u32(o, s->status);
	msg_put_str(o, s->etag);
	msg_put_str(o, s->next);
	msg_put_str(o, s->prev);
	msg_put_str(o, s->work);
	msg_put_i64(o, s->total);
	msg_put_u32(o, s->wait);
	msg_put_str(o, s->why);
	return chan_end(c, -1);
}

/* Decode END.  -1 if ill-formed, or refused without saying why. */
int
manage_end_recv(struct msgin *m, struct manage_end *s)
{
	s->status = (enum manage_status)msg_get_enum(m, MANAGE_OK,
	    MANAGE_STATUS_LAST);
	msg_get_str(m, s->etag, sizeof(s->etag));
	msg_get_str(m, s->next, sizeof(s->next));
	msg_get_str(m, s->prev, sizeof(s->prev));
	msg_get_str(m, s->work, sizeof(s->work));
	s->total = msg_get_i64(m);
	s->wait = msg_get_u32(m);
	msg_get_str(m, s->why, sizeof(s->why));
	if (s->total < -1 || (s->status != MANAGE_OK && s->why[0] == '\0'))
		m->bad = true;
	return msg_end(m);
}

/* Nobody waits for this answer any more.  0 or -1. */
int
manage_cancel_send(struct chan *c, uint64_t id)
{
	(void)chan_begin(c, M_MANAGE_CANCEL, id);
	return chan_end(c, -1);
}

/* Decode CANCEL.  -1 if ill-formed. */
int
manage_cancel_recv(struct msgin *m)
{
	return msg_end(m);
}
