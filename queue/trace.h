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
 * Reading the journal for "trace WORD": the story of messages by message id,
 * Message-ID or recipient, a bounded piece in a turn of the loop.
 */
#ifndef TRACE_H
#define TRACE_H

#include <stdbool.h>
#include <stdint.h>

struct row;
struct trace;

/* One event; then the number of them, when all are told. */
typedef void (*trace_row_cb)(const struct row *, void *);
typedef void (*trace_end_cb)(unsigned long events, void *);

struct event_base;

struct trace *trace_start(struct event_base *, const char *folder,
    const char *word, trace_row_cb, trace_end_cb, void *);
void trace_free(struct trace *);
char *trace_needle(const char *);
struct row *trace_row(const char *line);
bool trace_is_request(const char *value, const char *word);
void trace_hold(struct trace *, bool);

#endif
