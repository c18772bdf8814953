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
 * A thread that waits for the disk, so that the loop need not.  It syncs what
 * it is given, one job at a time, and knows nothing of what is in the files;
 * all else of the process is done by one thread.
 */
#ifndef SYNCER_H
#define SYNCER_H

#include <stdbool.h>
#include <stddef.h>

struct event_base;
struct syncer;

/* A file to be synced, and what came of it. */
struct sync_item {
	int fd;
	bool folder; /* names, not only octets */
	int error;   /* 0 or errno */
};

struct syncer *syncer_new(struct event_base *, void (*done)(void *), void *arg);
void syncer_free(struct syncer *);
void sync_items(struct sync_item *, size_t);
void syncer_start(struct syncer *, struct sync_item *, size_t);
void syncer_wait(struct syncer *);

#endif
