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
 * Which recipients in the queue a command is about: conditions that must all
 * hold.  Pure, but for reading an envelope where the sender is asked for.
 */
#ifndef FILTER_H
#define FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"

struct envelope;
struct message;
struct task;

/* What a recipient is doing. */
enum filter_state {
	FILTER_WAITING = 1,
	FILTER_INFLIGHT,
	FILTER_DEFERRED,
	FILTER_HELD,
	FILTER_REROUTED, /* beside the others */
	FILTER_STATE_LAST = FILTER_REROUTED
};

struct filter {
	bool empty;  /* no condition was given, nor "all" */
	uint64_t id; /* 0: any */
	char domain[DOMAIN_SIZE];
	char sender[ADDRESS_SIZE + 1]; /* "@domain": all of it */
	bool has_sender;
	char user[OBJECT_ID_SIZE];
	bool has_user;
	int64_t before; /* accepted before, unix milliseconds; 0: any time */
	enum filter_state state; /* 0: any */
};

int filter_parse(struct filter *, char *const *words, uint32_t n, char *why,
    size_t size);
int filter_time(const char *, int64_t *seconds);
bool filter_message(const struct filter *, const struct message *);
bool filter_needs_envelope(const struct filter *);
bool filter_envelope(const struct filter *, const struct envelope *);
bool filter_rcpt(const struct filter *, struct message *, uint32_t position);
enum filter_state filter_state_of(struct message *, uint32_t position);
const char *filter_state_name(enum filter_state);

#endif
