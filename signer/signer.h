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
 * What the parts of signer share, and the channels to its peers.
 */
#ifndef SIGNER_H
#define SIGNER_H

#include <stdbool.h>
#include <stdint.h>

#include "box.h"
#include "proc.h"
#include "proto_conf.h"
#include "proto_secret.h"

struct dkimkeys;
struct msgin;
struct tlskeys;

struct signer {
	struct tlskeys *tls;
	struct tlskeys *tls_next; /* of the configuration that comes */
	struct dkimkeys *dkim;
	struct conf_secret secret;
	bool has_secret;
	bool has_transport; /* boxes for this process are opened with it */
	uint8_t transport[BOX_KEY_SIZE];
	uint8_t transport_public[BOX_KEY_SIZE];
	char why[ERROR_SIZE]; /* what is wrong with the one that comes */
	uint64_t handshakes;
	uint64_t signatures;
	uint64_t refused;
	uint64_t exported; /* in boxes, to backups */
};

void signer_peer(struct signer *, enum proc_conv, enum proc_kind, unsigned,
    int fd);
void signer_wipe(const struct msgin *);

#endif
