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
 * What the parts of queue share: the one state of the process, made in
 * main.c and handed to each part.
 */
#ifndef QUEUE_H
#define QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "disk.h"
#include "histogram.h"
#include "proto_conf.h"
#include "provider.h"

struct admin;
struct intake;
struct journal;
struct message;
struct notices;
struct retry;
struct schedule;
struct spool;
struct steer;
struct untold;
struct work;

/* Recipients, since the start of the process. */
struct queue_stats {
	uint64_t messages; /* accepted */
	uint64_t accepted;
	uint64_t relayed;
	uint64_t deferred;
	uint64_t bounced;
	uint64_t expired;
	uint64_t suppressed;
	uint64_t rejected;
};

struct queue {
	struct spool *spool;
	struct schedule *schedule;
	struct journal *journal;
	struct notices *notices;
	struct retry *retry;
	struct work *work;
	struct intake *intake;
	struct admin *admin;
	struct steer *steer;
	struct conf_global global;
	struct conf_queue conf;
	struct disk disk;
	struct untold *untold; /* during a start */
	struct queue_stats stats;
	struct histogram relayed[PROVIDERS]; /* since it was accepted */
	int64_t started;		     /* unix seconds */
	bool stopping;
};

#endif
