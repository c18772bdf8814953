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
 * What the index keeps of a message: where it lies and what became of each
 * recipient, enough to schedule it without reading its segment.  Pure.
 */
#ifndef STATE_H
#define STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"

struct destinations;
struct message;

struct state_rcpt {
	enum rcpt_state state;
	uint16_t attempts;
	int64_t next;
	const char *domain; /* name of its destination */
	const char *text;   /* last error; never NULL */
	bool noticed;
};

/* Strings belong to what was decoded, or to the message and the marks. */
struct state {
	uint64_t segment;
	uint64_t offset;
	uint64_t body_len;
	uint32_t meta_len;
	uint32_t prefix_len;
	int64_t accepted;
	uint8_t flags; /* MESSAGE_BOUNCE, _BULK, _DAMAGED */
	const char *user;
	uint32_t rcpts;
	struct state_rcpt *rcpt; /* by place in the envelope */
};

int state_from_message(struct state *, struct message *);
int state_decode(struct state *, const void *, size_t);
void state_encode(struct blob *, const struct state *);
void state_keep_texts(struct state *, const struct state *old);
void state_apply(struct state *, const struct mark *);
struct message *state_message(const struct state *, struct destinations *,
    uint64_t id);
void state_clear(struct state *);

#endif
