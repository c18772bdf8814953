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
 * The policies of the tenancy in the store, and what one of them allows.  What
 * all of them allow is in permit.h.
 */
#ifndef RULE_H
#define RULE_H

#include <stdint.h>

#include "bounds.h"
#include "permission.h"
#include "sentence.h"
#include "store.h"

struct msgin;

/* A policy in the store; group and compartment are ids there. */
struct rule {
	char id[OBJECT_ID_SIZE];
	struct sentence sentence;
	int64_t created;
};

int rule_decode(struct msgin *, struct rule *);
enum store_status rule_get(struct store *, const char *id, struct rule *);
enum store_status rule_put(struct store *, const struct rule *);
enum store_status rule_del(struct store *, const struct rule *);
const char *rule_bar(const struct rule *, enum permission,
    const struct condition_target *);
enum store_status rule_find(struct store *, const struct rule *,
    struct rule *same);
enum store_status rule_names(struct store *, const char *id);

#endif
