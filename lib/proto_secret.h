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
 * SECRET among the items of a configuration: the keys that encrypt the store,
 * for control, or seal private keys, for signer.  Its encoding is with the
 * other items, in proto_conf.c.
 */
#ifndef PROTO_SECRET_H
#define PROTO_SECRET_H

#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"

struct chan;
struct msgin;

/* next is there while the key is being changed: what it made is known too. */
struct conf_secret {
	uint8_t key[CONF_SECRET_SIZE];
	bool has_next;
	uint8_t next[CONF_SECRET_SIZE];
};

int conf_secret_send(struct chan *, const struct conf_secret *);
int conf_secret_recv(struct msgin *, struct conf_secret *);
void conf_secret_wipe(struct conf_secret *);

#endif
