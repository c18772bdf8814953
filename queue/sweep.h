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
 * Sweeps of what waits for destinations that are down: whatever has waited too
 * long is given up, and senders are told before, whether or not the time has
 * come to probe.  The cost is bounded: a destination is swept when the first
 * of its tasks is due, but so that no more than SWEEP_RATE tasks a second are
 * looked at.
 */
#ifndef SWEEP_H
#define SWEEP_H

#include <stdbool.h>
#include <stdint.h>

struct destination;
struct destinations;
struct event_base;
struct flows;
struct timing;
struct sweeps;
struct task;

struct sweeps_hooks {
	void (*expire)(struct task *, void *); /* its time is over */
	void (*late)(struct task *, void *);   /* its sender was not told */
	void *arg;			       /* of these two */
	/* A sweep is over: what is there may be sent if it is not down. */
	void (*swept)(struct destination *, void *);
	/* Whether an operator keeps a task: it is passed over. */
	bool (*kept)(const struct task *, void *);
	void *swept_arg; /* of these two */
};

struct sweeps *sweeps_new(struct event_base *, struct flows *,
    const struct timing *, const struct sweeps_hooks *);
void sweeps_free(struct sweeps *);
void sweeps_use(struct sweeps *, struct destinations *);
void sweeps_begin(struct sweeps *, struct destination *);
void sweeps_plan(struct sweeps *, const struct task *);
void sweeps_soon(struct sweeps *, struct destination *);
void sweeps_cancel(struct sweeps *, struct destination *);

#endif
