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
 * The event journal: JSON lines, a file an hour, below the spool.  Header
 * data only.  It is written once a turn of the loop and not synced.
 */
#ifndef JOURNAL_H
#define JOURNAL_H

#include <stdint.h>

struct event_base;
struct blob;
struct journal;
struct row;
struct traffic;

struct journal *journal_new(struct event_base *, const char *folder);
void journal_free(struct journal *);
void journal_keep(struct journal *, int64_t seconds);
void journal_begin(struct journal *, const char *event, uint64_t id);
void journal_str(struct journal *, const char *name, const char *value);
void journal_num(struct journal *, const char *name, int64_t);
void journal_put_string(struct blob *, const char *);
void journal_end(struct journal *);
void journal_row(struct journal *, const char *event, const struct row *);
void journal_flush(struct journal *);
struct traffic *journal_traffic(const struct journal *);
const char *journal_folder(const struct journal *);

#endif
