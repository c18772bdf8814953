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
 * Work of queue for deliver, and its outcome.  Encodes, decodes and checks
 * form; nothing here reads a segment.
 */
#include <stdlib.h>

#include "chan.h"
#include "msg.h"
#include "proto_submit.h"
#include "proto_work.h"

/*
 * Hand over a segment, opened for reading only; the descriptor is taken over
 * as chan_end() does.  0 or -1.
 */
int
work_segment_send(struct chan *c, uint64_t segment, int fd)
{
	struct msgout *o;

	o = chan_begin(c, M_WORK_SEGMENT, 0);
	msg_put_u64(o, segment);
	return chan_end(c, fd);
}

/* Decode SEGMENT; the caller takes the descriptor.  -1 if ill-formed. */
int
work_segment_recv(struct msgin *m, uint64_t *segment)
{
	*segment = msg_get_u64(m);
	return msg_end(m);
}

/* No work refers to a segment any more.  0 or -1. */
int
work_segment_close_send(struct chan *c, uint64_t segment)
{
	struct msgout *o;

	o = chan_begin(c, M_WORK_SEGMENT_CLOSE, 0);
	msg_put_u64(o, segment);
	return chan_end(c, -1);
}

/* Decode SEGMENT_CLOSE.  -1 if ill-formed. */
int
work_segment_close_recv(struct msgin *m, uint64_t *segment)
{
	*segment = msg_get_u64(m);
	return msg_end(m);
}

static void
rcpt_put(struct msgout *o, const struct work_rcpt *r)
{
	msg_put_u32(o, r->index);
	msg_put_u8(o, r->notify);
	msg_put_str(o, r->address);
	msg_put_str(o, r->orcpt);
}

/*
 * Send a message and 1 to WORK_RCPT_MAX recipients of one destination.  0,
 * or -1 if it does not fit in a message or could not be queued.
 */
int
work_batch_send(struct chan *c, const struct work_batch *s)
{
	struct msgout *o;
	uint32_t i;

	o = chan_begin(c, M_WORK_BATCH, 0);
	msg_put_u64(o, s->batch);
	msg_put_u64(o, s->message);
	msg_put_str(o, s->destination);
	msg_put_str(o, s->via);
	msg_put_u16(o, s->via_port);
	msg_put_str(o, s->return_path);
	msg_put_str(o, s->envid);
	msg_put_str(o, s->sources);
	msg_put_u32(o, s->flags);
	msg_put_u64(o, s->segment);
	msg_put_u64(o, s->prefix_off);
	msg_put_u32(o, s->prefix_len);
	msg_put_u64(o, s->body_off);
	msg_put_u64(o, s->body_len);
	msg_put_u32(o, s->crc);
	msg_put_u32(o, s->rcpts);
	for (i = 0; i < s->rcpts; i++)
		rcpt_put(o, &s->rcpt[i]);
	return chan_end(c, -1);
}

static void
rcpt_get(struct msgin *m, struct work_rcpt *r)
{
	r->index = msg_get_u32(m);
	r->notify = msg_get_u8(m);
	msg_get_str(m, r->address, sizeof(r->address));
	msg_get_str(m, r->orcpt, sizeof(r->orcpt));
	if (r->address[0] == '\0' || (r->notify & ~NOTIFY_ALL) != 0)
		m->bad = true;
	if ((r->notify & NOTIFY_NEVER) != 0 && r->notify != NOTIFY_NEVER)
		m->bad = true;
}

/* The recipients; the claimed number is believed only up to the limit. */
static void
rcpts_get(struct msgin *m, struct work_batch *s)
{
	uint32_t i;

	if (m->bad || s->rcpts == 0 || s->rcpts > WORK_RCPT_MAX) {
		m->bad = true;
		return;
	}
	s->rcpt = calloc(s->rcpts, sizeof(*s->rcpt));
	if (s->rcpt == NULL) {
		m->bad = true;
		return;
	}
	for (i = 0; i < s->rcpts && !m->bad; i++)
		rcpt_get(m, &s->rcpt[i]);
}

/*
 * Decode BATCH, whose recipients are allocated: free them with
 * work_batch_clear().  -1 if ill-formed or out of memory, and then nothing
 * is to be freed.
 */
int
work_batch_recv(struct msgin *m, struct work_batch *s)
{
	s->rcpt = NULL;
	s->batch = msg_get_u64(m);
	s->message = msg_get_u64(m);
	msg_get_str(m, s->destination, sizeof(s->destination));
	msg_get_str(m, s->via, sizeof(s->via));
	s->via_port = msg_get_u16(m);
	msg_get_str(m, s->return_path, sizeof(s->return_path));
	msg_get_str(m, s->envid, sizeof(s->envid));
	msg_get_str(m, s->sources, sizeof(s->sources));
	s->flags = msg_get_u32(m);
	s->segment = msg_get_u64(m);
	s->prefix_off = msg_get_u64(m);
	s->prefix_len = msg_get_u32(m);
	s->body_off = msg_get_u64(m);
	s->body_len = msg_get_u64(m);
	s->crc = msg_get_u32(m);
	s->rcpts = msg_get_u32(m);
	if (s->destination[0] == '\0' ||
	    (s->via[0] == '\0') != (s->via_port == 0) ||
	    (s->flags & ~ENVELOPE_ALL) != 0)
		m->bad = true;
	rcpts_get(m, s);
	if (msg_end(m) == -1) {
		work_batch_clear(s);
		return -1;
	}
	return 0;
}

/* Free what work_batch_recv() allocated. */
void
work_batch_clear(struct work_batch *s)
{
	free(s->rcpt);
	s->rcpt = NULL;
	s->rcpts = 0;
}

/* Report one recipient of a batch.  0 or -1. */
int
work_outcome_send(struct chan *c, const struct work_outcome *s)
{
	struct msgout *o;

	o = chan_begin(c, M_WORK_OUTCOME, 0);
	msg_put_u64(o, s->batch);
	msg_put_u32(o, s->index);
	msg_put_u32(o, s->outcome);
	msg_put_u32(o, s->failure);
	msg_put_u16(o, s->code);
	msg_put_str(o, s->enhanced);
	msg_put_str(o, s->text);
	msg_put_str(o, s->host);
	msg_put_str(o, s->address);
	msg_put_str(o, s->tls);
	msg_put_bool(o, s->dsn);
	msg_put_bool(o, s->stated);
	return chan_end(c, -1);
}

/*
 * Decode OUTCOME.  -1 if ill-formed, a code that is no SMTP reply (RFC 5321
 * section 4.2), a delivery with a failure, or none whose report is passed on.
 */
int
work_outcome_recv(struct msgin *m, struct work_outcome *s)
{
	s->batch = msg_get_u64(m);
	s->index = msg_get_u32(m);
	s->outcome = msg_get_enum(m, OUTCOME_DELIVERED, OUTCOME_LAST);
	s->failure = msg_get_enum(m, FAILURE_NONE, FAILURE_LAST);
	s->code = msg_get_u16(m);
	msg_get_str(m, s->enhanced, sizeof(s->enhanced));
	msg_get_str(m, s->text, sizeof(s->text));
	msg_get_str(m, s->host, sizeof(s->host));
	msg_get_str(m, s->address, sizeof(s->address));
	msg_get_str(m, s->tls, sizeof(s->tls));
	if (s->code != 0 && (s->code < 200 || s->code > 599))
		m->bad = true;
	s->dsn = msg_get_bool(m);
	s->stated = msg_get_bool(m);
	if (s->stated && (s->code == 0 || s->enhanced[0] == '\0'))
		m->bad = true;
	if (s->outcome == OUTCOME_DELIVERED && s->failure != FAILURE_NONE)
		m->bad = true;
	if (s->outcome != OUTCOME_DELIVERED && s->dsn)
		m->bad = true;
	return msg_end(m);
}
