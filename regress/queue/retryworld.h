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
 * A folder with retry tokens, for their tests: token n is of message n + 1.
 */
#ifndef RETRYWORLD_H
#define RETRYWORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "retry.h"

struct event_base;
struct putting;
struct spool;

#define NOW 1800000000

struct world {
	char folder[64];
	char files[128]; /* the tokens' folder */
	struct event_base *base;
	struct retry *retry;
	struct spool *spool;
	struct putting *last; /* that waits for the disk */
	unsigned done;
	bool large;	/* each message is in a segment of its own */
	bool unsettled; /* the disk is full, as far as tokens go */
};

int setup(void **);
int teardown(void **);
void run(struct world *, const char *command);
void open_retry(struct world *, int64_t now);
void make_key(uint8_t key[RETRY_KEY_SIZE], unsigned);
void put(struct world *, unsigned, const char *user, int64_t when);
enum retry_status ask(struct world *, unsigned, int64_t now);
unsigned files(struct world *);

#endif
