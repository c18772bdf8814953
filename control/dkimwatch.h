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
 * Looks at the DNS records of all DKIM keys, again and again.
 */
#ifndef DKIMWATCH_H
#define DKIMWATCH_H

#include <stdint.h>

#include "dkimretire.h"

struct control;
struct dkimkey;
struct dkimwatch;

struct dkimwatch *dkimwatch_new(struct control *);
void dkimwatch_free(struct dkimwatch *);
void dkimwatch_look(struct dkimwatch *, const struct dkimkey *);
void dkimwatch_kept(const struct dkimwatch *, const struct dkimkey *,
    char text[DKIMRETIRE_TEXT_SIZE]);
int dkimwatch_start(struct dkimwatch *);
void dkimwatch_within(struct dkimwatch *, uint32_t seconds);

#endif
