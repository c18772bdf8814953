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
 * Messages that were accepted and of which the journal does not know: a crash
 * may leave them, since the journal is written after the log, and is not
 * synced.  Found at a start, from the end of the log and of the journal.
 */
#ifndef UNTOLD_H
#define UNTOLD_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What a start reads of the journal's end, to find messages that it does not
 * know, and how many of those that are new in the log it can keep apart: more
 * than a crash of the process loses of the journal, or that of the machine in
 * half a minute.  Of the last events so many say which ids are new, to within
 * the time that one message takes.
 */
#define UNTOLD_BYTES   (8u << 20)
#define UNTOLD_MAX     65536u
#define UNTOLD_LAST    1000u
#define UNTOLD_SECONDS 60u

struct untold;

/* One of whose recipients the journal knows so many, the first ones. */
typedef void (*untold_cb)(uint64_t id, uint32_t there, void *);

struct untold *untold_new(const char *folder);
void untold_free(struct untold *);
void untold_found(struct untold *, uint64_t id, bool large);
void untold_each(struct untold *, untold_cb, void *);

#endif
