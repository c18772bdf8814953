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
 * When: the times of attempts, of the notice that a message waits, and of its
 * end.  Pure but for the clock.
 */
#ifndef TIMING_H
#define TIMING_H

#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"
#include "proto_conf.h"

struct message;
struct task;

struct timing {
	uint64_t seed;	/* of jitter; not 0 */
	int64_t expire; /* seconds */
	int64_t delay;	/* until a sender is told; 0: never */
	uint32_t retries;
	uint32_t retry[CONF_RETRY_MAX];
};

void timing_conf(struct timing *, const struct conf_queue *);
int64_t timing_interval(struct timing *, unsigned attempts);
int64_t timing_next(struct timing *, const struct task *);
bool timing_late(const struct timing *, const struct message *);
bool timing_expired(const struct timing *, const struct message *);
int64_t timing_moment(const struct timing *, const struct task *);
bool timing_was_noticed(const struct task *);

#endif
