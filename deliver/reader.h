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
 * Segments of the spool, as read-only descriptors under their numbers.
 */
#ifndef READER_H
#define READER_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

struct reader;
struct segment;

struct reader *reader_new(void);
void reader_free(struct reader *);
int reader_add(struct reader *, uint64_t number, int fd);
int reader_drop(struct reader *, uint64_t number);
void reader_clear(struct reader *);
struct segment *reader_get(struct reader *, uint64_t number);
void segment_put(struct segment *);
int segment_read(const struct segment *, uint64_t offset, void *, size_t len);

#endif
