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
 * A channel: one socketpair between two processes that speak one
 * conversation.  It frames messages, carries descriptors, dispatches through
 * a table, keeps the one table of requests that wait for an answer, and
 * tells its owner when to stop producing.  It does not know what a message
 * means; a message that is not allowed ends the channel, or see breach.h.
 */
#ifndef CHAN_H
#define CHAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chan;
struct event_base;
struct msgin;
struct msgout;

#define CHAN_REPLY 0x0001u /* answers a request: goes to its callback */
#define CHAN_FD	   0x0002u /* must carry a descriptor; others must not */

/* A handler returns -1 for an ill-formed message: that ends the channel. */
typedef int (*chan_handler)(struct chan *, struct msgin *, void *);

/* The only list of what may arrive; ends with a row of type 0. */
struct chan_rule {
	uint16_t type;
	uint16_t flags;
	const char *name;
	chan_handler handler; /* NULL with CHAN_REPLY */
};

/*
 * The answer to a request, or NULL if the channel died first.  Returns -1
 * for an ill-formed answer.
 */
typedef int (*chan_reply_cb)(struct msgin *, void *);

/* The channel is gone (peer closed, or broke a rule); free it here. */
typedef void (*chan_down_cb)(struct chan *, void *);

/* true: above the high mark, stop producing; false: below the low mark. */
typedef void (*chan_full_cb)(struct chan *, bool, void *);

struct chan *chan_new(struct event_base *, int, const char *,
    const struct chan_rule *, void *);
void chan_free(struct chan *);
void chan_is_secret(struct chan *);
void chan_on_down(struct chan *, chan_down_cb);
void chan_on_full(struct chan *, size_t high, size_t low, chan_full_cb);
void *chan_arg(const struct chan *);
const char *chan_name(const struct chan *);
size_t chan_queued(const struct chan *);
bool chan_is_full(const struct chan *);
void chan_push(struct chan *);
int chan_flush_blocking(struct chan *, int timeout_ms);
void chan_hold(struct chan *, bool);

struct msgout *chan_begin(struct chan *, uint16_t type, uint64_t id);
int chan_end(struct chan *, int fd);

uint64_t chan_request(struct chan *, chan_reply_cb, void *);
void chan_cancel(struct chan *, const void *);

#endif
