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
 * One entry for each user that has anything. A user's only request may be
 * larger than the share of a user: else it could never be taken.
 */
#include "held.h"

#include <sys/queue.h>

#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "compat.h"

struct holder {
	LIST_ENTRY(holder) entry;
	char user[OBJECT_ID_SIZE];
	size_t octets;
};

struct held {
	size_t all;
	size_t user;
	size_t total;
	LIST_HEAD(, holder) holders;
};

/* Nothing is held; what all may hold, and one user. NULL without memory. */
struct held *
held_new(size_t all, size_t user)
{
	struct held *h;

	h = calloc(1, sizeof(*h));
	if (h == NULL)
		return NULL;
	h->all = all;
	h->user = user;
	LIST_INIT(&h->holders);
	return h;
}

static void
holder_drop(struct holder *u)
{
	LIST_REMOVE(u, entry);
	free(u);
}

/* Free it; NULL is allowed. */
void
held_free(struct held *h)
{
	struct holder *u;

	if (h == NULL)
		return;
	while ((u = LIST_FIRST(&h->holders)) != NULL)
		holder_drop(u);
	free(h);
}

/* Few users hold anything at a time. */
static struct holder *
holder_find(struct held *h, const char *user)
{
	struct holder *u;

	LIST_FOREACH(u, &h->holders, entry) {
		if (strcmp(u->user, user) == 0)
			return u;
	}
	return NULL;
}

/* A request of a user that holds own wants more; own is 0 at first. */
enum held_result
held_take(struct held *h, const char *user, size_t own, size_t more)
{
	struct holder *u;
	size_t others;

	u = holder_find(h, user);
	others = u == NULL ? 0 : u->octets - own;
	if (more > h->all || h->total > h->all - more)
		return HELD_ALL;
	if (others > 0 && others + own + more > h->user)
		return HELD_USER;
	if (u == NULL) {
		u = calloc(1, sizeof(*u));
		if (u == NULL)
			return HELD_ALL;
		(void)strlcpy(u->user, user, sizeof(u->user));
		LIST_INSERT_HEAD(&h->holders, u, entry);
	}
	u->octets += more;
	h->total += more;
	return HELD_OK;
}

/* A request is over: give back all that it took. */
void
held_give(struct held *h, const char *user, size_t own)
{
	struct holder *u;

	u = own == 0 ? NULL : holder_find(h, user);
	if (u == NULL)
		return;
	u->octets -= own;
	h->total -= own;
	if (u->octets == 0)
		holder_drop(u);
}

/* Octets in all. */
size_t
held_total(const struct held *h)
{
	return h->total;
}
