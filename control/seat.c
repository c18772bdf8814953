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
 * gave them, and what they are counted for, with how many sessions each has.
 * Both are as long as there are sessions, which are bounded.
 */
#include "seat.h"

#include <sys/queue.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "compat.h"
#include "record.h"

#define SEAT_CHAINS 4096u

struct sitter {
	LIST_ENTRY(sitter) chain;
	char key[SEAT_KEY_SIZE];
	uint32_t sessions;
};

struct seat {
	LIST_ENTRY(seat) chain;
	const void *owner;
	uint64_t session;
	size_t n;
	struct sitter *sitter[SEAT_CLAIMS_MAX];
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
key_chain(const char *key)
{
	return record_hash(key) % SEAT_CHAINS;
}

/* What is counted of an id: all, or those of one address. */
void
seat_key(char key[SEAT_KEY_SIZE], const char *id, const uint8_t *address)
{
	size_t i, len;

	(void)strlcpy(key, id, OBJECT_ID_SIZE);
	if (address == NULL)
		return;
	len = strlen(key);
	key[len++] = ' ';
	for (i = 0; i < NETKEY_SIZE; i++)
		(void)snprintf(key + len + 2 * i, 3, "%02x", address[i]);
}

static size_t
seat_chain(const void *owner, uint64_t session)
{
	return (size_t)((session ^ (uintptr_t)owner >> 4) % SEAT_CHAINS);
}

static struct sitter *
sitter_find(const struct seats *s, const char *key)
{
	struct sitter *u;

	LIST_FOREACH(u, &s->sitters[key_chain(key)], chain) {
		if (strcmp(u->key, key) == 0)
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
sitter_drop(struct sitter *u)
{
	if (--u->sessions > 0)
		return;
	LIST_REMOVE(u, chain);
	free(u);
}

static void
seat_free(struct seats *s, struct seat *e)
{
	size_t i;

	for (i = 0; i < e->n; i++)
		sitter_drop(e->sitter[i]);
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

/* One session more of it.  NULL without memory. */
static struct sitter *
sitter_add(struct seats *s, const char *key)
{
	struct sitter *u;

	u = sitter_find(s, key);
	if (u == NULL) {
		u = calloc(1, sizeof(*u));
		if (u == NULL)
			return NULL;
		(void)strlcpy(u->key, key, sizeof(u->key));
		LIST_INSERT_HEAD(&s->sitters[key_chain(key)], u, chain);
	}
	u->sessions++;
	return u;
}

/* Put a new session into the table.  NULL without memory. */
static struct seat *
seat_new(struct seats *s, const void *owner, uint64_t session)
{
	struct seat *e;

	e = calloc(1, sizeof(*e));
	if (e == NULL)
		return NULL;
	e->owner = owner;
	e->session = session;
	LIST_INSERT_HEAD(&s->seats[seat_chain(owner, session)], e, chain);
	s->taken++;
	return e;
}

/*
 * A session begins, if all that it is counted for may have one more; else
 * *full is the first that may not.  A session that has logged in before is
 * counted anew.
 */
enum seat_status
seats_take(struct seats *s, const void *owner, uint64_t session,
    const struct seat_claim *claim, size_t n, size_t *full)
{
	struct seat *e;

	seats_leave(s, owner, session);
	for (*full = 0; *full < n; (*full)++) {
		if (seats_count(s, claim[*full].key) >= claim[*full].max)
			return SEAT_FULL;
	}
	if (s->taken >= SEATS_MAX || n > SEAT_CLAIMS_MAX)
		return SEAT_NONE;
	e = seat_new(s, owner, session);
	if (e == NULL)
		return SEAT_NONE;
	for (; e->n < n; e->n++) {
		e->sitter[e->n] = sitter_add(s, claim[e->n].key);
		if (e->sitter[e->n] == NULL) {
			seat_free(s, e);
			return SEAT_NONE;
		}
	}
	return SEAT_TAKEN;
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

/* How many sessions a user, or what the key is of, has. */
uint32_t
seats_count(const struct seats *s, const char *key)
{
	const struct sitter *u;

	u = sitter_find(s, key);
	return u == NULL ? 0 : u->sessions;
}
