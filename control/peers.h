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
 * The channels to the other processes, by conversation, program and instance.
 * Owns them; does not know what is said on them.
 */
#ifndef PEERS_H
#define PEERS_H

#include <stddef.h>

#include "proc.h"

struct chan;
struct peers;

struct peer {
	enum proc_conv conv;
	enum proc_kind kind;
	unsigned instance;
	struct chan *chan;
};

struct peers *peers_new(void);
void peers_free(struct peers *);
int peers_add(struct peers *, const struct peer *);
void peers_remove(struct peers *, struct chan *);
struct chan *peers_find(const struct peers *, enum proc_conv, enum proc_kind,
    unsigned);
const struct peer *peers_at(const struct peers *, size_t);
const struct peer *peers_of(const struct peers *, const struct chan *);

#endif
