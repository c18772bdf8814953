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
 * The deliver workers: batches go out, outcomes come back and become marks,
 * events, bounces and notices.
 */
#ifndef WORK_H
#define WORK_H

#include <stddef.h>

struct queue;
struct segment;
struct task;
struct work;

struct work *work_new(struct queue *);
void work_peer(struct work *, unsigned instance, int fd);
int work_send(struct task *, unsigned lane, void *);
void work_late(struct task *, void *);
void work_expire(struct task *, void *);
void work_segment_closed(struct segment *, void *);
size_t work_inflight(const struct work *);

#endif
