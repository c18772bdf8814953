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
 * Batches for tests, with a message in a segment and a record of outcomes.
 */
#ifndef JOBS_H
#define JOBS_H

#include <stdint.h>

#include "proto_work.h"

struct segment;

#define JOBS_PREFIX "DKIM-Signature: x\r\n"
#define JOBS_BODY   "Subject: y\r\n\r\n.dot\r\nend\r\n"
#define JOBS_WIRE   "DKIM-Signature: x\r\nSubject: y\r\n\r\n..dot\r\nend\r\n.\r\n"

void jobs_batch(struct work_batch *, uint64_t number, const char *domain,
    uint32_t rcpts);
struct segment *jobs_segment(void);
struct segment *jobs_segment_of(const void *, size_t);

#endif
