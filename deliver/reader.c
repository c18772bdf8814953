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
 * The table of segments.  A segment that was dropped from it lives on until
 * the last batch that reads from it is done.
 */

#include <sys/queue.h>

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "reader.h"

/* A message over 1 MB has a segment of its own, so there may be thousands. */
#define READER_CHAINS 1024u

struct segment {
	LIST_ENTRY(segment) entry;
	uint64_t number;
	int fd;
	unsigned refs; /* the table's and one of each batch */
};

LIST_HEAD(segment_list, segment);

struct reader {
	struct segment_list chain[READER_CHAINS];
};

/* An empty table; NULL without memory. */
struct reader *
reader_new(void)
{
	return calloc(1, sizeof(struct reader));
}

/* Free the table; NULL is allowed. */
void
reader_free(struct reader *r)
{
	if (r != NULL)
		reader_clear(r);
	free(r);
}

static struct segment *
find(struct reader *r, uint64_t number)
{
	struct segment *s;

	LIST_FOREACH(s, &r->chain[number % READER_CHAINS], entry)
		if (s->number == number)
			return s;
	return NULL;
}

/*
 * Enter a descriptor, which is taken over in any case, under a number.
 * Returns -1 if the number is taken or there is no memory.
 */
int
reader_add(struct reader *r, uint64_t number, int fd)
{
	struct segment *s;

	if (find(r, number) != NULL || (s = calloc(1, sizeof(*s))) == NULL) {
		(void)close(fd);
		return -1;
	}
	s->number = number;
	s->fd = fd;
	s->refs = 1;
	LIST_INSERT_HEAD(&r->chain[number % READER_CHAINS], s, entry);
	return 0;
}

/* Remove a number.  Returns -1 if there is none. */
int
reader_drop(struct reader *r, uint64_t number)
{
	struct segment *s = find(r, number);

	if (s == NULL)
		return -1;
	LIST_REMOVE(s, entry);
	segment_put(s);
	return 0;
}

/* Remove all: the queue that gave them is gone. */
void
reader_clear(struct reader *r)
{
	struct segment *s;
	size_t i;

	for (i = 0; i < READER_CHAINS; i++) {
		while ((s = LIST_FIRST(&r->chain[i])) != NULL) {
			LIST_REMOVE(s, entry);
			segment_put(s);
		}
	}
}

/* A reference to a segment, or NULL; given back with segment_put(). */
struct segment *
reader_get(struct reader *r, uint64_t number)
{
	struct segment *s = find(r, number);

	if (s != NULL)
		s->refs++;
	return s;
}

/* Give a reference back; NULL is allowed. */
void
segment_put(struct segment *s)
{
	if (s == NULL || --s->refs > 0)
		return;
	(void)close(s->fd);
	free(s);
}

/*
 * Read exactly len octets.  Returns -1 with errno if they cannot be read or
 * are not there (EIO).
 */
int
segment_read(const struct segment *s, uint64_t offset, void *buf, size_t len)
{
	char *to = buf;
	ssize_t n;

	while (len > 0) {
		n = pread(s->fd, to, len, (off_t)offset);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0) {
			if (n == 0)
				errno = EBADMSG;
			return -1;
		}
		to += n;
		offset += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}
