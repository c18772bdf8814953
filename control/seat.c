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
 * Two tables: sessions, by their channel and the number that the other end
 * gave them, and users, with how many sessions each has.  Both are as long as
 * there are sessions, which are bounded.
 */
#include "seat.h"

#include <sys/queue.h>

#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "compat.h"
#include "record.h"

#define SEAT_CHAINS 4096u

struct sitter {
	LIST_ENTRY(sitter) chain;
	char user[OBJECT_ID_SIZE];
	uint32_t sessions;
};

struct seat {
	LIST_ENTRY(seat) chain;
	const void *owner;
	uint64_t session;
	struct sitter *sitter;
};

struct seats {
	uint32_t taken;
	LIST_HEAD(, sitter) sitters[SEAT_CHAINS];
	LIST_HEAD(, seat) seats[SEAT_CHAINS];
};

/* No session; NULL without memory. */
struct seats *
seats_new(void)
{
	return calloc(1, sizeof(struct seats));
}

static size_t
user_chain(const char *id)
{
	return record_hash(id) % SEAT_CHAINS;
}

static size_t
seat_chain(const void *owner, uint64_t session)
{
	return (size_t)((session ^ (uintptr_t)owner >> 4) % SEAT_CHAINS);
}

static struct sitter *
sitter_find(const struct seats *s, const char *user)
{
	struct sitter *u;

	LIST_FOREACH(u, &s->sitters[user_chain(user)], chain) {
		if (strcmp(u->user, user) == 0)
			return u;
	}
	return NULL;
}

static struct seat *
seat_find(const struct seats *s, const void *owner, uint64_t session)
{
	struct seat *e;

	LIST_FOREACH(e, &s->seats[seat_chain(owner, session)], chain) {
		if (e->owner == owner && e->session == session)
			return e;
	}
	return NULL;
}

static void
seat_free(struct seats *s, struct seat *e)
{
	if (--e->sitter->sessions == 0) {
		LIST_REMOVE(e->sitter, chain);
		free(e->sitter);
	}
	LIST_REMOVE(e, chain);
	free(e);
	s->taken--;
}

/* Forget all sessions of a channel. */
void
seats_gone(struct seats *s, const void *owner)
{
	struct seat *e, *next;
	size_t i;

	for (i = 0; i < SEAT_CHAINS; i++) {
		for (e = LIST_FIRST(&s->seats[i]); e != NULL; e = next) {
			next = LIST_NEXT(e, chain);
			if (e->owner == owner)
				seat_free(s, e);
		}
	}
}

/* Free; NULL is allowed. */
void
seats_free(struct seats *s)
{
	struct seat *e;
	size_t i;

	for (i = 0; s != NULL && i < SEAT_CHAINS; i++) {
		while ((e = LIST_FIRST(&s->seats[i])) != NULL)
			seat_free(s, e);
	}
	free(s);
}

static struct sitter *
sitter_new(struct seats *s, const char *user)
{
	struct sitter *u;

	u = calloc(1, sizeof(*u));
	if (u == NULL)
		return NULL;
	(void)strlcpy(u->user, user, sizeof(u->user));
	LIST_INSERT_HEAD(&s->sitters[user_chain(user)], u, chain);
	return u;
}

/*
 * A session of a user begins.  false if the user has max sessions already, or
 * there is no memory.  A session that has logged in before changes its user.
 */
bool
seats_take(struct seats *s, const void *owner, uint64_t session,
    const char *user, uint32_t max)
{
	struct sitter *u;
	struct seat *e;

	seats_leave(s, owner, session);
	u = sitter_find(s, user);
	if (s->taken >= SEATS_MAX || (u != NULL && u->sessions >= max))
		return false;
	e = calloc(1, sizeof(*e));
	if (u == NULL && e != NULL)
		u = sitter_new(s, user);
	if (u == NULL || e == NULL) {
		free(e);
		return false;
	}
	u->sessions++;
	e->owner = owner;
	e->session = session;
	e->sitter = u;
	LIST_INSERT_HEAD(&s->seats[seat_chain(owner, session)], e, chain);
	s->taken++;
	return true;
}

/* A session ends; it may never have logged in. */
void
seats_leave(struct seats *s, const void *owner, uint64_t session)
{
	struct seat *e;

	e = seat_find(s, owner, session);
	if (e != NULL)
		seat_free(s, e);
}

/* How many sessions a user has. */
uint32_t
seats_count(const struct seats *s, const char *user)
{
	const struct sitter *u;

	u = sitter_find(s, user);
	return u == NULL ? 0 : u->sessions;
}
