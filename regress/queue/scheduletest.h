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
 * A schedule whose batches go nowhere: what is sent is only written down.  Time
 * stands still but in turn(): how busy the machine is decides nothing.
 */
#ifndef SCHEDULETEST_H
#define SCHEDULETEST_H

#include <stdbool.h>

#include "message.h"
#include "schedule.h"

struct event_base;

#define SENT_MAX 4096

struct world {
	struct event_base *base;
	struct destinations destinations;
	struct schedule *schedule;
	struct message *message[SENT_MAX];
	unsigned messages;
	struct task *sent[SENT_MAX];
	unsigned count;
	unsigned expired;
	unsigned late;
	bool stuffed;
};

int world_setup(void **);
int world_teardown(void **);
struct message *add_of(struct world *, const char *domain, const char *user,
    bool bulk);
struct message *add(struct world *, const char *);
void spin(struct world *);
void turn(struct world *);
void spin_until(struct world *, unsigned);
void mark_done(struct world *, struct task *);
void defer(struct world *, struct task *);
void over(struct world *, struct task *, enum schedule_result);
void deliver_from(struct world *, unsigned);
unsigned place_of(const struct world *, const struct message *);

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

#endif
