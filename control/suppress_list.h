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
 * Commands over many suppressions: a list, a count, removing by a filter.
 * Each ends its job.
 */
#ifndef SUPPRESS_LIST_H
#define SUPPRESS_LIST_H

#include "suppress_walk.h"

struct job;

/* Where arguments of a filter are in a job's, or -1. */
struct suppress_args {
	int compartment;
	int prefix;
	int domain;
	int reason;
	int older;
	int newer;
};

int suppress_need_filter(struct job *, const struct suppress_args *,
    struct suppress_filter *);
void suppress_row(struct job *, const struct suppression *,
    const char *compartment);
void verb_suppression_list(struct job *);

#endif
