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
 * What may be sent now, in fair order.  Ready tasks of one user, destination
 * and class stand in a flow; the flows of a user take turns within his turn,
 * users take turns in a lane, and a flow whose destination has no room is
 * parked there until it has.  So neither a user nor a destination with a
 * million messages keeps one message of another waiting.  Transactional goes
 * before bulk, but bulk has its share.  What goes to destinations of which
 * nothing good is known has turns of its own, so that servers that hang keep
 * nothing from those that work.
 */
#ifndef FLOW_H
#define FLOW_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct destination;
struct flow;
struct flows;
struct message;
struct owner;
struct task;

enum flow_class {
	FLOW_TRANSACTIONAL = 0,
	FLOW_BULK,
	FLOW_CLASSES
};

TAILQ_HEAD(flow_list, flow);

struct flows_hooks {
	/* Whether a batch may go there now. */
	bool (*has_room)(const struct destination *, enum flow_class, void *);
	/* Whether the lane takes one more, for a new destination or not. */
	bool (*takes)(unsigned lane, enum flow_class, bool fresh, void *);
	/* Whether what this user has is to wait. */
	bool (*is_halted)(const struct owner *, void *);
	/* Whether what he has for new destinations is to wait. */
	bool (*is_sated)(const struct owner *, enum flow_class, void *);
	/* The lane for a destination, or -1. */
	int (*lane)(const struct destination *, void *);
	/* A lane has something. */
	void (*kick)(void *);
	void *arg;
};

struct flows *flows_new(const struct flows_hooks *);
void flows_free(struct flows *);
int flows_push(struct flows *, struct task *);
void flows_remove(struct flows *, struct task *);
struct task *flows_pop(struct flows *, unsigned lane);
void flows_unpark(struct flows *, struct destination *, unsigned);
void flows_leave_lane(struct flows *, unsigned lane);
void flows_resume(struct flows *);
void flows_resume_user(struct flows *, struct owner *);
void flows_turned(struct flows *, struct destination *);
enum flow_class flow_class_of(const struct message *);
size_t flows_ready(const struct flows *);

void flows_sweep_begin(struct flows *, struct destination *);
struct task *flows_sweep(struct flows *, struct destination *);

#endif
