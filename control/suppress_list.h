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
 * Commands over many suppressions: list and export, count, removing.  Each
 * ends its job.
 */
#ifndef SUPPRESS_LIST_H
#define SUPPRESS_LIST_H

#include <stdbool.h>

#include "suppress_walk.h"

struct compartment;
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

/* Of suppress_filter.c; else the job ends. */
int suppress_need_filter(struct job *, const struct suppress_args *,
    struct suppress_filter *);
int suppress_need_reason(struct job *, const char *, enum suppression_reason *);
bool suppress_filter_given(const struct job *, const struct suppress_args *);

/* Of verb_suppression.c: the one that the first argument names. */
int suppress_need(struct job *, const char *compartment, struct suppression *,
    struct compartment *);

void suppress_row(struct job *, const struct suppression *,
    const char *compartment);
void verb_suppression_count(struct job *);
void verb_suppression_export(struct job *);
void verb_suppression_list(struct job *);
void verb_suppression_remove(struct job *);

#endif
