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
 * httpd -> control: how edd is, for those that watch it.
 *
 *   ASK -> ROW ... END     all with the id of the ASK
 *
 * What rows there are is in control's metrics.h.
 */
#ifndef PROTO_WATCH_H
#define PROTO_WATCH_H

#include <stdbool.h>
#include <stdint.h>

struct chan;
struct msgin;
struct row;

enum watch_type {
	M_WATCH_ASK = 1,
	M_WATCH_ROW,
	M_WATCH_END
};

int watch_ask_send(struct chan *, uint64_t);
int watch_ask_recv(struct msgin *);
int watch_row_send(struct chan *, uint64_t, const struct row *);
int watch_row_recv(struct msgin *, struct row *);
int watch_end_send(struct chan *, uint64_t, bool whole);
int watch_end_recv(struct msgin *, bool *whole);

#endif
