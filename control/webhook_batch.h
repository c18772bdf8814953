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
 * Events for one request to a webhook, as they come from the journal.
 */
#ifndef WEBHOOK_BATCH_H
#define WEBHOOK_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "webhook.h"

struct control;
struct row;

struct webhook_batch {
	char *body; /* HOOK_BODY_MAX octets; NULL: none is begun */
	size_t len;
	unsigned events;
	bool full;
	bool failed;			/* it must not count */
	char place[WEBHOOK_PLACE_SIZE]; /* behind all that was looked at */
	char last[WEBHOOK_PLACE_SIZE];	/* behind its last event */
	char tried[WEBHOOK_PLACE_SIZE]; /* where it ended before; or empty */
	char compartment[OBJECT_ID_SIZE];
	char id[OBJECT_ID_SIZE];
};

int webhook_batch_begin(struct webhook_batch *, const struct webhook *);
void webhook_batch_add(struct webhook_batch *, const struct control *,
    const struct row *);
void webhook_batch_end(struct webhook_batch *);
void webhook_batch_clear(struct webhook_batch *);

#endif
