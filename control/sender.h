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
 * Approved senders: an address, or all addresses of a domain ("@domain").
 *
 * Addresses are compared without regard to the case of ASCII letters, also in
 * the local part: RFC 5321 section 2.4 leaves that to the receiving host, no
 * host in use tells them apart, and the service does not either.
 */
#ifndef SENDER_H
#define SENDER_H

#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"
#include "record.h"
#include "store.h"

struct msgin;

struct sender {
	char key[ADDRESS_SIZE];	    /* folded; "@domain" */
	char address[ADDRESS_SIZE]; /* as the operator wrote it */
	char id[OBJECT_ID_SIZE];
	char compartment[OBJECT_ID_SIZE];
	int64_t created;
	enum record_state state;
};

const char *sender_parse(const char *text, struct sender *);
const char *sender_domain(const struct sender *);
bool sender_is_domain(const struct sender *);
int sender_decode(struct msgin *, struct sender *);
enum store_status sender_get(struct store *, const char *key, struct sender *);
enum store_status sender_match(struct store *, const char *address,
    char delimiter, struct sender *);
enum store_status sender_put(struct store *, const struct sender *);
enum store_status sender_change(struct store *, const struct sender *old,
    const struct sender *new);
enum store_status sender_link(struct store *, const struct sender *);
enum store_status sender_del(struct store *, const struct sender *);

#endif
