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
 * Reading the journal's files: in order, a line at a time, from any place.
 * Memory is bounded; a line that is longer than any event is passed over.
 */
#ifndef JREAD_H
#define JREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct jread {
	char *folder;
	char **name; /* of files, in order */
	size_t names;
	size_t at; /* the next file */
	int fd;	   /* of the open one, or -1 */
	int index; /* its index, or -1 */
	uint64_t size;
	uint64_t pos; /* of the next line */
	char *buf;
	uint64_t start; /* of what is in buf */
	size_t len;
};

/* The name of an hour's file: "2026112422.jsonl" and the NUL. */
#define JOURNAL_NAME_SIZE 17u

int journal_hour_name(int64_t seconds, char[JOURNAL_NAME_SIZE]);
int journal_next_name(const char *, char[JOURNAL_NAME_SIZE]);

int jread_open(struct jread *, const char *folder, const char *from);
void jread_close(struct jread *);
int jread_rescan(struct jread *);
int jread_next_file(struct jread *);
int jread_to_end(struct jread *);
void jread_rewind(struct jread *);
void jread_grown(struct jread *);
const char *jread_line(struct jread *, uint64_t at, size_t ahead);

#endif
