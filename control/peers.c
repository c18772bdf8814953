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
 * A short list of channels.
 */
#include "peers.h"

#include <stdlib.h>

#include "chan.h"

struct peers {
	size_t n;
	size_t cap;
	struct peer *peer;
};

/* An empty list, or NULL without memory. */
struct peers *
peers_new(void)
{
	return calloc(1, sizeof(struct peers));
}

/* Free the list and its channels; NULL is allowed. */
void
peers_free(struct peers *p)
{
	size_t i;

	if (p == NULL)
		return;
	for (i = 0; i < p->n; i++)
		chan_free(p->peer[i].chan);
	free(p->peer);
	free(p);
}

/*
 * Take over a channel.  The caller has removed the one it replaces.  0, or
 * -1 without memory; the channel then stays the caller's.
 */
int
peers_add(struct peers *p, const struct peer *new)
{
	struct peer *grown;
	size_t cap;

	if (p->n == p->cap) {
		cap = p->cap == 0 ? 16 : 2 * p->cap;
		grown = reallocarray(p->peer, cap, sizeof(*grown));
		if (grown == NULL)
			return -1;
		p->peer = grown;
		p->cap = cap;
	}
	p->peer[p->n++] = *new;
	return 0;
}

/* Free a channel of the list. */
void
peers_remove(struct peers *p, struct chan *chan)
{
	size_t i;

	for (i = 0; i < p->n; i++) {
		if (p->peer[i].chan == chan) {
			p->peer[i] = p->peer[--p->n];
			chan_free(chan);
			return;
		}
	}
}

/* The channel to a peer, or NULL if it is not there now. */
struct chan *
peers_find(const struct peers *p, enum proc_conv conv, enum proc_kind kind,
    unsigned instance)
{
	size_t i;

	for (i = 0; i < p->n; i++) {
		if (p->peer[i].conv == conv && p->peer[i].kind == kind &&
		    p->peer[i].instance == instance)
			return p->peer[i].chan;
	}
	return NULL;
}

/* Entry i, or NULL past the last; adding and removing changes the places. */
const struct peer *
peers_at(const struct peers *p, size_t i)
{
	return i < p->n ? &p->peer[i] : NULL;
}

/* The entry of a channel, or NULL. */
const struct peer *
peers_of(const struct peers *p, const struct chan *chan)
{
	size_t i;

	for (i = 0; i < p->n; i++) {
		if (p->peer[i].chan == chan)
			return &p->peer[i];
	}
	return NULL;
}
