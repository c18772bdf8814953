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
 * When which task goes to which deliver worker (a lane): by destination,
 * fair between users and destinations, retries by their time.  It sends
 * nothing itself and writes nothing.
 */
#ifndef SCHEDULE_H
#define SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conf_queue;
struct destinations;
struct event_base;
struct message;
struct schedule;
struct steer;
struct task;

enum schedule_result {
	SCHEDULE_OK = 1,   /* the destination took something */
	SCHEDULE_LATER,	   /* recipients are deferred by their attempts */
	SCHEDULE_DOWN,	   /* the destination cannot be reached */
	SCHEDULE_RETURNED, /* not tried: worker gone, or more to send */
};

struct schedule_hooks {
	/* Send it: 0; 1: nothing to send any more; -1: not now. */
	int (*send)(struct task *, unsigned lane, void *);
	/* Its time is over while its destination was down. */
	void (*expire)(struct task *, void *);
	/* It waits for its destination, and its sender was not told. */
	void (*late)(struct task *, void *);
	/* Nothing new may be sent now. */
	bool (*stuffed)(void *);
	void *arg;
};

struct schedule_stats {
	size_t ready;
	size_t waiting;
	size_t inflight;
	size_t down;	/* destinations */
	size_t stalled; /* destinations */
};

struct schedule *schedule_new(struct event_base *,
    const struct schedule_hooks *);
void schedule_use(struct schedule *, struct destinations *);
void schedule_steer(struct schedule *, const struct steer *);
void schedule_steered(struct schedule *);
void schedule_free(struct schedule *);
void schedule_conf(struct schedule *, const struct conf_queue *);
void schedule_add(struct schedule *, struct message *);
void schedule_remove(struct schedule *, struct message *);
void schedule_lane_up(struct schedule *, unsigned);
void schedule_lane_down(struct schedule *, unsigned);
void schedule_over(struct schedule *, struct task *, enum schedule_result);
int64_t schedule_judge(struct schedule *, const struct task *,
    enum schedule_result);
int64_t schedule_next_try(struct schedule *, const struct task *);
int64_t schedule_task_next(const struct schedule *, const struct task *);
bool schedule_late(const struct schedule *, const struct message *);
bool schedule_expired(const struct schedule *, const struct message *);
void schedule_flush(struct schedule *, struct task *);
void schedule_kick(struct schedule *);
void schedule_stop(struct schedule *);
void schedule_get_stats(const struct schedule *, struct schedule_stats *);

#endif
