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
 * The index of a journal file: which lines have a message id, a recipient, a
 * Message-ID or the id of a request.  It is written along with the journal in runs, each over a
 * stretch of the file and sorted by hash; what no run covers is read line by
 * line, so a run that is missing or damaged costs time and no events.
 *
 *   0 magic u32   4 entries u32   8 begin u64   16 end u64
 *   24 CRC-32C of the entries u32   28 CRC-32C of the header u32
 *   32 entries: hash u32, offset of the line from begin u32
 */
#ifndef JINDEX_H
#define JINDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JINDEX_HEADER_SIZE 32u

enum jindex_kind {
	JINDEX_ID = 1, /* text as id_format() makes it */
	JINDEX_RECIPIENT,
	JINDEX_MESSAGE_ID,
	JINDEX_REQUEST /* by HTTPS: as it was answered, and as it was asked */
};

struct jindex_entry {
	uint32_t hash;
	uint32_t offset;
};

/* A run being gathered, or one that was read. */
struct jindex {
	struct jindex_entry *entry;
	size_t count;
	size_t cap;
	size_t events;
	uint64_t begin;
	uint64_t end;
	bool bad; /* without memory: it is not written */
};

uint32_t jindex_hash(enum jindex_kind, const char *);
void jindex_start(struct jindex *, uint64_t begin);
void jindex_add(struct jindex *, uint32_t hash, uint64_t offset);
int jindex_write(struct jindex *, int fd);
int jindex_head(int fd, uint64_t at, struct jindex *);
int jindex_read(int fd, uint64_t at, struct jindex *);
size_t jindex_find(const struct jindex *, uint32_t hash, size_t *first);
void jindex_clear(struct jindex *);

#endif
