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
 * Users: who has SMTP credentials.  They belong to the tenancy, not to a
 * compartment.
 */
#ifndef USER_H
#define USER_H

#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"
#include "record.h"
#include "store.h"

struct msgin;

struct user {
	char id[OBJECT_ID_SIZE];
	char name[NAME_SIZE];
	int64_t created;
	enum record_state state;
	bool bulk; /* mail of his gives way to that of others */
};

int user_decode(struct msgin *, struct user *);
enum store_status user_get(struct store *, const char *id, struct user *);
enum store_status user_find(struct store *, const char *name_or_id,
    struct user *);
enum store_status user_put(struct store *, const struct user *);
enum store_status user_del(struct store *, const struct user *);

#endif
