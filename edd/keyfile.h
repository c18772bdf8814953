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
 * The two secret keys of the daemon: one encrypts the policy store, one seals
 * the DKIM keys in it.
 */
#ifndef KEYFILE_H
#define KEYFILE_H

#include "proto_conf.h"
#include "proto_secret.h"

struct keyfile {
	struct conf_secret store;
	struct conf_secret seal;
};

int keyfile_load(struct keyfile *, const char *keys, const char *store);
int keyfile_next(struct keyfile *, const char *keys);
int keyfile_use_next(struct keyfile *, const char *keys);
void keyfile_clear(struct keyfile *);

#endif
