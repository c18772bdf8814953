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
 * The header of a message out of runs of its octets, cut anywhere. It looks
 * for lines only.
 */
#ifndef COLLECT_H
#define COLLECT_H

#include <stdbool.h>
#include <stddef.h>

#include "header.h"

struct collect {
	struct header *header;
	char *partial; /* a line that is not complete; may end in CR */
	size_t partial_len;
	size_t partial_cap;
	bool longline; /* a line over MESSAGE_LINE_MAX */
	bool done;     /* HEADER_END was the answer */
};

int collect_init(struct collect *);
void collect_clear(struct collect *);
enum header_status collect_feed(struct collect *, const char *, size_t,
    size_t *used);
enum header_status collect_finish(struct collect *);

#endif /* COLLECT_H */
