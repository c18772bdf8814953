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
 * The index: an unsynced Berkeley DB of the messages that outlived their
 * first attempt, with the position up to which it is complete.  It serves
 * start-up and lists; the segments are the truth, so it may be lost at any
 * time.  No type of Berkeley DB leaves index.c.
 */
#ifndef INDEX_H
#define INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct blob;
struct index;

/* Every message in a log segment before segment is in the index, or done. */
struct index_position {
	uint64_t segment;
	uint64_t next_segment; /* numbers below it were used */
	uint64_t next_id;
	bool clean; /* the run ended in order after this */
};

struct index *index_open(const char *folder);
void index_close(struct index *);
int index_destroy(const char *folder);
int index_broken(const struct index *);

int index_begin(struct index *);
int index_commit(struct index *);
int index_put(struct index *, uint64_t id, const struct blob *);
int index_get(struct index *, uint64_t id, struct blob *);
int index_remove(struct index *, uint64_t id);
int index_position_get(struct index *, struct index_position *);
int index_position_put(struct index *, const struct index_position *);
int index_each(struct index *,
    int (*)(uint64_t id, const void *, size_t, void *), void *);
int index_some(struct index *, uint64_t *from, size_t max,
    void (*)(uint64_t id, const void *, size_t, void *), void *);
int index_checkpoint(struct index *);

#endif
