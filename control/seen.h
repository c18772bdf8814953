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
 * Signatures of requests that were taken, as long as their date would be
 * taken again. Bounded; pure but for memory.
 */
#ifndef SEEN_H
#define SEEN_H

#include <stdint.h>

/* Seconds either way that a date may differ: https.md section 5. */
#define SEEN_SKEW 300

/*
 * Signatures at a time, of 16 octets each at the most: five minutes with 13000
 * requests a second. One user has a quarter of them, for any key fills it with
 * requests that come to nothing.
 */
#define SEEN_MAX      4194304u
#define SEEN_USER_MAX (SEEN_MAX / 4)

struct seen;

enum seen_result {
	SEEN_NEW,   /* and remembered */
	SEEN_AGAIN, /* or its date is out of bounds */
	SEEN_MANY,  /* that user has as many as one may have */
	SEEN_FULL   /* nobody can say */
};

struct seen *seen_new(void);
void seen_free(struct seen *);
enum seen_result seen_add(struct seen *, const char *user, int64_t date,
    uint64_t hash, int64_t now);
uint32_t seen_count(const struct seen *);

#endif
