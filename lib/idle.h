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
 * How long a connection may do nothing, and how long it may last: one timer
 * that is not moved for each byte.  It knows no connection.
 */
#ifndef IDLE_H
#define IDLE_H

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdbool.h>
#include <stdint.h>

/* Milliseconds of the monotonic clock; 0: none. */
struct idle {
	struct event timer;
	int64_t active;	 /* something happened */
	int64_t timeout; /* a length of time */
	int64_t deadline;
	int64_t armed; /* when the timer fires */
};

void idle_init(struct idle *, struct event_base *, event_callback_fn, void *);
void idle_clear(struct idle *);
void idle_touch(struct idle *);
void idle_timeout(struct idle *, unsigned seconds);
void idle_deadline(struct idle *, unsigned seconds);
void idle_shorten(struct idle *, unsigned seconds);
void idle_arm(struct idle *, bool at_once);
bool idle_fired(struct idle *);

#endif
