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
 * A row for each bound, and the sum with the last.
 */
#include "histogram_row.h"

#include "histogram.h"
#include "proto_admin.h"
#include "row.h"

/*
 * Row i, up to HISTOGRAM_BOUNDS, of what name says; label is of which kind ("":
 * there are none).
 */
void
histogram_row(const struct histogram *h, const char *name, const char *label,
    size_t i, struct row *row)
{
	const char *le;
	uint64_t count;

	le = histogram_at(h, i, &count);
	row_str(row, "histogram", name);
	row_str(row, "label", label);
	row_str(row, "le", le);
	row_num(row, "count", (int64_t)count);
	if (i == HISTOGRAM_BOUNDS)
		row_num(row, "sumUs", (int64_t)h->sum);
}

/* Answer with all of them; less, without memory. */
void
histogram_send(const struct histogram *h, const char *name, struct chan *c,
    uint64_t id)
{
	struct row *row;
	size_t i;

	row = row_new();
	for (i = 0; row != NULL && i <= HISTOGRAM_BOUNDS; i++) {
		row_clear(row);
		histogram_row(h, name, "", i, row);
		(void)admin_row_send(c, id, row);
	}
	row_free(row);
}
