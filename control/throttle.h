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
 * Addresses that failed to log in, or to send as an approved sender, and those
 * that are turned away for it.  One window over all smtpd and httpd; the table
 * is bounded, is kept in the store, and knows no session.
 */
#ifndef THROTTLE_H
#define THROTTLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netkey.h"

struct conf_policy;
struct msgin;
struct store;
struct throttle;

/* What the store has of an address. */
struct throttle_record {
	int64_t until; /* turned away until then; 0: is not */
	uint32_t failures;
	int64_t last;
};

/* An address is to be turned away for so many seconds, or 0: no more. */
typedef void (*throttle_cb)(const uint8_t key[NETKEY_SIZE], uint32_t, void *);

struct throttle *throttle_new(throttle_cb, void *);
void throttle_free(struct throttle *);
void throttle_set(struct throttle *, const struct conf_policy *);
int throttle_load(struct throttle *, struct store *);
int throttle_flush(struct throttle *);
bool throttle_holds(struct throttle *, const char *source, int64_t now);
bool throttle_fail(struct throttle *, const char *source, int64_t now);
size_t throttle_clear(struct throttle *, const uint8_t key[NETKEY_SIZE]);
void throttle_each(struct throttle *, int64_t now, throttle_cb, void *);
int throttle_decode(struct msgin *, struct throttle_record *);

#endif
