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
 * The query of a target, percent-decoded; "+" stays "+", since the SDK does
 * not encode it. Typed access.
 */
#ifndef QUERY_H
#define QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "httplimits.h"

struct fault;
struct query;

struct query *query_read(const char *, struct fault *);
void query_free(struct query *);
size_t query_count(const struct query *);
const char *query_name(const struct query *, size_t);
const char *query_value(const struct query *, size_t);
const char *query_get(const struct query *, const char *name);

/* 1 it is there, 0 it is not, -1 it is ill-formed and the fault says so. */
int query_number(const struct query *, const char *name, int64_t min,
    int64_t max, int64_t *, struct fault *);
int query_bool(const struct query *, const char *name, bool *, struct fault *);
int query_time(const struct query *, const char *name, int64_t *seconds,
    int *millis, struct fault *);
int query_enum(const struct query *, const char *name,
    const char *const *values, size_t *, struct fault *);
int query_required(const struct query *, const char *name, const char **,
    struct fault *);

#endif
