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
 * Going through the queue for a command, a bounded step at a time, with
 * bounded memory: messages that come meanwhile may be met or not, those that
 * go are not.
 */
#ifndef WALK_H
#define WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "filter.h"

struct admin_command;
struct answer;
struct envelope;
struct message;

struct walk {
	struct answer *answer;
	struct filter filter;
	/*
	 * A message that fits; env is NULL unless it is needed.  false: not
	 * done with it, again when there is room.
	 */
	bool (*visit)(struct walk *, struct message *, const struct envelope *);
	/*
	 * The same for one whose envelope is needed and cannot be read, with
	 * errno, EBADMSG if it is damaged; or NULL: it is passed over.
	 */
	bool (*unread)(struct walk *, struct message *, int error);
	/* All were met: it ends the answer. */
	void (*over)(struct walk *);
	void *arg; /* freed at the end, unless arg_free does it */
	void (*arg_free)(void *);
	bool envelopes; /* visit needs them */
	uint64_t *id;
	size_t ids;
	size_t next;
	uint64_t at;	/* of messages_some() */
	uint32_t place; /* for visit: where it goes on in a message */
	uint64_t met;
	int error; /* for unread: of the last one; 0: none */
	uint64_t total;
};

struct walk *walk_new(struct answer *, const struct admin_command *,
    uint32_t first);
void walk_start(struct walk *);

#endif
