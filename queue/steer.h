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
 * What operators decided about the queue as a whole, kept through a restart:
 * whether new mail is taken, and what is paused.
 */
#ifndef STEER_H
#define STEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct steer;

enum steer_kind {
	STEER_DRAIN = 1, /* no name */
	STEER_ALL,	 /* paused; no name */
	STEER_DESTINATION,
	STEER_USER
};

struct steer *steer_new(void);
void steer_free(struct steer *);
int steer_load(struct steer *);
int steer_set(struct steer *, enum steer_kind, const char *name, bool);
bool steer_is_draining(const struct steer *);
bool steer_is_paused(const struct steer *);
bool steer_pauses_destination(const struct steer *, const char *);
bool steer_pauses_user(const struct steer *, const char *);
int64_t steer_keeps(const struct steer *, const char *destination,
    const char *user);
const char *steer_at(const struct steer *, size_t, enum steer_kind *,
    int64_t *since);

#endif
