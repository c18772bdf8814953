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
 * What keeps a DKIM key published that another has taken over from, or that is
 * being deleted: mail which it may have signed.  No DNS is changed here, only the store.
 */
#ifndef DKIMRETIRE_H
#define DKIMRETIRE_H

#include <stdbool.h>
#include <stddef.h>

struct control;
struct dkimkey;
struct dkimretire;

/* "mail of 2026-11-26T10:00:00Z in the queue" */
#define DKIMRETIRE_TEXT_SIZE 64u

/* Seconds that a message which was signed before may be accepted after. */
#define DKIMRETIRE_GRACE 60

/* Keys that are asked about in one go. */
#define DKIMRETIRE_MAX 16u

struct dkimretire *dkimretire_new(struct control *, void (*over)(void *),
    void *arg);
void dkimretire_free(struct dkimretire *);
bool dkimretire_is_due(const struct dkimkey *);
bool dkimretire_add(struct dkimretire *, const struct dkimkey *);
bool dkimretire_start(struct dkimretire *);
bool dkimretire_is_busy(const struct dkimretire *);
void dkimretire_why(const struct dkimretire *, const struct dkimkey *,
    char text[DKIMRETIRE_TEXT_SIZE]);

#endif
