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
 * A queued message in memory: where it lies on disk, and what is left to do,
 * as tasks (its recipients at one destination).  Compact, because there may
 * be a million: no strings; addresses are read again from the envelope.
 */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "destination.h"
#include "heap.h"
#include "record.h"

struct segment;

#define MESSAGE_INDEXED 0x01u /* has an entry in the index */
#define MESSAGE_BOUNCE	0x02u /* made here */
#define MESSAGE_BULK	0x04u /* gives way to others */
#define MESSAGE_DAMAGED 0x08u /* its body is; it must not be sent */
#define MESSAGE_STUCK	0x10u /* compaction could not read it, and said so */

struct rcpt {
	uint16_t index; /* in the envelope */
	uint8_t state;	/* enum rcpt_state */
	bool noticed;	/* the sender was told that it waits */
};

enum task_state {
	TASK_IDLE = 0, /* nothing to do: all recipients done or held */
	TASK_WAITING,  /* in the heap until when */
	TASK_READY,    /* in its destination's list */
	TASK_INFLIGHT
};

struct task {
	struct destination *destination;
	union {
		TAILQ_ENTRY(task) entry; /* TASK_READY, TASK_INFLIGHT */
		struct heapnode due;	 /* TASK_WAITING, milliseconds */
	} u;
	uint16_t number; /* in its message */
	uint16_t first;	 /* recipients first .. first + count - 1 */
	uint16_t count;
	uint16_t attempts;
	uint8_t state;	     /* enum task_state */
	uint8_t lane;	     /* TASK_INFLIGHT: where its batch is */
	uint8_t place;	     /* TASK_INFLIGHT: what places.c counts it as */
	bool early;	     /* TASK_WAITING: to be looked at, not tried */
	uint32_t next_delta; /* next attempt, seconds after accepted */
};

struct message {
	uint64_t id;
	struct message *chain;	   /* in its bucket */
	LIST_ENTRY(message) entry; /* in its segment */
	struct owner *owner;	   /* NULL: not known */
	struct segment *segment;   /* NULL: not on disk, or not found there */
	uint32_t offset;	   /* of the record's header */
	uint32_t body_len;
	uint8_t *envelope; /* NULL when not in memory */
	int64_t accepted;  /* unix milliseconds */
	uint32_t meta_len : 24;
	uint32_t flags : 8;
	uint32_t prefix_len;
	uint32_t body_crc; /* of body and prefix; only with envelope */
	uint32_t marks;	   /* that wait for a commit */
	uint32_t owed;	   /* bounces of it that wait for the disk */
	uint16_t rcpts;
	uint16_t open; /* recipients not done */
	uint16_t tasks;
	uint16_t inflight; /* batches of it at deliver */
	struct task task[];
};

LIST_HEAD(message_list, message);

/* All messages by id. */
struct messages {
	struct message **bucket;
	unsigned bits; /* of the number of buckets */
	size_t count;
	uint64_t rcpts; /* open ones of all */
	size_t hot;	/* octets of envelopes in memory */
};

struct envelope;

struct message *message_new(struct destinations *, uint64_t id, uint32_t rcpts,
    const char *const *domains);
struct message *message_from_envelope(struct destinations *, uint64_t id,
    const struct envelope *);
void message_free(struct destinations *, struct message *);
struct message *task_message(const struct task *);
struct rcpt *message_rcpt(const struct message *);
struct rcpt *message_find_rcpt(const struct message *, uint32_t index);
struct task *message_task_of(struct message *, uint32_t position);
bool message_rests(const struct message *);
bool task_rcpt_is_open(const struct task *, uint32_t position);
int64_t task_next(const struct task *);
void task_set_next(struct task *, int64_t seconds);
uint64_t message_size(const struct message *);
void message_apply(struct destinations *, struct message *,
    const struct mark *);
int message_set_owner(struct destinations *, struct message *, const char *);

int messages_add(struct messages *, struct message *);
void messages_remove(struct messages *, struct message *);
struct message *messages_find(const struct messages *, uint64_t id);
uint64_t *messages_ids(const struct messages *, size_t *);
size_t messages_some(const struct messages *, uint64_t *at, uint64_t *ids,
    size_t max);
void messages_free(struct messages *, struct destinations *);

#endif
