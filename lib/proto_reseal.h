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
 * control -> signer (CONV_SIGN), beside proto_sign.h: keys that are sealed
 * anew.
 *   RESEAL -> RESEALED     a sealed key sealed anew: to a public key, for a
 *                          backup, or under the newest seal of signer
 *   UNBOX -> RESEALED      a key of a backup, sealed as ours are
 *   TRANSPORT -> RESEALED  the public key to which the key that opens the
 *                          backup is to be sealed, until signer ends
 */
#ifndef PROTO_RESEAL_H
#define PROTO_RESEAL_H

#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"
#include "box.h"

struct chan;
struct msgin;

struct sign_reseal {
	bool to_box; /* else under the newest seal */
	uint8_t box[BOX_KEY_SIZE];
	uint32_t sealed_len;
	uint8_t sealed[SEALED_KEY_MAX];
};

struct sign_unbox {
	uint32_t opener_len; /* the private key, in a box of its own */
	uint8_t opener[BOX_OVERHEAD + BOX_KEY_SIZE];
	uint32_t boxed_len;
	uint8_t boxed[SEALED_KEY_MAX];
};

struct sign_resealed {
	bool ok;
	uint32_t sealed_len;
	uint8_t sealed[SEALED_KEY_MAX];
};

int sign_reseal_send(struct chan *, uint64_t, const struct sign_reseal *);
int sign_reseal_recv(struct msgin *, struct sign_reseal *);
int sign_unbox_send(struct chan *, uint64_t, const struct sign_unbox *);
int sign_unbox_recv(struct msgin *, struct sign_unbox *);
int sign_transport_send(struct chan *, uint64_t);
int sign_transport_recv(struct msgin *);
int sign_resealed_send(struct chan *, uint64_t, const struct sign_resealed *);
int sign_resealed_recv(struct msgin *, struct sign_resealed *);

#endif
