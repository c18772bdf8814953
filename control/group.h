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
 * Groups of users, which policies name.
 */
#ifndef GROUP_H
#define GROUP_H

#include <stdint.h>

#include "bounds.h"
#include "store.h"

struct msgin;

struct group {
	char id[OBJECT_ID_SIZE];
	char name[NAME_SIZE];
	int64_t created;
};

int group_decode(struct msgin *, struct group *);
enum store_status group_get(struct store *, const char *id, struct group *);
enum store_status group_find(struct store *, const char *name_or_id,
    struct group *);
enum store_status group_put(struct store *, const struct group *);
enum store_status group_del(struct store *, const struct group *);
enum store_status group_join(struct store *, const char *group,
    const char *user);
enum store_status group_leave(struct store *, const char *group,
    const char *user);
enum store_status group_leave_all(struct store *, const char *user);
enum store_status group_has(struct store *, const char *group,
    const char *user);

#endif
