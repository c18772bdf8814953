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
 * The answer to a command of an operator, given a step at a time: a step ends
 * when it has worked for some milliseconds or the receiver is full, and the
 * loop goes on between.
 */
#ifndef ANSWER_H
#define ANSWER_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stdint.h>

#include "proto_admin.h"

struct admin;
struct event;
struct queue;
struct row;

struct answer {
	LIST_ENTRY(answer) entry;
	struct admin *admin;
	struct queue *queue;
	uint64_t request;
	struct event *ev; /* the next step */
	uint32_t credit;  /* rows that may be sent before more are asked for */
	bool waits;	  /* for that */
	enum admin_wrong wrong; /* what answer_fail() says; 0: ADMIN_NO */
	int64_t told;		/* when it last said how far it is */
	void (*step)(struct answer *);
	void (*clear)(void *); /* frees work, if it is not NULL */
	void *work;
};

/* A command: what it begins with, and who answers it. */
struct admin_verb {
	const char *word[2]; /* the second may be NULL */
	void (*run)(struct answer *, const struct admin_command *);
};

const struct admin_verb *admin_queue_verbs(void);
const struct admin_verb *admin_act_verbs(void);
const struct admin_verb *admin_group_verbs(void);
const struct admin_verb *admin_misc_verbs(void);
const struct admin_verb *admin_events_verbs(void);
const struct admin_verb *admin_journal_verbs(void);
const struct admin_verb *admin_verify_verbs(void);
const struct admin_verb *admin_oldest_verbs(void);

void answer_start(struct answer *, void (*step)(struct answer *), void *work,
    void (*clear)(void *));
bool answer_has_room(const struct answer *);
void answer_go(struct answer *);
void answer_later(struct answer *, int ms);
void answer_row(struct answer *, struct row *);
void answer_copy(struct answer *, const struct row *);
void answer_progress(struct answer *, uint64_t done, uint64_t total);
void answer_ok(struct answer *);
void answer_wrong(struct answer *, enum admin_wrong);
void answer_fail(struct answer *, const char *hint, const char *, ...)
    __attribute__((format(printf, 3, 4)));

#endif
