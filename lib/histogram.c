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
 * Times in bounds that serve for an answer of milliseconds and for a delivery
 * of days.
 */
#include "histogram.h"

/* Microseconds, at most; and the same in seconds, as metrics have them. */
static const struct {
	int64_t us;
	const char *le;
} bounds[HISTOGRAM_BOUNDS] = {
	{ 500, "0.0005" },
	{ 1000, "0.001" },
	{ 2500, "0.0025" },
	{ 5000, "0.005" },
	{ 10000, "0.01" },
	{ 25000, "0.025" },
	{ 50000, "0.05" },
	{ 100000, "0.1" },
	{ 250000, "0.25" },
	{ 500000, "0.5" },
	{ 1000000, "1.0" },
	{ 2500000, "2.5" },
	{ 5000000, "5.0" },
	{ 10000000, "10.0" },
	{ 30000000, "30.0" },
	{ 60000000, "60.0" },
	{ 300000000, "300.0" },
	{ 1800000000, "1800.0" },
	{ 14400000000, "14400.0" },
	{ 86400000000, "86400.0" },
};

/* Something took so many microseconds; less than none is none. */
void
histogram_add(struct histogram *h, int64_t us)
{
	size_t i;

	if (us < 0)
		us = 0;
	for (i = 0; i < HISTOGRAM_BOUNDS && us > bounds[i].us; i++)
		;
	h->count[i]++;
	h->sum += (uint64_t)us;
}

/* Bound i, up to HISTOGRAM_BOUNDS, in seconds; how many took at most so long. */
const char *
histogram_at(const struct histogram *h, size_t i, uint64_t *count)
{
	size_t k;

	*count = 0;
	for (k = 0; k <= i; k++)
		*count += h->count[k];
	return i == HISTOGRAM_BOUNDS ? "+Inf" : bounds[i].le;
}
