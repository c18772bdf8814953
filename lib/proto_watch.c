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
 * Rows for /metrics and /healthz.  Encodes and decodes.
 */
#include "proto_watch.h"

#include "chan.h"
#include "msg.h"
#include "row.h"

/* Ask for all there is; ROW and END have the same id.  0 or -1. */
int
watch_ask_send(struct chan *c, uint64_t id)
{
	(void)chan_begin(c, M_WATCH_ASK, id);
	return chan_end(c, -1);
}

/* Decode ASK.  0 or -1. */
int
watch_ask_recv(struct msgin *m)
{
	return msg_end(m);
}

/* One row.  0 or -1. */
int
watch_row_send(struct chan *c, uint64_t id, const struct row *row)
{
	row_put(chan_begin(c, M_WATCH_ROW, id), row);
	return chan_end(c, -1);
}

/* Decode ROW into an existing row.  0 or -1. */
int
watch_row_recv(struct msgin *m, struct row *row)
{
	return row_get(m, row) == -1 ? -1 : msg_end(m);
}

/* No more rows; whole: all that were asked for.  0 or -1. */
int
watch_end_send(struct chan *c, uint64_t id, bool whole)
{
	msg_put_bool(chan_begin(c, M_WATCH_END, id), whole);
	return chan_end(c, -1);
}

/* Decode END.  0 or -1. */
int
watch_end_recv(struct msgin *m, bool *whole)
{
	*whole = msg_get_bool(m);
	return msg_end(m);
}
