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
 * What a backup says of a store, without its encryption: entries, each a
 * record of a table, and at the end how many there were.  The reader takes
 * octets as they come and believes nothing.
 */
#ifndef BACKUP_H
#define BACKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store.h"

struct msgout;

/* Octets of the longest entry: a record is far below. */
#define BACKUP_ENTRY_MAX 131072u

/* Name of a table, with NUL. */
#define BACKUP_TABLE_SIZE 64u

struct backup_entry {
	bool end;
	uint64_t records; /* before the end */
	enum store_table table;
	struct store_key key;
	const uint8_t *data; /* lives until the reader is fed again */
	size_t len;
};

enum backup_result {
	BACKUP_ENTRY,
	BACKUP_MORE, /* octets are needed */
	BACKUP_BAD   /* ill-formed, or of a table that is not known */
};

struct backup_reader {
	uint8_t *data;
	size_t len;
	size_t used; /* of it, by entries that were read */
	size_t cap;
};

void backup_put(struct msgout *, enum store_table, const struct store_key *,
    const uint8_t *, size_t);
void backup_put_end(struct msgout *, uint64_t records);
int backup_feed(struct backup_reader *, const uint8_t *, size_t);
enum backup_result backup_next(struct backup_reader *, struct backup_entry *);
void backup_reader_clear(struct backup_reader *);

#endif
