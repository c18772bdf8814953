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
 * States of DKIM keys: what a look at the DNS makes of them.
 */
#ifndef DKIMSTATE_H
#define DKIMSTATE_H

#include <stdbool.h>
#include <stdint.h>

#include "dkimkey.h"
#include "store.h"

struct control;

bool dkimstate_next(struct dkimkey *, enum dkim_dns);
bool dkimstate_goes(const struct dkimkey *);
enum store_status dkimstate_delete(struct control *, const struct dkimkey *);
void dkimstate_deleted(struct control *, const struct dkimkey *);
void dkimstate_seen(struct control *, const struct dkimkey *, enum dkim_dns);
int dkimstate_retire(struct control *, const struct dkimkey *);

#endif
