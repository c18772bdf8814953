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
 * What edctl and control say to each other.  Encodes, decodes and checks; the
 * structures and their encoding are those of proto_admin.c.
 */
#include "proto_ctl.h"

#include "chan.h"
#include "msg.h"
#include "proto_admin.h"
#include "row.h"

/* Say which version is spoken: first in both directions.  0 or -1. */
int
ctl_hello_send(struct chan *c, uint32_t version)
{
	struct msgout *o;

	o = chan_begin(c, M_CTL_HELLO, 0);
	msg_put_u32(o, version);
	return chan_end(c, -1);
}

/*
 * Decode HELLO.  -1 if ill-formed; which version is acceptable the caller
 * decides, so that it can say so.
 */
int
ctl_hello_recv(struct msgin *m, uint32_t *version)
{
	*version = msg_get_u32(m);
	return msg_end(m);
}

/* Send a command; rows and an end follow.  0 or -1. */
int
ctl_command_send(struct chan *c, const struct admin_command *s)
{
	struct msgout *o;

	o = chan_begin(c, M_CTL_COMMAND, 0);
	admin_command_put(o, s);
	return chan_end(c, -1);
}

/*
 * Decode COMMAND; free it with admin_command_clear().  -1 if ill-formed or
 * out of memory, and then nothing is to be freed.
 */
int
ctl_command_recv(struct msgin *m, struct admin_command *s)
{
	return admin_command_recv(m, s);
}

/* Send one row of an answer.  0 or -1. */
int
ctl_row_send(struct chan *c, const struct row *r)
{
	struct msgout *o;

	o = chan_begin(c, M_CTL_ROW, 0);
	row_put(o, r);
	return chan_end(c, -1);
}

/* Decode ROW into a row of the caller.  -1 if ill-formed. */
int
ctl_row_recv(struct msgin *m, struct row *r)
{
	return admin_row_recv(m, r);
}

/* End an answer.  0 or -1. */
int
ctl_end_send(struct chan *c, const struct admin_end *s)
{
	struct msgout *o;

	o = chan_begin(c, M_CTL_END, 0);
	admin_end_put(o, s);
	return chan_end(c, -1);
}

/* Decode END.  -1 if ill-formed. */
int
ctl_end_recv(struct msgin *m, struct admin_end *s)
{
	return admin_end_recv(m, s);
}

/* Say how far a command is.  0 or -1. */
int
ctl_progress_send(struct chan *c, const struct admin_progress *s)
{
	struct msgout *o;

	o = chan_begin(c, M_CTL_PROGRESS, 0);
	admin_progress_put(o, s);
	return chan_end(c, -1);
}

/* Decode PROGRESS.  -1 if ill-formed. */
int
ctl_progress_recv(struct msgin *m, struct admin_progress *s)
{
	return admin_progress_recv(m, s);
}

/* Send a block of a file, or with no octets its end.  0 or -1. */
int
ctl_data_send(struct chan *c, const void *data, size_t len)
{
	struct msgout *o;

	o = chan_begin(c, M_CTL_DATA, 0);
	msg_put_data(o, data, len);
	return chan_end(c, -1);
}

/* Decode DATA, whose octets live as long as the message.  -1: ill-formed. */
int
ctl_data_recv(struct msgin *m, const uint8_t **data, size_t *len)
{
	*data = msg_ref_data(m, len, CTL_DATA_MAX);
	return msg_end(m);
}

/* Ask for so many more blocks.  0 or -1. */
int
ctl_more_send(struct chan *c, uint32_t blocks)
{
	struct msgout *o;

	o = chan_begin(c, M_CTL_MORE, 0);
	msg_put_u32(o, blocks);
	return chan_end(c, -1);
}

/* Decode MORE.  -1 if ill-formed. */
int
ctl_more_recv(struct msgin *m, uint32_t *blocks)
{
	*blocks = msg_get_u32(m);
	return msg_end(m);
}
