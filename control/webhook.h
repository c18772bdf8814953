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
 * Webhooks in the store: who is told of which events, and how far.
 */
#ifndef WEBHOOK_H
#define WEBHOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "record.h"
#include "store.h"
#include "url.h"

struct msgin;

/* Octets of the key that signs, twice as many characters as text. */
#define WEBHOOK_KEY_SIZE 32u

/* "accepted,relayed,...", all of them once. */
#define WEBHOOK_EVENTS_SIZE 128u

/* A place in the journal, queue's business. */
#define WEBHOOK_PLACE_SIZE HOOK_BATCH_SIZE

/* Why it failed the last time, cut to this. */
#define WEBHOOK_ERROR_SIZE 256u

struct webhook {
	char id[OBJECT_ID_SIZE];
	char url[URL_SIZE];
	char compartment[OBJECT_ID_SIZE];
	char events[WEBHOOK_EVENTS_SIZE]; /* "all", or names with commas */
	uint8_t key[WEBHOOK_KEY_SIZE];
	char *ca; /* PEM, or NULL: the system's; freed by webhook_clear() */
	enum record_state state;
	int64_t created;

	/* How far it is. */
	char place[WEBHOOK_PLACE_SIZE]; /* empty: not known yet */
	char tried[WEBHOOK_PLACE_SIZE]; /* end of a batch that failed; empty */
	int64_t delivered;		/* last time, unix seconds; 0: never */
	uint64_t events_sent;
	uint32_t failures;		/* since it worked last */
	int64_t failing;		/* since then, unix seconds */
	int64_t next;			/* try, unix seconds; 0: at once */
	char error[WEBHOOK_ERROR_SIZE]; /* of the last failure */
};

int webhook_decode(struct msgin *, struct webhook *);
enum store_status webhook_get(struct store *, const char *id, struct webhook *);
enum store_status webhook_put(struct store *, const struct webhook *);
enum store_status webhook_del(struct store *, const struct webhook *);
enum store_status webhook_names(struct store *, const char *compartment);
void webhook_clear(struct webhook *);
int webhook_events(const char *list, char out[WEBHOOK_EVENTS_SIZE],
    const char **bad);
void webhook_sign(const struct webhook *, int64_t now, const void *body, size_t,
    char out[HOOK_SIGNATURE_SIZE]);

#endif
