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
 * What peers.c and peers_ask.c share. Nobody else's.
 */
#ifndef PEERS_INT_H
#define PEERS_INT_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stdint.h>

#include "spares.h"

struct chan;
struct peers_link;
struct peers_ops;

/* A question to the queue whose answer matters even when nobody waits. */
struct peers_asking {
	TAILQ_ENTRY(peers_asking) next;
	void *who; /* NULL: not wanted any more */
	uint64_t epoch;
	bool spare; /* the answer may open one */
};

struct peers {
	const struct peers_ops *ops;
	void *arg;
	struct chan *policy;
	struct chan *sign;
	struct chan *submit;
	struct chan *admin;
	TAILQ_HEAD(, peers_link) links;
	TAILQ_HEAD(, peers_asking) askings;
	struct spares spares;
	uint64_t epoch;	       /* of the newest channel to the queue */
	uint64_t policy_epoch; /* the same, to control */
	bool draining;	       /* the queue takes no new mail */
};

struct peers *peers_self(void);
void peers_drop_spares(struct peers *);

#endif /* PEERS_INT_H */
