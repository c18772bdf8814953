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
 * control -> every other child: an operator's command that the child
 * answers, and changes that the journal is to have.
 *
 *   COMMAND -> ROW ... END     all with the id of the COMMAND
 *   EVENT                      (queue only) an administrative change for
 *                              the journal; no answer
 *
 * Commands: "statistics" (every child: name and value rows); and for queue
 * those of admin.c there.  Words are canonical: edctl's abbreviations are
 * already spelled out.
 *
 * Of queue's answers at most ADMIN_ROWS_AHEAD rows are under way, so that one
 * who reads slowly holds up nobody else:
 *
 *   PROGRESS                   queue is at work; among the rows
 *   MORE                       so many rows were taken
 *   CANCEL                     nobody waits any more; no answer
 */
#ifndef PROTO_ADMIN_H
#define PROTO_ADMIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"

struct chan;
struct msgin;
struct msgout;
struct row;

enum admin_type {
	M_ADMIN_COMMAND = 1,
	M_ADMIN_ROW,
	M_ADMIN_END,
	M_ADMIN_EVENT,
	M_ADMIN_PROGRESS,
	M_ADMIN_MORE,
	M_ADMIN_CANCEL
};

/* Words and their storage; freed with admin_command_clear(). */
struct admin_command {
	uint32_t words;
	char *word[ADMIN_WORDS_MAX];
};

/* What it is that is wrong; edctl ends with this status. */
enum admin_wrong {
	ADMIN_NO = 1,  /* refused, failed, or asked for wrongly */
	ADMIN_LOST,    /* there was no answer; never sent */
	ADMIN_NOTHING, /* nothing is there of what was named */
	ADMIN_DAMAGED, /* something on the disk is damaged */
	ADMIN_ALL,     /* everything was asked for, without "all" */
	ADMIN_WRONG_LAST = ADMIN_ALL
};

struct admin_end {
	bool ok;
	enum admin_wrong wrong; /* 0 is sent as ADMIN_NO */
	char why[ERROR_SIZE];	/* what is wrong, empty if ok */
	char hint[ERROR_SIZE];	/* what to do next, may be empty */
};

/* How far a command is; total 0: not known. */
struct admin_progress {
	uint64_t done;
	uint64_t total;
};

/* The encoding itself, which proto_ctl shares. */
void admin_command_put(struct msgout *, const struct admin_command *);
void admin_command_get(struct msgin *, struct admin_command *);
void admin_end_put(struct msgout *, const struct admin_end *);
void admin_end_get(struct msgin *, struct admin_end *);
void admin_progress_put(struct msgout *, const struct admin_progress *);

int admin_command_send(struct chan *, uint64_t, const struct admin_command *);
int admin_command_recv(struct msgin *, struct admin_command *);
void admin_command_clear(struct admin_command *);
int admin_row_send(struct chan *, uint64_t, const struct row *);
int admin_row_recv(struct msgin *, struct row *);
int admin_end_send(struct chan *, uint64_t, const struct admin_end *);
int admin_end_recv(struct msgin *, struct admin_end *);
/* EVENT has this as "event" for a complaint; without one it is a change. */
#define ADMIN_EVENT_COMPLAINT "complaint"

int admin_event_send(struct chan *, const struct row *);
int admin_event_recv(struct msgin *, struct row *);
int admin_progress_send(struct chan *, uint64_t, const struct admin_progress *);
int admin_progress_recv(struct msgin *, struct admin_progress *);
int admin_more_send(struct chan *, uint64_t, uint32_t rows);
int admin_more_recv(struct msgin *, uint32_t *rows);
int admin_cancel_send(struct chan *, uint64_t);
int admin_cancel_recv(struct msgin *);
void admin_self(int64_t *cpu, int64_t *memory);
int admin_self_send(struct chan *, uint64_t);

#endif
