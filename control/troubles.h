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
 * DKIM keys that need attention: known at any time, without a look at all
 * keys there are.
 */
#ifndef TROUBLES_H
#define TROUBLES_H

#include <stddef.h>

#include "bounds.h"
#include "dkimkey.h"

struct store;
struct troubles;

struct trouble {
	char domain[DOMAIN_SIZE];
	char selector[SELECTOR_SIZE];
	enum dkim_dns dns;
};

struct troubles *troubles_new(void);
void troubles_free(struct troubles *);
int troubles_load(struct troubles *, struct store *);
void troubles_note(struct troubles *, const struct dkimkey *);
void troubles_forget(struct troubles *, const struct dkimkey *);
size_t troubles_count(const struct troubles *);
size_t troubles_first(const struct troubles *, struct trouble *, size_t);

#endif
